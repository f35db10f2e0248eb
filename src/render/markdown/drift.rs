//! The table of findings in a comment on drift.
//!
//! Owns its columns. Open findings are visible, the most severe first; unread, waived and resolved findings are folded.

use crate::model::State;
use crate::plan::Plan;
use crate::plan::drift::{DriftReport, Finding, FindingState};
use crate::render::escape::{cut, markdown as plain, markdown_code as code};
use crate::render::grouping::findings::{FindingGroup, FindingGroups};
use crate::render::markdown::names::{NAME, NAMED, SENTENCE, id};
use crate::render::markdown::section::{MarkdownSection, RowSource, items};
use crate::render::wording::change;
use crate::render::wording::drift::{countries, expired, headline, mark, origin, rolling, standing, subject};
use crate::render::wording::numbers::{count, some};
use crate::render::wording::place::place;

/// How many rows are visible at most.
const ROWS: usize = 40;

/// The most characters of a value.
const VALUE: usize = 200;

/// The most countries that are named as added or removed.
const CODES: usize = 12;

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
    let value = |state: &State| match state {
        State::NotSet => "not set".to_owned(),
        value => code(&cut(&change::state(value), VALUE)),
    };
    let values = finding.difference().map(|difference| (value(&difference.declared), value(&difference.live)));
    let (declared, live) = values.unwrap_or_default();
    let grave = match mark(finding) {
        (true, "") => "⚠ **security**".to_owned(),
        (true, word) => format!("⚠ **security: {word}**"),
        (false, word) => word.to_owned(),
    };
    let notes = [grave, countries(finding, CODES), origin(finding).to_owned()];
    let notes = notes.into_iter().filter(|note| !note.is_empty()).collect::<Vec<_>>().join(", ");
    let since = plain(&cut(&standing(finding, now), SENTENCE));
    let since = if is_news(finding) { format!("**{since}**") } else { since };
    let field = match finding.field() {
        Some(field) => format!("`{field}`"),
        None => subject(finding).to_owned(),
    };
    let (who, whence) = match (group.findings.len(), &finding.name) {
        (1, Some(name)) => (format!("{} {}", id(finding.client_id), code(&cut(name, NAME))), placed(finding)),
        (1, None) => (id(finding.client_id), placed(finding)),
        (n, _) => {
            let ids = some(group.findings.iter().map(|one| id(one.client_id)), NAMED);
            (format!("**{}**: {ids}", count(n, "client")), String::new())
        }
    };
    format!("| {who} | {field} | {declared} | {live} | {notes} | {since} | {whence} |")
}

fn placed(finding: &Finding) -> String {
    code(&cut(&place(finding.source()), NAME))
}

fn is_news(finding: &Finding) -> bool {
    finding.is_open() && finding.state == FindingState::New
}
