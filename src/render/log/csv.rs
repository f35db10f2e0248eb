//! Past PUTs as CSV: one row for each field.
//!
//! Owns the columns.

use std::io::{self, Write};

use serde_json::Value as Json;

use crate::model::{State, Untrusted};
use crate::plan::history::{ClientChange, RunList};
use crate::render::csv::row;
use crate::render::escape::terminal;

/// The first row.
const COLUMNS: [&str; 14] = [
    "time",
    "run",
    "commit",
    "actor",
    "reason",
    "ci",
    "pull_request",
    "client",
    "name",
    "credentials",
    "field",
    "before",
    "after",
    "result",
];

pub(super) fn csv(list: &RunList, out: &mut dyn Write) -> io::Result<()> {
    row(&COLUMNS.map(str::to_owned), out)?;
    list.changes(false).try_for_each(|one| row(&cells(&one), out))
}

fn cells(one: &ClientChange<'_>) -> [String; 14] {
    let (run, author, client) = (one.run, &one.run.author, one.client);
    // A cell is shown on a terminal too, so nothing in it is obeyed there.
    let text = |text: &Option<Untrusted>| text.as_ref().map(|text| terminal(text).to_string()).unwrap_or_default();
    let credentials = client.credentials.as_ref().map(|name| Untrusted::new(name.clone()));
    [
        run.time.map(|time| time.to_string()).unwrap_or_default(),
        run.run.clone(),
        text(&run.commit),
        text(&author.actor),
        text(&author.reason),
        text(&author.ci),
        text(&author.pull_request),
        client.client_id.to_string(),
        text(&client.name),
        text(&credentials),
        one.change.field.name().to_owned(),
        text(&one.change.before.as_ref().map(value)),
        text(&Some(value(&one.change.after))),
        one.result().to_owned(),
    ]
}

/// A text as it is, anything else as JSON.
fn value(state: &State) -> Untrusted {
    match state.to_json() {
        Json::String(text) => text.into(),
        other => other.to_string().into(),
    }
}
