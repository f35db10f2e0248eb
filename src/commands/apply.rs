//! `ringform apply`: reads all, checks guards and limits over the whole plan, asks, then sends.

use std::io::{self, IsTerminal};

use ringform::model::Advice;
use ringform::run::{self, ApplyRequest, ExitRules, ExitStatus};

use crate::cli::{ApplyArgs, LogArgs};
use crate::terminal::{
    block_on, environment, formats, inputs::InputFile, listener, not_started, output, question, signals,
};

/// Runs the command.
pub(crate) fn run(args: &ApplyArgs, log: &LogArgs) -> anyhow::Result<ExitStatus> {
    let formats = &args.output.formats;
    let plan = InputFile::of(args.plan.as_ref(), "the plan to apply");
    let [floor, certificates] = InputFile::of_compare(&args.compare);
    formats::check(formats, None, &[plan, floor, certificates])?;
    // This check comes before any request, so that a wrong pipeline fails in its first run.
    let has_terminal = io::stdin().is_terminal();
    if !args.yes && !has_terminal {
        let what = "apply asks before it sends, and stdin is not a terminal";
        return Err(Advice::new(what, "give --yes to send without a question").into());
    }
    let env = environment()?;
    signals::listen(&env, log.quiet);
    let request = ApplyRequest { has_terminal, ..ApplyRequest::from(args) };
    let listener = listener::listener(log);
    let ask = async |plan: &_| question::ask(plan, log, &env.shutdown).await;
    let outcome = match block_on(run::apply(&request, &env, &listener, ask)) {
        Ok(outcome) => outcome,
        Err(error) => return not_started::refuse(error, formats, log),
    };
    formats::warn(&outcome.report, formats, log);
    let mut status = outcome.exit_status(ExitRules::default()).or_interrupted(env.shutdown.is_stopped());
    // The report of what was sent comes first, then any other failure. It does not hide that a signal came.
    let write = if args.yes { formats::write } else { formats::write_after_question };
    if let Err(error) = write(&outcome.report, formats, log).and(outcome.finished) {
        output::complain(&error, log);
        status = status.max(ExitStatus::Error);
    }
    Ok(status)
}
