//! Whether a run may trust the project file.
//!
//! Owns two rules about a change of the project file. A new endpoint or new credentials could carry secrets away, so
//! the run sends nothing. Looser guards and new waivers let more through, so the run warns.

use std::collections::BTreeMap;

use crate::config::{Baseline, Credential, Project};
use crate::model::{Diagnostic, Guard, Place, Untrusted, Waiver, instant_text};
use crate::run::preflight::baseline::{BaseOrigin, RunBase};
use crate::run::preflight::endpoint::EndpointChoice;

impl RunBase {
    /// Why the run sends nothing: errors, empty when the project is trusted.
    pub(super) fn distrust(&self, project: &Project, endpoint: EndpointChoice<'_>) -> Vec<Diagnostic> {
        distrust(&self.baseline, &self.revision, project, endpoint)
    }

    /// Warnings about rules of the work tree that do not count yet, because the base does not have them.
    pub(super) fn loosened(&self, project: &Project) -> Vec<Diagnostic> {
        let Some(then) = &self.baseline.project else { return Vec::new() };
        let guards = guards_warning(then, project, self);
        let limited = |waiver: &Waiver| {
            let mut rules = self.rules().filter_map(|(name, then)| Some((name, &then?.waivers)));
            rules.find_map(|(name, then)| waiver_warning(waiver, then, name, self.origin))
        };
        guards.into_iter().chain(project.waivers.iter().filter_map(limited)).collect()
    }
}

fn distrust(base: &Baseline, revision: &str, project: &Project, endpoint: EndpointChoice<'_>) -> Vec<Diagnostic> {
    let file = Place::new(Untrusted::from(&*project.file), 1, 1);
    let because = |place: Place, what: String| {
        let error = Diagnostic::error("untrusted-project", place, format!("{what}: nothing is sent"));
        error.help("have the change of the project file approved, then run with --trust-project".to_owned())
    };
    let mut found = Vec::new();
    if base.submodule {
        let help = "if this is intended, run in a clone of the submodule's own repository, or with --trust-project";
        let what = format!("{} is in a submodule, so the change itself chooses the base", project.file);
        found.push(because(file.clone(), what).help(help.to_owned()));
    }
    let tip = base.tip.iter().map(|tip| (tip.name.as_str(), &tip.project));
    for (name, then) in std::iter::once((revision, &base.project)).chain(tip) {
        let Some(then) = then else {
            let what = format!("{name} has no valid {}, so the two cannot be compared", project.file);
            found.push(because(file.clone(), what));
            continue;
        };
        if endpoint.differs(then, project) {
            let place = project.endpoint.as_ref().map_or(file.clone(), |endpoint| endpoint.place().clone());
            found.push(because(place, format!("the endpoint differs from that of {name}")));
        }
        if !are_same(&then.credentials, &project.credentials) {
            let what = format!("the credentials of {} differ from those of {name}", project.file);
            found.push(because(file.clone(), what));
        }
    }
    found
}

fn guards_warning(then: &Project, now: &Project, base: &RunBase) -> Option<Diagnostic> {
    let revision = &base.revision;
    let changed = guards_changed(&then.guards, &now.guards);
    if changed.is_empty() {
        return None;
    }
    let place = now.guards.first().map(|guard| guard.place.clone());
    let place = place.unwrap_or_else(|| Place::new(Untrusted::from(&*now.file), 1, 1));
    let summary = format!("the guards differ from those of {revision}: {}", changed.join(", "));
    let warning = Diagnostic::warning("rules-changed", place, summary);
    let help = match base.origin {
        BaseOrigin::Request => {
            format!(
                "review this part of the change too: until {revision} has it, the guards of {revision} bind as well"
            )
        }
        BaseOrigin::Ledger => format!("commit {revision} was applied last: its guards bind this run as well"),
    };
    Some(warning.help(help))
}

/// The guards that are new, changed or removed, by name.
fn guards_changed(then: &[Guard], now: &[Guard]) -> Vec<String> {
    let rule = |guard: &Guard| (guard.field, guard.effect, guard.when.clone(), guard.labels.clone());
    let mut changed = Vec::new();
    for guard in then {
        match now.iter().find(|one| one.name == guard.name) {
            None => changed.push(format!("{} is removed", guard.name)),
            Some(one) if rule(one) != rule(guard) => changed.push(format!("{} is changed", guard.name)),
            Some(_) => {}
        }
    }
    let new = now.iter().filter(|guard| then.iter().all(|one| one.name != guard.name));
    changed.extend(new.map(|guard| format!("{} is new", guard.name)));
    changed
}

/// A warning about a waiver that the revision does not hold, or holds until an earlier instant only.
fn waiver_warning(waiver: &Waiver, then: &[Waiver], revision: &str, origin: BaseOrigin) -> Option<Diagnostic> {
    let what = waiver.field.map_or("every field", |field| field.name());
    let (client, until) = (waiver.key(), &waiver.terms.until);
    let held = waiver.as_held_by(then);
    let summary = match &held {
        None => format!("new waiver, not in {revision}: {what} of client {client}, any value, until {until}"),
        Some(held) if held.end < waiver.end => {
            // With another zone there the text may be the same.
            let then = if held.terms.until == *until { instant_text(held.end) } else { held.terms.until.to_string() };
            format!("the waiver of {what} of client {client} ends later than in {revision}: it counts until {then}")
        }
        Some(_) => return None,
    };
    let warning = Diagnostic::warning("rules-changed", waiver.source.clone(), summary);
    let help = match origin {
        BaseOrigin::Request => format!("review this part of the change too: it counts when {revision} has it"),
        BaseOrigin::Ledger => format!("commit {revision} was applied last: the waiver counts after the next apply"),
    };
    Some(warning.help(help))
}

fn are_same<K: Ord>(then: &BTreeMap<K, Credential>, now: &BTreeMap<K, Credential>) -> bool {
    then.len() == now.len()
        && then.iter().zip(now).all(|((name, then), (other, now))| name == other && then.is_same(now))
}
