//! Warnings that need the clients of a run.
//!
//! Owns which of them a plan has: an option that had no effect, and a base that is behind what was applied.

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
/// value.
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
