//! The terms of waivers and of dated settings: who answers for it, why, and until when.
//!
//! Owns the reading of the keys that both have, so that both read alike. No message quotes a project file.

use crate::config::sections::entries::SectionEntries;
use crate::config::yaml::mapping::MappingEntry;
use crate::config::yaml::{Position, Problems, YamlContent};
use crate::model::{CalendarTime, Flaw, Untrusted};

/// The text of a required key, and where it is written. A text of blanks is an error.
pub(crate) fn text(
    entries: &SectionEntries,
    key: &str,
    rule: &'static str,
    problems: &mut Problems<'_>,
) -> Option<(Untrusted, Position)> {
    let entry = entries.required(key, problems)?;
    let help = format!("write {}", entries.about(key));
    let text = written(entry, "a text", &help, problems)?;
    if text.trim().is_empty() {
        problems.error_help(rule, entry.at(), format!("`{key}` holds only blanks"), &help);
        return None;
    }
    Some((text.into(), entry.at()))
}

/// A day or an instant.
pub(crate) fn time(entry: &MappingEntry, rule: &'static str, problems: &mut Problems<'_>) -> Option<CalendarTime> {
    let text = written(entry, "a day or an instant", CalendarTime::SPELLINGS, problems)?;
    match CalendarTime::parse(text) {
        Ok(time) => Some(time),
        Err(flaw) => {
            let flaw = if problems.quotes() { flaw } else { without_digits(flaw) };
            problems.flaw(rule, entry.value.at, flaw);
            None
        }
    }
}

/// The text of a scalar. `help` is the next step where there is none: no term may be empty.
fn written<'n>(entry: &'n MappingEntry, what: &str, help: &str, problems: &mut Problems<'_>) -> Option<&'n str> {
    let key = &entry.key;
    match &entry.value.content {
        YamlContent::Text(text) if !text.is_empty() => return Some(text),
        YamlContent::Broken => {}
        YamlContent::Empty => {
            problems.error_help("empty-value", entry.key_at, format!("`{key}` has no value"), help);
        }
        _ => {
            let message = format!("`{key}` must be {what}, found {}", entry.value.what());
            problems.error_help("bad-shape", entry.value.at, message, help);
        }
    }
    None
}

/// The flaw without the digits that it repeats: of a project file nothing is quoted.
fn without_digits(flaw: Flaw) -> Flaw {
    let has_digits = |text: &str| text.contains(|letter: char| letter.is_ascii_digit());
    let words: Vec<&str> = flaw.message.split(' ').filter(|word| !has_digits(word)).collect();
    let help = flaw.help.filter(|help| !has_digits(help)).unwrap_or_else(|| CalendarTime::SPELLINGS.to_owned());
    Flaw::new(words.join(" ")).help(help)
}
