//! `apply --only-closing` with a ledger: what it records, what the next run makes of it, `log`, `undo`, and its end by
//! a signal or without an answer.

use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use crate::ledger_rules::{APPLY, Ledger, short};
use crate::world::World;

const CLOSE: &str = "apply --only-closing --yes --format json";

/// A ledger that holds RU for client 12, as live does and as git declares.
fn applied(lines: &str) -> Ledger {
    let mut ledger = Ledger::new(lines);
    ledger.world.run(APPLY).ok();
    ledger
}

fn origin(ledger: &mut Ledger) -> Json {
    ledger.world.run("plan --format json").client("12")["changes"][0]["origin"].clone()
}

fn record(ledger: &Ledger) -> Json {
    ledger.file("clients/default/12.json")
}

#[test]
fn a_part_that_was_sent_is_recorded_as_stored_and_the_rest_is_pending() {
    let mut ledger = applied("");
    let first = ledger.commit();
    ledger.world.declare(12, "{geo_list: [RU, KZ]}");
    ledger.world.commit("open KZ");
    ledger.world.server().set(12, "geo_list", json!("RU TR"));
    assert_eq!(origin(&mut ledger), json!("conflict"));
    let ran = ledger.world.run(CLOSE).ok().requests(1, 2, 1);
    assert_eq!(ran.client("12")["put"], json!({"geo_list": "RU"}));
    assert_eq!(record(&ledger), json!({"geo_list": {"value": "RU"}}));
    assert_eq!(ledger.commit(), first, "it applies a part of the code, so the ledger stays at its commit");
    // The rest is for an ordinary apply.
    assert_eq!(origin(&mut ledger), json!("pending"));
    ledger.world.run("log --verify").ok();
    let run = ran.json()["run"]["id"].as_str().unwrap().to_owned();
    ledger.world.run("log").ok().prints(&[&run]);
    let shown = ledger.world.run(&format!("log {run} --format json"));
    assert!(shown.status == 0 && shown.stdout.contains("RU TR"), "{}{}", shown.stdout, shown.stderr);
    ledger.world.run(APPLY).ok().requests(1, 2, 1);
    assert_eq!(ledger.world.stored(12, "geo_list"), json!("KZ RU"));
    assert_eq!((record(&ledger), ledger.commit()), (json!({"geo_list": {"value": "KZ RU"}}), ledger.head()));
    ledger.world.run("log --verify").ok();
}

#[test]
fn an_undo_of_it_brings_back_what_it_closed() {
    let mut ledger = applied("");
    ledger.world.declare(12, "{geo_list: [RU, KZ]}");
    ledger.world.commit("open KZ");
    ledger.world.server().set(12, "geo_list", json!("RU TR"));
    let ran = ledger.world.run(CLOSE).ok();
    let run = ran.json()["run"]["id"].as_str().unwrap().to_owned();
    std::fs::remove_dir_all(ledger.world.path(".ringform/journal")).unwrap();
    ledger.world.run(&format!("undo {run} --out undo.json")).ok().prints(&["RU → RU TR", "opens"]);
    ledger.world.run("apply --plan undo.json --yes").ok().requests(1, 1, 1);
    assert_eq!(ledger.world.stored(12, "geo_list"), json!("RU TR"));
    assert_eq!(record(&ledger), json!({"geo_list": {"value": "RU TR"}}));
    ledger.world.run("log --verify").ok();
    // What an undo opened is closed again.
    ledger.world.run(CLOSE).ok().requests(1, 2, 1);
    assert_eq!(ledger.world.stored(12, "geo_list"), json!("RU"));
    ledger.world.run("log --verify").ok();
}

#[test]
fn a_run_that_finds_nothing_to_close_leaves_the_branch_as_it_is() {
    let mut ledger = applied("");
    let (tip, commit) = (ledger.tip(), ledger.commit());
    ledger.world.declare(12, "{geo_list: [RU, KZ]}");
    ledger.world.declare(13, "{timezone: Asia/Omsk}");
    ledger.world.commit("open KZ");
    for _ in 0..2 {
        let ran = ledger.world.run(CLOSE).ok().requests(1, 2, 0);
        assert_eq!(ran.results(), ["unchanged", "unchanged"]);
    }
    assert_eq!((ledger.tip(), ledger.commit()), (tip, commit));
    // Nothing of it became drift.
    for client in ledger.world.run("plan --format json").json()["clients"].as_array().unwrap() {
        assert_eq!(client["changes"][0]["origin"], "pending", "{client}");
    }
    ledger.world.run("log --verify").ok();
}

