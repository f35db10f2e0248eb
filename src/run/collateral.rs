//! Earlier runs whose PUT moved other fields too.
//!
//! Owns the list of them, from the journals of this machine and from the ledger. Owns the decision whether this run may
//! send after them: so an API that replaces instead of merging damages one client, and none more in each run of cron.

use std::collections::BTreeMap;

use anyhow::Context;

use crate::journal::{self, CollateralRun, MovedFields};
use crate::ledger::contents::collaterals::LedgerCollaterals;
use crate::model::{Diagnostic, Setting};
use crate::plan::{ApplyResult, Plan};

const RULE: &str = "collateral";
/// How many clients, or other runs, one message names.
const MOST_NAMED: usize = 5;

/// The runs of this project that ended with a collateral.
#[derive(Debug, Default)]
pub(super) struct EarlierCollaterals {
    /// Those that no run was allowed after, by name; what moved, as far as a journal shows it.
    open: BTreeMap<String, Vec<MovedFields>>,
    /// The journals that hold one.
    journaled: Vec<CollateralRun>,
    /// Those of the journals that the ledger names a later run for, with that run.
    acknowledged: BTreeMap<String, String>,
}

/// Who runs apply, and what for.
#[derive(Clone, Copy, Debug)]
pub(super) struct CollateralQuestion<'a> {
    /// The run that `--after-collateral` names.
    pub(super) after: Option<&'a str>,
    /// Whether a person can read the warning before anything is sent, or stop the run.
    pub(super) has_terminal: bool,
    /// Whether the run has something to send.
    pub(super) sends: bool,
}

impl EarlierCollaterals {
    /// The runs of the journals and of the ledger. A run that the ledger names a later run for is over.
    pub(super) fn new(journaled: Vec<CollateralRun>, ledger: Option<&LedgerCollaterals>) -> EarlierCollaterals {
        let mut all = EarlierCollaterals::default();
        all.open.extend(ledger.into_iter().flat_map(LedgerCollaterals::open).map(|run| (run.to_owned(), Vec::new())));
        for one in &journaled {
            match ledger.and_then(|ledger| ledger.acknowledged_by(&one.run)) {
                Some(by) => drop(all.acknowledged.insert(one.run.clone(), by.to_owned())),
                None => drop(all.open.insert(one.run.clone(), one.moved.clone())),
            }
        }
        EarlierCollaterals { journaled, ..all }
    }

    /// The newest run that no run was allowed after. Its name begins with its time.
    fn newest(&self) -> Option<(&str, &[MovedFields])> {
        self.open.last_key_value().map(|(run, moved)| (run.as_str(), moved.as_slice()))
    }

    /// What the report says of them. An error keeps the run from sending.
    pub(super) fn judge(&self, question: CollateralQuestion<'_>) -> Option<Diagnostic> {
        let Some((run, moved)) = self.newest() else {
            let after = question.after?;
            let summary = format!("--after-collateral names {after}, and no run keeps this one from sending");
            return Some(error(summary, "run again without --after-collateral".to_owned()));
        };
        let happened = happened(run, moved);
        let look = look(run, moved);
        match question.after {
            Some(after) if after != run => {
                let summary = format!("--after-collateral names {after}, and the run to name is {run}: {happened}");
                Some(error(summary, format!("{look}, then run with --after-collateral {run}")))
            }
            Some(_) => {
                let summary = format!("{happened}; --after-collateral lets this run send{}", self.others(run));
                Some(Diagnostic::warning(RULE, None, summary))
            }
            None if !question.sends => None,
            None if question.has_terminal => {
                let summary = format!("{happened}; without a terminal this run would send nothing{}", self.others(run));
                let help = format!("{look}; --after-collateral {run} lets later runs send again");
                Some(Diagnostic::warning(RULE, None, summary).help(help))
            }
            None => {
                let summary =
                    format!("{happened}, so this run, which has no terminal, sends nothing{}", self.others(run));
                Some(error(summary, format!("{look}, then run with --after-collateral {run}")))
            }
        }
    }

