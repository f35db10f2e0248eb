//! What adopt shows: the diff of the files on stdout, all else on stderr.
//!
//! Owns its sentences. Every text of a file or of the API is escaped.

use std::io;

use ringform::model::{State, Untrusted};
use ringform::plan::adopt::{AdoptRefusal, AdoptedValue};
use ringform::render::{self, count, escape};
use ringform::run::{AdoptOutcome, AdoptProposal, Answer};

use crate::cli::LogArgs;
use crate::terminal::output::{diagnose, look, note, printing};

/// So many openings are listed; those to every country come first.
const MOST: usize = 20;

/// Shows what would change, and what would not.
pub(crate) fn show(proposal: &AdoptProposal, log: &LogArgs) -> anyhow::Result<()> {
    for failed in &proposal.failed {
        let help = failed.failure.help.as_deref().map(|help| format!("\n  help: {help}")).unwrap_or_default();
        let message = escape::terminal(&failed.failure.message);
        note(&format!("error: client {} failed: {message}{help}", failed.client));
    }
    proposal.refusals.iter().for_each(refused);
    let look = look(log, &io::stdout());
    printing(|out| {
        proposal.files.iter().try_for_each(|file| render::file_diff(&file.name, &file.before, &file.after, &look, out))
    })?;
    diagnose(&proposal.warnings, log);
    let (all, some): (Vec<_>, Vec<_>) =
        proposal.values().filter(|value| value.opens()).partition(|value| is_all(value));
    let openings: Vec<&AdoptedValue> = all.into_iter().chain(some).collect();
    for value in openings.iter().take(MOST) {
        note(&format!("! opens: {}", opening(value)));
    }
    if openings.len() > MOST {
        note(&format!("! opens: and {} more values", openings.len() - MOST));
    }
    Ok(())
}

/// What a yes would do, for the question.
pub(crate) fn stakes(proposal: &AdoptProposal) -> String {
    let (values, opening) = (proposal.values().count(), proposal.values().filter(|value| value.opens()).count());
    let opens = match opening {
        0 => "No value declares the PBX more open than before.".to_owned(),
        1 => "1 value declares the PBX more open than before.".to_owned(),
        many => format!("{many} values declare the PBX more open than before."),
    };
    format!(
        "adopt would write {} of {} into {}.\n{opens}",
        count(values, "live value"),
        count(proposal.clients(), "client"),
        count(proposal.files.len(), "file")
    )
}

/// Shows what became of it.
pub(crate) fn conclude(outcome: &AdoptOutcome, log: &LogArgs) {
    outcome.late_refusals.iter().for_each(refused);
    let proposal = &outcome.proposal;
    match outcome.answer {
        Some(Answer::No) => return note("nothing was written: the answer was no"),
        Some(Answer::Interrupted) if outcome.written.is_empty() => {
            return note("nothing was written: interrupted");
        }
        _ => {}
    }
    if !outcome.is_verified {
        note("error: the files, read again, do not declare the live values\n  help: look at `ringform plan`");
        return;
    }
    if log.quiet {
        return;
    }
    if outcome.written.is_empty() {
        if proposal.refusals.is_empty() && proposal.failed.is_empty() && outcome.late_refusals.is_empty() {
            let clients = count(proposal.selected, "client");
            note(&format!("No difference to adopt among {clients}."));
        }
        return;
    }
    let files = match outcome.answer {
        Some(Answer::Interrupted) => {
            format!("interrupted: {} of {}", outcome.written.len(), count(proposal.files.len(), "file"))
        }
        _ => count(outcome.written.len(), "file"),
    };
    note(&match outcome.left {
        0 => format!("{files} written. `ringform plan` shows no difference for the clients of these files."),
        left => {
            format!("{files} written. `ringform plan` still shows {} of these clients.", count(left, "difference"))
        }
    });
}

fn refused(refusal: &AdoptRefusal) {
    let AdoptRefusal { client, setting, place, why, by_hand } = refusal;
    let (file, why) = (escape::terminal(&place.file).to_string(), escape::terminal(why).to_string());
    let help = by_hand.as_ref().map(|help| format!("\n  help: {}", escape::terminal(help))).unwrap_or_default();
    note(&format!("error: client {client}: {setting} is not adopted: {why}\n  at {file}:{}{help}", place.line));
}

/// Whether live lets every country in.
fn is_all(value: &AdoptedValue) -> bool {
    value.difference.live.countries().is_some_and(|set| set.codes().is_empty())
}

fn opening(value: &AdoptedValue) -> String {
    let difference = &value.difference;
    let shown = |state: &State| escape::terminal(&Untrusted::from(state.to_json().to_string())).to_string();
    format!(
        "client {} {}: {} → {}",
        value.key.client(),
        difference.setting,
        shown(&difference.declared),
        shown(&difference.live)
    )
}
