//! Findings of drift as lines: the gravest first, what is new before what goes on, what is waived apart.
//!
//! Owns the columns. A line tells one finding, or the same one of many clients.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr;

use crate::model::State;
use crate::plan::Plan;
use crate::plan::drift::{DriftReport, Finding, FindingState};
use crate::render::Look;
use crate::render::escape::{cut, terminal};
use crate::render::group::place;
use crate::render::paint::{Label, paint};
use crate::render::phrase::{count, number, some};
use crate::render::text::{NAMED, called, sentence};
use crate::render::watch::{Story, Told, countries, expired, headline, mark, origin, rolling, standing, subject};
use crate::render::wording;

/// The most columns of one value before a list of countries is only counted.
const VALUE: usize = 40;

/// The most countries that are named in brackets.
const CODES: usize = 8;

/// How many lines of what is no news are told without `-v`.
const MOST: usize = 20;

/// Writes what drift found, with a blank line after it.
pub(super) fn write(plan: &Plan, watch: &DriftReport, look: &Look, out: &mut dyn Write) -> io::Result<()> {
    let story = Story::of(watch);
    let (label, since) = match watch.findings.iter().any(Finding::is_open) {
        true => (Label::Bad, &watch.since),
        false => (Label::Heading, &watch.since),
    };
    let head = paint(look.color, label, format_args!("Drift: {}", headline(plan, watch)));
    let since =
        since.as_ref().map(|since| format!("  compared with the report of {}", cut(&terminal(since).to_string(), 40)));
    writeln!(out, "{head}{}", paint(look.color, Label::Faint, since.unwrap_or_default()))?;
    let parts = [
        ("", &story.open, usize::MAX),
        ("not looked at in this run, found before", &story.unread, MOST),
        ("waived", &story.waived, MOST),
        ("resolved", &story.resolved, MOST),
    ];
    let now = &plan.run.started_at;
    for (head, told, most) in parts {
        if told.is_empty() {
            continue;
        }
        let lines: Vec<[(Label, String); 6]> = told.iter().map(|one| cells(one, now, look)).collect();
        let shown = if look.verbose { lines.len() } else { lines.len().min(most) };
        if !head.is_empty() {
            writeln!(out, "{}", paint(look.color, Label::Heading, format_args!("{head}:")))?;
        }
        table(&lines[..shown], look, out)?;
        if shown < lines.len() {
            writeln!(out, "  and {} more; -v names them", number((lines.len() - shown) as u64))?;
        }
    }
    for waiver in &watch.expired_waivers {
        let where_ = terminal(&place(&waiver.source)).to_string();
        let line = paint(look.color, Label::Changed, "expired");
        writeln!(out, "{line}: {}  {}", sentence(&expired(waiver)), paint(look.color, Label::Faint, where_))?;
    }
    if let Some(turns) = &watch.rolling {
        writeln!(out, "{}", rolling(turns))?;
    }
    writeln!(out)
}

/// One line: how grave, what, from what to what, who, since when, where.
fn cells(told: &Told<'_>, now: &str, look: &Look) -> [(Label, String); 6] {
    let finding = told.sample();
    let open = finding.is_open();
    let grave = match mark(finding) {
        (true, "") => "!".to_owned(),
        (true, word) => format!("! {word}"),
        (false, word) => word.to_owned(),
    };
    let label = match (open, mark(finding).0) {
        (true, true) => Label::Grave,
        (_, _) => Label::Faint,
    };
    let codes = countries(finding, CODES);
    let codes = if codes.is_empty() { codes } else { format!("  ({codes})") };
    let values = finding.difference().map_or(String::new(), |difference| {
        format!("{} → {}{codes}", value(&difference.declared), value(&difference.live))
    });
    let is_news = open && finding.state == FindingState::New;
    let tags = [origin(finding).to_owned(), sentence(&standing(finding, now))];
    let tags = tags.into_iter().filter(|tag| !tag.is_empty()).collect::<Vec<_>>().join(", ");
    [
        (label, grave),
        (if finding.field().is_none() && open { Label::Bad } else { Label::Plain }, subject(finding).to_owned()),
        (Label::Plain, values),
        (Label::Plain, who(told, look)),
        (if is_news { Label::Heading } else { Label::Faint }, tags),
        (
            Label::Faint,
            if told.findings.len() == 1 { terminal(&place(finding.source())).to_string() } else { String::new() },
        ),
    ]
}

/// A value, harmless; a long list of countries as their number.
fn value(state: &State) -> String {
    let text = terminal(&wording::state(state)).to_string();
    match (state, text.width() > VALUE) {
        (_, false) => text,
        (State::Is(_), true) if state.countries().is_some() => state
            .countries()
            .map(|set| count(set.codes().len(), "countr").replace("countrs", "countries"))
            .unwrap_or(text),
        (_, true) => cut(&text, VALUE),
    }
}

fn who(told: &Told<'_>, look: &Look) -> String {
    let finding = told.sample();
    match (told.findings.len(), &finding.name) {
        (1, Some(name)) => format!("client {}  {}", finding.client_id, called(name)),
        (1, None) => format!("client {}", finding.client_id),
        (n, _) => {
            let most = if look.verbose { usize::MAX } else { NAMED };
            format!("{}: {}", count(n, "client"), some(told.findings.iter().map(|one| one.client_id), most))
        }
    }
}

/// Lines in columns; a column that would push the others out of sight is not waited for.
fn table(lines: &[[(Label, String); 6]], look: &Look, out: &mut dyn Write) -> io::Result<()> {
    const WIDEST: usize = 48;
    let mut widths = [0; 6];
    for line in lines {
        for (at, (_, text)) in line.iter().enumerate() {
            widths[at] = widths[at].max(text.width().min(WIDEST));
        }
    }
    for line in lines {
        let mut text = String::new();
        let mut plain = 0;
        for (at, (label, cell)) in line.iter().enumerate() {
            if widths[at] == 0 {
                continue;
            }
            if !cell.is_empty() {
                text.push_str(&" ".repeat(plain));
                text.push_str(&paint(look.color, *label, cell));
                plain = 0;
            }
            plain += widths[at].saturating_sub(cell.width()) + 2;
        }
        writeln!(out, "  {text}")?;
    }
    Ok(())
}
