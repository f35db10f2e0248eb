//! The exchange of one write, as a state machine without I/O.
//!
//! Owns the order of reads, sends and waits for one client: state and event give the next action. The caller carries
//! actions out with real HTTP; tests drive the same code through every sequence of events. Its rules:
//!
//! * A PUT whose fate is unknown is never sent again before the client was read and the reading judged.
//! * Nothing is sent once the client was found stale, or once its plan has expired.
//! * Every exchange ends in exactly one result.

use std::borrow::Cow;
use std::marker::PhantomData;
use std::time::Duration;

use jiff::Timestamp;

use crate::model::{Failure, FailureKind, Live, SettingSet, Untrusted, instant_text};
use crate::plan::client::ClientPlan;
use crate::plan::send::body::PutBody;
use crate::plan::send::patch::Patch;
use crate::plan::send::recheck::{ClearedPatch, Recheck, holds_everything, recheck};
use crate::plan::send::replan::ReplanRules;
use crate::plan::send::result::{ApplyResult, ConfirmedBy, Details};
use crate::plan::send::verify;

/// How often a PUT is tried at most, refusals and unknown fates together.
pub const TRIES: u32 = 4;

/// What happened.
#[derive(Debug)]
pub enum Event {
    /// The client was read.
    Read(Live),
    /// The client could not be read; the reader has tried again where that made sense.
    ReadFailed(Failure),
    /// The PUT was answered with success and a JSON object.
    Answered(Live),
    /// The PUT was refused for good: 400, 403, 404, a redirect.
    Refused(Failure),
    /// The PUT was refused with 401: the token may have expired.
    Unauthorized(Failure),
    /// The PUT was refused with 429. `wait` says how long to wait for the quota, when that was allowed and is near; a
    /// passing refusal has no such time and is followed by a short back-off.
    Throttled {
        /// What the API said.
        failure: Failure,
        /// Whether the quota is used up; then only `wait` helps.
        spent: bool,
        /// How long until the reset, when it is worth waiting.
        wait: Option<Duration>,
    },
    /// No byte of the PUT left.
    NotSent(Failure),
    /// Some byte of the PUT may have arrived: reset, timeout, 5xx, an unusable success.
    FateUnknown(Failure),
    /// The last reading is too old to send by.
    TooOld,
    /// The declaration of the client has changed since the plan, at this instant.
    Expired(Timestamp),
    /// A wait is over.
    Waited,
    /// Nothing new may start, and why: interrupted, or other clients' writes went wrong.
    Stopped(String),
}

/// What to do next.
#[derive(Debug)]
pub enum NextAction<B = Patch> {
    /// Read the client.
    Read,
    /// Send the PUT. Answer [`Event::Expired`] instead when the plan of the client is over, and, unless it was
    /// `just_read`, [`Event::TooOld`] when the last reading is too old.
    Send {
        /// The proof that it may be sent, and the body.
        cleared: ClearedPatch<B>,
        /// The client was read a moment ago, for this.
        just_read: bool,
    },
    /// Get a fresh token, then send; or answer [`Event::TooOld`] or [`Event::Expired`] when that is so by then.
    Renew {
        /// The proof that it may be sent, and the body.
        cleared: ClearedPatch<B>,
    },
    /// Wait, then answer [`Event::Waited`].
    Wait(Pause),
    /// The conversation is over.
    Finish(ApplyResult, Details),
}

/// How long to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pause {
    /// Exponential back-off with jitter, after this many tries.
    BackOff(u32),
    /// Until the quota is reset.
    Quota(Duration),
}

/// One client's write, with the body of an ordinary run or of one that can only close.
#[derive(Clone, Debug)]
pub struct Exchange<'p, B = Patch> {
    client: Cow<'p, ClientPlan>,
    /// How to plan the client again after live has changed; without it such a client is stale.
    replan: Option<&'p ReplanRules>,
    allowed: SettingSet,
    live: Option<Live>,
    sends: u32,
    renewed: bool,
    unknown: Option<Failure>,
    /// What became of the answer to the last PUT whose fate was unknown.
    lost: Option<Untrusted>,
    body: PhantomData<fn() -> B>,
}

impl<'p> Exchange<'p> {
    /// Begins the write of an ordinary run. `live` is the reading that the plan was made from, when it may still be
    /// used; `allowed` are the fields that may move too.
    pub fn new(client: &'p ClientPlan, live: Option<Live>, allowed: SettingSet) -> Exchange<'p> {
        Exchange::of(client, live, allowed, None)
    }
}

impl<'p, B: PutBody> Exchange<'p, B> {
    /// Begins a write with such a body. With rules to `replan`, a live value that has changed is planned again.
    pub fn of(
        client: &'p ClientPlan,
        live: Option<Live>,
        allowed: SettingSet,
        replan: Option<&'p ReplanRules>,
    ) -> Exchange<'p, B> {
        let client = Cow::Borrowed(client);
        let (sends, renewed, unknown, lost) = (0, false, None, None);
        Exchange { client, replan, allowed, live, sends, renewed, unknown, lost, body: PhantomData }
    }

