//! The branch of the ledger in this repository and at its remote.
//!
//! Owns where the branch is, how its tip is learned, and how a commit gets onto it. A push is a compare-and-swap. After
//! one that git did not confirm ringform asks the remote: the words of git decide nothing.

use std::sync::Arc;
use std::time::Duration;

use crate::git::{GitError, GitProcess, NewCommit, RemoteBranch, write_commit};
use crate::ledger::branch::view::{LedgerView, path_argument};
use crate::ledger::contents::layout::{LedgerPath, ProjectFolder};
use crate::ledger::protocol::{PushOutcome, after_push};
use crate::model::Untrusted;

/// Where the ledger of a project is.
#[derive(Clone, Debug)]
pub struct LedgerBranch {
    git: Arc<GitProcess>,
    /// The folder of the project in the branch.
    pub folder: ProjectFolder,
    /// The branch, without `refs/heads/`.
    name: Arc<str>,
    /// The remote; `None` keeps the branch in the local repository.
    remote: Option<Arc<str>>,
    /// How long one call over the network may take.
    time_limit: Duration,
    /// The endpoint whose records alone count; `None` where records of another one stop the run.
    endpoint: Option<Untrusted>,
}

impl LedgerBranch {
    /// The branch of this name at this remote.
    pub(crate) fn new(
        git: Arc<GitProcess>,
        folder: ProjectFolder,
        name: Arc<str>,
        remote: Option<Arc<str>>,
        time_limit: Duration,
    ) -> LedgerBranch {
        LedgerBranch { git, folder, name, remote, time_limit, endpoint: None }
    }

    /// The same branch, where records of another endpoint than this one count as none.
    pub(in crate::ledger) fn only_of(self, endpoint: &Untrusted) -> LedgerBranch {
        LedgerBranch { endpoint: Some(endpoint.clone()), ..self }
    }

    /// Git in the repository of the project.
    pub(in crate::ledger) fn git(&self) -> &GitProcess {
        &self.git
    }

    /// The branch as messages name it: `origin/ringform-ledger`.
    pub fn shown(&self) -> String {
        match &self.remote {
            Some(remote) => format!("{remote}/{}", self.name),
            None => self.name.to_string(),
        }
    }

    /// Whether it is kept at a remote.
    pub(in crate::ledger) fn has_remote(&self) -> bool {
        self.remote.is_some()
    }

    /// The ref that this repository holds it under.
    pub fn copy(&self) -> String {
        match &self.remote {
            Some(remote) => format!("refs/remotes/{remote}/{}", self.name),
            None => format!("refs/heads/{}", self.name),
        }
    }

    /// The command that brings the local copy up to date, in a clone of one branch too; `None` without a remote.
    pub fn refreshing_fetch(&self) -> Option<String> {
        let remote = self.remote.as_deref()?;
        Some(format!("git fetch {remote} +refs/heads/{}:{}", self.name, self.copy()))
    }

    /// How to look at `ledger.json` of the project, for a help.
    pub(in crate::ledger) fn look_at_head(&self) -> String {
        let file = self.folder.file(&LedgerPath::Head, None);
        format!("look at it with `git show {}:{}`", self.copy(), String::from_utf8_lossy(&file))
    }

    /// The help where this repository has no copy of the branch.
    pub fn bringing(&self) -> String {
        match (self.missing_remote(), self.refreshing_fetch()) {
            (Some(remote), _) => format!(
                "add the remote with `git remote add {remote} URL`, or keep the branch in this repository with \
                 `ledger: {{remote: none}}`"
            ),
            (None, Some(fetch)) => format!("fetch it with `{fetch}`, or let the first `ringform apply` begin it"),
            (None, None) => "the first `ringform apply` begins it".to_owned(),
        }
    }

    /// The command that brings the local copy back to the remote, where the branch is gone.
    pub fn restoring_push(&self) -> String {
        let remote = self.remote.as_deref().unwrap_or(".");
        format!("git push {remote} {}:refs/heads/{}", self.copy(), self.name)
    }

    /// Whether this repository has the ref of the copy. Where it does not, git takes a tag or a branch for it that is
    /// called `refs/remotes/…`, and everybody who may push a tag could write the ledger.
    pub(in crate::ledger) fn has_copy(&self) -> bool {
        self.git.is(&["show-ref", "--verify", "--quiet", &self.copy()])
    }

