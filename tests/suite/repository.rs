//! A git repository around a world, as people and pipelines have it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use crate::world::World;

/// Runs git in a folder, with nothing of the machine's settings.
#[track_caller]
pub fn git_in(folder: &Path, words: &[&str]) -> String {
    let mut command = Command::new("git");
    command.current_dir(folder).env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1").env("HOME", "/nonexistent");
    for (name, value) in [("user.name", "Nobody"), ("user.email", "nobody@example.com"), ("init.defaultBranch", "main")]
    {
        command.args(["-c", &format!("{name}={value}")]);
    }
    let output = command.args(["-c", "protocol.file.allow=always"]).args(words).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "git {words:?}: {stderr}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

impl World {
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
        fs::write(&script, format!("#!/bin/sh\n{lines}\nexec {} \"$@\"\n", real.display())).unwrap();
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
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
