//! What documents take from their project: credentials and profiles by name.
//!
//! Owns the look-up of those names. It must not know the other keys of a document or a project file.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::config::yaml::Problems;
use crate::config::yaml::mapping::{self, MappingEntry};
use crate::model::{ManagedField, suggest};

/// What documents need to know of their project.
#[derive(Debug, Default)]
pub(crate) struct Inheritance {
    pub(crate) credentials: BTreeSet<Arc<str>>,
    pub(crate) default_credentials: Option<Arc<str>>,
    pub(crate) profiles: BTreeMap<Arc<str>, Vec<ManagedField>>,
    pub(crate) default_profiles: Vec<Arc<str>>,
}

/// The names of a list of profiles; unknown ones are complained about.
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
                let near = suggest::nearest(&name, inheritance.profiles.keys().map(|name| &**name));
                let word = problems.word(&name, "of this name");
                problems.error_near("unknown-profile", at, format!("ringform.yaml has no profile {word}"), near);
            }
        }
    }
    found
}
