//! The sentences about an undo.
//!
//! Owns what all formats for people say of the run that a plan takes back. They name the run and its commit.

use crate::model::{Untrusted, short_commit};
use crate::plan::UndoneRun;
use crate::render::wording::numbers::{count, number};

/// What the sentences about an undo name.
#[derive(Clone, Debug)]
pub(in crate::render) struct UndoneWords {
    /// The run, escaped for every format.
    pub(crate) run: String,
    /// How many settings it changed.
    changed: usize,
    /// How many changes send another value than the files declare.
    undeclared: usize,
    /// The commit that it applied, where it is known.
    commit: Option<String>,
}

impl UndoneWords {
    /// The words for a run. A file that others may have written names it and the commit.
    pub(crate) fn of(undo: &UndoneRun) -> UndoneWords {
        let plain = |text: &Untrusted| -> String {
            text.raw().chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(64).collect()
        };
        let commit = undo.commit.as_ref().map(|commit| short_commit(&plain(commit)).to_owned());
        UndoneWords { run: plain(&undo.run), changed: undo.changed, undeclared: undo.undeclared, commit }
    }

    /// The sentence of a plan without changes.
    pub(crate) fn nothing(&self) -> String {
        match self.changed {
            0 => format!("Nothing to undo: run {} changed no setting.", self.run),
            n => format!("Nothing to undo: of {} that run {} changed, none goes back.", count(n, "setting"), self.run),
        }
    }

    /// What a reader of its changes must know: which run, and what the files say meanwhile.
    pub(crate) fn notes(&self, changes: usize) -> Vec<String> {
        if changes == 0 {
            return Vec::new();
        }
        let all = count(self.changed, "setting");
        let go = if changes == 1 { "goes" } else { "go" };
        let mut notes =
            vec![format!("Undo of run {}, which changed {all}: {} {go} back.", self.run, number(changes as u64))];
        if self.undeclared > 0 {
            let (settings, that) =
                (count(self.undeclared, "setting"), if self.undeclared == 1 { "it" } else { "them" });
            let commit = match &self.commit {
                Some(commit) => format!("commit {commit} in git"),
                None => format!("the commit that declares {that}"),
            };
            notes.push(format!(
                "The files declare another value for {settings}: revert {commit} too. Until then the next apply sends the \
                 files' values again."
            ));
        }
        notes
    }
}
