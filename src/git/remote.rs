//! One branch of a remote: ask, fetch, push.
//!
//! Owns the only calls of git that reach a network. They use the user's settings and variables (credentials, ssh,
//! proxies), have no prompt, run no hook and end after a time with all their processes. The words of git decide
//! nothing here: a caller asks for the tip after a push that failed.

use std::io::Read;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::git::error::GitError;
use crate::git::process::GitProcess;
use crate::git::remote_error::of_remote;

/// How often ringform looks whether git is done.
const INTERVAL: Duration = Duration::from_millis(5);

/// A branch of a remote.
#[derive(Clone, Debug)]
pub(crate) struct RemoteBranch<'g> {
    /// Git in the local repository.
    pub(crate) git: &'g GitProcess,
    /// The name of the remote.
    pub(crate) remote: &'g str,
    /// The name of the branch, without `refs/heads/`.
    pub(crate) branch: &'g str,
    /// How long one call may take.
    pub(crate) time_limit: Duration,
}

impl RemoteBranch<'_> {
    /// The full name of the branch at the remote.
    pub(crate) fn name(&self) -> String {
        format!("refs/heads/{}", self.branch)
    }

    /// The full name of its local copy.
    pub(crate) fn copy(&self) -> String {
        format!("refs/remotes/{}/{}", self.remote, self.branch)
    }

    /// The commit that the branch has at the remote; `None` where the remote has no such branch.
    pub(crate) fn tip(&self) -> Result<Option<String>, GitError> {
        let answer = self.call(&["ls-remote", "--quiet", "--", self.remote, &self.name()])?;
        let text = String::from_utf8_lossy(&answer);
        let wanted = self.name();
        let found = text.lines().filter_map(|line| line.split_once('\t')).find(|(_, name)| *name == wanted);
        Ok(found.map(|(id, _)| id.to_owned()))
    }

    /// Brings the local copy to the branch: all its history and files. It changes no other ref.
    pub(crate) fn fetch(&self) -> Result<(), GitError> {
        self.fetch_with(&[])
    }

    /// The same, with every file, though the clone has a part of them already. It needs git 2.36.
    pub(crate) fn refetch(&self) -> Result<(), GitError> {
        self.fetch_with(&["--refetch"])
    }

    fn fetch_with(&self, more: &[&str]) -> Result<(), GitError> {
        let refspec = format!("+{}:{}", self.name(), self.copy());
        let quiet = ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules"];
        let whole = ["--no-auto-maintenance", "--no-filter", "--refmap=", "--", self.remote, &refspec];
        self.call(&[&quiet[..], more, &whole[..]].concat()).map(drop)
    }

    /// Moves the branch to a commit, if it is still at the one that is expected; `None`: if it does not exist.
    pub(crate) fn push(&self, commit: &str, expected: Option<&str>) -> Result<(), GitError> {
        let lease = format!("--force-with-lease={}:{}", self.name(), expected.unwrap_or_default());
        let refspec = format!("{commit}:{}", self.name());
        let words = ["push", "--quiet", "--no-verify", "--no-follow-tags", "--recurse-submodules=no", "--no-signed"];
        self.call(&[&words[..], &[&lease, "--", self.remote, &refspec]].concat()).map(drop)
    }

    fn call(&self, words: &[&str]) -> Result<Vec<u8>, GitError> {
        let output = within(self.git, self.git.network_command(words)?, self.time_limit)?;
        if output.status.success() { Ok(output.stdout) } else { Err(of_remote(&output.stderr)) }
    }
}

/// Runs a call to its end. After the time limit git ends with all processes that it started.
fn within(git: &GitProcess, mut command: Command, time_limit: Duration) -> Result<Output, GitError> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    // Each listed child leads a process group.
    let (mut child, _listed) = git.spawn(&mut command).map_err(|error| GitError::not_started(&error))?;
    let reader = |from: Option<Box<dyn Read + Send>>| {
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            // What cannot be read is not shown.
            from.map(|mut from| from.read_to_end(&mut bytes));
            bytes
        })
    };
    let stdout = reader(child.stdout.take().map(|from| Box::new(from) as Box<dyn Read + Send>));
    let stderr = reader(child.stderr.take().map(|from| Box::new(from) as Box<dyn Read + Send>));
    let started = Instant::now();
    let status = loop {
        match child.try_wait().map_err(|error| GitError::not_started(&error))? {
            Some(status) => break status,
            None if started.elapsed() >= time_limit => {
                end_group(child.id());
                // The group has ended, so this does not wait long.
                child.wait().map_err(|error| GitError::not_started(&error))?;
                return Err(GitError::other(&format!("git did not end within {} s", time_limit.as_secs())));
            }
            None => std::thread::sleep(INTERVAL),
        }
    };
    // A helper of git may hold its output open for longer.
    end_group(child.id());
    let text = |reader: std::thread::JoinHandle<Vec<u8>>| reader.join().unwrap_or_default();
    Ok(Output { status, stdout: text(stdout), stderr: text(stderr) })
}

