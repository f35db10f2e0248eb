//! What plan, drift and apply say of the ledger: no ledger yet, an old copy, damage, a rewritten branch, an old git.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use serde_json::{Value as Json, json};
use tempfile::TempDir;

use crate::repository::{self, git_in};
use crate::world::{Ran, World};

/// The local copy of the branch.
pub const COPY: &str = "refs/remotes/origin/ringform-ledger";
/// The command that fetches it.
const FETCH: &str = "git fetch origin +refs/heads/ringform-ledger:refs/remotes/origin/ringform-ledger";

/// Makes a world a repository with a ledger and a bare remote.
pub fn with_remote(world: World) -> (World, TempDir) {
    let remote = tempfile::tempdir().unwrap();
    (world.project("ledger: git").with_origin(remote.path()), remote)
}

/// Client 12 and its remote: declared as live is.
pub fn world() -> (World, TempDir) {
    let live = json!({"geo_list": "RU", "timezone": "UTC", "hold_music": 7});
    let world = World::new().live(12, live).live(13, json!({"timezone": "UTC"}));
    with_remote(world.declared(12, "{geo_list: [RU], timezone: UTC, hold_music: 7}").declared(13, "{timezone: UTC}"))
}

/// Commits and pushes what the work tree holds.
pub fn merge(world: &World) {
    world.commit("change");
    let remote = world.git(&["remote", "get-url", "origin"]);
    world.push(Path::new(&remote), "main");
}

/// The origin of each changed field of a client.
pub fn origins(ran: &Ran, id: &str) -> Json {
    let client = ran.client(id);
    let changes = client["changes"].as_array().unwrap();
    Json::Object(changes.iter().map(|one| (one["field"].as_str().unwrap().to_owned(), one["origin"].clone())).collect())
}

/// The sentences of the rule `ledger`, each behind its severity.
pub fn notes(ran: &Ran) -> Vec<String> {
    let json = ran.json();
    let all = json["diagnostics"].as_array().unwrap().iter().filter(|one| one["rule"] == "ledger");
    all.map(|one| format!("{}: {}", one["severity"].as_str().unwrap(), one["summary"].as_str().unwrap())).collect()
}

/// Rewrites a file of the branch at the remote, as a person could.
pub fn edit_branch(world: &World, path: &str, text: Option<&str>) {
    let remote = world.git(&["remote", "get-url", "origin"]);
    repository::edit_branch(Path::new(&remote), "ringform-ledger", &[(path, text)]);
    world.git(&["fetch", "-q", "origin"]);
}

/// The newest run of a log.
fn run_of(log: &Ran) -> String {
    log.json()["runs"][0]["run"].as_str().unwrap().to_owned()
}

/// Sets the age of a file.
fn age(file: &Path, hours: u64) {
    let then = SystemTime::now() - Duration::from_secs(hours * 3600);
    fs::File::options().write(true).open(file).unwrap().set_modified(then).unwrap();
}

#[test]
fn without_a_ledger_origins_are_as_without_one_and_a_note_names_the_branch() {
    let (mut world, _remote) = world();
    world.server().set(12, "timezone", json!("Asia/Omsk"));
    world.declare(12, "{geo_list: [RU, BY], timezone: UTC, hold_music: 7}");
    let none = "warning: this repository has no copy of the ledger origin/ringform-ledger; origins are judged";
    let without = |ran: Ran, origin: &str| {
        assert_eq!(notes(&ran), [format!("{none} without it")]);
        assert_eq!(origins(&ran, "12"), json!({"geo_list": origin, "timezone": origin}));
    };
    without(world.run("plan --format json").ok(), "unknown");
    without(world.run("drift --format json").status(2), "drift");
    let ran = world.run("plan --base HEAD --format json").ok();
    assert_eq!(notes(&ran), [format!("{none} by --base HEAD")]);
    assert_eq!(origins(&ran, "12"), json!({"geo_list": "pending", "timezone": "drift"}));
    world.run("plan").ok().says(&[FETCH]);
    // The first run of apply begins it.
    let ran = world.run("apply --yes --only pending --base HEAD --format json").ok();
    let begins = "warning: the ledger origin/ringform-ledger holds nothing of this project yet; origins are judged";
    let dirty = "warning: clients/12.yaml differs from HEAD, and the ledger records HEAD as applied";
    assert_eq!(notes(&ran), [format!("{begins} by --base HEAD"), dirty.to_owned()]);
    // What that run did not see in sync and did not send has no record: git brings it for the first time.
    let ran = world.run("plan --format json").ok();
    assert_eq!((notes(&ran), origins(&ran, "12")), (vec![], json!({"timezone": "pending"})));
}

