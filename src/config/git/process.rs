//! The one way git is called: the `git` program, asked and never told.
//!
//! Owns what such a call may be influenced by. The variables that hooks export and the user's settings are kept out, but for the
//! folders that the user has declared safe: whom git trusts is the user's to say. What a change brings may not pass for the
//! repository: one that stands among its files would choose the base and run programs. Nothing is written or fetched, the index
//! included. What git refuses comes back in its own words, and never as an empty answer.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::model::Untrusted;

/// How a refusal is told from others where a repository stands among the files of a project.
pub(crate) const EMBEDDED: &str = "a bare repository";
/// How a refusal is told from others where a clone was made without all objects.
pub(crate) const LACKING: &str = "not in this clone";

/// Why git gave no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GitError {
    /// Git's own sentence, or why it could not be asked.
    pub(crate) sentence: Untrusted,
    /// The command that git itself proposes.
    pub(crate) remedy: Option<String>,
    /// Whether there is no git to ask.
    pub(crate) missing: bool,
}

impl GitError {
    /// A refusal in our own words.
    pub(crate) fn other(sentence: &str) -> GitError {
        GitError { sentence: sentence.into(), remedy: None, missing: false }
    }
}

/// A repository, seen from the folder of a project.
#[derive(Clone, Debug)]
pub(crate) struct GitProcess {
    folder: PathBuf,
    /// Where files of the project look like a repository: then nothing is asked.
    embedded: Option<PathBuf>,
    /// The user's `safe.directory`, which git heeds from the user alone.
    safe: Vec<String>,
}

impl GitProcess {
    /// Git in this folder. Nothing is asked yet.
    pub(crate) fn at(folder: &Path) -> GitProcess {
        let mut git = GitProcess { folder: folder.to_owned(), embedded: embedded(folder), safe: Vec::new() };
        for key in ["--system", "--global"] {
            let mut command = clean();
            command.args(["config", key, "--includes", "--null", "--get-all", "safe.directory"]);
            // In no repository: here git heeds no condition on one.
            command.current_dir(std::path::MAIN_SEPARATOR_STR);
            if let Ok(Output { status, stdout, .. }) = command.stdin(Stdio::null()).output()
                && status.success()
                && let Some(list) = stdout.strip_suffix(b"\0")
            {
                // An empty entry counts: it takes back those before it.
                let all = list.split(|byte| *byte == 0).map(|entry| String::from_utf8_lossy(entry).into_owned());
                git.safe.extend(all);
            }
        }
        git
    }

    fn command<S: AsRef<OsStr>>(&self, words: &[S]) -> Result<Command, GitError> {
        if let Some(folder) = &self.embedded {
            let folder = folder.to_string_lossy();
            return Err(GitError::other(&format!("{folder} has the files of {EMBEDDED}, which is not trusted")));
        }
        let mut command = clean();
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_OPTIONAL_LOCKS", "0");
        // What a clone left out is not fetched on the way.
        command.env("GIT_NO_LAZY_FETCH", "1").env("GIT_ALLOW_PROTOCOL", "");
        command.env("GIT_NO_REPLACE_OBJECTS", "1").args(["-c", "core.warnAmbiguousRefs=true"]);
        // Git's sentences are looked at for what they mean.
        command.env("LC_ALL", "C").env("GIT_TERMINAL_PROMPT", "0");
        for safe in &self.safe {
            command.arg("-c").arg(format!("safe.directory={safe}"));
        }
        command.arg("-C").arg(&self.folder).args(words).stdin(Stdio::null());
        Ok(command)
    }

    /// What git answers, with its warnings on stderr.
    pub(crate) fn output<S: AsRef<OsStr>>(&self, words: &[S]) -> Result<Output, GitError> {
        let output = self.command(words)?.output().map_err(|error| cannot_run(&error))?;
        match output.status.success() {
            true => Ok(output),
            false => Err(refusal(&output.stderr)),
        }
    }

    /// What git answers.
    pub(crate) fn ask<S: AsRef<OsStr>>(&self, words: &[S]) -> Result<Vec<u8>, GitError> {
        Ok(self.output(words)?.stdout)
    }

    /// One line that git answers, without its end.
    pub(crate) fn line<S: AsRef<OsStr>>(&self, words: &[S]) -> Result<Vec<u8>, GitError> {
        let mut line = self.ask(words)?;
        if line.last() == Some(&b'\n') {
            line.pop();
        }
        Ok(line)
    }

