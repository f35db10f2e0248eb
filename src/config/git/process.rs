//! The one way ringform calls the `git` program.
//!
//! Owns what may influence a call: no GIT_ variables and no settings of the user, except the folders that the user
//! declares safe. Files of a change must not pass for the repository: they would choose the base and run programs. Git
//! writes and fetches nothing, the index included. A refusal of git is an error in git's words and never an empty
//! answer.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;

use crate::config::git::children::ListedChild;
use crate::config::git::environment::GitEnvironment;
use crate::config::text::io_cause;
use crate::model::Untrusted;

/// Part of the sentence for a bare repository among the files of a project.
pub(crate) const EMBEDDED: &str = "a bare repository";
/// Part of the sentence for an object that a partial clone does not hold.
pub(crate) const LACKING: &str = "not in this clone";
/// Part of git's sentence for a repository that belongs to another user.
pub(crate) const DUBIOUS: &str = "dubious ownership";

/// Why git gave no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GitError {
    /// Git's own sentence, or the reason why git did not run.
    pub(crate) sentence: Untrusted,
    /// The command that git itself proposes.
    pub(crate) remedy: Option<String>,
    /// Whether the `git` program is missing.
    pub(crate) missing: bool,
}

impl GitError {
    /// An error in our own words.
    pub(crate) fn other(sentence: &str) -> GitError {
        GitError { sentence: sentence.into(), remedy: None, missing: false }
    }

    /// An object that the clone does not hold.
    pub(crate) fn lacking() -> GitError {
        GitError::other(&format!("an object of it is {LACKING}"))
    }

    /// The error in what git printed on stderr.
    pub(crate) fn of_stderr(stderr: &[u8]) -> GitError {
        let text = String::from_utf8_lossy(stderr);
        let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
        // Git prints hints and warnings around the line that says why.
        let fatal = lines().find(|line| line.starts_with("fatal:") || line.starts_with("error:"));
        let line = fatal.or_else(|| lines().next()).unwrap_or("it gave no reason");
        let remedy = lines().find(|line| line.starts_with("git config --global --add safe.directory"));
        GitError { remedy: remedy.map(str::to_owned), ..GitError::other(&format!("git says: {line}")) }
    }

    /// The error of a program that does not start.
    pub(crate) fn not_started(error: &std::io::Error) -> GitError {
        let sentence = format!("the `git` program cannot be run: {}", io_cause(error));
        GitError { missing: true, ..GitError::other(&sentence) }
    }
}

/// Git in one folder. What stays the same during a run is looked up once.
#[derive(Debug)]
pub(crate) struct GitProcess {
    folder: PathBuf,
    environment: GitEnvironment,
    /// Where files of the project look like a repository: then git never runs.
    embedded: OnceLock<Option<PathBuf>>,
    /// The user's `safe.directory`, read once git refuses a repository of another user.
    safe: OnceLock<Vec<String>>,
}

impl GitProcess {
    /// Git in this folder. It does not run yet.
    pub(crate) fn at(folder: &Path, environment: GitEnvironment) -> GitProcess {
        GitProcess { folder: folder.to_owned(), environment, embedded: OnceLock::new(), safe: OnceLock::new() }
    }

    /// A call that is ready to run.
    pub(crate) fn command<S: AsRef<OsStr>>(&self, words: &[S]) -> Result<Command, GitError> {
        if let Some(folder) = self.embedded.get_or_init(|| embedded(&self.folder)) {
            let folder = folder.to_string_lossy();
            return Err(GitError::other(&format!("{folder} has the files of {EMBEDDED}, which is not trusted")));
        }
        let mut command = self.program();
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_OPTIONAL_LOCKS", "0");
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

    /// Git must never run in a repository among the files of another one, and starts no program that watches files.
    fn program(&self) -> Command {
        let mut command = self.environment.command("git");
        command.args(["-c", "safe.bareRepository=explicit", "-c", "core.fsmonitor=false"]);
        command
    }

    /// `safe.directory` of the system and the user. Git accepts it from them only, and so does ringform.
    fn safe_directories(&self) -> Vec<String> {
        let mut command = self.program();
        command.args(["config", "--show-scope", "--null", "--get-all", "safe.directory"]);
        // Outside of all repositories: there git evaluates no condition on one.
        command.current_dir(std::path::MAIN_SEPARATOR_STR).stdin(Stdio::null());
        match self.output(&mut command) {
            Ok(output) if output.status.success() => of_protected_scopes(&output.stdout),
            Ok(_) | Err(_) => Vec::new(),
        }
    }
}

/// The values of the scopes `system` and `global` in an answer of `SCOPE NUL VALUE NUL` each.
fn of_protected_scopes(answer: &[u8]) -> Vec<String> {
    let answer = answer.strip_suffix(b"\0").unwrap_or(answer);
    let parts: Vec<&[u8]> = answer.split(|byte| *byte == 0).collect();
    // An empty value counts: it takes back those before it.
    let pairs = parts.chunks_exact(2).filter(|pair| matches!(pair[0], b"system" | b"global"));
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
    fn safe_directories_count_from_the_system_and_the_user_only() {
        let answer = b"system\0/srv\0global\0\0local\0/stolen\0global\0/home/me\ncheckout\0command\0*\0";
        assert_eq!(of_protected_scopes(answer), ["/srv", "", "/home/me\ncheckout"]);
        assert_eq!(of_protected_scopes(b""), Vec::<String>::new());
    }

    #[test]
    fn the_line_that_says_why_is_the_one_that_is_shown() {
        let stderr = b"warning: something\nfatal: not a git repository\nhint: try this\n";
        assert_eq!(GitError::of_stderr(stderr).sentence.raw(), "git says: fatal: not a git repository");
        assert_eq!(GitError::of_stderr(b"").sentence.raw(), "git says: it gave no reason");
        let stderr = b"fatal: detected dubious ownership\n\n\tgit config --global --add safe.directory /x\n";
        let remedy = GitError::of_stderr(stderr).remedy;
        assert_eq!(remedy.as_deref(), Some("git config --global --add safe.directory /x"));
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
