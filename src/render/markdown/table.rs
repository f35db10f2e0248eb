//! The table of changes in a comment.
//!
//! Owns its columns and their order: security changes first, then the order of the plan. A row shows one field of one
//! client, or of one group.

use std::cmp::Reverse;

use crate::model::Direction;
use crate::plan::{Change, ClientPlan, Origin, Plan};
use crate::render::escape::{cut, markdown_code as code};
use crate::render::grouping::clients::ClientGroups;
use crate::render::grouping::places::{OldValue, PlaceGroup};
use crate::render::markdown::difference::{self, DifferenceCells};
use crate::render::markdown::names::{LISTED, NAME, id, ids, named};
use crate::render::markdown::section::{MarkdownSection, RowSource};
use crate::render::totals::word;
use crate::render::wording::change::{MarkBy, RELEASED};
use crate::render::wording::difference::DifferenceView;
use crate::render::wording::numbers::{count, number, some};

/// The parts of the table where origins are known, the ones to act on first.
const PARTS: [(Origin, &str); 4] = [
    (Origin::Conflict, "**‼ Conflict: touched by this change and changed outside of git**\n\n"),
    (Origin::Pending, "**▸ Pending: what this change brings**\n\n"),
    (Origin::Drift, "**≠ Drift: changed outside of git**\n\n"),
    (Origin::Unknown, "**Origin unknown**\n\n"),
];

/// The title of drift where a base may be behind what was applied.
const DRIFT_FROM_BASE: &str = "**≠ Drift: changed outside of git, or the base is not applied yet**\n\n";

/// How many rows are visible.
const ROWS: usize = 40;

/// How many old values of one declared place have a row of their own, for each origin.
const VALUES: usize = 12;

/// The change and the clients of a row.
struct TableRow<'p> {
    clients: Vec<&'p ClientPlan>,
    change: &'p Change,
    /// The change as all its clients have it.
    view: DifferenceView<'p>,
    /// How many old values the row stands for. The change is one of them, with the greatest effect.
    values: usize,
    /// How many of its clients the change opens, where the row stands for several old values.
    opens: usize,
    /// How many of its clients are open past the end of an entry.
    overdue: usize,
}

impl<'p> TableRow<'p> {
    fn of(value: &OldValue<'p>, by: MarkBy) -> TableRow<'p> {
        let is_open = by.direction_of(value.change) == Some(Direction::Opens);
        let opens = if is_open { value.clients.len() } else { 0 };
        let (clients, view, overdue) = (value.clients.clone(), value.view(by), value.overdue());
        TableRow { clients, change: value.change, view, values: 1, opens, overdue }
    }
}

/// The rows of one declared place: its old values, and one row for those that are too many.
fn rows_of_place<'p>(group: &PlaceGroup<'p>, by: MarkBy) -> Vec<TableRow<'p>> {
    let mut rows = Vec::new();
    for (origin, _) in PARTS {
        let values = || group.values.iter().filter(|one| one.change.difference.origin == origin);
        let most = if values().count() <= VALUES + 1 { usize::MAX } else { VALUES };
        rows.extend(values().take(most).map(|value| TableRow::of(value, by)));
        let rest = values().skip(most).map(|value| TableRow::of(value, by));
        rows.extend(rest.reduce(|mut all, one| {
            all.clients.extend(one.clients);
            let (opens, overdue) = (all.opens + one.opens, all.overdue + one.overdue);
            TableRow { values: all.values + 1, opens, overdue, ..all }
        }));
    }
    rows
}

