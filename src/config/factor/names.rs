//! The names of the profiles that the factoring makes.
//!
//! Owns which name a profile gets: that of an equal profile of the project, else the next free one. It never takes the
//! name of a profile with other values.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::config::factor::fleet::ExistingProfiles;
use crate::config::factor::shared::{Label, SharedValue};
use crate::model::{Setting, State};

/// The profile of all clients.
const COMMON: &str = "common";

/// A name for a profile.
#[derive(Debug)]
pub(super) struct ProfileName {
    pub(super) name: Arc<str>,
    /// The name that it would have if no other profile had it.
    pub(super) wanted: Arc<str>,
    /// Whether the project has this profile already, with the same values.
    pub(super) exists: bool,
}

/// The name that a profile would like to have: `common`, or the key and the value of its label.
pub(super) fn wanted(label: Option<&Label>) -> Arc<str> {
    const MOST: usize = 48;
    let Some((key, value)) = label else { return COMMON.into() };
    let mut name = String::new();
    for c in format!("{key}-{value}").chars().take(MOST) {
        match c.is_alphanumeric() || c == '_' {
            true => name.push(c),
            false if !name.is_empty() && !name.ends_with('-') => name.push('-'),
            false => {}
        }
    }
    let name = name.trim_end_matches('-');
    // A name that begins with a digit could be a number or a date for other readers of YAML.
    match name.starts_with(char::is_alphabetic) {
        true => name.into(),
        false => format!("label-{name}").trim_end_matches('-').into(),
    }
}

/// The name in use for these values: of a profile of the project with the same ones, else the next free name.
pub(super) fn named(
    wanted: Arc<str>,
    values: &[SharedValue],
    existing: &ExistingProfiles,
    taken: &BTreeSet<Arc<str>>,
) -> ProfileName {
    let mut names = std::iter::once(wanted.clone()).chain((2u64..).map(|n| format!("{wanted}-{n}").into()));
    let found = names.find_map(|name: Arc<str>| {
        let is_taken = taken.contains(&name);
        match existing.profiles.get(&name) {
            None => (!is_taken).then_some((name, false)),
            // A profile named twice in one list is an error.
            Some(_) if is_taken || existing.defaults.contains(&name) => None,
            Some(profile) => (profile.dated.is_empty() && same(&profile.settings, values)).then_some((name, true)),
        }
    });
    let (name, exists) = found.unwrap_or((wanted.clone(), false));
    ProfileName { name, wanted, exists }
}

fn same(settings: &[(Setting, State)], values: &[SharedValue]) -> bool {
    settings.len() == values.len()
        && values.iter().all(|value| settings.contains(&(value.setting, value.state.clone())))
}
