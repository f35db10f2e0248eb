//! Log: the past runs of a project, from its ledger or from the journals of this machine.
//!
//! Owns which of the two a list comes from, and what is said where neither has a run. It makes no network call.

use anyhow::Context;

use crate::config::{self, Project};
use crate::journal;
use crate::ledger::branch::LedgerBranch;
use crate::ledger::branch::local_copy::note_of_age;
use crate::ledger::history::{LedgerHistory, RunFile, past_run, unknown_run};
use crate::ledger::verify::{VerifiedHistory, verify};
use crate::model::{ClientId, Diagnostic, Level, Untrusted};
use crate::plan::history::{DayRange, PastResult, PastRun, RunList, RunListSource, day_of, time_of};
use crate::plan::{DocumentKind, Plan, document};
use crate::run::preflight::{LedgerSection, floor, ledger_branch, problems, project};
use crate::run::{Environment, FileOptions, NotStarted};

/// What log is asked to show.
#[derive(Clone, Debug, Default)]
pub struct LogRequest {
    /// The files.
    pub files: FileOptions,
    /// The one run to show.
    pub run: Option<String>,
    /// The one client whose changes to show.
    pub client: Option<ClientId>,
    /// Whether runs that sent nothing count too.
    pub all: bool,
    /// The days whose runs count.
    pub days: DayRange,
}

/// What log shows, and what it warns of.
#[derive(Debug)]
pub struct LogOutcome {
    /// What it shows.
    pub shown: LogShown,
    /// Notes and warnings.
    pub diagnostics: Vec<Diagnostic>,
}

/// What log shows.
#[derive(Debug)]
pub enum LogShown {
    /// Runs, or the changes of one client.
    List(RunList),
    /// One run by its report.
    Report {
        /// The report.
        report: Box<Plan>,
        /// The same run as one of a list.
        list: RunList,
    },
    /// One run without a report: under way, unfinished, or from a journal.
    Run(RunList),
}

/// The project, its report so far, and its ledger where it has one.
struct LogProject {
    project: Project,
    report: Plan,
    branch: Option<LedgerBranch>,
    diagnostics: Vec<Diagnostic>,
}

/// Lists past runs, or shows one.
pub fn log(request: &LogRequest, env: &Environment) -> Result<LogOutcome, NotStarted> {
    let mut this = open(&request.files, env)?;
    let history = match this.branch.take() {
        Some(branch) => history(&branch, &mut this, env)?,
        None => None,
    };
    let shown = match &request.run {
        Some(run) => one(run, history.as_ref(), &this, env)?,
        None => LogShown::List(list(request, history.as_ref(), &mut this, env)?),
    };
    Ok(LogOutcome { shown, diagnostics: this.diagnostics })
}

/// Checks the history of the ledger. A note says where the copy is old.
pub fn log_verify(files: &FileOptions, env: &Environment) -> Result<(VerifiedHistory, Option<Diagnostic>), NotStarted> {
    let this = open(files, env)?;
    let Some(branch) = &this.branch else {
        let why = this.diagnostics.into_iter().map(|one| Diagnostic { severity: Level::Error, ..one });
        let why: Vec<Diagnostic> = why.collect();
        return Err(problems(this.report, if why.is_empty() { vec![no_ledger()] } else { why }, env));
    };
    match verify(branch) {
        Ok(verified) => Ok((verified, note_of_age(branch, (env.clock.timestamp)()))),
        Err(problem) => Err(problems(this.report, vec![*problem], env)),
    }
}

fn no_ledger() -> Diagnostic {
    let help = "write `ledger: git` into the project file; docs/ledger.md says what it holds";
    Diagnostic::error("ledger", None, "the project has no ledger").help(help.to_owned())
}

fn open(files: &FileOptions, env: &Environment) -> Result<LogProject, NotStarted> {
    let mut loaded = config::load_project(&files.request(env));
    // A floor may hold the ledger, and then it counts as it does for apply.
    let floor = floor::read(&mut loaded, None, env);
    let section = LedgerSection::of(loaded.project.as_ref(), None, &floor);
    let (config, noted) = (section.config.cloned(), section.diagnostics);
    loaded.diagnostics.extend(noted);
    let (project, mut report) = project(&mut loaded, DocumentKind::Report, false, env)?;
    let mut diagnostics = std::mem::take(&mut report.diagnostics);
    let branch = match config.as_ref().map(|section| ledger_branch(section, &project)) {
        Some(Ok((branch, _))) => Some(branch),
        Some(Err(problem)) => {
            diagnostics.push(problem.as_warning());
            None
        }
        None => None,
    };
    Ok(LogProject { project, report, branch, diagnostics })
}

