//! The ledger of a project, for a run that judges origins by it.
//!
//! Owns how a run begins in the ledger or reads the local copy, and how records meet declarations. `ledger_section`
//! says where the ledger is. It changes nothing in the branch.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::config::Project;
use crate::git::{GitError, GitErrorKind, too_old};
use crate::ledger::apply::LedgerRun;
use crate::ledger::apply::begin::{BeginOptions, begin};
use crate::ledger::branch::LedgerBranch;
use crate::ledger::branch::view::LedgerView;
use crate::ledger::contents::head_file::is_object_id;
use crate::ledger::contents::layout::{ProjectFolder, record_key};
use crate::ledger::local::{LocalLedger, LocalOptions, read_local};
use crate::model::{ClientKey, Declaration, Diagnostic, LedgerConfig, RecordedClient, Untrusted, short_commit};
use crate::plan::{Origins, Plan};
use crate::run::preflight::applied::{AppliedCommit, LackedCommit};
use crate::run::preflight::endpoint::EndpointChoice;
use crate::run::preflight::ledger_section::LedgerSection;
use crate::run::{Environment, RunRequest};

/// How long one call of git over a network may take.
const TIME_LIMIT: Duration = Duration::from_secs(60);

/// The branch of a section, and the commit that is checked out. The error says why there is none.
pub(in crate::run) fn branch(
    config: &LedgerConfig,
    project: &Project,
) -> Result<(LedgerBranch, String), Box<Diagnostic>> {
    let unusable = |summary: String, help: Option<String>| {
        let help =
            help.unwrap_or_else(|| "commit the project to a git repository, or run once with --no-ledger".to_owned());
        Box::new(Diagnostic::error("ledger", config.place.clone(), summary).help(help))
    };
    let without_git = |why: &str| {
        let help = "install a newer git, or run once with --no-ledger".to_owned();
        unusable(format!("the ledger needs git 2.30 or newer: {why}"), Some(help))
    };
    let refused = |refusal: GitError| match refusal.kind {
        GitErrorKind::NotStarted => without_git(refusal.sentence.raw()),
        _ => {
            let why = refusal.sentence.raw();
            let summary = format!("the ledger needs the project in a git work tree with a commit: {why}");
            unusable(summary, refusal.remedy.map(|remedy| format!("run `{remedy}`")))
        }
    };
    if let Some(version) = too_old(project.repository.git()).map_err(refused)? {
        return Err(without_git(&format!("git {version} is installed")));
    }
    let Some((commit, path)) = project.repository.path_at_head(&project.file) else {
        let no_commit = || GitError::other("the repository has no commit yet");
        return Err(refused(project.repository.facts("HEAD").err().unwrap_or_else(no_commit)));
    };
    let folder = ProjectFolder::new(&path);
    let (name, remote) = (config.branch.clone(), config.remote.clone());
    let branch = LedgerBranch::new(project.repository.shared_git(), folder, name, remote, TIME_LIMIT);
    Ok((branch, commit))
}

/// Which commit `ledger.json` names after a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::run) enum CommitAdvance {
    /// The commit of the code that the run applies.
    Advances,
    /// The one that it names already: the run applies no code, or a rule of that commit stopped it.
    Stays,
}

/// The place of a run that writes in the ledger.
#[derive(Debug)]
pub(in crate::run) struct LedgerStart {
    /// The run that may begin.
    pub(in crate::run) run: LedgerRun,
    /// How long its claim lives without a renewal.
    pub(in crate::run) lease: Duration,
    /// The commit of the code that it applies.
    pub(in crate::run) commit: String,
    /// Whether the ledger names that commit afterwards.
    pub(in crate::run) advance: CommitAdvance,
}

/// The ledger of a run.
#[derive(Debug, Default)]
pub(in crate::run) struct RunLedger {
    /// What the local copy says, for a run that changes nothing.
    pub(super) local: LocalLedger,
    /// The place of a run that writes.
    pub(in crate::run) start: Option<LedgerStart>,
    /// The commit that was applied last.
    pub(in crate::run) applied: Option<AppliedCommit>,
}

impl RunLedger {
    /// What origins are judged by; `None` without a ledger, and before its first record.
    pub(super) fn view(&self) -> Option<&LedgerView> {
        match &self.start {
            Some(start) => Some(start.run.view()).filter(|view| view.head.is_some()),
            None => self.local.view.as_ref(),
        }
    }

    /// Takes the problems out.
    pub(in crate::run) fn take_problems(&mut self) -> Vec<Diagnostic> {
        std::mem::take(&mut self.local.diagnostics)
    }

    fn without(diagnostics: Vec<Diagnostic>) -> RunLedger {
        RunLedger { local: LocalLedger { diagnostics, ..LocalLedger::default() }, ..RunLedger::default() }
    }
}

