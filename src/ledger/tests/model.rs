//! Every order of the steps of two runs and an outside edit.
//!
//! Owns the search. `model_world` has the steps and the laws.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::ledger::tests::model_world::{OLD, World};

/// Tries every order for two runs that declare these values. Returns how many ends there are.
fn ends(declared: [i64; 2]) -> u32 {
    let mut seen = HashSet::new();
    let mut open = vec![World::new(declared)];
    let mut ends = 0;
    while let Some(world) = open.pop() {
        world.check();
        if world.is_over() {
            ends += 1;
        }
        for next in world.steps() {
            let mut hasher = DefaultHasher::new();
            format!("{next:?}").hash(&mut hasher);
            if seen.insert(hasher.finish()) {
                open.push(next);
            }
        }
    }
    ends
}

#[test]
fn whatever_the_order_the_ledger_says_what_the_client_holds_or_is_in_doubt() {
    let ends = ends([7, 8]);
    assert!(ends > 5_000, "the model tries {ends} ends");
}

#[test]
fn whatever_the_order_a_run_that_found_its_value_in_sync_records_nothing_old() {
    // Each run takes each step at each time, so the order of the two makes no difference.
    let ends = ends([OLD, 8]);
    assert!(ends > 1_000, "the model tries {ends} ends");
}

#[test]
fn whatever_the_order_two_runs_of_one_value_agree() {
    let ends = ends([7, 7]);
    assert!(ends > 1_000, "the model tries {ends} ends");
}
