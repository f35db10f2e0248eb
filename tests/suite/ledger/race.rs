//! Two applies from two clones at the same moment.

use std::fs;

use serde_json::json;

use crate::ledger::site::{Said, Site};
use crate::world::World;

/// How often the two race.
const RACES: u64 = 100;

/// Holds each push at the remote until two have come so far: both runs have read everything, and neither has claimed.
const BARRIER: &str = "echo >> BEHIND/arrived
tries=0
while [ $(wc -l < BEHIND/arrived) -lt 2 ] && [ $tries -lt 500 ]; do sleep 0.02; tries=$((tries + 1)); done";

#[test]
fn one_of_two_applies_proceeds_and_the_other_sends_nothing() {
    let world = World::new().live(12, json!({"hold_music": 7})).declared(12, "{hold_music: 8}");
    let mut site = Site::new(world);
    site.run("apply --yes").ok().requests(1, 1, 1);
    let clones = [site.clone_of("one", &[]), site.clone_of("two", &[])];
    let folder = tempfile::tempdir().unwrap();
    let barrier = BARRIER.replace("BEHIND", folder.path().to_str().unwrap());
    site.hook("pre-receive", &barrier);
    let mut winners = [0, 0];
    for race in 1..=RACES {
        site.world.server().set(12, "hold_music", json!(1000 + race));
        fs::write(folder.path().join("arrived"), "").unwrap();
        let before = (site.puts(), clones.each_ref().map(|clone| site.journals(clone).len()));
        let children = clones.each_ref().map(|clone| site.spawn(clone, "apply --yes --format json"));
        let said = children.map(|child| Said::of(child.wait_with_output().unwrap()));
        assert_eq!(site.puts() - before.0, 1, "race {race}: one PUT");
        let winner = said.iter().position(|one| one.status == Some(0)).unwrap_or_else(|| {
            panic!("race {race}\n{}\n{}", said[0].stderr, said[1].stderr);
        });
        let loser = &said[1 - winner];
        assert_eq!(loser.status, Some(1), "race {race}\n{}\n{}", loser.stdout, loser.stderr);
        assert_eq!(loser.json()["clients"][0]["result"], "skipped", "race {race}");
        let why = ["another run of apply finished meanwhile", " began "];
        assert!(why.iter().any(|part| loser.stderr.contains(part)), "race {race}\n{}", loser.stderr);
        // The journal has each PUT before it is sent: the loser has none.
        let after = clones.each_ref().map(|clone| site.journals(clone).len());
        assert_eq!((after[winner] - before.1[winner], after[1 - winner] - before.1[1 - winner]), (1, 0));
        assert_eq!(site.world.stored(12, "hold_music"), 8);
        assert!(site.open().is_empty(), "race {race}");
        winners[winner] += 1;
    }
    assert_eq!(site.record("12"), json!({"hold_music": {"value": 8}}));
    assert_eq!(site.reports() as u64, RACES + 1);
    let (claims, records) = (RACES + 1, RACES + 1);
    let commits = crate::repository::git_in(&site.remote(), &["rev-list", "--count", "ringform-ledger"]);
    assert_eq!(commits, (claims + records).to_string(), "no commit of a loser: {winners:?}");
}
