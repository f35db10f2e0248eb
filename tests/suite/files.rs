//! Files as people write them: every problem of every file in one run, each at its place.

use crate::world::World;

/// Validates one document for client 12 and returns the diagnostics as `line:column rule`.
fn problems(document: &[u8]) -> (Vec<String>, String) {
    let mut world = World::new();
    world.write("clients/a.yaml", document);
    let ran = world.run("validate --format json").sends_nothing();
    let json = ran.json();
    let list = json["diagnostics"].as_array().unwrap();
    let of = |one: &serde_json::Value| {
        let range = &one["range"];
        format!("{}:{} {}", range["line"], range["column"], one["rule"].as_str().unwrap())
    };
    assert_eq!(ran.status, i32::from(list.iter().any(|one| one["severity"] == "error")), "{}", ran.stdout);
    (list.iter().map(of).collect(), ran.stderr)
}

#[track_caller]
pub(crate) fn wrong(document: &str, expected: &[&str], says: &[&str]) {
    let (found, stderr) = problems(document.as_bytes());
    assert_eq!(found, expected, "{document}\n{stderr}");
    for part in says {
        assert!(stderr.contains(part), "{part:?} is not said:\n{stderr}");
    }
}

#[track_caller]
pub(crate) fn settings(settings: &str, expected: &[&str], says: &[&str]) {
    wrong(&format!("client: 12\nsettings:\n{settings}"), expected, says);
}

#[test]
fn wrong_values_are_told_at_their_place() {
    settings("  time_zone: UTC\n", &["3:3 unknown-key"], &["time_zone", "`timezone`"]);
    settings("  domain: x.y\n", &["3:3 read-only-field"], &["expect"]);
    settings("  geo_list: [RU, XX]\n", &["3:18 bad-setting"], &["XX"]);
    settings("  geo_list: \"RU *\"\n", &["3:13 bad-setting"], &["write only"]);
    settings("  geo_list: []\n", &["3:13 bad-setting"], &["empty", "null"]);
    settings(
        "  geo_list: [UK, EU, RUS]\n",
        &["3:14 bad-setting", "3:18 bad-setting", "3:22 bad-setting"],
        &["`GB`", "`RU`"],
    );
    settings("  timezone: Europe/Moskow\n", &["3:13 bad-setting"], &["`Europe/Moscow`"]);
    for value in ["0", "101", "90.5", "\"90%\"", "019", "0x13", "1_000", "5e1", "19.0", "+5", "-1"] {
        settings(&format!("  disk_space_notify_threshold: {value}\n"), &["3:32 bad-setting"], &[]);
    }
    for value in ["0", "-1", "1e3", "9223372036854775808", "18446744073709551616", "019", "yes", "true", "''"] {
        settings(&format!("  dial_rule_id: {value}\n"), &["3:17 bad-setting"], &[]);
    }
    settings("  dial_rule_id: 019\n", &["3:17 bad-setting"], &["write 19"]);
    settings("  disk_space_notify_email: ops\n", &["3:28 bad-setting"], &["ops@example.com"]);
    settings("  hold_music:\n", &["3:3 empty-value"], &["write null to clear, or remove the key"]);
    settings("  hold_music: \"\"\n", &["3:15 bad-setting"], &["write null to clear, or remove the key"]);
    settings("  timezone: \"null\"\n", &["3:13 bad-setting"], &[]);
    settings("  timezone: !!str UTC\n", &["3:13 tag"], &[]);
}

#[test]
fn values_that_yaml_reserves_get_the_help_to_quote_in_one_run() {
    let mut world = World::new()
        .file("clients/a.yaml", "client: 12\nsettings:\n  geo_list: *\n")
        .file("clients/b.yaml", "client: @me\nsettings: {timezone: UTC}\n");
    let ran = world.run("validate").status(1);
    ran.says(&["clients/a.yaml:3:13", "\"*\"", "clients/b.yaml:1:9", "\"@me\""]);
}

#[test]
fn words_never_turn_into_booleans_or_numbers() {
    let mut world = World::new()
        .live(1, serde_json::json!({}))
        .live(2, serde_json::json!({}))
        .file("a.yaml", "client: 1\nsettings: {geo_list: NO}\n---\nclient: 2\nsettings: {geo_list: [no, se]}\n");
    let ran = world.run("plan --format json").ok();
    assert_eq!(ran.client("1")["put"]["geo_list"], "NO");
    assert_eq!(ran.client("2")["put"]["geo_list"], "NO SE");
}

