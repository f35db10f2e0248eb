//! Guards: rules that a plan must pass, as data.
//!
//! Owns the shape of a guard and the built-in ones, which a project switches on by name. `config` reads them
//! from YAML; `plan` judges a plan by them.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::countries::Countries;
use crate::model::{Place, Setting, State, Untrusted, Value};

/// A rule about changes of one field, or about fields left unmanaged.
#[derive(Clone, Debug, PartialEq)]
pub struct Guard {
    /// Its name, unique in a project.
    pub name: Arc<str>,
    /// The field; `None` for the three that decide who can place calls.
    pub field: Option<Setting>,
    /// Whether it stops a client or only warns.
    pub effect: Enforcement,
    /// When it applies. Without any condition: on any change of the field.
    pub when: Condition,
    /// The labels that a client must carry for the guard to judge it; empty for every client.
    pub labels: BTreeMap<Arc<str>, Arc<str>>,
    /// The message; a sentence of our own where it is absent.
    pub message: Option<Untrusted>,
    /// Where it is written.
    pub place: Place,
    /// Whose rule it is.
    pub source: RuleSource,
}

impl Guard {
    /// Whether two guards judge alike: the same field, effect, conditions and labels. Names, messages and places make no
    /// difference.
    pub fn is_same_rule(&self, other: &Guard) -> bool {
        (self.field, self.effect, &self.when, &self.labels) == (other.field, other.effect, &other.when, &other.labels)
    }

    /// The guard with its name, as messages call it.
    pub fn named(&self) -> String {
        match &self.source {
            RuleSource::Project => format!("guard `{}`", self.name),
            RuleSource::Base { revision, change } => {
                format!("guard {} of {}, which {}", self.name, revision.raw(), change.text())
            }
            RuleSource::Floor => format!("guard {} of the floor", self.name),
        }
    }
}

/// Whose rule a guard is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum RuleSource {
    /// The project file of the work tree.
    #[default]
    Project,
    /// The project file at a revision. The work tree has no equal guard of this name.
    Base {
        /// The revision, as the run names it.
        revision: Untrusted,
        /// Why the work tree has none.
        change: RuleChange,
    },
    /// A floor, a file outside of the project.
    Floor,
}

impl RuleSource {
    /// The revision whose rule it is; `None` for a rule of today.
    pub fn revision(&self) -> Option<&Untrusted> {
        match self {
            RuleSource::Base { revision, .. } => Some(revision),
            RuleSource::Project | RuleSource::Floor => None,
        }
    }
}

/// Why the work tree does not have a guard of a revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleChange {
    /// This change removes it.
    Removed,
    /// This change gives its name another rule.
    Changed,
    /// The revision got it after this change was started.
    Newer,
}

impl RuleChange {
    /// The rest of a sentence about the guard.
    fn text(self) -> &'static str {
        match self {
            RuleChange::Removed => "this change removes",
            RuleChange::Changed => "this change changes",
            RuleChange::Newer => "this branch does not have yet",
        }
    }
}

/// What a guard does when it applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enforcement {
    /// The client is blocked.
    Deny,
    /// A warning.
    Warn,
}

/// The conditions of a guard. All that are given must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Condition {
    /// The field held exactly this before.
    pub from: Option<State>,
    /// The change opens the PBX, and no dated settings of at most so many days bring every country that it adds.
    pub max_days: Option<u32>,
    /// The field would hold exactly this after.
    pub to: Option<State>,
    /// The field would hold something that is not among these; for countries: a country that none of these holds. `*`
    /// and null are allowed only when named.
    pub allow: Option<Vec<State>>,
    /// More countries than this after the change; `*` is more than any number.
    pub max_countries: Option<u32>,
    /// The client does not manage the field. Judged without a change.
    pub unmanaged: bool,
}

/// A guard that comes with the program.
#[derive(Debug)]
pub struct BuiltIn {
    /// The name that switches it on.
    pub name: &'static str,
    /// The field it judges; `None` for the three security fields.
    pub field: Option<Setting>,
    /// Whether it denies or warns, unless the project says otherwise.
    pub effect: Enforcement,
    /// The most countries it lets pass, where it counts them.
    pub max_countries: Option<u32>,
    /// The longest opening that it lets pass, in days, where it judges how long one lasts.
    pub max_days: Option<u32>,
    /// Whether it applies only to `*`.
    pub to_all: bool,
    /// Whether it applies to unmanaged fields.
    pub unmanaged: bool,
    /// What it protects against.
    pub about: &'static str,
}

impl BuiltIn {
    /// The guard as a project that names it has it, written at this place.
    pub fn guard(&self, place: Place) -> Guard {
        Guard {
            name: self.name.into(),
            field: self.field,
            effect: self.effect,
            when: Condition {
                to: self.to_all.then_some(State::Is(Value::Countries(Countries::All))),
                max_countries: self.max_countries,
                max_days: self.max_days,
                unmanaged: self.unmanaged,
                ..Condition::default()
            },
            labels: BTreeMap::new(),
            message: None,
            place,
            source: RuleSource::default(),
        }
    }
}

/// The built-in guards against toll fraud.
pub const BUILT_IN: &[BuiltIn] = &[
    BuiltIn {
        name: "open-geo",
        field: Some(Setting::GeoList),
        effect: Enforcement::Deny,
        max_countries: None,
        max_days: None,
        to_all: true,
        unmanaged: false,
        about: "every country could use the account",
    },
    BuiltIn {
        name: "too-many-countries",
        field: Some(Setting::GeoList),
        effect: Enforcement::Deny,
        max_countries: Some(10),
        max_days: None,
        to_all: false,
        unmanaged: false,
        about: "too many countries could use the account",
    },
    BuiltIn {
        name: "opening-needs-end",
        field: Some(Setting::GeoList),
        effect: Enforcement::Deny,
        max_countries: None,
        max_days: Some(30),
        to_all: false,
        unmanaged: false,
        about: "a change opens geo_list without a dated setting that ends",
    },
    BuiltIn {
        name: "trusted-network-changed",
        field: Some(Setting::SipNetworkPermissionId),
        effect: Enforcement::Deny,
        max_countries: None,
        max_days: None,
        to_all: false,
        unmanaged: false,
        about: "the addresses from which calls can be made change",
    },
    BuiltIn {
        name: "dial-rule-changed",
        field: Some(Setting::DialRuleId),
        effect: Enforcement::Deny,
        max_countries: None,
        max_days: None,
        to_all: false,
        unmanaged: false,
        about: "the rule that bans destinations changes",
    },
    BuiltIn {
        name: "unmanaged-security",
        field: None,
        effect: Enforcement::Warn,
        max_countries: None,
        max_days: None,
        to_all: false,
        unmanaged: true,
        about: "a field that decides who can place calls is not managed",
    },
];
