//! What `resolve` shows of each client: its effective settings, its dated entries and its waivers.
//!
//! Owns both forms, for people and for programs. Values, labels, owners and reasons are texts of strangers.

use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};

use crate::model::{DatedEntry, DatedValue, Declaration, EntryInLayer, Place, Untrusted, Waiver};
use crate::plan::calendar_events::waivers_of;
use crate::render::calendar::words;
use crate::render::escape::terminal;
use crate::render::json::document_text;

/// The clients for people.
pub fn resolved_text(declarations: &[Declaration], waivers: &[Waiver], at: Timestamp) -> String {
    let text = |declaration: &Declaration| client_text(declaration, waivers, at);
    declarations.iter().map(text).collect::<Vec<_>>().join("\n")
}

/// The clients for programs.
pub fn resolved_json(declarations: &[Declaration], waivers: &[Waiver], at: Timestamp) -> String {
    let client = |declaration: &Declaration| client_json(declaration, waivers, at);
    document_text(&json!({"clients": declarations.iter().map(client).collect::<Vec<_>>()}))
}

fn client_text(declaration: &Declaration, waivers: &[Waiver], at: Timestamp) -> String {
    let mut out = String::new();
    let mut line = |text: String| {
        out.push_str(&text);
        out.push('\n');
    };
    let credentials = Untrusted::from(declaration.credentials.as_deref().unwrap_or("of the environment"));
    line(format!(
        "client {}  credentials {}  {}",
        declaration.client,
        terminal(&credentials),
        place(&declaration.place)
    ));
    for (key, value) in &declaration.labels {
        let (key, value) = (Untrusted::new(key.clone()), Untrusted::new(value.clone()));
        line(format!("  label {}={}", terminal(&key), terminal(&value)));
    }
    for expected in &declaration.expect {
        let wanted = Untrusted::from(expected.wanted.to_json().to_string());
        line(format!("  expect {}: {}  {}", expected.row.name, terminal(&wanted), place(&expected.place)));
    }
    let values: Vec<String> = declaration.managed.iter().map(|managed| value(&managed.wanted.to_json())).collect();
    let width = values.iter().map(|value| value.chars().count()).filter(|width| *width <= 40).max().unwrap_or(0);
    for (managed, value) in declaration.managed.iter().zip(&values) {
        let layer = Untrusted::new(managed.layer.text());
        let layer = terminal(&layer);
        line(format!("  {:<27}  {value:<width$}  {layer}, {}", managed.setting.name(), place(&managed.place)));
    }
    for setting in declaration.ignored.iter() {
        line(format!("  {:<27}  ignored", setting.name()));
    }
    for (entry, value) in dated(declaration) {
        let from = entry.from.as_ref().map(|from| format!("from {} ", from.text())).unwrap_or_default();
        line(format!(
            "  temporary {}  {from}until {}, {}  {}: {}  {}",
            terminal(&words::effect(value.setting, &value.effect)),
            terminal(&entry.until.text().into()),
            state(entry, at),
            terminal(&entry.owner),
            terminal(&entry.reason),
            place(&entry.place)
        ));
    }
    for waiver in waivers_of(std::slice::from_ref(declaration), waivers) {
        line(format!(
            "  {}  until {}, {}  {}: {}  {}",
            words::waived(waiver.field),
            terminal(&waiver.terms.until.text().into()),
            if waiver.is_expired(at) { "ended" } else { "active" },
            terminal(&waiver.terms.owner),
            terminal(&waiver.terms.reason),
            place(&waiver.source)
        ));
    }
    out
}

fn client_json(declaration: &Declaration, waivers: &[Waiver], at: Timestamp) -> Json {
    let settings: Map<_, _> = declaration
        .managed
        .iter()
        .map(|managed| {
            let value = managed.wanted.to_json();
            let entry = json!({"value": value, "layer": managed.layer.text(), "source": managed.place});
            (managed.setting.name().to_owned(), entry)
        })
        .collect();
    let temporary = dated(declaration).map(|(entry, value)| {
        json!({
            "field": value.setting,
            "value": words::effect_json(&value.effect),
            "from": entry.from.as_ref().map(|from| from.text()),
            "until": entry.until.text(),
            "owner": entry.owner,
            "reason": entry.reason,
            "source": entry.place,
            "active": entry.holds_at(at),
        })
    });
    let waivers = waivers_of(std::slice::from_ref(declaration), waivers).map(|waiver| {
        json!({
            "field": waiver.field,
            "until": waiver.terms.until,
            "owner": waiver.terms.owner,
            "reason": waiver.terms.reason,
            "source": waiver.source,
            "active": !waiver.is_expired(at),
        })
    });
    json!({
        "client_id": declaration.client,
        "credentials": declaration.credentials,
        "labels": declaration.labels,
        "source": declaration.place,
        "expect": declaration.expect_json(),
        "settings": settings,
        "ignored": declaration.ignored,
        "temporary": temporary.collect::<Vec<_>>(),
        "waivers": waivers.collect::<Vec<_>>(),
    })
}

/// The dated values that have an effect on a client, as far as its fields are selected.
fn dated(declaration: &Declaration) -> impl Iterator<Item = (&DatedEntry, &DatedValue)> {
    declaration.managed_entries().flat_map(|EntryInLayer { entry, settings }| {
        let is_shown = move |value: &&DatedValue| settings.contains(value.setting);
        entry.settings.iter().filter(is_shown).map(move |value| (entry, value))
    })
}

/// Whether an entry holds at an instant, in one word.
fn state(entry: &DatedEntry, at: Timestamp) -> &'static str {
    match (entry.has_begun(at), entry.has_ended(at)) {
        (_, true) => "ended",
        (true, false) => "active",
        (false, false) => "not begun",
    }
}

fn value(value: &Json) -> String {
    match value {
        Json::String(text) => terminal(&text.as_str().into()).to_string(),
        other => other.to_string(),
    }
}

fn place(place: &Place) -> String {
    format!("{}:{}:{}", terminal(&place.file), place.line, place.column)
}
