//! Findings of drift as lines: open findings first, then unread, waived and resolved ones.
//!
//! Owns the columns. A line shows one finding, or one group of equal findings.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr;

use crate::model::State;
use crate::plan::Plan;
use crate::plan::drift::{DriftReport, Finding, FindingState};
use crate::render::escape::{shorten, terminal};
use crate::render::grouping::findings::{FindingGroup, FindingGroups};
use crate::render::options::TextOptions;
use crate::render::text::names::{NAMED, called, sentence};
use crate::render::text::paint::{TextStyle, paint};
use crate::render::wording::change;
use crate::render::wording::drift::{countries, expired, headline, mark, origin, rolling, standing, subject};
use crate::render::wording::numbers::{count, number, some};
use crate::render::wording::place::place;

/// The most columns of one value before a list of countries is only counted.
const VALUE: usize = 40;

/// The most countries that are named in brackets.
const CODES: usize = 8;

/// How many lines of unread, waived or resolved findings are shown without `-v`.
const MOST: usize = 20;

/// Writes what drift found, with a blank line after it.
pub(super) fn write(plan: &Plan, report: &DriftReport, options: &TextOptions, out: &mut dyn Write) -> io::Result<()> {
    let groups = FindingGroups::of(report);
    let label = if report.findings.iter().any(Finding::is_open) { TextStyle::Bad } else { TextStyle::Heading };
    let head = paint(options.color, label, format_args!("Drift: {}", headline(plan, report)));
    let since = report.since.as_ref().map(|since| {
        format!("  compared with the report of {}", shorten(&terminal(&since.as_str().into()).to_string(), 40))
    });
    writeln!(out, "{head}{}", paint(options.color, TextStyle::Faint, since.unwrap_or_default()))?;
    let parts = [
        ("", &groups.open, usize::MAX),
        ("not read in this run, found earlier", &groups.unread, MOST),
        ("waived", &groups.waived, MOST),
        ("resolved", &groups.resolved, MOST),
    ];
    let now = &plan.run.started_at;
    for (head, group, most) in parts {
        if group.is_empty() {
            continue;
        }
        let lines: Vec<[(TextStyle, String); 6]> = group.iter().map(|one| cells(one, now, options)).collect();
        let shown = if options.verbose { lines.len() } else { lines.len().min(most) };
        if !head.is_empty() {
            writeln!(out, "{}", paint(options.color, TextStyle::Heading, format_args!("{head}:")))?;
        }
        table(&lines[..shown], options, out)?;
        if shown < lines.len() {
            writeln!(out, "  and {} more; -v shows them", number((lines.len() - shown) as u64))?;
        }
    }
    for waiver in &report.expired_waivers {
        let location = terminal(&place(&waiver.source)).to_string();
        let line = paint(options.color, TextStyle::Changed, "expired");
        writeln!(out, "{line}: {}  {}", sentence(&expired(waiver)), paint(options.color, TextStyle::Faint, location))?;
    }
    if let Some(turns) = &report.rolling {
        writeln!(out, "{}", rolling(turns))?;
    }
    writeln!(out)
}

/// One line: severity, field, values, client, state, place.
fn cells(group: &FindingGroup<'_>, now: &str, options: &TextOptions) -> [(TextStyle, String); 6] {
    let finding = group.sample();
    let open = finding.is_open();
    let grave = match mark(finding) {
        (true, "") => "!".to_owned(),
        (true, word) => format!("! {word}"),
        (false, word) => word.to_owned(),
    };
    let label = match (open, mark(finding).0) {
        (true, true) => TextStyle::Grave,
        (_, _) => TextStyle::Faint,
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
        (
            if finding.field().is_none() && open { TextStyle::Bad } else { TextStyle::Plain },
            subject(finding).to_owned(),
        ),
        (TextStyle::Plain, values),
        (TextStyle::Plain, who(group, options)),
        (if is_news { TextStyle::Heading } else { TextStyle::Faint }, tags),
        (
            TextStyle::Faint,
            if group.findings.len() == 1 { terminal(&place(finding.source())).to_string() } else { String::new() },
        ),
    ]
}

/// A value, harmless; a long list of countries as their number.
fn value(state: &State) -> String {
    let text = terminal(&change::state(state)).to_string();
    match (state, text.width() > VALUE) {
        (_, false) => text,
        (State::Is(_), true) if state.countries().is_some() => state
            .countries()
            .map(|set| count(set.codes().len(), "countr").replace("countrs", "countries"))
            .unwrap_or(text),
        (_, true) => shorten(&text, VALUE),
    }
}

fn who(group: &FindingGroup<'_>, options: &TextOptions) -> String {
    let finding = group.sample();
    match (group.findings.len(), &finding.name) {
        (1, Some(name)) => format!("client {}  {}", finding.client_id, called(name)),
        (1, None) => format!("client {}", finding.client_id),
        (n, _) => {
            let most = if options.verbose { usize::MAX } else { NAMED };
            format!("{}: {}", count(n, "client"), some(group.findings.iter().map(|one| one.client_id), most))
        }
    }
}

/// Lines in columns; a cell wider than the limit does not widen its column.
fn table(lines: &[[(TextStyle, String); 6]], options: &TextOptions, out: &mut dyn Write) -> io::Result<()> {
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
                text.push_str(&paint(options.color, *label, cell));
                plain = 0;
            }
            plain += widths[at].saturating_sub(cell.width()) + 2;
        }
        writeln!(out, "  {text}")?;
    }
    Ok(())
}
