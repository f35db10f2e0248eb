//! The plan as text for a terminal or a log.
//!
//! Owns the order: findings, groups of clients, other clients, dated settings, warnings, failures, totals. Without
//! colour the text is plain and stable. Programs read the JSON format instead.

use std::io::{self, Write};

use crate::model::{Diagnostic, Untrusted};
use crate::plan::{ClientPlan, Plan};
use crate::render::escape::terminal;
use crate::render::grouping::clients::ClientGroups;
use crate::render::grouping::findings::unreported;
use crate::render::grouping::similar::{MANY, alike};
use crate::render::options::TextOptions;
use crate::render::text::block::{self, ClientBlock};
use crate::render::text::diagnostics::{diagnostic, diagnostics};
use crate::render::text::names::{NAMED, called, who};
use crate::render::text::paint::{TextStyle, paint};
use crate::render::text::requests::{quotas, requests};
use crate::render::text::wrap::fitting;
use crate::render::text::{cause, drift, place_group, scheduled, unconfirmed};
use crate::render::totals::Totals;
use crate::render::wording::attribution::attribution;
use crate::render::wording::change::{MarkBy, RELEASED};
use crate::render::wording::instant::judged_at;
use crate::render::wording::numbers::{count, number, some};
use crate::render::wording::place::{overridden, place};

/// Writes a plan or a report.
pub(in crate::render) fn text(plan: &Plan, options: &TextOptions, out: &mut dyn Write) -> io::Result<()> {
    fitting(options, out, |out| whole(plan, options, out))
}

fn whole(plan: &Plan, options: &TextOptions, out: &mut dyn Write) -> io::Result<()> {
    let mut out = io::BufWriter::new(out);
    if plan.clients.is_empty() && plan.diagnostics.iter().any(Diagnostic::is_error) {
        diagnostics(&plan.diagnostics, options, &mut out)?;
        return out.flush();
    }
    let groups = unreported(plan);
    if let Some(report) = &plan.run.drift {
        drift::write(plan, report, options, &mut out)?;
    }
    let by = MarkBy::of(plan);
    let column = column(&groups, by, options);
    let below = scheduled::lines(plan);
    for group in &groups.places {
        place_group::write(group, by, below, column, options, &mut out)?;
        writeln!(out)?;
    }
    place_group::blocked(&groups.blocked, options, &mut out)?;
    for group in groups.many.iter().chain(&groups.alone) {
        ClientBlock::of(group, by).write(column, options, &mut out)?;
        writeln!(out)?;
    }
    scheduled::write(plan, options, &mut out)?;
    released_clients(plan, options, &mut out)?;
    if options.verbose && !groups.in_sync.is_empty() {
        in_sync(&groups.in_sync, options, &mut out)?;
    }
    for similar in alike(&plan.diagnostics).iter().filter(|_| options.warnings) {
        warnings(similar, options, &mut out)?;
    }
    unconfirmed::write(plan, options, &mut out)?;
    for one in &groups.causes {
        cause::write(one, options, &mut out)?;
        writeln!(out)?;
    }
    totals(plan, options, &mut out)?;
    out.flush()
}

/// The column of places: behind the longest line that leaves room for them.
fn column(groups: &ClientGroups<'_>, by: MarkBy, options: &TextOptions) -> usize {
    let places = groups.places.iter().map(|group| block::column(place_group::width(group, by), options.width));
    let blocks = groups.many.iter().chain(&groups.alone);
    let blocks = blocks.map(|group| ClientBlock::of(group, by).column(options.width));
    places.chain(blocks).flatten().max().unwrap_or(block::NEAREST)
}

/// Clients that the base declares or the ledger holds, and the project no longer declares. ringform does not read them.
fn released_clients(plan: &Plan, options: &TextOptions, out: &mut dyn Write) -> io::Result<()> {
    let all = &plan.released_clients;
    let shown = if options.verbose { all.len() } else { all.len().min(NAMED) };
    for one in &all[..shown] {
        // A client of the ledger has no place: its document is gone, and no revision is named.
        let file = one.source.as_ref().map(|source| format!(", was at {}", terminal(&place(source))));
        let file = file.unwrap_or_default();
        let line = format!("{RELEASED} client {} released: no longer declared{file}", one.client_id);
        writeln!(out, "{}", paint(options.color, TextStyle::Faint, line))?;
    }
    if shown < all.len() {
        writeln!(out, "{RELEASED} and {} more clients released", number((all.len() - shown) as u64))?;
    }
    if all.is_empty() { Ok(()) } else { writeln!(out) }
}

fn in_sync(clients: &[&ClientPlan], options: &TextOptions, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "{}",
        paint(options.color, TextStyle::Heading, format_args!("in sync: {}", count(clients.len(), "client")))
    )?;
    for client in clients {
        writeln!(out, "  {}", who(client, options))?;
    }
    writeln!(out)
}

/// Diagnostics of one kind: each in full, or the first and the places of the others.
fn warnings(similar: &[&Diagnostic], options: &TextOptions, out: &mut dyn Write) -> io::Result<()> {
    let shown = if similar.len() > MANY && !options.verbose { 1 } else { similar.len() };
    for one in &similar[..shown] {
        diagnostic(one, options, out)?;
    }
    let rest = &similar[shown..];
    if !rest.is_empty() {
        let places: Vec<Untrusted> = rest.iter().filter_map(|one| one.range.as_ref()).map(place).collect();
        let places = places.iter().map(|place| terminal(place).to_string());
        writeln!(out, "  and {} more like it: {}", number(rest.len() as u64), some(places, NAMED))?;
    }
    writeln!(out)
}

fn totals(plan: &Plan, options: &TextOptions, out: &mut dyn Write) -> io::Result<()> {
    let totals = Totals::of(plan);
    let failed = totals.summary.failed > 0 || (totals.is_report && totals.undone() > 0);
    let label = match (failed, totals.summary.to_change) {
        (true, _) => TextStyle::Bad,
        (false, 0) if totals.summary.clients > 0 && totals.blocked == 0 => TextStyle::Good,
        (false, _) => TextStyle::Heading,
    };
    for alarm in totals.alarms().into_iter().filter(|_| plan.run.drift.is_none()) {
        writeln!(out, "{}", paint(options.color, TextStyle::Grave, format_args!("! {alarm}")))?;
    }
    for one in &plan.run.overrides {
        let line = format!("! {}", terminal(&overridden(one)));
        writeln!(out, "{}", paint(options.color, TextStyle::Grave, line))?;
    }
    let who = attribution(plan);
    let mut line = paint(options.color, label, totals.headline());
    if let Some(requests) = requests(&plan.run, options) {
        line.push_str(&format!(" {requests}"));
    }
    writeln!(out, "{line}")?;
    if let Some(who) = &who {
        writeln!(out, "{}", terminal(who))?;
    }
    if let Some(coverage) = totals.coverage() {
        writeln!(out, "{coverage}")?;
    }
    for note in totals.notes() {
        writeln!(out, "{note}")?;
    }
    if let Some(instant) = judged_at(plan) {
        writeln!(out, "{instant}")?;
    }
    // `main...` ends with dots already.
    let end = |base: &Untrusted| if base.raw().ends_with('.') { "" } else { "." };
    let base = plan.base.as_ref().map(|base| format!("Base: {}{}", called(base), end(base)));
    let shard = plan.shard.map(|shard| format!("Shard {} of {}.", shard.index, shard.count));
    if base.is_some() || shard.is_some() {
        writeln!(out, "{}", base.into_iter().chain(shard).collect::<Vec<_>>().join(" "))?;
    }
    quotas(&plan.run, options, out)
}
