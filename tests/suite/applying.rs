//! `apply`: minimal PUTs, verified, and nothing else.

use ringform::sandbox::{Normalise, Semantics};
use serde_json::json;

use crate::world::World;

fn two() -> World {
    World::new()
        .live(12, json!({"geo_list": "RU BY", "hold_music": 7}))
        .live(13, json!({"timezone": "Europe/Moscow", "hold_music": 7}))
        .declared(12, "{geo_list: [RU, KZ]}")
        .declared(13, "{timezone: Asia/Omsk}")
}

#[test]
fn apply_sends_only_what_changed_and_a_second_apply_sends_nothing() {
    let mut world = two();
    world.run("apply --yes").ok().requests(1, 2, 2).prints(&["2 clients", "applied"]);
    assert_eq!(world.puts(), [json!({"geo_list": "KZ RU"}), json!({"timezone": "Asia/Omsk"})]);
    assert_eq!(world.stored(12, "hold_music"), 7);
    let again = world.run("apply --yes --format json").ok().requests(1, 2, 0);
    assert_eq!(again.results(), ["unchanged", "unchanged"]);
}

#[test]
fn both_routes_and_me_work_with_the_exact_paths() {
    for (route, path) in
        [("client", "/api/ver1.0/client/@me/client/"), ("client_info", "/api/ver1.0/client/client_info/@me/")]
    {
        let mut world = World::new()
            .live(12, json!({}))
            .project(&format!("route: {route}"))
            .file("me.yaml", "client: \"@me\"\nsettings: {timezone: UTC}\n");
        world.run("apply --yes").ok().requests(1, 1, 1);
        let paths: Vec<String> = world.server().requests().into_iter().map(|request| request.path).collect();
        assert_eq!(paths, ["/oauth/token", path, path]);
        let requests = world.server().requests();
        assert!(
            requests.iter().all(|request| request.accept_encoding.as_deref().is_some_and(|text| text.contains("gzip")))
        );
        assert!(requests.iter().all(|request| request.user_agent.as_deref() == Some("ringform/0.1.0")));
        assert!(requests.iter().all(|request| !request.query));
    }
}

#[test]
fn without_a_terminal_apply_needs_yes_on_every_day() {
    let mut world = two();
    world.run("apply").status(1).says(&["--yes"]).sends_nothing();
    world.run("apply --yes").ok();
    world.run("apply").status(1).says(&["--yes"]).sends_nothing();
}

#[test]
fn another_value_stored_is_told_and_not_sent_again() {
    let cases = [
        (Normalise::Zones, "timezone", "US/Pacific", "America/Los_Angeles"),
        (Normalise::Emails, "disk_space_notify_email", "NOC@Example.org", "noc@example.org"),
    ];
    for (normalise, field, sent, stored) in cases {
        let mut world = World::new()
            .live(12, json!({}))
            .declared(12, &format!("{{{field}: {sent}}}"))
            .semantics(Semantics { normalise: vec![normalise], ..Default::default() });
        let ran = world.run("apply --yes --format json").status(1).requests(1, 1, 1);
        assert_eq!(ran.results(), ["not_converged"]);
        let details = &ran.client("12")["details"];
        assert_eq!(details["not_converged"][0], json!({"field": field, "sent": sent, "stored": stored}));
        let next = world.run("plan --format json").ok();
        assert_eq!(next.client("12")["changes"][0]["before"], stored, "the next plan shows the difference again");
    }
}

#[test]
fn another_spelling_of_the_same_value_converges() {
    let semantics = Semantics {
        normalise: vec![Normalise::Countries, Normalise::NumbersAsText, Normalise::EmptyForNull],
        ..Default::default()
    };
    let mut world = World::new()
        .live(12, json!({"geo_list": "RU", "hold_music": 7, "timezone": "UTC"}))
        .declared(12, "{geo_list: [RU, KZ, BY], hold_music: null, dial_rule_id: 19, timezone: UTC}")
        .semantics(semantics);
    world.run("apply --yes").ok().requests(1, 1, 1);
    world.run("apply --yes").ok().requests(1, 1, 0);
}

