//! The lease of a run, and what can go wrong between a run and the remote of its ledger.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use crate::repository::{self, git_in};
use crate::world::{Ran, World};

const BRANCH: &str = "ringform-ledger";
const APPLY: &str = "apply --yes --format json";

/// Clients 1 to `clients`, each one setting away from its document, in a repository with a bare remote.
fn world(section: &str, clients: u64, faults: &[&str]) -> World {
    let mut world = World::new().project(&format!("ledger: {section}"));
    for id in 1..=clients {
        world = world.live(id, json!({"hold_music": 7})).declared(id, "{timezone: UTC}");
    }
    world = faults.iter().fold(world, |world, fault| world.fault(fault));
    let world = world.file(".gitignore", ".ringform/\n/remote.git\n.seed-of-the-test.json\n");
    let remote = world.path("remote.git");
    world.with_origin(&remote)
}

/// A hook of the remote.
fn hook(world: &World, name: &str, lines: &str) {
    repository::hook(&world.path("remote.git"), name, lines);
}

fn at_remote(world: &World, words: &[&str]) -> String {
    git_in(&world.path("remote.git"), words)
}

/// The subjects of the branch, the oldest first.
fn subjects(world: &World) -> Vec<String> {
    let log = at_remote(world, &["log", "--reverse", "--format=%s", BRANCH]);
    log.lines().map(str::to_owned).collect()
}

fn files(world: &World) -> Vec<String> {
    let list = at_remote(world, &["ls-tree", "-r", "--name-only", BRANCH]);
    list.lines().map(str::to_owned).collect()
}

fn file(world: &World, path: &str) -> Json {
    serde_json::from_str(&at_remote(world, &["show", &format!("{BRANCH}:{path}")])).unwrap()
}

fn record(world: &World, id: u64) -> Json {
    file(world, &format!("ringform.yaml/clients/default/{id}.json"))["timezone"].clone()
}

fn count(results: &[String], result: &str) -> usize {
    results.iter().filter(|one| *one == result).count()
}

/// No run names the remote, whatever it says.
#[track_caller]
fn hides_the_remote(ran: &Ran) {
    for text in [&ran.stdout, &ran.stderr] {
        assert!(!text.contains("remote.git") && !text.contains("token@"), "{text}");
    }
}

/// Starts an apply and waits until so many PUTs arrived.
fn started(world: &mut World, line: &str, puts: u64) -> Child {
    let child = world.command(line).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let begun = Instant::now();
    while world.server().counts().write < puts {
        assert!(begun.elapsed() < Duration::from_secs(30));
        std::thread::sleep(Duration::from_millis(5));
    }
    child
}

/// The status of a run, its report and what it said.
fn ended(child: Child) -> (Option<i32>, Json, String) {
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    let report = serde_json::from_slice(&output.stdout);
    (output.status.code(), report.unwrap_or_else(|error| panic!("{error}: {stderr}")), stderr)
}

