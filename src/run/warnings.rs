//! Warnings that need the clients of a run.
//!
//! Owns which of them a plan has: an option that had no effect, and a base that is behind what was applied, or that an undo went back behind.

use crate::config::Project;
use crate::journal;
use crate::model::{ClientId, Diagnostic};
use crate::plan::send::Overwrite;
use crate::plan::{Change, ClientPlan, GuardList, Origin, Plan, SendScope, unused_overrides};

/// The warnings about the clients of a plan, read or not.
pub(super) fn of_plan(sending: &SendScope, project: &Project, guards: &GuardList, report: &Plan) -> Vec<Diagnostic> {
    let mut found = unused_overwrites(sending, &report.clients);
    found.extend(unused_overrides(guards, &report.clients));
    found.extend(stale_base(project, report));
    found
}

/// A warning for each `--overwrite-drift` that found no conflict.
fn unused_overwrites(sending: &SendScope, clients: &[ClientPlan]) -> Vec<Diagnostic> {
    let warn = |one: &Overwrite| {
        let known = clients.iter().any(|client| client.client_id == one.client);
        let is_ambiguous = one.client == ClientId::Me && one.credentials.is_none() && sending.has_several_me;
        let why = match known {
            true if is_ambiguous => "is of several credentials; name one, as in @me:CREDENTIALS",
            true => "has no such conflict",
            false => "is not among the clients of this run",
        };
        let summary = format!("--overwrite-drift {one} has no effect: client {} {why}", one.client);
        Diagnostic::warning("nothing-to-overwrite", None, summary)
    };
    sending.unused_overrides(clients).map(warn).collect()
}

/// A warning for each difference that looks like drift or conflict although the journal says that a run stored the live
/// value, or that an undo put it back.
pub(super) fn stale_base(project: &Project, report: &Plan) -> Vec<Diagnostic> {
    let Some(revision) = &report.base else { return Vec::new() };
    let is_from_elsewhere = |change: &Change| matches!(change.difference.origin, Origin::Drift | Origin::Conflict);
    if !report.clients.iter().flat_map(|client| &client.changes).any(is_from_elsewhere) {
        return Vec::new();
    }
    let stored = journal::stored_values(&project.root, &report.endpoint);
    let mut found = Vec::new();
    for client in &report.clients {
        for change in client.changes.iter().filter(|change| is_from_elsewhere(change)) {
            let (difference, id) = (&change.difference, client.client_id);
            let Some(stored) = stored.run(client, difference.setting, &difference.live.to_json()) else { continue };
            let (run, setting, place) = (&stored.run, difference.setting, difference.place.clone());
            found.push(match &stored.undo {
                None => {
                    let behind = revision.raw();
                    let summary = format!(
                        "client {id}: {setting} holds what the run {run} stored, so {behind} is behind what was applied"
                    );
                    let warning = Diagnostic::warning("base-behind", place, summary);
                    warning.help("name the revision that was applied last as the base".to_owned())
                }
                Some(undone) => {
                    let undone = undone.raw();
                    let summary = format!(
                        "client {id}: {setting} holds the old value that run {run} put back: it took back run {undone}"
                    );
                    let warning = Diagnostic::warning("undone", place, summary);
                    warning.help(
                        "revert its commit in git to keep the old value; apply sends the declared one again".to_owned(),
                    )
                }
            });
        }
    }
    found
}
