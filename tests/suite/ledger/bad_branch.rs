//! A branch that is not the ledger, or no longer the one that a run has read.

use serde_json::json;

use crate::ledger::site::{BRANCH, Said, Site, kill, origins, until};
use crate::repository::git_in;
use crate::world::World;

#[test]
fn a_branch_without_the_line_of_ringform_is_never_written() {
    let mut site = Site::of_one(8);
    for readme in [None, Some("# Our pages\n")] {
        let mut files = vec![("index.html", Some("<p>pages</p>"))];
        files.extend(readme.map(|text| ("README.md", Some(text))));
        site.edit(&files);
        let tip = site.tip();
        let ran = site.run("apply --yes").status(1).sends_nothing();
        ran.says(&["origin/ringform-ledger is not a ledger", "help: name a branch for the ledger"]);
        site.fetch(site.world.folder());
        site.run("plan").ok().requests(1, 1, 0).says(&["warning", "is not a ledger"]);
        assert_eq!(site.tip(), tip);
    }
}

#[test]
fn a_branch_of_code_and_the_branch_that_is_checked_out_are_never_written() {
    let mut site = Site::of_one(8);
    site.world.git(&["push", "--quiet", "origin", &format!("HEAD:refs/heads/{BRANCH}")]);
    let ran = site.run("apply --yes").status(1).sends_nothing();
    ran.says(&["origin/ringform-ledger has commits in common with HEAD, or is checked out"]);

    let mut site = Site::with(
        World::new().live(12, json!({"hold_music": 7})).declared(12, "{hold_music: 8}"),
        "ledger: {branch: main, remote: none}",
    );
    let head = site.world.git(&["rev-parse", "main"]);
    site.run("apply --yes").status(1).sends_nothing().says(&["main has commits in common with HEAD"]);
    site.run("plan").ok().requests(1, 1, 0).says(&["warning"]);
    assert_eq!(site.world.git(&["rev-parse", "main"]), head);
}

#[test]
fn a_branch_that_is_gone_is_named_with_the_push_that_restores_it() {
    let mut site = Site::of_one(8);
    site.run("apply --yes").ok();
    let tip = site.tip().unwrap();
    git_in(&site.remote(), &["update-ref", "-d", &format!("refs/heads/{BRANCH}")]);
    site.world.server().set(12, "hold_music", json!(5));
    let push = format!("git push origin refs/remotes/origin/{BRANCH}:refs/heads/{BRANCH}");
    site.run("apply --yes").status(1).sends_nothing().says(&["origin/ringform-ledger is gone", &push]);
    // A plan judges by the copy, and a clone without one calls nothing pending.
    let ran = site.run("plan --format json").ok();
    assert_eq!(origins(&ran.json()), [("12".into(), "hold_music".into(), "drift".into())]);
    let clone = site.clone_of("one", &[]);
    let said = site.run_in(&clone, "plan --format json").status(0);
    assert_eq!(origins(&said.json()), [("12".into(), "hold_music".into(), "unknown".into())]);
    let words: Vec<&str> = push.split(' ').skip(1).collect();
    site.world.git(&words);
    assert_eq!(site.tip().unwrap(), tip);
    site.run("apply --yes").ok().requests(1, 1, 1);
    assert_eq!(site.record("12"), json!({"hold_music": {"value": 8}}));
}

/// A run that has claimed and sent its PUT, while `outside` changes the branch: the push of its record waits for that.
fn between_claim_and_record(outside: impl FnOnce(&Site)) -> (Site, Said) {
    let mut site = Site::of_one(7);
    site.run("apply --yes").ok();
    site.world.declare(12, "{hold_music: 8}");
    site.merge("second");
    let (folder, at) = (tempfile::tempdir().unwrap(), site.world.folder().to_owned());
    let lines = "case \" $* \" in *\" fast-import \"*)\n  echo >> AT/imports\n  \
                 [ $(wc -l < AT/imports) -eq 2 ] && while [ ! -e AT/go ]; do sleep 0.01; done\nesac";
    site.git_script(folder.path(), &lines.replace("AT", folder.path().to_str().unwrap()));
    let child = site.spawn(&at, "apply --yes");
    until("the record", || {
        std::fs::read_to_string(folder.path().join("imports")).is_ok_and(|text| text.lines().count() == 2)
    });
    assert_eq!(site.world.stored(12, "hold_music"), 8);
    outside(&site);
    std::fs::write(folder.path().join("go"), "").unwrap();
    let said = Said::of(child.wait_with_output().unwrap());
    site.env("PATH", &std::env::var("PATH").unwrap());
    (site, said)
}

#[test]
fn a_branch_that_is_deleted_between_claim_and_record_is_pushed_back_whole() {
    let name = format!("refs/heads/{BRANCH}");
    let (mut site, said) = between_claim_and_record(|site| {
        git_in(&site.remote(), &["update-ref", "-d", &name]);
    });
    said.status(0);
    assert_eq!(site.record("12"), json!({"hold_music": {"value": 8}}));
    assert!(site.open().is_empty());
    let history = git_in(&site.remote(), &["rev-list", "--count", BRANCH]);
    assert_eq!(history, "3", "the first record, the claim and the record");
    site.run("plan").ok().prints(&["No difference"]);
}

