//! The terms of waivers and of dated settings: who answers for it, why, and until when.
//!
//! Owns the reading of the keys that both have, so that both read alike. No message quotes a project file.

use crate::config::sections::entries::SectionEntries;
use crate::config::yaml::mapping::{self, MappingEntry};
use crate::config::yaml::{Position, Problems};
use crate::model::{CalendarTime, Untrusted};

/// The text of a required key, and where it is written. A text of blanks is an error.
pub(crate) fn text(
    entries: &SectionEntries,
    key: &str,
    rule: &'static str,
    problems: &mut Problems<'_>,
) -> Option<(Untrusted, Position)> {
    let entry = entries.required(key, problems)?;
    let about = entries.about(key);
    let text = mapping::text(entry, about, problems)?;
    if text.trim().is_empty() {
        let message = format!("`{key}` holds only blanks");
        problems.error_help(rule, entry.at(), message, &format!("write {about}"));
        return None;
    }
    Some((text.into(), entry.at()))
}

/// A day or an instant.
pub(crate) fn time(entry: &MappingEntry, rule: &'static str, problems: &mut Problems<'_>) -> Option<CalendarTime> {
    let text = mapping::text(entry, "a day or an instant", problems)?;
    match CalendarTime::parse(text) {
        Ok(time) => Some(time),
        Err(flaw) => {
            problems.flaw(rule, entry.value.at, flaw);
            None
        }
    }
}