    /// Yes or no, as git says it by its exit status.
    pub(crate) fn is<S: AsRef<OsStr>>(&self, words: &[S]) -> bool {
        self.output(words).is_ok()
    }

    /// Gives the contents of these objects to `take`, in their order. One that is larger than `most` comes as `None`.
    pub(crate) fn contents(
        &self,
        objects: &[&str],
        most: u64,
        take: &mut dyn FnMut(usize, Option<Vec<u8>>),
    ) -> Result<(), GitError> {
        if objects.is_empty() {
            return Ok(());
        }
        let mut command = self.command(&["cat-file", "--batch"])?;
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| cannot_run(&error))?;
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
        let asked: String = objects.iter().map(|object| format!("{object}\n")).collect();
        let read = std::thread::scope(|scope| {
            // Both ends at once: git stops reading names while nobody takes its answers.
            scope.spawn(move || stdin.map(|mut stdin| stdin.write_all(asked.as_bytes())));
            let mut answers = BufReader::new(stdout?);
            for index in 0..objects.len() {
                take(index, answer(&mut answers, most)?);
            }
            Some(())
        });
        let output = child.wait_with_output().map_err(|error| cannot_run(&error))?;
        match read {
            Some(()) => Ok(()),
            None if output.status.success() => Err(GitError::other(&format!("an object of it is {LACKING}"))),
            None => Err(refusal(&output.stderr)),
        }
    }
}

/// One answer of `cat-file --batch`: `ID blob SIZE`, then so many bytes and a line feed. `None` when it is something else.
fn answer(from: &mut impl BufRead, most: u64) -> Option<Option<Vec<u8>>> {
    let mut head = String::new();
    from.read_line(&mut head).ok()?;
    let size: u64 = head
        .trim_end()
        .strip_suffix(" missing")
        .is_none()
        .then(|| head.trim_end())?
        .rsplit(' ')
        .next()?
        .parse()
        .ok()?;
    let mut bytes = Vec::new();
    let kept = size <= most;
    let mut body = from.by_ref().take(size);
    let read = match kept {
        true => body.read_to_end(&mut bytes).ok()? as u64,
        false => std::io::copy(&mut body, &mut std::io::sink()).ok()?,
    };
    let mut end = [0];
    from.read_exact(&mut end).ok()?;
    (read == size && end == *b"\n").then_some(kept.then_some(bytes))
}

/// The parts of an answer that are set apart by NUL.
pub(crate) fn entries(answer: &[u8]) -> impl Iterator<Item = &[u8]> {
    answer.split(|byte| *byte == 0).filter(|entry| !entry.is_empty())
}

/// Where git would take files of the project for a repository. Git from 2.38 on refuses them by `safe.bareRepository`, and any
/// older one would not.
fn embedded(folder: &Path) -> Option<PathBuf> {
    let folder = std::fs::canonicalize(folder).ok()?;
    let is_bare =
        |at: &&Path| at.join("HEAD").exists() && (at.join("objects").exists() || at.join("commondir").exists());
    folder.ancestors().take_while(|at| !at.join(".git").exists()).find(is_bare).map(Path::to_owned)
}

/// Git without any variable of its own, and never in a repository that stands among the files of another one.
fn clean() -> Command {
    let mut command = Command::new("git");
    command.args(["-c", "safe.bareRepository=explicit", "-c", "core.fsmonitor=false"]);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("GIT_") {
            command.env_remove(name);
        }
    }
    command
}

fn cannot_run(error: &std::io::Error) -> GitError {
    let sentence = format!("the `git` program cannot be run: {}", crate::config::text::io_cause(error));
    GitError { missing: true, ..GitError::other(&sentence) }
}

/// The first line of what git said that tells why; its hints stand behind.
fn refusal(stderr: &[u8]) -> GitError {
    let text = String::from_utf8_lossy(stderr);
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
    let fatal = lines().find(|line| line.starts_with("fatal:") || line.starts_with("error:"));
    let line = fatal.or_else(|| lines().next()).unwrap_or("it gave no reason");
    let remedy = lines().find(|line| line.starts_with("git config --global --add safe.directory"));
    GitError { remedy: remedy.map(str::to_owned), ..GitError::other(&format!("git says: {line}")) }
}
