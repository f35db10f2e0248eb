//! Guards: the project's rules, judged over a plan.
//!
//! Owns the meaning of each condition of a guard. Every guard is judged and every refusal is listed, not only the
//! first. A guard that denies blocks the client; one that warns becomes a diagnostic. A declared value that a guard
//! would refuse as a change is a warning.

use std::collections::BTreeMap;

use crate::model::countries::Countries;
use crate::model::guard::{Condition, Enforcement, Guard, RuleSource};
use crate::model::{ClientId, Declaration, Diagnostic, Difference, Place, Setting, SettingSet, State, Untrusted};
use crate::plan::client::{Blocked, BlockedKind, ClientPlan};
use crate::plan::guard_list::{GuardList, Labels, covers};

/// The fields that decide who can place calls: a change of them can be grave.
pub fn security_settings() -> impl Iterator<Item = Setting> {
    Setting::ALL.into_iter().filter(|setting| setting.is_security())
}

/// What the guards of one name said about one field so far.
#[derive(Clone, Copy)]
struct Verdict {
    effect: Enforcement,
    /// Which entry of `blocked` it is, where it stops the client.
    blocked: Option<usize>,
}

/// Judges one client: adds the guards that deny to `blocked` and returns the warnings. Of guards with one name only the
/// first one speaks about a field, unless a later one is stricter.
pub fn judge(guards: &GuardList, client: &mut ClientPlan) -> Vec<Diagnostic> {
    let mut warnings = Vec::new();
    if client.error.is_some() {
        return warnings;
    }
    let mut judged: BTreeMap<(&str, Setting), Verdict> = BTreeMap::new();
    for guard in guards.of(client) {
        // What is declared and live already is no change, so the rules of a revision do not judge it.
        if guard.source == RuleSource::Project
            || (guard.source == RuleSource::Floor && !is_repeated(guards.iter(), guard))
        {
            for (setting, value) in held(client) {
                warnings.extend(refused_value(guard, client.client_id, setting, &value, &client.source));
            }
        }
        for (setting, message) in messages(guard, client) {
            let reason = guards.reason(guard).filter(|_| guard.effect == Enforcement::Deny && can_stop(guard, client));
            // A guard that this run passes does not silence a stricter one of its name.
            let effect = if reason.is_some() { Enforcement::Warn } else { guard.effect };
            let earlier = judged.get(&(&*guard.name, setting)).copied();
            if let (Some(Verdict { blocked: Some(at), .. }), Enforcement::Deny, RuleSource::Base { revision, .. }) =
                (earlier, effect, &guard.source)
            {
                // Whoever lifts the rule of the work tree does not lift this one.
                client.blocked[at].revision.get_or_insert_with(|| revision.clone());
            }
            if earlier.is_some_and(|one| one.effect == Enforcement::Deny || one.effect == effect) {
                continue;
            }
            let stops = effect == Enforcement::Deny && can_stop(guard, client);
            judged.insert((&guard.name, setting), Verdict { effect, blocked: stops.then_some(client.blocked.len()) });
            if let Some(reason) = reason {
                warnings.push(passed(guard, client, &message, reason));
                continue;
            }
            match stops {
                true => client.blocked.push(Blocked {
                    kind: BlockedKind::Guard,
                    name: Untrusted::new(guard.name.clone()),
                    message,
                    revision: guards.revision_of(guard, client),
                }),
                // A client that sends nothing cannot be stopped: the guard warns.
                false => {
                    let summary = format!("client {}: {}", client.client_id, message.raw());
                    let warning = Diagnostic::warning("guard", client.source.clone(), summary);
                    warnings.push(warning.help(guard.named()));
                }
            }
        }
    }
    warnings
}

/// Whether a guard could stop what a client is sent. A field that is not managed is never sent, so it stops no run that
/// can only close.
fn can_stop(guard: &Guard, client: &ClientPlan) -> bool {
    client.is_to_send() && !(client.only_closing && guard.when.unmanaged)
}

/// Whether the project has a guard of the same name and rule as this one of a floor: the two would say the same.
fn is_repeated<'g>(mut all: impl Iterator<Item = &'g Guard>, floor: &Guard) -> bool {
    all.any(|one| one.source == RuleSource::Project && one.name == floor.name && one.is_same_rule(floor))
}

/// The warning about a client that a guard would stop if this run did not pass it.
fn passed(guard: &Guard, client: &ClientPlan, message: &Untrusted, reason: &Untrusted) -> Diagnostic {
    let (name, message, reason) = (&guard.name, message.raw(), reason.raw());
    let summary = format!("client {}: {message}; guard {name} was overridden: {reason}", client.client_id);
    Diagnostic::warning("guard-overridden", client.source.clone(), summary)
}

/// Whether a guard of the list would stop a client if no run passed it.
pub(super) fn stops(list: &GuardList, guard: &Guard, client: &ClientPlan) -> bool {
    let judges = || list.of(client).into_iter().any(|one| std::ptr::eq(one, guard));
    let is_to_stop = guard.effect == Enforcement::Deny && client.error.is_none() && can_stop(guard, client);
    is_to_stop && judges() && !messages(guard, client).is_empty()
}

/// Whether an entry of `blocked`, as an earlier run wrote it, is of a guard that this run passes.
pub fn is_passed(list: &GuardList, client: &ClientPlan, blocked: &Blocked) -> bool {
    let of_entry = |guard: &&Guard| list.reason(guard).is_some() && *guard.name == *blocked.name.raw();
    let says = |guard: &Guard| messages(guard, client).iter().any(|(_, message)| *message == blocked.message);
    list.of(client).into_iter().filter(of_entry).any(says)
}

