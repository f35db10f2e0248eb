//! `apply --only-closing`: a run that can close and cannot open.

use ringform::sandbox::Semantics;
use serde_json::{Value as Json, json};

use crate::laws_closing::{assert_closes, codes};
use crate::world::World;

pub const CLOSE: &str = "apply --only-closing --yes --format json";

/// Client 12 with this live list and this declared one; both as YAML or JSON.
pub fn world(live: Json, declared: &str) -> World {
    World::new().live(12, json!({"geo_list": live})).declared(12, &format!("{{geo_list: {declared}}}"))
}

#[test]
fn it_sends_what_live_and_git_both_have_where_that_removes_something() {
    let table = [
        // Live, declared, sent, result.
        (json!("RU TR"), "[RU]", Some("RU"), "applied"),
        (json!("RU TR"), "[RU, BY]", Some("RU"), "applied"),
        (json!("*"), "[RU, BY]", Some("BY RU"), "applied"),
        (json!("RU"), "[RU, BY]", None, "unchanged"),
        (json!("RU"), "\"*\"", None, "unchanged"),
        (json!("*"), "null", None, "unchanged"),
        (json!("RU TR"), "null", None, "unchanged"),
        (json!(null), "[RU]", None, "unchanged"),
        (json!(""), "[RU]", None, "unchanged"),
        (json!("RU"), "[RU]", None, "unchanged"),
        (json!("RU ZZ"), "[RU]", None, "refused"),
        (json!("RU ZZ"), "\"*\"", None, "refused"),
        (json!("RU ZZ"), "null", None, "refused"),
        (json!("   "), "null", None, "refused"),
        (json!("TR"), "[RU]", None, "refused"),
    ];
    for (live, declared, sent, result) in table {
        let mut world = world(live.clone(), declared);
        let ran = world.run(CLOSE).status(i32::from(result == "refused"));
        let shown = format!("live {live}, declared {declared}: {}", ran.stdout);
        assert_eq!(ran.results(), [result], "{shown}");
        let puts: Vec<Json> = sent.into_iter().map(|codes| json!({"geo_list": codes})).collect();
        assert_eq!(world.puts(), puts, "{shown}");
        assert_eq!(ran.client("12")["put"], puts.first().cloned().unwrap_or_else(|| json!({})), "{shown}");
        if let Some(codes) = sent {
            assert_eq!(world.stored(12, "geo_list"), codes, "{shown}");
        }
    }
}

#[test]
fn no_other_field_is_sent_and_the_report_says_what_was_not() {
    let mut world = World::new()
        .live(12, json!({"geo_list": "RU TR", "hold_music": 7, "dial_rule_id": 5}))
        .declared(12, "{geo_list: [RU, KZ], hold_music: 9, dial_rule_id: 6}");
    let ran = world.run("apply --only-closing --yes --format json=report.json --format text").ok().requests(1, 1, 1);
    ran.prints(&[
        "RU TR → RU",
        "(−TR)",
        "closes",
        "not sent",
        "✓ applied: KZ is not sent: --only-closing adds no country; dial_rule_id, hold_music are not sent: \
         --only-closing sends geo_list only",
        "1 change closed the PBX to some callers.",
        "1 setting to send; 2 are left out: --only-closing.",
    ]);
    assert_eq!(world.puts(), [json!({"geo_list": "RU"})]);
    assert_eq!((world.stored(12, "hold_music"), world.stored(12, "dial_rule_id")), (json!(7), json!(5)));
    let report: Json = serde_json::from_str(&world.read("report.json")).unwrap();
    let client = &report["clients"][0];
    assert_eq!((&client["only_closing"], &client["put"]), (&json!(true), &json!({"geo_list": "RU"})));
    let changes: Vec<Json> = client["changes"].as_array().unwrap().clone();
    assert_eq!((&changes[0]["before"], &changes[0]["after"]), (&json!("RU TR"), &json!("KZ RU")), "what git declares");
    assert_eq!([&changes[0]["withheld"], &changes[1]["withheld"]], [&json!(false), &json!(true)]);
    let summary = &report["summary"];
    for (key, value) in [("changes", 1), ("security", 1), ("opens", 0), ("closes", 1), ("to_change", 1)] {
        assert_eq!(summary[key], value, "{key}");
    }
    // The report is a document like every other one.
    world.run("show report.json").ok().prints(&["RU TR → RU", "KZ is not sent"]);
    world.run("undo report.json").ok().prints(&["RU → RU TR"]);
    // Every format draws it.
    for format in ["markdown", "html", "github", "sarif", "junit", "prometheus", "terraform-json"] {
        let shown = world.run(&format!("show report.json --format {format}"));
        assert!(shown.status <= 1 && !shown.stderr.contains("panicked"), "{format}: {}", shown.stderr);
    }
    let shown = world.run("show report.json --format markdown").ok().stdout;
    assert!(shown.contains("RU TR") && shown.contains("not sent") && !shown.contains("opens"), "{shown}");
}

