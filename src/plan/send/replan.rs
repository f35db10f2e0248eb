//! A client whose live value changed before its PUT, planned again.
//!
//! Owns the second plan of a client of a run that can only close: what it sends follows from the live value of now, and
//! the guards judge it again. Ordinary runs do not use it: there such a client is stale.

use std::collections::BTreeMap;

use crate::model::{ClientKey, DatedDeclaration, Declaration, Difference, LiveSettings, SettingSet};
use crate::plan::client::ClientPlan;
use crate::plan::compare::Origins;
use crate::plan::compare::change::dated_cause;
use crate::plan::guard_list::GuardList;
use crate::plan::guards;
use crate::plan::send::scope::SendScope;

/// The rules that the second plan obeys, as the first did.
#[derive(Clone, Debug)]
pub struct ReplanRules {
    sending: SendScope,
    guards: GuardList,
    /// What can explain a difference of the clients that have dated settings.
    dated: BTreeMap<ClientKey, ClientEntries>,
}

/// The dated settings of one client.
#[derive(Clone, Debug)]
struct ClientEntries {
    files: Option<Box<DatedDeclaration>>,
    base: Option<Box<DatedDeclaration>>,
}

impl ClientEntries {
    fn of(declaration: &Declaration, origins: &Origins) -> Option<ClientEntries> {
        let (files, base) = (declaration.dated.clone(), origins.of(declaration).dated().cloned().map(Box::new));
        (files.is_some() || base.is_some()).then_some(ClientEntries { files, base })
    }

    /// Says why a value differs, and whether it outlived its end: then no waiver keeps it out.
    fn explain(&self, difference: &mut Difference) {
        difference.dated = dated_cause(self.files.as_deref(), self.base.as_deref(), difference);
    }
}

impl ReplanRules {
    /// The rules of a run that can only close; `None` for every other run. With `--only` a change of live is not
    /// planned again, because its origin is not known.
    pub fn of(sending: &SendScope, guards: &GuardList) -> Option<ReplanRules> {
        let replans = sending.closing.is_some() && sending.only.is_empty();
        replans.then(|| ReplanRules { sending: sending.clone(), guards: guards.clone(), dated: BTreeMap::new() })
    }

    /// With the dated settings of these clients, by which the first plan explained its differences.
    pub fn with_dated(mut self, declarations: &[Declaration], origins: &Origins) -> ReplanRules {
        let entries = |one: &Declaration| Some((one.key(), ClientEntries::of(one, origins)?));
        self.dated = declarations.iter().filter_map(entries).collect();
        self
    }

    /// The plan of a client for what live holds now of the fields that were to be sent.
    pub(super) fn replan(&self, client: &ClientPlan, live: &LiveSettings) -> ClientPlan {
        let mut client = client.clone();
        let entries = self.dated.get(&client.key());
        let moved: SettingSet = client.to_send().map(|change| change.difference.setting).collect();
        client.live = client.live.map(|planned| planned.with(moved, live));
        for change in client.changes.iter_mut().filter(|change| !change.withheld) {
            change.closing = None;
            if let Some(state) = live.state(change.difference.setting) {
                change.difference.live = state;
                if let Some(entries) = entries {
                    entries.explain(&mut change.difference);
                }
            }
        }
        client.changes.retain(|change| change.difference.live != change.difference.declared);
        client.blocked.clear();
        self.sending.mark(&mut client);
        // The warnings are those of the first plan.
        drop(guards::judge(&self.guards, &mut client));
        client
    }
}