    /// The earlier runs that the name of the newest covers, as the end of a sentence.
    fn others(&self, newest: &str) -> String {
        let others = self.open.keys().filter(|run| *run != newest).rev().cloned();
        match self.open.len() - 1 {
            0 => String::new(),
            1 => format!("; the same holds for run {}", listed(others, 1)),
            count => format!("; the same holds for the runs {}", listed(others, count)),
        }
    }

    /// What this run adds to the ledger: what only its machine knew, its own collateral, and that it `was_allowed`.
    pub(super) fn for_ledger(&self, report: &Plan, run: &str, was_allowed: bool) -> LedgerCollaterals {
        let mut added = LedgerCollaterals::default();
        for earlier in self.open.keys() {
            match was_allowed {
                true => added.acknowledge(earlier, run),
                false => added.add(earlier),
            }
        }
        if report.clients.iter().any(|client| client.result == Some(ApplyResult::Collateral)) {
            added.add(run);
        }
        added
    }

    /// Notes in the journals of those runs which run was allowed after them: this one, if it `was_allowed`, or the one
    /// that the ledger names.
    pub(super) fn note(&self, run: &str, was_allowed: bool) -> anyhow::Result<()> {
        for one in &self.journaled {
            let by = self.acknowledged.get(&one.run).map(String::as_str).or(was_allowed.then_some(run));
            if let Some(by) = by {
                let noted = journal::mark_acknowledged(one, by);
                noted.context("cannot note in the journal which run was allowed after a collateral")?;
            }
        }
        Ok(())
    }
}

fn error(summary: String, help: String) -> Diagnostic {
    Diagnostic::error(RULE, None, summary).help(help)
}

/// What that run did, as far as this machine knows.
fn happened(run: &str, moved: &[MovedFields]) -> String {
    let all = moved.iter().map(|one| {
        let fields: Vec<&str> = one.fields.iter().map(|field| Setting::name(*field)).collect();
        match fields.is_empty() {
            true => format!("a field of client {}", one.client),
            false => format!("{} of client {}", fields.join(", "), one.client),
        }
    });
    match moved.len() {
        0 => format!("run {run} ended with a collateral"),
        count => format!("a PUT of run {run} moved {} along with what it sent", listed(all, count)),
    }
}

/// What to look at first.
fn look(run: &str, moved: &[MovedFields]) -> String {
    match moved {
        [] => format!("look at the client that `ringform log {run}` shows"),
        [one] => format!("look at client {}, and at `ringform log {run}`", one.client),
        _ => format!("look at these clients, and at `ringform log {run}`"),
    }
}