#[test]
fn a_byte_order_mark_is_no_content() {
    let (found, stderr) = problems(b"\xef\xbb\xbf---\r\ncleint: \"12\"\r\n");
    assert_eq!(found[0], "2:1 unknown-key", "{found:?}");
    assert!(stderr.contains("`client`"), "{stderr}");
    assert_eq!(problems(b"\xef\xbb\xbfclient: 12\r\nsettings: {timezone: UTC}\r\n").0, [""; 0]);
}

#[test]
fn strange_characters_are_named() {
    let (found, stderr) = problems("client: 12\nsettings:\n\u{a0} timezone: Asia/Omsk\n".as_bytes());
    assert!(found[0].starts_with("3:1 "), "{found:?}");
    assert!(stderr.contains("U+00A0"), "{stderr}");
    settings("  geo_list: [R\u{423}]\n", &["3:14 bad-setting"], &["U+0423"]);
    settings("  timezone: \u{201c}UTC\u{201d}\n", &["3:13 bad-setting"], &["U+201C"]);
}

#[test]
fn shapes_and_keys() {
    wrong("settings: {timezone: UTC}\n", &["1:1 missing-key"], &["client"]);
    wrong("client: 12\nclient: 13\nsettings: {timezone: UTC}\n", &["2:1 duplicate-key"], &[]);
    wrong("client: 0012\nsettings: {timezone: UTC}\n", &["1:9 bad-client"], &["write 12"]);
    wrong("client: 12\nsettings: {timezone: UTC}\nignore: [timezone]\n", &["3:10 set-and-ignored"], &[]);
    wrong("client: 12\nsettings:\n", &["1:1 manages-nothing"], &["manages nothing"]);
    wrong("client: 12\nsettings: {disk_space_notify_threshold: 90}\n", &["2:41 half-warning"], &[]);
    wrong("client: 12\nprofiles: [nosuch]\nsettings: {timezone: UTC}\n", &["2:12 unknown-profile"], &[]);
    wrong("client: 12\nexpect: {timezone: UTC}\nsettings: {timezone: UTC}\n", &["2:10 unknown-key"], &["settings"]);
    wrong("- client: 12\n", &["1:1 bad-shape"], &[]);
    assert_eq!(problems(b"client: 12\nsettings: {timezone: \xff}\n").0.len(), 1);
    let (found, _) = problems(b"client: 12\nsettings:\n\ttimezone: UTC\n");
    assert!(found[0].starts_with("3:1 "), "{found:?}");
}

#[test]
fn merge_keys_follow_yaml_and_places_follow_the_values() {
    let text = "client: 12\nsettings:\n  timezone: UTC\n  <<: [*north, *south]\n";
    let all = format!("client: 1\nsettings: &north\n  timezone: Asia/Omsk\n  hold_music: 1\n---\n{text}");
    // Anchors end with their document.
    let mut world = World::new().file("a.yaml", &all);
    world.run("validate").status(1).says(&["a.yaml:9:8"]);
    let mut world = World::new()
        .live(12, serde_json::json!({}))
        .file(
            "a.yaml",
            "client: 12\nlabels: {a: b}\nexpect: {}\nsettings:\n  <<:\n  - {hold_music: 1, dial_rule_id: 5}\n  - {hold_music: 2, timezone: Asia/Omsk}\n  timezone: UTC\n",
        );
    let ran = world.run("plan --format json").ok();
    let client = ran.client("12");
    assert_eq!(client["put"], serde_json::json!({"timezone": "UTC", "dial_rule_id": 5, "hold_music": 1}));
    let places: Vec<String> = client["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| {
            format!("{} {}:{}", change["field"].as_str().unwrap(), change["source"]["line"], change["source"]["column"])
        })
        .collect();
    assert_eq!(places, ["timezone 8:13", "dial_rule_id 6:35", "hold_music 6:18"]);
}

#[test]
fn bombs_and_giants_are_refused_at_once() {
    let mut bomb = String::from("client: 12\nlabels:\n  a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let inner = vec![format!("*a{}", level - 1); 10].join(", ");
        bomb.push_str(&format!("  a{level}: &a{level} [{inner}]\n"));
    }
    let begun = std::time::Instant::now();
    assert!(problems(bomb.as_bytes()).0.iter().any(|one| one.ends_with("alias-bomb")));
    assert!(begun.elapsed().as_secs() < 10);
    let deep = format!("client: 12\nlabels: {}{}\n", "[".repeat(100), "]".repeat(100));
    assert!(problems(deep.as_bytes()).0[0].ends_with("too-deep"));
    let mut giant = b"client: 12\nsettings: {timezone: UTC}\n".to_vec();
    giant.resize(16 * 1024 * 1024 + 1, b'#');
    assert_eq!(problems(&giant).0.len(), 1);
}

