//! A project with a ledger: a bare remote, the checkout of a world, and more clones.
//!
//! Hooks of the bare remote make faults happen at an exact step. They run on the side of the remote, so no setting of
//! ringform reaches them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};
use tempfile::TempDir;

use crate::repository::{edit_branch, git_in, hook};
use crate::world::{Ran, World};

/// The branch of the ledger.
pub const BRANCH: &str = "ringform-ledger";

/// How long a test waits for something that must happen.
const PATIENCE: Duration = Duration::from_secs(30);

/// A world whose project is in a repository with a bare remote.
pub struct Site {
    pub world: World,
    folder: TempDir,
}

/// What a run in another clone did.
pub struct Said {
    pub status: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Site {
    /// The project of a world, with the ledger on and a remote.
    pub fn new(world: World) -> Site {
        Site::with(world, "ledger: git")
    }

    /// The same with these lines in ringform.yaml.
    pub fn with(world: World, lines: &str) -> Site {
        let folder = tempfile::tempdir().unwrap();
        let mut world = world.project(lines);
        world.start();
        world.write(".gitignore", b".ringform/\n.seed-of-the-test.json\n");
        Site { world: world.with_origin(&folder.path().join("remote.git")), folder }
    }

    /// One client, 12, whose `hold_music` is 7 and is to be `declared`.
    pub fn of_one(declared: u64) -> Site {
        let world = World::new().live(12, json!({"hold_music": 7}));
        Site::new(world.declared(12, &format!("{{hold_music: {declared}}}")))
    }

    /// The bare remote.
    pub fn remote(&self) -> PathBuf {
        self.folder.path().join("remote.git")
    }

    /// A path beside the remote.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Commits all of the project and pushes it.
    pub fn merge(&self, message: &str) {
        self.world.commit(message);
        self.push();
    }

    fn push(&self) {
        self.world.push(&self.remote(), "main");
    }

    /// A further clone, with these options.
    pub fn clone_of(&self, name: &str, options: &[&str]) -> PathBuf {
        let url = format!("file://{}", self.remote().display());
        let words = [&["clone", "--quiet", "--branch", "main"], options, &[&url, name]].concat();
        git_in(self.folder.path(), &words);
        self.path(name)
    }

    /// A run in another clone.
    pub fn run_in(&mut self, folder: &Path, line: &str) -> Said {
        Said::of(self.world.command(line).current_dir(folder).output().unwrap())
    }

    /// A run in the checkout of the world.
    pub fn run(&mut self, line: &str) -> Ran {
        self.world.run(line)
    }

    /// A run in this folder that goes on while the test does.
    pub fn spawn(&mut self, folder: &Path, line: &str) -> Child {
        let mut command = self.world.command(line);
        command.current_dir(folder).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// Puts a script in the place of `git` for the runs: it runs `lines` and then git.
    pub fn git_script(&mut self, folder: &Path, lines: &str) {
        self.world = std::mem::replace(&mut self.world, World::new()).git_script(folder, lines);
    }

    /// Sets a variable for the runs; an empty value removes it.
    pub fn env(&mut self, name: &str, value: &str) {
        self.world = std::mem::replace(&mut self.world, World::new()).env(name, value);
    }

    /// Installs a hook in the remote.
    pub fn hook(&self, name: &str, lines: &str) {
        hook(&self.remote(), name, lines);
    }

    /// Removes the hooks of the remote.
    pub fn without_hooks(&self) {
        fs::remove_dir_all(self.remote().join("hooks")).unwrap();
    }

    /// The tip of the ledger at the remote. The branch is a file there: nothing packs the refs of a test.
    pub fn tip(&self) -> Option<String> {
        let text = fs::read_to_string(self.remote().join("refs/heads").join(BRANCH)).ok()?;
        Some(text.trim_end().to_owned())
    }

    /// The paths that the ledger holds at the remote.
    pub fn paths(&self) -> Vec<String> {
        match self.tip() {
            Some(tip) => {
                git_in(&self.remote(), &["ls-tree", "-r", "--name-only", &tip]).lines().map(str::to_owned).collect()
            }
            None => Vec::new(),
        }
    }

    /// A file of the ledger at the remote.
    pub fn file(&self, path: &str) -> Json {
        let text = git_in(&self.remote(), &["show", &format!("{BRANCH}:{path}")]);
        serde_json::from_str(&text).unwrap()
    }

    /// The record of a client of the project at the root.
    pub fn record(&self, client: &str) -> Json {
        self.file(&format!("ringform.yaml/clients/default/{client}.json"))
    }

    /// The runs that have a claim.
    pub fn open(&self) -> Vec<String> {
        let name = |path: String| path.strip_prefix("ringform.yaml/open/")?.strip_suffix(".json").map(str::to_owned);
        self.paths().into_iter().filter_map(name).collect()
    }

    /// How many reports the ledger holds.
    pub fn reports(&self) -> usize {
        self.paths().iter().filter(|path| path.starts_with("ringform.yaml/runs/")).count()
    }

    /// Puts files into the branch as a person would: a commit on its tip; `None` removes the file.
    pub fn edit(&self, files: &[(&str, Option<&str>)]) {
        edit_branch(&self.remote(), BRANCH, files);
    }

    /// Brings the copy of a clone to the remote, as the `git fetch` of a person does.
    pub fn fetch(&self, folder: &Path) {
        git_in(folder, &["fetch", "--quiet", "origin"]);
    }

    /// The numbers of PUTs that arrived so far.
    pub fn puts(&self) -> usize {
        self.world.puts().len()
    }

    /// The journals of a clone.
    pub fn journals(&self, folder: &Path) -> Vec<String> {
        let Ok(files) = fs::read_dir(folder.join(".ringform/journal")) else { return Vec::new() };
        files.map(|file| fs::read_to_string(file.unwrap().path()).unwrap()).collect()
    }
}

impl Said {
    pub fn of(output: Output) -> Said {
        Said {
            status: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// It ended with this status.
    #[track_caller]
    pub fn status(self, status: i32) -> Said {
        assert_eq!(self.status, Some(status), "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// It printed all of this, on either stream.
    #[track_caller]
    pub fn says(self, parts: &[&str]) -> Said {
        for part in parts {
            let found = self.stderr.contains(part) || self.stdout.contains(part);
            assert!(found, "{part:?} is missing\nstdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        }
        self
    }

    /// The JSON document on stdout.
    #[track_caller]
    pub fn json(&self) -> Json {
        serde_json::from_str(&self.stdout).unwrap_or_else(|why| panic!("{why}\n{}\n{}", self.stdout, self.stderr))
    }
}

/// The origin of each change in a document: client, field, origin.
pub fn origins(document: &Json) -> Vec<(String, String, String)> {
    let text = |json: &Json| json.as_str().unwrap().to_owned();
    let clients = document["clients"].as_array().unwrap();
    let of_client = |client: &Json| {
        let changes = client["changes"].as_array().unwrap().clone();
        let id = text(&client["client_id"]);
        changes.into_iter().map(move |one| (id.clone(), text(&one["field"]), text(&one["origin"]))).collect::<Vec<_>>()
    };
    clients.iter().flat_map(of_client).collect()
}

/// Waits until something is so.
#[track_caller]
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "{what} did not happen");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Ends a process that the test started, as the kernel ends it.
pub fn kill(child: &mut Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}
