//! The clients of a fleet and the profiles of its project, as the factoring compares them.
//!
//! Owns the numbers that stand for equal values, so that ten thousand clients compare quickly, and the folding of
//! layers of such numbers.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::config::sections::project::Project;
use crate::model::countries::Countries;
use crate::model::{Setting, SettingSet, State};

/// So many clients make a profile, and fewer never do: it would make no document easier to read.
pub const FEWEST: usize = 3;

/// What one client declares, whatever layer declares it today.
#[derive(Clone, Debug, Default)]
pub struct FactorClient {
    /// Its labels.
    pub labels: BTreeMap<Arc<str>, Arc<str>>,
    /// The values of its managed settings.
    pub settings: Vec<(Setting, State)>,
    /// Whether its document names profiles already. It counts for the thresholds, and its document stays as it is.
    pub is_factored: bool,
}

/// A profile of the project file.
#[derive(Clone, Debug, Default)]
pub struct ExistingProfile {
    /// Its plain values.
    pub settings: Vec<(Setting, State)>,
    /// The settings that its dated entries name.
    pub dated: SettingSet,
}

/// The profiles of the project file.
#[derive(Clone, Debug, Default)]
pub struct ExistingProfiles {
    /// All of them, by name.
    pub profiles: BTreeMap<Arc<str>, ExistingProfile>,
    /// Those of documents that name none, in their order.
    pub defaults: Vec<Arc<str>>,
}

impl ExistingProfiles {
    /// Those of a project.
    pub fn of(project: &Project) -> ExistingProfiles {
        let inheritance = &project.inheritance;
        let profiles = inheritance.profiles.iter().map(|(name, profile)| {
            let settings = profile.settings.iter().map(|one| (one.setting, one.wanted.clone())).collect();
            let dated = profile.entries.iter().flat_map(|entry| &entry.settings).map(|value| value.setting).collect();
            (name.clone(), ExistingProfile { settings, dated })
        });
        ExistingProfiles { profiles: profiles.collect(), defaults: inheritance.default_profiles.clone() }
    }
}

const COUNT: usize = Setting::ALL.len();

/// The values of one client or profile, each as its number; `None` for a setting that it does not manage.
pub(super) type ValueRow = [Option<u32>; COUNT];

/// What the layers below a document give one setting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Inherited {
    /// No value.
    #[default]
    Nothing,
    /// A value, by its number.
    Value(u32),
    /// A value that changes with time.
    Dated,
}

/// What layers give each setting.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct LayerRow([Inherited; COUNT]);

impl LayerRow {
    /// These layers with a profile of plain values above them.
    pub(super) fn with(mut self, profile: &ValueRow) -> LayerRow {
        for (below, value) in self.0.iter_mut().zip(profile) {
            *below = value.map_or(*below, Inherited::Value);
        }
        self
    }

    pub(super) fn get(&self, setting: Setting) -> Inherited {
        self.0[setting.index()]
    }
}

/// The values that occur, each with a number of its own.
#[derive(Debug, Default)]
pub(super) struct ValueTable {
    numbers: [BTreeMap<String, u32>; COUNT],
    states: [Vec<State>; COUNT],
}

impl ValueTable {
    fn number(&mut self, setting: Setting, state: &State) -> u32 {
        let states = &mut self.states[setting.index()];
        *self.numbers[setting.index()].entry(state.to_json().to_string()).or_insert_with(|| {
            states.push(state.clone());
            states.len() as u32 - 1
        })
    }

    /// Values as numbers.
    pub(super) fn row(&mut self, settings: &[(Setting, State)]) -> ValueRow {
        let mut row = ValueRow::default();
        for (setting, state) in settings {
            row[setting.index()] = Some(self.number(*setting, state));
        }
        row
    }

    /// The value of a number.
    pub(super) fn state(&self, setting: Setting, number: u32) -> &State {
        &self.states[setting.index()][number as usize]
    }

    /// Whether a value lets every country in. Each document shows such a value itself: in a profile one line would
    /// open every client that takes it.
    pub(super) fn is_open(&self, setting: Setting, number: u32) -> bool {
        matches!(self.state(setting, number).countries(), Some(Countries::All))
    }
}

/// A fleet in numbers.
#[derive(Debug)]
pub(super) struct Fleet<'c> {
    pub(super) clients: &'c [FactorClient],
    pub(super) rows: Vec<ValueRow>,
    pub(super) values: ValueTable,
    /// What the project's default profiles give every document.
    pub(super) base: LayerRow,
}

impl<'c> Fleet<'c> {
    pub(super) fn of(clients: &'c [FactorClient], existing: &ExistingProfiles) -> Fleet<'c> {
        let mut values = ValueTable::default();
        let rows = clients.iter().map(|client| values.row(&client.settings)).collect();
        let mut base = LayerRow::default();
        for profile in existing.defaults.iter().filter_map(|name| existing.profiles.get(name)) {
            base = base.with(&values.row(&profile.settings));
            for setting in profile.dated.iter() {
                base.0[setting.index()] = Inherited::Dated;
            }
        }
        Fleet { clients, rows, values, base }
    }

    /// The settings that a document must declare itself above these layers, and those that it must ignore.
    pub(super) fn own(&self, row: &ValueRow, below: &LayerRow) -> (SettingSet, SettingSet) {
        let (mut declared, mut ignored) = (SettingSet::default(), SettingSet::default());
        for setting in Setting::ALL {
            match (row[setting.index()], below.get(setting)) {
                (Some(value), Inherited::Value(same)) if same == value && !self.values.is_open(setting, value) => {}
                (Some(_), _) => drop(declared.insert(setting)),
                (None, Inherited::Nothing) => {}
                (None, Inherited::Value(_) | Inherited::Dated) => drop(ignored.insert(setting)),
            }
        }
        (declared, ignored)
    }
}
