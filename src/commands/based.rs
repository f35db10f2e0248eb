//! What a base says of a run: origins, which clients it affects, which are gone, and whether the project may be trusted.
//!
//! Owns the rules that stand between `--base` and the first request. The base itself is read by `config`, differences are judged
//! by `plan`.

use std::collections::BTreeMap;

use ringform::config::{self, Credential, Loaded, Project};
use ringform::journal;
use ringform::model::{Declaration, Diagnostic, Guard, Place, SettingSet, Untrusted, Waiver};
use ringform::plan::select::Selection;
use ringform::plan::{Change, Origin, Origins, Plan, ReleasedClient, compare};

use crate::cli::{self, Connect};
use crate::commands::setup;

/// The base of a run, if it has one.
pub(crate) struct Based {
    /// By what differences are judged.
    pub origins: Origins,
    base: Option<config::Baseline>,
}

impl Based {
    /// Reads the base that the arguments name; its problems and warnings are added to those of the files. Without one every
    /// difference has the origin `otherwise`. The declarations must be whole: no field may have been left out yet.
    pub(crate) fn read(loaded: &mut Loaded, args: &cli::BaseArgs, selection: &Selection, otherwise: Origin) -> Based {
        let none = Based { origins: Origins::always(otherwise), base: None };
        let Some(revision) = args.base.as_deref().filter(|_| !loaded.has_errors()) else { return none };
        match config::base(loaded, revision) {
            Ok(mut base) => {
                loaded.diagnostics.append(&mut base.diagnostics);
                let origins = Origins::by(&base.declarations, base.whole, &loaded.declarations, selection.fields);
                let origins = origins.with_lost(&base.lost);
                Based { origins, base: Some(base) }
            }
            Err(errors) => {
                loaded.diagnostics.extend(errors);
                none
            }
        }
    }

    /// Keeps the declarations that differ from those of the base, and says what reading them costs.
    pub(crate) fn affected(
        &self,
        project: &Project,
        connect: &Connect,
        declarations: &mut Vec<Declaration>,
        revision: &str,
        fields: SettingSet,
    ) -> Option<(usize, String)> {
        let base = self.base.as_ref()?;
        let all = declarations.len();
        let same_place =
            base.project.as_ref().is_some_and(|then| !differs(then, project, connect) && then.route == project.route);
        if same_place {
            let then = compare::by_client(&base.declarations);
            declarations.retain(|now| {
                let same = then.get(&now.key()).is_some_and(|then| compare::is_same(then, now, fields));
                !same || base.project.as_ref().is_none_or(|then| !is_same_credential(then, project, now))
            });
        }
        let (reads, tokens) = (declarations.len(), setup::used(declarations).len());
        let forecast = format!(
            "{reads} of {all} clients differ from {revision}: {} requests to come ({reads} to read, up to {tokens} for tokens)",
            reads + tokens
        );
        Some((all - reads, forecast))
    }

    /// Clients that the base declares and nobody does now, as far as the selection covers them.
    pub(crate) fn released(&self, selection: &Selection) -> Vec<ReleasedClient> {
        let gone = self.base.iter().flat_map(|base| &base.gone).filter(|one| selection.covers(one));
        gone.map(|one| ReleasedClient {
            client_id: one.client,
            credentials: one.credentials.clone(),
            source: one.place.clone(),
        })
        .collect()
    }

    /// What a reader of a change must not miss: rules that let more through than those of the base, or let less be heard.
    pub(crate) fn loosened(&self, project: &Project, revision: &str) -> Vec<Diagnostic> {
        let Some(then) = self.base.as_ref().and_then(|base| base.project.as_ref()) else { return Vec::new() };
        let mut found = Vec::new();
        let changed = guards_changed(&then.guards, &project.guards);
        if !changed.is_empty() {
            let place = project.guards.first().map(|guard| guard.place.clone());
            let place = place.unwrap_or_else(|| Place::new(Untrusted::from(&*project.file), 1, 1));
            let summary = format!("the guards differ from those of {revision}: {}", changed.join(", "));
            let warning = Diagnostic::warning("rules-changed", place, summary);
            found.push(warning.help("guards decide what may be sent: look at this part of the change too".to_owned()));
        }
        let is_known = |waiver: &Waiver| {
            let same =
                |one: &Waiver| (one.client, one.field, &one.terms) == (waiver.client, waiver.field, &waiver.terms);
            then.waivers.iter().any(same)
        };
        for waiver in project.waivers.iter().filter(|waiver| !is_known(waiver)) {
            let what = waiver.field.map_or("every field", |field| field.name());
            let summary = format!(
                "a waiver that {revision} has not: {what} of client {}, whatever it holds, until {}",
                waiver.client, waiver.terms.until
            );
            let warning = Diagnostic::warning("rules-changed", waiver.source.clone(), summary);
            found.push(
                warning.help("drift of what is waived calls nobody: look at this part of the change too".to_owned()),
            );
        }
        found
    }