/// Writes the table, and the clients of each group.
///
/// With a base, each origin has a table of its own, so that a reader of a pull request does not confuse the changes of
/// the change set with drift.
pub(super) fn write<'p>(plan: &Plan, groups: &ClientGroups<'p>, is_report: bool, section: &mut MarkdownSection) {
    let by = MarkBy::of(plan);
    let mut lines: Vec<TableRow<'_>> = groups.places.iter().flat_map(|group| rows_of_place(group, by)).collect();
    for group in groups.many.iter().chain(&groups.alone) {
        let row = |change: &&'p Change| TableRow {
            clients: group.clients.clone(),
            change,
            view: group.view(change, by),
            values: 1,
            opens: 0,
            overdue: 0,
        };
        lines.extend(group.changes.iter().map(row));
    }
    // Sorting is stable: within one gravity the order of the plan stays.
    lines.sort_by_key(|line| Reverse(by.direction_of(line.change)));
    let head = match (is_report, plan.is_offline()) {
        (true, _) => "| Client | Field | Before | After | | Result | Place |\n|---|---|---|---|---|---|---|",
        (false, true) => "| Client | Field | At the base | Declared | | Place |\n|---|---|---|---|---|---|",
        (false, false) => "| Client | Field | Live | Declared | | Place |\n|---|---|---|---|---|---|",
    };
    let parts: Vec<(&str, Vec<&TableRow<'_>>)> = match plan.has_origins() {
        true => PARTS
            .iter()
            .map(|(of, title)| match of {
                Origin::Drift if plan.base.is_some() => (of, DRIFT_FROM_BASE),
                _ => (of, *title),
            })
            .map(|(of, title)| (title, lines.iter().filter(|line| line.change.difference.origin == *of).collect()))
            .collect(),
        false => vec![("", lines.iter().collect())],
    };
    for (title, lines) in parts {
        let open = ROWS.max(lines.iter().filter(|line| by.mark(by.direction_of(line.change)).0).count().min(2 * ROWS));
        let rows = RowSource(lines.len(), &|at| row(lines[at], is_report));
        section.folded(&format!("{title}{head}"), &format!("{head}\n"), rows, open, "change");
    }
    for group in &groups.places {
        fold_of_place(group, section);
    }
    for same in groups.many.iter().filter(|same| !same.changes.is_empty() || !same.sample().released.is_empty()) {
        let summary = format!("{} like {}", count(same.clients.len(), "client"), id(same.sample().client_id));
        section.fold(&summary, &ids(&same.clients, LISTED));
    }
    released(plan, groups, section);
}

fn row(line: &TableRow<'_>, is_report: bool) -> String {
    let cells = DifferenceCells::of(&line.view);
    let DifferenceCells { field, values: [before, after], notes, place } = cells;
    let (before, notes) = match line.values {
        1 => (before, notes),
        n => {
            let counts = [(line.opens, "open"), (line.overdue, "overdue")].into_iter().filter(|(n, _)| *n > 0);
            let counts: Vec<String> = counts.map(|(n, word)| format!("⚠ {} {word}", number(n as u64))).collect();
            (format!("{} more values", number(n as u64)), counts.join(", "))
        }
    };
    let result = match (is_report, line.clients[0].result) {
        (false, _) => String::new(),
        (true, outcome) => format!(" {} |", outcome.map_or("", word)),
    };
    let who = who(&line.clients);
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

/// The clients of each old value of one declared place, folded.
fn fold_of_place(group: &PlaceGroup<'_>, section: &mut MarkdownSection) {
    let mut left = LISTED;
    let mut parts = Vec::new();
    for value in &group.values {
        let before = difference::value(&value.change.difference.live);
        parts.push(format!("{before}: {}", ids(&value.clients, left)));
        left = left.saturating_sub(value.clients.len());
    }
    let place = DifferenceView::of_change(group.sample(), MarkBy::Effect).place(|text| code(&cut(text, NAME)));
    let field = group.sample().difference.setting;
    let summary = format!("{} with {} of {place}", count(group.count(), "client"), code(&field.name().into()));
    section.fold(&summary, &parts.join("<br>"));
}

/// Released fields and clients, folded: ringform leaves them as they are.
fn released(plan: &Plan, groups: &ClientGroups<'_>, section: &mut MarkdownSection) {
    let clients = groups.many.iter().chain(&groups.alone).flat_map(|group| &group.clients);
    let all: Vec<String> = clients
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
