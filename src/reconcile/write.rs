//! A plan to results: every changed client is written at most once at a time, and the journal is ahead of each PUT.
//!
//! Owns the order of writes: one at a time until a PUT that had something to lose came back whole, then many; an end to all of
//! them once other fields moved along, once too many failed, or once the run was interrupted. The conversation with one client
//! is `plan::send`'s; this module only carries its actions out.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::api::{Reader, Shutdown, Writer};
use crate::journal::{Journal, JournalLine};
use crate::model::{Failure, FailureKind, FieldMask, SettingSet};
use crate::plan::Details;
use crate::plan::send::{self, Event, Exchange, NextAction};
use crate::plan::{ApplyResult, ClearedPatch, ClientPlan, Status};
use crate::reconcile::read::{Reading, Readings};
use crate::reconcile::{Listener, RunEvent, fleet};

/// How to write.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How many clients at once, after the first has shown that this API merges.
    pub concurrency: usize,
    /// The oldest reading that a PUT may be sent by.
    pub max_read_age: Duration,
    /// Fields whose moving along is accepted.
    pub allow_collateral: SettingSet,
    /// So many clients that are neither applied nor unchanged stop the rest; failed reads count.
    pub max_failures: Option<u64>,
    /// So many clients are written first, one at a time; the first of them that fails stops the rest.
    pub canary: u64,
}

/// What a write needs.
#[derive(Clone)]
pub struct Hands {
    /// Sends.
    pub writer: Writer,
    /// Reads again.
    pub reader: Reader,
    /// Says when to end.
    pub stop: Shutdown,
    /// Where each PUT is written down before it is sent; without it none can be.
    pub journal: Option<Arc<Journal>>,
}

/// Sends what the plan says and records a result for every client. Returns the clients in their order.
pub async fn apply(
    planned: Vec<ClientPlan>,
    mut readings: Readings,
    hands: Hands,
    options: Options,
    listener: Listener,
) -> Vec<ClientPlan> {
    let mut clients = Vec::with_capacity(planned.len());
    let mut due = Vec::new();
    let run = Arc::new(Progress::default());
    for (index, mut client) in planned.into_iter().enumerate() {
        match settled_without_sending(&client) {
            Some((outcome, details)) => {
                run.count(outcome);
                client.finish(outcome, details);
                clients.push(Some(client));
            }
            None => {
                due.push((index, client, readings.remove(&index)));
                clients.push(None);
            }
        }
    }
    listener(RunEvent::Writing(due.len()));
    let worker = Worker { hands, options, run, listener };
    let mut rest = due.into_iter();
    let mut written = 0;
    while !worker.run.proven.load(Ordering::SeqCst) || written < options.canary {
        let Some(job) = rest.next() else { break };
        let (index, client) = worker.write(job).await;
        if written < options.canary && client.result.is_none_or(|outcome| !outcome.is_good()) {
            worker.run.halt("a canary was not applied");
        }
        // A client that turned out to be as wanted already has shown nothing, so the next one is the canary.
        if client.result != Some(ApplyResult::Unchanged) {
            written += 1;
        }
        clients[index] = Some(client);
    }
    let concurrency = options.concurrency;
    let work = move |job| {
        let worker = worker.clone();
        async move { worker.write(job).await }
    };
    for (index, client) in fleet::run(rest, concurrency, vec![work]).await {
        clients[index] = Some(client);
    }
    clients.into_iter().flatten().collect()
}

/// What is known without any request: failed, in sync or blocked.
fn settled_without_sending(client: &ClientPlan) -> Option<(ApplyResult, Option<Details>)> {
    let say =
        |message: &crate::model::Untrusted| Some(Details { message: Some(message.clone()), ..Details::default() });
    if let Some(error) = &client.error {
        return Some((outcome_of_failure(client), say(&error.message)));
    }
    if client.status() == Status::InSync {
        return Some((ApplyResult::Unchanged, None));
    }
    if !client.blocked.is_empty() {
        return Some((ApplyResult::Refused, say(&client.reasons())));
    }
    // What differs still differs: the change itself says that it was kept.
    (!client.is_to_send()).then(|| (ApplyResult::Unchanged, say(&"not sent: --only leaves its origin out".into())))
}

/// The result of a client that could not be compared.
pub fn outcome_of_failure(client: &ClientPlan) -> ApplyResult {
    match client.error.as_ref().map(|error| error.kind) {
        Some(FailureKind::Expect) => ApplyResult::Refused,
        Some(FailureKind::Interrupted) => ApplyResult::Skipped,
        Some(_) | None => ApplyResult::Failed,
    }
}

/// How the run is going, for all workers.
#[derive(Debug, Default)]
struct Progress {
    /// A PUT that had something to lose came back whole.
    proven: AtomicBool,
    /// Why no further PUT may begin.
    halted: Mutex<Option<String>>,
    /// How many clients are neither applied nor unchanged.
    failures: AtomicU64,
}

