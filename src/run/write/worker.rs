//! One write: the conversation with one client.
//!
//! Owns the carrying out of what `plan::send::Exchange` decides: journal first, then the PUT. A PUT begins only while
//! nothing stops the run: a shutdown, too many failures, a failed canary, or other fields that changed along. None
//! begins once the plan of its client is over.

use std::io;
use std::sync::Arc;
use std::time::Instant;

use crate::journal::JournalLine;
use crate::ledger::apply::lease::HeldLease;
use crate::model::{Failure, FailureKind, FieldMask, LimitKind, io_cause};
use crate::plan::send::{Event, Exchange, NextAction, PutBody, had_something_to_lose, limit_name};
use crate::plan::{ApplyResult, ClearedPatch, ClientPlan, Details};
use crate::run::RunEvent;
use crate::run::read::Reading;
use crate::run::write::options::{WriteOptions, Writes};
use crate::run::write::state::WriteState;

/// One client to write.
pub(super) struct WriteJob {
    /// Its position in the plan.
    pub(super) index: usize,
    /// Its plan.
    pub(super) client: ClientPlan,
    /// The answer that it was planned from, where that is fresh.
    pub(super) reading: Option<Reading>,
}

/// Writes one client at a time.
#[derive(Clone)]
pub(super) struct WriteWorker<B> {
    pub(super) writes: Writes<B>,
    pub(super) options: WriteOptions,
    pub(super) state: Arc<WriteState>,
}

impl<B: PutBody> WriteWorker<B> {
    /// Writes a client and returns it with its result.
    pub(super) async fn write(&self, job: WriteJob) -> ClientPlan {
        let WriteJob { mut client, reading, index: _ } = job;
        let (outcome, mut details) = match self.may_begin() {
            Ok(()) => {
                let (outcome, details, replanned) = self.converse(&client, reading).await;
                client = replanned.unwrap_or(client);
                (outcome, details)
            }
            Err(why) => (ApplyResult::Skipped, Details { message: Some(why.into()), ..Details::default() }),
        };
        // Of a run that can only close the plan says what is not sent.
        details.message = details.message.or_else(|| client.details.take()?.message);
        if outcome != ApplyResult::Skipped {
            self.state.count(&client, outcome);
        }
        if outcome == ApplyResult::Collateral {
            self.state.halt("another client's other fields moved with its PUT");
        }
        client.finish(outcome, Some(details));
        (self.writes.listener)(RunEvent::Wrote { failed: !outcome.is_good() });
        client
    }

