//! What happens during a run, on stderr: a bar on a terminal, a line now and then with `-v`, and notes.

use std::io::{self, IsTerminal};
use std::sync::{Arc, Mutex, PoisonError};

use ringform::render::ProgressDisplay;
use ringform::render::escape;
use ringform::render::progress::ProgressMode;
use ringform::run::{AffectedClients, Listener, RunEvent};

use crate::cli::LogArgs;
use crate::terminal::output;

/// The progress that is shown now.
struct ProgressState {
    bar: ProgressDisplay,
    done: u64,
    failed: u64,
}

/// A listener that draws. The bar disappears when the reads or writes are done, and when the listener is dropped.
pub(crate) fn listener(log: &LogArgs) -> Listener {
    let (log, mode) = (log.clone(), mode(log));
    let shown: Mutex<Option<ProgressState>> = Mutex::new(None);
    Arc::new(move |event| match event {
        RunEvent::Reading(total) | RunEvent::Writing(total) => {
            let Some(mode) = mode else { return };
            let state = ProgressState { bar: ProgressDisplay::new(total as u64, mode), done: 0, failed: 0 };
            *shown.lock().unwrap_or_else(PoisonError::into_inner) = Some(state);
        }
        RunEvent::Read { failed } | RunEvent::Wrote { failed } => {
            if let Some(state) = &mut *shown.lock().unwrap_or_else(PoisonError::into_inner) {
                state.done += 1;
                state.failed += u64::from(failed);
                state.bar.tick(state.done, state.failed);
            }
        }
        RunEvent::ReadingDone | RunEvent::WritingDone => {
            if let Some(state) = shown.lock().unwrap_or_else(PoisonError::into_inner).take() {
                state.bar.finish();
            }
        }
        RunEvent::Warnings(warnings) => output::diagnose(&warnings, &log),
        RunEvent::Affected(affected) if !log.quiet => output::note(&cost(&affected)),
        RunEvent::Affected(_) => {}
        RunEvent::Forecast(forecast) if forecast.short || log.verbose > 0 => {
            output::note(&escape::terminal(&forecast.text).to_string());
        }
        RunEvent::Forecast(_) => {}
    })
}

/// How progress is shown; `None` for not at all.
fn mode(log: &LogArgs) -> Option<ProgressMode> {
    let terminal = io::stderr().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb");
    match (log.quiet, terminal, log.verbose > 0) {
        (true, _, _) | (false, false, false) => None,
        (false, true, _) => Some(ProgressMode::Bar { color: output::color(log, &io::stderr()) }),
        (false, false, true) => Some(ProgressMode::PLAIN),
    }
}

fn cost(affected: &AffectedClients) -> String {
    let AffectedClients { reads, selected, tokens, revision } = affected;
    format!(
        "{reads} of {selected} clients differ from {}: {} requests to come ({reads} to read, up to {tokens} for tokens)",
        escape::terminal(revision),
        reads + tokens
    )
}
