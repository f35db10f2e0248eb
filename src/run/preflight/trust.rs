//! Whether a run may trust the project file.
//!
//! Owns two rules about a change of the project file. A new endpoint or new credentials could carry secrets away, so
//! the run sends nothing. Looser guards and new waivers let more through, so the run warns.

use std::collections::BTreeMap;

use crate::config::{Baseline, Credential, Project};
use crate::model::{Diagnostic, Guard, Place, Untrusted, Waiver};
use crate::run::preflight::baseline::RunBase;
use crate::run::preflight::endpoint::EndpointChoice;

impl RunBase {
    /// Why the run sends nothing: errors, empty when the project is trusted.
    pub(super) fn distrust(&self, project: &Project, endpoint: EndpointChoice<'_>) -> Vec<Diagnostic> {
        distrust(&self.baseline, &self.revision, project, endpoint)
    }

    /// Warnings about rules that let more through than those of the base.
    pub(super) fn loosened(&self, project: &Project) -> Vec<Diagnostic> {
        let Some(then) = &self.baseline.project else { return Vec::new() };
        let guards = guards_warning(then, project, &self.revision);
        let waivers = project.waivers.iter().filter(|waiver| !then.waivers.iter().any(|one| is_same(one, waiver)));
        guards.into_iter().chain(waivers.map(|waiver| waiver_warning(waiver, &self.revision))).collect()
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
    let tip = base.tip.iter().map(|(name, then)| (name.as_str(), then));
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

fn guards_warning(then: &Project, now: &Project, revision: &str) -> Option<Diagnostic> {
    let changed = guards_changed(&then.guards, &now.guards);
    if changed.is_empty() {
        return None;
    }
    let place = now.guards.first().map(|guard| guard.place.clone());
    let place = place.unwrap_or_else(|| Place::new(Untrusted::from(&*now.file), 1, 1));
    let summary = format!("the guards differ from those of {revision}: {}", changed.join(", "));
    let warning = Diagnostic::warning("rules-changed", place, summary);
    Some(warning.help("guards decide what a run may send: review this part of the change too".to_owned()))
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

fn is_same(one: &Waiver, other: &Waiver) -> bool {
    (one.key(), one.field, &one.terms) == (other.key(), other.field, &other.terms)
}

fn waiver_warning(waiver: &Waiver, revision: &str) -> Diagnostic {
    let what = waiver.field.map_or("every field", |field| field.name());
    let summary = format!(
        "new waiver, not in {revision}: {what} of client {}, any value, until {}",
        waiver.client_words(),
        waiver.terms.until
    );
    let warning = Diagnostic::warning("rules-changed", waiver.source.clone(), summary);
    warning.help("waived drift raises no alert: review this part of the change too".to_owned())
}

fn are_same<K: Ord>(then: &BTreeMap<K, Credential>, now: &BTreeMap<K, Credential>) -> bool {
    then.len() == now.len()
        && then.iter().zip(now).all(|((name, then), (other, now))| name == other && then.is_same(now))
}
