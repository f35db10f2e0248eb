//! What documents take from their project: credentials and profiles by name.
//!
//! Owns the look-up of those names. It must not know the other keys of a document or a project file.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::config::sections::temporary::RunCalendar;
use crate::config::yaml::Problems;
use crate::config::yaml::mapping::{self, MappingEntry};
use crate::model::{DatedEntry, ManagedField};

/// What documents need to know of their project.
#[derive(Debug, Default)]
pub(crate) struct Inheritance {
    pub(crate) credentials: BTreeSet<Arc<str>>,
    pub(crate) default_credentials: Option<Arc<str>>,
    pub(crate) profiles: BTreeMap<Arc<str>, Profile>,
    pub(crate) default_profiles: Vec<Arc<str>>,
    pub(crate) calendar: RunCalendar,
}

/// A profile of the project file.
#[derive(Debug, Default)]
pub(crate) struct Profile {
    /// Its plain values, in the order of [`crate::model::Setting::ALL`].
    pub(crate) settings: Vec<ManagedField>,
    /// Its dated entries.
    pub(crate) entries: Arc<[DatedEntry]>,
}

/// The credentials that an entry names; unknown ones are an error. Without an entry the default ones.
pub(crate) fn known_credentials(
    entry: Option<&MappingEntry>,
    inheritance: &Inheritance,
    problems: &mut Problems<'_>,
) -> Option<Arc<str>> {
    let Some(entry) = entry else { return inheritance.default_credentials.clone() };
    let name = mapping::text(entry, "the name of credentials", problems)?;
    if let Some(name) = inheritance.credentials.get(name) {
        return Some(name.clone());
    }
    let message = format!("ringform.yaml declares no credentials {}", problems.word(name, "of this name"));
    let known = inheritance.credentials.iter().map(|name| &**name);
    problems.unknown_name("unknown-credentials", entry.value.at, message, name, known);
    None
}

/// The names of a list of profiles; unknown ones are errors.
pub(crate) fn known_profiles(
    entry: &MappingEntry,
    inheritance: &Inheritance,
    problems: &mut Problems<'_>,
) -> Vec<Arc<str>> {
    let mut found = Vec::new();
    for (name, at) in mapping::names(entry, "profiles", problems) {
        match inheritance.profiles.get_key_value(&*name) {
            Some((name, _)) => found.push(name.clone()),
            None => {
                let message = format!("ringform.yaml has no profile {}", problems.word(&name, "of this name"));
                let known = inheritance.profiles.keys().map(|name| &**name);
                problems.unknown_name("unknown-profile", at, message, &name, known);
            }
        }
    }
    found
}
