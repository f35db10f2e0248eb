//! The waivers of a project file: drift that raises no alert.
//!
//! Owns the reading of the section. It reports all problems together, and no message quotes the file. It must not
//! judge whether a waiver has ended: that needs an instant.

use std::sync::Arc;

use crate::config::sections::entries::SectionEntries;
use crate::config::sections::inheritance::{Inheritance, known_credentials};
use crate::config::sections::keys::WAIVER;
use crate::config::sections::terms;
use crate::config::yaml::Problems;
use crate::config::yaml::mapping::{self, MappingEntry};
use crate::config::yaml::{YamlContent, YamlNode};
use crate::model::{ClientId, FieldRow, Setting, Waived, Waiver};

const RULE: &str = "bad-waiver";

/// Reads the section `waivers`.
pub(crate) fn read(entry: &MappingEntry, inheritance: &Inheritance, problems: &mut Problems<'_>) -> Vec<Waiver> {
    let items = match &entry.value.content {
        YamlContent::Empty | YamlContent::Null | YamlContent::Broken => return Vec::new(),
        YamlContent::List(items) => items,
        _ => {
            let help = "write `- {client: \"12\", owner: …, reason: …, until: 2026-12-31}`, one a line";
            problems.error_help(RULE, entry.value.at, "`waivers` is a list".to_owned(), help);
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
    let client = terms::text(&entries, "client", RULE, problems);
    let client = client.and_then(|(text, at)| match ClientId::parse(text.raw()) {
        Ok(client) => Some(client),
        Err(flaw) => {
            problems.flaw("bad-client", at, flaw);
            None
        }
    });
    let credentials = credentials(&entries, client, inheritance, problems);
    let field = entries.get("field").map(|entry| field(entry, problems));
    let owner = terms::text(&entries, "owner", RULE, problems);
    let reason = terms::text(&entries, "reason", RULE, problems);
    let until = entries.required("until", problems).and_then(|entry| terms::time(entry, RULE, problems));
    if problems.errors() > before {
        return None;
    }
    let terms = Waived { owner: owner?.0, reason: reason?.0, until: until? };
    let (end, source) = (terms.until.end(&inheritance.calendar.zone), problems.place(item.at));
    Some(Waiver { client: client?, credentials, field: field.flatten(), terms, source, end })
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
            problems.error_help(RULE, entry.key_at, message, help);
            None
        }
        (Some(ClientId::Number(_)) | None, _) => None,
    }
}

fn field(entry: &MappingEntry, problems: &mut Problems<'_>) -> Option<Setting> {
    let name = mapping::text(entry, "a setting", problems)?;
    let found = Setting::find(name);
    if found.is_none() {
        let message = format!("{} is not a setting", problems.word(name, "this"));
        problems.error_near(RULE, entry.value.at, message, FieldRow::nearest_setting(name));
    }
    found
}
