//! What a run of `apply` leaves in the ledger: the commit, its message, its report, and the doubts of a killed run.

use std::fs;
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};
use tempfile::TempDir;

use crate::repository::git_in;
use crate::world::World;

const BRANCH: &str = "refs/remotes/origin/ringform-ledger";

/// Three clients, of which one is to change, with a ledger in a remote of its own.
fn fleet() -> (World, TempDir) {
    let world = World::new().project("ledger: git").live(12, json!({"hold_music": 7, "timezone": "UTC"}));
    let world = world.live(13, json!({"hold_music": 7})).live(14, json!({"hold_music": 7}));
    let world = world.declared(12, "{hold_music: 8}").declared(13, "{hold_music: 7}").declared(14, "{hold_music: 7}");
    with_remote(world)
}

fn with_remote(world: World) -> (World, TempDir) {
    let remote = tempfile::tempdir().unwrap();
    git_in(remote.path(), &["init", "-q", "--bare"]);
    let world = world.env("HOME", "/nonexistent").repository();
    world.git(&["remote", "add", "origin", remote.path().to_str().unwrap()]);
    (world, remote)
}

/// The report of the newest commit, at the path that its run names.
fn report(world: &World) -> (String, String) {
    let changed = world.git(&["show", "--format=", "--name-only", BRANCH]);
    let path = changed.lines().find(|path| path.contains("/runs/")).expect("a report").to_owned();
    (world.git(&["show", &format!("{BRANCH}:{path}")]), path)
}

fn ids(report: &Json) -> Vec<&str> {
    report["clients"].as_array().unwrap().iter().map(|client| client["client_id"].as_str().unwrap()).collect()
}

#[test]
fn the_report_leaves_out_what_did_not_change_and_show_renders_it() {
    let (mut world, _remote) = fleet();
    let first = world.run("apply --yes --format json").ok().json();
    let (text, path) = report(&world);
    let kept: Json = serde_json::from_str(&text).unwrap();
    assert_eq!(ids(&kept), ["12", "13", "14"], "clients first seen in sync stay in");
    let (id, start) = (first["run"]["id"].as_str().unwrap(), first["run"]["started_at"].as_str().unwrap());
    assert_eq!(path, format!("ringform.yaml/runs/{}/{}/{id}.json", &start[..4], &start[5..7]));
    world.declare(12, "{hold_music: 9}");
    world.commit("second");
    let second = world.run("apply --yes --format json").ok().json();
    let (text, _) = report(&world);
    let kept: Json = serde_json::from_str(&text).unwrap();
    assert_eq!(ids(&kept), ["12"]);
    assert_eq!(kept["clients"][0]["live"], json!({"hold_music": 8}), "managed fields only");
    assert_eq!((&kept["summary"], &second["summary"]["clients"]), (&second["summary"], &json!(3)));
    assert_eq!(kept["run"], second["run"]);
    world.write("f.json", text.as_bytes());
    let whole = "3 clients: 1 applied (1 setting), 2 unchanged.";
    let shown =
        world.run("show f.json").ok().prints(&[whole, "2 clients had nothing to send and are not in this report."]);
    assert!(shown.stderr.is_empty(), "{}", shown.stderr);
    let again = world.run("show f.json --format json").ok().json();
    let mut expected = kept;
    expected["endpoint"] = json!("http://SIMULATOR");
    assert_eq!(again, expected);
    for format in ["markdown", "html", "github", "gitlab", "junit", "sarif", "terraform", "prometheus"] {
        let shown = world.run(&format!("show f.json --format {format}")).ok();
        assert!(shown.stderr.is_empty() || format == "github", "{format}: {}", shown.stderr);
    }
    world.run("show f.json --format markdown").ok().prints(&[whole]);
    // The digest covers the clients that are there; totals that cannot be of such a report do not count.
    world.write("edited.json", text.replace("\"after\":9", "\"after\":1").as_bytes());
    world.run("show edited.json").status(1).says(&["its digest does not fit"]);
    for (from, to) in
        [("\"clients\":3", "\"clients\":9"), ("\"failed\":0", "\"failed\":4"), ("\"in_sync\":2", "\"in_sync\":0")]
    {
        assert!(text.contains(from));
        world.write("edited.json", text.replacen(from, to, 1).as_bytes());
        world.run("show edited.json").ok().prints(&["1 client: 1 applied (1 setting)."]);
    }
}

#[test]
fn a_run_that_sends_nothing_leaves_its_report_only_where_a_record_changes() {
    let (mut world, _remote) = fleet();
    world.run("apply --yes").ok();
    let tip = world.git(&["rev-parse", BRANCH]);
    world.run("apply --yes").ok();
    assert_eq!(world.git(&["rev-parse", BRANCH]), tip, "nothing new, no commit");
    world.declare(13, "{hold_music: 7, timezone: null}");
    world.commit("second");
    let ran = world.run("apply --yes --format json").ok();
    assert_eq!(ran.json()["run"]["requests"]["write"], 0);
    let (text, _) = report(&world);
    assert_eq!(ids(&serde_json::from_str(&text).unwrap()), ["13"]);
}

