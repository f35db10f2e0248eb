//! Past runs as a table in Markdown.
//!
//! Owns the columns.

use std::io::{self, Write};

use crate::model::Untrusted;
use crate::plan::history::{ClientChange, PastRun, RunList};
use crate::render::escape::{markdown as plain, markdown_code as code};
use crate::render::log::words;

pub(super) fn markdown(list: &RunList, with_changes: bool, out: &mut dyn Write) -> io::Result<()> {
    let changes: Vec<ClientChange<'_>> = match list.client.is_some() || with_changes {
        true => list.changes(true).collect(),
        false => Vec::new(),
    };
    if list.client.is_some() {
        if changes.is_empty() {
            return writeln!(out, "{}", words::nothing(list));
        }
        row(out, &["time", "field", "before", "after", "result", "run", "actor"].map(str::to_owned))?;
        writeln!(out, "|---|---|---|---|---|---|---|")?;
        return changes.iter().try_for_each(|one| {
            let [field, before, after, result] = change(one);
            let (time, run) = (words::time(one.run), code(&one.run.run.as_str().into()));
            row(out, &[time, field, before, after, result, run, actor(one.run)])
        });
    }
    if list.runs.is_empty() {
        return writeln!(out, "{}", words::nothing(list));
    }
    row(out, &["time", "run", "result", "counts", "commit", "actor", "reason"].map(str::to_owned))?;
    writeln!(out, "|---|---|---|---|---|---|---|")?;
    for run in &list.runs {
        let (name, commit) = (code(&run.run.as_str().into()), code(&words::commit(run)));
        let cells = [words::time(run), name, words::result(run).to_owned(), words::counts(run), commit];
        let reason = run.author.reason.as_ref().map(plain).unwrap_or_default();
        row(out, &cells.into_iter().chain([actor(run), reason]).collect::<Vec<_>>())?;
    }
    if !changes.is_empty() {
        writeln!(out)?;
        row(out, &["client", "name", "field", "before", "after", "result"].map(str::to_owned))?;
        writeln!(out, "|---|---|---|---|---|---|")?;
    }
    changes.iter().try_for_each(|one| {
        let [field, before, after, result] = change(one);
        let name = one.client.name.as_ref().map(code).unwrap_or_default();
        row(out, &[one.client.client_id.to_string(), name, field, before, after, result])
    })
}

fn row(out: &mut dyn Write, cells: &[String]) -> io::Result<()> {
    writeln!(out, "| {} |", cells.join(" | "))
}

fn actor(run: &PastRun) -> String {
    run.author.actor.as_ref().map(plain).unwrap_or_default()
}

fn change(one: &ClientChange<'_>) -> [String; 4] {
    let [before, after] = words::values(one);
    let field = code(&Untrusted::from(one.change.field.name()));
    [field, code(&before), code(&after), one.result().replace('_', " ")]
}
