//! The plan as people read it on a terminal or in a log.
//!
//! Owns the order of what is told: what many clients have in common, each outlier in full, warnings, failures, totals. Without
//! colour it is plain and stable. Nothing here is an interface for programs: that is the JSON form.

use std::io::{self, Write};

use crate::model::{Diagnostic, Untrusted};
use crate::plan::{Change, ClientPlan, Plan};
use crate::render::Look;
use crate::render::diagnostics::{diagnostic, diagnostics};
use crate::render::escape::{Foreign, cut, terminal};
use crate::render::group::{Groups, MANY, alike, place};
use crate::render::paint::{Label, paint};
use crate::render::phrase::{count, duration, number, some};
use crate::render::totals::Totals;
use crate::render::wording::MarkBy;
use crate::render::wording::RELEASED;

mod block;
mod cause;
mod row;
mod watch;

use block::Block;

/// How many clients or places a line names before it says "and N more".
const NAMED: usize = 12;

/// Writes a plan or a report.
pub(super) fn text(plan: &Plan, look: &Look, out: &mut dyn Write) -> io::Result<()> {
    let mut out = io::BufWriter::new(out);
    if plan.clients.is_empty() && plan.diagnostics.iter().any(Diagnostic::is_error) {
        diagnostics(&plan.diagnostics, look, &mut out)?;
        return out.flush();
    }
    let mut groups = Groups::of(plan);
    if let Some(watch) = &plan.run.drift {
        watch::write(plan, watch, look, &mut out)?;
        crate::render::watch::narrow(&mut groups, watch);
    }
    let by = MarkBy::of(plan);
    let column = column(&groups, by, look);
    for same in &groups.many {
        Block::many(same, by).write(column, look, &mut out)?;
        writeln!(out)?;
    }
    for client in &groups.alone {
        Block::alone(client, by).write(column, look, &mut out)?;
        writeln!(out)?;
    }
    released_clients(plan, look, &mut out)?;
    if look.verbose && !groups.in_sync.is_empty() {
        in_sync(&groups.in_sync, look, &mut out)?;
    }
    for like in alike(&plan.diagnostics) {
        warnings(&like, look, &mut out)?;
    }
    for one in &groups.causes {
        cause::write(one, look, &mut out)?;
        writeln!(out)?;
    }
    totals(plan, look, &mut out)?;
    out.flush()
}

/// The column in which places stand: behind the longest line that leaves room for them.
fn column(groups: &Groups<'_>, by: MarkBy, look: &Look) -> usize {
    let many = groups.many.iter().map(|same| Block::many(same, by));
    let alone = groups.alone.iter().map(|client| Block::alone(client, by));
    many.chain(alone).filter_map(|block| block.column(look.width)).max().unwrap_or(block::NEAREST)
}

/// Clients that the base declares and nobody does now. They were not read.
fn released_clients(plan: &Plan, look: &Look, out: &mut dyn Write) -> io::Result<()> {
    let all = &plan.released_clients;
    let shown = if look.verbose { all.len() } else { all.len().min(NAMED) };
    for one in &all[..shown] {
        let file = terminal(&place(&one.source)).to_string();
        let line = format!("{RELEASED} client {} released: no longer declared, was at {file}", one.client_id);
        writeln!(out, "{}", paint(look.color, Label::Faint, line))?;
    }
    if shown < all.len() {
        writeln!(out, "{RELEASED} and {} more clients released", number((all.len() - shown) as u64))?;
    }
    if all.is_empty() { Ok(()) } else { writeln!(out) }
}

fn in_sync(clients: &[&ClientPlan], look: &Look, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "{}",
        paint(look.color, Label::Heading, format_args!("in sync: {}", count(clients.len(), "client")))
    )?;
    for client in clients {
        writeln!(out, "  {}", who(client, look))?;
    }
    writeln!(out)
}

/// A name or a word of the API, harmless and not too long for a line.
fn called(name: &Untrusted) -> String {
    cut(&terminal(name).to_string(), 60)
}

