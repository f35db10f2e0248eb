//! Declarations to client plans: every client is read once, many at a time.
//!
//! Owns the flow of reads. A declaration is dropped as soon as its client is planned, and an answer as soon as nothing is to be
//! sent, so memory grows with what the report needs. It receives the reader and cannot write.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use crate::api::{Reader, Shutdown};
use crate::model::{Declaration, Diagnostic, Failure, FailureKind, Guard, Live};
use crate::plan::compare::fail_duplicates;
use crate::plan::{ClientPlan, Origins, SendScope, Status, guards};
use crate::reconcile::{Listener, RunEvent, fleet};

/// An answer and when it arrived.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The answer.
    pub live: Live,
    /// When its last byte was there; its age counts from here.
    pub at: Instant,
}

/// Answers that clients were planned from, by the position of the client, kept where something is to be sent.
pub type Readings = BTreeMap<usize, Reading>;

/// How to read.
#[derive(Debug)]
pub struct Options<'a> {
    /// How many clients at once.
    pub concurrency: usize,
    /// By what differences are judged.
    pub origins: Arc<Origins>,
    /// What of them may be sent.
    pub sending: &'a SendScope,
    /// The project's guards.
    pub guards: &'a [Guard],
    /// Whether answers are kept for a write that follows.
    pub keep_readings: bool,
}

/// What came of it.
#[derive(Debug)]
pub struct ReadOutcome {
    /// The clients, in the order of the declarations.
    pub clients: Vec<ClientPlan>,
    /// The answers to send by; empty unless they were to be kept.
    pub readings: Readings,
    /// Warnings of the guards.
    pub warnings: Vec<Diagnostic>,
}

/// Reads and plans every client. Once `stop` is pulled the rest fails as interrupted; what was under way is finished.
pub async fn plan(
    declarations: Vec<Declaration>,
    reader: &Reader,
    stop: &Shutdown,
    options: Options<'_>,
    listener: Listener,
) -> ReadOutcome {
    listener(RunEvent::Reading(declarations.len()));
    let (stop, origins, keep) = (stop.clone(), options.origins, options.keep_readings);
    let readings = Arc::new(Mutex::new(Readings::new()));
    let kept = Arc::clone(&readings);
    let work = |reader: Reader| {
        let (stop, listener, kept) = (stop.clone(), Arc::clone(&listener), Arc::clone(&kept));
        let origins = Arc::clone(&origins);
        move |(index, declaration): (usize, Declaration)| {
            let (reader, stop) = (reader.clone(), stop.clone());
            let (listener, kept, origins) = (Arc::clone(&listener), Arc::clone(&kept), Arc::clone(&origins));
            async move {
                let (client, reading) = read_one(&declaration, &reader, &stop, &origins, keep).await;
                listener(RunEvent::Read { failed: client.error.is_some() });
                if let Some(reading) = reading {
                    kept.lock().unwrap_or_else(PoisonError::into_inner).insert(index, reading);
                }
                client
            }
        }
    };
    let works = hands(reader, declarations.len()).into_iter().map(work).collect();
    let jobs = declarations.into_iter().enumerate();
    let mut clients = fleet::run(jobs, options.concurrency, works).await;
    fail_duplicates(clients.iter_mut());
    let mut warnings = Vec::new();
    for client in &mut clients {
        options.sending.mark(client);
        warnings.extend(guards::judge(options.guards, client));
    }
    let readings = std::mem::take(&mut *readings.lock().unwrap_or_else(PoisonError::into_inner));
    ReadOutcome { clients, readings, warnings }
}

/// A reader for each thread that shall read. A fleet keeps two cores busy; for few clients a second thread costs more than it
/// brings, and more than two were of no use where the other side does its own share of the work.
fn hands(reader: &Reader, clients: usize) -> Vec<Reader> {
    const MANY: usize = 500;
    let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get());
    let second = (clients >= MANY && cores > 1).then(|| reader.for_another_thread()).flatten();
    [reader.clone()].into_iter().chain(second).collect()
}

async fn read_one(
    declaration: &Declaration,
    reader: &Reader,
    stop: &Shutdown,
    origins: &Origins,
    keep: bool,
) -> (ClientPlan, Option<Reading>) {
    if stop.is_stopped() {
        let failure = Failure::new(FailureKind::Interrupted, "interrupted before it was read");
        return (ClientPlan::failed(declaration, failure), None);
    }
    match reader.read(declaration.client, declaration.credentials.as_ref(), declaration.keep()).await {
        Ok(live) => {
            let at = Instant::now();
            let again = keep.then(|| live.clone());
            let client = ClientPlan::read(declaration, live, origins.of(declaration));
            let reading = again.filter(|_| client.status() == Status::Change).map(|live| Reading { live, at });
            (client, reading)
        }
        Err(failure) => (ClientPlan::failed(declaration, failure), None),
    }
}