    /// Why nothing may be sent: a change of endpoint or credentials could carry secrets away.
    pub(crate) fn distrust(&self, project: &Project, connect: &Connect, revision: &str) -> Vec<Diagnostic> {
        let Some(base) = &self.base else { return Vec::new() };
        let file = Place::new(Untrusted::from(&*project.file), 1, 1);
        let because = |place: Place, what: String| {
            let error = Diagnostic::error("untrusted-project", place, format!("{what}: nothing is sent"));
            error.help("have the change of the project file agreed to, then run with --trust-project".to_owned())
        };
        let mut found = Vec::new();
        if base.submodule {
            let what = format!("{} stands in a submodule, whose history a change of it brings along", project.file);
            let error = Diagnostic::error("untrusted-project", file.clone(), format!("{what}: nothing is sent"));
            found.push(error.help(
                "if the project is meant to stand there, run in a clone of its own repository, or with --trust-project"
                    .to_owned(),
            ));
        }
        let tip = base.tip.iter().map(|(name, then)| (name.as_str(), then));
        for (name, then) in std::iter::once((revision, &base.project)).chain(tip) {
            let Some(then) = then else {
                let what = format!("{name} has no {} that can be read, so it cannot be compared", project.file);
                found.push(because(file.clone(), what));
                continue;
            };
            if differs(then, project, connect) {
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
}

/// The guards that are new, changed or gone, by name.
fn guards_changed(then: &[Guard], now: &[Guard]) -> Vec<String> {
    let rule = |guard: &Guard| (guard.field, guard.effect, guard.when.clone(), guard.labels.clone());
    let mut changed = Vec::new();
    for guard in then {
        match now.iter().find(|one| one.name == guard.name) {
            None => changed.push(format!("{} is gone", guard.name)),
            Some(one) if rule(one) != rule(guard) => changed.push(format!("{} is another", guard.name)),
            Some(_) => {}
        }
    }
    let new = now.iter().filter(|guard| then.iter().all(|one| one.name != guard.name));
    changed.extend(new.map(|guard| format!("{} is new", guard.name)));
    changed
}

/// Where the journal knows better than the base: what reads as drift or conflict is what a run of ours has stored.
pub(crate) fn behind(project: &Project, report: &Plan) -> Vec<Diagnostic> {
    let Some(revision) = &report.base else { return Vec::new() };
    let is_from_elsewhere = |change: &Change| matches!(change.difference.origin, Origin::Drift | Origin::Conflict);
    if !report.clients.iter().flat_map(|client| &client.changes).any(is_from_elsewhere) {
        return Vec::new();
    }
    let stored = journal::stored_values(&project.root, &report.endpoint);
    let mut found = Vec::new();
    for client in &report.clients {
        for change in client.changes.iter().filter(|change| is_from_elsewhere(change)) {
            if let Some(run) = stored.run(client, change.difference.setting, &change.difference.live.to_json()) {
                let summary = format!(
                    "client {}: {} holds what the run {run} stored, so {} is behind what was applied",
                    client.client_id,
                    change.difference.setting,
                    revision.raw()
                );
                let warning = Diagnostic::warning("base-behind", change.difference.place.clone(), summary);
                found.push(warning.help("name the revision that was applied last as the base".to_owned()));
            }
        }
    }
    found
}

/// Whether requests would go elsewhere than by the project of the base. What flags and variables say counts for both.
fn differs(then: &Project, now: &Project, connect: &Connect) -> bool {
    match (setup::endpoint_label(then, connect), setup::endpoint_label(now, connect)) {
        (Ok(then), Ok(now)) => then != now,
        // What is missing or wrong is told when the connection is made.
        (_, _) => match (&then.endpoint, &now.endpoint) {
            (Some(then), Some(now)) => !then.is_same(now),
            (then, now) => then.is_some() != now.is_some(),
        },
    }
}

fn are_same<K: Ord>(then: &BTreeMap<K, Credential>, now: &BTreeMap<K, Credential>) -> bool {
    then.len() == now.len()
        && then.iter().zip(now).all(|((name, then), (other, now))| name == other && then.is_same(now))
}

/// Whether the credentials that a client is read with are written as they were.
fn is_same_credential(then: &Project, now: &Project, declaration: &Declaration) -> bool {
    let Some(name) = &declaration.credentials else { return true };
    match (then.credentials.get(name), now.credentials.get(name)) {
        (Some(then), Some(now)) => then.is_same(now),
        (then, now) => then.is_some() == now.is_some(),
    }
}
