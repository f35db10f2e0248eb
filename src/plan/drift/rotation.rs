//! A fleet beyond the quota, read in turns.
//!
//! Owns the choice of the next turn and the time within which every client had one. The times come from the report
//! before: this module must not read a clock.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::model::{ClientKey, Declaration, DeclaredClient};
use crate::plan::drift::report::{LastRead, Rolling};

/// Narrows the declarations to this turn, in their order: those never read, then those read longest ago. `last_read` is
/// of the report before; empty without one.
pub fn take_turn(declarations: &mut Vec<Declaration>, last_read: &[LastRead], budget: u64) {
    let budget = usize::try_from(budget).unwrap_or(usize::MAX);
    let seen = times(last_read);
    let mut turns: Vec<(Option<&str>, usize)> =
        declarations.iter().map(|one| seen.get(&one.key()).copied().flatten()).zip(0..).collect();
    // No time sorts before every time, and the position decides between equals.
    turns.sort_unstable();
    let mut chosen = vec![false; declarations.len()];
    turns.iter().take(budget).for_each(|(_, at)| chosen[*at] = true);
    let mut chosen = chosen.into_iter();
    declarations.retain(|_| chosen.next().unwrap_or(false));
}

fn times(seen: &[LastRead]) -> BTreeMap<ClientKey, Option<&str>> {
    seen.iter().map(|seen| (seen.key(), seen.at.as_deref())).collect()
}

/// The progress of the rotation after a run that read this many clients.
pub(super) fn progress(
    budget: u64,
    read: usize,
    selected: &[DeclaredClient],
    now: &str,
    last_read: &[LastRead],
) -> Rolling {
    let seen = times(last_read);
    let turns = selected.iter().map(|one| seen.get(&one.key()).copied().flatten());
    let (mut never, mut oldest) = (0, None);
    for at in turns {
        match at {
            None => never += 1,
            Some(at) => oldest = Some(oldest.map_or(at, |oldest: &str| oldest.min(at))),
        }
    }
    let oldest_s = oldest.filter(|_| never == 0).and_then(|oldest| seconds(oldest, now));
    Rolling { budget, clients: selected.len() as u64, read: read as u64, never, oldest_s }
}

impl Rolling {
    /// The turns of two parts of one fleet.
    pub(super) fn join(self, other: Rolling) -> Rolling {
        let never = self.never + other.never;
        Rolling {
            budget: self.budget + other.budget,
            clients: self.clients + other.clients,
            read: self.read + other.read,
            never,
            oldest_s: self.oldest_s.max(other.oldest_s).filter(|_| never == 0),
        }
    }
}

/// Seconds between two times; a clock that was set back makes none.
fn seconds(from: &str, to: &str) -> Option<u64> {
    let (from, to) = (from.parse::<Timestamp>().ok()?, to.parse::<Timestamp>().ok()?);
    Some(u64::try_from(to.as_second() - from.as_second()).unwrap_or(0))
}
