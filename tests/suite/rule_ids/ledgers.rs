//! Rules of the ledger: where it cannot be used, and where a run may not begin.

use std::fs;

use serde_json::json;

use crate::rule_ids::runs::{Run, run};
use crate::world::World;

/// Client 12 in sync, with this section.
fn in_sync(section: &str) -> World {
    let world = World::new().live(12, json!({"timezone": "UTC"})).declared(12, "{timezone: UTC}");
    world.project(&format!("ledger: {section}"))
}

/// A ledger in the local repository that holds client 12.
fn recorded() -> World {
    let mut world = in_sync("{remote: none}").repository();
    world.run("apply --yes").ok();
    world
}

/// The same, with another text in a file of the branch.
fn edited(path: &str, text: &str) -> World {
    let world = recorded();
    world.git(&["worktree", "add", "-q", ".branch", "ringform-ledger"]);
    fs::write(world.path(".branch").join(path), text).unwrap();
    crate::repository::git_in(&world.path(".branch"), &["commit", "-q", "-a", "-m", "by hand"]);
    world.git(&["worktree", "remove", ".branch"]);
    world
}

pub(super) fn rows() -> Vec<Run> {
    fn without_copy() -> World {
        in_sync("git").repository()
    }
    fn damaged_client() -> World {
        edited("ringform.yaml/clients/default/12.json", "oops")
    }
    fn newer() -> World {
        edited("ringform.yaml/ledger.json", "{\"format_version\": \"2.0\"}")
    }
    fn other_endpoint() -> World {
        let head = "{\"format_version\": \"1.0\", \"endpoint\": \"https://other.example\", \"commit\": null}";
        edited("ringform.yaml/ledger.json", head)
    }
    fn of_code() -> World {
        in_sync("{branch: main, remote: none}").repository()
    }
    fn without_git() -> World {
        in_sync("git").env("PATH", &std::env::var("PATH").unwrap())
    }
    fn older() -> World {
        let mut world = in_sync("{remote: none}").repository();
        world.commit("second");
        world.run("apply --yes").ok();
        world.git(&["checkout", "-q", "HEAD~1"]);
        world
    }
    vec![
        run("validate", 0, &["warning short-lease ringform.yaml:2:17"], || {
            let mut world = in_sync("{lease: 30s}");
            world.start();
            world
        }),
        run("plan", 0, &["warning ledger"], without_copy),
        run("drift", 0, &["warning ledger"], without_copy),
        run("apply --yes", 1, &["error ledger"], without_copy),
        run("apply --yes --no-ledger", 0, &["warning ledger ringform.yaml:2:9"], without_copy),
        run("plan", 0, &["warning ledger ringform.yaml:2:9"], without_git),
        run("apply --yes", 1, &["error ledger ringform.yaml:2:9"], without_git),
        run("plan", 0, &["warning ledger"], damaged_client),
        run("apply --yes", 0, &["warning ledger"], damaged_client),
        run("plan", 0, &["warning ledger"], newer),
        run("apply --yes", 1, &["error ledger"], newer),
        run("plan", 1, &["error ledger"], other_endpoint),
        run("apply --yes", 1, &["error ledger"], other_endpoint),
        run("plan", 0, &["warning ledger"], of_code),
        run("apply --yes", 1, &["error ledger"], of_code),
        run("apply --yes", 1, &["error ledger"], older),
        run("apply --yes --take-over r1", 1, &["error ledger"], recorded),
    ]
}