/// A sentence that we did not write, harmless and of a length that somebody might read.
fn sentence<T: Foreign + ?Sized>(text: &T) -> String {
    cut(&terminal(text).to_string(), 1_000)
}

/// A client in one line: id, name and file.
fn who(client: &ClientPlan, look: &Look) -> String {
    let name = client.name.as_ref().map(|name| format!("  {}", called(name))).unwrap_or_default();
    let file = paint(look.color, Label::Faint, terminal(&place(&client.source)));
    format!("client {}{name}  {file}", client.client_id)
}

/// Diagnostics of one kind: each in full, or the first and the places of the others.
fn warnings(like: &[&Diagnostic], look: &Look, out: &mut dyn Write) -> io::Result<()> {
    let shown = if like.len() > MANY && !look.verbose { 1 } else { like.len() };
    for one in &like[..shown] {
        diagnostic(one, look, out)?;
    }
    let rest = &like[shown..];
    if !rest.is_empty() {
        let places: Vec<String> = rest.iter().filter_map(|one| one.range.as_ref()).map(place).collect();
        let places = places.iter().map(|place| terminal(place).to_string());
        writeln!(out, "  and {} more like it: {}", number(rest.len() as u64), some(places, NAMED))?;
    }
    writeln!(out)
}

fn totals(plan: &Plan, look: &Look, out: &mut dyn Write) -> io::Result<()> {
    let totals = Totals::of(plan);
    let failed = totals.summary.failed > 0 || (totals.is_report && totals.undone() > 0);
    let label = match (failed, totals.summary.to_change) {
        (true, _) => Label::Bad,
        (false, 0) if totals.summary.clients > 0 => Label::Good,
        (false, _) => Label::Heading,
    };
    for alarm in totals.alarms().into_iter().filter(|_| plan.run.drift.is_none()) {
        writeln!(out, "{}", paint(look.color, Label::Grave, format_args!("! {alarm}")))?;
    }
    let mut line = paint(look.color, label, totals.headline());
    if look.requests && plan.run.requests.total > 0 {
        let run = &plan.run;
        let retries = match run.requests.retries {
            0 => String::new(),
            n => format!(" ({} again)", number(n)),
        };
        let requests = count(usize::try_from(run.requests.total).unwrap_or(usize::MAX), "request");
        line.push_str(&format!(" {requests}{retries}, {}.", duration(run.duration_ms)));
    }
    writeln!(out, "{line}")?;
    if let Some(coverage) = totals.coverage() {
        writeln!(out, "{coverage}")?;
    }
    for remark in totals.remarks() {
        writeln!(out, "{remark}")?;
    }
    // `main...` brings dots of its own.
    let end = |base: &Untrusted| if base.raw().ends_with('.') { "" } else { "." };
    let base = plan.base.as_ref().map(|base| format!("Base: {}{}", called(base), end(base)));
    let shard = plan.shard.map(|shard| format!("Shard {} of {}.", shard.index, shard.count));
    if base.is_some() || shard.is_some() {
        writeln!(out, "{}", base.into_iter().chain(shard).collect::<Vec<_>>().join(" "))?;
    }
    match plan.run.quota.iter().min_by_key(|quota| quota.remaining_lowest) {
        Some(quota) if look.requests => {
            let of_name =
                quota.credentials.as_deref().map(|name| format!(" of {}", terminal(name))).unwrap_or_default();
            let reset = quota.resets_in_s.map(|s| format!(", reset in {}", duration(s.saturating_mul(1000))));
            let reset = reset.unwrap_or_default();
            writeln!(out, "Quota{of_name}: {} left at the lowest{reset}.", number(quota.remaining_lowest))
        }
        Some(_) | None => Ok(()),
    }
}

/// The mark of a change: `! opens`, `!`, `closes`.
fn judged(change: &Change, by: MarkBy) -> (Label, String) {
    match by.mark(&change.difference) {
        (true, "") => (Label::Grave, "!".to_owned()),
        (true, word) => (Label::Grave, format!("! {word}")),
        (false, word) => (Label::Faint, word.to_owned()),
    }
}
