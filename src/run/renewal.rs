//! The renewal of a run's claim beside its writes.
//!
//! Owns the task that looks at the lease and renews it, one renewal at a time, on a thread that may wait for git. The
//! lease itself is `ledger`'s; the writes read it before each PUT.

use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::run::recording::Recording;

/// A run whose claim is renewed until it ends.
#[derive(Debug)]
pub(super) struct ClaimRenewal {
    stop: oneshot::Sender<()>,
    task: JoinHandle<Recording>,
}

impl ClaimRenewal {
    /// Renews the claim of a run from now on.
    pub(super) fn start(recording: Recording) -> ClaimRenewal {
        let (stop, stopped) = oneshot::channel();
        ClaimRenewal { stop, task: tokio::spawn(renew_until(recording, stopped)) }
    }

    /// Ends the renewals; one that is under way ends first.
    pub(super) async fn finish(self) -> Recording {
        // The task may have ended. Then this has no receiver.
        self.stop.send(()).ok();
        match self.task.await {
            Ok(recording) => recording,
            Err(panic) => std::panic::resume_unwind(panic.into_panic()),
        }
    }
}

async fn renew_until(mut recording: Recording, mut stopped: oneshot::Receiver<()>) -> Recording {
    let Some(lease) = recording.lease() else { return recording };
    let mut failed = 0;
    loop {
        tokio::select! {
            biased;
            _ = &mut stopped => return recording,
            () = tokio::time::sleep(lease.pause(failed)) => {}
        }
        if !lease.is_renewal_due() {
            continue;
        }
        let renewal = tokio::task::spawn_blocking(move || {
            let is_renewed = recording.renew();
            (recording, is_renewed)
        });
        match renewal.await {
            Ok((back, is_renewed)) => {
                recording = back;
                failed = if is_renewed { 0 } else { failed + 1 };
            }
            Err(panic) => std::panic::resume_unwind(panic.into_panic()),
        }
    }
}
