//! The formats of the calendar by name.
//!
//! Owns the step from a format to its function, and what every format gets.

use std::ops::Range;

use jiff::Timestamp;

use crate::model::Untrusted;
use crate::plan::calendar_events::CalendarEvent;
use crate::render::calendar::{ics, json, text};

/// A format in which a calendar can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CalendarFormat {
    /// For people, two lines for each event.
    Text,
    /// For programs.
    Json,
    /// For calendars, RFC 5545.
    Ics,
}

/// Writes the events of a window. `project` is the name of the project file, `version` that of the program.
pub fn calendar(
    events: &[CalendarEvent],
    window: &Range<Timestamp>,
    project: &Untrusted,
    version: &str,
    format: CalendarFormat,
) -> String {
    match format {
        CalendarFormat::Text => text::text(events, window),
        CalendarFormat::Json => json::json(events),
        CalendarFormat::Ics => ics::ics(events, window.start, project, version),
    }
}
