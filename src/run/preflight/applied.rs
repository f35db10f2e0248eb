//! The rules of the commit that the ledger recorded last.
//!
//! Owns what a run does with that commit: its guards, limits and waivers bind, so a change cannot loosen the rules that
//! judge it. A run that may write does not go on without them.

use std::collections::BTreeSet;

use crate::config::{self, Project};
use crate::model::{ClientKey, Declaration, Diagnostic, Floor, Guard, short_commit};
use crate::run::preflight::baseline::{BaseOrigin, RunBase};

/// The recorded commit, and what a run does where this clone lacks it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::run) struct AppliedCommit {
    /// Its whole id.
    pub(in crate::run) id: String,
    /// Whether the run goes on without its rules, with a warning.
    pub(in crate::run) may_lack: LackedCommit,
}

/// What a run does where the clone lacks the recorded commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::run) enum LackedCommit {
    /// It stops: it would send what those rules forbid.
    Stops,
    /// It warns if the clone is whole, because then no fetch brings the commit. People have said so.
    WarnsIfGone,
    /// It warns: it sends nothing.
    Warns,
}

/// Reads the rules of the recorded commit. `declared` are the clients that the files declare now. Problems join the
/// list.
pub(in crate::run) fn read(
    applied: &AppliedCommit,
    project: &Project,
    floor: &Floor,
    declared: impl Fn() -> BTreeSet<ClientKey>,
    problems: &mut Vec<Diagnostic>,
) -> Option<RunBase> {
    let has_labels = |guards: &[Guard]| guards.iter().any(|guard| !guard.labels.is_empty());
    let wants_documents = |then: &[_]| has_labels(then) || has_labels(&project.guards) || has_labels(&floor.guards);
    let revision = short_commit(&applied.id).to_owned();
    let problem = match config::applied_project(project, &applied.id, wants_documents) {
        Ok(Some(mut baseline)) => {
            if let Some(first) = baseline.diagnostics.first() {
                problems.push(broken(&revision, first));
            }
            baseline.diagnostics.clear();
            // Without labels nothing was declared there as far as this run reads it.
            if !baseline.declarations.is_empty() {
                let declared = declared();
                let keys = baseline.declarations.iter().map(Declaration::key);
                baseline.lost = keys.filter(|key| !declared.contains(key)).collect();
            }
            return Some(RunBase { revision, origin: BaseOrigin::Ledger, baseline });
        }
        Ok(None) => lacking(project, &revision),
        Err(refusal) => {
            let summary = format!("the rules of commit {revision} cannot be read: {}", refusal.sentence.raw());
            let help = "`git fsck` lists damage; to repair it, clone the repository again".to_owned();
            Diagnostic::error("ledger", None, summary)
                .help(refusal.remedy.map_or(help, |remedy| format!("run `{remedy}`")))
        }
    };
    let warns = match applied.may_lack {
        LackedCommit::Stops => false,
        LackedCommit::WarnsIfGone => !config::is_shallow(project),
        LackedCommit::Warns => true,
    };
    problems.push(if warns { problem.as_warning() } else { problem });
    None
}

fn lacking(project: &Project, revision: &str) -> Diagnostic {
    let summary =
        format!("this clone lacks commit {revision}, which was applied last, so its guards and limits cannot be read");
    let help = match config::is_shallow(project) {
        true => {
            "fetch all of the history: `fetch-depth: 0` for actions/checkout, `GIT_DEPTH: \"0\"` in GitLab CI, or `git \
             fetch --unshallow`"
        }
        false => {
            "fetch it with `git fetch`; if the history was rewritten and the commit is gone, run apply once with \
             --allow-older"
        }
    };
    Diagnostic::error("ledger", None, summary).help(help.to_owned())
}

fn broken(revision: &str, first: &Diagnostic) -> Diagnostic {
    let summary =
        first.summary.map(|why| format!("commit {revision}, which was applied last, has files with errors: {why}"));
    let help = "its guards, limits and labels bind as far as they can be read".to_owned();
    Diagnostic::warning("ledger", None, summary).help(help)
}
