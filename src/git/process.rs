//! The one way ringform calls the `git` program.
//!
//! Owns what may influence a call: no GIT_ variables and no settings of the user, with two exceptions. The folders that
//! the user declares safe count, and `git status` uses the user's settings. Files of a change must not pass for the
//! repository: they would choose the base and run programs. Git writes and fetches nothing, the index included.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;

use crate::git::children::ListedChild;
use crate::git::environment::GitEnvironment;
use crate::git::error::{DUBIOUS, EMBEDDED, GitError};

/// Git in one folder. What stays the same during a run is looked up once.
#[derive(Debug)]
pub(crate) struct GitProcess {
    folder: PathBuf,
    environment: GitEnvironment,
    /// Where files of the project look like a repository: then git never runs.
    embedded: OnceLock<Option<PathBuf>>,
    /// The user's `safe.directory`, read once git refuses a repository of another user.
    safe: OnceLock<Vec<String>>,
    /// How git starts ssh, where ringform says so.
    ssh: OnceLock<Option<String>>,
}

impl GitProcess {
    /// Git in this folder. It does not run yet.
    pub(crate) fn at(folder: &Path, environment: GitEnvironment) -> GitProcess {
        let folder = folder.to_owned();
        GitProcess { folder, environment, embedded: OnceLock::new(), safe: OnceLock::new(), ssh: OnceLock::new() }
    }

