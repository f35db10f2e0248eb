//! A run as metrics, in the text format of Prometheus: for node_exporter's textfile collector, a push gateway or a
//! scrape.
//!
//! Owns names, help texts and labels. All are gauges of one run without a timestamp, as the textfile collector
//! requires. HELP and TYPE of a name never differ between projects, because a collector reads several files as one
//! page. The labels `project` and `shard` separate their series. Clients are counts and never labels: a fleet would
//! make thousands of series.

use std::io::{self, Write};

use jiff::Timestamp;

use crate::model::{Failure, FailureKind, Level, Setting, Severity};
use crate::plan::drift::{CLOCK_TOLERANCE, DriftReport, Finding, FindingState};
use crate::plan::{ApplyResult, ClientPlan, Origin, Plan, Status};
use crate::render::escape;
use crate::render::totals::{OUTCOMES, Totals};

/// The metric that keeps its value when a run fails.
const LAST_SUCCESS: &str = "ringform_last_success_timestamp_seconds";

/// Writes the metrics of a run. `last_success` is when an earlier run succeeded, in seconds since 1970; it is written
/// where this run did not, so that an alert on its age keeps working. A time in the future counts as the end of this run.
pub fn prometheus(plan: &Plan, last_success: Option<i64>, out: &mut dyn Write) -> io::Result<()> {
    let mut page = MetricsPage { base: base(plan), out };
    clients(plan, &mut page)?;
    fields(plan, &mut page)?;
    if plan.is_report() {
        let totals = Totals::of(plan);
        let results = OUTCOMES.iter().zip(totals.outcomes);
        let samples = results.map(|((_, word), n)| (vec![("result", word.replace(' ', "_"))], n as u64));
        page.family("ringform_apply_results", "Clients by result of apply.", samples)?;
    }
    if let Some(report) = &plan.run.drift {
        findings(report, &mut page)?;
    }
    let problems = |level| plan.diagnostics.iter().filter(|one| one.severity == level).count() as u64;
    let samples = [("error", Level::Error), ("warning", Level::Warning)].map(|(word, level)| {
        let labels = vec![("level", word.to_owned())];
        (labels, problems(level))
    });
    page.family("ringform_problems", "Problems of files, guards and selection, by level.", samples)?;
    run(plan, last_success, &mut page)
}

/// The time of the last success in an earlier file of metrics.
pub fn last_success(text: &str) -> Option<i64> {
    let line = text.lines().find(|line| line.strip_prefix(LAST_SUCCESS).is_some_and(|rest| rest.starts_with('{')))?;
    line.rsplit_once(' ')?.1.parse().ok()
}

/// Whether the run succeeded: it compared every client, and a report leaves no client undone.
fn is_success(plan: &Plan) -> bool {
    let totals = Totals::of(plan);
    let broken = plan.diagnostics.iter().any(|one| one.is_error());
    let failed = match &plan.run.drift {
        // A waived failed read counts as success; otherwise the alert would last as long as the waiver.
        Some(report) => {
            let interrupted = |error: &Failure| error.kind == FailureKind::Interrupted;
            report.findings.iter().any(Finding::is_failure)
                || plan.clients.iter().any(|client| client.error.as_deref().is_some_and(interrupted))
        }
        None => totals.summary.failed > 0,
    };
    !(broken || failed || totals.is_report && totals.undone() > 0)
}

fn clients(plan: &Plan, page: &mut MetricsPage<'_>) -> io::Result<()> {
    let states = ["in_sync", "pending", "drifted", "failed"];
    let samples = states.map(|state| {
        let n = plan.clients.iter().filter(|client| state_of(client) == state).count();
        (vec![("state", state.to_owned())], n as u64)
    });
    let help = "Clients of the last run: in sync, with unapplied changes only, with other differences, failed.";
    page.family("ringform_clients", help, samples)?;
    let blocked = plan.clients.iter().filter(|client| !client.blocked.is_empty()).count();
    page.one("ringform_blocked_clients", "Clients that a guard or a conflict stops.", blocked as u64)
}

/// A difference of unknown origin counts as drift, because nothing shows that it is pending.
fn state_of(client: &ClientPlan) -> &'static str {
    match client.status() {
        Status::Change if is_done(client) => "in_sync",
        Status::InSync => "in_sync",
        Status::Failed => "failed",
        Status::Change if client.changes.iter().all(|change| change.difference.origin == Origin::Pending) => "pending",
        Status::Change => "drifted",
    }
}

