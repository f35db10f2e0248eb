//! The dated settings of a change set as a table of a comment, also of clients that are in sync.
//!
//! Owns its columns. A row has one dated setting, or one of many clients.

use crate::plan::Plan;
use crate::render::escape::{cut, markdown as plain, markdown_code as code};
use crate::render::grouping::dated::{ScheduledGroup, scheduled};
use crate::render::markdown::names::{NAME, NAMED, SENTENCE, id};
use crate::render::markdown::section::{MarkdownSection, RowSource};
use crate::render::wording::dated::{scheduled_terms, scheduled_time, scheduled_values};
use crate::render::wording::numbers::{count, some};
use crate::render::wording::place::place;

/// How many rows are visible.
const ROWS: usize = 20;

/// The most countries that are named.
const CODES: usize = 12;

const HEAD: &str = "| Client | Field | Brings | | When | Owner and reason | Place |\n|---|---|---|---|---|---|---|";

/// The table; nothing where there are none.
pub(super) fn section(plan: &Plan, mut section: MarkdownSection) -> MarkdownSection {
    let groups = scheduled(plan);
    let rows = RowSource(groups.len(), &|at| row(&groups[at]));
    section.folded(&format!("**Scheduled**\n\n{HEAD}"), &format!("{HEAD}\n"), rows, ROWS, "dated setting");
    section
}

fn row(group: &ScheduledGroup<'_>) -> String {
    let change = group.change;
    let mark = match group.mark() {
        (true, "") => "⚠ **security**".to_owned(),
        (true, word) => format!("⚠ **security: {word}**"),
        (false, word) => word.to_owned(),
    };
    let who = match group.clients.as_slice() {
        [client] => match &client.name {
            Some(name) => format!("{} {}", id(client.client_id), code(&cut(name, NAME))),
            None => id(client.client_id),
        },
        clients => {
            let ids = some(clients.iter().map(|client| id(client.client_id)), NAMED);
            format!("**{}**: {ids}", count(clients.len(), "client"))
        }
    };
    let [values, time] = [scheduled_values(change, CODES), scheduled_time(change)].map(|text| code(&text));
    let terms = plain(&cut(&scheduled_terms(change), SENTENCE));
    let place = if group.placed { code(&cut(&place(&change.source), NAME)) } else { String::new() };
    format!("| {who} | `{}` | {values} | {mark} | {time} | {terms} | {place} |", change.setting)
}
