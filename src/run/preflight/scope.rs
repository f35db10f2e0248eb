//! What a run works on: the project, its base, its rules and the selected declarations.
//!
//! Owns the order of the offline checks, and the report of a run that they stop.

use std::sync::Arc;

use jiff::Timestamp;

use crate::config::{self, Loaded, Project};
use crate::model::{Declaration, DeclaredClient, Diagnostic, Floor, LedgerConfig, Untrusted, base_limit};
use crate::plan::{DocumentKind, LabelledClient, Origin, Origins, Plan, ScheduledChanges, send};
use crate::run::preflight::baseline::{self, RunBase};
use crate::run::preflight::endpoint::EndpointChoice;
use crate::run::preflight::ledger::{LedgerStart, RunLedger};
use crate::run::preflight::ledger_section::LedgerSection;
use crate::run::preflight::rules::{BindingRules, RuleBases};
use crate::run::preflight::{self, applied, credentials, floor, ledger, report, selection, sending_flags, undeclared};
use crate::run::session::Session;
use crate::run::{AffectedClients, Environment, Listener, NotStarted, RunEvent, RunRequest};

/// Everything that is known before the first request.
#[derive(Debug)]
pub(in crate::run) struct Scope {
    /// The project.
    pub(in crate::run) project: Project,
    /// Every client of the documents that were found, selected or not.
    pub(in crate::run) declared: Vec<DeclaredClient>,
    /// Whether these documents are all of the project.
    pub(in crate::run) whole: bool,
    /// Whether the run covers the whole project: what its ledger holds and no document declares is released.
    pub(in crate::run) releases: bool,
    /// The selected declarations.
    pub(in crate::run) declarations: Vec<Declaration>,
    /// By what the run judges differences.
    pub(in crate::run) origins: Arc<Origins>,
    /// The dated settings that the change set brings: those that the base does not have.
    pub(in crate::run) scheduled: ScheduledChanges,
    /// The rules that bind the run.
    pub(in crate::run) rules: BindingRules,
    /// With `--affected`, what the run costs.
    affected: Option<AffectedClients>,
    /// The report so far: everything but clients and run.
    pub(in crate::run) report: Plan,
    bases: RuleBases,
    /// Where the ledger is; `None` for a run without one.
    pub(in crate::run) ledger_config: Option<LedgerConfig>,
    /// The place of a run that writes in the ledger.
    pub(in crate::run) ledger: Option<LedgerStart>,
}

/// Loads the files, reads the base and selects, for a document of this kind. Without a base every difference of a drift
/// report has the origin `drift`, and of every other document `unknown`.
pub(in crate::run) fn scope(request: &RunRequest, env: &Environment, kind: DocumentKind) -> Result<Scope, NotStarted> {
    let files = request.project(env);
    let fields = request.selection.fields;
    let otherwise = if kind == DocumentKind::Drift { Origin::Drift } else { Origin::Unknown };
    let mut loaded = config::load(&files);
    let floor = floor::read(&mut loaded, request.floor.as_deref(), env);
    // The readers of an offline plan may be strangers, as in a pull request of a fork.
    let floor = if kind == DocumentKind::Offline { floor.without_text() } else { floor };
    sending_flags::check_origin_flags(loaded.project.as_ref(), &floor, request).map_err(anyhow::Error::new)?;
    let base = RunBase::read(&mut loaded, &request.base);
    let mut origins = baseline::origins(base.as_ref(), &loaded.declarations, fields, otherwise);
    // An offline plan compares with the base only.
    let section = LedgerSection::of(loaded.project.as_ref(), base.as_ref(), &floor);
    let ledger_config = section.config.filter(|_| !request.ledger.is_left_out).cloned();
    let mut ledger = match kind {
        DocumentKind::Offline => RunLedger::default(),
        _ => ledger::read(loaded.project.as_ref(), section, request, None, env),
    };
    let whole = loaded.project.as_ref().is_some_and(|project| selection::is_whole(&files, project));
    let mut releases = whole && selection::selects_nothing(request);
    let mut released = Vec::new();
    if let (Some(view), Some(project)) = (ledger.view(), &loaded.project) {
        let now = &loaded.declarations;
        releases = releases && undeclared::can_release(view, project, now);
        origins = ledger::origins(origins, view, now, releases);
        released = if releases { undeclared::released(view, project, now) } else { Vec::new() };
    }
    loaded.diagnostics.append(&mut ledger.take_problems());
    let applied = applied_rules(&mut loaded, &ledger, &floor, kind);
    if ledger.start.is_some() {
        loaded.diagnostics.extend(uncommitted(&loaded));
    }
    let declared = loaded.declarations.iter().map(DeclaredClient::from).collect();
    selection::narrow(&mut loaded, &request.selection);
    let at = request.named_instant(loaded.project.as_ref());
    let (project, mut report) = match preflight::project(&mut loaded, kind, true, env) {
        Ok((project, report)) => (project, named(report, request, at)),
        Err(NotStarted::Problems(report)) => {
            return Err(NotStarted::Problems(Box::new(named(*report, request, at))));
        }
        Err(other) => return Err(other),
    };
    let mut declarations = loaded.declarations;
    let scheduled = base.as_ref().map(|base| base.scheduled(&declarations, fields)).unwrap_or_default();
    // Which clients the run reads decides which labels count, so this comes before the guards.
    let affected = base.as_ref().filter(|_| request.base.affected).map(|base| {
        let endpoint = EndpointChoice::new(&request.connection, env);
        base.keep_affected(&project, endpoint, &mut declarations, fields, &scheduled)
    });
    let bases = RuleBases { named: base, applied };
    let clients = declarations.iter().map(LabelledClient::from);
    let rules = BindingRules::of(&project, &bases, floor, clients);
    let refuse =
        |refused, report: &mut Plan| report::problems_at_commit(std::mem::take(report), refused, &project, env);
    let mut rules = rules.with_overrides(&request.overrides).map_err(|refused| refuse(refused, &mut report))?;
    // Only a drift report, and a run that can only close, go by waivers.
    if kind == DocumentKind::Drift || request.sending.closing.is_some() {
        report.diagnostics.append(&mut rules.waiver_warnings);
    }
    let mut scope = Scope {
        project,
        declared,
        whole,
        releases,
        declarations,
        origins: Arc::new(origins),
        scheduled,
        rules,
        affected,
        report,
        bases,
        ledger_config,
        ledger: ledger.start,
    };
    scope.compare(request);
    undeclared::add(&mut scope.report.released_clients, released);
    Ok(scope)
}