impl Progress {
    fn count(&self, outcome: ApplyResult) {
        if !outcome.is_good() {
            self.failures.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn halt(&self, why: &str) {
        self.halted.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(|| why.to_owned());
    }

    fn halted(&self) -> Option<String> {
        self.halted.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[derive(Clone)]
struct Worker {
    hands: Hands,
    options: Options,
    run: Arc<Progress>,
    listener: Listener,
}

impl Worker {
    async fn write(&self, (index, mut client, reading): (usize, ClientPlan, Option<Reading>)) -> (usize, ClientPlan) {
        let (outcome, details) = match self.may_begin() {
            Ok(()) => self.converse(&client, reading).await,
            Err(why) => (ApplyResult::Skipped, Details { message: Some(why.into()), ..Details::default() }),
        };
        if outcome != ApplyResult::Skipped {
            self.run.count(outcome);
        }
        if outcome == ApplyResult::Collateral {
            self.run.halt("another client's other fields moved with its PUT");
        }
        client.finish(outcome, Some(details));
        (self.listener)(RunEvent::Wrote { failed: !outcome.is_good() });
        (index, client)
    }

    /// Whether a further client may be begun.
    fn may_begin(&self) -> Result<(), String> {
        if self.hands.stop.is_stopped() {
            return Err("interrupted before it was sent".to_owned());
        }
        if let Some(why) = self.run.halted() {
            return Err(format!("not sent: {why}"));
        }
        match self.options.max_failures {
            Some(most) if self.run.failures.load(Ordering::SeqCst) >= most => {
                Err(format!("not sent: --max-failures {most} is reached"))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Carries one conversation through: the machine decides, this does.
    async fn converse(&self, client: &ClientPlan, reading: Option<Reading>) -> (ApplyResult, Details) {
        let mut read_at = reading.as_ref().map(|reading| reading.at);
        let mut exchange = Exchange::new(client, reading.map(|reading| reading.live), self.options.allow_collateral);
        let mut action = exchange.begin();
        let mut sent = false;
        loop {
            let event = match action {
                NextAction::Finish(outcome, details) => {
                    return self.finish(client, &exchange, sent, outcome, details).await;
                }
                NextAction::Read => match self.read(client).await {
                    Ok(reading) => {
                        read_at = Some(reading.at);
                        Event::Read(reading.live)
                    }
                    Err(failure) => Event::ReadFailed(failure),
                },
                NextAction::Send { cleared, just_read } => {
                    if !self.hands.writer.turn().await {
                        Event::Stopped("interrupted before it was sent".to_owned())
                    } else if self.is_old(read_at) && !just_read {
                        Event::TooOld
                    } else {
                        self.send(client, cleared, &mut sent).await
                    }
                }
                // A token can be long in coming, so the age counts anew.
                NextAction::Renew { cleared } => match self.hands.writer.renew(client.credentials.as_ref()).await {
                    Ok(()) if self.is_old(read_at) => Event::TooOld,
                    Ok(()) => self.send(client, cleared, &mut sent).await,
                    Err(failure) => Event::Refused(failure),
                },
                NextAction::Wait(pause) => match self.hands.writer.pause(pause).await {
                    true => Event::Waited,
                    false => Event::Stopped("interrupted while waiting".to_owned()),
                },
            };
            action = exchange.step(event);
        }
    }

    fn is_old(&self, read_at: Option<Instant>) -> bool {
        read_at.is_none_or(|at| at.elapsed() > self.options.max_read_age)
    }

    async fn read(&self, client: &ClientPlan) -> Result<Reading, Failure> {
        let mut keep = FieldMask::default();
        for (row, _) in &client.expect {
            keep.add(row);
        }
        let live = self.hands.reader.read(client.client_id, client.credentials.as_ref(), keep).await?;
        Ok(Reading { live, at: Instant::now() })
    }

    /// One PUT: first into the journal, then onto the wire.
    async fn send(&self, client: &ClientPlan, cleared: ClearedPatch, sent: &mut bool) -> Event {
        if let Err(why) = self.may_begin() {
            return Event::Stopped(why);
        }
        if let Err(error) = self.note(JournalLine::sending(client, cleared.patch())).await {
            self.run.halt("the journal cannot be written");
            let message = format!("the journal cannot be written ({error}), so nothing was sent");
            return Event::Refused(Failure::new(FailureKind::Journal, message));
        }
        *sent = true;
        self.hands.writer.put(client.client_id, client.credentials.as_ref(), cleared).await
    }

    async fn finish(
        &self,
        client: &ClientPlan,
        exchange: &Exchange<'_>,
        sent: bool,
        outcome: ApplyResult,
        mut details: Details,
    ) -> (ApplyResult, Details) {
        let changed = client.to_send().map(|change| change.difference.setting).collect();
        let stored = details.confirmed_by.is_some() && details.collateral.is_empty();
        let lossy = exchange.baseline().is_some_and(|live| send::had_something_to_lose(changed, &live.settings));
        if sent && stored && lossy {
            self.run.proven.store(true, Ordering::SeqCst);
        }
        if sent {
            let line = JournalLine::done(client, outcome, details.message.clone());
            if let Err(error) = self.note(line).await {
                self.run.halt("the journal cannot be written");
                details.message = Some(format!("{outcome:?}, but the journal cannot be written: {error}").into());
            }
        }
        (outcome, details)
    }

    /// Writes a line into the journal, on a thread that may wait for the disk.
    async fn note(&self, line: io::Result<JournalLine>) -> io::Result<()> {
        let journal = self.hands.journal.clone().ok_or_else(|| io::Error::other("there is none"))?;
        let line = line?;
        let written = tokio::task::spawn_blocking(move || journal.write(&line)).await;
        written.map_err(io::Error::other)?
    }
}
