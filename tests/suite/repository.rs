//! A git repository around a world, as people and pipelines have it.
//!
//! A process of git costs milliseconds, and tests need thousands of repositories. So repositories begin without hooks
//! and without upkeep, and what a person would push or edit takes the shortest way there.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::world::World;

/// What repositories of tests begin with.
const TEMPLATE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/git_template");

/// Git in a folder, with nothing of the machine's settings.
fn git(folder: &Path, words: &[&str]) -> Command {
    let mut command = Command::new("git");
    command.current_dir(folder).env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1").env("HOME", "/nonexistent");
    for (name, value) in [("user.name", "Nobody"), ("user.email", "nobody@example.com"), ("init.defaultBranch", "main")]
    {
        command.args(["-c", &format!("{name}={value}")]);
    }
    command.env("GIT_TEMPLATE_DIR", TEMPLATE).args(["-c", "protocol.file.allow=always"]).args(words);
    command
}

/// Runs git in a folder.
#[track_caller]
pub fn git_in(folder: &Path, words: &[&str]) -> String {
    let output = git(folder, words).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "git {words:?}: {stderr}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Commits files to a branch of a bare repository, as a person with push rights can; `None` removes the file.
#[track_caller]
pub fn edit_branch(bare: &Path, branch: &str, files: &[(&str, Option<&str>)]) {
    let name = format!("refs/heads/{branch}");
    let is_there = !git_in(bare, &["for-each-ref", &name]).is_empty();
    let mut stream = format!("commit {name}\ncommitter Nobody <nobody@example.com> now\ndata 7\nby hand\n");
    if is_there {
        stream.push_str(&format!("from {name}^0\n"));
    }
    for (path, text) in files {
        match text {
            Some(text) => stream.push_str(&format!("M 100644 inline {path}\ndata {}\n{text}\n", text.len())),
            None => stream.push_str(&format!("D {path}\n")),
        }
    }
    let mut command = git(bare, &["fast-import", "--quiet", "--date-format=now"]);
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(stream.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success(), "{stream}");
}

/// Installs a hook in a bare repository. It runs on the side of the remote, so no setting of ringform reaches it.
pub fn hook(bare: &Path, name: &str, lines: &str) {
    fs::create_dir_all(bare.join("hooks")).unwrap();
    executable(&bare.join("hooks").join(name), lines);
}

/// Writes a script that runs.
pub fn executable(path: &Path, lines: &str) {
    fs::write(path, format!("#!/bin/sh\n{lines}\n")).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// Copies the objects of a repository that another one lacks.
fn copy_objects(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (from, to) = (entry.as_ref().unwrap().path(), to.join(entry.unwrap().file_name()));
        match from.is_dir() {
            true => copy_objects(&from, &to),
            false if to.exists() => {}
            false => drop(fs::copy(&from, &to).unwrap()),
        }
    }
}

impl World {
    /// Makes the project a repository, and `origin` a bare one at this path that has its `main`.
    #[track_caller]
    pub fn with_origin(self, bare: &Path) -> World {
        let world = self.repository();
        git_in(world.folder(), &["init", "-q", "--bare", bare.to_str().unwrap()]);
        world.git(&["remote", "add", "origin", bare.to_str().unwrap()]);
        world.push(bare, "main");
        world
    }

    /// Brings HEAD to a branch of the bare repository beside it, the remote `origin`: what `git push` leaves.
    #[track_caller]
    pub fn push(&self, bare: &Path, branch: &str) {
        let head = self.git(&["rev-parse", "HEAD"]);
        copy_objects(&self.path(".git/objects"), &bare.join("objects"));
        for name in [bare.join("refs/heads"), self.path(".git/refs/remotes/origin")] {
            fs::create_dir_all(&name).unwrap();
            fs::write(name.join(branch), format!("{head}\n")).unwrap();
        }
    }

    /// Runs git in the project.
    #[track_caller]
    pub fn git(&self, words: &[&str]) -> String {
        git_in(self.folder(), words)
    }

    /// Makes the project a repository whose first commit holds all that stands there.
    #[track_caller]
    pub fn repository(mut self) -> World {
        self = self.env("PATH", &std::env::var("PATH").unwrap_or_default());
        self.start();
        self.git(&["init", "-q"]);
        self.commit("first");
        self
    }

    /// Puts a script in the place of `git`: it runs `lines` and then git. The script lives as long as the folder.
    pub fn git_script(self, folder: &Path, lines: &str) -> World {
        let path = std::env::var("PATH").unwrap_or_default();
        let real = std::env::split_paths(&path).map(|part| part.join("git")).find(|git| git.is_file()).unwrap();
        let script = folder.join("git");
        executable(&script, &format!("{lines}\nexec {} \"$@\"", real.display()));
        self.env("PATH", &format!("{}:{path}", folder.display()))
    }

    /// Commits everything.
    #[track_caller]
    pub fn commit(&self, message: &str) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", message]);
    }

    /// Writes a document for a client, at `clients/ID.yaml`.
    pub fn declare(&self, id: u64, settings: &str) {
        self.write(&format!("clients/{id}.yaml"), format!("client: {id}\nsettings: {settings}\n").as_bytes());
    }
}
