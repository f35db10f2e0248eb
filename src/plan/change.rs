//! One difference between a declaration and the live client.
//!
//! Owns the comparison of one field and what is said of it: action, added and removed countries, severity and direction.
//! Two states differ when they are not equal as values; spelling never counts.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::countries::Code;
use crate::model::{Declaration, Judgement, Layer, LiveSettings, ManagedField, Place, Setting, State};
use crate::plan::origin::{self, OriginRule};

/// What happens to a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChangeAction {
    /// It was not set and gets a value.
    Set,
    /// Its value changes.
    Update,
    /// Its value is taken away.
    Clear,
}

/// Where a difference comes from, as far as git tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// This change set brings it.
    Pending,
    /// Live was changed outside of git, or the base is not applied yet.
    Drift,
    /// This change set touches what has also drifted.
    Conflict,
    /// There is no base to compare with.
    Unknown,
}

/// One field that differs.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The field.
    pub setting: Setting,
    /// What it holds live.
    pub before: State,
    /// What it shall hold: never odd.
    pub after: State,
    /// Where the difference comes from.
    pub origin: Origin,
    /// The layer that asks for it.
    pub layer: Layer,
    /// Where the value is written.
    pub place: Place,
    /// Shown and not sent: `--only` leaves its origin out.
    pub kept: bool,
}

impl Change {
    /// What happens to the field.
    pub fn action(&self) -> ChangeAction {
        match (&self.before, &self.after) {
            (_, State::NotSet) => ChangeAction::Clear,
            (State::NotSet, _) => ChangeAction::Set,
            (_, _) => ChangeAction::Update,
        }
    }

    /// Countries that the change adds; empty unless both sides are lists.
    pub fn added(&self) -> Vec<Code> {
        self.countries_only_in(&self.after, &self.before)
    }

    /// Countries that the change removes; empty unless both sides are lists.
    pub fn removed(&self) -> Vec<Code> {
        self.countries_only_in(&self.before, &self.after)
    }

    fn countries_only_in(&self, these: &State, those: &State) -> Vec<Code> {
        match (these.countries(), those.countries()) {
            (Some(these), Some(those)) => these.without(those),
            (_, _) => Vec::new(),
        }
    }

    /// Severity and direction, judged from the older wish to the newer. Which of the two is older depends on the origin: a
    /// pending change goes from live to declared; drift went from declared to live, since somebody changed the PBX. Where
    /// nobody knows, the graver of both counts.
    pub fn judgement(&self) -> Judgement {
        let judge = self.setting.row().judge;
        let forth = judge(&self.before, &self.after);
        let back = judge(&self.after, &self.before);
        match self.origin {
            Origin::Pending => forth,
            Origin::Drift => back,
            Origin::Conflict | Origin::Unknown => forth.max(back),
        }
    }
}

/// Compares a declaration with the live settings: every managed field that differs, in the order of [`Setting::ALL`].
/// `by` tells of each where it comes from.
///
/// A managed field whose key is missing is no difference here; [`crate::plan::examine`] has failed the client before.
pub fn changes(declaration: &Declaration, live: &LiveSettings, by: OriginRule<'_>) -> Vec<Change> {
    declaration.managed.iter().filter_map(|managed| change(managed, live.state(managed.setting)?, by)).collect()
}

/// What differs between what a field shall hold and what it held before; `None` where nothing does.
pub(super) fn change(managed: &ManagedField, before: State, by: OriginRule<'_>) -> Option<Change> {
    let origin = match by {
        OriginRule::Always(origin) => (before != managed.wanted).then_some(origin),
        OriginRule::Base(earlier) => origin::origin(earlier.wanted(managed.setting), &managed.wanted, &before),
    };
    Some(Change {
        setting: managed.setting,
        before,
        after: managed.wanted.clone(),
        origin: origin?,
        layer: managed.layer.clone(),
        place: managed.place.clone(),
        kept: false,
    })
}

/// The text of codes for a document: `["BY", "KZ"]`.
pub fn code_names(codes: &[Code]) -> Vec<Arc<str>> {
    codes.iter().map(|code| Arc::from(code.as_str())).collect()
}
