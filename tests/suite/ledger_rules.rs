//! What the ledger's recorded commit binds, and which `ledger` section counts.
//!
//! Owns the repository with a bare remote for tests of the ledger: a project, its remote, and what the branch holds.

use std::fs;

use serde_json::{Value as Json, json};
use tempfile::TempDir;

use crate::repository::git_in;
use crate::world::{Ran, World};

pub const APPLY: &str = "apply --yes --format json";
const OPEN: &str = "{geo_list: \"*\"}";
const REMOVES: &str = ", which this change removes";

/// A project in a repository whose remote is a bare one beside it.
pub struct Ledger {
    pub world: World,
    pub remote: TempDir,
}

impl Ledger {
    /// The project with these lines, and clients 12 and 13 in sync.
    pub fn new(lines: &str) -> Ledger {
        let world = World::new().project("ledger: git").project(lines);
        let world = world.live(12, json!({"geo_list": "RU"})).declared(12, "{geo_list: RU}");
        Ledger::of(world.live(13, json!({"timezone": "UTC"})).declared(13, "{timezone: UTC}"))
    }

    /// The world as a repository with a remote.
    pub fn of(world: World) -> Ledger {
        let remote = tempfile::tempdir().unwrap();
        Ledger { world: world.with_origin(remote.path()), remote }
    }

    /// Puts these lines in the place of those behind the endpoint.
    pub fn project(&self, lines: &str) {
        let text = self.world.read("ringform.yaml");
        let endpoint = text.lines().next().unwrap();
        fs::write(self.world.path("ringform.yaml"), format!("{endpoint}\n{lines}\n")).unwrap();
    }

    pub fn head(&self) -> String {
        self.world.git(&["rev-parse", "HEAD"])
    }

    /// A file of the project in the branch at the remote.
    pub fn file(&self, path: &str) -> Json {
        let text = git_in(self.remote.path(), &["show", &format!("ringform-ledger:ringform.yaml/{path}")]);
        serde_json::from_str(&text).unwrap()
    }

    /// The commit that the ledger names.
    pub fn commit(&self) -> String {
        self.file("ledger.json")["commit"].as_str().unwrap().to_owned()
    }

    /// The tip of the branch at the remote; empty where it does not exist.
    pub fn tip(&self) -> String {
        git_in(self.remote.path(), &["for-each-ref", "--format=%(objectname)", "refs/heads/ringform-ledger"])
    }

    /// The files of the project in the branch, without reports.
    pub fn files(&self) -> Vec<String> {
        let list = git_in(self.remote.path(), &["ls-tree", "-r", "--name-only", "ringform-ledger"]);
        list.lines().filter(|path| !path.contains("/runs/")).map(str::to_owned).collect()
    }
}

pub fn short(commit: &str) -> &str {
    &commit[..12]
}