#[test]
fn a_branch_that_is_forced_back_between_claim_and_record_gets_the_values_in_doubt() {
    let name = format!("refs/heads/{BRANCH}");
    let (mut site, said) = between_claim_and_record(|site| {
        git_in(&site.remote(), &["update-ref", &name, &format!("{BRANCH}~1")]);
    });
    // Its claim is gone, so another run may have begun: what this one sent is in doubt.
    assert!(said.status.is_some_and(|status| status < 2), "{}\n{}", said.stdout, said.stderr);
    assert_eq!(site.record("12"), json!({"hold_music": {"value": 7, "in_doubt": [8]}}));
    assert_eq!(site.reports(), 2, "that of the first record too");
    // Git goes back to 7: what is live is what ringform left, and no drift.
    site.world.declare(12, "{hold_music: 9}");
    site.merge("third");
    let ran = site.run("plan --format json").ok();
    assert_eq!(origins(&ran.json()), [("12".into(), "hold_music".into(), "pending".into())]);
    site.run("apply --yes").ok().requests(1, 1, 1);
    assert_eq!(site.record("12"), json!({"hold_music": {"value": 9}}));
}

#[test]
fn a_branch_that_is_rewritten_between_two_runs_counts_as_it_is() {
    let mut site = Site::of_one(8);
    site.run("apply --yes").ok();
    site.world.declare(12, "{hold_music: 9}");
    site.merge("second");
    site.run("apply --yes").ok();
    // Somebody puts the branch back to the first record, which holds 8 for the first commit.
    git_in(&site.remote(), &["update-ref", &format!("refs/heads/{BRANCH}"), &format!("{BRANCH}~2")]);
    site.run("apply --yes").ok().requests(1, 1, 0);
    assert_eq!(site.record("12"), json!({"hold_music": {"value": 9}}));
}

#[test]
fn a_claim_from_a_clock_that_is_an_hour_ahead_lives_and_one_of_an_hour_ago_is_dead() {
    let claim = |site: &Site, started: jiff::Timestamp| {
        let lease_end = started + jiff::SignedDuration::from_mins(15);
        let text = json!({
            "run": "20261127T090000Z-00aa11", "actor": "Anna <anna@example.com>", "link": "https://ci.example/7",
            "commit": site.world.git(&["rev-parse", "HEAD"]), "digest": "sha256:00",
            "started_at": started.to_string(), "lease_end": lease_end.to_string(),
            "puts": [{"client_id": "12", "credentials": null, "put": {"hold_music": 5}}],
        });
        site.edit(&[("ringform.yaml/open/20261127T090000Z-00aa11.json", Some(&text.to_string()))]);
    };
    let hour = jiff::SignedDuration::from_hours(1);
    let mut site = Site::of_one(7);
    site.run("apply --yes").ok();
    site.world.declare(12, "{hold_music: 8}");
    site.merge("second");
    claim(&site, jiff::Timestamp::now() + hour);
    let ran = site.run("apply --yes").status(1).sends_nothing();
    ran.says(&["20261127T090000Z-00aa11", "Anna", "the clocks of two machines differ", "https://ci.example/7"]);
    assert_eq!(site.open().len(), 1);
    // The same claim an hour ago: its run is gone, and what it may have sent is no drift.
    claim(&site, jiff::Timestamp::now() - hour);
    site.world.server().set(12, "hold_music", json!(5));
    let ran = site.run("apply --yes --format json").ok().requests(1, 1, 1);
    assert_eq!(origins(&ran.json()), [("12".into(), "hold_music".into(), "pending".into())]);
    assert_eq!(site.record("12"), json!({"hold_music": {"value": 8}}));
    assert!(site.open().is_empty());
}

#[test]
fn a_claim_that_does_not_parse_lives_until_it_is_taken_over() {
    let mut site = Site::of_one(8);
    site.run("apply --yes").ok();
    site.world.server().set(12, "hold_music", json!(5));
    site.edit(&[("ringform.yaml/open/20261127T090000Z-00aa11.json", Some("{\"run\":"))]);
    let help = "--take-over 20261127T090000Z-00aa11";
    site.run("apply --yes").status(1).sends_nothing().says(&["does not parse, so it may be alive", help]);
    site.run("apply --yes --take-over 20261127T090000Z-00aa12").status(1).sends_nothing().says(&["has no claim"]);
    site.run(&format!("apply --yes {help}")).ok().requests(1, 1, 1);
    assert!(site.open().is_empty());
}

#[test]
fn a_run_that_is_killed_while_another_takes_over_leaves_one_truth() {
    let mut site = Site::of_one(7);
    site.run("apply --yes").ok();
    site.world.declare(12, "{hold_music: 8}");
    site.merge("second");
    let (one, two) = (site.clone_of("one", &[]), site.clone_of("two", &[]));
    site.world.server().fault("late-answer=1h,on=put,times=1".parse().unwrap());
    let mut child = site.spawn(&one, "apply --yes");
    until("the stored PUT", || site.world.stored(12, "hold_music") == 8);
    let run = site.open()[0].clone();
    site.run_in(&two, &format!("apply --yes --take-over {run}")).status(0);
    kill(&mut child);
    assert_eq!(site.record("12"), json!({"hold_music": {"value": 8}}));
    site.run_in(&one, "apply --yes").status(0);
    assert_eq!(site.puts(), 1, "the second run found the value and sent nothing");
}

#[test]
fn the_copy_of_a_clone_of_one_branch_follows_what_its_apply_writes() {
    let mut site = Site::of_one(7);
    site.run("apply --yes").ok();
    site.world.declare(12, "{hold_music: 8}");
    site.merge("second");
    // The settings of this clone fetch main and no other branch.
    let clone = site.clone_of("one", &["--single-branch"]);
    site.run_in(&clone, "apply --yes").status(0);
    site.world.server().set(12, "hold_music", json!(5));
    let said = site.run_in(&clone, "plan --format json").status(0);
    assert_eq!(origins(&said.json()), [("12".into(), "hold_music".into(), "drift".into())]);
}
