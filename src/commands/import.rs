//! `ringform import`: writes client documents from live clients.

use ringform::run::{self, ExitStatus, ImportRequest};

use crate::cli::{ImportArgs, LogArgs};
use crate::terminal::files::shown;
use crate::terminal::output::note;
use crate::terminal::{block_on, environment, inputs, listener, not_started, show_import, signals};

/// Runs the command.
pub(crate) fn run(args: &ImportArgs, log: &LogArgs) -> anyhow::Result<ExitStatus> {
    let env = environment()?;
    signals::listen(&env, log.quiet);
    let (request, listener) = (ImportRequest::from(args), listener::listener(log));
    match block_on(run::import(&request, &env, &listener, inputs::check_folder, show_import)) {
        Ok(outcome) => {
            if let Some(example) = outcome.removed_example.filter(|_| !log.quiet) {
                note(&format!("note: {} was the untouched example of `init` and is removed", shown(&example)));
            }
            outcome.finished?;
            let status = if outcome.complete { ExitStatus::Done } else { ExitStatus::Error };
            Ok(status.or_interrupted(env.shutdown.is_stopped()))
        }
        Err(error) => not_started::complain(error, log),
    }
}
