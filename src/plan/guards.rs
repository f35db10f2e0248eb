//! Guards: the project's rules, judged over a plan.
//!
//! Owns the meaning of each condition of a guard. Every guard is judged and every refusal is listed, not only the
//! first. A guard that denies blocks the client; one that warns becomes a diagnostic.

use crate::model::countries::Countries;
use crate::model::guard::{Condition, Enforcement, Guard};
use crate::model::{Diagnostic, Difference, Setting, State, Untrusted};
use crate::plan::client::{Blocked, BlockedKind, ClientPlan};

/// The fields that decide who can place calls: a change of them can be grave.
pub fn security_settings() -> impl Iterator<Item = Setting> {
    Setting::ALL.into_iter().filter(|setting| {
        let odd = State::Odd(serde_json::Value::Bool(true));
        (setting.row().judge)(&odd, &State::NotSet).severity == crate::model::Severity::Security
    })
}

/// Judges one client: adds the guards that deny to `blocked` and returns the warnings.
pub fn judge(guards: &[Guard], client: &mut ClientPlan) -> Vec<Diagnostic> {
    let mut warnings = Vec::new();
    if client.error.is_some() {
        return warnings;
    }
    for guard in guards {
        if !guard.labels.iter().all(|(key, value)| client.labels.get(key) == Some(value)) {
            continue;
        }
        for message in messages(guard, client) {
            match guard.effect {
                Enforcement::Deny if client.is_to_send() => client.blocked.push(Blocked {
                    kind: BlockedKind::Guard,
                    name: Untrusted::new(guard.name.clone()),
                    message,
                }),
                // A client that sends nothing cannot be stopped: the guard warns.
                Enforcement::Deny | Enforcement::Warn => {
                    let summary = format!("client {}: {}", client.client_id, message.raw());
                    let warning = Diagnostic::warning("guard", client.source.clone(), summary);
                    warnings.push(warning.help(format!("guard `{}`", guard.name)));
                }
            }
        }
    }
    warnings
}

/// The messages of a guard about a client: one for each field to which it applies.
fn messages(guard: &Guard, client: &ClientPlan) -> Vec<Untrusted> {
    let fields: Vec<Setting> = match guard.field {
        Some(setting) => vec![setting],
        None => security_settings().collect(),
    };
    let mut messages = Vec::new();
    for setting in fields {
        let change = client.changes.iter().map(|change| &change.difference).find(|one| one.setting == setting);
        let applies = match (guard.when.unmanaged, change) {
            (true, _) => !client.managed.contains(setting) && !client.not_selected.contains(setting),
            (false, Some(difference)) => holds(&guard.when, difference),
            (false, None) => false,
        };
        if applies {
            messages.push(guard.message.clone().unwrap_or_else(|| sentence(guard, setting, change)));
        }
    }
    messages
}

/// Whether all conditions that are given hold for a change.
fn holds(when: &Condition, difference: &Difference) -> bool {
    when.from.as_ref().is_none_or(|from| *from == difference.live)
        && when.to.as_ref().is_none_or(|to| *to == difference.declared)
        && when.allow.as_ref().is_none_or(|allow| !is_allowed(allow, &difference.declared))
        && when.max_countries.is_none_or(|most| has_more_than(most, &difference.declared))
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

fn sentence(guard: &Guard, setting: Setting, difference: Option<&Difference>) -> Untrusted {
    match difference {
        Some(one) if !guard.when.unmanaged => {
            format!("{setting}: {} → {} is against the guard", one.live.to_json(), one.declared.to_json()).into()
        }
        Some(_) | None => format!("{setting} is not managed").into(),
    }
}
