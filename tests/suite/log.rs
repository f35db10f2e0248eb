//! `log`: past runs from the ledger and from the journals, in every format, and the check of the ledger's history.

use serde_json::{Value as Json, json};

use crate::repository::git_in;
use crate::world::World;

const BRANCH: &str = "ringform-ledger";

/// Two clients whose music differs, in a repository.
fn two(ledger: &str) -> World {
    World::new()
        .live(12, json!({"hold_music": 5, "name": "=Shop|<b>\u{1b}[31m, \"one\""}))
        .live(13, json!({"hold_music": 5}))
        .declared(12, "{hold_music: 7}")
        .declared(13, "{hold_music: 7}")
        .project(ledger)
        .repository()
}

fn with_ledger() -> World {
    two("ledger: {remote: none}")
}

/// The name of the newest run.
fn newest(world: &mut World) -> String {
    let list: Json = serde_json::from_str(&world.run("log --all --format json").ok().stdout).unwrap();
    list["runs"][0]["run"].as_str().unwrap().to_owned()
}

/// Replaces one file of the branch, or removes it, in a commit of its own.
fn edit(world: &World, path: &str, text: Option<&str>) {
    let copy = tempfile::tempdir().unwrap();
    world.git(&["worktree", "add", "-q", "--force", copy.path().to_str().unwrap(), BRANCH]);
    let file = copy.path().join(path);
    match text {
        Some(text) => {
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(&file, text).unwrap();
        }
        None => std::fs::remove_file(&file).unwrap(),
    }
    git_in(copy.path(), &["add", "-A"]);
    git_in(copy.path(), &["commit", "-q", "-m", "by hand"]);
    world.git(&["worktree", "remove", "--force", copy.path().to_str().unwrap()]);
}

#[test]
fn runs_are_listed_from_the_ledger_with_actor_commit_and_counts() {
    let mut world = with_ledger();
    world.run("apply --yes --actor Anna").ok();
    world.declare(12, "{hold_music: 8}");
    world.commit("music");
    world.run("apply --yes --actor Boris").ok();
    let list: Json = serde_json::from_str(&world.run("log --format json").ok().stdout).unwrap();
    assert_eq!((&list["kind"], &list["source"]), (&json!("log"), &json!("ledger")));
    let runs = list["runs"].as_array().unwrap();
    assert_eq!(runs.len(), 2);
    assert_eq!(runs[0]["summary"], json!({"clients": 1, "settings": 1, "failed": 0}));
    assert_eq!(runs[1]["summary"], json!({"clients": 2, "settings": 2, "failed": 0}));
    assert_eq!(runs[0]["commit"], json!(world.git(&["rev-parse", "HEAD"])));
    assert_eq!(runs[0]["result"], "succeeded");
    let text = world.run("log").ok().stdout;
    let lines: Vec<&str> = text.lines().filter(|line| line.contains("succeeded")).collect();
    assert!(lines[0].contains("1 client, 1 setting ") && lines[1].contains("2 clients, 2 settings"), "{text}");
    let table = world.run("log --format markdown").ok().stdout;
    assert!(table.starts_with("| time | run | result |") && table.lines().count() == 4, "{table}");
}

#[test]
fn one_run_is_shown_as_its_report_and_a_client_by_its_changes() {
    let mut world = with_ledger();
    world.run("apply --yes").ok();
    let run = newest(&mut world);
    world.run(&format!("log {run} --format json=run.json")).ok();
    let shown = world.run(&format!("log {run}")).ok().stdout;
    assert_eq!(shown, world.run("show run.json").ok().stdout);
    assert!(shown.contains("hold_music"), "{shown}");
    let text = world.run("log --client 12").ok().stdout;
    assert!(text.contains(&format!("hold_music: 5 → 7  applied  run {run}")) && text.lines().count() == 1, "{text}");
    let list: Json = serde_json::from_str(&world.run("log --client 13 --format json").ok().stdout).unwrap();
    let change = &list["changes"][0];
    assert_eq!((&change["before"], &change["after"], &change["run"]), (&json!(5), &json!(7), &json!(run)));
    assert_eq!(world.run("log --client 14").ok().stdout, "No run in the ledger changed this client.\n");
}

#[test]
fn the_csv_has_a_row_for_each_field_and_no_cell_is_a_formula() {
    let mut world = with_ledger();
    world.run("apply --yes").ok();
    let csv = world.run("log --format csv").ok().stdout;
    let rows: Vec<&str> = csv.split("\r\n").collect();
    assert_eq!(
        rows[0],
        "time,run,commit,actor,reason,ci,pull_request,client,name,credentials,field,before,after,result"
    );
    assert_eq!(rows.len(), 4, "{csv}");
    let name = r#"12,"'=Shop|<b>\u{1b}[31m, ""one""",,hold_music,5,7,applied"#;
    assert!(rows.iter().any(|row| row.ends_with(name)), "{csv}");
    world.run("log --format csv=log.csv").ok();
    assert_eq!(world.read("log.csv"), csv);
    let one = newest(&mut world);
    assert_eq!(world.run(&format!("log {one} --format csv")).ok().stdout, csv);
}

