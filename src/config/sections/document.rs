//! Client documents: from a located tree to a declaration.
//!
//! Owns the keys of a document. A document with an error makes no declaration, but all of it is checked.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::config::sections::entries::SectionEntries;
use crate::config::sections::inheritance::{Inheritance, known_credentials, known_profiles};
use crate::config::sections::keys::DOCUMENT;
use crate::config::sections::layers::{self, FoldedLayers, OwnLayer};
use crate::config::sections::{settings, temporary};
use crate::config::yaml::mapping::{self, MappingEntry};
use crate::config::yaml::{Position, Problems};
use crate::config::yaml::{YamlContent, YamlDocument};

use crate::model::{ClientId, ClientKey, Declaration, Layer, Place};

/// What one document holds. A document with errors has no declaration but may say whose it is.
#[derive(Debug, Default)]
pub(crate) struct ClientDocument {
    pub(crate) declaration: Option<Declaration>,
    pub(crate) claim: Option<ClientClaim>,
}

/// That a document speaks for a client, and where it says so.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ClientClaim {
    pub(crate) key: ClientKey,
    pub(crate) place: Place,
    /// Whether its line may be shown.
    pub(crate) is_shown: bool,
}

/// Reads one document. `index` is its number in the file, from 0.
pub(crate) fn read(
    tree: &YamlDocument,
    index: u32,
    inheritance: &Inheritance,
    problems: &mut Problems<'_>,
) -> ClientDocument {
    let before = problems.errors();
    let mut document = ClientDocument::default();
    document.declaration = declaration(tree, index, inheritance, &mut document.claim, problems);
    if problems.errors() > before {
        document.declaration = None;
    }
    document
}

fn declaration(
    tree: &YamlDocument,
    index: u32,
    inheritance: &Inheritance,
    claim: &mut Option<ClientClaim>,
    problems: &mut Problems<'_>,
) -> Option<Declaration> {
    let before = problems.errors();
    let root = &tree.root;
    let entries = SectionEntries::read(root, &DOCUMENT, problems)?;
    let of = |key: &str| entries.get(key);
    let client = entries.required("client", problems).and_then(|entry| client(entry, problems));
    let labels = of("labels").map(|entry| labels(entry, problems)).unwrap_or_default();
    let credentials = known_credentials(of("credentials"), inheritance, problems);
    if let (Some(client), Some(entry)) = (client, of("client")) {
        let key = ClientKey::new(client, credentials.as_ref());
        let place = problems.place(entry.at());
        *claim = Some(ClientClaim { key, place, is_shown: problems.quotes() });
    }
    let settings =
        of("settings").map(|entry| settings::settings(&entry.value, &Layer::Settings, problems)).unwrap_or_default();
    let dated =
        of("temporary").map(|entry| temporary::read(entry, &inheritance.calendar, problems)).unwrap_or_default();
    let expect = of("expect").map(|entry| settings::expect(&entry.value, problems)).unwrap_or_default();
    let ignore = of("ignore").map(|entry| settings::names(entry, problems)).unwrap_or_default();
    let profiles = profiles(of("profiles"), inheritance, problems);
    for (setting, at) in &ignore {
        if settings.iter().any(|managed| managed.setting == *setting) {
            let message = format!("`{setting}` is under both `settings` and `ignore`");
            problems.error_help("set-and-ignored", *at, message, "remove it from one of the two");
        }
    }
    let ignored = settings::set(&ignore);
    let place = problems.place(Position { width: 1, ..root.at });
    let own = OwnLayer { settings, entries: dated, place: place.clone() };
    let FoldedLayers { managed, dated } = layers::fold(own, &profiles, inheritance, ignored, problems);
    if problems.errors() > before || !tree.whole {
        return None;
    }
    if managed.is_empty() {
        let help = "name settings, or profiles that have some";
        problems.warning("manages-nothing", root.at, "this document manages nothing".to_owned(), help);
    }
    if let Some(warning) = settings::half_warning(&managed) {
        problems.push(warning);
    }
    Some(Declaration { client: client?, credentials, labels, place, document: index, managed, expect, ignored, dated })
}

fn client(entry: &MappingEntry, problems: &mut Problems<'_>) -> Option<ClientId> {
    if matches!(entry.value.content, YamlContent::Empty) {
        let help = "write the id of the client, or \"@me\"";
        problems.error_help("empty-value", entry.key_at, "`client` has no value".to_owned(), help);
        return None;
    }
    let text = mapping::text(entry, "the id of a client", problems)?;
    match ClientId::parse(text) {
        Ok(client) => Some(client),
        Err(flaw) => {
            problems.flaw("bad-client", entry.value.at, flaw);
            None
        }
    }
}

/// Reads the labels of a client.
pub(crate) fn labels(entry: &MappingEntry, problems: &mut Problems<'_>) -> BTreeMap<Arc<str>, Arc<str>> {
    let mut labels = BTreeMap::new();
    for label in mapping::section(&entry.value, "`labels`", problems) {
        if let Some(value) = mapping::named_text(&label, "the text of a label", problems) {
            labels.insert(Arc::from(&*label.key), Arc::from(value));
        }
    }
    labels
}

/// The profiles that the document names, else the project's default ones. An own empty list replaces the defaults.
fn profiles(entry: Option<&MappingEntry>, inheritance: &Inheritance, problems: &mut Problems<'_>) -> Vec<Arc<str>> {
    let Some(entry) = entry else { return inheritance.default_profiles.clone() };
    if matches!(entry.value.content, YamlContent::Broken) {
        return Vec::new();
    }
    known_profiles(entry, inheritance, problems)
}