fn results(report: &Json) -> Vec<String> {
    let clients = report["clients"].as_array().unwrap();
    clients.iter().map(|one| one["result"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_run_longer_than_its_lease_renews_it() {
    let mut world = world("{lease: 2s}", 12, &["latency=300ms,on=put"]);
    let ran = world.run(&format!("{APPLY} --concurrency 1")).ok();
    assert_eq!(count(&ran.results(), "applied"), 12);
    let subjects = subjects(&world);
    assert_eq!(subjects.first().map(String::as_str), Some("begin: 12 clients"));
    assert_eq!(subjects.last().map(String::as_str), Some("apply: 12 clients, 12 settings"));
    let renewals = subjects.iter().filter(|subject| *subject == "renew: 12 clients").count();
    assert!(renewals >= 2, "{subjects:?}");
    assert!(!files(&world).iter().any(|path| path.contains("/open/")));
    assert_eq!(record(&world, 12), json!({"value": "UTC"}));
}

#[test]
fn a_run_whose_renewals_are_refused_stops_at_the_lease_end_and_records_afterwards() {
    let mut world = world("{lease: 4s}", 30, &["latency=300ms,on=put"]);
    // The remote takes the claim and the record, and no renewal.
    hook(
        &world,
        "pre-receive",
        "read old new ref; case $(git log -1 --format=%s $new) in renew*) echo no renewal >&2; exit 1;; esac",
    );
    let ran = world.run(&format!("{APPLY} --concurrency 1")).status(1).says(&["the claim of this run was not renewed"]);
    ran.json();
    let results = ran.results();
    let applied = count(&results, "applied");
    assert!((3..=20).contains(&applied), "{results:?}");
    assert_eq!(count(&results, "skipped"), 30 - applied);
    assert!(ran.stdout.contains("not sent: the lease of this run ended at "), "{}", ran.stdout);
    assert_eq!(world.server().counts().write, applied as u64);
    hides_the_remote(&ran);
    let clients = files(&world).iter().filter(|path| path.contains("/clients/")).count();
    assert_eq!(clients, applied, "what was sent is recorded, what was not sent is not");
    assert!(!files(&world).iter().any(|path| path.contains("/open/")));
}

#[test]
fn a_run_that_is_taken_over_stops_and_leaves_no_more_than_doubts() {
    let mut world = world("{lease: 4s}", 30, &["latency=300ms,on=put"]);
    let child = started(&mut world, &format!("{APPLY} --concurrency 1"), 2);
    let open = files(&world).into_iter().find(|path| path.contains("/open/")).unwrap();
    let run = open.rsplit('/').next().unwrap().trim_end_matches(".json").to_owned();
    // Another machine: a clone with a state folder of its own, which removes the claim.
    let other = tempfile::tempdir().unwrap();
    git_in(other.path(), &["clone", "-q", world.path("remote.git").to_str().unwrap(), "clone"]);
    let clone = other.path().join("clone");
    git_in(&clone, &["checkout", "-q", "main"]);
    // The other machine stops after its first PUT, because a lost PUT of the first run may still land.
    let line = format!("{APPLY} --take-over {run} clients/30.yaml");
    let output = world.command(&line).current_dir(&clone).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{stderr}{}", String::from_utf8_lossy(&output.stdout));
    let (status, report, stderr) = ended(child);
    assert_eq!(status, Some(1), "{stderr}");
    let results = results(&report);
    let applied = count(&results, "applied");
    assert!(applied >= 2 && count(&results, "skipped") >= 10, "{results:?}");
    let text = report.to_string();
    assert!(text.contains("the claim of this run is gone from the ledger: another run took over"), "{text}");
    assert!(stderr.contains("the ledger holds what it sent as in doubt"), "{stderr}");
    assert_eq!(record(&world, 1)["in_doubt"], json!(["UTC"]));
    assert_eq!(record(&world, 30)["value"], json!("UTC"));
    assert!(!files(&world).iter().any(|path| path.contains("/open/")));
    // The next run reads all and settles it.
    let rest = world.run(APPLY).ok();
    assert_eq!(count(&rest.results(), "failed"), 0);
    assert_eq!(record(&world, 1), json!({"value": "UTC"}));
}

#[test]
fn a_claim_that_a_run_left_is_an_unfinished_run() {
    let mut world = world("{lease: 1s}", 3, &["latency=2s,on=put"]);
    let mut child = started(&mut world, &format!("{APPLY} --concurrency 1"), 1);
    child.kill().unwrap();
    child.wait().unwrap();
    let open = files(&world).into_iter().find(|path| path.contains("/open/")).unwrap();
    let run = open.rsplit('/').next().unwrap().to_owned();
    std::thread::sleep(Duration::from_secs(2));
    world.run("apply --yes --format json clients/3.yaml").ok();
    let path = files(&world).into_iter().find(|path| path.contains("/runs/") && path.ends_with(&run)).unwrap();
    let unfinished = file(&world, &path);
    assert_eq!(unfinished["kind"], "unfinished");
    assert_eq!(unfinished["puts"].as_array().unwrap().len(), 3);
    // The PUT of client 2 may have been sent, as far as the ledger knows.
    assert_eq!(record(&world, 2), json!({"in_doubt": ["UTC"]}));
    assert!(!files(&world).iter().any(|path| path.contains("/open/")));
}

#[test]
fn a_signal_records_what_was_sent_with_one_try() {
    for refuses in [false, true] {
        let mut world = world("git", 20, &["latency=200ms,on=put"]);
        let child = started(&mut world, &format!("{APPLY} --concurrency 2"), 3);
        if refuses {
            hook(&world, "pre-receive", "echo no entry >&2; echo x >> tries; exit 1");
        }
        let killed = std::process::Command::new("kill").args(["-TERM", &child.id().to_string()]).status();
        assert!(killed.unwrap().success());
        let (status, report, stderr) = ended(child);
        let applied = count(&results(&report), "applied");
        assert!(applied >= 3, "{stderr}");
        if refuses {
            assert_eq!(fs::read_to_string(world.path("remote.git/tries")).unwrap(), "x\n", "one try");
            assert_eq!(status, Some(130), "{stderr}");
            assert!(stderr.contains("its claim stays"), "{stderr}");
        } else {
            assert_eq!(status, Some(130), "{stderr}");
            let clients = files(&world).iter().filter(|path| path.contains("/clients/")).count();
            assert_eq!(clients, applied);
            assert!(!files(&world).iter().any(|path| path.contains("/open/")));
        }
    }
}

#[test]
fn a_claim_that_is_refused_sends_nothing() {
    let mut world = world("git", 2, &[]);
    hook(&world, "pre-receive", "echo error: protected by policy 7 >&2; exit 1");
    let ran = world.run(APPLY).status(1).requests(1, 2, 0).says(&[
        "the ledger origin/ringform-ledger cannot be written: the remote refuses the push (pre-receive hook declined): \
         error: protected by policy 7",
        "docs/ci.md",
    ]);
    assert_eq!(ran.results(), ["skipped", "skipped"]);
    hides_the_remote(&ran);
}

#[test]
fn a_record_that_is_refused_is_tried_four_times_and_the_claim_stays() {
    let mut world = world("git", 2, &[]);
    let line = "read old new ref; case $(git log -1 --format=%s $new) in apply*) echo x >> tries; exit 1;; esac";
    hook(&world, "pre-receive", line);
    let ran = world.run(APPLY).status(1).says(&[
        "the ledger has no record of this run: its claim stays",
        "needs --take-over 20",
        "(pre-receive hook declined)",
    ]);
    assert_eq!(ran.results(), ["applied", "applied"], "the report is complete");
    assert_eq!(fs::read_to_string(world.path("remote.git/tries")).unwrap(), "x\nx\nx\nx\n");
    hides_the_remote(&ran);
    let open = files(&world).into_iter().find(|path| path.contains("/open/")).unwrap();
    assert_eq!(file(&world, &open)["puts"].as_array().unwrap().len(), 2);
    // Once the remote takes pushes again, the next run waits for the lease or takes over, and reads what became of it.
    fs::remove_file(world.path("remote.git/hooks/pre-receive")).unwrap();
    world.run(APPLY).status(1).sends_nothing().says(&["began ", "--take-over 20"]);
    let run = open.rsplit('/').next().unwrap().trim_end_matches(".json");
    world.run(&format!("{APPLY} --take-over {run}")).ok().requests(1, 2, 0);
    assert_eq!(record(&world, 1), json!({"value": "UTC"}));
    let path = files(&world).into_iter().find(|path| path.contains("/runs/")).unwrap();
    assert_eq!(file(&world, &path)["kind"], "unfinished");
    world.run(&format!("{APPLY} --take-over {run}")).status(1).sends_nothing().says(&["has no claim to take over"]);
}

#[test]
fn a_branch_that_is_deleted_between_claim_and_record_is_pushed_back_whole() {
    let mut world = world("git", 2, &[]);
    world.run("apply --yes --format json clients/1.yaml").ok();
    let before = subjects(&world).len();
    // The remote loses the branch after the claim of the second run.
    hook(
        &world,
        "post-receive",
        "read old new ref; case $(git log -1 --format=%s $new) in begin*) git update-ref -d $ref;; esac",
    );
    world.run(APPLY).ok().says(&["the ledger origin/ringform-ledger was removed during this run", "pushes it back"]);
    assert_eq!(subjects(&world).len(), before + 2, "its whole history");
    assert_eq!(record(&world, 2), json!({"value": "UTC"}));
    assert!(!files(&world).iter().any(|path| path.contains("/open/")));
}

#[test]
fn a_branch_that_is_rewritten_between_claim_and_record_counts_and_leaves_doubts() {
    let mut world = world("git", 2, &[]);
    world.run("apply --yes --format json clients/1.yaml").ok();
    // A person goes back to the commit before the claim and changes it.
    hook(
        &world,
        "post-receive",
        "read old new ref; case $(git log -1 --format=%s $new) in begin*) \
         git update-ref $ref $(git -c user.name=x -c user.email=x commit-tree -m rewritten $old^{tree});; esac",
    );
    world.run(APPLY).ok().says(&["the history of the ledger origin/ringform-ledger was rewritten", "as in doubt"]);
    assert_eq!(subjects(&world)[0], "rewritten");
    assert_eq!(record(&world, 2), json!({"in_doubt": ["UTC"]}));
    fs::remove_file(world.path("remote.git/hooks/post-receive")).unwrap();
    world.run(APPLY).ok();
    assert_eq!(record(&world, 2), json!({"value": "UTC"}));
}

#[test]
fn a_branch_of_something_else_is_never_written() {
    let mut world = world("git", 2, &[]);
    hook(
        &world,
        "post-receive",
        "read old new ref; case $(git log -1 --format=%s $new) in begin*) git update-ref $ref refs/heads/main;; esac",
    );
    world.run(APPLY).status(1).says(&["is not a ledger", "the ledger has no record of this run"]);
    let code = at_remote(&world, &["rev-parse", "main"]);
    assert_eq!(at_remote(&world, &["rev-parse", BRANCH]), code);
}

#[test]
fn a_record_that_lands_without_an_answer_counts() {
    let mut world = world("git", 2, &[]);
    // The receiving side dies after it moved the branch.
    hook(&world, "post-receive", "kill -9 $PPID; sleep 1");
    world.run(APPLY).ok();
    assert_eq!(subjects(&world), ["begin: 2 clients", "apply: 2 clients, 2 settings"]);
    assert_eq!(record(&world, 2), json!({"value": "UTC"}));
}

#[test]
fn a_disk_that_is_full_while_recording_leaves_the_claim() {
    let mut world = world("git", 2, &["latency=500ms,on=put"]);
    let child = started(&mut world, &format!("{APPLY} --concurrency 1"), 1);
    // New objects of git find no place.
    fs::rename(world.path(".git/objects/pack"), world.path(".git/pack-away")).unwrap();
    fs::write(world.path(".git/objects/pack"), "").unwrap();
    let (status, report, stderr) = ended(child);
    assert_eq!(status, Some(1), "{stderr}");
    assert_eq!(results(&report), ["applied", "applied"]);
    assert!(stderr.contains("its claim stays") && stderr.contains("git says"), "{stderr}");
    assert!(files(&world).iter().any(|path| path.contains("/open/")));
}

#[test]
fn a_remote_that_is_gone_or_asks_for_a_password_stops_the_run_before_any_request() {
    let mut world = world("git", 1, &[]);
    fs::rename(world.path("remote.git"), world.path("remote.away")).unwrap();
    let ran = world.run(APPLY).status(1).sends_nothing().says(&["the ledger origin/ringform-ledger cannot be read"]);
    hides_the_remote(&ran);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
            let head = "HTTP/1.1 401 no\r\nWWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n";
            write!(stream, "{head}Connection: close\r\n\r\n").ok();
        }
    });
    world.git(&["remote", "set-url", "origin", &format!("http://token@{address}/x.git")]);
    let begun = Instant::now();
    let ran = world.run(APPLY).status(1).sends_nothing().says(&["could not read Password for the remote"]);
    assert!(begun.elapsed() < Duration::from_secs(20));
    assert!(!ran.stderr.contains(&address.to_string()) && !ran.stdout.contains(&address.to_string()));
    hides_the_remote(&ran);
}