#[cfg(unix)]
fn end_group(leader: u32) {
    if let Some(leader) = i32::try_from(leader).ok().and_then(rustix::process::Pid::from_raw) {
        // It fails where no process of the group is left.
        rustix::process::kill_process_group(leader, rustix::process::Signal::KILL).ok();
    }
}

#[cfg(not(unix))]
fn end_group(_: u32) {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::GitEnvironment;
    use crate::git::fixture::{environment, git_in, repository, scratch};

    fn branch(git: &GitProcess) -> RemoteBranch<'_> {
        RemoteBranch { git, remote: "origin", branch: "ringform-ledger", time_limit: Duration::from_secs(60) }
    }

    /// Two clones of one bare remote, and git in each.
    fn two_clones() -> (tempfile::TempDir, [GitProcess; 2]) {
        let folder = scratch();
        git_in(folder.path(), &["init", "--quiet", "--bare", "remote.git"]);
        let clone = |name: &str| {
            git_in(folder.path(), &["clone", "--quiet", "remote.git", name]);
            let at = folder.path().join(name);
            git_in(&at, &["commit", "--quiet", "--allow-empty", "--message", name]);
            GitProcess::at(&at, environment())
        };
        let clones = [clone("one"), clone("two")];
        (folder, clones)
    }

    #[test]
    fn a_push_is_a_compare_and_swap() {
        let (_folder, [one, two]) = two_clones();
        let head = |git: &GitProcess| git.line(&["rev-parse", "HEAD"]).unwrap();
        assert_eq!(branch(&one).tip(), Ok(None));
        branch(&one).push(&head(&one), None).unwrap();
        assert_eq!(branch(&two).tip(), Ok(Some(head(&one))));
        branch(&two).push(&head(&two), None).unwrap_err();
        branch(&two).push(&head(&two), Some(&head(&two))).unwrap_err();
        assert_eq!(branch(&two).tip(), Ok(Some(head(&one))), "the loser moves nothing");
        branch(&two).fetch().unwrap();
        assert_eq!(two.line(&["rev-parse", &branch(&two).copy()]), Ok(head(&one)));
        let refs = String::from_utf8(two.ask(&["for-each-ref", "--format=%(refname)"]).unwrap()).unwrap();
        let new: Vec<&str> = refs.lines().filter(|name| name.contains("ledger")).collect();
        assert_eq!(new, ["refs/remotes/origin/ringform-ledger"]);
        assert!(!_folder.path().join("two/.git/FETCH_HEAD").exists());
    }

    #[test]
    fn programs_of_the_repository_do_not_run() {
        let (folder, git) = repository();
        let trap = folder.path().join("ran");
        git_in(folder.path(), &["remote", "add", "origin", &format!("ext::touch {}", trap.display())]);
        git_in(folder.path(), &["config", "protocol.ext.allow", "always"]);
        branch(&git).tip().unwrap_err();
        assert!(!trap.exists());
    }

    #[cfg(unix)]
    #[test]
    fn a_remote_that_does_not_answer_ends_with_all_its_processes() {
        use std::os::unix::fs::PermissionsExt as _;
        let (folder, _) = repository();
        let (script, pid) = (folder.path().join("ssh"), folder.path().join("pid"));
        std::fs::write(&script, format!("#!/bin/sh\nsleep 600 &\necho $! > {}\nwait\n", pid.display())).unwrap();
        std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
        let variables = [
            ("PATH", std::env::var("PATH").unwrap()),
            ("GIT_SSH", script.display().to_string()),
            ("GIT_DIR", "/nonexistent".to_owned()),
        ];
        let environment = GitEnvironment::of(variables.map(|(name, value)| (name.into(), value.into())));
        let git = GitProcess::at(folder.path(), environment);
        git_in(folder.path(), &["remote", "add", "origin", "ssh://pbx.invalid/x"]);
        let error = RemoteBranch { time_limit: Duration::from_secs(1), ..branch(&git) }.tip().unwrap_err();
        assert!(error.sentence.raw().contains("did not end within 1 s"), "{:?}", error.sentence);
        let pid: i32 = std::fs::read_to_string(&pid).unwrap().trim().parse().unwrap();
        let pid = rustix::process::Pid::from_raw(pid).unwrap();
        // A process that has ended may be there until it is reaped.
        let gone = (0..200).any(|_| {
            std::thread::sleep(Duration::from_millis(10));
            rustix::process::test_kill_process(pid).is_err()
                || std::fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero()))
                    .is_ok_and(|stat| stat.contains(") Z "))
        });
        assert!(gone, "the helper of git lives on");
    }
}