#[test]
fn what_it_leaves_alone_keeps_its_record() {
    let mut ledger = applied("");
    // Changed outside of git: it is drift before and after.
    ledger.world.server().set(13, "timezone", json!("Asia/Omsk"));
    ledger.world.server().set(12, "geo_list", json!("RU TR"));
    ledger.world.run(CLOSE).ok().requests(1, 2, 1);
    assert_eq!(ledger.file("clients/default/13.json"), json!({"timezone": {"value": "UTC"}}));
    let plan = ledger.world.run("plan --format json").json();
    assert_eq!(plan["clients"][1]["changes"][0]["origin"], "drift");
    // A value that no run sent and that closes nothing stays drift too.
    ledger.world.server().set(12, "geo_list", json!(null));
    ledger.world.run(CLOSE).ok().requests(1, 2, 0);
    assert_eq!(record(&ledger), json!({"geo_list": {"value": "RU"}}));
    assert_eq!(origin(&mut ledger), json!("drift"));
    ledger.world.server().set(12, "geo_list", json!("TR"));
    ledger.world.run(CLOSE).status(1).requests(1, 2, 0);
    assert_eq!(record(&ledger), json!({"geo_list": {"value": "RU"}}));
    ledger.world.run("log --verify").ok();
}

#[test]
fn it_releases_nothing_and_lifts_no_rule_of_the_recorded_commit() {
    let mut ledger = applied("guards: [open-geo]");
    let first = ledger.commit();
    ledger.project("ledger: git");
    ledger.world.declare(12, "{geo_list: \"*\"}");
    std::fs::remove_file(ledger.world.path("clients/13.yaml")).unwrap();
    ledger.world.commit("remove the rule, open the door, drop a client");
    for _ in 0..2 {
        ledger.world.run(CLOSE).ok().requests(1, 1, 0);
    }
    assert_eq!(ledger.commit(), first);
    assert_eq!(ledger.file("clients/default/13.json"), json!({"timezone": {"value": "UTC"}}));
    let ran = ledger.world.run(APPLY).status(1).requests(1, 1, 0);
    assert!(ran.stdout.contains(&format!("guard open-geo of {}", short(&first))), "{}", ran.stdout);
}

#[test]
fn with_only_pending_what_was_added_outside_of_git_stays() {
    let mut ledger = applied("");
    ledger.world.server().set(12, "geo_list", json!("RU TR"));
    ledger.world.run(&format!("{CLOSE} --only pending")).ok().requests(1, 2, 0);
    assert_eq!(ledger.world.stored(12, "geo_list"), json!("RU TR"));
    ledger.world.server().set(12, "geo_list", json!("RU"));
    ledger.world.declare(12, "{geo_list: [BY, RU]}");
    ledger.world.commit("BY");
    ledger.world.run(APPLY).ok().requests(1, 2, 1);
    ledger.world.declare(12, "{geo_list: [RU]}");
    ledger.world.commit("no BY");
    ledger.world.run(&format!("{CLOSE} --only pending")).ok().requests(1, 2, 1);
    assert_eq!((ledger.world.stored(12, "geo_list"), origin(&mut ledger)), (json!("RU"), Json::Null));
    ledger.world.run("log --verify").ok();
}

#[test]
fn a_value_that_changed_before_the_put_is_recorded_as_stored() {
    let mut ledger = applied("limits: {max_read_age: 0s}");
    ledger.world.declare(12, "{geo_list: [RU, KZ, BY]}");
    ledger.world.commit("open");
    for (first, meanwhile, stored, recorded, origin_after) in [
        ("RU TR", "RU BY TR", "BY RU", "BY RU", "pending"),
        // Closed by someone else to another value than the one that was to be sent: no run stored it.
        ("RU BY TR", "RU", "RU", "BY RU", "conflict"),
        // Closed by someone else to just this value.
        ("RU TR", "RU", "RU", "RU", "pending"),
    ] {
        ledger.world.server().set(12, "geo_list", json!(first));
        let fault = format!("meddle=geo_list:{meanwhile},on=get,client=12,after=1,times=1");
        ledger.world.server().fault(fault.parse().unwrap());
        ledger.world.run(CLOSE).ok();
        assert_eq!(ledger.world.stored(12, "geo_list"), json!(stored), "{meanwhile}");
        assert_eq!(record(&ledger), json!({"geo_list": {"value": recorded}}), "{meanwhile}");
        assert_eq!(origin(&mut ledger), json!(origin_after), "{meanwhile}");
        ledger.world.run("log --verify").ok();
    }
}