#[test]
fn a_claim_from_a_clock_that_is_ahead_is_alive_and_one_that_does_not_parse_too() {
    let mut world = world("git", 1, &[]);
    let put = |world: &World, text: &str| {
        let clone = tempfile::tempdir().unwrap();
        git_in(clone.path(), &["clone", "-q", world.path("remote.git").to_str().unwrap(), "."]);
        git_in(clone.path(), &["checkout", "-q", "--orphan", "ledger"]);
        git_in(clone.path(), &["rm", "-rfq", "."]);
        fs::create_dir_all(clone.path().join("ringform.yaml/open")).unwrap();
        fs::write(clone.path().join("README.md"), "# The ledger of ringform\n").unwrap();
        fs::write(clone.path().join("ringform.yaml/open/r1.json"), text).unwrap();
        git_in(clone.path(), &["add", "-A"]);
        git_in(clone.path(), &["commit", "-qm", "claim"]);
        git_in(clone.path(), &["push", "-qf", "origin", &format!("HEAD:refs/heads/{BRANCH}")]);
    };
    let claim = json!({"run": "r1", "actor": "anna", "commit": "", "digest": "", "puts": [],
        "started_at": "2999-01-01T00:00:00Z", "lease_end": "2999-01-01T00:15:00Z"});
    put(&world, &claim.to_string());
    world.run(APPLY).status(1).sends_nothing().says(&["the clocks of two machines differ", "--take-over r1"]);
    put(&world, "{");
    world.run(APPLY).status(1).sends_nothing().says(&["does not parse, so it may be alive", "--take-over r1"]);
    world.run(&format!("{APPLY} --take-over r2")).status(1).sends_nothing().says(&["run r2 has no claim to take over"]);
    world.run(&format!("{APPLY} --take-over r1")).ok();
    let path = files(&world).into_iter().find(|path| path.ends_with("/r1.json")).unwrap();
    assert_eq!(file(&world, &path), json!({"format_version": "1.0", "kind": "unfinished", "run": "r1"}));
}