#[test]
fn a_ledger_of_another_project_says_nothing_of_this_one() {
    let (mut world, _remote) = world();
    world.run("apply --yes").ok();
    let text = world.read("ringform.yaml");
    world.write("east/ringform.yaml", text.as_bytes());
    world.write("east/12.yaml", b"client: 12\nsettings: {timezone: Asia/Omsk}\n");
    merge(&world);
    let ran = world.run("plan east --format json").ok();
    let note = "warning: the ledger origin/ringform-ledger holds nothing of this project yet; origins are judged";
    assert_eq!(
        (notes(&ran), origins(&ran, "12")),
        (vec![format!("{note} without it")], json!({"timezone": "unknown"}))
    );
    world.run("plan east --no-ledger --format json").ok();
    assert_eq!(notes(&world.run("plan --format json").ok()), Vec::<String>::new());
}

#[test]
fn an_old_copy_is_named_with_the_command_that_refreshes_it() {
    let (mut world, _remote) = world();
    world.run("apply --yes").ok();
    assert_eq!(notes(&world.run("plan --format json").ok()), Vec::<String>::new());
    let files = [format!(".git/{COPY}"), ".git/packed-refs".to_owned(), ".git/FETCH_HEAD".to_owned()];
    let all_old = |world: &World| {
        files.iter().map(|file| world.path(file)).filter(|file| file.exists()).for_each(|file| age(&file, 75));
    };
    all_old(&world);
    let note = "the copy of the ledger origin/ringform-ledger was fetched 3 days ago";
    let run = run_of(&world.run("log --all --format json").ok());
    for line in ["plan", "drift", "log", "log --client 12", "log --format csv", "log --verify"] {
        world.run(line).ok().says(&[note, FETCH]);
    }
    for line in ["log", "undo"] {
        world.run(&format!("{line} {run}")).ok().says(&[note, FETCH]);
    }
    // It judges all the same.
    world.server().set(12, "timezone", json!("Asia/Omsk"));
    let ran = world.run("plan --format json").ok();
    assert_eq!((notes(&ran), origins(&ran, "12")), (vec![format!("warning: {note}")], json!({"timezone": "drift"})));
    let words: Vec<&str> = FETCH.split(' ').skip(1).collect();
    world.git(&words);
    assert_eq!(notes(&world.run("plan --format json").ok()), Vec::<String>::new());
    let log = world.run("log").ok();
    assert!(!log.stderr.contains("the copy of the ledger"), "{}", log.stderr);
    all_old(&world);
    let ran = world.run("apply --yes --format json").ok();
    assert_eq!(notes(&ran), Vec::<String>::new(), "apply asks the remote");
}

#[test]
fn plan_and_drift_reach_no_remote_and_write_nothing() {
    let (mut world, _remote) = world();
    world.run("apply --yes").ok();
    let programs = tempfile::tempdir().unwrap();
    let log = programs.path().join("log");
    world = world.git_script(programs.path(), &format!("echo \"$@\" >> {}", log.display()));
    world.git(&["remote", "set-url", "origin", "https://127.0.0.1:1/gone.git"]);
    let files = |world: &World| -> Vec<(String, SystemTime)> {
        let all = walkdir(world.folder());
        all.into_iter()
            .map(|path| (path.display().to_string(), fs::metadata(&path).unwrap().modified().unwrap()))
            .collect()
    };
    let before = files(&world);
    for line in ["plan", "drift", "plan --base HEAD", "plan --format json", "plan --client 12"] {
        world.run(line).ok();
    }
    assert_eq!(files(&world), before);
    let called = fs::read_to_string(&log).unwrap();
    assert!(called.contains("cat-file") && called.contains(COPY), "{called}");
    for word in ["fetch ", "push ", "ls-remote", "fast-import", "update-ref"] {
        assert!(!called.contains(word), "{word} in {called}");
    }
    // Apply needs the remote.
    world.run("apply --yes").status(1).sends_nothing().says(&["cannot be read"]);
}

