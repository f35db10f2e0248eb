//! The look after adopt: the project is read again, offline, and compared with the answers of the run.
//!
//! Owns what adopt may claim about the next plan.

use std::collections::{BTreeMap, BTreeSet};

use crate::config;
use crate::model::{ClientKey, Declaration, Setting};
use crate::plan::ClientPlan;
use crate::plan::adopt::AdoptedValue;
use crate::run::{Environment, RunRequest};

/// What the files declare after the run, beside what live held in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct VerifiedFiles {
    /// Whether each adopted field now declares the live value.
    pub(super) is_adopted: bool,
    /// How many differences the clients of the run still have.
    pub(super) left: usize,
}

/// Reads the project again. `written` are the values that files got.
pub(super) fn verify(
    clients: &[ClientPlan],
    written: &[&AdoptedValue],
    request: &RunRequest,
    env: &Environment,
) -> VerifiedFiles {
    let loaded = config::load(&request.project(env));
    if loaded.has_errors() {
        return VerifiedFiles::default();
    }
    let declared: BTreeMap<ClientKey, &Declaration> =
        loaded.declarations.iter().map(|declaration| (declaration.key(), declaration)).collect();
    let mut verified = VerifiedFiles { is_adopted: true, left: 0 };
    let fields: BTreeSet<(&ClientKey, Setting)> =
        written.iter().map(|value| (&value.key, value.difference.setting)).collect();
    let keys: BTreeSet<&ClientKey> = written.iter().map(|value| &value.key).collect();
    for client in clients.iter().filter(|client| keys.contains(&client.key())) {
        let (Some(declaration), Some(live)) = (declared.get(&client.key()), &client.live) else {
            verified.is_adopted = false;
            continue;
        };
        for managed in &declaration.managed {
            if live.state(managed.setting).as_ref() == Some(&managed.wanted) {
                continue;
            }
            verified.left += 1;
            let is_written = fields.contains(&(&client.key(), managed.setting));
            verified.is_adopted &= !is_written;
        }
    }
    verified
}
