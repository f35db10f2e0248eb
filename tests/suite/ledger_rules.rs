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
        git_in(remote.path(), &["init", "-q", "--bare"]);
        let world = world.repository();
        world.git(&["remote", "add", "origin", remote.path().to_str().unwrap()]);
        world.git(&["push", "-q", "origin", "main"]);
        Ledger { world, remote }
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
