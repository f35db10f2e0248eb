//! The question of apply, on stderr and stdin.
//!
//! Owns what counts as a yes. A signal ends the wait for an answer.

use std::io::{self, BufRead};

use anyhow::Context;

use ringform::plan::Plan;
use ringform::render::{self, Format, escape};
use ringform::run::{Answer, Shutdown};

use crate::cli::LogArgs;
use crate::terminal::output;

/// Shows the plan and asks whether to send it.
pub(crate) async fn ask(plan: &Plan, clients: usize, log: &LogArgs, shutdown: &Shutdown) -> anyhow::Result<Answer> {
    let mut shown = Vec::new();
    render::render(plan, Format::Text, &output::look(log, &io::stderr()), &mut shown)?;
    output::note(&String::from_utf8_lossy(&shown));
    let what = if clients == 1 { "client" } else { "clients" };
    output::note(&format!(
        "Send this to {clients} {what} at {}? Only `yes` is a yes.",
        escape::terminal(&plan.endpoint)
    ));
    let Some(answer) = line(shutdown).await? else { return Ok(Answer::Interrupted) };
    Ok(if answer.trim_end_matches(['\r', '\n']) == "yes" { Answer::Yes } else { Answer::No })
}

/// Waits for one line of stdin; `None` after a signal.
async fn line(shutdown: &Shutdown) -> anyhow::Result<Option<String>> {
    let (sender, receiver) = tokio::sync::oneshot::channel();
    // A thread that the program does not join: a read of a terminal cannot be cancelled.
    let reader = std::thread::Builder::new().spawn(move || {
        let mut line = String::new();
        drop(sender.send(io::stdin().lock().read_line(&mut line).map(|_| line)));
    });
    drop(reader.context("cannot wait for the answer")?);
    tokio::select! {
        biased;
        () = shutdown.stopped() => Ok(None),
        line = receiver => line.context("cannot wait for the answer")?.context("cannot read the answer").map(Some),
    }
}
