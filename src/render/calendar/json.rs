//! The calendar for programs.
//!
//! Owns the keys of an event. JSON needs no escape but its own.

use serde_json::{Map, Value as Json, json};

use crate::model::instant_text;
use crate::plan::calendar_events::{CalendarEvent, CalendarSubject};
use crate::render::calendar::words;
use crate::render::json::document_text;

pub(super) fn json(events: &[CalendarEvent]) -> String {
    let events: Vec<Json> = events.iter().map(event).collect();
    document_text(&json!({"events": events}))
}

fn event(event: &CalendarEvent) -> Json {
    json!({
        "at": instant_text(event.at),
        "event": event.edge.word(),
        "kind": event.subject.kind(),
        "clients": event.clients.iter().map(|key| key.client().to_string()).collect::<Vec<_>>(),
        "settings": settings(&event.subject),
        "owner": event.owner,
        "reason": event.reason,
        "source": event.source,
    })
}

/// Of an entry an object of what it sets, of a waiver its field, or `null` for the whole client.
pub(super) fn settings(subject: &CalendarSubject) -> Json {
    match subject {
        CalendarSubject::Temporary(settings) => {
            let all = settings.iter().map(|(setting, of)| (setting.name().to_owned(), words::effect_json(of)));
            Json::Object(all.collect::<Map<_, _>>())
        }
        CalendarSubject::Waiver(field) => field.map_or(Json::Null, |field| field.name().into()),
    }
}
