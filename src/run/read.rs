//! Declarations to client plans: every client is read once, many at a time.
//!
//! Owns the flow of reads. It drops a declaration as soon as its client is planned, and an answer as soon as no write
//! needs it, so memory grows with what the report needs. It receives the reader and cannot write.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use crate::api::{Reader, Shutdown};
use crate::model::{ClientId, Declaration, Diagnostic, Failure, FailureKind, FieldMask, Live, SettingSet};
use crate::plan::compare::fail_duplicates;
use crate::plan::{ClientPlan, GuardList, Origins, ScheduledChanges, SendScope, Status, guards};
use crate::run::environment::{Clock, Environment};
use crate::run::session::Session;
use crate::run::{Listener, RunEvent, workers};

/// An answer and when it arrived.
#[derive(Clone, Debug)]
pub(super) struct Reading {
    /// The answer.
    pub(super) live: Live,
    /// When its last byte arrived; its age counts from here.
    pub(super) at: Instant,
}

/// Answers by the position of their client, kept where a write needs them.
pub(super) type Readings = BTreeMap<usize, Reading>;

/// How to read.
pub(super) struct ReadOptions<'a> {
    /// The reader.
    pub(super) reader: &'a Reader,
    /// How many clients at a time.
    pub(super) concurrency: usize,
    /// By what the plan judges differences.
    pub(super) origins: Arc<Origins>,
    /// Which of them a run may send.
    pub(super) sending: &'a SendScope,
    /// The fields that the run selects; empty for all.
    pub(super) fields: SettingSet,
    /// The dated settings that the change set brings.
    pub(super) scheduled: ScheduledChanges,
    /// The guards to judge by.
    pub(super) guards: &'a GuardList,
    /// Whether to keep answers for a write that follows.
    pub(super) keep_readings: bool,
    /// Ends the reads.
    pub(super) shutdown: &'a Shutdown,
    /// Gives an answer its time.
    pub(super) clock: Clock,
    /// Receives what happens.
    pub(super) listener: &'a Listener,
}

impl<'a> ReadOptions<'a> {
    /// Reads that show what the project would send, and keep no answer.
    pub(super) fn new(
        session: &'a Session,
        guards: &'a GuardList,
        origins: Arc<Origins>,
        sending: &'a SendScope,
        env: &'a Environment,
        listener: &'a Listener,
    ) -> ReadOptions<'a> {
        ReadOptions {
            reader: &session.reader,
            concurrency: session.concurrency,
            origins,
            sending,
            fields: SettingSet::default(),
            scheduled: ScheduledChanges::default(),
            guards,
            keep_readings: false,
            shutdown: &env.shutdown,
            clock: env.clock,
            listener,
        }
    }
}

/// The result of reading.
#[derive(Debug)]
pub(super) struct ReadOutcome {
    /// The clients, in the order of the declarations.
    pub(super) clients: Vec<ClientPlan>,
    /// The answers to write by; empty unless a write follows.
    pub(super) readings: Readings,
    /// Warnings of the guards.
    pub(super) warnings: Vec<Diagnostic>,
}

/// Reads and plans every client. After a shutdown the rest fails as interrupted; reads under way finish.
pub(super) async fn read(declarations: Vec<Declaration>, options: ReadOptions<'_>) -> ReadOutcome {
    (options.listener)(RunEvent::Reading(declarations.len()));
    let readings = Arc::new(Mutex::new(Readings::new()));
    let work = |reader: Reader| {
        let one = ClientReader {
            reader,
            shutdown: options.shutdown.clone(),
            origins: Arc::clone(&options.origins),
            clock: options.clock,
            readings: options.keep_readings.then(|| Arc::clone(&readings)),
            listener: Arc::clone(options.listener),
        };
        move |(index, declaration): (usize, Declaration)| {
            let one = one.clone();
            async move { one.plan(index, &declaration).await }
        }
    };
    let works = readers(options.reader, declarations.len()).into_iter().map(work).collect();
    let jobs = declarations.into_iter().enumerate();
    let mut clients = workers::run(jobs, options.concurrency, works).await;
    (options.listener)(RunEvent::ReadingDone);
    fail_duplicates(clients.iter_mut());
    let mut warnings = Vec::new();
    for client in &mut clients {
        options.sending.mark(client);
        client.select(options.fields);
        options.scheduled.list(client);
        warnings.extend(guards::judge(options.guards, client));
    }
    let readings = std::mem::take(&mut *readings.lock().unwrap_or_else(PoisonError::into_inner));
    ReadOutcome { clients, readings, warnings }
}

/// A reader for each thread. A fleet keeps two cores busy. For few clients a second thread costs more than it saves,
/// and a third saves nothing, because the server does its own share of the work.
pub(super) fn readers(reader: &Reader, clients: usize) -> Vec<Reader> {
    const MANY: usize = 500;
    let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get());
    let second = (clients >= MANY && cores > 1).then(|| reader.for_another_thread()).flatten();
    [reader.clone()].into_iter().chain(second).collect()
}

/// Reads one client, unless a signal came before.
pub(super) async fn read_client(
    reader: &Reader,
    shutdown: &Shutdown,
    client: ClientId,
    credentials: Option<&Arc<str>>,
    keep: FieldMask,
) -> Result<Live, Failure> {
    match shutdown.is_stopped() {
        true => Err(Failure::new(FailureKind::Interrupted, "interrupted before it was read")),
        false => reader.read(client, credentials, keep).await,
    }
}

/// Reads and plans one client at a time.
#[derive(Clone)]
struct ClientReader {
    reader: Reader,
    shutdown: Shutdown,
    origins: Arc<Origins>,
    clock: Clock,
    /// Where to keep the answers of clients with something to send.
    readings: Option<Arc<Mutex<Readings>>>,
    listener: Listener,
}

impl ClientReader {
    async fn plan(&self, index: usize, declaration: &Declaration) -> ClientPlan {
        let (client, credentials) = (declaration.client, declaration.credentials.as_ref());
        let client = match read_client(&self.reader, &self.shutdown, client, credentials, declaration.keep()).await {
            Ok(live) => self.compare(index, declaration, live),
            Err(failure) => ClientPlan::failed(declaration, failure),
        };
        (self.listener)(RunEvent::Read { failed: client.error.is_some() });
        client
    }

    fn compare(&self, index: usize, declaration: &Declaration, live: Live) -> ClientPlan {
        let at = self.clock.instant();
        let again = self.readings.as_ref().map(|readings| (readings, live.clone()));
        let client = ClientPlan::read(declaration, live, self.origins.of(declaration));
        if let Some((readings, live)) = again.filter(|_| client.status() == Status::Change) {
            readings.lock().unwrap_or_else(PoisonError::into_inner).insert(index, Reading { live, at });
        }
        client
    }
}
