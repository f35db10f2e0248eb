//! When a guard applies: the meaning of each condition, and the sentence about it.
//!
//! Owns what a guard judges: the changes of a client, the dated settings that a change set brings, and the fields that
//! the client does not manage. What follows from a verdict is for `guards` to say.

use crate::model::countries::Countries;
use crate::model::guard::{Condition, Guard, RuleSource};
use crate::model::{Difference, Direction, Setting, State, Untrusted};
use crate::plan::client::ClientPlan;
use crate::plan::scheduled::ScheduledChange;

/// The fields that decide who can place calls: a change of them can be grave.
pub fn security_settings() -> impl Iterator<Item = Setting> {
    Setting::ALL.into_iter().filter(|setting| setting.is_security())
}

/// What a guard judged: a field, or one dated setting of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct JudgedStep {
    pub(super) setting: Setting,
    /// Its position among the dated settings that the change set brings; `None` for the change of the field.
    pub(super) scheduled: Option<usize>,
}

/// What a guard says about one step.
pub(super) struct GuardMessage {
    pub(super) step: JudgedStep,
    pub(super) text: Untrusted,
}

/// A step of a field from one value to another.
#[derive(Clone, Copy)]
struct ValueStep<'c> {
    setting: Setting,
    before: &'c State,
    after: &'c State,
    /// For how many days entries open what it opens; `None` where no entry ends that.
    opens_for_days: Option<u32>,
    /// The dated setting that makes the step at its time; `None` for a change of now.
    entry: Option<&'c ScheduledChange>,
}

impl<'c> From<&'c Difference> for ValueStep<'c> {
    fn from(change: &'c Difference) -> ValueStep<'c> {
        let opens_for_days = change.dated.as_ref().and_then(|dated| dated.opens_for_days);
        let Difference { setting, live, declared, .. } = change;
        ValueStep { setting: *setting, before: live, after: declared, opens_for_days, entry: None }
    }
}

impl<'c> From<&'c ScheduledChange> for ValueStep<'c> {
    fn from(entry: &'c ScheduledChange) -> ValueStep<'c> {
        let ScheduledChange { setting, before, after, opens_for_days, .. } = entry;
        ValueStep { setting: *setting, before, after, opens_for_days: *opens_for_days, entry: Some(entry) }
    }
}

/// The fields that a guard judges.
pub(super) fn fields(guard: &Guard) -> Vec<Setting> {
    match guard.field {
        Some(setting) => vec![setting],
        None => security_settings().collect(),
    }
}

/// The messages of a guard about a client: one for each change, dated setting or unmanaged field to which it applies.
pub(super) fn messages(guard: &Guard, client: &ClientPlan) -> Vec<GuardMessage> {
    let mut found = Vec::new();
    for setting in fields(guard) {
        let now = JudgedStep { setting, scheduled: None };
        if guard.when.unmanaged {
            if !client.managed.contains(setting) && !client.not_selected.contains(setting) {
                found.push(GuardMessage { step: now, text: unmanaged(guard, setting) });
            }
            continue;
        }
        let change = client.judged(setting);
        let change = change.as_deref().filter(|change| holds(&guard.when, ValueStep::from(*change)));
        found.extend(change.map(|change| GuardMessage { step: now, text: message(guard, change.into()) }));
        for (position, entry) in judged_entries(client).filter(|(_, entry)| entry.setting == setting) {
            // The message about the change of now says it already, where that stops the client.
            let is_said = client.is_to_send() && change.is_some_and(|change| entry.is_part_of(change));
            if entry.before != entry.after && !is_said && holds(&guard.when, entry.into()) {
                let step = JudgedStep { setting, scheduled: Some(position) };
                found.push(GuardMessage { step, text: message(guard, entry.into()) });
            }
        }
    }
    found
}

/// The dated settings that the change set brings. A run that can only close begins none of them, and a mistake in git
/// must not stop it.
fn judged_entries(client: &ClientPlan) -> impl Iterator<Item = (usize, &ScheduledChange)> {
    client.scheduled.iter().enumerate().filter(|_| !client.only_closing)
}

/// Whether all conditions that are given hold for a step.
fn holds(when: &Condition, step: ValueStep<'_>) -> bool {
    when.from.as_ref().is_none_or(|from| from == step.before)
        && holds_after(when, step.after)
        && when.max_days.is_none_or(|most| opens_for_more_than(most, step))
}

