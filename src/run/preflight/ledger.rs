//! The ledger of a project, for a run that judges origins by it.
//!
//! Owns which section of which project file says where the ledger is, and how its records meet the declarations. It
//! changes nothing in the branch.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::config::Project;
use crate::ledger::begin::{BeginOptions, begin};
use crate::ledger::branch::LedgerBranch;
use crate::ledger::layout::{ProjectFolder, record_key};
use crate::ledger::local::{LocalLedger, read_local};
use crate::ledger::run::LedgerRun;
use crate::ledger::view::LedgerView;
use crate::model::{ClientKey, Declaration, Diagnostic, LedgerConfig, Level, Place, RecordedClient, SettingSet};
use crate::plan::Origins;
use crate::run::preflight::baseline::RunBase;
use crate::run::preflight::endpoint::EndpointChoice;
use crate::run::{Environment, RunRequest};

/// How long one call of git over a network may take.
const TIME_LIMIT: Duration = Duration::from_secs(60);

/// The section that counts: with a base that of the revision, because a change must not choose its own memory.
pub(super) fn section<'p>(
    project: &'p Project,
    base: Option<&'p RunBase>,
) -> (Option<&'p LedgerConfig>, Option<Diagnostic>) {
    let now = project.ledger.as_ref();
    let Some(then) = base.and_then(|base| base.baseline.project.as_ref()) else { return (now, None) };
    let then = then.ledger.as_ref();
    let is_same = match (then, now) {
        (Some(then), Some(now)) => then.is_same(now),
        (then, now) => then.is_none() && now.is_none(),
    };
    let place = now.map(|now| now.place.clone());
    let place = place.unwrap_or_else(|| Place::new((&*project.file).into(), 1, 1));
    let revision = base.map(|base| base.revision.as_str()).unwrap_or_default();
    let warning = (!is_same).then(|| {
        let summary = format!("the section `ledger` differs from that of {revision}, which counts");
        let help = "review this part of the change too: it escapes the guards of the recorded commit";
        Diagnostic::warning("rules-changed", place, summary).help(help.to_owned())
    });
    (then, warning)
}

/// The branch of a section, and the commit that is checked out. The error says why there is none.
pub(in crate::run) fn branch(
    config: &LedgerConfig,
    project: &Project,
) -> Result<(LedgerBranch, String), Box<Diagnostic>> {
    let Some((commit, path)) = project.repository.path_at_head(&project.file) else {
        let summary = "the ledger needs the project in a git work tree with a commit".to_owned();
        let error = Diagnostic::error("ledger", config.place.clone(), summary);
        return Err(Box::new(error.help("commit the project, or run once with --no-ledger".to_owned())));
    };
    let folder = ProjectFolder::new(&path);
    let (name, remote) = (config.branch.clone(), config.remote.clone());
    let branch = LedgerBranch::new(project.repository.shared_git(), folder, name, remote, TIME_LIMIT);
    Ok((branch, commit))
}

/// The ledger of a run.
#[derive(Debug, Default)]
pub(in crate::run) struct RunLedger {
    /// What the local copy says, for a run that changes nothing.
    pub(super) local: LocalLedger,
    /// The place of a run that writes.
    pub(in crate::run) run: Option<LedgerRun>,
}

impl RunLedger {
    /// What origins are judged by; `None` without a ledger, and before its first record.
    pub(super) fn view(&self) -> Option<&LedgerView> {
        match &self.run {
            Some(run) => Some(run.view()).filter(|view| view.head.is_some()),
            None => self.local.view.as_ref(),
        }
    }
}

/// The ledger of a run; empty for a run without one. A run that writes fetches the branch and looks whether it may
/// begin.
pub(super) fn read(
    project: Option<&Project>,
    base: Option<&RunBase>,
    request: &RunRequest,
    env: &Environment,
) -> RunLedger {
    let Some(beginning) = &request.ledger.begins else {
        let local = local(project, base, request, env).unwrap_or_default();
        return RunLedger { local, run: None };
    };
    let Some(project) = project else { return RunLedger::default() };
    let (section, changed) = section(project, base);
    let Some(section) = section else { return RunLedger::default() };
    let mut diagnostics: Vec<Diagnostic> = changed.into_iter().collect();
    if request.ledger.is_left_out {
        let summary = "this run leaves the ledger out, so it will be missing there".to_owned();
        diagnostics.push(Diagnostic::warning("ledger", section.place.clone(), summary));
        return RunLedger { local: LocalLedger { diagnostics, ..LocalLedger::default() }, run: None };
    }
    let endpoint = EndpointChoice::new(&request.connection, env).target(project).map(|target| target.label());
    let run = branch(section, project).and_then(|(branch, commit)| {
        let options = BeginOptions {
            commit: &commit,
            endpoint: &endpoint.unwrap_or_default(),
            take_over: beginning.take_over.as_deref(),
            allow_older: beginning.allow_older,
            trust_project: request.base.trust_project,
            now: (env.clock.timestamp)(),
        };
        begin(branch, &options)
    });
    let run = match run {
        Ok(run) => Some(run),
        Err(problem) => {
            diagnostics.push(*problem);
            None
        }
    };
    RunLedger { local: LocalLedger { diagnostics, ..LocalLedger::default() }, run }
}

/// The local copy of the ledger, as the run judges by it. `None` for a run without a ledger.
fn local(
    project: Option<&Project>,
    base: Option<&RunBase>,
    request: &RunRequest,
    env: &Environment,
) -> Option<LocalLedger> {
    let project = project.filter(|_| !request.ledger.is_left_out)?;
    let (section, changed) = section(project, base);
    let mut local = match branch(section?, project) {
        Ok((branch, _)) => {
            let target = EndpointChoice::new(&request.connection, env).target(project).ok();
            let endpoint = target.map(|target| target.label());
            read_local(&branch, endpoint.as_ref(), request.base.trust_project)
        }
        Err(problem) => LocalLedger {
            diagnostics: vec![Diagnostic { severity: Level::Warning, ..*problem }],
            ..LocalLedger::default()
        },
    };
    local.diagnostics.extend(changed);
    Some(local)
}

/// The origins with what the ledger holds of each declaration.
pub(in crate::run) fn origins(origins: Origins, view: &LedgerView, now: &[Declaration], fields: SettingSet) -> Origins {
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
    origins.with_ledger(of_declarations, damaged, now, fields)
}