/// The report, with what the request says of it, and the instant that the request names.
fn named(mut report: Plan, request: &RunRequest, at: Option<Timestamp>) -> Plan {
    report.run.at = at;
    report.shard = request.selection.shard;
    report.base = request.base.revision.as_deref().map(Untrusted::from);
    report
}

/// The rules of the commit that the ledger recorded last. Of them a drift report uses waivers only.
fn applied_rules(loaded: &mut Loaded, ledger: &RunLedger, floor: &Floor, kind: DocumentKind) -> Option<RunBase> {
    let (applied, project) = (ledger.applied.as_ref()?, loaded.project.as_ref()?);
    if kind == DocumentKind::Drift && project.waivers.is_empty() {
        return None;
    }
    let declared = || loaded.declarations.iter().map(Declaration::key).collect();
    applied::read(applied, project, floor, declared, &mut loaded.diagnostics)
}

/// The warning about files that HEAD does not hold as they are: the ledger records HEAD.
fn uncommitted(loaded: &Loaded) -> Option<Diagnostic> {
    let files = loaded.uncommitted();
    let first = files.first()?;
    let differs = match files.len() {
        1 => " differs".to_owned(),
        more => format!(" and {} more differ", more - 1),
    };
    let summary = first.map(|first| format!("{first}{differs} from HEAD, and the ledger records HEAD as applied"));
    let help = "commit the change, so that git holds every value that is applied".to_owned();
    Some(Diagnostic::warning("ledger", None, summary).help(help))
}

impl Scope {
    /// Compares the declarations and the rules with those of the bases.
    fn compare(&mut self, request: &RunRequest) {
        let (project, declarations) = (&self.project, &self.declarations);
        // The base of the request shows the same change of the rules, and more often.
        if let Some(first) = self.bases.iter().next() {
            self.report.diagnostics.extend(first.loosened(project));
        }
        // A drift report sends nothing, so no limit matters to it.
        if self.report.kind != DocumentKind::Drift {
            let limits = self.bases.limits();
            self.report.diagnostics.extend(send::loosened(&limits, &project.limits.sending));
            self.report.base_limits = base_limit::of_limits(&limits, &project.limits.sending);
        }
        let Some(base) = &self.bases.named else { return };
        self.report.unaffected = self.affected.as_ref().map(|affected| affected.selected - affected.reads);
        let unmanaged = base.unmanaged(declarations, &self.rules.guards, &request.selection, self.report.kind);
        self.report.diagnostics.extend(unmanaged);
        self.report.released_clients = base.released(&request.selection);
    }

    /// Announces what the run costs, where `--affected` asks for it.
    pub(in crate::run) fn announce(&mut self, listener: &Listener) {
        if let Some(affected) = self.affected.take() {
            listener(RunEvent::Affected(affected));
        }
    }

    /// Connects for these declarations, unless the project is not to be trusted. It sends nothing yet.
    pub(in crate::run) async fn connect(
        &mut self,
        request: &RunRequest,
        env: &Environment,
    ) -> Result<Session, NotStarted> {
        let base = self.bases.named.as_ref().filter(|_| !request.base.trust_project);
        let endpoint = EndpointChoice::new(&request.connection, env);
        let distrust = base.map(|base| {
            let mut distrust = base.distrust(&self.project, endpoint);
            distrust.extend(base.changed_helpers(&self.project, env));
            distrust
        });
        let distrust = distrust.unwrap_or_default();
        if !distrust.is_empty() {
            self.report.released_clients.clear();
            return Err(self.refuse(distrust, env));
        }
        let names = credentials::used(self.declarations.iter().map(|one| &one.credentials));
        match Session::connect(&self.project, names, &request.connection, env).await {
            Ok(session) => {
                self.report.endpoint = session.endpoint.clone();
                Ok(session)
            }
            Err(errors) => Err(self.refuse(errors, env)),
        }
    }

    /// A run that does not start because of these errors.
    pub(in crate::run) fn refuse(&mut self, errors: Vec<Diagnostic>, env: &Environment) -> NotStarted {
        report::problems_at_commit(std::mem::take(&mut self.report), errors, &self.project, env)
    }
}
