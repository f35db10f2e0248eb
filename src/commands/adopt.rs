//! `ringform adopt`: writes live values into the files that declare them. It cannot write to the API.

use std::io::{self, IsTerminal};

use ringform::model::Advice;
use ringform::run::{self, AdoptProposal, Answer, ExitStatus, RunRequest};

use crate::cli::{AdoptArgs, LogArgs};
use crate::terminal::{adopt_words, block_on, environment, listener, not_started, question, signals};

/// Runs the command.
pub(crate) fn run(args: &AdoptArgs, log: &LogArgs) -> anyhow::Result<ExitStatus> {
    // This check comes before any request, so that a wrong pipeline fails in its first run.
    if !args.yes && !io::stdin().is_terminal() {
        let what = "adopt asks before it writes, and stdin is not a terminal";
        return Err(Advice::new(what, "give --yes to write without a question").into());
    }
    let env = environment()?;
    signals::listen(&env, log.quiet);
    let (request, listener) = (RunRequest::from(args), listener::listener(log));
    let propose = async |proposal: &AdoptProposal| {
        adopt_words::show(proposal, log)?;
        if args.yes || proposal.files.is_empty() {
            return Ok(Answer::Yes);
        }
        question::ask_to_write(&adopt_words::stakes(proposal), proposal.clients(), &env.shutdown).await
    };
    let outcome = match block_on(run::adopt(&request, &env, &listener, propose)) {
        Ok(outcome) => outcome,
        Err(error) => return not_started::complain(error, log),
    };
    adopt_words::conclude(&outcome, log);
    Ok(outcome.exit_status().or_interrupted(env.shutdown.is_stopped()))
}