    /// The client as it was planned last.
    pub fn client(&self) -> &ClientPlan {
        &self.client
    }

    /// The client where live has changed and it was planned again.
    pub fn into_replanned(self) -> Option<ClientPlan> {
        match self.client {
            Cow::Owned(client) => Some(client),
            Cow::Borrowed(_) => None,
        }
    }

    /// The first action.
    pub fn begin(&mut self) -> NextAction<B> {
        match &self.live {
            None => NextAction::Read,
            Some(_) => self.judge(false),
        }
    }

    /// The reading that the last PUT was judged by.
    pub fn baseline(&self) -> Option<&Live> {
        self.live.as_ref()
    }

    /// What became of the last answer that was lost; `None` where every PUT had its answer.
    pub fn lost_answer(&self) -> Option<&Untrusted> {
        self.lost.as_ref()
    }

    /// The next action after an event.
    pub fn step(&mut self, event: Event) -> NextAction<B> {
        match event {
            Event::Read(live) => self.after_reading(live),
            Event::ReadFailed(failure) | Event::Refused(failure) if failure.kind == FailureKind::Interrupted => {
                self.stopped(&failure.message)
            }
            Event::ReadFailed(failure) => self.give_up(failure),
            Event::Answered(answer) => self.after_answer(answer),
            Event::Refused(failure) => self.give_up(failure),
            Event::Unauthorized(failure) if self.renewed || self.sends >= TRIES => self.give_up(failure),
            Event::Unauthorized(_) => {
                self.renewed = true;
                match self.judge(false) {
                    NextAction::Send { cleared, .. } => NextAction::Renew { cleared },
                    other => other,
                }
            }
            Event::Throttled { failure, spent: true, wait: None } => self.give_up(failure),
            Event::Throttled { failure, .. } | Event::NotSent(failure) if self.sends >= TRIES => self.give_up(failure),
            Event::Throttled { spent: true, wait: Some(wait), .. } => NextAction::Wait(Pause::Quota(wait)),
            Event::Throttled { .. } | Event::NotSent(_) => NextAction::Wait(Pause::BackOff(self.sends)),
            Event::FateUnknown(failure) => {
                self.lost = Some(failure.message.clone());
                self.unknown = Some(failure);
                NextAction::Wait(Pause::BackOff(self.sends))
            }
            Event::TooOld => {
                self.sends = self.sends.saturating_sub(1);
                NextAction::Read
            }
            Event::Expired(at) => self.expired(at),
            Event::Waited if self.unknown.is_some() => NextAction::Read,
            Event::Waited => self.judge(false),
            Event::Stopped(why) => self.stopped(&why.into()),
        }
    }

    fn after_reading(&mut self, live: Live) -> NextAction<B> {
        let Some(failure) = self.unknown.take() else {
            self.live = Some(live);
            return self.judge(true);
        };
        if live.id == self.client.id.or(live.id) && holds_everything(&self.client, &live.settings) {
            return self.settle(&live, ConfirmedBy::Reading);
        }
        match recheck(&self.client, &live) {
            Recheck::Send(_) if self.sends >= TRIES => {
                self.live = Some(live);
                self.give_up(failure)
            }
            Recheck::Send(cleared) => {
                self.live = Some(live);
                self.send(cleared, true)
            }
            Recheck::Unchanged => self.settle(&live, ConfirmedBy::Reading),
            Recheck::Stale(_) => self.finish(
                ApplyResult::Stale,
                failure.message.map(|why| {
                    format!(
                        "the write may have landed: {why}; read again, the client is neither as before nor as wanted"
                    )
                }),
            ),
            Recheck::Refused(later) => {
                self.unknown = Some(failure.clone());
                self.give_up(later.unwrap_or(failure))
            }
            Recheck::Failed(later) => {
                self.unknown = Some(failure);
                self.give_up(later)
            }
        }
    }

    fn after_answer(&mut self, answer: Live) -> NextAction<B> {
        let id = self.live.as_ref().and_then(|live| live.id);
        if verify::is_whole(&answer, id) {
            return self.settle(&answer, ConfirmedBy::Answer);
        }
        // Such an answer does not show whether the value was stored.
        let failure = Failure::new(FailureKind::BadAnswer, "the answer to the PUT was not the whole client");
        self.lost = Some(failure.message.clone());
        self.unknown = Some(failure);
        NextAction::Read
    }