#[test]
fn a_field_that_the_api_ignores_does_not_converge() {
    let mut world = two().semantics(Semantics { ignore: vec!["geo_list".into()], ..Default::default() });
    let ran = world.run("apply --yes --format json").status(1).requests(1, 2, 2);
    assert_eq!(ran.results(), ["not_converged", "applied"]);
}

#[test]
fn an_api_that_replaces_shows_it_on_one_client_and_not_on_a_fleet() {
    let mut world = World::new().semantics(Semantics { replace: true, ..Default::default() });
    for id in 1..=20 {
        world = world.live(id, json!({"hold_music": 7, "timezone": "UTC"})).declared(id, "{timezone: Asia/Omsk}");
    }
    let ran = world.run("apply --yes --format json").status(1).requests(1, 20, 1);
    let results = ran.results();
    assert_eq!(results.iter().filter(|result| *result == "collateral").count(), 1);
    assert_eq!(results.iter().filter(|result| *result == "skipped").count(), 19);
    let client = ran.client("1");
    assert_eq!(client["details"]["collateral"][0], json!({"field": "hold_music", "before": 7, "after": null}));
    // Not by an apply: here a PUT with this field alone would clear the others.
    let message = client["details"]["message"].as_str().unwrap();
    assert!(message.contains("Put it back in the web cabinet: `hold_music: 7`"), "{message}");
}

#[test]
fn collateral_that_is_accepted_stops_nothing() {
    let mut world = World::new().semantics(Semantics { replace: true, ..Default::default() });
    for id in 1..=3 {
        world = world.live(id, json!({"hold_music": 7, "timezone": "UTC"})).declared(id, "{timezone: Asia/Omsk}");
    }
    let ran = world.run("apply --yes --allow-collateral hold_music --format json").ok().requests(1, 3, 3);
    assert_eq!(ran.results(), ["applied", "applied", "applied"]);
}

#[test]
fn null_that_the_api_refuses_fails_that_client_alone() {
    let mut world = World::new()
        .live(12, json!({"timezone": "Asia/Omsk"}))
        .live(13, json!({"timezone": "Asia/Omsk"}))
        .declared(12, "{timezone: null}")
        .declared(13, "{timezone: UTC}")
        .semantics(Semantics { refuse_null: true, ..Default::default() });
    let ran = world.run("apply --yes --format json").status(1).requests(1, 2, 2);
    assert_eq!(ran.results(), ["failed", "applied"]);
    assert!(ran.client("12")["details"]["message"].as_str().unwrap().contains("timezone"), "{}", ran.client("12"));
}

#[test]
fn a_write_whose_answer_was_lost_is_confirmed_by_reading() {
    for fault in
        ["reset-after", "server-error-after=502", "truncated", "not-json", "array", "empty-object", "wrong-id=99"]
    {
        let mut world = two().fault(&format!("{fault},on=put,client=12,times=1"));
        let ran = world.run("apply --yes --format json");
        assert_eq!(ran.results(), ["applied", "applied"], "{fault}\n{}", ran.stdout);
        let ran = ran.ok().requests(1, 3, 2);
        assert_eq!(ran.client("12")["details"]["confirmed_by"], "reading", "{fault}");
        assert_eq!(world.stored(12, "geo_list"), "KZ RU");
    }
}

#[test]
fn a_write_that_was_lost_is_sent_again_after_a_reading() {
    for fault in ["reset", "server-error=503"] {
        let mut world = two().fault(&format!("{fault},on=put,client=12,times=1"));
        let ran = world.run("apply --yes --format json").ok().requests(1, 3, 3);
        assert_eq!(ran.results(), ["applied", "applied"], "{fault}");
    }
}

#[test]
fn a_write_of_unknown_fate_to_a_client_that_moved_is_stale() {
    let mut world = two().fault("reset,on=put,client=12,times=1").fault("meddle=geo_list:DE,on=get,client=12,after=1");
    let ran = world.run("apply --yes --format json").status(1).requests(1, 3, 2);
    assert_eq!(ran.results(), ["stale", "applied"]);
    assert!(ran.client("12")["details"]["message"].as_str().unwrap().contains("may have landed"));
}

