//! The jobs of examples/ci as GitHub and GitLab run them: their own scripts, in a clone as each system makes it, with a
//! bare repository as the remote. What installs ringform and what writes comments is left out.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value as Json;
use tempfile::TempDir;

use crate::repository::git_in;
use crate::world::World;

/// The address to which the apply job of GitLab pushes. Settings of git lead it to the bare repository.
const PUSH_URL: &str = "https://ringform:token@gitlab.example/acme/pbx.git";

/// A CI system.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pipeline {
    Github,
    Gitlab,
}

pub const BOTH: [Pipeline; 2] = [Pipeline::Github, Pipeline::Gitlab];

/// A job of a pipeline.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Job {
    Apply,
    Plan,
    PlanOfFork,
    Drift,
}

/// The remote of a world and what the CI system keeps between jobs.
pub struct Host {
    folder: TempDir,
    pipeline: Pipeline,
}

/// How a job ended.
#[derive(Debug)]
pub struct Ended {
    pub status: i32,
    pub said: String,
    /// Token, read, write.
    pub requests: (u64, u64, u64),
}

impl Ended {
    #[track_caller]
    pub fn status(self, status: i32) -> Ended {
        assert_eq!(self.status, status, "{}", self.said);
        self
    }

    #[track_caller]
    pub fn requests(self, token: u64, read: u64, write: u64) -> Ended {
        assert_eq!(self.requests, (token, read, write), "{}", self.said);
        self
    }

    #[track_caller]
    pub fn says(self, parts: &[&str]) -> Ended {
        for part in parts {
            assert!(self.said.contains(part), "{part:?} is missing in\n{}", self.said);
        }
        self
    }
}

impl Pipeline {
    /// The shell text of a job, one piece a step.
    fn steps(self, job: Job) -> Vec<String> {
        let (file, name) = match (self, job) {
            (Pipeline::Github, Job::Apply) => ("ringform-apply.yml", "apply"),
            (Pipeline::Github, Job::Plan) => ("ringform-plan.yml", "plan"),
            (Pipeline::Github, Job::PlanOfFork) => ("ringform-plan-fork.yml", "plan"),
            (Pipeline::Github, Job::Drift) => ("ringform-drift.yml", "drift"),
            (Pipeline::Gitlab, Job::Apply) => ("gitlab-ci.yml", "apply"),
            (Pipeline::Gitlab, Job::Plan) => ("ringform-plan.yml", "plan"),
            (Pipeline::Gitlab, Job::PlanOfFork) => ("ringform-plan.yml", "plan of a fork"),
            (Pipeline::Gitlab, Job::Drift) => ("ringform-drift.yml", "drift"),
        };
        let folder = if self == Pipeline::Github { "github" } else { "gitlab" };
        let text = fs::read_to_string(format!("examples/ci/{folder}/{file}")).unwrap();
        let yaml: serde_yaml::Value = serde_yaml::from_str(&text).unwrap();
        let word = |value: &serde_yaml::Value| value.as_str().map(str::to_owned);
        match self {
            Pipeline::Github => {
                let steps = yaml["jobs"][name]["steps"].as_sequence().unwrap();
                let runs = steps.iter().filter_map(|step| step.get("run").and_then(word));
                runs.filter(|run| !run.starts_with("cargo install") && !run.contains("gh ")).collect()
            }
            Pipeline::Gitlab => {
                let lines: Vec<String> = yaml[name]["script"].as_sequence().unwrap().iter().filter_map(word).collect();
                vec![lines.join("\n")]
            }
        }
    }
}

impl Host {
    /// A bare remote that has the branch of this world.
    pub fn new(world: &World, pipeline: Pipeline) -> Host {
        let host = Host { folder: tempfile::tempdir().unwrap(), pipeline };
        git_in(host.folder.path(), &["init", "-q", "--bare", "origin.git"]);
        fs::create_dir(host.folder.path().join("kept")).unwrap();
        world.git(&["remote", "add", "origin", host.remote().to_str().unwrap()]);
        host.push(world);
        host
    }

    pub fn remote(&self) -> PathBuf {
        self.folder.path().join("origin.git")
    }

