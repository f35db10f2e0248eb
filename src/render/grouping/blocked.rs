//! What blocks clients: each reason once, with its clients.
//!
//! Owns when different sentences of one guard, or of the conflicts of one field, count as one reason.

use std::collections::BTreeMap;

use crate::model::Untrusted;
use crate::plan::{Blocked, BlockedKind, ClientPlan};
use crate::render::grouping::similar::MANY;
use crate::render::wording::place::reason;

/// A reason and the clients that it blocks.
#[derive(Debug)]
pub(crate) struct BlockedGroup<'p> {
    /// The sentence.
    pub(crate) reason: Untrusted,
    /// The clients, in the order of the plan.
    pub(crate) clients: Vec<&'p ClientPlan>,
}

/// The reasons, in the order in which each guard or field first occurs.
pub(crate) fn blocked_groups<'p>(all: impl Iterator<Item = (&'p ClientPlan, &'p Blocked)>) -> Vec<BlockedGroup<'p>> {
    type Rule<'k> = (bool, &'k str);
    let mut index: BTreeMap<Rule<'p>, usize> = BTreeMap::new();
    let mut rules: Vec<Vec<(&'p ClientPlan, &'p Blocked)>> = Vec::new();
    for (client, blocked) in all {
        let rule = (blocked.kind == BlockedKind::Guard, blocked.name.raw());
        let at = *index.entry(rule).or_insert(rules.len());
        match rules.get_mut(at) {
            Some(list) => list.push((client, blocked)),
            None => rules.push(vec![(client, blocked)]),
        }
    }
    rules.into_iter().flat_map(reasons).collect()
}

/// The reasons of one guard or field: one for each sentence, or one in all if the sentences are many.
fn reasons<'p>(list: Vec<(&'p ClientPlan, &'p Blocked)>) -> Vec<BlockedGroup<'p>> {
    let first = list[0].1;
    let mut sentences: BTreeMap<&Untrusted, Vec<&'p ClientPlan>> = BTreeMap::new();
    let mut order = Vec::new();
    for (client, blocked) in &list {
        let clients = sentences.entry(&blocked.message).or_default();
        if clients.is_empty() {
            order.push(*blocked);
        }
        // A guard of several fields may block one client twice with one sentence.
        if clients.last().is_none_or(|last| !std::ptr::eq(*last, *client)) {
            clients.push(client);
        }
    }
    if order.len() > MANY {
        let mut clients: Vec<&ClientPlan> = list.into_iter().map(|(client, _)| client).collect();
        clients.dedup_by(|one, other| std::ptr::eq(*one, *other));
        return vec![BlockedGroup { reason: common_reason(first), clients }];
    }
    let group = |blocked: &Blocked| BlockedGroup {
        reason: reason(blocked),
        clients: sentences.remove(&blocked.message).unwrap_or_default(),
    };
    order.into_iter().map(group).collect()
}

/// The sentence for many different messages of one guard, or of the conflicts of one field.
pub(super) fn common_reason(sample: &Blocked) -> Untrusted {
    let name = sample.name.raw();
    match sample.kind {
        BlockedKind::Guard => format!("guard {name}: the values differ, for example {}", sample.message.raw()).into(),
        BlockedKind::Conflict => format!(
            "conflict {name}: this change touches what was also changed outside of git; take the live values into the files, or \
             send what is declared with --overwrite-drift CLIENT/{name}"
        )
        .into(),
    }
}
