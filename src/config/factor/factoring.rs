//! From shared values to profiles, and from profiles to what each document still says.
//!
//! Owns which profiles a document uses: each must spare it more settings than it costs under `ignore`. What a document
//! declares in the end is always what it declared before.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::config::factor::fleet::{ExistingProfiles, FEWEST, FactorClient, Fleet, LayerRow};
use crate::config::factor::names;
use crate::config::factor::shared::{self, Candidate, Label};
use crate::model::{SettingSet, State};

pub use crate::config::factor::shared::SharedValue;

/// A profile that documents share.
#[derive(Clone, Debug, PartialEq)]
pub struct SharedProfile {
    /// Its name.
    pub name: Arc<str>,
    /// The name that it would have if the project had no other profile of that name.
    pub wanted: Arc<str>,
    /// Whether the project file has it already, with the same values.
    pub exists: bool,
    /// Its values, in the order of [`crate::model::Setting::ALL`]; never empty.
    pub values: Vec<SharedValue>,
    /// How many of the documents that change use it.
    pub users: usize,
}

/// What a document says once there are profiles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactoredDocument {
    /// The profiles to name; `None` where those of the project's defaults are enough.
    pub profiles: Option<Vec<Arc<str>>>,
    /// The settings that it declares itself.
    pub settings: SettingSet,
    /// The settings that its profiles have and that it does not manage.
    pub ignore: SettingSet,
}

/// The profiles of a fleet and its documents.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Factoring {
    /// The profiles, in the order of their layers.
    pub profiles: Vec<SharedProfile>,
    /// For each client, in their order: its document, or `None` for one that is factored already.
    pub documents: Vec<Option<FactoredDocument>>,
}

/// Finds the profiles of these clients. Fewer than [`FEWEST`] have none.
pub fn factor(clients: &[FactorClient], existing: &ExistingProfiles) -> Factoring {
    let fleet = Fleet::of(clients, existing);
    let mut candidates = shared::candidates(&fleet);
    let mut profiles = named(&candidates, existing);
    let uses = loop {
        let uses = uses(&fleet, &candidates);
        for (index, profile) in profiles.iter_mut().enumerate() {
            profile.users = uses.iter().flatten().filter(|used| used.contains(&index)).count();
        }
        let stays: Vec<bool> = profiles.iter().map(|one| one.exists || one.users >= FEWEST).collect();
        if stays.iter().all(|stays| *stays) {
            break uses;
        }
        let (mut of_candidates, mut of_profiles) = (stays.iter(), stays.iter());
        candidates.retain(|_| of_candidates.next() == Some(&true));
        profiles.retain(|_| of_profiles.next() == Some(&true));
    };
    let documents = uses.iter().zip(&fleet.rows).map(|(used, row)| {
        let used = used.as_ref()?;
        let below = used.iter().fold(fleet.base, |below, index| below.with(&candidates[*index].row));
        let (settings, ignore) = fleet.own(row, &below);
        let names = used.iter().map(|index| profiles[*index].name.clone());
        let profiles = (!used.is_empty()).then(|| existing.defaults.iter().cloned().chain(names).collect());
        Some(FactoredDocument { profiles, settings, ignore })
    });
    let documents = documents.collect();
    profiles.retain(|profile| profile.users > 0);
    Factoring { profiles, documents }
}

/// The profiles of the candidates, each with a name of its own.
fn named(candidates: &[Candidate], existing: &ExistingProfiles) -> Vec<SharedProfile> {
    let mut taken = BTreeSet::new();
    let profiles = candidates.iter().map(|candidate| {
        let wanted = names::wanted(candidate.label.as_ref());
        let found = names::named(wanted, &candidate.values, existing, &taken);
        taken.insert(found.name.clone());
        let values = candidate.values.clone();
        SharedProfile { name: found.name, wanted: found.wanted, exists: found.exists, values, users: 0 }
    });
    profiles.collect()
}

/// The candidates that each document uses, by index; `None` for a document that is factored already.
fn uses(fleet: &Fleet<'_>, candidates: &[Candidate]) -> Vec<Option<Vec<usize>>> {
    let mut common = Vec::new();
    let mut of_label: HashMap<&Label, Vec<usize>> = HashMap::new();
    for (index, candidate) in candidates.iter().enumerate() {
        match &candidate.label {
            None => common.push(index),
            Some(label) => of_label.entry(label).or_default().push(index),
        }
    }
    let of_client = |(client, row): (&FactorClient, _)| {
        if client.is_factored {
            return None;
        }
        let cost = |below: &LayerRow| {
            let (declared, ignored) = fleet.own(row, below);
            declared.len() + ignored.len()
        };
        // Labels have the order of the candidates: by key.
        let labels = client.labels.iter().map(|(key, value)| (key.clone(), value.clone()));
        let own = labels.filter_map(|label| of_label.get(&label)).flatten();
        let (mut below, mut used) = (fleet.base, Vec::new());
        for index in common.iter().chain(own) {
            let with = below.with(&candidates[*index].row);
            if cost(&with) < cost(&below) {
                below = with;
                used.push(*index);
            }
        }
        Some(used)
    };
    fleet.clients.iter().zip(&fleet.rows).map(of_client).collect()
}

impl SharedProfile {
    /// Its values without their counts.
    pub fn settings(&self) -> impl Iterator<Item = (crate::model::Setting, &State)> {
        self.values.iter().map(|value| (value.setting, &value.state))
    }
}
