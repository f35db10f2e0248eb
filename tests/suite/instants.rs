//! `--at`: what another instant would show, and what such a document is never used for.

use std::fs;

use serde_json::{Value as Json, json};

use crate::world::World;

/// Client 12 lets RU in, and TR for a trip until 14 December in Moscow. A waiver covers its music until the same day.
fn world() -> World {
    let trip = "temporary:\n- settings: {geo_list: {add: [TR]}}\n  from: 2026-12-01\n  until: 2026-12-14\n  \
                owner: anna\n  reason: trade fair\n";
    World::new()
        .live(12, json!({"geo_list": "RU", "hold_music": 7}))
        .project(
            "zone: Europe/Moscow\nwaivers:\n- {client: 12, field: hold_music, owner: noc, reason: r, until: 2026-12-14}",
        )
        .file("clients/12.yaml", &format!("client: 12\nsettings: {{geo_list: RU, hold_music: 8}}\n{trip}"))
}

/// Instants around both ends of the trip: as given, as recorded, and whether the trip is on.
const INSTANTS: &[(&str, &str, bool)] = &[
    ("2026-11-30", "2026-11-29T21:00:00Z", false),
    ("2026-12-01", "2026-11-30T21:00:00Z", true),
    ("2026-11-30T20:59:59Z", "2026-11-30T20:59:59Z", false),
    ("2026-12-01T00:00+03", "2026-11-30T21:00:00Z", true),
    ("2026-12-14", "2026-12-13T21:00:00Z", true),
    ("2026-12-14T23:59:59+03:00", "2026-12-14T20:59:59Z", true),
    ("2026-12-15", "2026-12-14T21:00:00Z", false),
    ("2026-12-14T16:00-05:00", "2026-12-14T21:00:00Z", false),
    ("9999-12-31", "9999-12-30T21:00:00Z", false),
    ("0001-01-01", "0000-12-31T21:29:43Z", false),
];

#[test]
fn declared_values_are_those_of_the_instant_and_the_document_records_it() {
    let mut world = world();
    for (at, recorded, is_on) in INSTANTS {
        let declared = if *is_on { "RU TR" } else { "RU" };
        let resolved = world.run(&format!("resolve --at {at} --format json")).ok().sends_nothing().json();
        assert_eq!(resolved["clients"][0]["settings"]["geo_list"]["value"], declared, "{at}");
        let plan = world.run(&format!("plan --at {at} --format json")).ok();
        let changes = plan.client("12")["changes"].as_array().unwrap().len();
        assert_eq!((&plan.json()["run"]["at"], changes), (&json!(recorded), 1 + usize::from(*is_on)), "{at}");
        let valid = world.run(&format!("validate --at {at} --format json")).ok().sends_nothing();
        assert_eq!(valid.json()["run"]["at"], *recorded, "{at}");
    }
    for line in ["plan --format json", "drift --format json", "validate --format json"] {
        assert_eq!(world.run(line).json()["run"]["at"], Json::Null, "{line}");
    }
    assert_eq!(world.puts(), [Json::Null; 0]);
}