/// The runs in the local copy of the branch; `None` where it has none of the project.
fn history(
    branch: &LedgerBranch,
    this: &mut LogProject,
    env: &Environment,
) -> Result<Option<LedgerHistory>, NotStarted> {
    let history = match LedgerHistory::open(branch) {
        Ok(history) => history,
        Err(problem) => return Err(problems(std::mem::take(&mut this.report), vec![*problem], env)),
    };
    let warning = |summary: String, help: String| Diagnostic::warning("ledger", None, summary).help(help);
    this.diagnostics.extend(note_of_age(branch, (env.clock.timestamp)()));
    match &history {
        None => {
            let summary = format!(
                "this repository has no record of the project in the ledger {}, so log shows the journals of this machine",
                branch.shown()
            );
            this.diagnostics.push(warning(summary, branch.how_to_get()));
        }
        Some(history) => this.diagnostics.extend(history.foreign.iter().map(|path| {
            let summary = format!("{} in {} is not the file of a run", path.raw(), branch.shown());
            warning(summary, "`ringform log --verify` names the commit that wrote it".to_owned())
        })),
    }
    Ok(history)
}

fn list(
    request: &LogRequest,
    history: Option<&LedgerHistory>,
    this: &mut LogProject,
    env: &Environment,
) -> Result<RunList, NotStarted> {
    // A name has the time of its run, so runs of other days are not read at all.
    let wanted = |run: &str| {
        let day = time_of(run).map(day_of);
        day.is_none_or(|day| request.days.near(day))
    };
    let (source, runs) = match history {
        Some(history) => (RunListSource::Ledger, history.read(wanted)),
        None => (RunListSource::Journals, Ok(journals(this, wanted)?)),
    };
    let runs = match runs {
        Ok(runs) => runs,
        Err(problem) => return Err(problems(std::mem::take(&mut this.report), vec![*problem], env)),
    };
    let mut list = RunList::new(source, runs, request.all, request.days);
    list.client = request.client;
    let damaged = list.runs.iter().filter_map(|run| Some((run, run.problem.as_ref()?)));
    this.diagnostics.extend(damaged.map(|(run, why)| {
        let summary = format!("run {}: {}", run.run, why.raw());
        Diagnostic::warning("ledger", None, summary)
    }));
    Ok(list)
}

/// One run: from the ledger, else from the journals.
fn one(
    run: &str,
    history: Option<&LedgerHistory>,
    this: &LogProject,
    env: &Environment,
) -> Result<LogShown, NotStarted> {
    let problem =
        |problem: Diagnostic| problems(Plan { kind: DocumentKind::Report, ..Plan::default() }, vec![problem], env);
    let one = |source, past: PastRun| RunList { source, runs: vec![past], client: None };
    if let Some(history) = history.filter(|history| history.names().any(|name| name == run)) {
        let file = history.run(run).map_err(|error| problem(*error))?;
        let past = past_run(run, &file);
        let RunFile::Report(bytes) = &file else {
            return Ok(LogShown::Run(one(RunListSource::Ledger, with_journal(past, this)?)));
        };
        let list = one(RunListSource::Ledger, past);
        return match document::load(bytes) {
            Ok(report) => Ok(LogShown::Report { report: Box::new(report), list }),
            Err(why) => {
                let summary = format!("the report of run {run} cannot be shown: {}", why.what);
                let help = "`ringform log --verify` names the commit that wrote it";
                Err(problem(Diagnostic::error("ledger", None, summary).help(help.to_owned())))
            }
        };
    }
    let found = journals(this, |name| name == run)?.into_iter().next();
    let past = found.ok_or_else(|| problem(*unknown_run(run)))?;
    Ok(LogShown::Run(one(RunListSource::Journals, past)))
}

/// A run without a report. A claim holds only what the run announced; its journal, where this machine has one, knows
/// which PUTs the run sent, and what became of them.
fn with_journal(past: PastRun, this: &LogProject) -> anyhow::Result<PastRun> {
    let journaled = journals(this, |name| name == past.run)?.into_iter().next();
    Ok(match journaled.filter(|journaled| journaled.result != PastResult::Unreadable) {
        Some(journaled) => PastRun { result: past.result, ..journaled },
        None => past,
    })
}

fn journals(this: &LogProject, wanted: impl Fn(&str) -> bool) -> anyhow::Result<Vec<PastRun>> {
    let name = Untrusted::new(this.project.file.clone());
    journal::past_runs(&this.project.root, &name, wanted).context("cannot read the journals")
}
