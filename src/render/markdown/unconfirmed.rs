//! Differences of clients whose `expect` failed, as a table of a comment. Apply sends nothing of them.

use crate::plan::Plan;
use crate::render::escape::{cut, markdown_code as code};
use crate::render::grouping::unconfirmed::{UnconfirmedGroup, unconfirmed};
use crate::render::markdown::difference::DifferenceCells;
use crate::render::markdown::names::{NAME, NAMED, id};
use crate::render::markdown::section::{MarkdownSection, RowSource};
use crate::render::wording::drift::unconfirmed_headline;
use crate::render::wording::numbers::{count, some};

/// How many rows are visible.
const ROWS: usize = 20;

const HEAD: &str = "| Client | Field | Declared | Live | | Place |\n|---|---|---|---|---|---|";

/// The table; nothing where there are none.
pub(super) fn section(plan: &Plan, mut section: MarkdownSection) -> MarkdownSection {
    let groups = unconfirmed(plan);
    let clients = plan.clients.iter().filter(|client| !client.unconfirmed.is_empty()).count();
    let rows = RowSource(groups.len(), &|at| row(&groups[at]));
    let title = format!("**⚠ {}**\n\n{HEAD}", unconfirmed_headline(clients));
    section.folded(&title, &format!("{HEAD}\n"), rows, ROWS, "difference");
    section
}

fn row(group: &UnconfirmedGroup<'_>) -> String {
    let cells = DifferenceCells::of(&group.view());
    let DifferenceCells { field, values: [declared, live], notes, place } = cells;
    let who = match group.clients.as_slice() {
        [client] => match &client.name {
            Some(name) => format!("{} {}", id(client.client_id), code(&cut(name, NAME))),
            None => id(client.client_id),
        },
        clients => format!(
            "**{}**: {}",
            count(clients.len(), "client"),
            some(clients.iter().map(|client| id(client.client_id)), NAMED)
        ),
    };
    format!("| {who} | {field} | {declared} | {live} | {notes} | {place} |")
}
