//! What documents take from their project: credentials and profiles by name.
//!
//! Owns the look-up of those names. It must not know the other keys of a document or a project file.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::config::yaml::Problems;
use crate::config::yaml::mapping::{self, MappingEntry};
use crate::model::ManagedField;

/// What documents need to know of their project.
#[derive(Debug, Default)]
pub(crate) struct Inheritance {
    pub(crate) credentials: BTreeSet<Arc<str>>,
    pub(crate) default_credentials: Option<Arc<str>>,
    pub(crate) profiles: BTreeMap<Arc<str>, Vec<ManagedField>>,
    pub(crate) default_profiles: Vec<Arc<str>>,
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
