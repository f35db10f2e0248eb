//! What a run comes to: its report and its exit status.
//!
//! Owns the rules that turn results into an exit status. It knows no process.

use crate::model::{Diagnostic, FailureKind};
use crate::plan::drift::{Finding, FindingState};
use crate::plan::{ClientPlan, DocumentKind, DriftReport, Plan, Status};

/// The result of a run.
#[derive(Debug)]
pub struct RunOutcome {
    /// Its report.
    pub report: Plan,
    /// What failed beside the report, such as a notification or the last line of a journal.
    pub finished: anyhow::Result<()>,
}

/// What makes a difference an exit status of 2.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExitRules {
    /// A difference exits with 2. `drift` always asks for this.
    pub detailed: bool,
    /// For drift: only a new finding exits with 2.
    pub only_new: bool,
}

impl RunOutcome {
    /// A run in which nothing failed beside its report.
    pub(super) fn new(report: Plan) -> RunOutcome {
        RunOutcome { report, finished: Ok(()) }
    }

    /// The exit status of the run, as far as its report decides it.
    pub fn exit_status(&self, rules: ExitRules) -> ExitStatus {
        ExitStatus::of_document(&self.report, rules)
    }
}

/// The exit statuses. 130 wins over 1 and 1 over 2: the order of the variants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[must_use]
pub enum ExitStatus {
    /// Done. Without `--detailed-exitcode` a difference does not change the status.
    Done,
    /// A difference that the command was asked to report; for drift an open finding.
    Difference,
    /// An error, wrong usage included.
    Error,
    /// Interrupted by a signal.
    Interrupted,
}

impl ExitStatus {
    /// The number for the system.
    pub fn code(self) -> u8 {
        match self {
            ExitStatus::Done => 0,
            ExitStatus::Error => 1,
            ExitStatus::Difference => 2,
            ExitStatus::Interrupted => 130,
        }
    }

    /// The status of a document, by its kind. A document with an error, or with a client that was interrupted, is never
    /// a success.
    pub fn of_document(document: &Plan, rules: ExitRules) -> ExitStatus {
        let status = match (document.kind, &document.run.drift) {
            (DocumentKind::Plan | DocumentKind::Offline | DocumentKind::Validation, _) => ExitStatus::of_plan(document),
            (DocumentKind::Report, _) => ExitStatus::of_report(document),
            (DocumentKind::Drift, Some(drift)) => ExitStatus::of_drift(document, drift, rules.only_new),
            (DocumentKind::Drift, None) => ExitStatus::Error,
        };
        let is_interrupted = document
            .clients
            .iter()
            .filter_map(|client| client.error.as_ref())
            .any(|failure| failure.kind == FailureKind::Interrupted);
        if is_interrupted || document.diagnostics.iter().any(Diagnostic::is_error) {
            return ExitStatus::Error;
        }
        if status == ExitStatus::Difference && !rules.detailed { ExitStatus::Done } else { status }
    }

    /// The status of a plan. A client that failed, or that a guard or a conflict stops, is an error: apply would refuse
    /// it.
    fn of_plan(plan: &Plan) -> ExitStatus {
        let any = |status: Status| plan.clients.iter().any(|client| client.status() == status);
        if any(Status::Failed) || plan.has_blocked() {
            ExitStatus::Error
        } else if any(Status::Change) {
            ExitStatus::Difference
        } else {
            ExitStatus::Done
        }
    }

    /// The status of a report of apply. A client that is neither applied nor unchanged is an error.
    fn of_report(report: &Plan) -> ExitStatus {
        match report.clients.iter().all(|client| client.result.is_some_and(|result| result.is_good())) {
            true => ExitStatus::Done,
            false => ExitStatus::Error,
        }
    }

