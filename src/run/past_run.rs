//! The past run that an undo takes back: found by its name, or read from a file.
//!
//! Owns every check between a report and what it says: whole, of apply, of this project and of this endpoint.

use std::path::Path;

use crate::files::read_stream;
use crate::journal;
use crate::ledger::branch::LedgerBranch;
use crate::ledger::contents::claim::ClaimState;
use crate::ledger::contents::layout::is_run;
use crate::ledger::history::{self, LedgerHistory, RunFile};
use crate::model::{Diagnostic, Untrusted, io_cause};
use crate::plan::history::{PastAuthor, PastResult, PastRun};
use crate::plan::{DocumentKind, Plan, document};
use crate::run::preflight::{EndpointChoice, Scope, ledger_branch};
use crate::run::saved_plan::is_same_folder;
use crate::run::{Environment, PastRunName, RunRequest};

const NAME_REPORT: &str = "name a report that `apply --format json=FILE` wrote";

/// What the past run changed. The report of `scope` has its commit.
pub(super) fn find(
    name: &PastRunName,
    scope: &Scope,
    request: &RunRequest,
    env: &Environment,
) -> Result<PastRun, Vec<Diagnostic>> {
    let endpoint = EndpointChoice::new(&request.connection, env).target(&scope.project)?.label();
    let past = match name {
        PastRunName::File(file) => of_file(file, &scope.report, env),
        PastRunName::Run(run) => of_name(run, scope, env),
    };
    past.and_then(|past| of_endpoint(past, &endpoint)).map_err(|problem| vec![*problem])
}

/// Looks a run up: in the ledger, then in the journals.
fn of_name(run: &str, scope: &Scope, env: &Environment) -> Result<PastRun, Box<Diagnostic>> {
    if !is_run(run) {
        let what = format!("`{}` is not the name of a run: it has letters, digits and `-`", run.escape_debug());
        return Err(error(what, "`ringform log` lists the runs; a FILE has `/` or `.` in its name"));
    }
    let project = &scope.project;
    let branch = scope.ledger_config.as_ref().map(|config| ledger_branch(config, project)).transpose()?;
    let branch = branch.map(|(branch, _)| branch);
    let recorded = branch.as_ref().map(|branch| of_ledger(run, branch, env)).transpose()?.flatten();
    let is_finished = |past: &PastRun| !matches!(past.result, PastResult::Unfinished | PastResult::UnderWay);
    if let Some(past) = recorded.as_ref().filter(|past| is_finished(past)) {
        return Ok(past.clone());
    }
    // The journal of a run that ended without its report knows more than its claim.
    let journaled = journal::past_runs(&project.root, &scope.report.project, |name| name == run);
    let journaled = journaled.map_err(|why| error(format!("cannot read the journals: {why}"), NAME_REPORT))?;
    match journaled.into_iter().next().or(recorded) {
        Some(past) => readable(past),
        None => {
            let help = "`ringform log --all` lists the runs; fetch the ledger, or name the file of the run's report";
            Err(error(format!("run {run} is not known here"), help))
        }
    }
}

/// A run that is over and can be read.
fn readable(past: PastRun) -> Result<PastRun, Box<Diagnostic>> {
    match (past.result, &past.problem) {
        (PastResult::UnderWay, _) => Err(error(format!("run {} is under way", past.run), "wait for its end")),
        (PastResult::Unreadable, why) => {
            let why = why.as_ref().map(|why| format!(": {}", why.raw())).unwrap_or_default();
            Err(error(format!("what run {} changed cannot be read{why}", past.run), NAME_REPORT))
        }
        (PastResult::Succeeded | PastResult::Failed | PastResult::Unfinished, _) => Ok(past),
    }
}

/// A run in the local copy of the ledger; `None` where the ledger does not hold it.
fn of_ledger(run: &str, branch: &LedgerBranch, env: &Environment) -> Result<Option<PastRun>, Box<Diagnostic>> {
    let Some(history) = LedgerHistory::open(branch)? else { return Ok(None) };
    if !history.names().any(|name| name == run) {
        return Ok(None);
    }
    let file = history.run(run)?;
    let past = history::past_run(run, &file);
    match file {
        RunFile::Claim { claim, is_open } => {
            let is_over = !is_open || claim.state((env.clock.timestamp)()) == ClaimState::Ended;
            let result = if is_over { PastResult::Unfinished } else { PastResult::UnderWay };
            Ok(Some(PastRun { result, ..history.with_recorded_values(past)? }))
        }
        RunFile::Unreadable(_) => readable(past).map(Some),
        RunFile::Report(_) => {
            if let [_, later, ..] = history.writers(run)?.as_slice() {
                let what = format!("commit {later} of {} changed the report of run {run}", branch.shown());
                return Err(error(what, "ringform never changes a report: find out who did, and undo by hand"));
            }
            readable(past).map(Some)
        }
    }
}

/// The run of a report in a file.
fn of_file(file: &Path, now: &Plan, env: &Environment) -> Result<PastRun, Box<Diagnostic>> {
    let name = file.to_string_lossy();
    let bytes = read_stream(&env.folder.join(file))
        .map_err(|why| error(format!("cannot read {name}: {}", io_cause(&why)), NAME_REPORT))?;
    let report = document::load(&bytes).map_err(|why| error(format!("{name}: {}", why.what), NAME_REPORT))?;
    if report.kind != DocumentKind::Report {
        let what = format!("{name} is {} and not the report of an apply", report.kind.about());
        return Err(error(what, NAME_REPORT));
    }
    if !is_run(&report.run.id) {
        return Err(error(format!("{name} does not name its run by letters, digits and `-`"), NAME_REPORT));
    }
    if report.project != now.project || !is_same_folder(report.revision.as_ref(), now.revision.as_ref()) {
        let what = format!("{name} is of another project, {}", report.project.raw());
        return Err(error(what, "run undo in the folder of that project"));
    }
    Ok(PastRun::of_report(&report.run.id, &report, PastAuthor::default()))
}

/// Checks that a run was at this endpoint. A claim names none: its ledger does.
fn of_endpoint(past: PastRun, now: &Untrusted) -> Result<PastRun, Box<Diagnostic>> {
    match past.endpoint.as_ref().filter(|then| *then != now) {
        None => Ok(past),
        Some(then) => {
            let what = format!("run {} was at {}, and this project is at {}", past.run, then.raw(), now.raw());
            Err(error(what, "its values belong to the clients of that endpoint: undo it there"))
        }
    }
}

fn error(what: String, help: &str) -> Box<Diagnostic> {
    Box::new(Diagnostic::error("undo", None, what).help(help.to_owned()))
}