/// The ledger of a run; empty for a run without one. A run that writes fetches the branch and looks whether it may
/// begin. `saved` is the plan that it applies in place of the work tree.
pub(in crate::run) fn read(
    project: Option<&Project>,
    section: LedgerSection<'_>,
    request: &RunRequest,
    saved: Option<&Plan>,
    env: &Environment,
) -> RunLedger {
    let Some(project) = project else { return RunLedger::default() };
    let target = EndpointChoice::new(&request.connection, env).target(project);
    let endpoint = target.ok().map(|target| target.label());
    let Some(beginning) = &request.ledger.begins else {
        return local(project, section, request, endpoint.as_ref(), env);
    };
    let Some(config) = section.config else { return RunLedger::without(section.diagnostics) };
    let mut diagnostics = section.diagnostics;
    if request.ledger.is_left_out {
        let summary = "this run leaves the ledger out, so it will be missing there".to_owned();
        let help = "run `ringform apply` once with the ledger before the next merge: it records what is in sync";
        diagnostics.push(Diagnostic::warning("ledger", config.place.clone(), summary).help(help.to_owned()));
        return RunLedger::without(diagnostics);
    }
    // The connection reports an endpoint that is missing or not valid.
    let Some(endpoint) = endpoint else { return RunLedger::without(diagnostics) };
    let start = branch(config, project).and_then(|(branch, head)| {
        let commit = match saved {
            Some(plan) => planned_commit(plan, &branch)?,
            None => head,
        };
        let options = BeginOptions {
            commit: &commit,
            endpoint: &endpoint,
            take_over: beginning.take_over.as_deref(),
            allow_older: beginning.allow_older,
            trust_project: request.base.trust_project,
            otherwise: &otherwise(request.base.revision.as_deref()),
            now: (env.clock.timestamp)(),
        };
        let run = begin(branch, &options)?;
        // An undo applies old values, and no code. A run that can only close applies a part of the code, and often.
        let is_undo = saved.is_some_and(|plan| plan.undo.is_some());
        let advance =
            if is_undo || request.sending.closing.is_some() { CommitAdvance::Stays } else { CommitAdvance::Advances };
        Ok(LedgerStart { run, lease: config.lease, commit, advance })
    });
    let start = match start {
        Ok(mut start) => {
            diagnostics.extend(start.run.take_warnings());
            Some(start)
        }
        Err(problem) => {
            diagnostics.push(*problem);
            None
        }
    };
    let may_lack = if beginning.allow_older { LackedCommit::WarnsIfGone } else { LackedCommit::Stops };
    let applied = start.as_ref().and_then(|start| start.run.view().applied());
    let applied = applied.map(|id| AppliedCommit { id: id.to_owned(), may_lack });
    RunLedger { local: LocalLedger { diagnostics, ..LocalLedger::default() }, start, applied }
}

/// By what a run judges origins where the ledger says nothing.
fn otherwise(base: Option<&str>) -> String {
    base.map_or("without it".to_owned(), |base| format!("by --base {base}"))
}

/// The commit of a saved plan. It comes from a file, so it must be one that this repository holds.
fn planned_commit(plan: &Plan, branch: &LedgerBranch) -> Result<String, Box<Diagnostic>> {
    let refuse =
        |summary: String, help: &str| Err(Box::new(Diagnostic::error("ledger", None, summary).help(help.to_owned())));
    let Some(revision) = &plan.revision else {
        let summary = "the plan names no commit, so the ledger cannot say what it applies".to_owned();
        return refuse(summary, "make the plan in the git work tree, or apply it once with --no-ledger");
    };
    let commit = &revision.commit;
    if !is_object_id(commit) || !branch.has_commit(commit) {
        let summary = format!("the plan is of commit {}, which this repository does not have", short_commit(commit));
        let help = "fetch the commit; in a shallow clone fetch all of the history: `fetch-depth: 0` for \
                    actions/checkout, `GIT_DEPTH: \"0\"` in GitLab CI, or `git fetch --unshallow`";
        return refuse(summary, help);
    }
    Ok(commit.clone())
}

/// The local copy of the ledger, as the run judges by it.
fn local(
    project: &Project,
    section: LedgerSection<'_>,
    request: &RunRequest,
    endpoint: Option<&Untrusted>,
    env: &Environment,
) -> RunLedger {
    let LedgerSection { config, diagnostics: changed } = section;
    let Some(config) = config.filter(|_| !request.ledger.is_left_out) else { return RunLedger::without(changed) };
    let mut local = match branch(config, project) {
        Ok((branch, _)) => {
            let options = LocalOptions {
                endpoint,
                trust_project: request.base.trust_project,
                otherwise: &otherwise(request.base.revision.as_deref()),
                now: (env.clock.timestamp)(),
            };
            read_local(&branch, &options)
        }
        Err(problem) => LocalLedger { diagnostics: vec![problem.as_warning()], ..LocalLedger::default() },
    };
    local.diagnostics.extend(changed);
    let applied = local.applied.clone().map(|id| AppliedCommit { id, may_lack: LackedCommit::Warns });
    RunLedger { local, start: None, applied }
}

/// The origins with what the ledger holds of each declaration. `whole`: the run covers the whole project, so recorded
/// fields that no declaration manages are released.
pub(in crate::run) fn origins(origins: Origins, view: &LedgerView, now: &[Declaration], whole: bool) -> Origins {
    let mut records = view.records();
    let unreadable = view.unreadable_clients();
    let mut of_declarations: BTreeMap<ClientKey, RecordedClient> = BTreeMap::new();
    let mut damaged: BTreeSet<ClientKey> = BTreeSet::new();
    for declaration in now {
        let key = record_key(declaration.client, declaration.credentials.as_ref());
        if unreadable.contains(&key) {
            damaged.insert(declaration.key());
        }
        if let Some(record) = records.remove(&key) {
            of_declarations.insert(declaration.key(), record);
        }
    }
    origins.with_ledger(of_declarations, damaged, now, whole)
}
