//! What the ledger holds and no document declares: it is released, and the next record of the whole project leaves it
//! out.
//!
//! Owns the search for it. A client that the base names too is listed once, with its place there.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::config::Project;
use crate::ledger::branch::view::LedgerView;
use crate::ledger::contents::layout::{credentials_of, record_key};
use crate::model::{ClientKey, Declaration, SettingSet};
use crate::plan::ReleasedClient;

/// Whether a run over the whole project sees every declaration. What a sparse checkout leaves out is declared all the
/// same. Git is asked only where that matters.
pub(super) fn can_release(view: &LedgerView, project: &Project, now: &[Declaration]) -> bool {
    !(has_undeclared(view, now) && project.repository.is_sparse())
}

/// Whether the ledger holds a client or a field that these declarations, all of the project, do not manage.
fn has_undeclared(view: &LedgerView, now: &[Declaration]) -> bool {
    let managed = |one: &Declaration| (record_key(one.client, one.credentials.as_ref()), one.managed_set());
    let mut left: BTreeMap<&ClientKey, SettingSet> = view
        .clients
        .iter()
        .map(|(key, entry)| (key, entry.record.fields().map(|(setting, _)| setting).collect()))
        .collect();
    let mut unreadable: BTreeSet<&ClientKey> = view.unreadable.keys().collect();
    for (key, managed) in now.iter().map(managed) {
        unreadable.remove(&key);
        if left.get(&key).is_some_and(|recorded| recorded.iter().all(|setting| managed.contains(setting))) {
            left.remove(&key);
        }
    }
    !left.is_empty() || !unreadable.is_empty()
}

/// The clients that the ledger holds and none of these declarations, all of the project, names.
pub(super) fn released(view: &LedgerView, project: &Project, now: &[Declaration]) -> Vec<ReleasedClient> {
    let declared: BTreeSet<ClientKey> =
        now.iter().map(|one| record_key(one.client, one.credentials.as_ref())).collect();
    let readable = view.clients.iter().map(|(key, entry)| (key, entry.path.as_slice()));
    let damaged = view.unreadable.iter().filter_map(|(key, paths)| Some((key, paths.first()?.as_slice())));
    let mut gone: Vec<(&ClientKey, &[u8])> =
        readable.chain(damaged).filter(|(key, _)| !declared.contains(key)).collect();
    gone.sort();
    let unnamed = || project.credentials.get_key_value("default").map(|(name, _)| Arc::clone(name));
    let of_record = |(key, path): (&ClientKey, &[u8])| ReleasedClient {
        client_id: key.client(),
        credentials: credentials_of(path).or_else(unnamed),
        source: None,
    };
    gone.into_iter().map(of_record).collect()
}

/// Adds clients of the ledger to those that the base shows as released. One that both name keeps its place at the base.
pub(super) fn add(released: &mut Vec<ReleasedClient>, of_record: Vec<ReleasedClient>) {
    let key = |one: &ReleasedClient| record_key(one.client_id, one.credentials.as_ref());
    let known: BTreeSet<ClientKey> = released.iter().map(key).collect();
    released.extend(of_record.into_iter().filter(|one| !known.contains(&key(one))));
}
