//! One flag that ends a run in good order.
//!
//! Owns the flag and the wait for it. It knows no signal: the caller that receives one sets the flag. Requests under
//! way finish; nothing new starts once the flag is set.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

/// A flag that all its clones share.
#[derive(Clone, Debug, Default)]
pub struct Shutdown {
    state: Arc<ShutdownState>,
}

#[derive(Debug, Default)]
struct ShutdownState {
    stopped: AtomicBool,
    requests_begun: AtomicBool,
    notify: Notify,
}

impl Shutdown {
    /// A flag that is not set.
    pub fn new() -> Shutdown {
        Shutdown::default()
    }

    /// Records that requests may be under way from now on. Before that a run has nothing to finish.
    pub fn begin_requests(&self) {
        self.state.requests_begun.store(true, Ordering::SeqCst);
    }

    /// Whether requests may be under way.
    pub fn has_requests(&self) -> bool {
        self.state.requests_begun.load(Ordering::SeqCst)
    }

    /// Sets the flag, for good. Every wait ends immediately.
    pub fn stop(&self) {
        self.state.stopped.store(true, Ordering::SeqCst);
        self.state.notify.notify_waiters();
    }

    /// Whether the flag is set.
    pub fn is_stopped(&self) -> bool {
        self.state.stopped.load(Ordering::SeqCst)
    }

    /// Returns once the flag is set.
    pub async fn stopped(&self) {
        let mut notified = std::pin::pin!(self.state.notify.notified());
        // Register before the look at the flag: a stop between the two then still wakes this wait.
        notified.as_mut().enable();
        if !self.is_stopped() {
            notified.await;
        }
    }

    /// Waits until `wait` is over; `false` when the flag was set before or meanwhile.
    pub(super) async fn unless_stopped(&self, wait: impl Future<Output = ()>) -> bool {
        if self.is_stopped() {
            return false;
        }
        tokio::select! {
            biased;
            () = self.stopped() => false,
            () = wait => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_stop_ends_every_wait() {
        let shutdown = Shutdown::new();
        let waits: Vec<_> = (0..3)
            .map(|_| {
                let shutdown = shutdown.clone();
                tokio::spawn(async move { shutdown.unless_stopped(std::future::pending()).await })
            })
            .collect();
        tokio::task::yield_now().await;
        shutdown.stop();
        for wait in waits {
            assert!(!wait.await.unwrap());
        }
        assert!(!shutdown.unless_stopped(async {}).await);
        shutdown.stopped().await;
        assert!(shutdown.is_stopped());
    }

    #[tokio::test]
    async fn without_a_stop_a_wait_ends_by_its_own() {
        assert!(Shutdown::new().unless_stopped(async {}).await);
    }
}