fn walkdir(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(walkdir(&path));
        }
        found.push(path);
    }
    found.sort();
    found
}

#[test]
fn a_damaged_client_file_costs_its_client_the_record_until_the_next_one() {
    let (mut world, _remote) = world();
    world.run("apply --yes").ok();
    let twelve = "ringform.yaml/clients/default/12.json";
    let other = "ringform.yaml/clients/acme/12.json";
    let table = [
        (
            vec![(twelve, "{\"timezone\": oops")],
            format!("warning: client 12: {twelve} in origin/ringform-ledger does not parse"),
        ),
        (
            vec![(twelve, "{}"), (other, "{\"timezone\": {\"value\": \"UTC\"}}")],
            format!("warning: client 12: {other} and {twelve} in origin/ringform-ledger are records of one client"),
        ),
    ];
    for (edits, note) in table {
        edits.iter().for_each(|(path, text)| edit_branch(&world, path, Some(text)));
        world.server().set(12, "timezone", json!("Asia/Omsk"));
        world.server().set(13, "timezone", json!("Asia/Omsk"));
        for (line, origin) in [("plan", "unknown"), ("drift", "drift")] {
            let ran = world.run(&format!("{line} --format json"));
            assert_eq!(notes(&ran), [note.as_str()], "{line}");
            assert_eq!(origins(&ran, "12"), json!({"timezone": origin}), "{line}");
            assert_eq!(origins(&ran, "13"), json!({"timezone": "drift"}), "{line}");
        }
        let ran = world.run("plan --base HEAD --format json").ok();
        assert_eq!(origins(&ran, "12"), json!({"timezone": "drift"}));
        // A run that learns nothing of the client keeps the damaged file: no record would make drift pending.
        let ran = world.run("apply --yes --client 13 --format json").ok();
        assert_eq!(notes(&ran), [note.as_str()]);
        assert_eq!(notes(&world.run("plan --format json").ok()), [note.as_str()]);
        let ran = world.run("apply --yes --format json").ok();
        assert_eq!(notes(&ran), [note.as_str()]);
        assert_eq!(notes(&world.run("plan --format json").ok()), Vec::<String>::new());
        let listed = world.git(&["ls-tree", "-r", "--name-only", COPY]);
        assert!(listed.contains(twelve) && !listed.contains(other), "{listed}");
    }
}

#[test]
fn a_head_file_that_is_newer_or_damaged_stops_apply_and_leaves_plan_without_the_ledger() {
    let (mut world, _remote) = world();
    world.run("apply --yes").ok();
    world.server().set(12, "timezone", json!("Asia/Omsk"));
    let newer = "{\"format_version\": \"2.0\", \"endpoint\": \"x\", \"commit\": null}";
    for (text, why) in [(newer, "has version 2.0, which is newer"), ("{", "does not parse")] {
        edit_branch(&world, "ringform.yaml/ledger.json", Some(text));
        for (line, origin) in [("plan", "unknown"), ("drift", "drift")] {
            let ran = world.run(&format!("{line} --format json"));
            let said = notes(&ran);
            assert_eq!(said.len(), 1, "{said:?}");
            assert!(said[0].starts_with("warning:") && said[0].contains(why), "{said:?}");
            assert_eq!(origins(&ran, "12"), json!({"timezone": origin}));
        }
        let ran = world.run("apply --yes --format json").status(1).sends_nothing();
        assert!(notes(&ran).iter().any(|one| one.starts_with("error:") && one.contains(why)), "{:?}", notes(&ran));
    }
    world.run("plan").ok().says(&["git show refs/remotes/origin/ringform-ledger:ringform.yaml/ledger.json"]);
}

