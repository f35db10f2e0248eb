//! The identity of an event in a calendar program, so that a later file replaces it and does not double it.
//!
//! Owns what it depends on: what happens, when, to whom. It depends neither on lines nor on the order of entries.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use crate::model::{ClientKey, Untrusted, instant_text};
use crate::plan::calendar_events::CalendarEvent;
use crate::render::calendar::json;

/// One UID for each event, in the same order. Equal events are numbered, in the order of their owners and reasons.
pub(super) fn uids(events: &[CalendarEvent], project: &Untrusted) -> Vec<String> {
    let digests: Vec<String> = events.iter().map(|event| digest(event, project)).collect();
    let mut order: Vec<usize> = (0..events.len()).collect();
    order.sort_by_key(|at| events.get(*at).map(|event| (&event.owner, &event.reason)));
    let mut equal: BTreeMap<&str, usize> = BTreeMap::new();
    let mut numbers = vec![0; events.len()];
    for at in order {
        let (Some(digest), Some(number)) = (digests.get(at), numbers.get_mut(at)) else { continue };
        let count = equal.entry(digest).or_insert(0);
        *count += 1;
        *number = *count;
    }
    let uid = |(digest, number): (&String, &usize)| match number {
        1 => format!("{digest}@ringform"),
        number => format!("{digest}-{number}@ringform"),
    };
    digests.iter().zip(&numbers).map(uid).collect()
}

/// 32 hex digits.
fn digest(event: &CalendarEvent, project: &Untrusted) -> String {
    let clients: Vec<String> = event.clients.iter().map(ClientKey::to_string).collect();
    // Maps of serde_json are sorted, so one event has one text.
    let facts: Json = json!({
        "project": project,
        "kind": event.subject.kind(),
        "event": event.edge.word(),
        "at": instant_text(event.at),
        "clients": clients,
        "settings": json::settings(&event.subject),
    });
    let hash = Sha256::digest(facts.to_string());
    hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