#[test]
fn an_expired_token_is_renewed_once() {
    let mut world = two().fault("unauthorized,on=put,times=1");
    world.run("apply --yes").ok().requests(2, 2, 3);
    let mut world = two().fault("unauthorized,on=get,times=1");
    world.run("plan").ok().requests(2, 3, 0);
    let mut world = two().fault("unauthorized,on=get");
    let ran = world.run("plan --format json").status(1);
    assert_eq!(ran.client("12")["error"]["http_status"], 401);
}

#[test]
fn refusals_are_final() {
    for fault in ["error=user_access_type_deny", "error=bad_request", "error=client_not_found", "redirect"] {
        let mut world = two().fault(&format!("{fault},on=put,client=12"));
        let ran = world.run("apply --yes --format json").status(1).requests(1, 2, 2);
        assert_eq!(ran.results(), ["failed", "applied"], "{fault}");
        assert_eq!(world.stored(12, "geo_list"), "RU BY");
    }
}

#[test]
fn a_passing_429_is_waited_out_and_a_used_up_quota_is_not() {
    let mut world = two().fault("too-many,on=put,client=12,times=1");
    world.run("apply --yes").ok().requests(1, 2, 3);
    let mut world = two().fault("quota-exceeded=reset,on=put,client=12");
    let ran = world.run("apply --yes --format json").status(1);
    assert_eq!(ran.results()[0], "failed");
    assert!(ran.client("12")["details"]["message"].as_str().unwrap().contains("reset"), "{}", ran.client("12"));
}

#[test]
fn the_journal_stands_before_the_put_and_says_what_a_killed_run_was_sending() {
    let mut world = two().fault("latency=30s,on=put");
    let mut child = world.command("apply --yes").spawn().unwrap();
    let journal = world.path(".ringform/journal");
    let sending = || {
        let entries = std::fs::read_dir(&journal).ok()?;
        let path = entries.flatten().map(|entry| entry.path()).find(|path| path.extension().is_some())?;
        std::fs::read_to_string(path).ok().filter(|text| text.contains("\"sending\""))
    };
    let begun = std::time::Instant::now();
    let text = loop {
        if let Some(text) = sending() {
            break text;
        }
        assert!(begun.elapsed().as_secs() < 20, "no journal");
        std::thread::sleep(std::time::Duration::from_millis(20));
    };
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(text.contains("\"put\":{\"geo_list\":\"KZ RU\"}"), "{text}");
    assert!(!text.contains("s3cr3t"), "{text}");
    world.server().clear_faults();
    world.run("apply --yes --client 13").ok().says(&["client 12", "does not read that client"]);
    let ran = world.run("apply --yes").ok();
    let ran =
        ran.says(&["unresolved-put", "client 12", "while it was sending geo_list", "live does not hold the value"]);
    drop(ran);
    let ran = world.run("apply --yes").ok();
    assert!(!ran.stderr.contains("unresolved-put"), "a doubt that was ended is not told again: {}", ran.stderr);
}

#[test]
fn a_journal_that_cannot_be_written_stops_apply_before_the_first_put() {
    let mut world = two().file(".ringform/journal", "a file where the folder should be\n");
    world.run("apply --yes").status(1).requests(1, 2, 0).says(&["journal"]);
}

#[test]
#[cfg(unix)]
fn a_journal_that_fails_on_the_way_stops_the_rest_and_leaves_the_report_whole() {
    let mut world = World::new();
    for id in 11..=40 {
        world = world.live(id, json!({"hold_music": 7})).declared(id, "{timezone: UTC}");
    }
    let command = world.command("apply --yes --format json --concurrency 1");
    let mut limited = std::process::Command::new("/bin/sh");
    // A limit on the size of files stands for a full disk.
    limited.args(["-c", "trap '' XFSZ; ulimit -f 2; exec \"$0\" \"$@\""]).arg(command.get_program());
    limited.args(command.get_args()).current_dir(world.folder()).env_clear();
    limited.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let output = limited.stdin(std::process::Stdio::null()).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("journal"), "{stderr}");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect(&stderr);
    let clients = report["clients"].as_array().unwrap();
    let count = |result: &str| clients.iter().filter(|client| client["result"] == result).count();
    assert_eq!(count("applied") as u64, world.server().counts().write);
    assert!(count("applied") > 0 && count("skipped") > 0, "{report}");
    assert_eq!(count("applied") + count("failed") + count("skipped"), 30);
}

