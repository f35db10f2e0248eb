//! The table of findings in a comment on drift.
//!
//! Owns its columns. Open findings stand in sight, the gravest first; what is waived, was not looked at or has ended is folded.

use super::*;
use crate::model::State;
use crate::plan::drift::{DriftReport, Finding, FindingState};
use crate::render::watch::{Story, Told, countries, expired, headline, mark, origin, rolling, standing, subject};
use crate::render::wording;

/// How many rows stand in sight at most.
const ROWS: usize = 40;

/// The most characters of a value.
const VALUE: usize = 200;

/// The most countries that are named as added or removed.
const CODES: usize = 12;

const HEAD: &str = "| Client | Field | Declared | Live | | Since | Place |\n|---|---|---|---|---|---|---|";

/// The findings, the waivers that have ended, and the turns of a fleet.
pub(super) fn section(plan: &Plan, watch: &DriftReport, mut section: Section) -> Section {
    section.push(&format!("**Drift:** {}\n", headline(plan, watch)));
    let story = Story::of(watch);
    // A table whose rows are all folded is a head without a body.
    let open = story.open.len().clamp(1, ROWS);
    let all = [story.open, story.unread, story.waived, story.resolved];
    let all: Vec<Told<'_>> = all.into_iter().flatten().collect();
    let now = &plan.run.started_at;
    let rows = Lines(all.len(), &|at| row(&all[at], now));
    section.folded(HEAD, &format!("{HEAD}\n"), rows, open, "finding");
    let ended: Vec<String> = watch
        .expired_waivers
        .iter()
        .map(|waiver| {
            let place = code(&cut(&place(&waiver.source), NAME));
            format!("- {} — {place}", plain(&cut(&expired(waiver), SENTENCE)))
        })
        .collect();
    items(&mut section, "**Waivers that have ended**\n", &ended, "waiver");
    if let Some(turns) = &watch.rolling {
        section.push(&format!("{}\n", rolling(turns)));
    }
    section
}

fn row(told: &Told<'_>, now: &str) -> String {
    let finding = told.sample();
    let value = |state: &State| match state {
        State::NotSet => "not set".to_owned(),
        value => code(&cut(&wording::state(value), VALUE)),
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
    let (who, whence) = match (told.findings.len(), &finding.name) {
        (1, Some(name)) => (format!("{} {}", id(finding.client_id), code(&cut(name.raw(), NAME))), placed(finding)),
        (1, None) => (id(finding.client_id), placed(finding)),
        (n, _) => {
            let ids = some(told.findings.iter().map(|one| id(one.client_id)), NAMED);
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