    /// A file that jobs keep for the next one.
    pub fn kept(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join("kept").join(name)).unwrap()
    }

    /// The branch main of the world arrives at the remote.
    pub fn push(&self, world: &World) {
        world.push(&self.remote(), "main");
    }

    /// The apply job of what is pushed.
    pub fn apply(&self, world: &World) -> Ended {
        self.apply_with(world, "")
    }

    /// The apply job that a person starts with flags.
    pub fn apply_with(&self, world: &World, flags: &str) -> Ended {
        let head = git_in(&self.remote(), &["rev-parse", "main"]);
        self.apply_at(world, &head, flags)
    }

    /// The apply job of an earlier commit, run again.
    pub fn apply_at(&self, world: &World, commit: &str, flags: &str) -> Ended {
        let checkout = self.checkout("refs/heads/main", commit);
        self.run(world, Job::Apply, checkout.path(), flags)
    }

    /// The drift job of what is pushed.
    pub fn drift(&self, world: &World) -> Ended {
        let head = git_in(&self.remote(), &["rev-parse", "main"]);
        let checkout = self.checkout("refs/heads/main", &head);
        std::os::unix::fs::symlink(self.folder.path().join("kept"), checkout.path().join(".ringform-drift")).unwrap();
        self.run(world, Job::Drift, checkout.path(), "")
    }

    /// The job of a pull request for this branch of the world, and the text of its comment.
    pub fn plan(&self, world: &World, job: Job, branch: &str) -> (Ended, String) {
        let (name, head) = match self.pipeline {
            // GitHub checks out the merge with the target branch, GitLab the branch itself.
            Pipeline::Github => {
                let before = world.git(&["rev-parse", "HEAD"]);
                world.git(&["checkout", "-q", "--detach", &git_in(&self.remote(), &["rev-parse", "main"])]);
                world.git(&["merge", "-q", "--no-ff", "-m", "merge", branch]);
                let merge = world.git(&["rev-parse", "HEAD"]);
                world.git(&["checkout", "-q", "--detach", &before]);
                world.git(&["checkout", "-q", "main"]);
                ("refs/pull/7/merge", merge)
            }
            Pipeline::Gitlab => ("refs/merge-requests/7/head", world.git(&["rev-parse", branch])),
        };
        world.git(&["push", "-q", "--force", "origin", &format!("{head}:{name}")]);
        let checkout = self.checkout(name, &head);
        let ended = self.run(world, job, checkout.path(), "");
        let folder =
            if self.pipeline == Pipeline::Github { self.folder.path().join("kept") } else { checkout.path().into() };
        let comment = fs::read_to_string(folder.join("plan.md")).unwrap_or_default();
        (ended, comment)
    }

    /// Starts the apply job and kills all of it as soon as `reached` says so.
    pub fn kill_apply(&self, world: &World, reached: impl Fn() -> bool) {
        let status = self.end_apply(world, reached, |process| format!("-KILL -- -{process}"));
        assert_eq!(status, None);
    }

    /// Starts the apply job and asks its step to end, as a person does who cancels it. The status of the step.
    pub fn cancel_apply(&self, world: &World, reached: impl Fn() -> bool) -> Option<i32> {
        self.end_apply(world, reached, |process| format!("-TERM {process}"))
    }

    fn end_apply(&self, world: &World, reached: impl Fn() -> bool, signal: impl Fn(u32) -> String) -> Option<i32> {
        let head = git_in(&self.remote(), &["rev-parse", "main"]);
        let checkout = self.checkout("refs/heads/main", &head);
        let mut steps = self.commands(Job::Apply, checkout.path(), "");
        assert_eq!(steps.len(), 1);
        let mut child = steps[0].process_group(0).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        for _ in 0..3000 {
            assert_eq!(child.try_wait().unwrap(), None, "the job ended before its signal");
            if reached() {
                let words = signal(child.id());
                assert!(Command::new("kill").args(words.split(' ')).status().unwrap().success());
                return child.wait().unwrap().code();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let counts = world.server().counts();
        panic!("the job did not come so far: {counts:?}");
    }

    /// A file of the project in the ledger at the remote.
    pub fn ledger(&self, path: &str) -> Option<String> {
        let mut git = Command::new("git");
        git.current_dir(self.remote()).args(["show", &format!("refs/heads/ringform-ledger:ringform.yaml/{path}")]);
        let output = git.output().unwrap();
        output.status.success().then(|| String::from_utf8(output.stdout).unwrap())
    }

    /// The value that the ledger holds for a field; null where it holds none.
    pub fn recorded(&self, id: u64, field: &str) -> Json {
        let text = self.ledger(&format!("clients/default/{id}.json")).unwrap_or_else(|| "{}".to_owned());
        let mut record: Json = serde_json::from_str(&text).unwrap();
        record[field]["value"].take()
    }

    /// The commit that the ledger names as applied last.
    pub fn applied(&self) -> Json {
        let head: Json = serde_json::from_str(&self.ledger("ledger.json").unwrap()).unwrap();
        head["commit"].clone()
    }

    /// The paths in the ledger below this folder of the project.
    pub fn ledger_files(&self, below: &str) -> Vec<String> {
        let folder = format!("ringform.yaml/{below}/");
        let names =
            git_in(&self.remote(), &["ls-tree", "-r", "--name-only", "refs/heads/ringform-ledger", "--", &folder]);
        names.lines().map(|line| line.trim_start_matches("ringform.yaml/").to_owned()).collect()
    }

    /// A clone of its own for a job, as the CI system makes it: GitHub fetches every branch, GitLab one reference.
    fn checkout(&self, name: &str, commit: &str) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        let git = |words: &[&str]| git_in(folder.path(), words);
        git(&["init", "-q"]);
        git(&["remote", "add", "origin", self.remote().to_str().unwrap()]);
        let own = match name.strip_prefix("refs/heads/") {
            Some(branch) => format!("+{name}:refs/remotes/origin/{branch}"),
            None => format!("+{name}:refs/remotes/{}", name.trim_start_matches("refs/")),
        };
        match self.pipeline {
            Pipeline::Github => git(&["fetch", "-q", "origin", "+refs/heads/*:refs/remotes/origin/*", &own]),
            Pipeline::Gitlab => git(&["fetch", "-q", "origin", &own]),
        };
        match (self.pipeline, name) {
            (Pipeline::Github, "refs/heads/main") => git(&["checkout", "-q", "-B", "main", commit]),
            (_, _) => git(&["checkout", "-q", "--detach", commit]),
        };
        folder
    }

    fn commands(&self, job: Job, checkout: &Path, flags: &str) -> Vec<Command> {
        let binary = Path::new(env!("CARGO_BIN_EXE_ringform")).parent().unwrap().display().to_string();
        let path = format!("{binary}:{}", std::env::var("PATH").unwrap());
        let kept = self.folder.path().join("kept");
        let base = git_in(checkout, &["rev-parse", "HEAD"]);
        let base = git_in(&self.remote(), &["merge-base", "main", &base]);
        let command = |step: String| {
            let mut command = Command::new("bash");
            command.args(["-e", "-o", "pipefail", "-c", &step]).current_dir(checkout).env_clear().stdin(Stdio::null());
            command.env("PATH", &path);
            command.envs([("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_CONFIG_COUNT", "1")]);
            command.env("GIT_CONFIG_KEY_0", format!("url.{}.insteadOf", self.remote().display()));
            command.env("GIT_CONFIG_VALUE_0", PUSH_URL);
            match self.pipeline {
                Pipeline::Github => {
                    command.env("RUNNER_TEMP", &kept).env("GITHUB_STEP_SUMMARY", kept.join("summary.md"));
                    command.envs([("GITHUB_ACTIONS", "true"), ("GITHUB_REPOSITORY", "acme/pbx")]);
                    command.envs([("GITHUB_ACTOR", "anna"), ("GITHUB_BASE_REF", "main"), ("FLAGS", flags)]);
                }
                Pipeline::Gitlab => {
                    command.envs([("GITLAB_CI", "true"), ("GITLAB_USER_NAME", "anna"), ("RINGFORM_PROJECT", ".")]);
                    command.envs([("CI_SERVER_HOST", "gitlab.example"), ("CI_PROJECT_PATH", "acme/pbx")]);
                    command.env("RINGFORM_PUSH_TOKEN", "token").env("CI_MERGE_REQUEST_DIFF_BASE_SHA", &base);
                    command.env("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main");
                    if flags == "--trust-project" {
                        command.env("TRUST_PROJECT", "yes");
                    } else if let Some(run) = flags.strip_prefix("--take-over ") {
                        command.env("TAKE_OVER", run);
                    } else if let Some(run) = flags.strip_prefix("--after-collateral ") {
                        command.env("AFTER_COLLATERAL", run);
                    }
                }
            }
            if job != Job::PlanOfFork {
                command.envs([("RINGFORM_APP_ID", "app"), ("RINGFORM_APP_SECRET", "s3cr3t-of-app")]);
            }
            command
        };
        self.pipeline.steps(job).into_iter().map(command).collect()
    }

    /// Runs the steps of a job until one fails.
    fn run(&self, world: &World, job: Job, checkout: &Path, flags: &str) -> Ended {
        let before = world.server().counts();
        let (mut status, mut said) = (0, String::new());
        for mut step in self.commands(job, checkout, flags) {
            let output = step.output().unwrap();
            said.push_str(&String::from_utf8_lossy(&output.stdout));
            said.push_str(&String::from_utf8_lossy(&output.stderr));
            status = output.status.code().unwrap_or(-1);
            if status != 0 {
                break;
            }
        }
        let after = world.server().counts();
        let requests = (after.token - before.token, after.read - before.read, after.write - before.write);
        assert!(!said.contains("s3cr3t") && !said.contains("ringform:token"), "{said}");
        Ended { status, said, requests }
    }
}