#[test]
fn without_a_ledger_the_journals_say_what_was_sent() {
    let mut world = two("");
    assert_eq!(world.run("log").ok().stdout, "No run in the journals of this machine.\n");
    world.run("apply --yes").ok();
    let list: Json = serde_json::from_str(&world.run("log --format json").ok().stdout).unwrap();
    assert_eq!(list["source"], "journals");
    assert_eq!(list["runs"][0]["summary"], json!({"clients": 2, "settings": 2, "failed": 0}));
    let run = newest(&mut world);
    let text = world.run(&format!("log {run}")).ok().stdout;
    assert!(text.contains("client 12  hold_music: 5 → 7  applied"), "{text}");
    assert!(world.run("log --client 12").ok().stdout.contains("hold_music: 5 → 7"));
    assert_eq!(world.run("log --format csv").ok().stdout.matches("hold_music,5,7,applied").count(), 2);
    let error = world.run("log --verify").status(1).stderr;
    assert!(error.contains("the project has no ledger"), "{error}");
}

#[test]
fn a_project_with_a_ledger_that_has_nothing_yet_shows_its_journals_and_says_so() {
    let mut world = with_ledger();
    world.run("apply --yes --no-ledger").ok();
    let ran = world.run("log").ok();
    assert!(ran.stdout.contains("2 clients, 2 settings"), "{}", ran.stdout);
    assert!(ran.stderr.contains("log shows the journals of this machine"), "{}", ran.stderr);
    // A local branch is fetched from nowhere.
    let beginning = "the first `ringform apply` begins it";
    assert!(ran.stderr.contains(beginning) && !ran.stderr.contains("fetch"), "{}", ran.stderr);
}

#[test]
fn days_narrow_the_list_and_wrong_words_are_errors() {
    let mut world = with_ledger();
    world.run("apply --yes").ok();
    let run = newest(&mut world);
    let today = format!("{}-{}-{}", &run[..4], &run[4..6], &run[6..8]);
    let lines = |world: &mut World, flags: &str| world.run(&format!("log {flags}")).ok().stdout;
    assert!(lines(&mut world, &format!("--since {today} --until {today}")).contains(&run));
    assert_eq!(lines(&mut world, "--until 2020-01-01"), "No run in the ledger.\n");
    assert_eq!(lines(&mut world, "--since 2999-01-01"), "No run in the ledger.\n");
    for (line, words) in [
        ("log --since 24.11.2026", "a day is YEAR-MONTH-DAY, such as 2026-11-24"),
        ("log --since 2026-02-30", "a day is YEAR-MONTH-DAY"),
        ("log --since 2026-11-25 --until 2026-11-24", "--since 2026-11-25 is after --until 2026-11-24"),
        ("log 20260101T000000Z-000000", "run 20260101T000000Z-000000 is not known"),
        ("log a_b", "`a_b` is not the name of a run"),
        ("log a b", "`b` is a second one"),
        ("log --client x", "not a client id"),
        ("log --format html", "`html` is not a format of log"),
        ("log --verify --all", "cannot be used with"),
        ("log --all 20260101T000000Z-000000", "a run is shown whole"),
    ] {
        let ran = world.run(line).status(1);
        assert!(ran.stderr.contains(words), "{line}: {}", ran.stderr);
    }
    // A word with a slash or a dot is a path, and never a run.
    let ran = world.run("log ../x").status(1);
    assert!(!ran.stderr.contains("is not known"), "{}", ran.stderr);
    assert!(world.run("log ./").ok().stdout.contains(&run));
}

#[test]
fn verify_passes_what_runs_wrote_and_names_the_commit_that_a_hand_wrote() {
    let mut world = with_ledger();
    world.run("apply --yes").ok();
    world.declare(12, "{hold_music: 8}");
    world.commit("music");
    world.run("apply --yes").ok();
    let ran = world.run("log --verify").ok();
    assert_eq!(ran.stdout, "The ledger ringform-ledger fits: 4 commits, 2 reports in 1 project.\n");
    let run = newest(&mut world);
    let report = format!("ringform.yaml/runs/{}/{}/{run}.json", &run[..4], &run[4..6]);
    let good = world.git(&["rev-parse", BRANCH]);
    let edited =
        world.git(&["show", &format!("{BRANCH}:{report}")]).replace("\"credentials\":null", "\"credentials\":\"x\"");
    for (path, text, words) in [
        (report.as_str(), Some(edited.as_str()), format!("the report of run {run} was changed")),
        (report.as_str(), None, format!("the report of run {run} was removed")),
        (
            "ringform.yaml/clients/default/12.json",
            Some("{\n  \"hold_music\": {\"value\":9}\n}\n"),
            "client 12".to_owned(),
        ),
        ("ringform.yaml/notes.txt", Some("x"), "is not a file of a ledger".to_owned()),
    ] {
        edit(&world, path, text);
        let bad = world.git(&["rev-parse", BRANCH]);
        let ran = world.run("log --verify").status(1);
        assert!(ran.stderr.contains(&words) && ran.stderr.contains(&bad[..12]), "{path}: {}", ran.stderr);
        assert!(ran.stdout.is_empty(), "{}", ran.stdout);
        world.git(&["update-ref", &format!("refs/heads/{BRANCH}"), &good]);
        world.run("log --verify").ok();
    }
}

