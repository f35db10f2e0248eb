//! The run of an import: request, clients, connection, reads and documents, outcome.
//!
//! Owns the order of these steps. The untouched example of `init` counts for nothing and goes once there are documents.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use anyhow::Context;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::api::Reader;
use crate::config;
use crate::model::ClientId;
use crate::plan::DocumentKind;
use crate::run::import::client_import::{ClientImport, ImportStep};
use crate::run::import::declared::DeclaredDocuments;
use crate::run::import::document::DocumentDefaults;
use crate::run::import::factor::factor;
use crate::run::import::factor_outcome::FactorError;
use crate::run::import::jobs::{ImportJob, ImportJobs};
use crate::run::import::result::{ImportOutcome, ImportedClient};
use crate::run::import::target::ImportTarget;
use crate::run::preflight::{self, chosen_credentials, project};
use crate::run::read::readers;
use crate::run::session::Session;
use crate::run::{Environment, ImportRequest, Listener, NotStarted, RunEvent, workers};

/// Reads the clients and writes their documents, many at a time. `check_folder` judges the folder of the documents
/// before the first request. `each` receives the clients in their order, as soon as all before them are done; its error
/// ends the import.
pub async fn import(
    request: &ImportRequest,
    env: &Environment,
    listener: &Listener,
    check_folder: fn(&Path) -> anyhow::Result<()>,
    each: impl FnMut(ImportedClient) -> anyhow::Result<()>,
) -> Result<ImportOutcome, NotStarted> {
    let mut loaded = config::load(&request.files.request(env));
    // Import is for a project without documents too: it writes what a glob is there for.
    loaded.diagnostics.retain(|one| one.rule != "no-documents" && one.rule != "unmatched-glob");
    let (project, mut report) = project(&mut loaded, DocumentKind::Validation, false, env)?;
    let default = chosen_credentials(&project, request.credentials.as_ref())?;
    let mut jobs = match ImportJobs::of(request, &project, default.as_ref(), env) {
        Ok(jobs) => jobs,
        Err(errors) => return Err(preflight::problems(report, errors, env)),
    };
    let folder = match &request.out {
        Some(out) => env.folder.join(out),
        None => project.root.join("clients"),
    };
    check_folder(&folder)?;
    let documents = DeclaredDocuments::of(&project, &loaded.declarations);
    drop(loaded);
    let mut outcome = ImportOutcome::new(jobs.wrong_rows);
    // So an import of many clients goes on where it was interrupted.
    if (request.from.is_some() || request.factor) && !request.force {
        let (before, written) = (jobs.jobs.len(), documents.written_before(&folder));
        let is_written = |client: ClientId| client.number().is_some_and(|id| written.contains(&id));
        jobs.jobs.retain(|job| !documents.declares(job.client, job.credentials.as_ref()) && !is_written(job.client));
        outcome.declared = before - jobs.jobs.len();
    }
    let session = match Session::connect(&project, jobs.credentials(), &request.connection, env).await {
        Ok(session) => session,
        Err(errors) => return Err(preflight::problems(report, errors, env)),
    };
    report.diagnostics.append(&mut jobs.diagnostics);
    listener(RunEvent::Warnings(report.diagnostics));
    let target = ImportTarget {
        folder,
        documents,
        force: request.force,
        persist: env.persist,
        defaults: DocumentDefaults {
            credentials: project.default_credentials.clone(),
            settings: project.default_profile_settings(),
        },
        numbers: Mutex::new(numbers(&jobs.jobs)),
    };
    let target = Arc::new(target);
    let read = read_all(jobs, &target, &session, env, listener, each, &mut outcome).await;
    // The simulator keeps what it has counted, whatever ended the reads.
    let closed = session.close().await;
    read?;
    if let Some(example) = target.documents.example.as_ref().filter(|_| outcome.written > 0) {
        fs::remove_file(example).with_context(|| format!("cannot remove the example {}", example.display()))?;
        outcome.removed_example = Some(example.clone());
    }
    if request.factor {
        let file = project.root.join(&*project.file);
        let (failed, clients) = (outcome.failed, outcome.failed + outcome.written + outcome.declared);
        outcome.factored = Some(match failed * 4 > clients {
            true => Err(FactorError::Incomplete { failed, clients }),
            false => factor(request, &target.folder, &file, env),
        });
    }
    outcome.finished = closed;
    Ok(outcome)
}

/// The numbers of the jobs, where one of the jobs may turn out to be one of them.
fn numbers(jobs: &[ImportJob]) -> BTreeSet<u64> {
    match jobs.iter().any(|job| job.client == ClientId::Me) {
        true => jobs.iter().filter_map(|job| job.client.number()).collect(),
        false => BTreeSet::new(),
    }
}

/// Imports every client, and counts.
async fn read_all(
    jobs: ImportJobs,
    target: &Arc<ImportTarget>,
    session: &Session,
    env: &Environment,
    listener: &Listener,
    each: impl FnMut(ImportedClient) -> anyhow::Result<()>,
    outcome: &mut ImportOutcome,
) -> anyhow::Result<()> {
    listener(RunEvent::Reading(jobs.jobs.len()));
    let (results, received) = unbounded_channel();
    let is_over = Arc::new(AtomicBool::new(false));
    let list = jobs.list();
    let work = |reader: Reader| {
        let one = ClientImport {
            reader,
            shutdown: env.shutdown.clone(),
            is_over: Arc::clone(&is_over),
            target: Arc::clone(target),
            list: list.clone(),
            results: results.clone(),
            listener: Arc::clone(listener),
        };
        move |(index, job): (usize, ImportJob)| one.clone().import(index, job)
    };
    let works: Vec<_> = readers(&session.reader, jobs.jobs.len()).into_iter().map(work).collect();
    // The workers have senders of their own; the last of them ends the results.
    drop(results);
    let jobs = jobs.jobs.into_iter().enumerate();
    let all = workers::run(jobs, session.concurrency, works);
    let (_, shown) = tokio::join!(all, in_order(received, each, &is_over, outcome));
    listener(RunEvent::ReadingDone);
    shown
}

/// Hands the results on in the order of the jobs.
async fn in_order(
    mut received: UnboundedReceiver<ImportStep>,
    mut each: impl FnMut(ImportedClient) -> anyhow::Result<()>,
    is_over: &AtomicBool,
    outcome: &mut ImportOutcome,
) -> anyhow::Result<()> {
    let (mut waiting, mut next, mut shown) = (BTreeMap::new(), 0, Ok(()));
    while let Some((index, step)) = received.recv().await {
        waiting.insert(index, step);
        while let Some(step) = waiting.remove(&next) {
            next += 1;
            match &step {
                Some(ImportedClient { result: Ok(_), .. }) => outcome.written += 1,
                Some(ImportedClient { result: Err(_), .. }) => outcome.failed += 1,
                None => outcome.interrupted += 1,
            }
            if let (Some(one), Ok(())) = (step, &shown) {
                shown = each(one);
                is_over.fetch_or(shown.is_err(), Ordering::Relaxed);
            }
        }
    }
    shown
}