    /// A file that git names from the folder of this process.
    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.folder.join(file)
    }

    /// A call that is ready to run, without the user's settings.
    pub(crate) fn command<S: AsRef<OsStr>>(&self, words: &[S]) -> Result<Command, GitError> {
        let mut command = self.command_with_settings(words)?;
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        Ok(command)
    }

    /// A call with the settings of the user and the system.
    fn command_with_settings<S: AsRef<OsStr>>(&self, words: &[S]) -> Result<Command, GitError> {
        if let Some(folder) = self.embedded.get_or_init(|| embedded(&self.folder)) {
            let folder = folder.to_string_lossy();
            return Err(GitError::other(&format!("{folder} has the files of {EMBEDDED}, which is not trusted")));
        }
        let mut command = self.program(self.environment.command("git"));
        command.env("GIT_OPTIONAL_LOCKS", "0");
        // Git must not fetch what a partial clone left out.
        command.env("GIT_NO_LAZY_FETCH", "1").env("GIT_ALLOW_PROTOCOL", "");
        command.env("GIT_NO_REPLACE_OBJECTS", "1").args(["-c", "core.warnAmbiguousRefs=true"]);
        // This module reads git's sentences, so they must be English.
        command.env("LC_ALL", "C").env("GIT_TERMINAL_PROMPT", "0");
        for safe in self.safe.get().into_iter().flatten() {
            command.arg("-c").arg(format!("safe.directory={safe}"));
        }
        command.arg("-C").arg(&self.folder).args(words).stdin(Stdio::null());
        Ok(command)
    }

    /// A call that may reach the network: with the user's settings and variables, without prompts and hooks.
    pub(crate) fn network_command(&self, words: &[&str]) -> Result<Command, GitError> {
        // The same check as for all calls.
        self.command(words)?;
        let mut command = self.program(self.environment.network_command("git"));
        command.args([
            "-c",
            "protocol.ext.allow=never",
            "-c",
            "fetch.writeCommitGraph=false",
            "-c",
            "push.gpgSign=false",
        ]);
        command.env("GIT_TERMINAL_PROMPT", "0").env("SSH_ASKPASS_REQUIRE", "never").env("LC_ALL", "C");
        if let Some(ssh) = self.ssh.get_or_init(|| self.ssh_without_prompts()) {
            command.env("GIT_SSH_COMMAND", ssh);
        }
        command.arg("-C").arg(&self.folder).args(words);
        Ok(command)
    }

    /// The command for ssh that asks nothing. `None` where the user names a program that may be another one than ssh.
    fn ssh_without_prompts(&self) -> Option<String> {
        let variable = |name: &str| self.environment.network_variable(name);
        if variable("GIT_SSH_VARIANT").is_some_and(|variant| variant != "ssh") {
            return None;
        }
        // Git lists the names of settings in small letters.
        let setting = self.network_settings(r"^core\.sshcommand$").pop().map(|(_, command)| command);
        match (variable("GIT_SSH_COMMAND"), setting, variable("GIT_SSH")) {
            (Some(command), _, _) => batch_mode(command.to_str()?),
            (None, Some(command), _) => batch_mode(&command),
            (None, None, Some(_)) => None,
            (None, None, None) => batch_mode("ssh"),
        }
    }

    /// Runs a call and returns its output, whatever its exit status.
    pub(crate) fn run<S: AsRef<OsStr>>(&self, words: &[S]) -> Result<Output, GitError> {
        let run = || self.output(&mut self.command(words)?).map_err(|error| GitError::not_started(&error));
        let output = run()?;
        let refused = !output.status.success() && String::from_utf8_lossy(&output.stderr).contains(DUBIOUS);
        if refused && self.safe.get().is_none() && !self.safe.get_or_init(|| self.safe_directories()).is_empty() {
            return run();
        }
        Ok(output)
    }

    /// Starts a command of git, listed as long as it runs.
    pub(crate) fn spawn(&self, command: &mut Command) -> std::io::Result<(Child, ListedChild)> {
        self.environment.children().spawn(command)
    }

    fn output(&self, command: &mut Command) -> std::io::Result<Output> {
        let (child, _listed) = self.spawn(command.stdout(Stdio::piped()).stderr(Stdio::piped()))?;
        child.wait_with_output()
    }

    /// What git answers.
    pub(crate) fn ask<S: AsRef<OsStr>>(&self, words: &[S]) -> Result<Vec<u8>, GitError> {
        let output = self.run(words)?;
        if output.status.success() { Ok(output.stdout) } else { Err(GitError::of_stderr(&output.stderr)) }
    }

    /// One line that git answers, without its end.
    pub(crate) fn line<S: AsRef<OsStr>>(&self, words: &[S]) -> Result<String, GitError> {
        let line = self.ask(words)?;
        Ok(String::from_utf8_lossy(line.strip_suffix(b"\n").unwrap_or(&line)).into_owned())
    }

    /// Yes or no, as git answers by its exit status.
    pub(crate) fn is<S: AsRef<OsStr>>(&self, words: &[S]) -> bool {
        self.ask(words).is_ok()
    }

    /// The settings of the user whose names match, those of the repository included: names and values, the value that
    /// counts last.
    pub(crate) fn settings(&self, pattern: &str) -> Vec<(String, String)> {
        self.read_settings(pattern, |_| ())
    }

    /// The same, as calls over the network see them: with the settings in variables.
    pub(crate) fn network_settings(&self, pattern: &str) -> Vec<(String, String)> {
        self.read_settings(pattern, |command| self.environment.add_settings(command))
    }

    fn read_settings(&self, pattern: &str, prepare: impl FnOnce(&mut Command)) -> Vec<(String, String)> {
        let Ok(mut command) = self.command_with_settings(&["config", "--null", "--get-regexp", pattern]) else {
            return Vec::new();
        };
        prepare(&mut command);
        let Ok(output) = self.output(&mut command) else { return Vec::new() };
        let pair = |entry: &[u8]| {
            let text = String::from_utf8_lossy(entry).into_owned();
            text.split_once('\n').map(|(name, value)| (name.to_owned(), value.to_owned()))
        };
        entries(&output.stdout).filter_map(pair).collect()
    }

    /// Whether files of this folder differ from the commit or are untracked. A clean filter decides what a file holds,
    /// and line ends and ignored files are settings too, so the user's settings count. They name filters on purpose;
    /// hooks and a program that watches files do not run.
    pub(crate) fn is_dirty(&self) -> Result<bool, GitError> {
        Ok(!self.status()?.is_empty())
    }

    /// What `git status` lists of this folder: `XY PATH`, each with a NUL at its end.
    pub(crate) fn status(&self) -> Result<Vec<u8>, GitError> {
        let words = ["status", "--porcelain", "-z", "--untracked-files=normal", "--no-renames", "--", "."];
        let mut command = self.command_with_settings(&words)?;
        let output = self.output(&mut command).map_err(|error| GitError::not_started(&error))?;
        match output.status.success() {
            true => Ok(output.stdout),
            // Settings that git refuses must not hide the commit.
            false => self.ask(&words),
        }
    }

    /// Git must never run in a repository among the files of another one, and starts no hook and no program that
    /// watches files.
    fn program(&self, mut git: Command) -> Command {
        git.args([
            "-c",
            "safe.bareRepository=explicit",
            "-c",
            "core.fsmonitor=false",
            "-c",
            "core.hooksPath=/dev/null",
        ]);
        git
    }

    /// `safe.directory` of the system, the user and the environment. Git accepts it from these places only, and so does
    /// ringform.
    fn safe_directories(&self) -> Vec<String> {
        let mut command = self.program(self.environment.command_with_settings("git"));
        // Outside of all repositories: there git evaluates no condition on one. A relative name in a variable still
        // means the folder of this process.
        command.args(["--git-dir=/dev/null", "config", "--show-scope", "--null", "--get-all", "safe.directory"]);
        match self.output(command.stdin(Stdio::null())) {
            Ok(output) if output.status.success() => of_protected_scopes(&output.stdout),
            Ok(_) | Err(_) => Vec::new(),
        }
    }
}

