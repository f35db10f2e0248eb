//! `resolve --calendar` and the dated part of `resolve`, as people run them.

use serde_json::{Value as Json, json};

use crate::icalendar;
use crate::world::World;

/// Client 12 takes the profile as it is, 13 hides its countries, 14 ignores them and has another music, 15 is @me.
fn world() -> World {
    World::new()
        .project(
            "zone: Europe/Moscow
profiles:
  standard:
    geo_list: [RU]
    hold_music: 7
    temporary:
      - settings: {geo_list: {add: [TR, GE]}, hold_music: 77}
        from: 2026-12-01
        until: 2026-12-14
        owner: anna
        reason: trade fair, ticket 4711
defaults: {profiles: [standard]}
waivers:
  - {client: 12, field: geo_list, owner: noc, reason: moves, until: 2026-12-05}
  - {client: 13, owner: noc, reason: blocked, until: 2026-12-06T10:00Z}
  - {client: 14, field: geo_list, owner: noc, reason: unmanaged there, until: 2026-12-05}
  - {client: 99, owner: noc, reason: nobody declares it, until: 2026-12-05}",
        )
        .file("clients/12.yaml", "client: 12\nlabels: {city: moscow}\n")
        .file("clients/13.yaml", "client: 13\nsettings: {geo_list: [KZ]}\n")
        .file("clients/14.yaml", "client: 14\nignore: [geo_list]\nsettings: {hold_music: 5}\n")
        .file(
            "clients/me.yaml",
            "client: \"@me\"
temporary:
  - {settings: {hold_music: 9}, until: 2026-12-03T09:00+03:00, owner: duty, reason: night}
",
        )
}

