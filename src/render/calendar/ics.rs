//! The calendar for calendar programs: RFC 5545.
//!
//! Owns content lines: their folding and their ends. Texts pass through [`escape::ics`], so no text of a stranger can
//! end a line or an event.

use jiff::Timestamp;

use crate::model::Untrusted;
use crate::plan::calendar_events::CalendarEvent;
use crate::render::calendar::{uid, words};
use crate::render::escape;

/// How many octets a content line may have, without its line break.
const LINE: usize = 75;

/// A calendar must hold a component. UTC is one that changes nothing.
const UTC: [&str; 8] = [
    "BEGIN:VTIMEZONE",
    "TZID:Etc/UTC",
    "BEGIN:STANDARD",
    "DTSTART:19700101T000000",
    "TZOFFSETFROM:+0000",
    "TZOFFSETTO:+0000",
    "END:STANDARD",
    "END:VTIMEZONE",
];

/// The whole file. `now` is the instant of the run.
pub(super) fn ics(events: &[CalendarEvent], now: Timestamp, project: &Untrusted, version: &str) -> String {
    let mut out = String::new();
    let mut line = |text: &str| fold(text, &mut out);
    line("BEGIN:VCALENDAR");
    line("VERSION:2.0");
    line(&format!("PRODID:-//ringform//ringform {version}//EN"));
    line("CALSCALE:GREGORIAN");
    for (event, uid) in events.iter().zip(uid::uids(events, project)) {
        line("BEGIN:VEVENT");
        line(&format!("UID:{uid}"));
        line(&format!("DTSTAMP:{}", utc(now)));
        line(&format!("DTSTART:{}", utc(event.at)));
        line(&format!("SUMMARY:{}", escape::ics(&summary(event))));
        line(&format!("DESCRIPTION:{}", description(event)));
        line(&format!("CATEGORIES:ringform,{}", event.subject.kind()));
        // The hour of the person who looks stays free.
        line("TRANSP:TRANSPARENT");
        line("END:VEVENT");
    }
    if events.is_empty() {
        UTC.into_iter().for_each(&mut line);
    }
    line("END:VCALENDAR");
    out
}

/// `client 12: geo_list +GE +TR ends`.
fn summary(event: &CalendarEvent) -> Untrusted {
    let clients = match event.clients.len() {
        1 => words::clients(event),
        count => format!("{count} clients").into(),
    };
    Untrusted::join([&clients, &words::subject(event)], ": ").map(|text| format!("{text} {}", event.edge.word()))
}

/// Owner, reason, clients and place, each on a line of its own.
fn description(event: &CalendarEvent) -> String {
    let place = event.source.file.map(|file| format!("{file}:{}:{}", event.source.line, event.source.column));
    let owned = Untrusted::join([&event.owner, &event.reason], ": ");
    let lines = [owned, words::clients(event), place];
    lines.each_ref().map(escape::ics).join("\\n")
}

/// `20261214T210000Z`.
fn utc(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// Writes a content line. A line longer than 75 octets goes on in the next one, after a blank, and no character is
/// split.
fn fold(text: &str, out: &mut String) {
    let mut used = 0;
    for c in text.chars() {
        if used + c.len_utf8() > LINE {
            out.push_str("\r\n ");
            used = 1;
        }
        out.push(c);
        used += c.len_utf8();
    }
    out.push_str("\r\n");
}