    /// Judges the last reading: send, or finish.
    fn judge(&mut self, just_read: bool) -> NextAction<B> {
        let Some(live) = &self.live else { return NextAction::Read };
        let judged = match (recheck(&self.client, live), self.replan) {
            (Recheck::Stale(_), Some(rules)) => {
                self.client = Cow::Owned(rules.replan(&self.client, &live.settings));
                match self.client.blocked.is_empty() {
                    true => recheck(&self.client, live),
                    false => Recheck::Refused(None),
                }
            }
            (judged, _) => judged,
        };
        match judged {
            Recheck::Send(cleared) => self.send(cleared, just_read),
            Recheck::Unchanged => NextAction::Finish(ApplyResult::Unchanged, Details::default()),
            Recheck::Stale(moved) => {
                let fields: Vec<&str> = moved.iter().map(|setting| setting.name()).collect();
                self.finish(
                    ApplyResult::Stale,
                    format!("{} changed since the plan was made; nothing was sent, make a new plan", fields.join(", "))
                        .into(),
                )
            }
            Recheck::Refused(Some(failure)) => self.finish(ApplyResult::Refused, failure.message),
            Recheck::Refused(None) => self.finish(ApplyResult::Refused, self.client.reasons()),
            Recheck::Failed(failure) => self.give_up(failure),
        }
    }

    fn send(&mut self, cleared: ClearedPatch<B>, just_read: bool) -> NextAction<B> {
        self.sends += 1;
        NextAction::Send { cleared, just_read }
    }

    /// Judges what a write left behind.
    fn settle(&self, after: &Live, confirmed_by: ConfirmedBy) -> NextAction<B> {
        let before = self.live.as_ref().map(|live| &live.settings);
        let sent = self.client.to_send().map(|change| change.difference.setting).collect();
        let not_converged = verify::not_converged(&self.client.changes, &after.settings);
        let collateral =
            before.map(|before| verify::collateral(sent, self.allowed, before, &after.settings)).unwrap_or_default();
        let (outcome, message) = if !collateral.is_empty() {
            let moved: Vec<String> = collateral
                .iter()
                .map(|one| match after.settings.state(one.field) {
                    Some(_) => format!("{} moved from {} to {}", one.field, one.before, one.after),
                    None => format!("{} was {} and is missing from the answer", one.field, one.before),
                })
                .collect();
            let back: Vec<String> = collateral.iter().map(|one| format!("{}: {}", one.field, one.before)).collect();
            let message = format!(
                "{}, by this PUT or by someone at the same time. Put it back in the web cabinet: `{}`. Where the API \
                 clears the fields that a PUT does not hold, a further apply would clear others; \
                 --allow-collateral FIELD accepts it",
                moved.join(", "),
                back.join("`, `")
            );
            (ApplyResult::Collateral, Some(message))
        } else if !not_converged.is_empty() {
            let stored: Vec<String> = not_converged
                .iter()
                .map(|one| format!("{}: sent {}, stored {}", one.field, one.sent, one.stored))
                .collect();
            (
                ApplyResult::NotConverged,
                Some(format!("{}; declare what the API stores, or ask why it differs", stored.join(", "))),
            )
        } else {
            (ApplyResult::Applied, None)
        };
        let message = message.map(Untrusted::from);
        NextAction::Finish(
            outcome,
            Details { message, confirmed_by: Some(confirmed_by), in_doubt: false, not_converged, collateral },
        )
    }

    /// The plan of this client is over: a dated setting of it began or ended.
    fn expired(&self, at: Timestamp) -> NextAction<B> {
        let at = instant_text(at);
        let why = format!("its declaration changed at {at}, so this plan of it is over; make a new plan");
        self.finish(ApplyResult::Stale, why.into())
    }

    fn give_up(&self, failure: Failure) -> NextAction<B> {
        let help = failure.help.as_deref().map(|help| format!("; {help}")).unwrap_or_default();
        let doubt = match &self.unknown {
            Some(_) => "; the write may have landed: the next run shows it",
            None => "",
        };
        self.finish(ApplyResult::Failed, failure.message.map(|message| format!("{message}{doubt}{help}")))
    }

    fn stopped(&self, why: &Untrusted) -> NextAction<B> {
        match &self.unknown {
            Some(failure) => {
                let failed = failure
                    .message
                    .map(|failed| format!("while the fate of the write was unknown ({failed}); the next run shows it"));
                self.finish(ApplyResult::Failed, Untrusted::join([why, &failed], ", "))
            }
            None => self.finish(ApplyResult::Skipped, why.clone()),
        }
    }

    fn finish(&self, outcome: ApplyResult, message: Untrusted) -> NextAction<B> {
        let in_doubt = self.unknown.is_some();
        NextAction::Finish(outcome, Details { message: Some(message), in_doubt, ..Details::default() })
    }
}
