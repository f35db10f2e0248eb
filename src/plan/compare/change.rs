//! One change: a difference, and whether the run sends it.
//!
//! Owns the comparison of one field. Two states differ when they are not equal as values; spelling never counts.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{
    DatedCause, DatedDeclaration, Declaration, Difference, Direction, LiveSettings, ManagedField, State,
};
use crate::plan::compare::origin::OriginRule;
use crate::plan::send::closing::ClosingPatch;

/// What happens to a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChangeAction {
    /// Live has no value, and a value is declared.
    Set,
    /// Live has another value than the declared one.
    Update,
    /// Live has a value, and `null` is declared.
    Clear,
}

/// One field that differs, as a plan shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The field, its two values and where they come from.
    pub difference: Difference,
    /// Shown and not sent: `--only` leaves its origin out, or `--only-closing` has nothing to send for it.
    pub withheld: bool,
    /// What a run with `--only-closing` sends in place of the declared value.
    pub closing: Option<Box<ClosingPatch>>,
}

impl Change {
    /// The value that the run sends, unless it withholds the change.
    pub fn sent(&self) -> &State {
        self.closing.as_deref().map_or(&self.difference.declared, ClosingPatch::value)
    }

    /// What the write does to who can place calls.
    pub fn effect(&self) -> Option<Direction> {
        match &self.closing {
            Some(closing) => self.difference.effect_of_storing(closing.value()),
            None => self.difference.risk().effect,
        }
    }

    /// The difference between live and what the run sends.
    pub fn sent_difference(&self) -> Cow<'_, Difference> {
        match &self.closing {
            Some(closing) => Cow::Owned(Difference { declared: closing.value().clone(), ..self.difference.clone() }),
            None => Cow::Borrowed(&self.difference),
        }
    }

    /// What happens to the field.
    pub fn action(&self) -> ChangeAction {
        match (&self.difference.live, &self.difference.declared) {
            (_, State::NotSet) => ChangeAction::Clear,
            (State::NotSet, _) => ChangeAction::Set,
            (_, _) => ChangeAction::Update,
        }
    }
}

/// Compares a declaration with the live settings: every managed field that differs, in the order of
/// [`crate::model::Setting::ALL`]. `rule` gives each its origin.
///
/// A managed field whose key is missing is not a difference here: [`crate::plan::compare::check_answer`] has failed the
/// client before.
pub(in crate::plan) fn changes(declaration: &Declaration, live: &LiveSettings, rule: OriginRule<'_>) -> Vec<Change> {
    let one = |managed: &ManagedField| {
        let mut change = change(managed, live.state(managed.setting)?, rule)?;
        change.difference.dated = dated_cause(declaration.dated.as_deref(), rule.dated(), &change.difference);
        Some(change)
    };
    declaration.managed.iter().filter_map(one).collect()
}

/// Why a dated field differs: by the entries of the files, and by those of the base that ended. So an entry that is
/// removed after its end still explains what it left.
pub(in crate::plan) fn dated_cause(
    own: Option<&DatedDeclaration>,
    base: Option<&DatedDeclaration>,
    difference: &Difference,
) -> Option<Box<DatedCause>> {
    let Difference { setting, declared, live, .. } = difference;
    let own = own.and_then(|dated| dated.cause(*setting, declared, live));
    if own.as_ref().is_some_and(|own| own.overdue_since.is_some()) {
        return own;
    }
    match (own, base.and_then(|dated| dated.cause_by_end(*setting, declared, live))) {
        (Some(own), Some(base)) => {
            let because = own.because.or(base.because);
            DatedCause { because, overdue_since: base.overdue_since, ..*own }.or_none()
        }
        (own, base) => own.or(base),
    }
}

/// The difference between the declared value of a field and the value before; `None` where the two are equal.
pub(in crate::plan) fn change(managed: &ManagedField, before: State, rule: OriginRule<'_>) -> Option<Change> {
    let origin = rule.origin(managed.setting, &managed.wanted, &before)?;
    let difference = Difference {
        setting: managed.setting,
        declared: managed.wanted.clone(),
        live: before,
        origin,
        layer: managed.layer.clone(),
        place: managed.place.clone(),
        dated: None,
    };
    Some(Change { difference, withheld: false, closing: None })
}
