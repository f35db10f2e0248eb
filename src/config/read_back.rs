//! Documents of `import`, read back as what they were written from.
//!
//! Owns the question whether a text is exactly what `import` writes. A text that people edited is not, however small
//! the edit: then nothing here may replace it.

use std::sync::Arc;

use serde_json::Value as Json;

use crate::config::emit::{self, Draft};
use crate::config::sections::settings;
use crate::config::yaml::mapping::{self, MappingEntry};
use crate::config::yaml::{self, Problems};
use crate::model::{ClientId, Setting, Untrusted};

/// The draft of a document; `None` where the text is not byte for byte what [`emit::write_document`] writes.
pub fn read_document(text: &str) -> Option<Draft> {
    let mut problems = Problems::of_documents(Untrusted::from(""), text);
    let trees = yaml::read(text, &mut problems);
    let [tree] = trees.as_slice() else { return None };
    let entries = mapping::entries(&tree.root, "a document", &mut problems)?;
    let read = |key: &str| entries.iter().find(|entry| &*entry.key == key);
    let client = mapping::text(read("client")?, "a client", &mut problems)?;
    let mut draft = Draft::new(ClientId::parse(client).ok()?);
    let labels = read("labels").map(|entry| mapping::section(&entry.value, "", &mut problems)).unwrap_or_default();
    let text_of =
        |label: &MappingEntry| Some((Arc::from(&*label.key), Arc::from(mapping::text(label, "", &mut problems)?)));
    draft.labels = labels.iter().filter_map(text_of).collect();
    draft.credentials = read("credentials").and_then(|entry| mapping::text(entry, "", &mut problems)).map(Arc::from);
    draft.profiles = read("profiles").map(|entry| names(entry, &mut problems));
    for one in read("expect").map(|entry| settings::expect(&entry.value, &mut problems)).unwrap_or_default() {
        draft.expect.push((one.row, one.wanted));
    }
    let layer = crate::model::Layer::Settings;
    for one in read("settings").map(|entry| settings::settings(&entry.value, &layer, &mut problems)).unwrap_or_default()
    {
        draft.settings.push((one.setting, one.wanted));
    }
    let ignored = read("ignore").map(|entry| settings::names(entry, &mut problems)).unwrap_or_default();
    draft.ignore = settings::set(&ignored);
    draft.odd = text.lines().filter_map(odd).collect();
    (problems.errors() == 0 && emit::write_document(&draft) == text).then_some(draft)
}

fn names(entry: &MappingEntry, problems: &mut Problems<'_>) -> Vec<Arc<str>> {
    mapping::names(entry, "profiles", problems).into_iter().map(|(name, _)| Arc::from(&*name)).collect()
}

/// The odd value of a comment.
fn odd(line: &str) -> Option<(Setting, Json)> {
    let (name, rest) = line.strip_prefix("  # ")?.split_once(emit::HOLDS)?;
    let raw = rest.strip_suffix(emit::UNDECLARABLE)?;
    Some((Setting::find(name)?, serde_json::from_str(&json(raw)).ok()?))
}

/// JSON out of a comment: the escape `\U0001f600` is one of YAML only.
fn json(comment: &str) -> String {
    let mut json = String::with_capacity(comment.len());
    let mut rest = comment.chars();
    while let Some(c) = rest.next() {
        if c != '\\' {
            json.push(c);
            continue;
        }
        match rest.next() {
            Some('U') => {
                let code: String = rest.by_ref().take(8).collect();
                json.extend(u32::from_str_radix(&code, 16).ok().and_then(char::from_u32));
            }
            other => json.extend(std::iter::once('\\').chain(other)),
        }
    }
    json
}
