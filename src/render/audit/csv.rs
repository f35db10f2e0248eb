//! An audit as CSV: one row for each client.
//!
//! Owns the columns. Those of the JSON document come first, in its order.

use std::io::{self, Write};

use serde_json::Value as Json;

use crate::model::countries::Code;
use crate::model::{Setting, State, Untrusted};
use crate::plan::audit::{AuditReport, AuditedClient, Outlier};
use crate::render::audit::words;
use crate::render::csv::row;
use crate::render::escape::terminal;
use crate::render::wording::place::place;

/// The first row.
const COLUMNS: [&str; 15] = [
    "client_id",
    "status",
    "geo",
    "countries",
    "network",
    "dial_rule",
    "guards",
    "unmanaged",
    "id",
    "name",
    "credentials",
    "geo_list",
    "outliers",
    "source",
    "error",
];

pub(super) fn csv(report: &AuditReport, out: &mut dyn Write) -> io::Result<()> {
    row(&COLUMNS.map(str::to_owned), out)?;
    report.clients.iter().try_for_each(|client| row(&cells(client), out))
}

fn cells(client: &AuditedClient) -> [String; 15] {
    // A cell is shown on a terminal too, so nothing in it is obeyed there.
    let shown = |text: &Untrusted| terminal(text).to_string();
    let text = |text: Option<Untrusted>| text.as_ref().map(shown).unwrap_or_default();
    let exposure = client.exposure.as_ref().ok();
    let geo = exposure.map(|one| one.geo());
    let outliers: Vec<String> = exposure.iter().flat_map(|one| &one.outliers).map(outlier).collect();
    let unmanaged: Vec<&str> = client.unmanaged.iter().flat_map(|fields| fields.iter()).map(Setting::name).collect();
    [
        client.client_id.to_string(),
        if exposure.is_some() { "read" } else { "failed" }.to_owned(),
        geo.map(|geo| geo.word()).unwrap_or_default().to_owned(),
        geo.and_then(|geo| geo.countries()).map(|countries| countries.to_string()).unwrap_or_default(),
        text(exposure.map(|one| value(&one.network))),
        text(exposure.map(|one| value(&one.dial_rule))),
        text(exposure.map(words::guards)),
        unmanaged.join(", "),
        client.id.map(|id| id.to_string()).unwrap_or_default(),
        text(client.name.clone()),
        text(client.credentials.clone().map(Untrusted::new)),
        text(exposure.map(|one| value(&one.geo_list))),
        outliers.join(", "),
        text(client.source.as_ref().map(place)),
        text(client.exposure.as_ref().err().map(|failure| failure.message.clone())),
    ]
}

/// A text as it is, nothing for a field that is not set, anything else as JSON.
fn value(state: &State) -> Untrusted {
    match state.to_json() {
        Json::Null => "".into(),
        Json::String(text) => text.into(),
        other => other.to_string().into(),
    }
}

/// `country CU VE`, or the word of the kind.
fn outlier(one: &Outlier) -> String {
    let words = [one.kind.word()].into_iter().chain(one.countries.iter().map(Code::as_str));
    words.collect::<Vec<_>>().join(" ")
}
