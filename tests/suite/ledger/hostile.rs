//! Attacks by somebody who may push a tag, another branch or the ledger branch, and by a change of the repository.

use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use crate::ledger::site::{BRANCH, Site, origins};
use crate::repository::git_in;

/// How long a run with a hostile ledger may take.
const SOON: Duration = Duration::from_secs(20);

/// One client, recorded at 8, and a commit of a forged ledger that says 5, which no ref of the remote names yet.
fn forged() -> (Site, String) {
    let mut site = Site::of_one(8);
    site.run("apply --yes").ok();
    let tip = site.tip().unwrap();
    site.edit(&[("ringform.yaml/clients/default/12.json", Some("{\"hold_music\": {\"value\": 5}}"))]);
    let forged = site.tip().unwrap();
    git_in(&site.remote(), &["update-ref", &format!("refs/heads/{BRANCH}"), &tip]);
    (site, forged)
}

#[test]
fn a_tag_or_a_branch_that_is_called_as_the_copy_is_not_read() {
    let (mut site, forged) = forged();
    let copy = format!("refs/remotes/origin/{BRANCH}");
    for start in ["refs/tags/", "refs/heads/"] {
        for name in [copy.as_str(), "origin/ringform-ledger"] {
            git_in(&site.remote(), &["update-ref", &format!("{start}{name}"), &forged]);
            site.world.git(&["fetch", "--quiet", "origin", &format!("{start}{name}:{start}{name}")]);
        }
    }
    site.world.declare(12, "{hold_music: 9}");
    let judged = |site: &mut Site| origins(&site.run("plan --format json").json())[0].2.clone();
    assert_eq!(judged(&mut site), "pending", "the copy says 8, as live does");
    // Without a copy the run says so, and does not read the tag in its place.
    site.world.git(&["update-ref", "-d", &copy]);
    assert_eq!(judged(&mut site), "unknown");
    site.run("log --verify").status(1).says(&["has no copy of the ledger"]);
}

#[test]
fn a_repository_or_a_bundle_among_the_files_is_no_remote() {
    let mut site = Site::of_one(8);
    git_in(site.world.folder(), &["init", "--quiet", "--bare", "mirror"]);
    git_in(site.world.folder(), &["bundle", "create", "--quiet", "parcel", "HEAD"]);
    let project = site.world.read("ringform.yaml");
    for remote in ["mirror", "parcel"] {
        let text = project.replace("ledger: git", &format!("ledger: {{remote: {remote}}}"));
        site.world.write("ringform.yaml", text.as_bytes());
        site.run("apply --yes").status(1).sends_nothing().says(&[&format!("no remote `{remote}`")]);
    }
    assert_eq!(git_in(&site.world.path("mirror"), &["for-each-ref"]), "");
}

#[test]
fn a_flood_in_a_record_costs_its_record_and_no_time() {
    let (mut site, _) = forged();
    let doubts: Vec<String> = (100..100_000).map(|number| number.to_string()).collect();
    let many = format!("{{\"hold_music\": {{\"value\": 8, \"in_doubt\": [{}]}}}}", doubts.join(","));
    let long = format!("{{\"hold_music\": {{\"value\": \"{}\"}}}}", "x".repeat(2 << 20));
    let deep = format!("{{\"hold_music\": {{\"value\": {}1{}}}}}", "[".repeat(100_000), "]".repeat(100_000));
    for text in [many.as_str(), &long, &deep] {
        site.edit(&[("ringform.yaml/clients/default/12.json", Some(text))]);
        let folder = site.world.folder().to_owned();
        site.fetch(&folder);
        let began = Instant::now();
        site.run("plan").ok().says(&["client 12: ringform.yaml/clients/default/12.json", "does not parse"]);
        assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
    }
}

/// A claim whose lease has ended, with these PUTs.
fn claim(run: &str, puts: &Json) -> String {
    let ended = json!({
        "run": run, "actor": "eve", "commit": "0".repeat(40), "digest": "sha256:00",
        "started_at": "2026-11-01T00:00:00Z", "lease_end": "2026-11-01T00:00:01Z", "puts": puts,
    });
    ended.to_string()
}

#[test]
fn a_flood_in_a_claim_is_a_claim_that_does_not_parse() {
    let (mut site, _) = forged();
    let put =
        |client: String, value: Json| json!({"client_id": client, "credentials": null, "put": {"hold_music": value}});
    let twice: Vec<Json> = (0..20_000).map(|number| put("12".into(), json!(number))).collect();
    let list = [put("12".into(), json!(vec![0; 100_000]))];
    for puts in [json!(twice), json!(list)] {
        site.edit(&[("ringform.yaml/open/r1.json", Some(&claim("r1", &puts)))]);
        let began = Instant::now();
        site.run("apply --yes").status(1).sends_nothing().says(&["the claim of run r1 does not parse"]);
        assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
    }
    // Each client has one PUT: a large claim that ringform could have written.
    let fleet: Vec<Json> = (1..20_000).map(|number| put(number.to_string(), json!(1))).collect();
    site.edit(&[("ringform.yaml/open/r1.json", Some(&claim("r1", &json!(fleet))))]);
    let began = Instant::now();
    site.run("apply --yes").ok().requests(1, 1, 0);
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
}

#[test]
fn a_commit_in_ledger_json_that_is_no_commit_of_this_history_sends_nothing() {
    let (mut site, forged) = forged();
    site.world.declare(12, "{hold_music: 9}");
    site.merge("second");
    let tree = git_in(&site.remote(), &["rev-parse", &format!("{BRANCH}^{{tree}}")]);
    let head = site.file("ringform.yaml/ledger.json");
    for commit in [forged.as_str(), &tree, &"1".repeat(40), "HEAD", "--all", "-x", "refs/heads/main", "main\u{1b}[31m"]
    {
        let mut head = head.clone();
        head["commit"] = json!(commit);
        site.edit(&[("ringform.yaml/ledger.json", Some(&head.to_string()))]);
        let ran = site.run("apply --yes").status(1).sends_nothing();
        assert!(!ran.stderr.contains('\u{1b}') && ran.stderr.contains("error[ledger]"), "{commit}: {}", ran.stderr);
    }
    // A plan goes on, and judges by what it can read.
    let folder = site.world.folder().to_owned();
    site.fetch(&folder);
    site.run("plan").ok();
}