#[test]
fn a_lease_has_a_shortest_and_a_longest_length() {
    for (lease, status, rule) in
        [("1s", 0, Some("short-lease")), ("59s", 0, Some("short-lease")), ("1m", 0, None), ("24h", 0, None)]
    {
        let ran = world(&format!("{{lease: {lease}}}"), 1, &[]).run("validate --format json").status(status);
        let rules: Vec<Json> =
            ran.json()["diagnostics"].as_array().unwrap().iter().map(|one| one["rule"].clone()).collect();
        assert_eq!(rules, rule.into_iter().map(Json::from).collect::<Vec<_>>(), "{lease}");
    }
    for lease in ["0s", "999ms", "25h", "soon"] {
        world(&format!("{{lease: {lease}}}"), 1, &[]).run("validate").status(1).says(&["a duration from 1s to 24h"]);
    }
}

#[test]
fn two_processes_of_one_machine_swap_a_local_branch() {
    let mut world = world("{remote: none}", 3, &["latency=300ms,on=put"]);
    let child = started(&mut world, &format!("{APPLY} --concurrency 1"), 1);
    let clone = tempfile::tempdir().unwrap();
    // A second work tree has its own lock and shares the branch.
    world.git(&["worktree", "add", "-q", "--detach", clone.path().join("tree").to_str().unwrap()]);
    let output = world.command(APPLY).current_dir(clone.path().join("tree")).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(text.contains("began ") && text.contains("--take-over"), "{text}");
    let (status, _, stderr) = ended(child);
    assert_eq!(status, Some(0), "{stderr}");
    assert_eq!(
        world.git(&["log", "--reverse", "--format=%s", BRANCH]),
        "begin: 3 clients\napply: 3 clients, 3 settings"
    );
    assert_eq!(world.server().counts().write, 3);
}