#[test]
fn a_broken_report_costs_its_run_and_nothing_else() {
    let mut world = with_ledger();
    world.run("apply --yes").ok();
    let run = newest(&mut world);
    let big = " ".repeat(10 << 20);
    edit(&world, "ringform.yaml/runs/2026/01/20260101T000000Z-bad.json", Some("{\"format_version\""));
    edit(&world, "ringform.yaml/runs/2026/01/20260102T000000Z-big.json", Some(&big));
    edit(&world, "ringform.yaml/runs/2026/01/a b.json", Some("{}"));
    let ran = world.run("log").ok();
    assert!(ran.stdout.contains(&run) && ran.stdout.matches("  unreadable  ").count() == 2, "{}", ran.stdout);
    for words in
        ["run 20260101T000000Z-bad: it is cut short", "run 20260102T000000Z-big", "a b.json in ringform-ledger"]
    {
        assert!(ran.stderr.contains(words), "{words}: {}", ran.stderr);
    }
    assert_eq!(world.run("log --format csv").ok().stdout.matches("applied").count(), 2);
    let error = world.run("log 20260101T000000Z-bad").status(1).stderr;
    assert!(error.contains("cannot be shown: it is cut short"), "{error}");
    world.run(&format!("log {run}")).ok();
}

#[test]
fn a_killed_run_shows_what_its_journal_knows_and_the_time_of_its_name() {
    let mut world = with_ledger();
    world.run("apply --yes").ok();
    let run = "20261124T100000Z-00dead";
    let claim = json!({
        "run": run, "actor": "Anna", "link": null, "commit": world.git(&["rev-parse", "HEAD"]), "digest": "sha256:0",
        "started_at": "2026-11-24T10:00:07.25Z", "lease_end": "2026-11-24T10:15:07Z",
        "puts": [
            {"client_id": "12", "credentials": null, "put": {"hold_music": 8}},
            {"client_id": "13", "credentials": null, "put": {"hold_music": 8}},
        ]
    });
    edit(&world, &format!("ringform.yaml/open/{run}.json"), Some(&claim.to_string()));
    let shown = |world: &mut World| world.run(&format!("log {run}")).ok().stdout;
    let text = shown(&mut world);
    assert!(text.starts_with("2026-11-24 10:00:00Z") && text.matches("unknown → 8  unfinished").count() == 2, "{text}");
    let list: Json = serde_json::from_str(&world.run("log --format json").ok().stdout).unwrap();
    assert_eq!(list["runs"][1]["time"], "2026-11-24T10:00:00Z");
    // On the machine of that run the journal knows that only one PUT was begun, and what live held before.
    let lines = [
        json!({"event": "begin", "run": run, "started_at": "2026-11-24T10:00:00Z", "ringform_version": "0.1.0",
            "endpoint": "http://127.0.0.1:1", "project": "ringform.yaml", "actor": "Anna"}),
        json!({"event": "sending", "client_id": "12", "credentials": null, "put": {"hold_music": 8},
            "changes": [{"field": "hold_music", "before": 7, "after": 8}]}),
    ];
    let journal: String = lines.iter().map(|line| format!("{line}\n")).collect();
    world.write(&format!(".ringform/journal/{run}.jsonl"), journal.as_bytes());
    let text = shown(&mut world);
    assert!(text.contains("under way") && text.contains("client 12  hold_music: 7 → 8  unfinished"), "{text}");
    assert!(!text.contains("client 13"), "{text}");
}

#[test]
fn a_floor_that_holds_the_ledger_counts_for_log_too() {
    let floors = tempfile::tempdir().unwrap();
    let floor = floors.path().join("floor.yaml");
    std::fs::write(&floor, "ledger: {remote: none}\n").unwrap();
    let mut world = two("").env("RINGFORM_FLOOR", floor.to_str().unwrap());
    world.run("apply --yes").ok();
    let list: Json = serde_json::from_str(&world.run("log --format json").ok().stdout).unwrap();
    assert_eq!(list["source"], "ledger");
    assert!(world.run("log --verify").ok().stdout.contains("fits"));
}
