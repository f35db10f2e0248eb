//! The brake: one flag that ends a run in good order.
//!
//! Owns the flag and the waits that heed it. It knows no signal: whoever hears one pulls it. Requests under way are not its
//! concern, they finish; nothing new starts once it is pulled.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::Notify;

/// A brake that all its clones share.
#[derive(Clone, Debug, Default)]
pub struct Shutdown {
    inner: Arc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    pulled: AtomicBool,
    bell: Notify,
}

impl Shutdown {
    /// A brake that is not pulled.
    pub fn new() -> Shutdown {
        Shutdown::default()
    }

    /// Pulls it, for good. Every wait ends at once.
    pub fn stop(&self) {
        self.inner.pulled.store(true, Ordering::SeqCst);
        self.inner.bell.notify_waiters();
    }

    /// Whether it was pulled.
    pub fn is_stopped(&self) -> bool {
        self.inner.pulled.load(Ordering::SeqCst)
    }

    /// Returns when it is pulled, at once if it was.
    pub async fn stopped(&self) {
        let mut bell = std::pin::pin!(self.inner.bell.notified());
        // Listen first and look afterwards: a pull between the two is then heard.
        bell.as_mut().enable();
        if !self.is_stopped() {
            bell.await;
        }
    }

    /// Waits; `false` when the brake was pulled before or meanwhile.
    pub async fn wait(&self, pause: Duration) -> bool {
        if pause.is_zero() || self.is_stopped() {
            return !self.is_stopped();
        }
        tokio::select! {
            biased;
            () = self.stopped() => false,
            () = tokio::time::sleep(pause) => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_pulled_brake_ends_every_wait() {
        let stop = Shutdown::new();
        let waits: Vec<_> = (0..3)
            .map(|_| {
                let stop = stop.clone();
                tokio::spawn(async move { stop.wait(Duration::from_secs(600)).await })
            })
            .collect();
        tokio::task::yield_now().await;
        stop.stop();
        for wait in waits {
            assert!(!wait.await.unwrap());
        }
        assert!(!stop.wait(Duration::from_secs(600)).await);
        stop.stopped().await;
        assert!(stop.is_stopped());
    }

    #[tokio::test]
    async fn an_untouched_brake_lets_waits_end() {
        assert!(Shutdown::new().wait(Duration::from_millis(1)).await);
        assert!(Shutdown::new().wait(Duration::ZERO).await);
    }
}