    /// The name of the remote, where there is to be one and the repository has none of this name. Git would take the name
    /// for a path.
    pub(in crate::ledger) fn missing_remote(&self) -> Option<&str> {
        let remote = self.remote.as_deref()?;
        let is_set = |(name, _): &(String, String)| {
            let key = name.strip_prefix("remote.").and_then(|rest| rest.strip_prefix(remote));
            matches!(key, Some(".url" | ".pushurl" | ".vcs"))
        };
        (!self.git.network_settings(r"^remote\.").iter().any(is_set)).then_some(remote)
    }

    /// The command that shows whether the remote answers.
    pub(in crate::ledger) fn asking(&self) -> String {
        format!("git ls-remote {}", self.remote.as_deref().unwrap_or("."))
    }

    /// The commit that this repository holds; `None` where it holds no copy.
    pub(crate) fn local_tip(&self) -> Result<Option<String>, GitError> {
        let name = format!("{}^{{commit}}", self.copy());
        let output = self.git.run(&["rev-parse", "--verify", "--quiet", "--end-of-options", &name])?;
        let id = String::from_utf8_lossy(&output.stdout).trim_end().to_owned();
        match (output.status.success(), output.stderr.is_empty()) {
            (true, _) => Ok(Some(id).filter(|_| self.has_copy())),
            // Without a reason on stderr the ref does not exist.
            (false, true) => Ok(None),
            (false, false) => Err(GitError::of_stderr(&output.stderr)),
        }
    }

    /// Asks the remote for the tip and brings the local copy to it; `None` where the branch does not exist.
    pub(crate) fn refresh(&self) -> Result<Option<String>, GitError> {
        let Some(remote) = self.at_remote() else { return self.local_tip() };
        let Some(tip) = remote.tip()? else { return Ok(None) };
        if self.local_tip()?.as_deref() == Some(tip.as_str()) {
            return Ok(Some(tip));
        }
        remote.fetch()?;
        // The branch may have moved between the two calls.
        self.local_tip()
    }

    /// Fetches all files of the branch again, into a clone that left some of them out.
    pub(in crate::ledger) fn fetch_whole(&self) -> Result<(), GitError> {
        self.at_remote().map_or(Ok(()), |remote| remote.refetch())
    }

    /// What the branch holds of the project at this commit.
    pub(crate) fn read(&self, tip: Option<&str>) -> Result<LedgerView, GitError> {
        let mut view = LedgerView::read(&self.git, &self.folder, tip)?;
        if let Some(endpoint) = &self.endpoint {
            view = view.of_endpoint(endpoint);
        }
        Ok(view)
    }

    /// The id of the project's folder at this commit: it changes when any file of the project does.
    pub(crate) fn folder_id(&self, tip: &str) -> Result<Option<String>, GitError> {
        let mut words: Vec<std::ffi::OsString> =
            ["--literal-pathspecs", "ls-tree", "-z", "--full-tree", tip, "--"].map(Into::into).into();
        words.push(path_argument(self.folder.path()));
        let answer = self.git.ask(&words)?;
        let text = answer.split(|byte| *byte == b'\t').next().unwrap_or_default();
        Ok(String::from_utf8_lossy(text).split(' ').nth(2).map(str::to_owned))
    }

    /// Writes a commit and moves the branch to it, if the branch is still at `expected`; `None`: if it does not exist. That
    /// is the parent of the commit, or none where a branch that is gone is pushed back. It returns what that came to, and
    /// the commit.
    pub(crate) fn publish(
        &self,
        commit: &NewCommit<'_>,
        expected: Option<&str>,
    ) -> Result<(PushOutcome, String), GitError> {
        let id = write_commit(&self.git, commit)?;
        let outcome = match self.at_remote() {
            Some(remote) => self.push(&remote, &id, expected)?,
            None => self.move_local(&id, expected)?,
        };
        Ok((outcome, id))
    }

    fn push(&self, remote: &RemoteBranch<'_>, id: &str, parent: Option<&str>) -> Result<PushOutcome, GitError> {
        let refused = match remote.push(id, parent) {
            Ok(()) => {
                // Git moves the copy only where the user's settings fetch this branch. The push has succeeded in any case.
                self.git.is(&["update-ref", &self.copy(), id]);
                return Ok(PushOutcome::Succeeded);
            }
            Err(refused) => refused,
        };
        // Without an answer to this question the push is one that failed, in the words of its own refusal.
        let Ok(tip) = self.refresh() else { return Err(refused) };
        let outcome = after_push(parent, tip.as_deref(), self.holds(tip.as_deref(), id));
        if outcome == PushOutcome::Failed { Err(refused) } else { Ok(outcome) }
    }

