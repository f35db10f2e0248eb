//! The words for dated settings and waivers that all formats share.
//!
//! Owns how an effect, a client and a list of clients are written for people. It must not know formats.

use serde_json::{Value as Json, json};

use crate::model::{ClientKey, DatedEffect, Setting, State, Untrusted};
use crate::plan::calendar_events::{CalendarEvent, CalendarSubject};

/// How many clients a text names before it only counts.
const NAMED_CLIENTS: usize = 8;

/// What an entry does to a field: `geo_list +GE +TR`, `hold_music = 77`.
pub(in crate::render) fn effect(setting: Setting, effect: &DatedEffect) -> Untrusted {
    let name = setting.name();
    match effect {
        DatedEffect::Add(_) => {
            let codes: String = effect.added().iter().map(|code| format!(" +{}", code.as_str())).collect();
            format!("{name}{codes}").into()
        }
        DatedEffect::Set(State::NotSet) => format!("{name} = not set").into(),
        DatedEffect::Set(state) => match state.to_json() {
            Json::String(text) => format!("{name} = {text}").into(),
            other => format!("{name} = {other}").into(),
        },
    }
}

/// What an entry does to a field, as the files write it: `{"add": ["GE", "TR"]}` or the value.
pub(in crate::render) fn effect_json(effect: &DatedEffect) -> Json {
    match effect {
        DatedEffect::Add(_) => json!({"add": effect.added().iter().map(|code| code.as_str()).collect::<Vec<_>>()}),
        DatedEffect::Set(state) => state.to_json(),
    }
}

/// What a waiver is of.
pub(in crate::render) fn waived(field: Option<Setting>) -> String {
    match field {
        Some(field) => format!("waiver of {field}"),
        None => "waiver of the whole client".to_owned(),
    }
}

/// What begins or ends: `geo_list +GE +TR, hold_music = 77`.
pub(super) fn subject(event: &CalendarEvent) -> Untrusted {
    match &event.subject {
        CalendarSubject::Temporary(settings) => {
            let all: Vec<Untrusted> = settings.iter().map(|(setting, of)| effect(*setting, of)).collect();
            Untrusted::join(&all, ", ")
        }
        CalendarSubject::Waiver(field) => waived(*field).into(),
    }
}

/// The clients of an event: `client 12`, `clients 12, 13`, `11 clients: 1, 2, 3, 4, 5, 6, 7, 8 and 3 more`.
pub(super) fn clients(event: &CalendarEvent) -> Untrusted {
    let names: Vec<String> = event.clients.iter().take(NAMED_CLIENTS).map(ClientKey::to_string).collect();
    let names = names.join(", ");
    match event.clients.len() {
        1 => format!("client {names}").into(),
        count if count <= NAMED_CLIENTS => format!("clients {names}").into(),
        count => format!("{count} clients: {names} and {} more", count - NAMED_CLIENTS).into(),
    }
}
