//! A fleet beyond the quota, looked at in turns.
//!
//! Owns whose turn it is and within what time everybody had one. The times come from the report before; no clock is asked.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::model::{ClientKey, Declaration};
use crate::plan::since::{PreviousReport, RunContext};
use crate::plan::watch::{LastRead, Rolling};

/// Leaves the clients whose turn it is, in their order: those that were never looked at, then those that were longest ago.
pub fn take_turn(declarations: &mut Vec<Declaration>, past: Option<&PreviousReport>, budget: u64) {
    let budget = usize::try_from(budget).unwrap_or(usize::MAX);
    let seen = past.map_or(&[][..], |past| &past.watch.last_read);
    let seen = times(seen);
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

/// How far the turns have come, after a run that read so many.
pub(super) fn rolling(budget: u64, read: usize, now: &RunContext<'_>, seen: &[LastRead]) -> Rolling {
    let seen = times(seen);
    let turns = now.selected.iter().map(|one| seen.get(&one.key()).copied().flatten());
    let (mut never, mut oldest) = (0, None);
    for at in turns {
        match at {
            None => never += 1,
            Some(at) => oldest = Some(oldest.map_or(at, |oldest: &str| oldest.min(at))),
        }
    }
    let oldest_s = oldest.filter(|_| never == 0).and_then(|oldest| seconds(oldest, now.at));
    Rolling { budget, clients: now.selected.len() as u64, read: read as u64, never, oldest_s }
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
