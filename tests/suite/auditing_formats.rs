//! The formats of `audit`: what each shows, and that no text of strangers is obeyed in one.

use serde_json::json;

use crate::world::World;

const FILES: &str = "--format markdown=a.md --format html=a.html --format csv=a.csv --format json=a.json";

/// Names that terminals, spreadsheets, CI logs, Markdown or browsers would obey, and a harmless one for each.
const HOSTILE: [&str; 7] = [
    "=HYPERLINK(\"http://x\",\"y\")",
    "<script>alert(1)</script>",
    "\u{1b}[31mred\u{202e}",
    "a\r\n::error::x",
    "a | `b` \n- @all",
    "##[error]x",
    "a,\"b\"",
];

fn world(names: &[&str], text: &str) -> World {
    let mut world = World::new()
        .project(&format!("guards:\n  - {{name: {}, field: dial_rule_id, warn: {{allow: [1]}}}}", json!(text)));
    for (at, name) in names.iter().enumerate() {
        let id = at as u64 + 12;
        let odd = json!({"name": name, "geo_list": text, "dial_rule_id": text, "sip_network_permission_id": text});
        world = world.live(id, odd).declared(id, "{timezone: UTC}");
    }
    world.declared(99, "{timezone: UTC}").fault("error=user_blocked,on=get,client=99")
}

/// Every tag with its attributes, in order: the page without its text.
fn tags(page: &str) -> Vec<String> {
    let body = page.split_once("<body>").unwrap().1;
    body.split('<').skip(1).map(|rest| rest.split_once('>').unwrap().0.to_owned()).collect()
}

#[test]
fn no_text_of_strangers_is_obeyed_in_a_format() {
    let tame: Vec<String> = (0..HOSTILE.len()).map(|n| format!("name{n}")).collect();
    let tame: Vec<&str> = tame.iter().map(String::as_str).collect();
    let mut worlds = [world(&HOSTILE, "=1+1<b>\u{1b}[31m|"), world(&tame, "x")];
    let ran = worlds.each_mut().map(|world| world.run(&format!("audit {FILES}")).status(1));
    let files = ["a.md", "a.html", "a.csv", "a.json"].map(|file| worlds.each_ref().map(|world| world.read(file)));
    let [markdown, html, csv, _] = &files;
    for text in files.iter().map(|[hostile, _]| hostile).chain([&ran[0].stdout, &ran[0].stderr]) {
        for obeyed in ['\u{1b}', '\u{202e}'] {
            assert!(!text.contains(obeyed), "{text}");
        }
        assert!(!text.lines().any(|line| line.trim_start().starts_with("::")) && !text.contains("##[error]"), "{text}");
    }
    assert_eq!(tags(&html[0]), tags(&html[1]));
    assert!(html[0].contains("&lt;script&gt;"));
    for [hostile, tame] in [markdown, csv] {
        assert_eq!(hostile.lines().count(), tame.lines().count(), "{hostile}");
    }
    let bars = |text: &str| text.lines().map(|line| line.matches(" | ").count()).collect::<Vec<_>>();
    assert_eq!(bars(&markdown[0]), bars(&markdown[1]), "{}", markdown[0]);
    assert!(!markdown[0].contains("@all") && !markdown[0].contains('`'), "{}", markdown[0]);
    for line in csv[0].lines().skip(1) {
        assert!(!line.split(',').any(|cell| cell.trim_start_matches('"').starts_with('=')), "{line}");
    }
    assert_eq!(ran[0].stdout.lines().count(), ran[1].stdout.lines().count(), "{}", ran[0].stdout);
}

