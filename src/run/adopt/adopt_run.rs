//! The steps of adopt: plan, edit in memory, ask, write, read again.
//!
//! Owns their order. One value that is refused stops no other file.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::model::Untrusted;
use crate::plan::adopt::{AdoptRefusal, AdoptSource, AdoptedValue, decide};
use crate::plan::{ClientPlan, DocumentKind, GuardList};
use crate::run::adopt::file_edit::{EditedFile, edit_file, real_path, write_file};
use crate::run::adopt::proposal::{AdoptProposal, UnreadClient};
use crate::run::adopt::verify::{VerifiedFiles, verify};
use crate::run::preflight::{Scope, scope};
use crate::run::read::{ReadOptions, read};
use crate::run::{Answer, Environment, ExitStatus, Listener, NotStarted, RunEvent, RunRequest};

/// The result of adopt.
#[derive(Debug)]
pub struct AdoptOutcome {
    /// What was proposed.
    pub proposal: AdoptProposal,
    /// The answer; `None` where there was nothing to ask.
    pub answer: Option<Answer>,
    /// The files that were written.
    pub written: Vec<Untrusted>,
    /// The values that were refused after the answer.
    pub late_refusals: Vec<AdoptRefusal>,
    /// Whether the project, read again, declares every value that was written.
    pub is_verified: bool,
    /// How many differences the clients of the written files still have.
    pub left: usize,
}

impl AdoptOutcome {
    /// The exit status.
    pub fn exit_status(&self) -> ExitStatus {
        let proposal = &self.proposal;
        let has_refused = !(proposal.refusals.is_empty() && self.late_refusals.is_empty());
        let is_done = matches!(self.answer, None | Some(Answer::Yes)) && self.is_verified;
        match (self.answer, is_done && !has_refused && proposal.failed.is_empty()) {
            (Some(Answer::Interrupted), _) => ExitStatus::Interrupted,
            (_, true) => ExitStatus::Done,
            (_, false) => ExitStatus::Error,
        }
    }
}

/// Writes live values into the files. `propose` shows what would change and answers for people.
pub async fn adopt(
    request: &RunRequest,
    env: &Environment,
    listener: &Listener,
    propose: impl AsyncFnOnce(&AdoptProposal) -> anyhow::Result<Answer>,
) -> Result<AdoptOutcome, NotStarted> {
    let mut scope = scope(request, env, DocumentKind::Plan)?;
    let session = scope.connect(request, env).await?;
    scope.announce(listener);
    let Scope { project, declarations, origins, rules, report, .. } = scope;
    listener(RunEvent::Warnings(report.diagnostics));
    let sources: Vec<AdoptSource> = declarations.iter().map(AdoptSource::from).collect();
    let sending = request.sending.among(&declarations);
    // Guards judge what a run would send, and this one sends nothing. The files are judged below.
    let no_guards = GuardList::default();
    let options = ReadOptions::new(&session, &no_guards, origins, &sending, env, listener);
    let clients = read(declarations, options).await.clients;
    session.close().await?;
    let mut proposal = AdoptProposal { selected: clients.len(), ..AdoptProposal::default() };
    let mut by_file: BTreeMap<PathBuf, (Untrusted, Vec<AdoptedValue>)> = BTreeMap::new();
    for (client, source) in clients.iter().zip(&sources) {
        if let Some(failure) = &client.error {
            proposal.failed.push(UnreadClient { client: client.client_id, failure: (**failure).clone() });
            continue;
        }
        let decision = decide(client, source, request.selection.fields);
        proposal.refusals.extend(decision.refusals);
        if let Some(first) = decision.values.first() {
            let name = first.source.file.clone();
            let file = by_file.entry(real_path(&project, &name)).or_insert_with(|| (name, Vec::new()));
            file.1.extend(decision.values);
        }
    }
    for (real, (name, values)) in by_file {
        let EditedFile { file, refusals, warnings } = edit_file(&project, &rules.guards, &name, &real, values);
        proposal.files.extend(file);
        proposal.refusals.extend(refusals);
        proposal.warnings.extend(warnings);
    }
    proposal.files.sort_by(|one, other| one.name.cmp(&other.name));
    let answer = match env.shutdown.is_stopped() {
        true => Some(Answer::Interrupted),
        false => {
            let answer = propose(&proposal).await?;
            (!proposal.files.is_empty()).then_some(answer)
        }
    };
    Ok(write(proposal, answer, &clients, request, env))
}

/// Writes the files, where the answer is yes, and reads the project again.
fn write(
    proposal: AdoptProposal,
    answer: Option<Answer>,
    clients: &[ClientPlan],
    request: &RunRequest,
    env: &Environment,
) -> AdoptOutcome {
    let mut outcome =
        AdoptOutcome { proposal, answer, written: Vec::new(), late_refusals: Vec::new(), is_verified: true, left: 0 };
    if answer != Some(Answer::Yes) {
        return outcome;
    }
    let mut values: Vec<&AdoptedValue> = Vec::new();
    for file in &outcome.proposal.files {
        // A file that was begun is whole; after a signal no other is begun.
        if env.shutdown.is_stopped() {
            outcome.answer = Some(Answer::Interrupted);
            break;
        }
        match write_file(file, env.persist) {
            Ok(()) => {
                outcome.written.push(file.name.clone());
                values.extend(&file.values);
            }
            Err(refusals) => outcome.late_refusals.extend(refusals),
        }
    }
    if !values.is_empty() {
        let VerifiedFiles { is_adopted, left } = verify(clients, &values, request, env);
        (outcome.is_verified, outcome.left) = (is_adopted, left);
    }
    outcome
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::fs;

    use super::*;
    use crate::api::Shutdown;
    use crate::run::AdoptFile;
    use crate::run::testing;

    thread_local! {
        static RUN: RefCell<Option<Shutdown>> = const { RefCell::new(None) };
    }

    #[test]
    fn a_signal_ends_the_writing_behind_the_file_under_way() {
        let folder = tempfile::tempdir().unwrap();
        let mut proposal = AdoptProposal::default();
        for name in ["a.yaml", "b.yaml", "c.yaml"] {
            let real = fs::canonicalize(folder.path()).unwrap().join(name);
            fs::write(&real, "before").unwrap();
            let (before, after) = ("before".to_owned(), "after".to_owned());
            proposal.files.push(AdoptFile { name: name.into(), real, before, after, values: Vec::new() });
        }
        let mut env = testing::environment(&[]);
        RUN.set(Some(env.shutdown.clone()));
        env.persist = |path, bytes| {
            if path.ends_with("b.yaml") {
                RUN.with_borrow(|shutdown| shutdown.iter().for_each(Shutdown::stop));
            }
            fs::write(path, bytes)
        };
        let outcome = write(proposal, Some(Answer::Yes), &[], &RunRequest::default(), &env);
        let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
        assert_eq!([read("a.yaml"), read("b.yaml"), read("c.yaml")], ["after", "after", "before"]);
        assert_eq!((outcome.written.len(), outcome.exit_status()), (2, ExitStatus::Interrupted));
    }
}
