//! What a run of a saved plan read again.
//!
//! Owns the answers that such a run saw itself. The plan holds older ones, and the ledger takes no value from them. It
//! must not know the ledger.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::model::{ClientKey, LiveSettings, Setting};
use crate::plan::{ClientPlan, Plan};

/// The last answer of each client, before its PUT.
#[derive(Debug, Default)]
pub(super) struct RereadClients(Mutex<BTreeMap<ClientKey, LiveSettings>>);

impl RereadClients {
    /// Keeps an answer.
    pub(super) fn keep(&self, client: &ClientPlan, live: &LiveSettings) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(client.key(), live.clone());
    }

    /// The report with what this run saw in place of what the plan saw. A client that it did not read has no answer.
    pub(super) fn of(&self, report: &Plan) -> Plan {
        let answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut report = report.clone();
        for client in &mut report.clients {
            match answers.get(&client.key()) {
                Some(answer) => see(client, answer),
                None => client.live = None,
            }
        }
        report
    }
}

/// Puts an answer in the place of the planned one. A field that was in sync and has moved since is left out: this run
/// sent nothing for it and saw no agreement. A field that the answer holds as declared is no change any more: it is in
/// sync, and a document with equal sides of a change is not valid.
fn see(client: &mut ClientPlan, answer: &LiveSettings) {
    let planned = client.live.take();
    let is_as_planned =
        |setting: &Setting| planned.as_ref().is_none_or(|live| live.state(*setting) == answer.state(*setting));
    let differs = |setting: &Setting| client.changes.iter().any(|change| change.difference.setting == *setting);
    let seen = Setting::ALL.into_iter().filter(|setting| is_as_planned(setting) || differs(setting)).collect();
    client.live = Some(answer.only(seen));
    client
        .changes
        .retain(|change| answer.state(change.difference.setting).as_ref() != Some(&change.difference.declared));
    for change in &mut client.changes {
        if let Some(state) = answer.state(change.difference.setting) {
            change.difference.live = state;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Live;
    use crate::plan::Origin;
    use crate::run::testing::declaration;

    fn live(text: &str) -> Live {
        Live::parse(text.as_bytes(), Default::default()).unwrap()
    }

    #[test]
    fn a_report_has_what_the_run_saw_and_no_older_answer() {
        let declared = declaration("12", "{hold_music: 7, timezone: UTC, dial_rule_id: 1}");
        let planned = live(r#"{"id":12,"hold_music":5,"timezone":"UTC","dial_rule_id":1}"#);
        let report = Plan { clients: vec![ClientPlan::read(&declared, planned, Origin::Unknown)], ..Plan::default() };
        let reread = RereadClients::default();
        assert_eq!(reread.of(&report).clients[0].live, None, "the run did not read it");
        let answer = live(r#"{"id":12,"hold_music":6,"timezone":"Asia/Omsk","dial_rule_id":1}"#);
        reread.keep(&report.clients[0], &answer.settings);
        let client = reread.of(&report).clients.remove(0);
        let seen = client.live.unwrap();
        assert_eq!(client.changes[0].difference.live, answer.settings.state(Setting::HoldMusic).unwrap());
        let shown = [Setting::HoldMusic, Setting::DialRuleId, Setting::Timezone].map(|one| seen.text(one).is_some());
        assert_eq!(shown, [true, true, false], "timezone has moved since the plan");
    }
}
