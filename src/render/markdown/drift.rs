//! The table of findings in a comment on drift.
//!
//! Owns its columns. Open findings are visible, the most severe first; unread, waived and resolved findings are folded.

use crate::plan::Plan;
use crate::plan::drift::{DriftReport, FindingState};
use crate::render::escape::{cut, markdown as plain, markdown_code as code};
use crate::render::grouping::findings::{FindingGroup, FindingGroups};
use crate::render::markdown::difference::DifferenceCells;
use crate::render::markdown::names::{NAME, NAMED, SENTENCE, id};
use crate::render::markdown::section::{MarkdownSection, RowSource, items};
use crate::render::wording::difference::DifferenceView;
use crate::render::wording::drift::{expired, headline, rolling, state_words, unreadable};
use crate::render::wording::numbers::{count, some};
use crate::render::wording::place::place;

/// How many rows are visible at most.
const ROWS: usize = 40;

const HEAD: &str = "| Client | Field | Declared | Live | | Since | Place |\n|---|---|---|---|---|---|---|";

/// The findings, the expired waivers, and the rotation of a fleet.
pub(super) fn section(plan: &Plan, report: &DriftReport, mut section: MarkdownSection) -> MarkdownSection {
    section.push(&format!("**Drift:** {}\n", headline(plan, report)));
    let groups = FindingGroups::of(report);
    // At least one row is visible, because a table needs a body.
    let open = groups.open.len().clamp(1, ROWS);
    let all = [groups.open, groups.unread, groups.waived, groups.resolved];
    let all: Vec<FindingGroup<'_>> = all.into_iter().flatten().collect();
    let now = &plan.run.started_at;
    let rows = RowSource(all.len(), &|at| row(&all[at], now));
    section.folded(HEAD, &format!("{HEAD}\n"), rows, open, "finding");
    let expired_waivers: Vec<String> = report
        .expired_waivers
        .iter()
        .map(|waiver| {
            let place = code(&cut(&place(&waiver.source), NAME));
            format!("- {} — {place}", plain(&cut(&expired(waiver), SENTENCE)))
        })
        .collect();
    items(&mut section, "**Expired waivers**\n", &expired_waivers, "waiver");
    if let Some(turns) = &report.rolling {
        section.push(&format!("{}\n", rolling(turns)));
    }
    section
}

fn row(group: &FindingGroup<'_>, now: &str) -> String {
    let finding = group.sample();
    let cells = match group.view() {
        Some(view) => DifferenceCells::of(&view),
        None => DifferenceCells {
            field: unreadable(finding).to_owned(),
            place: if group.is_one_place() { code(&cut(&place(finding.source()), NAME)) } else { String::new() },
            ..DifferenceCells::default()
        },
    };
    let DifferenceCells { field, values: [declared, live], notes, place } = cells;
    let (live, notes) = match group.values {
        1 => (live, notes),
        n => (count(n, "more live value"), group.view().map(|view| overdue(&view)).unwrap_or_default()),
    };
    let since = plain(&cut(&state_words(group.earliest(), now), SENTENCE));
    let since = if group.is_open() && finding.state == FindingState::New { format!("**{since}**") } else { since };
    let who = match (group.findings.len(), &finding.name) {
        (1, Some(name)) => format!("{} {}", id(finding.client_id), code(&cut(name, NAME))),
        (1, None) => id(finding.client_id),
        (n, _) => {
            let ids = some(group.findings.iter().map(|one| id(one.client_id)), NAMED);
            format!("**{}**: {ids}", count(n, "client"))
        }
    };
    format!("| {who} | {field} | {declared} | {live} | {notes} | {since} | {place} |")
}

/// The alarm of a row that shows many live values as one.
fn overdue(view: &DifferenceView<'_>) -> String {
    match view.mark() {
        (true, "overdue") => "⚠ **security: overdue**".to_owned(),
        (_, _) => String::new(),
    }
}
