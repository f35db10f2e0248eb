//! The table of changes in a comment.
//!
//! Owns its columns and their order: security changes first, then the order of the plan. A row shows one field of one
//! client, or of one group.

use std::cmp::Reverse;

use crate::plan::{Change, ClientPlan, Origin, Plan};
use crate::render::escape::{cut, markdown_code as code};
use crate::render::grouping::clients::ClientGroups;
use crate::render::markdown::difference::DifferenceCells;
use crate::render::markdown::names::{LISTED, NAME, id, ids, named};
use crate::render::markdown::section::{MarkdownSection, RowSource};
use crate::render::totals::word;
use crate::render::wording::change::{MarkBy, RELEASED};
use crate::render::wording::difference::DifferenceView;
use crate::render::wording::numbers::{count, some};

/// The parts of the table where there is a base, the ones to act on first.
const PARTS: [(Origin, &str); 4] = [
    (Origin::Conflict, "**‼ Conflict: touched by this change and changed outside of git**\n\n"),
    (Origin::Pending, "**▸ Pending: what this change brings**\n\n"),
    (Origin::Drift, "**≠ Drift: changed outside of git, or the base is not applied yet**\n\n"),
    (Origin::Unknown, "**Origin unknown**\n\n"),
];

/// How many rows are visible.
const ROWS: usize = 40;

/// The change and the clients of a row.
struct TableRow<'p> {
    clients: &'p [&'p ClientPlan],
    change: &'p Change,
    /// Whether the declarations of all its clients have one place.
    placed: bool,
}

/// Writes the table, and the clients of each group.
///
/// With a base, each origin has a table of its own, so that a reader of a pull request does not confuse the changes of
/// the change set with drift.
pub(super) fn write(plan: &Plan, groups: &ClientGroups<'_>, is_report: bool, section: &mut MarkdownSection) {
    let mut lines = Vec::new();
    for same in &groups.many {
        for (at, change) in same.sample().changes.iter().enumerate() {
            lines.push(TableRow { clients: &same.clients, change, placed: same.is_one_place(at) });
        }
    }
    for client in &groups.alone {
        let clients = std::slice::from_ref(client);
        lines.extend(client.changes.iter().map(|change| TableRow { clients, change, placed: true }));
    }
    // Sorting is stable: within one gravity the order of the plan stays.
    let by = MarkBy::of(plan);
    lines.sort_by_key(|line| Reverse(by.direction(&line.change.difference)));
    let head = match (is_report, plan.is_offline()) {
        (true, _) => "| Client | Field | Before | After | | Result | Place |\n|---|---|---|---|---|---|---|",
        (false, true) => "| Client | Field | At the base | Declared | | Place |\n|---|---|---|---|---|---|",
        (false, false) => "| Client | Field | Live | Declared | | Place |\n|---|---|---|---|---|---|",
    };
    let parts: Vec<(&str, Vec<&TableRow<'_>>)> = match plan.base.is_some() {
        true => PARTS
            .iter()
            .map(|(of, title)| (*title, lines.iter().filter(|line| line.change.difference.origin == *of).collect()))
            .collect(),
        false => vec![("", lines.iter().collect())],
    };
    for (title, lines) in parts {
        let open = ROWS.max(lines.iter().filter(|line| by.mark(&line.change.difference).0).count().min(2 * ROWS));
        let rows = RowSource(lines.len(), &|at| row(lines[at], by, is_report));
        section.folded(&format!("{title}{head}"), &format!("{head}\n"), rows, open, "change");
    }
    for same in &groups.many {
        let summary = format!("{} like {}", count(same.clients.len(), "client"), id(same.sample().client_id));
        section.fold(&summary, &ids(&same.clients, LISTED));
    }
    released(plan, groups, section);
}

fn row(line: &TableRow<'_>, by: MarkBy, is_report: bool) -> String {
    let cells = DifferenceCells::of(&DifferenceView::of_change(line.change, by), line.placed);
    let DifferenceCells { field, values: [before, after], notes, place } = cells;
    let result = match (is_report, line.clients[0].result) {
        (false, _) => String::new(),
        (true, outcome) => format!(" {} |", outcome.map_or("", word)),
    };
    let who = who(line.clients);
    format!("| {who} | {field} | {before} | {after} | {notes} |{result} {place} |")
}

/// The client with its name, or how many there are.
fn who(clients: &[&ClientPlan]) -> String {
    let first = clients[0];
    match (clients.len(), &first.name) {
        (1, Some(name)) => format!("{} {}", id(first.client_id), code(&cut(name, NAME))),
        (1, None) => id(first.client_id),
        (n, _) => format!("**{}** like {}", count(n, "client"), id(first.client_id)),
    }
}

/// Released fields and clients, folded: ringform leaves them as they are.
fn released(plan: &Plan, groups: &ClientGroups<'_>, section: &mut MarkdownSection) {
    let many = groups.many.iter().flat_map(|same| &same.clients);
    let all: Vec<String> = many
        .chain(&groups.alone)
        .flat_map(|client| client.released.iter().map(move |released| (client, released)))
        .map(|(client, released)| format!("client {}: `{}`", id(client.client_id), released.field))
        .collect();
    if !all.is_empty() {
        let summary = format!("{RELEASED} {} released: no longer managed", count(all.len(), "setting"));
        section.fold(&summary, &some(all.iter(), LISTED));
    }
    let gone = &plan.released_clients;
    if !gone.is_empty() {
        let summary = format!("{RELEASED} {} released: no longer declared", count(gone.len(), "client"));
        section.fold(&summary, &named(&gone.iter().map(|one| one.client_id).collect::<Vec<_>>(), LISTED));
    }
}
