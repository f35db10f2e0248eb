//! Past runs for people: one line for each run, or for each change of a client.
//!
//! Owns the columns. A text of strangers is the last of its line, or on a line of its own.

use std::io::{self, Write};

use crate::model::Untrusted;
use crate::plan::history::{ClientChange, PastRun, RunList};
use crate::render::escape::terminal;
use crate::render::log::words;

pub(super) fn text(list: &RunList, with_changes: bool, out: &mut dyn Write) -> io::Result<()> {
    if list.client.is_some() {
        let changes: Vec<ClientChange<'_>> = list.changes(true).collect();
        if changes.is_empty() {
            return writeln!(out, "{}", words::nothing(list));
        }
        return changes.iter().try_for_each(|one| writeln!(out, "{}", of_client(one)));
    }
    if list.runs.is_empty() {
        return writeln!(out, "{}", words::nothing(list));
    }
    let width = |cell: fn(&PastRun) -> usize| list.runs.iter().map(cell).max().unwrap_or(0);
    let (of_run, of_result) = (width(|run| run.run.len()), width(|run| words::result(run).len()));
    let of_counts = width(|run| words::counts(run).len());
    for run in &list.runs {
        let actor = run.author.actor.clone().unwrap_or_else(|| "-".into());
        writeln!(
            out,
            "{}  {:<of_run$}  {:<of_result$}  {:<of_counts$}  {:<12}  {}",
            words::time(run),
            run.run,
            words::result(run),
            words::counts(run),
            terminal(&words::commit(run)).to_string(),
            terminal(&actor)
        )?;
        let more = [("reason", &run.author.reason), ("ci", &run.author.ci), ("pull request", &run.author.pull_request)];
        for (name, text) in more {
            // A link is shown where there is room: for one run.
            if let Some(text) = text.as_ref().filter(|_| with_changes || name == "reason") {
                writeln!(out, "  {name}: {}", terminal(text))?;
            }
        }
        if let Some(problem) = &run.problem {
            writeln!(out, "  problem: {}", terminal(problem))?;
        }
    }
    if with_changes {
        list.changes(true).try_for_each(|one| writeln!(out, "  {}", of_run_change(&one)))?;
    }
    Ok(())
}

/// `2026-11-27 09:00:00Z  hold_music  5 → 7  applied  run … by Anna`.
fn of_client(one: &ClientChange<'_>) -> String {
    let by = one.run.author.actor.as_ref().map(|actor| format!("  by {}", terminal(actor))).unwrap_or_default();
    format!("{}  {}  run {}{by}", words::time(one.run), change(one), one.run.run)
}

/// `client 12 (Shop)  hold_music  5 → 7  applied`.
fn of_run_change(one: &ClientChange<'_>) -> String {
    let name = one.client.name.as_ref().map(|name| format!(" ({})", terminal(name))).unwrap_or_default();
    format!("client {}{name}  {}", one.client.client_id, change(one))
}

fn change(one: &ClientChange<'_>) -> String {
    let [before, after] = words::values(one);
    let stored = one.change.stored.as_ref().map(|json| Untrusted::from(json.to_string()));
    let stored = stored.map(|text| format!(", stored {}", terminal(&text))).unwrap_or_default();
    format!("{}: {} → {}{stored}  {}", one.change.field, terminal(&before), terminal(&after), one.result())
}