/// Whether the conditions on the value after a step hold.
fn holds_after(when: &Condition, after: &State) -> bool {
    when.to.as_ref().is_none_or(|to| to == after)
        && when.allow.as_ref().is_none_or(|allow| !is_allowed(allow, after))
        && when.max_countries.is_none_or(|most| has_more_than(most, after))
}

/// Whether a guard applies to a value as such, whatever the field held before. A guard with `from` or `max_days`, or
/// without any condition on the value after a change, applies to no value as such.
pub(super) fn applies_to_value(guard: &Guard, setting: Setting, value: &State) -> bool {
    judges_values(guard) && fields(guard).contains(&setting) && holds_after(&guard.when, value)
}

/// Whether a guard judges values, and not only changes of them.
pub(super) fn judges_values(guard: &Guard) -> bool {
    let when = &guard.when;
    let has_value = when.to.is_some() || when.allow.is_some() || when.max_countries.is_some();
    let needs_change = when.from.is_some() || when.max_days.is_some();
    has_value && !needs_change && !when.unmanaged
}

/// Whether a step opens the PBX, and no dated settings end that after this many days.
fn opens_for_more_than(most: u32, step: ValueStep<'_>) -> bool {
    let opens = (step.setting.row().judge)(step.before, step.after).direction == Some(Direction::Opens);
    opens && step.opens_for_days.is_none_or(|days| days > most)
}

fn is_allowed(allow: &[State], after: &State) -> bool {
    if allow.contains(after) {
        return true;
    }
    let allowed = |code| allow.iter().filter_map(State::countries).any(|set| set.codes().contains(code));
    match after.countries() {
        Some(Countries::Some(codes)) => codes.iter().all(allowed),
        Some(Countries::All) | None => false,
    }
}

fn has_more_than(most: u32, after: &State) -> bool {
    match after.countries() {
        Some(Countries::All) => true,
        Some(Countries::Some(codes)) => codes.len() > most as usize,
        None => false,
    }
}

/// The message of a guard about a step. It names the guard where that is not one of the work tree, and the entry where
/// the step is to come.
fn message(guard: &Guard, step: ValueStep<'_>) -> Untrusted {
    let entry = step.entry.map(words);
    if let Some(own) = &guard.message {
        return match (&guard.source, entry) {
            (RuleSource::Project, None) => own.clone(),
            (RuleSource::Project, Some(entry)) => format!("{} ({entry})", own.raw()).into(),
            (_, None) => format!("{} ({})", own.raw(), guard.named()).into(),
            (_, Some(entry)) => format!("{} ({}; {entry})", own.raw(), guard.named()).into(),
        };
    }
    let ValueStep { setting, before, after, .. } = step;
    let change = format!("{setting}: {} → {}", before.to_json(), after.to_json());
    let change = entry.map_or(change.clone(), |entry| format!("{change} by {entry},"));
    let whose = match guard.source {
        RuleSource::Project => "the guard".to_owned(),
        RuleSource::Base { .. } | RuleSource::Floor => guard.named(),
    };
    let lasts = guard.when.max_days.map(|most| match step.opens_for_days {
        None => format!(": it opens without an end; declare what it adds under `temporary`, for at most {most} days"),
        Some(days) => format!(": it opens for {days} days, and at most {most} are allowed; end it earlier"),
    });
    format!("{change} is against {whose}{}", lasts.unwrap_or_default()).into()
}

/// The message of a guard about a field that the client does not manage.
pub(super) fn unmanaged(guard: &Guard, setting: Setting) -> Untrusted {
    match (&guard.source, &guard.message) {
        (RuleSource::Project, Some(own)) => own.clone(),
        (RuleSource::Project, None) => format!("{setting} is not managed").into(),
        (_, Some(own)) => format!("{} ({})", own.raw(), guard.named()).into(),
        (_, None) => format!("{setting} is not managed ({})", guard.named()).into(),
    }
}

/// A dated setting with its place, as messages call it.
fn words(entry: &ScheduledChange) -> String {
    let place = &entry.source;
    let when = match &entry.from {
        Some(from) => format!("begins on {}", from.raw()),
        None => format!("holds until {}", entry.until.raw()),
    };
    format!("the entry of {}:{}:{}, which {when}", place.file.raw(), place.line, place.column)
}
