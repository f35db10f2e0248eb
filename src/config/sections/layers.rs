//! The folding of layers: profiles in their order, then the document's own settings, without the ignored ones.
//!
//! Owns what a client declares at the instant of the run, and which entries cannot act. It must not know YAML keys.

use std::sync::Arc;

use crate::config::sections::inheritance::{Inheritance, Profile};
use crate::config::yaml::Problems;
use crate::model::{
    DatedDeclaration, DatedEffect, DatedEntry, DatedLayer, Diagnostic, ManagedField, Place, SettingSet, State,
};

/// What one document declares.
#[derive(Debug, Default)]
pub(crate) struct FoldedLayers {
    /// The effective settings, in the order of [`crate::model::Setting::ALL`], each once.
    pub(crate) managed: Vec<ManagedField>,
    /// What changes with time; `None` where no entry has an effect.
    pub(crate) dated: Option<Box<DatedDeclaration>>,
}

/// What the document itself declares.
pub(crate) struct OwnLayer {
    pub(crate) settings: Vec<ManagedField>,
    pub(crate) entries: Arc<[DatedEntry]>,
    /// The document's first line.
    pub(crate) place: Place,
}

/// Folds the layers of a document. Later profiles win over earlier ones, settings win over all, and entries act on the
/// layers below them.
pub(crate) fn fold(
    own: OwnLayer,
    profiles: &[Arc<str>],
    inheritance: &Inheritance,
    ignored: SettingSet,
    problems: &mut Problems<'_>,
) -> FoldedLayers {
    let profiles = || profiles.iter().filter_map(|name| inheritance.profiles.get(name));
    let dated = match own.entries.is_empty() && profiles().all(|profile| profile.entries.is_empty()) {
        true => None,
        false => dated(&own, profiles(), inheritance, ignored, problems),
    };
    let mut managed = own.settings;
    for profile in profiles().rev() {
        for from in &profile.settings {
            if !managed.iter().any(|known| known.setting == from.setting) {
                managed.push(from.clone());
            }
        }
    }
    managed.retain(|managed| !ignored.contains(managed.setting));
    if let Some(dated) = &dated {
        for now in dated.managed_at(dated.at()) {
            if let Some(plain) = managed.iter_mut().find(|one| one.setting == now.setting) {
                *plain = now;
            }
        }
    }
    managed.sort_by_key(|managed| managed.setting);
    // A fleet has many of these, and they live until the last client is read.
    managed.shrink_to_fit();
    FoldedLayers { managed, dated }
}

/// The layers with entries, and the errors of entries that cannot act.
fn dated<'p>(
    own: &OwnLayer,
    profiles: impl Iterator<Item = &'p Profile>,
    inheritance: &Inheritance,
    ignored: SettingSet,
    problems: &mut Problems<'_>,
) -> Option<Box<DatedDeclaration>> {
    let of_profile = |profile: &Profile| DatedLayer::new(profile.settings.clone(), Arc::clone(&profile.entries));
    let mut layers: Vec<DatedLayer> = profiles.map(of_profile).collect();
    layers.push(DatedLayer::new(own.settings.clone(), Arc::clone(&own.entries)));
    ignored_entries(own, ignored, problems);
    let calendar = &inheritance.calendar;
    let dated = DatedDeclaration::new(layers, ignored, calendar.at)?.with_zone(calendar.zone.clone());
    let plain = dated.plain();
    unmanaged(own, &dated, &plain, problems);
    idle_additions(&own.entries, &plain, problems);
    Some(Box::new(dated))
}

/// Reports fields that nothing would manage without an entry. Of the entries of profiles, one error a field: its help
/// is the same for all of them.
fn unmanaged(own: &OwnLayer, dated: &DatedDeclaration, plain: &[ManagedField], problems: &mut Problems<'_>) {
    let own_entries = own.entries.as_ptr_range();
    let mut reported = SettingSet::default();
    for one in dated.entries() {
        let is_own = own_entries.contains(&std::ptr::from_ref(one.entry));
        for setting in one.settings.iter() {
            let below = plain.iter().find(|managed| managed.setting == setting).map(|managed| &managed.wanted);
            let Some(value) = one.entry.value(setting) else { continue };
            let adds = matches!(value.effect, DatedEffect::Add(_));
            let without = if is_own { "this entry" } else { "an entry of its profile" };
            let message = match below {
                None => format!("nothing manages `{setting}` without {without}, so what would come back is unknown"),
                Some(State::NotSet) if adds => {
                    format!("`{setting}` is null without {without}, so the list that would be added to is unknown")
                }
                Some(_) => continue,
            };
            let first = format!("declare a value of `{setting}` under `settings` or in a profile");
            let (place, other) = (value.place.clone(), own.place.clone());
            if is_own {
                let error = Diagnostic::error("temporary-unmanaged", place, message);
                problems.push(error.help(format!("{first}, or remove it from the entry")));
            } else if reported.insert(setting) {
                let error = Diagnostic::error("temporary-unmanaged", other, message).other(place);
                problems.push(error.help(format!("{first}, or put it under `ignore`")));
            }
        }
    }
}

/// Reports entries of the document for fields that it ignores. Those of a profile have no effect there.
fn ignored_entries(own: &OwnLayer, ignored: SettingSet, problems: &mut Problems<'_>) {
    let values = own.entries.iter().flat_map(|entry| &entry.settings);
    for value in values.filter(|value| ignored.contains(value.setting)) {
        let message = format!("`{}` is under both `temporary` and `ignore`", value.setting);
        let error = Diagnostic::error("set-and-ignored", value.place.clone(), message);
        problems.push(error.help("remove it from one of the two".to_owned()));
    }
}

/// Warns of additions that add nothing to these plain values.
pub(crate) fn idle_additions(entries: &[DatedEntry], plain: &[ManagedField], problems: &mut Problems<'_>) {
    for value in entries.iter().flat_map(|entry| &entry.settings) {
        let DatedEffect::Add(codes) = &value.effect else { continue };
        let below = plain.iter().find(|managed| managed.setting == value.setting);
        let Some(below) = below.and_then(|managed| managed.wanted.countries()) else { continue };
        let declared: Vec<&str> =
            codes.codes().iter().filter(|code| below.codes().contains(code)).map(|code| code.as_str()).collect();
        let setting = value.setting;
        let (message, help) = match (below.codes().is_empty(), declared.as_slice()) {
            (true, _) => (
                format!("`{setting}` is `*` without this entry, so the entry adds nothing"),
                format!("remove `{setting}` from the entry"),
            ),
            (false, []) => continue,
            (false, codes) => (
                format!("`{setting}` has {} without this entry too", problems.list(codes, "some of these countries")),
                format!("remove {} from the entry", problems.list(codes, "the countries that are declared anyway")),
            ),
        };
        let warning = Diagnostic::warning("idle-addition", value.place.clone(), message);
        problems.push(warning.help(help));
    }
}
