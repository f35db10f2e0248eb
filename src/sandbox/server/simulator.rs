//! The state that all requests of a simulator share.

use super::phase::ServerPhase;
use crate::sandbox::account::quota::AppQuotas;
use crate::sandbox::account::tokens::TokenIssuer;
use crate::sandbox::api::semantics::Semantics;
use crate::sandbox::clock::SimulatorClock;
use crate::sandbox::data::store::ClientStore;
use crate::sandbox::fault::trigger::FaultSet;
use crate::sandbox::traffic::TrafficLog;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use tokio::sync::watch;

/// Everything that requests share.
pub(crate) struct Simulator {
    pub(crate) store: Arc<ClientStore>,
    pub(crate) tokens: TokenIssuer,
    pub(crate) quota: AppQuotas,
    pub(crate) traffic: TrafficLog,
    pub(crate) faults: Mutex<FaultSet>,
    pub(crate) semantics: Mutex<Arc<Semantics>>,
    pub(crate) panicked: AtomicBool,
    pub(crate) phase: watch::Sender<ServerPhase>,
    pub(crate) clock: SimulatorClock,
}

/// Records in its flag that a panic unwound through its scope.
pub(crate) struct PanicMonitor<'a>(pub(crate) &'a AtomicBool);

impl Drop for PanicMonitor<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.store(true, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_noted_and_an_orderly_end_is_not() {
        let panicked = AtomicBool::new(false);
        drop(PanicMonitor(&panicked));
        assert!(!panicked.load(Ordering::Relaxed));
        std::panic::catch_unwind(|| {
            let _monitor = PanicMonitor(&panicked);
            panic!("on purpose");
        })
        .unwrap_err();
        assert!(panicked.load(Ordering::Relaxed));
    }
}
