//! A fleet of which some clients always fail: every other client has its origin and its one PUT, merge after merge.

use serde_json::json;

use crate::ledger::site::{Site, origins};
use crate::world::World;

const CLIENTS: u64 = 500;
/// The simulator refuses to give these clients.
const UNREADABLE: [u64; 3] = [100, 200, 300];
/// The simulator refuses every PUT to these.
const UNWRITABLE: [u64; 2] = [400, 500];
/// How many clients one merge changes.
const CHANGED: u64 = 20;

fn fleet() -> World {
    let mut world = World::new();
    let mut documents = String::new();
    for id in 1..=CLIENTS {
        world = world.live(id, json!({"hold_music": 7, "timezone": "UTC"}));
        documents.push_str(&document(id, 7));
    }
    for id in UNREADABLE {
        world = world.fault(&format!("error=access_denied,on=get,client={id}"));
    }
    for id in UNWRITABLE {
        world = world.fault(&format!("error=access_denied,on=put,client={id}"));
    }
    world.file("clients/all.yaml", &documents)
}

fn document(id: u64, music: u64) -> String {
    format!("---\nclient: {id}\nsettings: {{hold_music: {music}, timezone: UTC}}\n")
}

/// The value of a client after the merge of this number. Each merge changes its own twenty clients, and those that
/// fail each time.
fn declared(id: u64, merge: u64) -> u64 {
    let fails = UNREADABLE.contains(&id) || UNWRITABLE.contains(&id);
    let turns = 1..=merge;
    match fails {
        true => 7 + merge,
        false => turns.rev().find(|turn| is_changed_by(id, *turn)).map_or(7, |turn| 7 + turn),
    }
}

fn is_changed_by(id: u64, merge: u64) -> bool {
    (id % 50 == merge || id % 50 == merge + 20) && !UNREADABLE.contains(&id) && !UNWRITABLE.contains(&id)
}

#[test]
fn ten_merges_bring_all_but_the_clients_that_always_fail() {
    let mut site = Site::new(fleet());
    // The first run records what is in sync. Clients that cannot be read have no record.
    site.run("apply --yes --format json").status(1).requests(1, CLIENTS, 0);
    assert_eq!(site.paths().iter().filter(|path| path.contains("/clients/")).count() as u64, CLIENTS - 3);
    for merge in 1..=10 {
        let documents: String = (1..=CLIENTS).map(|id| document(id, declared(id, merge))).collect();
        site.world.write("clients/all.yaml", documents.as_bytes());
        site.merge(&format!("merge {merge}"));
        // People change three clients behind its back: one that the merge leaves alone, two that it changes. For the
        // second of these, somebody enters the value of git.
        let (drifted, conflict, anticipated) = (45 + 50 * (merge % 5), merge, merge + 20);
        site.world.server().set(drifted, "timezone", json!("Asia/Omsk"));
        site.world.server().set(conflict, "hold_music", json!(99));
        site.world.server().set(anticipated, "hold_music", json!(7 + merge));

        // One pass: no request is made twice. Each failing PUT is one request. The anticipated client needs none, and
        // the guards refuse the conflict.
        let changed = (1..=CLIENTS).filter(|id| is_changed_by(*id, merge)).count() as u64;
        assert_eq!(changed, CHANGED);
        let writes = changed - 2 + 1 + UNWRITABLE.len() as u64;
        let ran = site.run("apply --yes --format json").status(1).requests(1, CLIENTS, writes);
        let expected = |id: u64| match id {
            _ if UNREADABLE.contains(&id) => None,
            _ if id == anticipated => None,
            _ if id == drifted => Some(("timezone", "drift")),
            _ if id == conflict => Some(("hold_music", "conflict")),
            _ if UNWRITABLE.contains(&id) || is_changed_by(id, merge) => Some(("hold_music", "pending")),
            _ => None,
        };
        let expected = (1..=CLIENTS)
            .filter_map(|id| expected(id).map(|(field, origin)| (id.to_string(), field.to_owned(), origin.to_owned())));
        assert_eq!(origins(&ran.json()), expected.collect::<Vec<_>>(), "merge {merge}");
        let applied = ran.results().iter().filter(|result| *result == "applied").count() as u64;
        assert_eq!(applied, writes - 2, "merge {merge}");
        assert!(site.open().is_empty());
        // The people of the conflict agree on the value of git.
        site.world.server().set(conflict, "hold_music", json!(7 + merge));
    }
    assert_eq!(site.reports(), 11, "the first one says what was in sync");
    let commits = crate::repository::git_in(&site.remote(), &["rev-list", "--count", "ringform-ledger"]);
    assert_eq!(commits, "21", "the first record, and a claim and a record for each merge");
    for id in (1..=CLIENTS).filter(|id| !UNREADABLE.contains(id) && !UNWRITABLE.contains(id)) {
        assert_eq!(site.world.stored(id, "hold_music"), declared(id, 10), "client {id}");
    }
    for id in UNWRITABLE {
        // What the API refused is not in doubt.
        let record = site.record(&id.to_string());
        assert_eq!(record, json!({"hold_music": {"value": 7}, "timezone": {"value": "UTC"}}), "client {id}");
    }
}