/// What happens, when, and to whom, in the order of the document.
fn facts(document: &Json) -> Vec<String> {
    let fact = |event: &Json| {
        let text = |key: &str| event[key].as_str().unwrap().to_owned();
        let clients: Vec<&str> = event["clients"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
        let (at, verb, kind) = (text("at"), text("event"), text("kind"));
        format!("{at} {kind} {verb} {} of {}", event["settings"], clients.join("+"))
    };
    document["events"].as_array().unwrap().iter().map(fact).collect()
}

#[test]
fn each_begin_and_end_is_one_event_with_the_clients_on_which_it_has_an_effect() {
    let mut world = world();
    let both = r#"{"geo_list":{"add":["GE","TR"]},"hold_music":77}"#;
    let ran = world.run("resolve --calendar --at 2026-12-01 --format json").ok().sends_nothing();
    assert_eq!(
        facts(&ran.json()),
        [
            format!("2026-11-30T21:00:00Z temporary begins {both} of 12+13+@me"),
            "2026-12-03T06:00:00Z temporary ends {\"hold_music\":9} of @me".to_owned(),
            "2026-12-05T21:00:00Z waiver ends \"geo_list\" of 12".to_owned(),
            "2026-12-06T10:00:00Z waiver ends null of 13".to_owned(),
            format!("2026-12-14T21:00:00Z temporary ends {both} of 12+13+@me"),
        ]
    );
    let event = ran.json()["events"][0].clone();
    let source = json!({"file": "ringform.yaml", "line": 8, "column": 9});
    let wanted = [json!("anna"), json!("trade fair, ticket 4711"), source];
    assert_eq!(["owner", "reason", "source"].map(|key| event[key].clone()), wanted);

    // Each selection narrows clients, fields and waivers.
    for (flags, expected) in [
        ("--client 13", vec!["null of 13", "{\"hold_music\":77} of 13"]),
        ("--label city=moscow", vec!["\"geo_list\" of 12", &format!("{both} of 12")]),
        ("--client 12 --field hold_music", vec!["{\"hold_music\":77} of 12"]),
        ("--client 14", vec![]),
    ] {
        let ran = world.run(&format!("resolve --calendar --at 2026-12-02 --format json {flags}")).ok();
        let found = facts(&ran.json());
        let found: Vec<&str> = found.iter().filter_map(|fact| fact.split(" ends ").nth(1)).collect();
        assert_eq!(found, expected, "{flags}");
    }
}

#[test]
fn the_window_begins_with_the_run_and_ends_after_the_days() {
    let mut world = world();
    for (flags, count) in [
        ("--at 2026-12-14T21:00:00Z", 1),
        ("--at 2026-12-14T21:00:01Z", 0),
        ("--at 2026-12-13T21:00:00Z --days 1", 0),
        ("--at 2026-12-13T21:00:01Z --days 1", 1),
        ("--at 2016-12-24 --days 3660", 5),
        ("--at 9999-12-31 --days 3660", 0),
    ] {
        let ran = world.run(&format!("resolve --calendar --format json {flags}")).ok();
        assert_eq!(facts(&ran.json()).len(), count, "{flags}");
    }
    let ran = world.run("resolve --calendar --at 2026-12-20 --days 2").ok();
    assert_eq!(ran.stdout, "Nothing begins or ends from 2026-12-19T21:00:00Z to 2026-12-21T21:00:00Z.\n");
    let ran = world.run("resolve --calendar --at 2026-12-05T00:00:01+03:00 --days 1").ok();
    assert_eq!(
        ran.stdout,
        "2026-12-05T21:00:00Z  ends    waiver of geo_list  client 12\n    noc: moves  ringform.yaml:15:5\n\
         1 event from 2026-12-04T21:00:01Z to 2026-12-05T21:00:01Z.\n"
    );
}

#[test]
fn a_calendar_program_reads_the_file_and_finds_its_events_again() {
    let mut world = world();
    let events = |world: &mut World| {
        let ran = world.run("resolve --calendar --at 2026-12-01 --format ics").ok().sends_nothing();
        icalendar::read(ran.stdout.as_bytes())
    };
    let before = events(&mut world);
    let seen: Vec<(String, String)> =
        before.iter().map(|event| (event.utc("DTSTART"), event.text("SUMMARY"))).collect();
    let all = "geo_list +GE +TR, hold_music = 77";
    assert_eq!(
        seen,
        [
            ("2026-11-30T21:00:00Z".to_owned(), format!("3 clients: {all} begins")),
            ("2026-12-03T06:00:00Z".to_owned(), "client @me: hold_music = 9 ends".to_owned()),
            ("2026-12-05T21:00:00Z".to_owned(), "client 12: waiver of geo_list ends".to_owned()),
            ("2026-12-06T10:00:00Z".to_owned(), "client 13: waiver of the whole client ends".to_owned()),
            ("2026-12-14T21:00:00Z".to_owned(), format!("3 clients: {all} ends")),
        ]
    );
    assert_eq!(before[0].text("DESCRIPTION"), "anna: trade fair, ticket 4711\nclients 12, 13, @me\nringform.yaml:8:9");
    assert_eq!(before[0].utc("DTSTAMP"), "2026-11-30T21:00:00Z");
    // Lines above it, and another reason, leave each event what it is.
    let project = world.read("ringform.yaml").replacen("profiles:", "# one\n# more\nprofiles:", 1);
    world.write("ringform.yaml", project.replace("ticket 4711", "ticket 4712").as_bytes());
    let uids = |events: &[icalendar::Component]| events.iter().map(|event| event.text("UID")).collect::<Vec<_>>();
    assert_eq!(uids(&events(&mut world)), uids(&before));
}

#[test]
fn hostile_owners_and_reasons_stay_words() {
    let mut world = World::new().file(
        "clients/12.yaml",
        "client: 12\nsettings: {geo_list: [RU]}\ntemporary:\n  - settings: {geo_list: {add: [TR]}}\n    \
         until: 2026-12-14\n    owner: \"a;b,c\\\\d\\r\\nEND:VEVENT\\r\\nEND:VCALENDAR\"\n    \
         reason: |\n      BEGIN:VEVENT\n      ::error::x \u{1F600}\u{1F600}\u{1F600}\u{1F600}\u{1F600}\u{1F600}\n",
    );
    let ran = world.run("resolve --calendar --at 2026-12-01 --format ics").ok();
    let events = icalendar::read(ran.stdout.as_bytes());
    assert_eq!(events.len(), 1);
    let shown = events[0].text("DESCRIPTION");
    assert!(shown.starts_with("a;b,c\\d\\r\\nEND:VEVENT\\r\\nEND:VCALENDAR: BEGIN:VEVENT\\n"), "{shown}");
    let ran = world.run("resolve --calendar --at 2026-12-01").ok();
    assert_eq!(ran.stdout.lines().count(), 3, "{}", ran.stdout);
    let ran = world.run("resolve --at 2026-12-01").ok();
    assert!(ran.stdout.lines().all(|line| !line.starts_with("END") && !line.starts_with("BEGIN")), "{}", ran.stdout);
}

#[test]
fn resolve_lists_entries_and_waivers_of_a_client_whether_they_hold_or_not() {
    let mut world = world();
    let state = |world: &mut World, at: &str| {
        let ran = world.run(&format!("resolve --client 12 --format json --at {at}")).ok();
        let client = ran.json()["clients"][0].clone();
        let active = |key: &str| -> Vec<Json> {
            client[key].as_array().unwrap().iter().map(|one| one["active"].clone()).collect()
        };
        (client["settings"]["geo_list"]["value"].clone(), active("temporary"), active("waivers"), client)
    };
    let (value, entries, waivers, client) = state(&mut world, "2026-11-30");
    assert_eq!((value, entries, waivers), (json!("RU"), vec![json!(false); 2], vec![json!(true)]));
    let source = json!({"file": "ringform.yaml", "line": 8, "column": 9});
    assert_eq!(
        client["temporary"][0],
        json!({"field": "geo_list", "value": {"add": ["GE", "TR"]}, "from": "2026-12-01", "until": "2026-12-14",
            "owner": "anna", "reason": "trade fair, ticket 4711", "source": source, "active": false})
    );
    assert_eq!(client["temporary"][1]["value"], 77);
    assert_eq!(
        client["waivers"][0],
        json!({"field": "geo_list", "until": "2026-12-05", "owner": "noc", "reason": "moves",
            "source": {"file": "ringform.yaml", "line": 15, "column": 5}, "active": true})
    );
    let (value, entries, waivers, _) = state(&mut world, "2026-12-06");
    assert_eq!((value, entries, waivers), (json!("GE RU TR"), vec![json!(true); 2], vec![json!(false)]));
    let (value, entries, ..) = state(&mut world, "2026-12-15");
    assert_eq!((value, entries), (json!("RU"), vec![json!(false); 2]));

    let text = world.run("resolve --client 12 --at 2026-12-06").ok().stdout;
    let entry = "temporary geo_list +GE +TR  from 2026-12-01 until 2026-12-14, active  anna: trade fair, ticket 4711";
    let waiver = "waiver of geo_list  until 2026-12-05, ended  noc: moves  ringform.yaml:15:5";
    assert!(text.contains(entry) && text.contains(waiver), "{text}");
    let text = world.run("resolve --client 12 --at 2026-11-01").ok().stdout;
    assert!(text.contains("until 2026-12-14, not begun"), "{text}");
    // What has no effect on a client is not listed.
    let ran = world.run("resolve --client 14 --format json").ok();
    assert_eq!(
        (&ran.json()["clients"][0]["temporary"], &ran.json()["clients"][0]["waivers"]),
        (&json!([]), &json!([]))
    );
}

#[test]
fn wrong_usage_says_what_goes_together() {
    let mut world = world();
    for (flags, parts) in [
        ("--format ics", &["`--format ics` is a format of --calendar only", "add --calendar"][..]),
        ("--days 3", &["--calendar"]),
        ("--calendar --days 0", &["--days", "1..=3660"]),
        ("--calendar --days 3661", &["--days", "1..=3660"]),
        ("--calendar --days 99999999999999999999", &["--days"]),
        ("--calendar --days ten", &["--days"]),
        ("--calendar --format markdown", &["--format", "ics"]),
    ] {
        let ran = world.run(&format!("resolve {flags}")).status(1).says(parts);
        assert_eq!(ran.stdout, "", "{flags}");
    }
}

#[test]
fn no_reason_reaches_a_terminal_or_the_log_of_a_ci_job_as_a_command() {
    // A C1 control sequence, a text direction, and a command of Azure Pipelines.
    let reason = "\"\\x9b31m \\u202e ##[error]pwned\"";
    let entry = format!("{{settings: {{hold_music: 9}}, until: 2026-12-03, owner: duty, reason: {reason}}}");
    let lines = format!("client: 12\nsettings: {{hold_music: 5}}\ntemporary:\n- {entry}\n");
    let mut world = World::new().file("clients/12.yaml", &lines);
    for flags in ["--calendar", ""] {
        for format in ["text", "json", "ics"].into_iter().filter(|format| *format != "ics" || !flags.is_empty()) {
            let line = format!("resolve {flags} --at 2026-12-01 --format {format}");
            let ran = world.run(&line).ok();
            assert!(ran.stdout.contains("pwned"), "{line}\n{}", ran.stdout);
            let obeyed = ["\u{9b}", "\u{202e}"].into_iter().find(|part| ran.stdout.contains(part));
            assert_eq!(obeyed, None, "{line}\n{}", ran.stdout);
            // A calendar program reads the file, and no log shows it.
            assert!(format == "ics" || !ran.stdout.contains("##[error]"), "{line}\n{}", ran.stdout);
        }
    }
}
