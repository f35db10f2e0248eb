//! The waivers of a project file: drift that raises no alert.
//!
//! Owns the reading of the section. It reports all problems together, and no message quotes the file. It must not
//! judge whether a waiver has expired: that needs a date.

use std::sync::Arc;

use crate::config::sections::entries::SectionEntries;
use crate::config::sections::inheritance::{Inheritance, known_credentials};
use crate::config::sections::keys::WAIVER;
use crate::config::yaml::mapping::{self, MappingEntry};
use crate::config::yaml::{Position, Problems};
use crate::config::yaml::{YamlContent, YamlNode};
use crate::model::waiver::is_day;
use crate::model::{ClientId, FieldRow, Setting, Untrusted, Waived, Waiver};

/// Reads the section `waivers`.
pub(crate) fn read(entry: &MappingEntry, inheritance: &Inheritance, problems: &mut Problems<'_>) -> Vec<Waiver> {
    let items = match &entry.value.content {
        YamlContent::Empty | YamlContent::Null | YamlContent::Broken => return Vec::new(),
        YamlContent::List(items) => items,
        _ => {
            let help = "write `- {client: \"12\", owner: …, reason: …, until: 2026-12-31}`, one a line";
            problems.error_help("bad-waiver", entry.value.at, "`waivers` is a list".to_owned(), help);
            return Vec::new();
        }
    };
    let mut waivers: Vec<Waiver> = Vec::new();
    for item in items.iter() {
        let Some(waiver) = waiver(item, inheritance, problems) else { continue };
        let same = waivers.iter().find(|known| known.key() == waiver.key() && known.field == waiver.field);
        if let Some(first) = same {
            let message = format!("this was waived in line {} already", first.source.line);
            problems.error_help("duplicate-item", item.at, message, "remove one of the two");
            continue;
        }
        waivers.push(waiver);
    }
    waivers
}

fn waiver(item: &YamlNode, inheritance: &Inheritance, problems: &mut Problems<'_>) -> Option<Waiver> {
    let before = problems.errors();
    let entries = SectionEntries::read(item, &WAIVER, problems)?;
    let client = required(&entries, "client", problems);
    let client = client.and_then(|(text, at)| match ClientId::parse(&text) {
        Ok(client) => Some(client),
        Err(flaw) => {
            problems.flaw("bad-client", at, flaw);
            None
        }
    });
    let credentials = credentials(&entries, client, inheritance, problems);
    let field = entries.get("field").map(|entry| field(entry, problems));
    let owner = required(&entries, "owner", problems);
    let reason = required(&entries, "reason", problems);
    let until = required(&entries, "until", problems);
    if let Some((text, at)) = &until
        && !is_day(text)
    {
        let message = "`until` is not a day of the calendar".to_owned();
        problems.error_help("bad-waiver", *at, message, "write YYYY-MM-DD, such as 2026-12-31");
    }
    if problems.errors() > before {
        return None;
    }
    let (owner, reason) = (Untrusted::from(owner?.0), Untrusted::from(reason?.0));
    let terms = Waived { owner, reason, until: until?.0 };
    Some(Waiver { client: client?, credentials, field: field.flatten(), terms, source: problems.place(item.at) })
}

/// The credentials whose `@me` is meant, as in a document: those named, else the default ones. A number is the same
/// client under all credentials.
fn credentials(
    entries: &SectionEntries,
    client: Option<ClientId>,
    inheritance: &Inheritance,
    problems: &mut Problems<'_>,
) -> Option<Arc<str>> {
    let entry = entries.get("credentials");
    match (client, entry) {
        (Some(ClientId::Me), entry) => known_credentials(entry, inheritance, problems),
        (Some(ClientId::Number(_)), Some(entry)) => {
            let message = "`credentials` belongs to a waiver of \"@me\" only".to_owned();
            let help = "remove it: a number is the same client under all credentials";
            problems.error_help("bad-waiver", entry.key_at, message, help);
            None
        }
        (Some(ClientId::Number(_)) | None, _) => None,
    }
}

/// The text of a required key, and where it is written.
fn required(entries: &SectionEntries, key: &str, problems: &mut Problems<'_>) -> Option<(String, Position)> {
    let about = WAIVER.find(key).map_or("", |row| row.about);
    let entry = entries.required(key, problems)?;
    let text = mapping::text(entry, about, problems)?;
    if text.trim().is_empty() {
        let message = format!("`{key}` holds only blanks");
        problems.error_help("bad-waiver", entry.at(), message, &format!("write {about}"));
        return None;
    }
    Some((text.to_owned(), entry.at()))
}

fn field(entry: &MappingEntry, problems: &mut Problems<'_>) -> Option<Setting> {
    let name = mapping::text(entry, "a setting", problems)?;
    let found = Setting::find(name);
    if found.is_none() {
        let message = format!("{} is not a setting", problems.word(name, "this"));
        problems.error_near("bad-waiver", entry.value.at, message, FieldRow::nearest_setting(name));
    }
    found
}
