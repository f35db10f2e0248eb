//! Findings of drift as lines: open findings first, then unread, waived and resolved ones.
//!
//! Owns the columns. A line shows one finding, or one group of equal findings.

use std::io::{self, Write};

use crate::model::{ClientId, Untrusted};
use crate::plan::Plan;
use crate::plan::drift::{DriftReport, FindingState};
use crate::render::escape::{shorten, terminal};
use crate::render::grouping::findings::{FindingGroup, FindingGroups};
use crate::render::options::TextOptions;
use crate::render::text::names::{NAMED, called, sentence};
use crate::render::text::paint::{TextStyle, paint};
use crate::render::text::row;
use crate::render::text::row::{DifferenceRow, StyledText};
use crate::render::wording::difference::DifferenceView;
use crate::render::wording::drift::{expired, headline, rolling, state_words, unreadable};
use crate::render::wording::numbers::{count, number, some};
use crate::render::wording::place::place;

/// How many lines of a list are shown without `-v`; of open findings all.
pub(super) const MOST: usize = 20;

/// Writes what drift found, with a blank line after it.
pub(super) fn write(plan: &Plan, report: &DriftReport, options: &TextOptions, out: &mut dyn Write) -> io::Result<()> {
    let groups = FindingGroups::of(report);
    let label = if groups.open.iter().any(FindingGroup::is_open) { TextStyle::Bad } else { TextStyle::Heading };
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
        if !head.is_empty() {
            writeln!(out, "{}", paint(options.color, TextStyle::Heading, format_args!("{head}:")))?;
        }
        list(group, most, |one| finding_row(one, now, options), options, out)?;
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

/// A finding, or a group of equal ones.
pub(super) struct FindingRow {
    /// Mark, field, values with countries, client, state, place.
    columns: [Vec<StyledText>; 6],
    /// The difference of an open finding, for the full values below the line.
    open: Option<DifferenceRow>,
}

fn finding_row(group: &FindingGroup<'_>, now: &str, options: &TextOptions) -> FindingRow {
    let finding = group.sample();
    let open = group.is_open();
    let cell = |label, text| vec![StyledText::new(label, text)];
    let view = group.view();
    let origin = view.map(|view| view.origin()).unwrap_or_default();
    let tags = [origin, sentence(&state_words(group.earliest(), now))];
    let tags = tags.into_iter().filter(|tag| !tag.is_empty()).collect::<Vec<_>>().join(", ");
    let is_news = open && finding.state == FindingState::New;
    let who = cell(TextStyle::Plain, who(group, options));
    let tags = cell(if is_news { TextStyle::Heading } else { TextStyle::Faint }, tags);
    let Some(view) = view else {
        let subject = cell(if open { TextStyle::Bad } else { TextStyle::Plain }, unreadable(finding).to_owned());
        let place = if group.is_one_place() { terminal(&place(finding.source())).to_string() } else { String::new() };
        let columns = [Vec::new(), subject, Vec::new(), who, tags, cell(TextStyle::Faint, place)];
        return FindingRow { columns, open: None };
    };
    let mut row = FindingRow::of(&view, [who, tags], open);
    if group.values > 1 {
        row.columns[2] = cell(TextStyle::Faint, count(group.values, "more live value"));
        row.open.iter_mut().for_each(|difference| difference.long.clear());
    }
    row
}

impl FindingRow {
    /// A row that is no difference: mark, field, values, client, state, place.
    pub(super) fn of_columns(columns: [Vec<StyledText>; 6]) -> FindingRow {
        FindingRow { columns, open: None }
    }

    /// The row of a difference, from declared to live. `tags` are its client and its state. Only an open finding is an
    /// alarm.
    pub(super) fn of(view: &DifferenceView<'_>, tags: [Vec<StyledText>; 2], open: bool) -> FindingRow {
        let mut difference = DifferenceRow::of(view, ["declared", "live"]);
        let [field, mut values, codes, mut mark, _] = std::mem::take(&mut difference.columns);
        if row::width(&codes) > 0 {
            values.push(StyledText::new(TextStyle::Plain, "  "));
            values.extend(codes);
        }
        if !open {
            mark.iter_mut().for_each(StyledText::fade);
        }
        let place = vec![StyledText::new(TextStyle::Faint, std::mem::take(&mut difference.place))];
        let [who, state] = tags;
        FindingRow { columns: [mark, field, values, who, state, place], open: Some(difference).filter(|_| open) }
    }
}

fn who(group: &FindingGroup<'_>, options: &TextOptions) -> String {
    let ids: Vec<ClientId> = group.findings.iter().map(|one| one.client_id).collect();
    one_or_many(&ids, group.sample().name.as_ref(), options)
}

/// The client with its name, or the number of clients with their ids.
pub(super) fn one_or_many(ids: &[ClientId], name: Option<&Untrusted>, options: &TextOptions) -> String {
    match (ids, name) {
        ([id], Some(name)) => format!("client {id}  {}", called(name)),
        ([id], None) => format!("client {id}"),
        (ids, _) => {
            let most = if options.verbose { usize::MAX } else { NAMED };
            format!("{}: {}", count(ids.len(), "client"), some(ids.iter(), most))
        }
    }
}

/// The first groups as lines, and how many more there are; all of them with `-v`.
pub(super) fn list<G>(
    groups: &[G],
    most: usize,
    row: impl Fn(&G) -> FindingRow,
    options: &TextOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    let shown = if options.verbose { groups.len() } else { groups.len().min(most) };
    let rows: Vec<FindingRow> = groups[..shown].iter().map(row).collect();
    table(&rows, options, out)?;
    if shown < groups.len() {
        writeln!(out, "  and {} more; -v shows them", number((groups.len() - shown) as u64))?;
    }
    Ok(())
}

/// Lines in columns; a cell wider than the limit does not widen its column.
fn table(lines: &[FindingRow], options: &TextOptions, out: &mut dyn Write) -> io::Result<()> {
    const WIDEST: usize = 48;
    let mut widths = [0; 6];
    for line in lines {
        for (width, cells) in widths.iter_mut().zip(&line.columns) {
            *width = row::width(cells).min(WIDEST).max(*width);
        }
    }
    for line in lines {
        let mut text = String::new();
        let mut blanks = 0;
        for (cells, width) in line.columns.iter().zip(widths).filter(|(_, width)| *width > 0) {
            let own = row::width(cells);
            if own > 0 {
                text.push_str(&" ".repeat(blanks));
                text.push_str(&row::painted(cells, options.color));
                blanks = 0;
            }
            blanks += width.saturating_sub(own) + 2;
        }
        writeln!(out, "  {text}")?;
        if let Some(difference) = &line.open {
            difference.write_long(options, out)?;
        }
    }
    Ok(())
}