/// The first few, and how many more there are.
fn listed(all: impl Iterator<Item = String>, count: usize) -> String {
    let mut shown = all.take(MOST_NAMED).collect::<Vec<_>>().join("; ");
    if count > MOST_NAMED {
        shown.push_str(&format!(" and {} more", count - MOST_NAMED));
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ClientId, Level};

    fn journaled(run: &str, clients: &[&str]) -> CollateralRun {
        let fields = vec![Setting::HoldMusic, Setting::Timezone];
        let moved =
            clients.iter().map(|id| MovedFields { client: ClientId::parse(id).unwrap(), fields: fields.clone() });
        CollateralRun { run: run.to_owned(), moved: moved.collect(), journal: "j".into() }
    }

    fn ledger(rows: &[(&str, Option<&str>)]) -> LedgerCollaterals {
        let mut all = LedgerCollaterals::default();
        for (run, by) in rows {
            match by {
                Some(by) => all.acknowledge(run, by),
                None => all.add(run),
            }
        }
        all
    }

    #[test]
    fn the_newest_open_run_of_both_sources_decides() {
        let ask = |after, has_terminal, sends| CollateralQuestion { after, has_terminal, sends };
        let table = [
            (&["a"][..], &[][..], ask(None, false, true), Some((Level::Error, "run a moved"))),
            (&["a"], &[], ask(None, false, false), None),
            (&["a"], &[], ask(None, true, true), Some((Level::Warning, "run a moved"))),
            (&["a"], &[], ask(Some("a"), false, true), Some((Level::Warning, "run a moved"))),
            (&["a"], &[], ask(Some("a"), false, false), Some((Level::Warning, "run a moved"))),
            (&["a"], &[], ask(Some("b"), true, false), Some((Level::Error, "names b, and the run to name is a"))),
            (&["a"], &[("b", None)], ask(None, false, true), Some((Level::Error, "run b ended with a collateral"))),
            (&["a"], &[("b", None)], ask(Some("a"), false, true), Some((Level::Error, "the run to name is b"))),
            (&["b"], &[("a", None)], ask(None, false, true), Some((Level::Error, "the same holds for run a"))),
            // The ledger knows who looked.
            (&["a"], &[("a", Some("c"))], ask(None, false, true), None),
            (&["a"], &[("a", Some("c"))], ask(Some("a"), false, true), Some((Level::Error, "and no run keeps"))),
            (&[], &[], ask(None, false, true), None),
            (&[], &[], ask(Some("a"), false, true), Some((Level::Error, "and no run keeps this one from sending"))),
        ];
        for (journals, listed, question, expected) in table {
            let journals = journals.iter().map(|run| journaled(run, &["12"])).collect();
            let verdict = EarlierCollaterals::new(journals, Some(&ledger(listed))).judge(question);
            let shown = verdict.as_ref().map(|one| (one.severity, one.summary.raw()));
            assert_eq!(shown.map(|(level, _)| level), expected.map(|(level, _)| level), "{question:?}, {shown:?}");
            if let (Some((_, text)), Some((_, part))) = (shown, expected) {
                assert!(text.contains(part), "{text}");
            }
        }
    }

    #[test]
    fn many_clients_and_many_runs_stay_one_sentence() {
        let clients: Vec<String> = (1..=7).map(|id| id.to_string()).collect();
        let clients: Vec<&str> = clients.iter().map(String::as_str).collect();
        let runs = ["a", "b", "c", "d", "e", "f", "g"].map(|run| journaled(run, &clients));
        let all = EarlierCollaterals::new(runs.into(), None);
        let verdict = all.judge(CollateralQuestion { after: None, has_terminal: false, sends: true }).unwrap();
        let text = verdict.summary.raw();
        assert!(text.starts_with("a PUT of run g moved hold_music, timezone of client 1; hold_music"), "{text}");
        assert!(text.contains("of client 5 and 2 more along with what it sent"), "{text}");
        assert!(text.ends_with("; the same holds for the runs f; e; d; c; b and 1 more"), "{text}");
        assert!(verdict.help.unwrap().raw().starts_with("look at these clients"));
    }

    #[test]
    fn the_ledger_gets_what_the_journals_know_and_who_was_allowed() {
        let report = |result| {
            let declaration = crate::run::testing::declaration("12", "{hold_music: null}");
            let failure = crate::model::Failure::new(crate::model::FailureKind::Api, "it failed");
            let mut client = crate::plan::ClientPlan::failed(&declaration, failure);
            client.result = Some(result);
            Plan { clients: vec![client], ..Plan::default() }
        };
        let all =
            EarlierCollaterals::new(vec![journaled("a", &["12"])], Some(&ledger(&[("b", None), ("c", Some("d"))])));
        let added = |result, was_allowed| all.for_ledger(&report(result), "z", was_allowed);
        assert_eq!(added(ApplyResult::Applied, false), ledger(&[("a", None), ("b", None)]));
        assert_eq!(added(ApplyResult::Applied, true), ledger(&[("a", Some("z")), ("b", Some("z"))]));
        assert_eq!(added(ApplyResult::Collateral, true), ledger(&[("a", Some("z")), ("b", Some("z")), ("z", None)]));
    }
}