    fn move_local(&self, id: &str, parent: Option<&str>) -> Result<PushOutcome, GitError> {
        let nothing = "0".repeat(id.len());
        let moved = self.git.ask(&["update-ref", &self.copy(), id, parent.unwrap_or(&nothing)]);
        let refused = match moved {
            Ok(_) => return Ok(PushOutcome::Succeeded),
            Err(refused) => refused,
        };
        let tip = self.local_tip()?;
        let outcome = after_push(parent, tip.as_deref(), self.holds(tip.as_deref(), id));
        if outcome == PushOutcome::Failed { Err(refused) } else { Ok(outcome) }
    }

    /// Whether a commit is in the history of the branch.
    pub(in crate::ledger) fn holds(&self, tip: Option<&str>, commit: &str) -> bool {
        tip.is_some_and(|tip| tip == commit || self.git.is(&["merge-base", "--is-ancestor", commit, tip]))
    }

    /// Whether a commit of the code is an ancestor of another one, or the same; an error where git cannot say.
    pub(crate) fn is_ancestor(&self, commit: &str, of: &str) -> Result<bool, GitError> {
        let output = self.git.run(&["merge-base", "--is-ancestor", commit, of])?;
        match output.status.code() {
            Some(0) => Ok(true),
            // The way from one to the other may be what a shallow clone leaves out.
            Some(1) if self.is_shallow() => Err(GitError::other("this clone is shallow")),
            Some(1) => Ok(false),
            Some(_) | None => Err(GitError::of_stderr(&output.stderr)),
        }
    }

    /// Whether this repository lacks a part of the history.
    pub(crate) fn is_shallow(&self) -> bool {
        self.git.line(&["rev-parse", "--is-shallow-repository"]).is_ok_and(|answer| answer == "true")
    }

    /// Whether this repository holds a commit of this id.
    pub(crate) fn has_commit(&self, id: &str) -> bool {
        self.git.is(&["cat-file", "-e", &format!("{id}^{{commit}}")])
    }

    /// Whether the branch has a commit in common with HEAD, or is checked out: then it is not ours to write.
    pub(crate) fn is_code(&self, tip: &str) -> bool {
        // A linked work tree may have it checked out too.
        let places = self.git.line(&["for-each-ref", "--format=%(worktreepath)", &self.copy()]);
        places.is_ok_and(|places| !places.is_empty()) || self.git.is(&["merge-base", tip, "HEAD"])
    }

    fn at_remote(&self) -> Option<RemoteBranch<'_>> {
        let remote = self.remote.as_deref()?;
        Some(RemoteBranch { git: &self.git, remote, branch: &self.name, time_limit: self.time_limit })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::FileChange;
    use crate::git::fixture::git_in;
    use crate::ledger::contents::client_file;
    use crate::ledger::contents::collaterals::LedgerCollaterals;
    use crate::ledger::contents::head_file::LedgerHead;
    use crate::ledger::contents::layout::{README, record_key};
    use crate::ledger::contents::message::readme;
    use crate::ledger::fixture::{branch, clones, recorded};
    use crate::model::{ClientId, Setting};

    fn put(branch: &LedgerBranch, parent: Option<&str>, changes: &[FileChange]) -> PushOutcome {
        let commit = NewCommit { parent, author: "A <a@x>", time: 1_795_770_000, message: "m\n", changes };
        branch.publish(&commit, parent).unwrap().0
    }

    fn files(branch: &LedgerBranch) -> Vec<FileChange> {
        let head = LedgerHead {
            endpoint: "https://pbx.example".into(),
            commit: Some("0".repeat(40)),
            collaterals: LedgerCollaterals::default(),
        };
        let twelve = LedgerPath::Client(record_key(ClientId::parse("12").unwrap(), None));
        let record = client_file::write(&recorded(&[(Setting::HoldMusic, "7")])).unwrap();
        vec![
            (README.as_bytes().to_vec(), Some(readme().into_bytes())),
            (branch.folder.file(&LedgerPath::Head, None), Some(head.write().unwrap())),
            (branch.folder.file(&twelve, None), Some(record)),
            (branch.folder.file(&LedgerPath::Claim("one".into()), None), Some(b"{".to_vec())),
            (branch.folder.file(&LedgerPath::Report("20261127T1".into()), None), Some(b"{}".to_vec())),
            (b"other/ringform.yaml/ledger.json".to_vec(), Some(b"{}".to_vec())),
        ]
    }