#[test]
fn at_governs_waivers_too() {
    // The zone of the project, the end of the waiver, an instant, and whether the waiver holds then.
    let table = [
        ("Europe/Moscow", "2026-12-14", "2026-12-14T20:59:59Z", true),
        ("Europe/Moscow", "2026-12-14", "2026-12-14T21:00:00Z", false),
        ("UTC", "2026-12-14", "2026-12-14T21:00:00Z", true),
        ("UTC", "2026-12-14", "2026-12-15", false),
        // A day that begins at 01:00 begins there.
        ("America/Sao_Paulo", "2018-11-03", "2018-11-04T02:59:59Z", true),
        ("America/Sao_Paulo", "2018-11-03", "2018-11-04", false),
        ("Pacific/Apia", "2011-12-29", "2011-12-30", false),
        ("Europe/Moscow", "2026-12-14T18:00-05:00", "2026-12-14T22:59:59Z", true),
        ("Europe/Moscow", "2026-12-14T18:00-05", "2026-12-14T23:00Z", false),
    ];
    for (zone, until, at, holds) in table {
        let rules = format!(
            "zone: {zone}\nwaivers: [{{client: 12, field: hold_music, owner: noc, reason: r, until: \"{until}\"}}]"
        );
        let mut world = World::new().live(12, json!({"hold_music": 7})).project(&rules).declared(12, "{hold_music: 8}");
        let ran = world.run(&format!("drift --at {at} --format json")).status(if holds { 0 } else { 2 });
        let drift = &ran.json()["run"]["drift"];
        let finding = &drift["findings"][0];
        let waived = if holds { json!({"owner": "noc", "reason": "r", "until": until}) } else { Json::Null };
        assert_eq!(finding["waived"], waived, "{until} in {zone} at {at}");
        let ended = drift["expired_waivers"].as_array().unwrap();
        assert_eq!((ended.len(), ended.iter().all(|one| one["until"] == until)), (usize::from(!holds), true), "{at}");
        if !holds {
            let ended = format!("ended {} {until}", if until.contains('T') { "at" } else { "on" });
            world.run(&format!("drift --at {at}")).status(2).prints(&[&ended]);
        }
    }
}

#[test]
fn a_floor_counts_its_days_from_the_instant() {
    let mut world = world();
    let floor = tempfile::tempdir().unwrap();
    let file = floor.path().join("floor.yaml");
    fs::write(&file, "max_waiver: 7d\n").unwrap();
    for (at, holds) in [("2026-12-07", true), ("2026-12-06T23:59+03:00", false)] {
        let line = format!("drift --at {at} --field hold_music --floor {}", file.display());
        let ran = world.run(&line).status(if holds { 0 } else { 2 });
        assert_eq!(ran.stdout.contains("it ends after 2026-12-13"), !holds, "{at}\n{}", ran.stdout);
    }
}

#[test]
fn what_would_keep_or_spread_another_instant_is_wrong_usage() {
    let mut world = world();
    for line in [
        "plan --at 2026-12-15 --out p.json",
        "plan --out p.json --at 2026-12-15",
        "drift --at 2026-12-15 --since r.json",
        "drift --at 2026-12-15 --since r.json --budget 5",
        "drift --at 2026-12-15 --metrics m.prom",
        "drift --at 2026-12-15 --notify https://hooks.example/x",
    ] {
        world.run(line).status(1).sends_nothing().says(&["--at", "cannot be used with"]);
    }
    world.run("apply --at 2026-12-15 --yes").status(1).sends_nothing().says(&["`--at` is a flag of other commands"]);
    for file in ["p.json", "r.json", "m.prom"] {
        assert!(!world.path(file).exists(), "{file}");
    }
}

#[test]
fn a_plan_of_another_instant_does_not_become_one_of_now_by_hand() {
    let mut world = world();
    world.run("plan --at 2026-12-05 --format json=p.json");
    let text = fs::read_to_string(world.path("p.json")).unwrap();
    let mut plan: Json = serde_json::from_str(&text).unwrap();
    assert!(plan["run"]["at"].is_string(), "{text}");
    for at in [Json::Null, json!("2026-12-06T00:00:00Z")] {
        plan["run"]["at"] = at;
        fs::write(world.path("edited.json"), plan.to_string()).unwrap();
        for line in ["apply --plan edited.json --yes", "show edited.json"] {
            world.run(line).status(1).sends_nothing().says(&["its digest does not fit"]);
        }
    }
    world.run("show p.json").says(&[]);
}

#[test]
fn the_webhook_of_the_environment_gets_no_news_of_another_instant() {
    // The address is refused where it counts.
    let mut world = world().env("RINGFORM_NOTIFY_URL", "http://hooks.example/hush");
    world.run("drift").status(1).sends_nothing().says(&["RINGFORM_NOTIFY_URL"]);
    world.run("drift --at 2026-12-16").status(2).requests(1, 1, 0);
}