/// Whether apply has stored the declared values of the client.
fn is_done(client: &ClientPlan) -> bool {
    client.result.is_some_and(ApplyResult::is_good)
}

fn fields(plan: &Plan, page: &mut MetricsPage<'_>) -> io::Result<()> {
    let severities = [Severity::Security, Severity::Info];
    let mut counts = [[[0_u64; 2]; Setting::ALL.len()]; 3];
    let open = plan.clients.iter().filter(|client| !is_done(client));
    for change in open.flat_map(|client| &client.changes) {
        let pending = usize::from(change.difference.origin == Origin::Pending);
        let info = usize::from(change.difference.risk().severity == Severity::Info);
        counts[pending][change.difference.setting.index()][info] += 1;
        counts[2][change.difference.setting.index()][info] += u64::from(change.difference.origin == Origin::Conflict);
    }
    let families = [
        ("ringform_drifted_fields", "Fields that differ from their declaration and are not known to be pending."),
        ("ringform_pending_fields", "Fields that differ because the declaration is not applied yet."),
        ("ringform_conflicting_fields", "Drifted fields that the change set touches too."),
    ];
    // Zeros too: a query cannot compare a series that comes and goes.
    for ((name, help), counts) in families.into_iter().zip(counts) {
        let samples = Setting::ALL.into_iter().flat_map(|setting| {
            let of_field = counts[setting.index()];
            severities.into_iter().zip(of_field).map(move |(severity, n)| {
                (vec![("field", setting.name().to_owned()), ("severity", severity_word(severity).to_owned())], n)
            })
        });
        page.family(name, help, samples)?;
    }
    let summary = plan.summary();
    let exposed = |client: &ClientPlan| {
        client.changes.iter().chain(&client.unconfirmed).filter(|change| change.difference.is_exposed()).count()
    };
    let exposed: usize = plan.clients.iter().filter(|client| !is_done(client)).map(exposed).sum();
    page.one("ringform_exposed_fields", "Fields that live has more open than declared.", exposed as u64)?;
    let help = "Changes whose write opens the PBX to more callers.";
    page.one("ringform_opening_changes", help, summary.opens as u64)?;
    let help = "Changes whose write closes the PBX to some callers.";
    page.one("ringform_closing_changes", help, summary.closes as u64)?;
    page.one(
        "ringform_released_fields",
        "Fields that the base or the ledger holds and the declarations no longer manage.",
        summary.released as u64,
    )?;
    let gone = plan.released_clients.len() as u64;
    page.one(
        "ringform_released_clients",
        "Clients that the base or the ledger holds and the project no longer declares.",
        gone,
    )
}

fn findings(report: &DriftReport, page: &mut MetricsPage<'_>) -> io::Result<()> {
    let mut samples = Vec::new();
    for state in [FindingState::New, FindingState::Continuing, FindingState::Unread, FindingState::Resolved] {
        for severity in [Severity::Security, Severity::Info] {
            for waived in [false, true] {
                let same = |one: &&Finding| {
                    one.state == state && one.risk().severity == severity && one.is_silenced() == waived
                };
                let labels = vec![
                    ("state", state_word(state).to_owned()),
                    ("severity", severity_word(severity).to_owned()),
                    ("waived", waived.to_string()),
                ];
                samples.push((labels, report.findings.iter().filter(same).count() as u64));
            }
        }
    }
    page.family("ringform_findings", "Drift and failed reads compared with the earlier report.", samples)?;
    let overdue = report.findings.iter().filter(|one| one.is_overdue() && one.state != FindingState::Resolved);
    let help = "Openings that outlived the end of their dated setting, waived or not.";
    page.one("ringform_overdue_findings", help, overdue.count() as u64)?;
    let expired = report.expired_waivers.len() as u64;
    page.one("ringform_expired_waivers", "Waivers that have ended.", expired)?;
    let Some(rolling) = report.rolling else { return Ok(()) };
    page.one("ringform_never_read_clients", "Clients that no run has read yet.", rolling.never)?;
    let oldest = rolling.oldest_s.map(|seconds| (Vec::new(), seconds));
    page.family("ringform_oldest_read_seconds", "Seconds since the oldest read of a client.", oldest)
}