    #[test]
    fn what_one_clone_writes_the_other_reads_and_only_one_of_two_moves_the_branch() {
        let (_folder, [one, two]) = clones();
        assert_eq!(one.refresh(), Ok(None));
        assert!(one.read(None).unwrap().head.is_none());
        assert_eq!(put(&one, None, &files(&one)), PushOutcome::Succeeded);
        let tip = two.refresh().unwrap();
        assert_eq!(tip, one.local_tip().unwrap());
        let view = two.read(tip.as_deref()).unwrap();
        assert!(view.is_ours && view.head.as_ref().is_some_and(Result::is_ok), "{view:?}");
        let twelve = record_key(ClientId::parse("12").unwrap(), None);
        assert_eq!(view.clients[&twelve].record, recorded(&[(Setting::HoldMusic, "7")]));
        assert_eq!(view.claims, [crate::ledger::contents::claim::OpenClaim { run: "one".into(), claim: None }]);
        let more: [FileChange; 1] = [(b"x".to_vec(), Some(b"1".to_vec()))];
        assert_eq!(put(&one, tip.as_deref(), &more), PushOutcome::Succeeded);
        let (before, after) = (tip.as_deref().unwrap(), one.local_tip().unwrap().unwrap());
        let other: [FileChange; 1] = [(b"x".to_vec(), Some(b"2".to_vec()))];
        assert_eq!(put(&two, tip.as_deref(), &other), PushOutcome::Lost);
        assert_eq!(put(&two, None, &other), PushOutcome::Lost);
        assert_eq!(two.folder_id(before).unwrap(), two.folder_id(&after).unwrap(), "only another file has moved");
        assert!(!two.is_code(&after));
    }

    #[test]
    fn a_push_that_lands_without_an_answer_has_succeeded_and_a_refused_one_is_an_error() {
        use std::os::unix::fs::PermissionsExt as _;
        let (folder, [one, _]) = clones();
        let hooks = folder.path().join("remote.git/hooks");
        let hook = |name: &str, text: &str| {
            std::fs::create_dir_all(&hooks).unwrap();
            std::fs::write(hooks.join(name), format!("#!/bin/sh\n{text}\n")).unwrap();
            std::fs::set_permissions(hooks.join(name), std::fs::Permissions::from_mode(0o755)).unwrap();
        };
        // The receiving side is killed after it moved the branch.
        hook("post-receive", "kill -9 $PPID; sleep 1");
        assert_eq!(put(&one, None, &files(&one)), PushOutcome::Succeeded);
        std::fs::remove_file(hooks.join("post-receive")).unwrap();
        hook("pre-receive", "echo no entry >&2; exit 1");
        let tip = one.refresh().unwrap();
        let parent = tip.as_deref();
        let commit = NewCommit { parent, author: "A <a>", time: 0, message: "m\n", changes: &[] };
        let refused = one.publish(&commit, parent).unwrap_err();
        let sentence = refused.sentence.raw();
        assert_eq!(sentence, "the remote refuses the push (pre-receive hook declined): no entry");
        assert_eq!(one.refresh().unwrap(), tip);
    }

    #[test]
    fn without_a_remote_the_branch_is_local() {
        let folder = tempfile::tempdir().unwrap();
        git_in(folder.path(), &["init", "--quiet", "--initial-branch", "main"]);
        git_in(folder.path(), &["commit", "--quiet", "--allow-empty", "--message", "first"]);
        let branch = branch(folder.path(), None);
        assert_eq!(branch.refresh(), Ok(None));
        assert_eq!(put(&branch, None, &files(&branch)), PushOutcome::Succeeded);
        assert_eq!(put(&branch, None, &files(&branch)[..1]), PushOutcome::Lost);
        let tip = branch.refresh().unwrap().unwrap();
        assert!(branch.read(Some(&tip)).unwrap().is_ours && !branch.is_code(&tip));
        git_in(folder.path(), &["checkout", "--quiet", "ringform-ledger"]);
        assert!(branch.is_code(&tip));
    }

    #[test]
    fn a_branch_of_code_is_seen() {
        let (folder, [one, _]) = clones();
        git_in(&folder.path().join("one"), &["push", "--quiet", "origin", "HEAD:refs/heads/ringform-ledger"]);
        let tip = one.refresh().unwrap().unwrap();
        assert!(one.is_code(&tip) && !one.read(Some(&tip)).unwrap().is_ours);
    }
}