#[test]
fn a_branch_that_holds_something_else_is_never_judged_by_and_never_written() {
    let (mut world, _remote) = world();
    world.git(&["push", "-q", "origin", "HEAD:refs/heads/ringform-ledger"]);
    let ran = world.run("plan --format json").ok();
    let note = "origin/ringform-ledger is not a ledger: its README.md does not begin with ringform's line";
    assert_eq!(notes(&ran), [format!("warning: {note}")]);
    world.run("apply --yes").status(1).sends_nothing().says(&["commits in common with HEAD"]);
}

#[test]
fn a_rewritten_branch_counts_and_both_tips_are_named() {
    let (mut world, remote) = world();
    world.run("apply --yes").ok();
    let first = world.git(&["rev-parse", COPY]);
    world.declare(12, "{geo_list: [RU, BY], timezone: UTC, hold_music: 7}");
    merge(&world);
    world.run("apply --yes").ok();
    let second = world.git(&["rev-parse", COPY]);
    git_in(remote.path(), &["update-ref", "refs/heads/ringform-ledger", &first]);
    let ran = world.run("apply --yes --format json").ok();
    let said = notes(&ran);
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].contains("was rewritten") && said[0].contains(&first[..12]) && said[0].contains(&second[..12]));
    // The new tip counts, and the next run has nothing to say.
    assert_eq!(notes(&world.run("apply --yes --format json").ok()), Vec::<String>::new());
}

#[test]
fn a_moved_project_file_begins_anew_and_the_old_project_is_named() {
    let (mut world, _remote) = world();
    world.run("apply --yes").ok();
    world.git(&["mv", "ringform.yaml", "pbx.ringform.yaml"]);
    merge(&world);
    let ran = world.run("apply --yes --project pbx.ringform.yaml --format json").ok();
    let said = notes(&ran);
    assert!(
        said.iter().any(|one| one.contains("holds the project ringform.yaml, which HEAD does not have")),
        "{said:?}"
    );
    assert!(said.iter().any(|one| one.contains("nothing of this project yet")), "{said:?}");
    assert_eq!(notes(&world.run("apply --yes --project pbx.ringform.yaml --format json").ok()), Vec::<String>::new());
    world.git(&["cat-file", "-e", &format!("{COPY}:ringform.yaml/ledger.json")]);
}

#[test]
fn a_missing_or_old_git_stops_apply_and_leaves_plan_without_the_ledger() {
    let (mut world, _remote) = world();
    world.run("apply --yes").ok();
    world.server().set(12, "timezone", json!("Asia/Omsk"));
    let without = |world: &mut World, why: &str| {
        let ran = world.run("plan --format json").ok();
        assert_eq!(origins(&ran, "12"), json!({"timezone": "unknown"}));
        assert!(notes(&ran)[0].starts_with("warning:") && notes(&ran)[0].contains(why), "{:?}", notes(&ran));
        world.run("apply --yes").status(1).sends_nothing().says(&["git 2.30 or newer", why]);
        world.run("apply --yes --no-ledger --field hold_music").ok();
    };
    for (version, is_old) in [("2.29.3", true), ("1.8.3.1", true), ("2.30.0", false), ("2.39.5 (Apple Git-154)", false)]
    {
        let programs = tempfile::tempdir().unwrap();
        let lines = format!("case \"$*\" in *--version) echo \"git version {version}\"; exit 0;; esac");
        let mut old = world.git_script(programs.path(), &lines);
        match is_old {
            true => without(&mut old, &format!("git {version} is installed")),
            false => assert_eq!(notes(&old.run("plan --format json").ok()), Vec::<String>::new(), "{version}"),
        }
        world = old;
    }
    let nowhere = tempfile::tempdir().unwrap();
    let mut world = world.env("PATH", nowhere.path().to_str().unwrap());
    without(&mut world, "the `git` program cannot be run");
}