fn run(plan: &Plan, last_success: Option<i64>, page: &mut MetricsPage<'_>) -> io::Result<()> {
    let requests = plan.run.requests;
    let kinds = [("token", requests.token), ("read", requests.read), ("write", requests.write)];
    let samples = kinds.map(|(kind, n)| (vec![("kind", kind.to_owned())], n));
    page.family("ringform_requests", "Requests that the last run made.", samples)?;
    page.one("ringform_request_retries", "Requests that the last run repeated.", requests.retries)?;
    let quota = plan.run.quota.iter().map(|quota| {
        // Prometheus ignores an empty label. The credentials of the environment have no name.
        (vec![("credentials", quota.credentials.clone().unwrap_or_default())], quota.remaining_lowest)
    });
    page.family("ringform_quota_remaining", "Lowest number of requests left in the hour.", quota)?;
    let ms = plan.run.duration_ms;
    let seconds = format!("{}.{:03}", ms / 1000, ms % 1000);
    page.family("ringform_run_duration_seconds", "How long the last run took.", [(Vec::new(), seconds)])?;
    let ended = plan.run.started_at.parse::<Timestamp>().ok().map(|start| start.as_second() + (ms / 1000) as i64);
    let at = |time: Option<i64>| time.map(|time| (Vec::new(), time));
    page.family("ringform_last_run_timestamp_seconds", "When the last run ended.", at(ended))?;
    // A time in the future would silence the alert on its age until then.
    let limit = ended.map(|ended| ended.saturating_add(CLOCK_TOLERANCE.as_secs()));
    let last_success = last_success.map(|time| limit.filter(|limit| time > *limit).and(ended).unwrap_or(time));
    let success = if is_success(plan) { ended } else { last_success };
    page.family(LAST_SUCCESS, "When a run last ended with every client compared.", at(success))
}

fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Security => "security",
        Severity::Info => "info",
    }
}

fn state_word(state: FindingState) -> &'static str {
    match state {
        FindingState::New => "new",
        FindingState::Continuing => "continuing",
        FindingState::Unread => "unread",
        FindingState::Resolved => "resolved",
    }
}

/// The labels of all series of this run. A saved plan contains no location, so the project file takes its place.
fn base(plan: &Plan) -> String {
    let place = if plan.location.is_empty() { &plan.project } else { &plan.location };
    let shard = plan.shard.map(|shard| format!(",shard=\"{}/{}\"", shard.index, shard.count)).unwrap_or_default();
    format!("project=\"{}\"{shard}", escape::metric_label(place))
}

/// The writer of the metrics, with the labels of the run.
struct MetricsPage<'o> {
    base: String,
    out: &'o mut dyn Write,
}

type MetricLabels = Vec<(&'static str, String)>;

impl MetricsPage<'_> {
    /// One metric with all its samples; nothing without samples.
    fn family<V: std::fmt::Display>(
        &mut self,
        name: &str,
        help: &str,
        samples: impl IntoIterator<Item = (MetricLabels, V)>,
    ) -> io::Result<()> {
        let mut samples = samples.into_iter().peekable();
        if samples.peek().is_some() {
            writeln!(self.out, "# HELP {name} {help}\n# TYPE {name} gauge")?;
        }
        for (labels, value) in samples {
            write!(self.out, "{name}{{{}", self.base)?;
            for (key, text) in labels {
                write!(self.out, ",{key}=\"{}\"", escape::metric_label(&text.into()))?;
            }
            writeln!(self.out, "}} {value}")?;
        }
        Ok(())
    }

    fn one(&mut self, name: &str, help: &str, value: u64) -> io::Result<()> {
        self.family(name, help, [(Vec::new(), value)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_success_is_read_from_an_earlier_file() {
        let page = "# HELP ringform_last_success_timestamp_seconds x\nringform_last_success_timestamp_seconds{project=\"a } b 7\"} 1790000000\n";
        assert_eq!(last_success(page), Some(1_790_000_000));
        for text in ["", "ringform_last_success_timestamp_seconds{} x\n", "ringform_clients{} 1\n"] {
            assert_eq!(last_success(text), None, "{text:?}");
        }
    }
}