#[test]
fn the_commit_names_run_actor_reason_commit_and_job_each_in_one_line() {
    let (world, _remote) = fleet();
    let mut world = world.env("GITHUB_ACTIONS", "true").env("GITHUB_SERVER_URL", "https://git.example");
    world =
        world.env("GITHUB_REPOSITORY", "acme/pbx").env("GITHUB_RUN_ID", "77").env("GITHUB_REF", "refs/pull/5/merge");
    let reason = format!("ticket\n\nRun: forged\u{202e} <x> {}", "y".repeat(10_000));
    let words = [
        "apply",
        "--yes",
        "--format",
        "json",
        "--actor",
        "ringform <x>\ncommitter Eve <e> 0 +0000",
        "--reason",
        &reason,
    ];
    let output = world.command("").args(words).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let run: Json = serde_json::from_slice(&output.stdout).unwrap();
    let message = world.git(&["show", "-s", "--format=%an|%ae|%cn|%B", BRANCH]);
    let lines: Vec<&str> = message.lines().collect();
    assert_eq!(lines[0], "ringform|x|ringform|apply: 1 client, 1 setting");
    let names: Vec<&str> = lines[2..].iter().map(|line| line.split(':').next().unwrap()).collect();
    assert_eq!(names, ["Run", "Actor", "Reason", "Commit", "Digest", "CI", "Pull-request"]);
    assert_eq!(lines[2], format!("Run: {}", run["run"]["id"].as_str().unwrap()));
    assert!(lines[4].starts_with("Reason: ticket Run: forged x yyy") && lines[4].ends_with("y…"), "{}", lines[4]);
    assert_eq!(
        lines[7..],
        ["CI: https://git.example/acme/pbx/actions/runs/77", "Pull-request: https://git.example/acme/pbx/pull/5"]
    );
    assert!(!message.contains(world.git(&["remote", "get-url", "origin"]).as_str()), "{message}");
    let trailers = world.git(&["show", "-s", "--format=%(trailers:key=Run,valueonly)", BRANCH]);
    assert_eq!(trailers.trim(), run["run"]["id"], "git reads one run");
}

/// Starts an apply whose PUT gets no answer, and kills it. Returns its run.
fn kill_while_sending(world: &mut World) -> String {
    let mut child = world.command("apply --yes").spawn().unwrap();
    let journal = world.path(".ringform/journal");
    let begun = Instant::now();
    let run = loop {
        let entries = fs::read_dir(&journal).into_iter().flatten().flatten().map(|entry| entry.path());
        let sending =
            entries.into_iter().find(|path| fs::read_to_string(path).is_ok_and(|text| text.contains("\"sending\"")));
        if let Some(path) = sending {
            break path.file_stem().unwrap().to_string_lossy().into_owned();
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "no journal");
        std::thread::sleep(Duration::from_millis(20));
    };
    child.kill().unwrap();
    child.wait().unwrap();
    world.server().clear_faults();
    run
}

fn doubts(report: &Json) -> Vec<String> {
    let all = report["diagnostics"].as_array().unwrap().iter().filter(|one| one["rule"] == "unresolved-put");
    all.map(|one| one["summary"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_doubts_of_a_killed_run_are_one_list_with_and_without_its_journal() {
    for has_journal in [true, false] {
        let world =
            World::new().project("ledger: git").live(12, json!({"hold_music": 7})).declared(12, "{hold_music: 8}");
        let world = world.live(13, json!({"hold_music": 7})).declared(13, "{hold_music: 8}");
        let (mut world, _remote) = with_remote(world.fault("latency=30s,on=put"));
        let run = kill_while_sending(&mut world);
        // Nobody declares one of the clients any more.
        fs::remove_file(world.path("clients/13.yaml")).unwrap();
        world.commit("second");
        if !has_journal {
            fs::remove_dir_all(world.path(".ringform")).unwrap();
        }
        let report = world.run(&format!("apply --yes --format json --take-over {run}")).ok().json();
        let cut =
            format!("run {run} ended while it was sending hold_music of client 12; live does not hold the value now");
        let claimed = |client: u64, then: &str| {
            format!("run {run} ended without a record and may have sent hold_music of client {client}; {then}")
        };
        let expected = match has_journal {
            // The journal knows that the run never sent the other PUT.
            true => vec![cut],
            false => vec![
                claimed(12, "live does not hold the value now"),
                claimed(13, "it may have landed; this run does not read that client"),
            ],
        };
        assert_eq!(doubts(&report), expected, "journal: {has_journal}");
        let report = world.run("apply --yes --format json").ok().json();
        assert_eq!(doubts(&report), Vec::<String>::new(), "journal: {has_journal}");
    }
}