/// Judges a declaration without its live client: a value that a guard would refuse as a change, and a field that is not
/// managed. A guard that needs the live value does not judge here.
pub fn judge_declared(guards: &GuardList, declaration: &Declaration) -> Vec<Diagnostic> {
    let (client, managed) = (declaration.client, declaration.managed_set());
    let mut warnings = Vec::new();
    let judging =
        guards.iter().filter(|guard| guard.source == RuleSource::Project || !is_repeated(guards.iter(), guard));
    for guard in judging.filter(|guard| covers(guard, &declaration.labels)) {
        for one in &declaration.managed {
            warnings.extend(refused_value(guard, client, one.setting, &one.wanted, &one.place));
        }
        let unmanaged = fields(guard).into_iter().filter(|setting| !managed.contains(*setting));
        for setting in unmanaged.filter(|_| guard.when.unmanaged) {
            let summary = format!("client {client}: {}", message(guard, setting, None).raw());
            let warning = Diagnostic::warning("guard", declaration.place.clone(), summary);
            warnings.push(warning.help(guard.named()));
        }
    }
    warnings
}

/// The guard that denies that a client with any of these labels stops managing one of these fields.
pub fn denies_release<'a>(guards: &'a GuardList, labels: &[&Labels], settings: SettingSet) -> Option<&'a Guard> {
    let covered = |guard: &&Guard| labels.iter().any(|labels| covers(guard, labels));
    let denies = |guard: &&Guard| {
        guard.effect == Enforcement::Deny
            && guard.when.unmanaged
            && fields(guard).into_iter().any(|setting| settings.contains(setting))
    };
    // What this run passes does not deny.
    guards.iter().filter(covered).filter(|guard| guards.reason(guard).is_none()).find(denies)
}

/// The managed values that live holds as declared.
fn held(client: &ClientPlan) -> Vec<(Setting, State)> {
    let Some(live) = &client.live else { return Vec::new() };
    let differs = |setting| client.changes.iter().any(|change| change.difference.setting == setting);
    let in_sync = client.managed.iter().filter(|setting| !differs(*setting));
    in_sync.filter_map(|setting| Some((setting, live.state(setting)?))).collect()
}

/// The warning about a declared value that a guard would refuse as a change. It depends only on the value: a guard with
/// `from`, or without any condition on the value after the change, refuses no value as such.
fn refused_value(
    guard: &Guard,
    client: ClientId,
    setting: Setting,
    value: &State,
    place: &Place,
) -> Option<Diagnostic> {
    let when = &guard.when;
    let judges_values = when.to.is_some() || when.allow.is_some() || when.max_countries.is_some();
    let is_judged = guard.effect == Enforcement::Deny && !when.unmanaged && when.from.is_none() && judges_values;
    if !is_judged || !fields(guard).contains(&setting) || !holds_after(when, value) {
        return None;
    }
    let why = guard.message.as_ref().map(|message| format!(" ({})", message.raw())).unwrap_or_default();
    let (value, name) = (value.to_json(), guard.named());
    let summary = format!("client {client} declares {setting}: {value}, which {name} refuses as a change{why}");
    let warning = Diagnostic::warning("guard", place.clone(), summary);
    let change = if guard.source == RuleSource::Floor { "" } else { ", or change the guard" };
    Some(warning.help(format!("declare another value{change}")))
}

/// The fields that a guard judges.
fn fields(guard: &Guard) -> Vec<Setting> {
    match guard.field {
        Some(setting) => vec![setting],
        None => security_settings().collect(),
    }
}

/// The messages of a guard about a client: one for each field to which it applies.
fn messages(guard: &Guard, client: &ClientPlan) -> Vec<(Setting, Untrusted)> {
    let mut messages = Vec::new();
    for setting in fields(guard) {
        let change = client.judged(setting);
        let change = change.as_deref();
        let applies = match (guard.when.unmanaged, change) {
            (true, _) => !client.managed.contains(setting) && !client.not_selected.contains(setting),
            (false, Some(difference)) => holds(&guard.when, difference),
            (false, None) => false,
        };
        if applies {
            messages.push((setting, message(guard, setting, change)));
        }
    }
    messages
}

/// Whether all conditions that are given hold for a change.
fn holds(when: &Condition, difference: &Difference) -> bool {
    when.from.as_ref().is_none_or(|from| *from == difference.live) && holds_after(when, &difference.declared)
}

/// Whether the conditions on the value after a change hold.
fn holds_after(when: &Condition, after: &State) -> bool {
    when.to.as_ref().is_none_or(|to| to == after)
        && when.allow.as_ref().is_none_or(|allow| !is_allowed(allow, after))
        && when.max_countries.is_none_or(|most| has_more_than(most, after))
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

/// The message of a guard about a field. It names the guard where that is not one of the work tree.
fn message(guard: &Guard, setting: Setting, difference: Option<&Difference>) -> Untrusted {
    let change = difference.filter(|_| !guard.when.unmanaged);
    let change = change.map(|one| format!("{setting}: {} → {}", one.live.to_json(), one.declared.to_json()));
    match (&guard.source, &guard.message, change) {
        (RuleSource::Project, Some(own), _) => own.clone(),
        (RuleSource::Project, None, Some(change)) => format!("{change} is against the guard").into(),
        (RuleSource::Project, None, None) => format!("{setting} is not managed").into(),
        (_, Some(own), _) => format!("{} ({})", own.raw(), guard.named()).into(),
        (_, None, Some(change)) => format!("{change} is against {}", guard.named()).into(),
        (_, None, None) => format!("{setting} is not managed ({})", guard.named()).into(),
    }
}
