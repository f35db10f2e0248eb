//! The progress of a run on stderr: a bar on a terminal, a line now and then with `-v`, nothing otherwise.

use std::io::IsTerminal;
use std::sync::{Arc, Mutex, PoisonError};

use ringform::reconcile::{Listener, RunEvent};
use ringform::render::ProgressDisplay;
use ringform::render::progress::ProgressMode;

use crate::cli::Talk;
use crate::commands::output;

/// A display that a run feeds; it goes when it is dropped or finished.
#[derive(Clone, Default)]
pub(crate) struct Display(Arc<Mutex<Option<State>>>);

struct State {
    bar: ProgressDisplay,
    done: u64,
    failed: u64,
}

impl Display {
    /// Takes the display away.
    pub(crate) fn finish(&self) {
        if let Some(state) = self.0.lock().unwrap_or_else(PoisonError::into_inner).take() {
            state.bar.finish();
        }
    }

    fn begin(&self, total: usize, mode: ProgressMode) {
        let state = State { bar: ProgressDisplay::new(total as u64, mode), done: 0, failed: 0 };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(state);
    }

    fn tick(&self, failed: bool) {
        if let Some(state) = &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            state.done += 1;
            state.failed += u64::from(failed);
            state.bar.tick(state.done, state.failed);
        }
    }
}

/// A display, and the listener that feeds it.
pub(crate) fn start(talk: &Talk) -> (Display, Listener) {
    let terminal = std::io::stderr().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb");
    let mode = match (talk.quiet, terminal, talk.verbose > 0) {
        (true, _, _) | (false, false, false) => return (Display::default(), Arc::new(|_| ())),
        (false, true, _) => ProgressMode::Bar { color: output::color(talk, &std::io::stderr()) },
        (false, false, true) => ProgressMode::PLAIN,
    };
    let display = Display::default();
    let shown = display.clone();
    let listener = Arc::new(move |happened| match happened {
        RunEvent::Reading(total) | RunEvent::Writing(total) => shown.begin(total, mode),
        RunEvent::Read { failed } | RunEvent::Wrote { failed } => shown.tick(failed),
    });
    (display, listener)
}