    /// Whether a further PUT may begin; the error says why not.
    fn may_begin(&self) -> Result<(), String> {
        if self.writes.shutdown.is_stopped() {
            return Err("interrupted before it was sent".to_owned());
        }
        if let Some(why) = self.writes.lease.as_ref().and_then(HeldLease::refusal) {
            return Err(format!("not sent: {why}"));
        }
        if let Some(why) = self.state.halted() {
            return Err(format!("not sent: {why}"));
        }
        match &self.options.max_failures {
            Some(bound) if self.state.failures() >= bound.amount => {
                let name = limit_name(LimitKind::Failures, bound);
                Err(format!("not sent: {name} is reached ({})", bound.amount))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Carries out the steps of one write.
    async fn converse(
        &self,
        client: &ClientPlan,
        reading: Option<Reading>,
    ) -> (ApplyResult, Details, Option<ClientPlan>) {
        let mut read_at = reading.as_ref().map(|reading| reading.at);
        let (live, replan) = (reading.map(|reading| reading.live), self.options.replan.as_deref());
        let mut exchange: Exchange<'_, B> = Exchange::of(client, live, self.options.allow_collateral, replan);
        let mut action = match self.expiry(client) {
            Some(expired) => exchange.step(expired),
            None => exchange.begin(),
        };
        let mut sent = false;
        loop {
            let event = match action {
                NextAction::Finish(outcome, details) => {
                    let (outcome, details) = self.finish(&exchange, sent, outcome, details).await;
                    return (outcome, details, exchange.into_replanned());
                }
                NextAction::Read => match self.read(client).await {
                    Ok(reading) => {
                        read_at = Some(reading.at);
                        Event::Read(reading.live)
                    }
                    Err(failure) => Event::ReadFailed(failure),
                },
                NextAction::Send { cleared, just_read } => {
                    if !self.writes.writer.turn().await {
                        Event::Stopped("interrupted before it was sent".to_owned())
                    } else if self.is_old(read_at) && !just_read {
                        Event::TooOld
                    } else {
                        self.send(exchange.client(), cleared, &mut sent).await
                    }
                }
                // A token may take long to arrive, so the age counts again.
                NextAction::Renew { cleared } => match self.writes.writer.renew(client.credentials.as_ref()).await {
                    Ok(()) if self.is_old(read_at) => Event::TooOld,
                    Ok(()) => self.send(exchange.client(), cleared, &mut sent).await,
                    Err(failure) => Event::Refused(failure),
                },
                NextAction::Wait(pause) => match self.writes.writer.pause(pause).await {
                    true => Event::Waited,
                    false => Event::Stopped("interrupted while waiting".to_owned()),
                },
            };
            action = exchange.step(event);
        }
    }

    /// Whether the plan of a client is over.
    fn expiry(&self, client: &ClientPlan) -> Option<Event> {
        client.valid_until.filter(|until| self.writes.clock.at() >= *until).map(Event::Expired)
    }

    fn is_old(&self, read_at: Option<Instant>) -> bool {
        read_at.is_none_or(|at| self.writes.clock.since(at) > self.options.max_read_age)
    }

    async fn read(&self, client: &ClientPlan) -> Result<Reading, Failure> {
        let mut keep = FieldMask::default();
        for (row, _) in &client.expect {
            keep.add(row);
        }
        let live = self.writes.reader.read(client.client_id, client.credentials.as_ref(), keep).await?;
        Ok(Reading { live, at: self.writes.clock.instant() })
    }

    /// One PUT: first into the journal, then to the API.
    async fn send(&self, client: &ClientPlan, cleared: ClearedPatch<B>, sent: &mut bool) -> Event {
        // A token may take long to arrive, and the lease or the plan may end meanwhile.
        if (self.writes.lease.is_some() || client.valid_until.is_some())
            && let Err(event) = self.writes.writer.prepare(client.credentials.as_ref()).await
        {
            return event;
        }
        if let Err(why) = self.may_begin() {
            return Event::Stopped(why);
        }
        if let Some(expired) = self.expiry(client) {
            return expired;
        }
        if let Err(error) = self.note(JournalLine::sending(client, cleared.patch())).await {
            self.state.halt("the journal cannot be written");
            let message = format!("the journal cannot be written ({}), so nothing was sent", io_cause(&error));
            return Event::Refused(Failure::new(FailureKind::Journal, message));
        }
        *sent = true;
        self.writes.writer.put(client.client_id, client.credentials.as_ref(), cleared).await
    }

    async fn finish(
        &self,
        exchange: &Exchange<'_, B>,
        sent: bool,
        outcome: ApplyResult,
        mut details: Details,
    ) -> (ApplyResult, Details) {
        let client = exchange.client();
        let changed = client.to_send().map(|change| change.difference.setting).collect();
        if let (Some(reread), Some(live)) = (&self.writes.reread, exchange.baseline()) {
            reread.keep(client, &live.settings);
        }
        let stored = details.confirmed_by.is_some() && details.collateral.is_empty();
        let lossy = exchange.baseline().is_some_and(|live| had_something_to_lose(changed, &live.settings));
        if sent && stored && lossy {
            self.state.prove();
        }
        if sent {
            let line = JournalLine::done(client, outcome, &details, exchange.lost_answer());
            if let Err(error) = self.note(line).await {
                self.state.halt("the journal cannot be written");
                details.message =
                    Some(format!("{outcome:?}, but the journal cannot be written: {}", io_cause(&error)).into());
            }
        }
        (outcome, details)
    }

    /// Writes a line into the journal, on a thread that may wait for the disk.
    async fn note(&self, line: io::Result<JournalLine>) -> io::Result<()> {
        let journal = self.writes.journal.clone().ok_or_else(|| io::Error::other("there is none"))?;
        let line = line?;
        let written = tokio::task::spawn_blocking(move || journal.write(&line)).await;
        written.map_err(io::Error::other)?
    }
}