    /// The status of a drift report. A failed read without a waiver is an error. A finding is a difference unless a
    /// waiver covers it or, with `only_new`, unless it continues. With a budget, a finding of an earlier turn counts
    /// until its client is read. An overdue one counts in every case, also where a waiver covers the failed read.
    fn of_drift(document: &Plan, drift: &DriftReport, only_new: bool) -> ExitStatus {
        let carried = |finding: &Finding| {
            drift.rolling.is_some() && finding.state == FindingState::Unread && !finding.is_silenced()
        };
        let overdue = |finding: &Finding| {
            let has_failed = |client: &ClientPlan| client.error.is_some() && client.key() == finding.key();
            finding.is_overdue()
                && match finding.state {
                    FindingState::New | FindingState::Continuing => true,
                    FindingState::Unread => carried(finding) || document.clients.iter().any(has_failed),
                    FindingState::Resolved => false,
                }
        };
        let differs = drift.findings.iter().filter(|finding| finding.field().is_some()).any(|finding| match only_new {
            true => finding.is_news() || overdue(finding),
            false => finding.is_open() || carried(finding) || overdue(finding),
        });
        // A client whose read failed in its turn is an error until a read of it succeeds.
        let failed = |finding: &Finding| finding.is_failure() || (finding.field().is_none() && carried(finding));
        if drift.findings.iter().any(failed) {
            ExitStatus::Error
        } else if differs {
            ExitStatus::Difference
        } else {
            ExitStatus::Done
        }
    }

