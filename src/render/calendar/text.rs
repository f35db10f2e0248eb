//! The calendar for people: an event has a line that says what happens, and a line that says why and where.
//!
//! Owns the columns. Owner and reason are texts of strangers, and pass through an escape.

use std::ops::Range;

use jiff::Timestamp;

use crate::model::instant_text;
use crate::plan::calendar_events::{CalendarEdge, CalendarEvent};
use crate::render::calendar::words;
use crate::render::escape::terminal;

pub(super) fn text(events: &[CalendarEvent], window: &Range<Timestamp>) -> String {
    let (from, to) = (instant_text(window.start), instant_text(window.end));
    if events.is_empty() {
        return format!("Nothing begins or ends from {from} to {to}.\n");
    }
    let mut out = String::new();
    for event in events {
        let width = CalendarEdge::Begins.word().len();
        out.push_str(&format!(
            "{}  {:<width$}  {}  {}\n    {}: {}  {}:{}:{}\n",
            instant_text(event.at),
            event.edge.word(),
            terminal(&words::subject(event)),
            terminal(&words::clients(event)),
            terminal(&event.owner),
            terminal(&event.reason),
            terminal(&event.source.file),
            event.source.line,
            event.source.column
        ));
    }
    let events = if events.len() == 1 { "1 event".to_owned() } else { format!("{} events", events.len()) };
    out.push_str(&format!("{events} from {from} to {to}.\n"));
    out
}