#[test]
fn a_report_file_that_cannot_be_written_does_not_hide_the_report() {
    let mut world = two();
    // A full disk shows only while the file is written.
    std::os::unix::fs::symlink("/dev/full", world.path("report.json")).unwrap();
    let ran = world.run("apply --yes --format json=report.json").status(1).requests(1, 2, 2);
    ran.prints(&["applied"]).says(&["report.json"]);
}

#[test]
fn a_read_that_is_too_old_is_made_again() {
    let mut world = two().project("limits: {max_read_age: 0s}");
    world.run("apply --yes").ok().requests(1, 4, 2);
}

#[test]
fn a_read_that_aged_while_a_fresh_token_was_fetched_is_made_again() {
    let world = World::new().live(12, json!({"geo_list": "RU"})).declared(12, "{geo_list: [RU, KZ]}");
    let world = world.project("limits: {max_read_age: 500ms}").fault("unauthorized,on=put,times=1");
    let mut world = world.fault("latency=1s,on=token,after=1");
    world.run("apply --yes").ok().requests(2, 2, 2);
}

#[test]
fn limits_on_size_refuse_before_the_first_put() {
    let mut world = two();
    for flags in ["--max-changes 1", "--max-changed-clients 1", "--max-changed-clients 50%"] {
        let ran = world.run(&format!("apply --yes --format json {flags}")).status(1).requests(1, 2, 0);
        assert_eq!(ran.results(), ["skipped", "skipped"], "{flags}");
        // A part of the plan reaches a percentage sooner, so the help does not advise one.
        assert_eq!(ran.stderr.contains("send the plan in parts"), !flags.ends_with('%'), "{}", ran.stderr);
    }
    world.run("apply --yes --max-changes 2 --max-changed-clients 100%").ok().requests(1, 2, 2);
}

#[test]
fn failures_and_canaries_stop_the_rest() {
    let fleet = || {
        let mut world = World::new();
        for id in 11..=16 {
            world = world.live(id, json!({"hold_music": 7})).declared(id, "{timezone: UTC}");
        }
        world
    };
    let mut world = fleet().fault("error=bad_request,on=put,client=12");
    let ran = world.run("apply --yes --format json --canary 2").status(1).requests(1, 6, 2);
    assert_eq!(ran.results(), ["applied", "failed", "skipped", "skipped", "skipped", "skipped"]);
    let mut world = fleet().fault("error=user_blocked,on=get,client=16");
    let ran = world.run("apply --yes --format json --max-failures 1").status(1).requests(1, 6, 0);
    assert_eq!(ran.results(), ["skipped", "skipped", "skipped", "skipped", "skipped", "failed"]);
    let mut world = fleet().fault("error=bad_request,on=put,client=12");
    let ran = world.run("apply --yes --format json --canary 1").status(1).requests(1, 6, 6);
    assert_eq!(ran.results().iter().filter(|result| *result == "applied").count(), 5);
}

#[test]
fn a_wait_for_the_turn_counts_for_the_age_of_a_reading() {
    let mut world = World::new().project("limits: {requests_per_second: 4, max_read_age: 500ms, concurrency: 8}");
    for id in 1..=4 {
        world = world.live(id, json!({"hold_music": 7})).declared(id, "{timezone: UTC}");
    }
    let ran = world.run("apply --yes --format json").ok();
    assert_eq!(ran.results(), ["applied"; 4]);
    let counts = world.server().counts();
    assert_eq!(counts.write, 4);
    assert!(
        counts.read > 4,
        "at four requests a second a reading is older than half a second when its PUT is due: {counts:?}"
    );
}
