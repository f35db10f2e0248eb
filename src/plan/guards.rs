//! Guards: the project's rules, judged over a plan.
//!
//! Owns what follows from the verdict of a guard; `guard_condition` says when one applies. Every guard is judged and
//! every refusal is listed, not only the first. A guard that denies blocks the client; one that warns becomes a
//! diagnostic. A declared value that a guard would refuse as a change is a warning.

use std::collections::BTreeMap;

use crate::model::guard::{Enforcement, Guard, RuleSource};
use crate::model::{ClientId, Declaration, Diagnostic, Place, Setting, SettingSet, State, Untrusted};
use crate::plan::client::{Blocked, BlockedKind, ClientPlan};
use crate::plan::guard_condition::{GuardMessage, JudgedStep, applies_to_value, fields, messages, unmanaged};
use crate::plan::guard_list::{GuardList, Labels, covers};

pub use crate::plan::guard_condition::security_settings;

/// What the guards of one name said about one step of a field so far.
#[derive(Clone, Copy)]
struct Verdict {
    effect: Enforcement,
    /// Which entry of `blocked` it is, where it stops the client.
    blocked: Option<usize>,
}

/// Judges one client: adds the guards that deny to `blocked` and returns the warnings. Of guards with one name only the
/// first one judges a change, or a dated setting of the change set. A later one does so where it is stricter.
pub fn judge(guards: &GuardList, client: &mut ClientPlan) -> Vec<Diagnostic> {
    let mut warnings = Vec::new();
    if client.error.is_some() {
        return warnings;
    }
    let judging = guards.of(client);
    // A value that is declared and live already does not change, so the rules of a revision do not judge it.
    let is_of_state = |guard: &&Guard| match guard.source {
        RuleSource::Project => true,
        RuleSource::Floor => !is_repeated(guards.iter(), guard),
        RuleSource::Base { .. } => false,
    };
    let of_state: Vec<&Guard> = judging.iter().copied().filter(is_of_state).collect();
    for (setting, value) in held(client) {
        warnings.extend(refused_value(&of_state, client.client_id, setting, &value, &client.source));
    }
    let mut judged: BTreeMap<(&str, JudgedStep), Verdict> = BTreeMap::new();
    for guard in judging {
        for GuardMessage { step, text: message } in messages(guard, client) {
            let is_to_stop = guard.effect == Enforcement::Deny && can_stop(guard, client, step);
            let reason = guards.reason(guard).filter(|_| is_to_stop);
            // A guard that this run passes does not silence a stricter one of its name.
            let effect = if reason.is_some() { Enforcement::Warn } else { guard.effect };
            let earlier = judged.get(&(&*guard.name, step)).copied();
            if let (Some(Verdict { blocked: Some(at), .. }), Enforcement::Deny, RuleSource::Base { revision, .. }) =
                (earlier, effect, &guard.source)
            {
                // Whoever lifts the rule of the work tree does not lift this one.
                client.blocked[at].revision.get_or_insert_with(|| revision.clone());
            }
            if earlier.is_some_and(|one| one.effect == Enforcement::Deny || one.effect == effect) {
                continue;
            }
            let stops = effect == Enforcement::Deny && is_to_stop;
            let blocked = stops.then_some(client.blocked.len());
            judged.insert((&guard.name, step), Verdict { effect, blocked });
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

/// Whether a guard can stop a client because of this step. What a run does not send stops nothing. A dated setting that
/// the change set brings stops its client all the same: no later run would judge it as a part of this change. A field
/// that is not managed is never sent, so it stops no run that can only close.
fn can_stop(guard: &Guard, client: &ClientPlan, step: JudgedStep) -> bool {
    step.scheduled.is_some() || (client.is_to_send() && !(client.only_closing && guard.when.unmanaged))
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
    let is_to_stop = guard.effect == Enforcement::Deny && client.error.is_none();
    is_to_stop && judges() && messages(guard, client).iter().any(|one| can_stop(guard, client, one.step))
}

/// Whether an entry of `blocked`, as an earlier run wrote it, is of a guard that this run passes.
pub fn is_passed(list: &GuardList, client: &ClientPlan, blocked: &Blocked) -> bool {
    let of_entry = |guard: &&Guard| list.reason(guard).is_some() && *guard.name == *blocked.name.raw();
    let says = |guard: &Guard| messages(guard, client).iter().any(|one| one.text == blocked.message);
    list.of(client).into_iter().filter(of_entry).any(says)
}

/// Judges a declaration without its live client: a value that a guard would refuse as a change, and a field that is not
/// managed. A guard that needs the live value does not judge here.
pub fn judge_declared(guards: &GuardList, declaration: &Declaration) -> Vec<Diagnostic> {
    let (client, managed) = (declaration.client, declaration.managed_set());
    let mut warnings = Vec::new();
    let judging = guards
        .iter()
        .filter(|guard| guard.source == RuleSource::Project || !is_repeated(guards.iter(), guard))
        .filter(|guard| covers(guard, &declaration.labels))
        .collect::<Vec<_>>();
    for one in &declaration.managed {
        warnings.extend(refused_value(&judging, client, one.setting, &one.wanted, &one.place));
    }
    for guard in judging {
        let left_out = fields(guard).into_iter().filter(|setting| !managed.contains(*setting));
        for setting in left_out.filter(|_| guard.when.unmanaged) {
            let summary = format!("client {client}: {}", unmanaged(guard, setting).raw());
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

/// The one warning about a declared value that guards would refuse as a change. It depends only on the value.
fn refused_value(
    guards: &[&Guard],
    client: ClientId,
    setting: Setting,
    value: &State,
    place: &Place,
) -> Option<Diagnostic> {
    let refuses = |guard: &&&Guard| guard.effect == Enforcement::Deny && applies_to_value(guard, setting, value);
    let refusing: Vec<&Guard> = guards.iter().filter(refuses).copied().collect();
    let refuse = match refusing.len() {
        0 => return None,
        1 => "refuses",
        _ => "refuse",
    };
    let names = refusing.iter().map(|guard| guard.named()).collect::<Vec<_>>().join(" and ");
    let reasons: Vec<&str> = refusing.iter().filter_map(|guard| Some(guard.message.as_ref()?.raw())).collect();
    let why = if reasons.is_empty() { String::new() } else { format!(" ({})", reasons.join("; ")) };
    let value = value.to_json();
    let summary = format!("client {client} declares {setting}: {value}, which {names} {refuse} as a change{why}");
    let warning = Diagnostic::warning("guard", place.clone(), summary);
    let can_change = refusing.iter().any(|guard| guard.source != RuleSource::Floor);
    let change = match (can_change, refusing.len()) {
        (false, _) => "",
        (true, 1) => ", or change the guard",
        (true, _) => ", or change the guards",
    };
    Some(warning.help(format!("declare another value{change}")))
}