#[test]
fn it_is_wrong_usage_with_a_saved_plan_and_with_what_can_do_more() {
    let mut world = world(json!("RU TR"), "[RU]");
    world.run("plan --out plan.json").ok();
    for with in ["--plan plan.json", "--overwrite-drift 12", "--allow-collateral hold_music"] {
        let ran = world.run(&format!("apply --only-closing --yes {with}")).status(1).sends_nothing();
        ran.says(&["cannot be used with"]);
    }
    world.run("plan --only-closing").status(1).sends_nothing();
}

#[test]
fn a_refusal_names_the_next_step_and_stops_no_other_client() {
    let mut world = World::new();
    for (id, live) in [(11, json!("TR")), (12, json!("RU ZZ")), (13, json!("RU TR"))] {
        world = world.live(id, json!({"geo_list": live})).declared(id, "{geo_list: [RU]}");
    }
    let ran = world.run(CLOSE).status(1).requests(1, 3, 1);
    assert_eq!(ran.results(), ["refused", "refused", "applied"]);
    let message = |id| ran.client(id)["details"]["message"].as_str().unwrap().to_owned();
    assert!(message("11").contains("an empty list means the provider's default") && message("11").contains("run "));
    assert!(message("12").contains("RU ZZ") && message("12").contains("look at the client"), "{}", message("12"));
    let kinds: Vec<Json> = ["11", "12"].map(|id| ran.client(id)["blocked"][0]["kind"].clone()).into();
    assert_eq!(kinds, [json!("closing"), json!("closing")]);
}

/// The value that someone sets before the second read, what is sent, and the result.
#[test]
fn a_value_that_changes_before_the_put_is_planned_again() {
    let table = [
        ("RU TR", Some("RU"), "applied"),
        ("RU", None, "unchanged"),
        ("RU BY", None, "unchanged"),
        ("RU BY TR DE", Some("BY RU"), "applied"),
        ("*", Some("BY KZ RU"), "applied"),
        ("null", None, "unchanged"),
        ("ZZ", None, "refused"),
        ("TR", None, "refused"),
    ];
    for (meanwhile, sent, result) in table {
        let mut world = world(json!("RU BY TR"), "[RU, BY, KZ]")
            .project("limits: {max_read_age: 0s}")
            .fault(&format!("meddle=geo_list:{meanwhile},on=get,client=12,after=1,times=1"));
        let ran = world.run(&format!("{CLOSE} --format json=report.json"));
        assert_eq!(ran.results(), [result], "{meanwhile}\n{}", ran.stdout);
        let puts: Vec<Json> = sent.into_iter().map(|codes| json!({"geo_list": codes})).collect();
        assert_eq!(world.puts(), puts, "{meanwhile}");
        // The document of the run says what was sent, or what live holds already, and reads back.
        let put = if meanwhile == "RU BY" {
            json!({"geo_list": "BY RU"})
        } else {
            puts.first().cloned().unwrap_or(json!({}))
        };
        assert_eq!(ran.client("12")["put"], put, "{meanwhile}");
        let shown = world.run("show report.json");
        assert!(!shown.stderr.contains("error"), "{meanwhile}: {}", shown.stderr);
    }
    // The guards judge the new value too.
    let mut world = world(json!("RU TR"), "[RU, BY, KZ]")
        .project("guards: [{name: too-many-countries, deny: {max_countries: 2}}]\nlimits: {max_read_age: 0s}")
        .fault("meddle=geo_list:*,on=get,client=12,after=1,times=1");
    let ran = world.run(CLOSE).status(1).requests(1, 2, 0);
    assert_eq!(ran.results(), ["refused"]);
    // With --only nobody knows who brought the new value.
    let mut world = self::world(json!("RU TR"), "[RU]").project("limits: {max_read_age: 0s}").repository();
    world.declare(12, "{geo_list: [RU]}");
    world.server().fault("meddle=geo_list:RU DE,on=get,client=12,after=1,times=1".parse().unwrap());
    let ran = world.run(&format!("{CLOSE} --base main --only drift")).status(1);
    assert_eq!((ran.results(), world.puts().len()), (vec!["stale".to_owned()], 0));
}