#[test]
fn a_put_of_unknown_fate_is_in_doubt_until_the_next_run_reads() {
    let mut ledger = applied("");
    ledger.world.declare(12, "{geo_list: [RU, KZ]}");
    ledger.world.commit("open");
    ledger.world.server().set(12, "geo_list", json!("RU TR"));
    // The PUT lands, its answer is lost, and nobody can read the client until the end of the run.
    for fault in ["reset-after,on=put,client=12,times=1", "error=client_not_found,on=get,client=12,after=1,times=1"] {
        ledger.world.server().fault(fault.parse().unwrap());
    }
    let ran = ledger.world.run(CLOSE).status(1);
    assert_eq!(ran.client("12")["details"]["in_doubt"], json!(true), "{}", ran.stdout);
    assert_eq!(ledger.world.stored(12, "geo_list"), json!("RU"));
    ledger.world.run("log --verify").ok();
    assert_eq!(origin(&mut ledger), json!("pending"), "what is declared and not sent was never in doubt");
    ledger.world.run(CLOSE).ok().requests(1, 2, 0);
    assert_eq!(record(&ledger)["geo_list"]["value"], json!("RU"));
    ledger.world.run("log --verify").ok();
}

#[test]
#[cfg(unix)]
fn a_signal_ends_it_in_order_and_records_what_was_stored() {
    let world = World::new().project("ledger: git\nlimits: {concurrency: 1}");
    let mut ledger = (1..=4).fold(world, |world, id| {
        world.live(id, json!({"geo_list": "RU TR", "hold_music": 7})).declared(id, "{geo_list: [RU, KZ]}")
    });
    ledger = ledger.fault("latency=300ms,on=put");
    let mut ledger = Ledger::of(ledger);
    let mut command = ledger.world.command(CLOSE);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let begun = Instant::now();
    while ledger.world.server().counts().write < 1 {
        assert!(begun.elapsed() < Duration::from_secs(20));
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(std::process::Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", String::from_utf8_lossy(&output.stderr));
    let report: Json = serde_json::from_slice(&output.stdout).unwrap();
    let results: Vec<&str> =
        report["clients"].as_array().unwrap().iter().map(|one| one["result"].as_str().unwrap()).collect();
    let stored = ledger.world.server().counts().write as usize;
    assert_eq!(results.iter().filter(|result| **result == "applied").count(), stored, "{results:?}");
    assert_eq!(results.iter().filter(|result| **result == "skipped").count(), 4 - stored, "{results:?}");
    ledger.world.git(&["fetch", "-q", "origin", "+refs/heads/ringform-ledger:refs/remotes/origin/ringform-ledger"]);
    ledger.world.run("log --verify").ok();
    ledger.world.run(CLOSE).ok();
    for id in 1..=4 {
        assert_eq!(ledger.world.stored(id, "geo_list"), json!("RU"));
    }
    ledger.world.run("log --verify").ok();
}

#[test]
fn the_journal_holds_what_was_sent() {
    let mut ledger = applied("");
    ledger.world.declare(12, "{geo_list: [RU, KZ]}");
    ledger.world.commit("open");
    ledger.world.server().set(12, "geo_list", json!("RU TR"));
    let ran = ledger.world.run(CLOSE).ok();
    let run = ran.json()["run"]["id"].as_str().unwrap().to_owned();
    let folder = std::fs::read_dir(ledger.world.path(".ringform/journal")).unwrap();
    let files = folder.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap_or_default());
    let journal = files.into_iter().find(|text| text.contains(&run)).unwrap();
    let sent = r#""changes":[{"field":"geo_list","before":"RU TR","after":"RU"}],"put":{"geo_list":"RU"}"#;
    assert!(journal.contains(sent), "{journal}");
}

#[test]
fn without_the_ledger_it_works_and_says_that_the_run_will_be_missing_there() {
    let mut ledger = applied("");
    ledger.world.server().set(12, "geo_list", json!("RU TR"));
    let tip = ledger.tip();
    ledger.world.run(&format!("{CLOSE} --no-ledger")).ok().requests(1, 2, 1).says(&["leaves the ledger out"]);
    assert_eq!((ledger.tip(), ledger.world.stored(12, "geo_list")), (tip, json!("RU")));
}