#[test]
fn every_format_names_the_open_client_the_outlier_and_the_one_that_was_not_read() {
    let mut world = World::new().live(12, json!({"geo_list": "*", "dial_rule_id": 19, "name": "Shop"}));
    for id in 13..=31 {
        let geo = if id == 14 { "CU RU" } else { "RU" };
        world = world.live(id, json!({"geo_list": geo, "dial_rule_id": 19}));
    }
    let ids: Vec<String> = (12..=32).map(|id| id.to_string()).collect();
    let line = format!("audit {} {FILES}", ids.join(" "));
    let ran = world.run(&line).status(1).requests(1, 21, 0);
    ran.prints(&[
        "open-geo, too-many-countries  countries, dial rule, network  every country  Shop\n",
        "14      CU RU          none     19",
        "only CU        client 14\n",
        "2 clients differ from the fleet: every country 1 of 20, a country of its own 1 of 19.\n",
        "not read: client 32\n",
        "20 clients read: 1 open to every country, 19 with a list of countries.\n",
        "1 client was not read and may be open.\n",
    ]);
    let csv = world.read("a.csv");
    let mut lines = csv.split("\r\n");
    let keys = "client_id,status,geo,countries,network,dial_rule,guards,unmanaged,";
    assert!(lines.next().unwrap().starts_with(keys), "{csv}");
    assert!(lines.next().unwrap().starts_with("12,read,all,,,19,\"open-geo, too-many-countries\",\""), "{csv}");
    assert!(csv.contains(",CU RU,country CU,") && csv.contains("\r\n32,failed,,,,,,"), "{csv}");
    let json: serde_json::Value = serde_json::from_str(&world.read("a.json")).unwrap();
    let outlier = json!([{"kind": "country", "countries": ["CU"], "clients": 1, "fleet": 19}]);
    assert_eq!(json["clients"][1]["outliers"], outlier);
    for (file, parts) in [
        (
            "a.md",
            ["### Audit: 1 client is open to every country, 1 not read", "<code>Shop</code>", "Not read:", "only CU"],
        ),
        (
            "a.html",
            [
                "<h1>1 client is open to every country, 1 not read</h1>",
                "Shop",
                "<h2 id=\"h-failed\">Not read</h2>",
                "only CU",
            ],
        ),
    ] {
        let text = world.read(file);
        for part in parts {
            assert!(text.contains(part), "{file} lacks {part}:\n{text}");
        }
    }
    let page = world.read("a.html");
    assert!(page.contains("content=\"default-src 'none'; style-src 'sha256-") && !page.contains("<script"));
}

#[test]
fn a_large_fleet_is_cut_where_no_row_is_graver() {
    let mut world = (1..=210).fold(World::new(), |world, id| {
        world.live(id, json!({"geo_list": if id > 205 { "*" } else { "RU" }, "dial_rule_id": 1}))
    });
    let ids: Vec<String> = (1..=210).map(|id| id.to_string()).collect();
    let line = format!("audit {} --format html=a.html --format markdown=a.md", ids.join(" "));
    let ran = world.run(&line).ok();
    assert_eq!(ran.stdout.matches("open-geo, too-many-countries").count(), 5);
    let ran = ran.prints(&["and 10 more; -v, csv and json show all\n"]);
    assert!(ran.stdout.lines().nth(1).unwrap().starts_with("206 "), "{}", ran.stdout);
    assert!(world.read("a.md").contains("and 10 more clients; the formats json and csv show all."));
    assert_eq!(world.read("a.html").matches("<th scope=\"row\">").count(), 210);
    let ran = world.run(&format!("audit {} -v", ids.join(" "))).ok();
    assert!(!ran.stdout.contains("more; -v") && ran.stdout.lines().count() > 210, "{}", ran.stdout);
}

#[test]
fn outputs_are_checked_before_the_first_request() {
    let mut world = World::new().live(12, json!({})).declared(12, "{geo_list: RU}");
    for (line, says) in [
        ("audit --format csv=clients/12.yaml", "a client document"),
        ("audit --format csv=ringform.yaml", "a project file"),
        ("audit --format csv=x.csv --format html=x.csv", "named for two outputs"),
        ("audit --format csv=missing/x.csv", "the run does not start"),
        ("audit --format csv --format json", "only one format can go to stdout"),
        ("audit --format csv=-", "`-` is not a file"),
        ("audit --format csv=", "FORMAT=FILE needs the name of a file"),
        ("audit --format sarif", "the formats are text, json, markdown, html, csv"),
    ] {
        let ran = world.run(line).status(1).sends_nothing().says(&[says]);
        assert_eq!(ran.stdout, "", "{line}");
    }
    assert_eq!(world.read("clients/12.yaml"), "client: 12\nsettings: {geo_list: RU}\n");
}
