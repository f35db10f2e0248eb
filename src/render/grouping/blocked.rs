//! What blocks clients: each reason once, with its clients.
//!
//! Owns when different sentences of one guard, or of the conflicts of one field, count as one reason.

use crate::model::Untrusted;
use crate::plan::{Blocked, BlockedKind, ClientPlan};
use crate::render::grouping::similar::{KeyedLists, MANY};
use crate::render::wording::place::reason;

/// A reason and the clients that it blocks.
#[derive(Debug)]
pub(crate) struct BlockedGroup<'p> {
    /// The sentence.
    pub(crate) reason: Untrusted,
    /// The clients, in the order of the plan.
    pub(crate) clients: Vec<&'p ClientPlan>,
}

/// A client and one of its reasons.
type BlockedClient<'p> = (&'p ClientPlan, &'p Blocked);

/// The reasons, in the order in which each guard or field first occurs.
pub(crate) fn blocked_groups<'p>(all: impl Iterator<Item = BlockedClient<'p>>) -> Vec<BlockedGroup<'p>> {
    let mut rules = KeyedLists::default();
    for (client, blocked) in all {
        rules.add((blocked.kind == BlockedKind::Guard, blocked.name.raw()), (client, blocked));
    }
    rules.lists.into_iter().flat_map(reasons).collect()
}

/// The reasons of one guard or field: one for each sentence, or one in all if the sentences are many.
fn reasons<'p>(list: Vec<BlockedClient<'p>>) -> Vec<BlockedGroup<'p>> {
    let first = list[0].1;
    let mut sentences = KeyedLists::default();
    for one in &list {
        sentences.add(&one.1.message, *one);
    }
    match sentences.lists.len() > MANY {
        true => vec![BlockedGroup { reason: common_reason(first), clients: clients(&list) }],
        false => {
            let group =
                |list: &Vec<BlockedClient<'p>>| BlockedGroup { reason: reason(list[0].1), clients: clients(list) };
            sentences.lists.iter().map(group).collect()
        }
    }
}

/// Each client once: a guard of several fields may block one client twice with one sentence.
fn clients<'p>(list: &[BlockedClient<'p>]) -> Vec<&'p ClientPlan> {
    let mut clients: Vec<&ClientPlan> = list.iter().map(|(client, _)| *client).collect();
    clients.dedup_by(|one, other| std::ptr::eq(*one, *other));
    clients
}

/// The sentence for many different messages of one guard, or of the conflicts of one field.
pub(super) fn common_reason(sample: &Blocked) -> Untrusted {
    let name = sample.name.raw();
    match sample.kind {
        BlockedKind::Guard => format!("guard {name}: the values differ, for example {}", sample.message.raw()).into(),
        BlockedKind::Closing => {
            format!("--only-closing {name}: the values differ, for example {}", sample.message.raw()).into()
        }
        BlockedKind::Conflict => format!(
            "conflict {name}: this change touches what was also changed outside of git; take the live values into the files, or \
             send what is declared with --overwrite-drift CLIENT/{name}"
        )
        .into(),
    }
}
