//! A saved plan, made ready to apply.
//!
//! Owns every check that ties a saved plan to this project. Of the files it reads the project file only, and it judges
//! the guards and limits again by the rules of today.

use std::path::Path;
use std::sync::Arc;

use crate::config::{self, Project};
use crate::files::read_stream;
use crate::model::{Diagnostic, Revision, SendLimits, Untrusted, base_limit, short_commit};
use crate::plan::{
    Blocked, BlockedKind, ClientPlan, DocumentKind, LabelledClient, Plan, document, guards, unused_overrides,
};
use crate::run::preflight::{self, BindingRules, EndpointChoice, LedgerSection, RuleBases};
use crate::run::read::Readings;
use crate::run::ready::Ready;
use crate::run::recording::Recording;
use crate::run::session::Session;
use crate::run::{Environment, NotStarted, RunRequest, SavedPlanFlaw, apply_lock};

/// Loads a saved plan and connects for its clients.
pub(super) async fn ready(file: &Path, request: &RunRequest, env: &Environment) -> Result<Ready, NotStarted> {
    let flawed = |flaw: SavedPlanFlaw| NotStarted::SavedPlan { file: file.to_owned(), flaw };
    let plan = load(file, request, env).map_err(flawed)?;
    let mut loaded = config::load_project(&request.files.request(env));
    let floor = preflight::floor::read(&mut loaded, request.floor.as_deref(), env);
    let (project, mut report) = preflight::project(&mut loaded, DocumentKind::Plan, true, env)?;
    report.revision = project.revision();
    if plan.project != report.project || !is_same_folder(plan.revision.as_ref(), report.revision.as_ref()) {
        return Err(flawed(SavedPlanFlaw::OtherProject));
    }
    let target = match EndpointChoice::new(&request.connection, env).target(&project) {
        Ok(target) => target,
        Err(errors) => return Err(preflight::problems_at_commit(report, errors, &project, env)),
    };
    let names = check(&plan, &project, target.label()).map_err(flawed)?;
    let section = LedgerSection::of(Some(&project), None, &floor);
    let mut ledger = preflight::ledger(Some(&project), section, request, Some(&plan), env);
    let mut problems = ledger.take_problems();
    let declared = || plan.clients.iter().map(ClientPlan::key).collect();
    let applied = ledger.applied.as_ref();
    let applied = applied.and_then(|one| preflight::applied_rules(one, &project, &floor, declared, &mut problems));
    if problems.iter().any(Diagnostic::is_error) {
        return Err(preflight::problems_at_commit(report, problems, &project, env));
    }
    report.diagnostics.extend(problems);
    report.diagnostics.extend(uncommitted(&plan).filter(|_| ledger.start.is_some()));
    // The plan judged its base when it was made. A plan that was saved with an override carries no permission: this run
    // judges by its own.
    let bases = RuleBases::of_saved(applied);
    let clients = plan.clients.iter().map(LabelledClient::from);
    let rules = BindingRules::of(&project, &bases, floor, clients);
    let BindingRules { guards: rules, limits, .. } = match rules.with_overrides(&request.overrides) {
        Ok(rules) => rules,
        Err(refused) => return Err(preflight::problems_at_commit(report, refused, &project, env)),
    };
    report.diagnostics.extend(another_commit(plan.revision.as_ref(), report.revision.as_ref()));
    if ledger.start.is_some() {
        // The ledger records the plan's commit, and the report there must say the same.
        report.revision = plan.revision.clone();
    }
    let lock = match apply_lock::take(&project, env) {
        Ok(lock) => lock,
        Err(errors) => return Err(preflight::problems_at_commit(report, errors, &project, env)),
    };
    let session = match Session::connect(&project, names, &request.connection, env).await {
        Ok(session) => session,
        Err(errors) => return Err(preflight::problems_at_commit(report, errors, &project, env)),
    };
    // The plan compared with its base what this run does not read again.
    report.diagnostics.extend(plan.diagnostics.into_iter().filter(Diagnostic::is_error));
    report.endpoint = plan.endpoint;
    report.base = plan.base;
    report.base_limits = plan.base_limits;
    report.shard = plan.shard;
    report.unaffected = plan.unaffected;
    report.undo = plan.undo;
    report.released_clients = plan.released_clients;
    report.clients = plan.clients;
    let has_base = report.base.is_some();
    for client in &mut report.clients {
        let is_of_guard = |one: &Blocked| one.kind == BlockedKind::Guard;
        let (then, kept): (Vec<_>, Vec<_>) = std::mem::take(&mut client.blocked).into_iter().partition(is_of_guard);
        client.blocked = kept;
        report.diagnostics.extend(guards::judge(&rules, client));
        // This run does not read the base again: a client that a guard of the base stopped stays stopped.
        let is_of_base = |one: &Blocked| one.revision.is_some() || !guards::is_passed(&rules, client, one);
        let old = then.into_iter().filter(|one| (has_base || one.revision.is_some()) && is_of_base(one));
        let old = old.collect::<Vec<_>>();
        let is_repeated = |one: &Blocked| old.iter().any(|old| (&old.name, &old.message) == (&one.name, &one.message));
        client.blocked.retain(|one| one.kind != BlockedKind::Guard || !is_repeated(one));
        client.blocked.extend(old);
    }
    report.diagnostics.extend(unused_overrides(&rules, &report.clients));
    let limits = SendLimits::strictest([&limits, &base_limit::to_limits(&report.base_limits)]);
    let ledger = ledger.start.map(|start| Recording::new(start, false, env));
    let reread = ledger.is_some().then(Arc::default);
    Ok(Ready { project, session, report, readings: Readings::new(), lock, limits, reread, ledger, replan: None })
}