    /// Interrupted wins over every other status.
    pub fn or_interrupted(self, interrupted: bool) -> ExitStatus {
        if interrupted { ExitStatus::Interrupted } else { self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Live;
    use crate::plan::{ApplyResult, Blocked, BlockedKind};
    use crate::run::testing;

    /// A client with one difference; each kind changes one thing about it.
    fn client(kind: &str) -> ClientPlan {
        let declaration = testing::declaration("12", "{hold_music: null}");
        let body = if kind == "in sync" { r#"{"id":12,"hold_music":null}"# } else { r#"{"id":12,"hold_music":7}"# };
        let live = Live::parse(body.as_bytes(), Default::default()).unwrap();
        let mut client = ClientPlan::read(&declaration, live, crate::plan::Origin::Unknown);
        let block = |kind| vec![Blocked { kind, name: "rule".into(), message: "why".into(), revision: None }];
        match kind {
            "failed" => {
                let failure = crate::model::Failure::new(FailureKind::Api, "it failed");
                client = ClientPlan::failed(&declaration, failure);
            }
            "guard" => client.blocked = block(BlockedKind::Guard),
            "conflict" => client.blocked = block(BlockedKind::Conflict),
            _ => {}
        }
        client
    }

    fn plan(kinds: &[&str]) -> Plan {
        Plan { clients: kinds.iter().map(|kind| client(kind)).collect(), ..Plan::default() }
    }

    fn outcome(kind: DocumentKind, report: Plan) -> RunOutcome {
        RunOutcome::new(Plan { kind, ..report })
    }

    #[test]
    fn a_plan_exits_with_2_only_where_that_is_asked_for() {
        use ExitStatus::{Difference, Done, Error};
        let table = [
            (&[][..], Done, Done),
            (&["in sync"], Done, Done),
            (&["change"], Done, Difference),
            (&["conflict"], Error, Error),
            (&["guard"], Error, Error),
            (&["failed"], Error, Error),
            (&["change", "failed"], Error, Error),
        ];
        for (kinds, plain, detailed) in table {
            for kind in [DocumentKind::Plan, DocumentKind::Offline] {
                let outcome = outcome(kind, plan(kinds));
                assert_eq!(outcome.exit_status(ExitRules::default()), plain, "{kinds:?}");
                let rules = ExitRules { detailed: true, only_new: false };
                assert_eq!(outcome.exit_status(rules), detailed, "{kinds:?}");
            }
        }
    }

    #[test]
    fn a_report_of_apply_succeeds_only_when_every_client_does() {
        let all = [
            (ApplyResult::Applied, ExitStatus::Done),
            (ApplyResult::Unchanged, ExitStatus::Done),
            (ApplyResult::Stale, ExitStatus::Error),
            (ApplyResult::Refused, ExitStatus::Error),
            (ApplyResult::NotConverged, ExitStatus::Error),
            (ApplyResult::Collateral, ExitStatus::Error),
            (ApplyResult::Failed, ExitStatus::Error),
            (ApplyResult::Skipped, ExitStatus::Error),
        ];
        for (result, expected) in all {
            let mut report = plan(&["change", "in sync"]);
            report.clients[0].finish(result, None);
            report.clients[1].finish(ApplyResult::Unchanged, None);
            assert_eq!(outcome(DocumentKind::Report, report).exit_status(ExitRules::default()), expected, "{result:?}");
        }
        assert_eq!(ExitStatus::of_report(&plan(&["change"])), ExitStatus::Error, "a client without a result");
        assert_eq!(outcome(DocumentKind::Report, plan(&[])).exit_status(ExitRules::default()), ExitStatus::Done);
    }

    #[test]
    fn a_drift_report_counts_new_open_waived_and_unread_findings() {
        use ExitStatus::{Difference, Done, Error};
        use FindingState::{Continuing, New, Resolved, Unread};
        // State, a field or a failed read, waived, read in turns; the status of any finding and of new ones only.
        let table = [
            (New, true, false, false, Difference, Difference),
            (Continuing, true, false, false, Difference, Done),
            (Resolved, true, false, false, Done, Done),
            (Unread, true, false, false, Done, Done),
            (Unread, true, false, true, Difference, Done),
            (New, true, true, false, Done, Done),
            (Unread, true, true, true, Done, Done),
            (New, false, false, false, Error, Error),
            (Continuing, false, false, false, Error, Error),
            (New, false, true, false, Done, Done),
            (Unread, false, false, true, Error, Error),
            (Unread, false, false, false, Done, Done),
        ];
        for (state, is_field, waived, turns, any, only_new) in table {
            let drift = testing::drift_report(state, is_field, waived, turns);
            let shown = format!("{state:?} field {is_field} waived {waived} turns {turns}");
            let mut report = plan(&["conflict"]);
            report.run.drift = Some(drift);
            let report = outcome(DocumentKind::Drift, report);
            let exits = |detailed, only_new| report.exit_status(ExitRules { detailed, only_new });
            assert_eq!((exits(true, false), exits(true, true)), (any, only_new), "{shown}");
            let shown_again = if any == Difference { Done } else { any };
            assert_eq!(exits(false, false), shown_again, "{shown}");
        }
        assert_eq!(outcome(DocumentKind::Drift, plan(&[])).exit_status(ExitRules::default()), Error);
    }

    #[test]
    fn an_overdue_finding_is_a_difference_whatever_covers_it() {
        use ExitStatus::{Difference, Done};
        use FindingState::{Continuing, New, Resolved, Unread};
        for waived in [false, true] {
            // State, read in turns, whether its client failed in this run.
            let table = [
                (New, false, false, Difference),
                (Continuing, false, false, Difference),
                (Resolved, false, false, Done),
                (Unread, false, false, Done),
                // Read in turns, or its client failed in this run under a waiver: nothing shows that it is closed.
                (Unread, true, false, Difference),
                (Unread, false, true, Difference),
            ];
            for (state, turns, failed, expected) in table {
                let mut drift = testing::drift_report(state, true, waived, turns);
                testing::make_overdue(&mut drift.findings[0]);
                let clients = if failed { vec![client("failed")] } else { Vec::new() };
                let mut report = Plan { clients, ..Plan::default() };
                report.run.drift = Some(drift);
                let report = outcome(DocumentKind::Drift, report);
                for only_new in [false, true] {
                    let rules = ExitRules { detailed: true, only_new };
                    let shown = format!("{state:?}, waived {waived}, turns {turns}, failed {failed}, {only_new}");
                    assert_eq!(report.exit_status(rules), expected, "{shown}");
                }
            }
        }
    }

    #[test]
    fn a_document_with_an_error_or_an_interrupted_client_is_never_a_success() {
        for kind in [DocumentKind::Plan, DocumentKind::Drift, DocumentKind::Report, DocumentKind::Validation] {
            let mut report = plan(&["in sync"]);
            report.clients[0].finish(ApplyResult::Unchanged, None);
            report.run.drift = Some(testing::drift_report(FindingState::New, false, true, false));
            assert_eq!(outcome(kind, report.clone()).exit_status(ExitRules::default()), ExitStatus::Done, "{kind:?}");
            let mut interrupted = report.clone();
            let failure = crate::model::Failure::new(FailureKind::Interrupted, "a signal came");
            interrupted.clients[0].error = Some(Box::new(failure));
            report.diagnostics.push(Diagnostic::error("endpoint", None, "it is wrong"));
            for report in [report, interrupted] {
                assert_eq!(outcome(kind, report).exit_status(ExitRules::default()), ExitStatus::Error, "{kind:?}");
            }
        }
    }

    #[test]
    fn interrupted_wins_over_every_status() {
        for status in [ExitStatus::Done, ExitStatus::Difference, ExitStatus::Error] {
            assert_eq!(status.or_interrupted(true).code(), 130);
            assert_eq!(status.or_interrupted(false), status);
            assert!(status < ExitStatus::Interrupted);
        }
        let codes = [ExitStatus::Done, ExitStatus::Error, ExitStatus::Difference].map(ExitStatus::code);
        assert_eq!(codes, [0, 1, 2]);
    }
}