#[test]
fn a_lost_answer_is_settled_by_reading_and_a_lost_put_is_sent_again() {
    for fault in ["reset-after", "server-error-after=502", "truncated", "not-json"] {
        let mut world = world(json!("RU TR"), "[RU, KZ]").fault(&format!("{fault},on=put,client=12,times=1"));
        let ran = world.run(CLOSE).ok().requests(1, 2, 1);
        assert_eq!(ran.client("12")["details"]["confirmed_by"], "reading", "{fault}");
    }
    let mut lost = world(json!("RU TR"), "[RU, KZ]").fault("reset,on=put,client=12,times=1");
    lost.run(CLOSE).ok().requests(1, 2, 2);
    assert_eq!(lost.stored(12, "geo_list"), "RU");
    let mut moved = world(json!("RU TR"), "[RU, KZ]")
        .fault("reset,on=put,client=12,times=1")
        .fault("meddle=geo_list:DE,on=get,client=12,after=1");
    let ran = moved.run(CLOSE).status(1).requests(1, 2, 1);
    assert_eq!(ran.results(), ["stale"]);
}

#[test]
fn what_the_api_stores_instead_is_judged_by_what_was_sent() {
    let ignore = Semantics { ignore: vec!["geo_list".into()], ..Semantics::default() };
    let ran = world(json!("RU TR"), "[RU, KZ]").semantics(ignore).run(CLOSE).status(1).requests(1, 1, 1);
    let found = ran.client("12")["details"]["not_converged"][0].clone();
    assert_eq!(found, json!({"field": "geo_list", "sent": "RU", "stored": "RU TR"}));
    let replace = Semantics { replace: true, ..Semantics::default() };
    let mut world = World::new().semantics(replace);
    for id in [12, 13] {
        world = world.live(id, json!({"geo_list": "RU TR", "hold_music": 7})).declared(id, "{geo_list: [RU, KZ]}");
    }
    let ran = world.run(CLOSE).status(1);
    assert_eq!((ran.results(), world.puts().len()), (vec!["collateral".to_owned(), "skipped".to_owned()], 1));
}

/// A number below `n`, from a seed that each call moves on.
fn pick(seed: &mut u64, n: u64) -> u64 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*seed >> 33) % n
}

/// Some of six countries.
fn some(seed: &mut u64) -> String {
    let codes = ["RU", "BY", "KZ", "TR", "GE", "DE"];
    let taken: Vec<&str> = codes.into_iter().filter(|_| pick(seed, 2) == 0).collect();
    if taken.is_empty() { "RU".to_owned() } else { taken.join(" ") }
}

#[test]
fn over_http_no_put_of_a_fleet_opens() {
    let mut seed = 20_261_127;
    let mut world = World::new();
    let mut clients = Vec::new();
    let mut documents = String::new();
    for id in 1..=400 {
        let live = match pick(&mut seed, 10) {
            0 => json!("*"),
            1 => json!(null),
            2 => json!("RU ZZ"),
            _ => json!(some(&mut seed)),
        };
        let declared = match pick(&mut seed, 12) {
            0 => json!("*"),
            1 => json!(null),
            _ => json!(some(&mut seed)),
        };
        let music = pick(&mut seed, 3);
        documents
            .push_str(&format!("client: {id}\nsettings: {{geo_list: {declared}, hold_music: {}}}\n---\n", music + 1));
        world = world.live(id, json!({"geo_list": live, "hold_music": 2, "timezone": "UTC"}));
        clients.push((id, live, declared));
    }
    let mut world = world.file("clients/all.yaml", &documents);
    let ran = world.run(CLOSE);
    let puts = world.server().puts();
    let mut closed = 0;
    for (id, live, declared) in &clients {
        let own: Vec<&Json> =
            puts.iter().filter(|(client, _)| *client == id.to_string()).map(|(_, body)| body).collect();
        assert!(own.len() <= 1, "client {id}");
        if let Some(body) = own.first() {
            assert_closes(body, live, declared);
            closed += 1;
        }
        let (after, declared) = (codes(&world.stored(*id, "geo_list")), codes(declared));
        if let (Some(after), Some(declared), Some(before)) = (after, declared, codes(live))
            && !before.is_disjoint(&declared)
        {
            assert!(after.is_subset(&declared), "client {id} keeps an undeclared country");
        }
        assert_eq!(world.stored(*id, "hold_music"), 2);
    }
    assert!(closed > 100, "{closed} of 400 had something to close");
    assert_eq!(puts.len(), closed);
    let shown = ran.results().iter().filter(|result| *result == "applied").count();
    assert_eq!(shown, closed);
    // A second run finds nothing to close.
    let again = world.run(CLOSE);
    assert_eq!(world.server().puts().len(), closed, "{}", again.stderr);
}
