//! The counters of a run.
//!
//! Owns how often what was asked for. What counts as a request is for who asks.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::plan::Requests;

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To get a token.
    Token,
    /// To read.
    Read,
    /// To write.
    Write,
}

/// The counters of a run.
#[derive(Debug, Default)]
pub(super) struct Counts {
    token: AtomicU64,
    read: AtomicU64,
    write: AtomicU64,
    retries: AtomicU64,
}

impl Counts {
    /// A request that left.
    pub(super) fn request(&self, purpose: Purpose) {
        let counter = match purpose {
            Purpose::Token => &self.token,
            Purpose::Read => &self.read,
            Purpose::Write => &self.write,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// A request that is about to be made again.
    pub(super) fn retry(&self) {
        self.retries.fetch_add(1, Ordering::Relaxed);
    }

    /// All of them.
    pub(super) fn so_far(&self) -> Requests {
        let [token, read, write, retries] =
            [&self.token, &self.read, &self.write, &self.retries].map(|counter| counter.load(Ordering::Relaxed));
        Requests { total: token + read + write, token, read, write, retries }
    }
}