/// Reads the file, and checks that it is a plan that can be applied whole.
fn load(file: &Path, request: &RunRequest, env: &Environment) -> Result<Plan, SavedPlanFlaw> {
    let bytes = read_stream(&env.folder.join(file)).map_err(SavedPlanFlaw::Unreadable)?;
    let plan = document::load(&bytes).map_err(SavedPlanFlaw::NotValid)?;
    if let Some(why) = plan.kind.why_not_applied() {
        return Err(SavedPlanFlaw::OtherKind(why));
    }
    if let Some(at) = plan.run.at {
        return Err(SavedPlanFlaw::OtherInstant(at));
    }
    let is_document = |path: &&std::path::PathBuf| env.folder.join(path).is_file() && !config::is_project_file(path);
    match request.files.paths.iter().find(is_document) {
        Some(document) => Err(SavedPlanFlaw::NamesDocument(document.clone())),
        None => Ok(plan),
    }
}

/// Checks the endpoint and the credentials of the plan, and returns the names of its credentials.
fn check(plan: &Plan, project: &Project, now: Untrusted) -> Result<Vec<Option<Arc<str>>>, SavedPlanFlaw> {
    if now != plan.endpoint {
        return Err(SavedPlanFlaw::OtherEndpoint { planned: plan.endpoint.clone(), now });
    }
    let mut names: Vec<_> = plan.clients.iter().map(|client| client.credentials.clone()).collect();
    names.sort();
    names.dedup();
    match names.iter().flatten().find(|name| !project.credentials.contains_key(*name)) {
        Some(undeclared) => Err(SavedPlanFlaw::UndeclaredCredentials(undeclared.clone())),
        None => Ok(names),
    }
}

/// Whether two commits are of projects in one folder, as far as both are known.
pub(super) fn is_same_folder(then: Option<&Revision>, now: Option<&Revision>) -> bool {
    match (then, now) {
        (Some(then), Some(now)) => then.folder == now.folder,
        (_, _) => true,
    }
}

/// The warning about a plan of files that its commit does not hold as they were: the ledger records that commit.
fn uncommitted(plan: &Plan) -> Option<Diagnostic> {
    // An undo applies no code, and the ledger records no commit for it. A file that git does not track is a difference
    // too, so this does not say that a document differs.
    let revision = plan.revision.as_ref().filter(|revision| revision.dirty && plan.undo.is_none())?;
    let commit = short_commit(&revision.commit);
    let summary = format!(
        "the plan was made in a work tree that differs from commit {commit}, which the ledger records as applied"
    );
    let help = "commit the change and make a new plan, so that git holds every value that is applied".to_owned();
    Some(Diagnostic::warning("ledger", None, summary).help(help))
}

fn another_commit(then: Option<&Revision>, now: Option<&Revision>) -> Option<Diagnostic> {
    let (then, now) = (then?, now?);
    let summary = format!("the plan is of commit {} and the work tree is at {}", then.commit, now.commit);
    (then.commit != now.commit).then(|| Diagnostic::warning("another-commit", None, summary))
}
