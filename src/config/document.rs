//! Client documents: from a located tree to a declaration.
//!
//! Owns the keys of a document and the folding of layers: profiles in their order, then the document's own settings, less what it
//! ignores. A document with an error makes no declaration, but all of it is checked.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::config::mapping::{self, Entry};
use crate::config::problems::{At, Problems};
use crate::config::project::Shape;
use crate::config::settings;
use crate::config::yaml::{self, Content};

use crate::model::{ClientId, ClientKey, Declaration, Layer, ManagedField, Place, SettingSet, suggest};

const KEYS: [&str; 7] = ["client", "labels", "credentials", "profiles", "expect", "settings", "ignore"];

/// What one document holds. A document with errors has no declaration but may say whose it is.
#[derive(Debug, Default)]
pub(super) struct Document {
    pub(super) declaration: Option<Declaration>,
    pub(super) claim: Option<Claim>,
}

/// That a document speaks for a client, and where it says so.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Claim {
    pub(super) key: ClientKey,
    pub(super) place: Place,
    /// Whether its line may be shown.
    pub(super) is_shown: bool,
}

/// Reads one document. `index` is its number in the file, from 0.
pub(super) fn read(tree: &yaml::Document, index: u32, shape: &Shape, problems: &mut Problems<'_>) -> Document {
    let before = problems.errors();
    let mut document = Document::default();
    document.declaration = declaration(tree, index, shape, &mut document.claim, problems);
    if problems.errors() > before {
        document.declaration = None;
    }
    document
}

fn declaration(
    tree: &yaml::Document,
    index: u32,
    shape: &Shape,
    claim: &mut Option<Claim>,
    problems: &mut Problems<'_>,
) -> Option<Declaration> {
    let before = problems.errors();
    let root = &tree.root;
    let entries = mapping::entries(root, "a client document", problems)?;
    for entry in entries.iter().filter(|entry| !KEYS.contains(&&*entry.key)) {
        mapping::unknown(entry, "a client document", &KEYS, problems);
    }
    let of = |key: &str| entries.iter().find(|entry| &*entry.key == key);
    let misspelt = entries
        .iter()
        .any(|entry| !KEYS.contains(&&*entry.key) && suggest::nearest(&entry.key, KEYS) == Some("client"));
    let client = match of("client") {
        None if misspelt => None,
        entry => client(entry, root.at, problems),
    };
    let labels = of("labels").map(|entry| labels(entry, problems)).unwrap_or_default();
    let credentials = credentials(of("credentials"), shape, problems);
    if let (Some(client), Some(entry)) = (client, of("client")) {
        let key = ClientKey::new(client, credentials.as_ref());
        let place = problems.place(entry.at());
        *claim = Some(Claim { key, place, is_shown: problems.quotes() });
    }
    let own =
        of("settings").map(|entry| settings::settings(&entry.value, &Layer::Settings, problems)).unwrap_or_default();
    let expect = of("expect").map(|entry| settings::expect(&entry.value, problems)).unwrap_or_default();
    let ignore = of("ignore").map(|entry| settings::names(entry, problems)).unwrap_or_default();
    let profiles = profiles(of("profiles"), shape, problems);
    for (setting, at) in &ignore {
        if own.iter().any(|managed| managed.setting == *setting) {
            let message = format!("`{setting}` stands under both `settings` and `ignore`");
            problems.error_help("set-and-ignored", *at, message, "remove it from one of the two");
        }
    }
    let ignored = settings::set(&ignore);
    let managed = fold(own, &profiles, shape, ignored);
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
    let place = problems.place(At { width: 1, ..root.at });
    Some(Declaration { client: client?, credentials, labels, place, document: index, managed, expect, ignored })
}

/// Later profiles win over earlier ones, settings win over all.
fn fold(own: Vec<ManagedField>, profiles: &[Arc<str>], shape: &Shape, ignored: SettingSet) -> Vec<ManagedField> {
    let mut managed = own;
    for name in profiles.iter().rev() {
        for from in shape.profiles.get(name).into_iter().flatten() {
            if !managed.iter().any(|known| known.setting == from.setting) {
                managed.push(from.clone());
            }
        }
    }
    managed.retain(|managed| !ignored.contains(managed.setting));
    managed.sort_by_key(|managed| managed.setting);
    // A fleet has many of these, and they live until the last client is read.
    managed.shrink_to_fit();
    managed
}

fn client(entry: Option<&Entry>, document: At, problems: &mut Problems<'_>) -> Option<ClientId> {
    let Some(entry) = entry else {
        let help = "write `client:` and the id of the client, or \"@me\"";
        problems.error_help("missing-key", document, "this document names no `client`".to_owned(), help);
        return None;
    };
    if matches!(entry.value.content, Content::Empty) {
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

fn labels(entry: &Entry, problems: &mut Problems<'_>) -> BTreeMap<Arc<str>, Arc<str>> {
    let mut labels = BTreeMap::new();
    for label in mapping::section(&entry.value, "`labels`", problems) {
        if let Some(value) = mapping::named_text(&label, "the text of a label", problems) {
            labels.insert(Arc::from(&*label.key), Arc::from(value));
        }
    }
    labels
}

/// The credential that the document names, else the project's default.
fn credentials(entry: Option<&Entry>, shape: &Shape, problems: &mut Problems<'_>) -> Option<Arc<str>> {
    let Some(entry) = entry else { return shape.default_credentials.clone() };
    let name = mapping::text(entry, "the name of credentials", problems)?;
    if let Some(name) = shape.credentials.get(name) {
        return Some(name.clone());
    }
    let near = suggest::nearest(name, shape.credentials.iter().map(|name| &**name));
    let message = format!("ringform.yaml declares no credentials {}", problems.word(name, "of this name"));
    problems.error_near("unknown-credentials", entry.value.at, message, near);
    None
}

/// The profiles that the document names, else the project's default ones. An own empty list replaces the defaults.
fn profiles(entry: Option<&Entry>, shape: &Shape, problems: &mut Problems<'_>) -> Vec<Arc<str>> {
    let Some(entry) = entry else { return shape.default_profiles.clone() };
    if matches!(entry.value.content, Content::Broken) {
        return Vec::new();
    }
    known_profiles(entry, shape, problems)
}

/// The names of a list of profiles; unknown ones are complained about.
pub(super) fn known_profiles(entry: &Entry, shape: &Shape, problems: &mut Problems<'_>) -> Vec<Arc<str>> {
    let mut found = Vec::new();
    for (name, at) in mapping::names(entry, "profiles", problems) {
        match shape.profiles.get_key_value(&*name) {
            Some((name, _)) => found.push(name.clone()),
            None => {
                let near = suggest::nearest(&name, shape.profiles.keys().map(|name| &**name));
                let word = problems.word(&name, "of this name");
                problems.error_near("unknown-profile", at, format!("ringform.yaml has no profile {word}"), near);
            }
        }
    }
    found
}