#[test]
fn a_wrong_instant_is_an_error_that_names_the_right_spelling() {
    let mut world = world();
    for (text, parts) in [
        ("tomorrow", ["a word is not a day", "write a day such as 2026-12-01"]),
        ("01.12.2026", ["the year comes first in a day", "write 2026-12-01"]),
        ("2026-13-01", ["the month 13 does not exist", "did you mean 2026-01-13?"]),
        ("2026-02-30", ["the day 2026-02-30 does not exist", "2026-02-28"]),
        ("2026-12-01T10:00", ["the time has no offset from UTC", "write 2026-12-01T10:00Z"]),
        ("2026-12-01 10:00", ["a capital T separates day and time", "write 2026-12-01T10:00+03:00"]),
        ("2026-12-1", ["month and day have two digits each", "write 2026-12-01"]),
        ("2026-12-01T24:00Z", ["the time 24:00 does not exist", "00:00 of the next day"]),
        ("1\u{1b}[31m2", ["the text is not a day or an instant", "write a day"]),
    ] {
        for command in ["resolve", "validate", "plan", "drift"] {
            let output = world.command(command).args(["--at", text]).output().unwrap();
            let said = String::from_utf8(output.stderr).unwrap();
            let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
            assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0), "{command} {text}");
            assert!(parts.iter().all(|part| said.contains(part)) && said.contains("--at"), "{command} {text}: {said}");
            assert!(!said.contains('\u{1b}'), "{command}: {said}");
        }
    }
}

#[test]
fn a_plan_of_another_instant_is_never_applied() {
    let mut world = world();
    world.run("plan --at 2026-12-05 --format json=p.json").ok();
    let ran = world.run("apply --plan p.json --yes").status(1).sends_nothing();
    ran.says(&["p.json cannot be applied", "2026-12-04T21:00:00Z", "make a new plan without --at"]);
    assert_eq!(world.stored(12, "geo_list"), "RU");
}

#[test]
fn a_report_of_another_instant_is_continued_by_no_run() {
    let mut world = world();
    world.run("drift --at 2026-12-05 --format json=r.json").status(2);
    let before = world.read("r.json");
    let ran = world.run("drift --since r.json --format json=r.json").status(1).sends_nothing();
    ran.says(&["r.json", "2026-12-04T21:00:00Z (--at)", "remove it to start again"]);
    assert_eq!(world.read("r.json"), before);
}

#[test]
fn show_joins_only_shards_of_one_instant() {
    let mut world = world().live(13, json!({"hold_music": 7})).declared(13, "{hold_music: 8}");
    for (name, flags) in [
        ("1.json", "--shard 1/2 --at 2026-12-05"),
        ("2.json", "--shard 2/2 --at 2026-12-04T21:00:00Z"),
        ("later.json", "--shard 2/2 --at 2026-12-06"),
        ("now.json", "--shard 2/2"),
    ] {
        world.run(&format!("plan {flags} --format json={name}")).ok();
    }
    world.run("show 1.json 2.json").ok().prints(&["those of 2026-12-04T21:00:00Z (--at)"]);
    for (other, instant) in [("later.json", "2026-12-05T21:00:00Z"), ("now.json", "the start of its run")] {
        for files in [format!("1.json {other}"), format!("{other} 1.json")] {
            let ran = world.run(&format!("show {files}")).status(1);
            let ran = ran.says(&["2026-12-04T21:00:00Z", instant, "run all shards with one --at"]);
            assert_eq!(ran.stdout, "", "{files}");
        }
    }
}

#[test]
fn each_report_for_people_names_the_instant() {
    let mut world = world();
    let at = "2026-12-04T21:00:00Z";
    for command in ["plan", "drift"] {
        let line = format!("{command} --at 2026-12-05 --format text=r.txt --format markdown=r.md --format html=r.html");
        world.run(&line);
        for file in ["r.txt", "r.md", "r.html"] {
            assert!(world.read(file).contains(at), "{command}, {file}");
        }
        world.run(&format!("{command} --format text=r.txt --format markdown=r.md --format html=r.html"));
        for file in ["r.txt", "r.md", "r.html"] {
            assert!(!world.read(file).contains(at), "{command} without --at, {file}");
        }
    }
}