/// The command with the option that keeps ssh from asking; `None` for a command that does not begin with ssh. Options of
/// the command come first, and ssh takes the first value of each.
fn batch_mode(command: &str) -> Option<String> {
    let program = command.split_whitespace().next()?;
    let is_ssh = program.rsplit('/').next() == Some("ssh") && !command.contains(['#', ';', '|', '&', '\n']);
    is_ssh.then(|| format!("{command} -o BatchMode=yes"))
}

/// The values of the scopes `system`, `global` and `command` in an answer of `SCOPE NUL VALUE NUL` each.
fn of_protected_scopes(answer: &[u8]) -> Vec<String> {
    let answer = answer.strip_suffix(b"\0").unwrap_or(answer);
    let parts: Vec<&[u8]> = answer.split(|byte| *byte == 0).collect();
    // An empty value counts: it takes back those before it.
    let pairs = parts.chunks_exact(2).filter(|pair| matches!(pair[0], b"system" | b"global" | b"command"));
    pairs.map(|pair| String::from_utf8_lossy(pair[1]).into_owned()).collect()
}

/// The parts of an answer that NUL bytes separate.
pub(crate) fn entries(answer: &[u8]) -> impl Iterator<Item = &[u8]> {
    answer.split(|byte| *byte == 0).filter(|entry| !entry.is_empty())
}

/// Where git would take files of the project for a repository. Git from 2.38 on refuses them by `safe.bareRepository`;
/// an older one does not.
fn embedded(folder: &Path) -> Option<PathBuf> {
    let folder = std::fs::canonicalize(folder).ok()?;
    let is_bare =
        |at: &&Path| at.join("HEAD").exists() && (at.join("objects").exists() || at.join("commondir").exists());
    folder.ancestors().take_while(|at| !at.join(".git").exists()).find(is_bare).map(Path::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn safe_directories_never_count_from_the_repository() {
        let answer = b"system\0/srv\0global\0\0local\0/stolen\0worktree\0*\0global\0/home/me\ncheckout\0command\0/ci\0";
        assert_eq!(of_protected_scopes(answer), ["/srv", "", "/home/me\ncheckout", "/ci"]);
        assert_eq!(of_protected_scopes(b""), Vec::<String>::new());
    }

    #[test]
    fn ssh_asks_nothing_and_another_program_stays_as_it_is() {
        for (command, expected) in [
            ("ssh", Some("ssh -o BatchMode=yes")),
            ("/usr/bin/ssh -i '/a b/key'", Some("/usr/bin/ssh -i '/a b/key' -o BatchMode=yes")),
            ("plink -batch", None),
            ("ssh -i key # mine", None),
            ("", None),
        ] {
            assert_eq!(batch_mode(command).as_deref(), expected, "{command}");
        }
    }

    #[test]
    fn a_bare_repository_counts_only_outside_of_a_checkout() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("project/clients");
        std::fs::create_dir_all(&inner).unwrap();
        for name in ["HEAD", "objects"] {
            std::fs::write(folder.path().join("project").join(name), "").unwrap();
        }
        let project = std::fs::canonicalize(folder.path().join("project")).unwrap();
        assert_eq!(embedded(&inner), Some(project.clone()));
        std::fs::create_dir(inner.join(".git")).unwrap();
        assert_eq!(embedded(&inner), None);
    }
}
