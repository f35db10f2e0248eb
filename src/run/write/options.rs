//! What writes are given: how to write, and what with.
//!
//! Owns these two types, and the way from the writes of an ordinary run to those of a run that can only close.

use std::sync::Arc;
use std::time::Duration;

use crate::api::{Reader, Shutdown, Writer};
use crate::journal::Journal;
use crate::ledger::apply::lease::HeldLease;
use crate::model::{LimitBound, SettingSet};
use crate::plan::send::ReplanRules;
use crate::plan::{ClosingPatch, Patch};
use crate::run::Listener;
use crate::run::environment::Clock;
use crate::run::reread::RereadClients;

/// How to write.
#[derive(Clone, Debug)]
pub(in crate::run) struct WriteOptions {
    /// How many clients at a time, after the first has shown that this API merges.
    pub(in crate::run) concurrency: usize,
    /// The oldest answer that a PUT may be sent by.
    pub(in crate::run) max_read_age: Duration,
    /// Fields that may change along with a PUT.
    pub(in crate::run) allow_collateral: SettingSet,
    /// So many clients that fail stop the rest; failed reads count.
    pub(in crate::run) max_failures: Option<Arc<LimitBound>>,
    /// So many clients are written first, one at a time; the first of them that fails stops the rest.
    pub(in crate::run) canary: u64,
    /// How to plan a client again whose live value has changed; `None`: it is stale.
    pub(in crate::run) replan: Option<Arc<ReplanRules>>,
}

/// What the writes of a run use.
#[derive(Clone)]
pub(in crate::run) struct Writes<B = Patch> {
    /// Sends bodies of one kind.
    pub(in crate::run) writer: Writer<B>,
    /// Reads again.
    pub(in crate::run) reader: Reader,
    /// Ends the writes.
    pub(in crate::run) shutdown: Shutdown,
    /// Records each PUT before it is sent. Without it the run sends none.
    pub(in crate::run) journal: Option<Arc<Journal>>,
    /// Until when a PUT may begin; `None` without a ledger.
    pub(in crate::run) lease: Option<HeldLease>,
    /// Gives an answer its age.
    pub(in crate::run) clock: Clock,
    /// Keeps the answers, for a run whose plan holds older ones.
    pub(in crate::run) reread: Option<Arc<RereadClients>>,
    /// Receives what happens.
    pub(in crate::run) listener: Listener,
}

impl Writes {
    /// The same for a run that can only close.
    pub(in crate::run) fn only_closing(self) -> Writes<ClosingPatch> {
        let Writes { writer, reader, shutdown, journal, lease, clock, reread, listener } = self;
        Writes { writer: writer.only_closing(), reader, shutdown, journal, lease, clock, reread, listener }
    }
}