#[test]
fn all_problems_of_all_files_in_one_run() {
    let mut world = World::new()
        .file("clients/a.yaml", "client: 12\nsettings: {timezone: MSK}\n---\nclient: 13\nsettings: {geo_list: [ZZ]}\n")
        .file("clients/b.yaml", "client: [\n---\nclient: 14\nsettings: {hold_music: x}\n")
        .file("clients/c.yaml", "client: 12\nsettings: {timezone: UTC}\n");
    let ran = world.run("validate").status(1).sends_nothing();
    ran.says(&["a.yaml:2:22", "a.yaml:5:23", "b.yaml:", "b.yaml:4:", "c.yaml:1:9", "clients/a.yaml:1"]);
}

#[test]
fn a_caret_stands_under_the_value() {
    let mut world = World::new().file("clients/a.yaml", "client: 12\nsettings:\n  timezone: MSK # ours\n");
    world.run("validate").status(1).says(&["clients/a.yaml:3:13", "timezone: MSK # ours", "^^^"]);
}

#[test]
fn of_the_project_file_no_line_is_shown() {
    for project in [
        "endpoint: https://pbx.example\ncredentials: {default: {app_id: a, app_secret: hunter2}}\n",
        "endpoint: https://pbx.example\ncredentials: {default: {token: hunter2 ${X}}}\n",
        "endpoint: https://pbx.example\ncredentials: {default: {app_secret: \"hunter2}}\n",
        "endpoint: https://pbx.example\ncredentials: {default: {app_secret: hunter2: x}}\n",
        "endpoint: https://pbx.example\ncredentials: {default: [hunter2]}\n",
        "endpoint: https://pbx.example\ncredentials: hunter2\n",
    ] {
        let mut world = World::new().file("ringform.yaml", project).declared(12, "{timezone: UTC}");
        for line in ["validate", "plan --format json", "plan"] {
            let ran = world.run(line).status(1);
            assert!(!format!("{}{}", ran.stdout, ran.stderr).contains("hunter2"), "{project}\n{}", ran.stderr);
            assert!(ran.stderr.contains("ringform.yaml:2:"), "{project}\n{}", ran.stderr);
        }
    }
}

#[test]
fn documents_are_found_as_promised() {
    let document = |id: u32| format!("client: {id}\nsettings: {{timezone: UTC}}\n");
    let mut world = World::new()
        .file("clients/a.yaml", &document(1))
        .file("clients/deep/er/b.yml", &document(2))
        .file("clients/c.yaml~", "no document")
        .file("clients/.d.yaml.swp", "no document")
        .file("clients/#e.yaml#", "no document")
        .file("clients/f.yaml.bak", "no document")
        .file(".hidden/g.yaml", "no document")
        .file("other/ringform.yaml", "endpoint: https://other.example\n")
        .file("other/h.yaml", "not: ours\n")
        .file("staging.ringform.yaml", "endpoint: https://staging.example\n")
        .file(".gitignore", "*\n");
    world.run("validate").ok().prints(&["2 documents in 2 files"]);
    world.run("validate . clients clients/a.yaml ./clients/../clients/a.yaml").ok().prints(&["2 documents in 2 files"]);
    world.run("validate clients/a.yaml").ok().prints(&["1 document in 1 file"]);
    world.run("validate . other").status(1).says(&["two projects"]);
}

#[test]
fn no_files_are_an_error() {
    World::new().run("plan").status(1).says(&["no document"]).sends_nothing();
    let mut world = World::new().declared(12, "{timezone: UTC}");
    world.start();
    std::fs::remove_file(world.path("ringform.yaml")).unwrap();
    world.run("plan").status(1).says(&["ringform.yaml"]).sends_nothing();
}

#[test]
fn resolve_says_where_each_value_came_from() {
    let mut world = World::new()
        .project("profiles:\n  standard: {geo_list: [RU], timezone: UTC}\n  office: {timezone: Asia/Omsk}\ndefaults: {profiles: [standard, office]}")
        .file("a.yaml", "client: 12\nsettings: {hold_music: null}\nignore: [geo_list]\n");
    let ran = world.run("resolve").ok().sends_nothing();
    ran.prints(&[
        "client 12",
        "timezone                     Asia/Omsk  profile office",
        "hold_music                   null       settings",
        "profile office, ringform.yaml:4:22",
        "settings, a.yaml:2:24",
        "geo_list",
        "ignored",
    ]);
    let json = world.run("resolve --format json").ok().json();
    assert_eq!(json["clients"][0]["settings"]["timezone"]["layer"], "profile office");
}
