//! Past runs for programs.
//!
//! Owns the shape: `{"kind": "log", "source": …, "runs": […]}`, or `changes` for one client. Later versions only add
//! keys.

use std::io::{self, Write};

use serde_json::{Value as Json, json};

use crate::plan::history::{ClientChange, PastRun, RunList};
use crate::render::json::document;

pub(super) fn json(list: &RunList, with_changes: bool, out: &mut dyn Write) -> io::Result<()> {
    let source = list.source.name();
    if let Some(client) = list.client {
        let changes: Vec<Json> = list.changes(true).map(|one| with_run(&one)).collect();
        return document(&json!({"kind": "log", "source": source, "client_id": client, "changes": changes}), out);
    }
    let runs: Vec<Json> = list.runs.iter().map(run).collect();
    let mut all = json!({"kind": "log", "source": source, "runs": runs});
    if with_changes {
        all["changes"] = list.changes(true).map(|one| change(&one)).collect();
    }
    document(&all, out)
}

fn run(run: &PastRun) -> Json {
    let author = &run.author;
    json!({
        "run": run.run,
        "time": run.time.map(|time| time.to_string()),
        "commit": run.commit,
        "actor": author.actor,
        "reason": author.reason,
        "ci": author.ci,
        "pull_request": author.pull_request,
        "endpoint": run.endpoint,
        "summary": run.counts(),
        "result": run.result.name(),
        "problem": run.problem,
    })
}

fn change(one: &ClientChange<'_>) -> Json {
    json!({
        "client_id": one.client.client_id,
        "name": one.client.name,
        "credentials": one.client.credentials,
        "field": one.change.field,
        // An absent value and null are two things.
        "before_known": one.change.before.is_some(),
        "before": one.change.before.as_ref().map(|state| state.to_json()),
        "after": one.change.after.to_json(),
        "stored": one.change.stored,
        "result": one.result(),
    })
}

fn with_run(one: &ClientChange<'_>) -> Json {
    let (mut all, author) = (change(one), &one.run.author);
    for (key, value) in [
        ("run", json!(one.run.run)),
        ("time", json!(one.run.time.map(|time| time.to_string()))),
        ("commit", json!(one.run.commit)),
        ("actor", json!(author.actor)),
        ("reason", json!(author.reason)),
        ("ci", json!(author.ci)),
        ("pull_request", json!(author.pull_request)),
    ] {
        all[key] = value;
    }
    all
}