/// What blocks client 12, in words.
fn blocked(ran: &Ran) -> Vec<String> {
    let client = ran.client("12");
    let all = client["blocked"].as_array().unwrap().iter();
    all.map(|one| one["message"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_merge_that_removes_a_guard_and_opens_is_refused_again_and_again_and_two_merges_pass() {
    let mut ledger = Ledger::new("guards: [open-geo]");
    ledger.world.run(APPLY).ok().requests(1, 2, 0);
    let first = ledger.head();
    assert_eq!(ledger.commit(), first);
    ledger.project("ledger: git");
    ledger.world.declare(12, OPEN);
    ledger.world.commit("remove the rule and open the door");
    let message = format!("geo_list: \"RU\" → \"*\" is against guard open-geo of {}{REMOVES}", short(&first));
    for _ in 0..2 {
        let ran = ledger.world.run("plan --format json").status(1).requests(1, 2, 0);
        assert_eq!(blocked(&ran), [message.as_str()]);
        let ran = ledger.world.run(APPLY).status(1).requests(1, 2, 0);
        assert_eq!(blocked(&ran), [message.as_str()]);
        ran.says(&[&format!("guard open-geo of {} stopped this run", short(&first))]);
        assert_eq!(ledger.commit(), first, "the ledger stays at the commit whose guard stopped the client");
    }
    ledger.world.run("apply --yes --override-guard open-geo --reason fair").status(1).sends_nothing();
    ledger.world.run("plan --out p.json").status(1);
    ledger.world.run("apply --plan p.json --yes").status(1).prints(&[&message]);
    assert_eq!(ledger.commit(), first);
    assert!(ledger.world.puts().is_empty());
    // The first merge brings the rule, the second one the setting.
    ledger.world.declare(12, "{geo_list: RU}");
    ledger.world.commit("only the rule");
    ledger.world.run(APPLY).ok().says(&["open-geo is removed", "its guards bind this run as well"]);
    assert_eq!(ledger.commit(), ledger.head());
    ledger.world.declare(12, OPEN);
    ledger.world.commit("the setting");
    ledger.world.run(APPLY).ok().requests(1, 2, 1);
    assert_eq!(ledger.commit(), ledger.head());
    assert_eq!(ledger.world.puts(), [json!({"geo_list": "*"})]);
}

#[test]
fn the_base_and_the_recorded_commit_bind_together() {
    let both = "guards: [open-geo, {name: no-by, field: geo_list, deny: {to: BY}}]";
    let mut ledger = Ledger::new(both);
    ledger.world.run(APPLY).ok();
    let first = ledger.commit();
    ledger.project("ledger: git\nguards: [open-geo]");
    ledger.world.commit("main drops one rule, and was not applied yet");
    ledger.world.git(&["push", "-q", "origin", "main"]);
    ledger.world.git(&["checkout", "-q", "-b", "change"]);
    ledger.project("ledger: git");
    for (codes, guard, revision) in [("BY", "no-by", short(&first)), ("\"*\"", "open-geo", "main")] {
        ledger.world.declare(12, &format!("{{geo_list: {codes}}}"));
        ledger.world.commit("the change");
        let message = format!("guard {guard} of {revision}{REMOVES}");
        for line in ["plan --base main --format json", "apply --base main --yes --format json"] {
            let ran = ledger.world.run(line).status(1).requests(1, 2, 0);
            assert!(blocked(&ran).iter().all(|one| one.contains(&message)), "{line}: {:?}", blocked(&ran));
            assert_eq!(blocked(&ran).len(), 1);
        }
        assert_eq!(ledger.commit(), first);
    }
    assert!(ledger.world.puts().is_empty());
}

#[test]
fn a_waiver_counts_after_the_next_apply() {
    let waiver = "waivers: [{client: 12, field: geo_list, owner: noc, reason: fair, until: 2999-12-31}]";
    let mut ledger = Ledger::new("");
    ledger.world.run(APPLY).ok();
    let first = ledger.commit();
    ledger.world.server().set(12, "geo_list", json!("*"));
    ledger.project(&format!("ledger: git\n{waiver}"));
    ledger.world.commit("a waiver");
    let new = format!("new waiver, not in {}", short(&first));
    ledger.world.run("drift").status(2).prints(&[&new, "counts after the next apply"]);
    ledger.world.run("apply --yes --client 13").ok();
    ledger.world.run("drift").ok();
}

#[test]
fn a_clone_that_lacks_the_recorded_commit_stops_an_apply_and_warns_in_a_plan() {
    let mut ledger = Ledger::new("guards: [open-geo]");
    ledger.world.run(APPLY).ok();
    let first = ledger.commit();
    ledger.world.commit("second");
    ledger.world.git(&["push", "-q", "origin", "main"]);
    let remote = format!("file://{}", ledger.remote.path().display());
    let clone = tempfile::tempdir().unwrap();
    git_in(clone.path(), &["clone", "-q", "--depth", "1", &remote, "pbx"]);
    let folder = clone.path().join("pbx");
    git_in(&folder, &["fetch", "-q", "origin", "ringform-ledger:refs/remotes/origin/ringform-ledger"]);
    let lacks = format!("this clone lacks commit {}", short(&first));
    let mut run = |line: &str| {
        let before = ledger.world.server().counts().write + ledger.world.server().counts().read;
        let output = ledger.world.command(line).current_dir(&folder).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        let after = ledger.world.server().counts().write + ledger.world.server().counts().read;
        (output.status.code(), text, after - before)
    };
    let (status, text, _) = run("plan");
    assert!(status == Some(0) && text.contains(&lacks) && text.contains("--unshallow"), "{text}");
    for line in ["apply --yes", "apply --yes --allow-older"] {
        let (status, text, requests) = run(line);
        assert!(status == Some(1) && text.contains("--unshallow") && requests == 0, "{line}: {text}");
    }
    git_in(&folder, &["fetch", "-q", "--unshallow"]);
    assert_eq!(run("apply --yes").0, Some(0));
    // After a rewrite of the history the commit is in no clone. People have to say that they know.
    let gone = tempfile::tempdir().unwrap();
    git_in(gone.path(), &["init", "-q", "--bare"]);
    git_in(&folder, &["checkout", "-q", "--orphan", "new"]);
    git_in(&folder, &["commit", "-q", "-m", "rewritten"]);
    git_in(&folder, &["push", "-q", gone.path().to_str().unwrap(), "new:main"]);
    let tip = "refs/remotes/origin/ringform-ledger:refs/heads/ringform-ledger";
    git_in(&folder, &["fetch", "-q", "origin", "+ringform-ledger:refs/remotes/origin/ringform-ledger"]);
    git_in(&folder, &["push", "-q", gone.path().to_str().unwrap(), tip]);
    git_in(clone.path(), &["clone", "-q", "-b", "main", gone.path().to_str().unwrap(), "again"]);
    let folder = clone.path().join("again");
    let mut run = |line: &str| {
        let output = ledger.world.command(line).current_dir(&folder).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        (output.status.code(), text)
    };
    let (status, text) = run("apply --yes");
    assert!(status == Some(1), "{text}");
    let (status, text) = run("apply --yes --allow-older");
    assert!(status == Some(0) && text.contains("this clone lacks commit"), "{text}");
}

#[test]
fn the_section_of_the_base_counts_and_a_change_of_it_is_a_warning() {
    let rows = [
        ("ledger: git", "", "this change removes the section `ledger`: that of main counts", true),
        (
            "ledger: git",
            "ledger: {branch: other}",
            "this change changes the section `ledger`: that of main counts",
            true,
        ),
        ("", "ledger: git", "the section `ledger` is not in main, so this run goes without a ledger", false),
        ("ledger: git", "ledger: {branch: ringform-ledger}", "", true),
    ];
    for (then, now, says, records) in rows {
        let world = World::new().project(then).live(12, json!({"geo_list": "RU"})).declared(12, "{geo_list: RU}");
        let mut ledger = Ledger::of(world);
        ledger.world.git(&["checkout", "-q", "-b", "change"]);
        ledger.project(now);
        ledger.world.commit("the section");
        for line in ["plan --base main", "drift --base main", "apply --base main --yes"] {
            let ran = ledger.world.run(line).ok();
            assert_eq!(ran.stdout.contains("rules-changed"), !says.is_empty(), "{line}: {}", ran.stdout);
            ran.prints(&[says]);
        }
        let branches = git_in(ledger.remote.path(), &["for-each-ref", "--format=%(refname:short)", "refs/heads"]);
        let expected = if records { "main\nringform-ledger" } else { "main" };
        assert_eq!(branches, expected, "{then} → {now}");
    }
}

#[test]
fn the_section_of_a_floor_counts_whatever_the_project_says() {
    let outside = tempfile::tempdir().unwrap();
    let floor = |name: &str, text: &str| {
        let path = outside.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let held = floor("one.yaml", "ledger: {branch: held, lease: 20m}\n");
    let other = floor("other.yaml", "ledger: git\n");
    let world = World::new().live(12, json!({"geo_list": "RU"})).declared(12, "{geo_list: RU}");
    let mut ledger = Ledger::of(world);
    let branches =
        |ledger: &Ledger| git_in(ledger.remote.path(), &["for-each-ref", "--format=%(refname:short)", "refs/heads"]);
    // The project has turned the ledger off.
    ledger.world.run(&format!("apply --yes --floor {held}")).ok();
    assert_eq!(branches(&ledger), "held\nmain");
    // It names another one.
    ledger.project("ledger: git");
    ledger.world.commit("another branch");
    let says = "the section `ledger` does not count: the floor holds another one";
    ledger.world.run(&format!("apply --yes --floor {held}")).ok().prints(&[says]);
    ledger.world.run(&format!("apply --yes --base HEAD~1 --floor {held}")).ok().prints(&[says]);
    assert_eq!(branches(&ledger), "held\nmain");
    ledger.world = ledger.world.env("RINGFORM_FLOOR", &held);
    ledger.world.run("apply --yes").ok().prints(&[says]);
    // Two floors that differ are an error, the same section in both is none.
    ledger
        .world
        .run(&format!("apply --yes --floor {other}"))
        .status(1)
        .sends_nothing()
        .says(&["bad-floor", "the two floors name different ledgers"]);
    ledger.world.run(&format!("apply --yes --floor {held}")).ok();
    // A saved plan follows the floor too, and --no-ledger leaves it out.
    ledger.world.declare(12, "{geo_list: BY}");
    ledger.world.commit("open");
    ledger.world.run("plan --out p.json").ok();
    ledger.world.run("apply --plan p.json --yes").ok().requests(1, 1, 1);
    assert_eq!(branches(&ledger), "held\nmain");
    ledger.world.run("apply --yes --no-ledger").ok().prints(&["this run leaves the ledger out"]);
    let typo = floor("typo.yaml", "leger: git\n");
    let ran = ledger.world.env("RINGFORM_FLOOR", "").run(&format!("plan --floor {typo}")).status(1);
    ran.says(&["did you mean `ledger`"]);
}

#[test]
fn the_commit_follows_head_and_nothing_new_is_no_commit() {
    let mut ledger = Ledger::new("");
    ledger.world.run(APPLY).ok();
    let tip = ledger.tip();
    ledger.world.run(APPLY).ok();
    assert_eq!(ledger.tip(), tip, "nothing new, no commit");
    ledger.world.commit("nothing for a client");
    ledger.world.run(APPLY).ok().requests(1, 2, 0);
    assert_eq!(ledger.commit(), ledger.head());
    // Failed, refused and narrow runs name their commit too.
    ledger.world.declare(12, "{geo_list: BY}");
    ledger.world.commit("narrow");
    ledger.world.run("apply --yes --client 13").ok();
    assert_eq!(ledger.commit(), ledger.head());
    ledger.world.git(&["checkout", "-q", "--detach"]);
    ledger.world.commit("detached");
    ledger.world.run("apply --yes").ok().requests(1, 2, 1);
    assert_eq!(ledger.commit(), ledger.head());
}

#[test]
fn files_that_head_does_not_hold_are_a_warning_and_head_is_recorded() {
    let differs = "differs from HEAD, and the ledger records HEAD as applied";
    let mut ledger = Ledger::new("");
    let head = ledger.head();
    // A report beside the project is none of its files.
    ledger.world.write("report.json", b"{}");
    let ran = ledger.world.run("apply --yes").ok();
    assert!(!ran.stdout.contains("HEAD"), "{}", ran.stdout);
    ledger.world.declare(12, "{geo_list: BY}");
    ledger.world.run("apply --yes").ok().requests(1, 2, 1).prints(&[&format!("clients/12.yaml {differs}")]);
    ledger.world.run("plan").ok();
    assert_eq!(ledger.commit(), head);
    ledger.world.git(&["checkout", "-q", "clients/12.yaml"]);
    ledger.world.write("more/14.yaml", b"client: 14\nsettings: {timezone: UTC}\n");
    let ran = ledger.world.run("apply --yes --client 13").ok();
    ran.prints(&[&format!("more/ {differs}")]);
    fs::remove_dir_all(ledger.world.path("more")).unwrap();
    fs::remove_file(ledger.world.path("clients/12.yaml")).unwrap();
    ledger.world.run("apply --yes").ok().prints(&[&format!("clients/12.yaml {differs}")]);
}

#[test]
fn without_a_work_tree_or_a_commit_apply_stops_and_plan_goes_on() {
    let needs = "the ledger needs the project in a git work tree with a commit";
    for is_repository in [false, true] {
        let world = World::new().project("ledger: git").env("PATH", &std::env::var("PATH").unwrap());
        let mut world = world.live(12, json!({"geo_list": "RU"})).declared(12, "{geo_list: BY}");
        world.start();
        if is_repository {
            world.git(&["init", "-q"]);
        }
        world.run("apply --yes").status(1).sends_nothing().says(&[needs, "--no-ledger"]);
        world.run("plan --out p.json").ok().requests(1, 1, 0).prints(&[needs]);
        world.run("drift").status(2).prints(&[needs]);
        world.run("apply --plan p.json --yes").status(1).sends_nothing();
        let ran = world.run("apply --yes --no-ledger").ok().requests(1, 1, 1);
        ran.prints(&["this run leaves the ledger out, so it will be missing there"]);
    }
}

#[test]
fn no_ledger_is_wrong_usage_beside_what_is_about_the_ledger() {
    let mut ledger = Ledger::new("");
    for flag in ["--take-over 20261127T090000Z-00aa11", "--allow-older"] {
        ledger.world.run(&format!("apply --yes --no-ledger {flag}")).status(1).sends_nothing().says(&["--no-ledger"]);
    }
    let ran = ledger.world.run("plan --no-ledger").ok();
    assert!(!ran.stdout.contains("ledger"), "a plan is no run of the ledger: {}", ran.stdout);
    assert_eq!(ledger.tip(), "");
}

#[test]
fn a_ledger_of_another_endpoint_stops_every_run_until_people_trust_the_project() {
    let mut ledger = Ledger::new("guards: [open-geo]");
    ledger.world.run(APPLY).ok();
    let (first, endpoint) = (ledger.commit(), ledger.file("ledger.json")["endpoint"].clone());
    let moved = ledger.world.server().endpoint().replace("127.0.0.1", "localhost");
    let at = format!("--endpoint {moved}");
    let says = "this ledger is of http://SIMULATOR, and the endpoint is another";
    for line in ["plan", "plan --out p.json", "drift", "apply --yes"] {
        ledger.world.run(&format!("{line} {at}")).status(1).sends_nothing().says(&[says, "--trust-project"]);
    }
    ledger.world.declare(12, "{geo_list: BY}");
    ledger.world.commit("a change");
    ledger.world.run(&format!("plan {at} --trust-project --out p.json")).ok().requests(1, 2, 0);
    ledger.world.run(&format!("drift {at} --trust-project")).status(2).requests(1, 2, 0);
    ledger.world.run(&format!("apply --plan p.json --yes {at}")).status(1).sends_nothing().says(&[says]);
    assert_eq!(ledger.file("ledger.json")["endpoint"], endpoint);
    // What lifts this lifts no guard.
    ledger.project("ledger: git");
    ledger.world.declare(12, OPEN);
    ledger.world.commit("the rule goes with the provider");
    let ran = ledger.world.run(&format!("apply --yes {at} --trust-project")).status(1).requests(1, 2, 0);
    ran.prints(&[&format!("guard open-geo of {}{REMOVES}", short(&first))]);
    // The refused run read both clients at the new endpoint. It records the one in sync, and the old records go.
    let (twelve, thirteen) = ("ringform.yaml/clients/default/12.json", "ringform.yaml/clients/default/13.json");
    assert_eq!(ledger.files(), ["README.md", thirteen, "ringform.yaml/ledger.json"]);
    assert_eq!(ledger.file("ledger.json"), json!({"format_version": "1.0", "endpoint": moved, "commit": first}));
    // The plan of before: now the ledger is of its endpoint.
    ledger.world.run(&format!("apply --plan p.json --yes {at}")).ok().requests(1, 1, 1);
    assert_eq!(ledger.files(), ["README.md", twelve, thirteen, "ringform.yaml/ledger.json"]);
    assert_eq!(ledger.file("clients/default/12.json"), json!({"geo_list": {"value": "BY"}}));
    ledger.world.run("plan").status(1).sends_nothing().says(&["this ledger is of"]);
}

#[test]
fn a_saved_plan_for_a_moved_provider_begins_the_records_anew() {
    let mut ledger = Ledger::new("");
    ledger.world.run(APPLY).ok();
    let at = format!("--endpoint {}", ledger.world.server().endpoint().replace("127.0.0.1", "localhost"));
    ledger.world.declare(12, "{geo_list: BY}");
    ledger.world.commit("a change");
    ledger.world.run(&format!("plan {at} --trust-project --out p.json")).ok();
    ledger.world.run(&format!("apply --plan p.json --yes {at} --trust-project")).ok().requests(1, 1, 1);
    assert_eq!(ledger.files(), ["README.md", "ringform.yaml/clients/default/12.json", "ringform.yaml/ledger.json"]);
    assert_eq!(ledger.file("clients/default/12.json"), json!({"geo_list": {"value": "BY"}}));
}
