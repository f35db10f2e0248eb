//! A client whose live value changed before its PUT, planned again.
//!
//! Owns the second plan of a client of a run that can only close: what it sends follows from the live value of now, and
//! the guards judge it again. Ordinary runs do not use it: there such a client is stale.

use crate::model::{DatedCause, LiveSettings, SettingSet};
use crate::plan::client::ClientPlan;
use crate::plan::guard_list::GuardList;
use crate::plan::guards;
use crate::plan::send::scope::SendScope;

/// The rules that the second plan obeys, as the first did.
#[derive(Clone, Debug)]
pub struct ReplanRules {
    sending: SendScope,
    guards: GuardList,
}

impl ReplanRules {
    /// The rules of a run that can only close; `None` for every other run. With `--only` a change of live is not
    /// planned again, because its origin is not known.
    pub fn of(sending: &SendScope, guards: &GuardList) -> Option<ReplanRules> {
        let replans = sending.closing.is_some() && sending.only.is_empty();
        replans.then(|| ReplanRules { sending: sending.clone(), guards: guards.clone() })
    }

    /// The plan of a client for what live holds now of the fields that were to be sent.
    pub(super) fn replan(&self, client: &ClientPlan, live: &LiveSettings) -> ClientPlan {
        let mut client = client.clone();
        let moved: SettingSet = client.to_send().map(|change| change.difference.setting).collect();
        client.live = client.live.map(|planned| planned.with(moved, live));
        for change in client.changes.iter_mut().filter(|change| !change.withheld) {
            change.closing = None;
            if let Some(state) = live.state(change.difference.setting) {
                change.difference.live = state;
                // Whether the new value outlived its end is not known here, so a waiver keeps it out until the next
                // run.
                let because = change.difference.dated.take().and_then(|dated| dated.because);
                change.difference.dated = DatedCause { because, ..DatedCause::default() }.or_none();
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
