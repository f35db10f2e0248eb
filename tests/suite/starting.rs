//! `init`: the files it writes, the files it leaves alone, and that the result is valid.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::json;
use tempfile::TempDir;

use crate::world::World;

/// An empty folder, and the binary in it.
struct Empty(TempDir);

struct Said {
    status: i32,
    stdout: String,
    stderr: String,
}

impl Empty {
    fn new() -> Empty {
        Empty(tempfile::tempdir().unwrap())
    }

    fn with(self, path: &str, text: &str) -> Empty {
        let path = self.0.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    fn run(&self, line: &str) -> Said {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ringform"));
        let output =
            command.args(line.split(' ')).current_dir(self.0.path()).env_clear().stdin(Stdio::null()).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Said { status: output.status.code().unwrap(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    /// Every file below, sorted, with `/`.
    fn files(&self) -> Vec<String> {
        fn below(folder: &Path, root: &Path, found: &mut Vec<String>) {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                match path.is_dir() {
                    true => below(&path, root, found),
                    false => found.push(path.strip_prefix(root).unwrap().to_str().unwrap().to_owned()),
                }
            }
        }
        let mut found = Vec::new();
        below(self.0.path(), self.0.path(), &mut found);
        found.sort();
        found
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.0.path().join(path)).unwrap()
    }
}

impl Said {
    #[track_caller]
    fn status(self, status: i32) -> Said {
        assert_eq!(self.status, status, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }
}

/// The files that `--ci` writes: the name of the pipeline, each written file and its example.
const PIPELINES: [(&str, &[(&str, &str)]); 4] = [
    (
        "github",
        &[
            (".github/workflows/ringform-apply.yml", "ci/github/ringform-apply.yml"),
            (".github/workflows/ringform-drift.yml", "ci/github/ringform-drift.yml"),
            (".github/workflows/ringform-plan.yml", "ci/github/ringform-plan.yml"),
            (".github/workflows/ringform-plan-fork.yml", "ci/github/ringform-plan-fork.yml"),
        ],
    ),
    (
        "gitlab",
        &[
            (".gitlab-ci.yml", "ci/gitlab/gitlab-ci.yml"),
            (".gitlab/ringform-plan.yml", "ci/gitlab/ringform-plan.yml"),
            (".gitlab/ringform-drift.yml", "ci/gitlab/ringform-drift.yml"),
        ],
    ),
    (
        "cron",
        &[
            (".deploy/cron/crontab", "ci/cron/crontab"),
            (".deploy/cron/ringform-close", "ci/cron/ringform-close"),
            (".deploy/cron/ringform-close.service", "ci/cron/ringform-close.service"),
            (".deploy/cron/ringform-close.timer", "ci/cron/ringform-close.timer"),
            (".deploy/cron/ringform-drift", "ci/cron/ringform-drift"),
            (".deploy/cron/ringform-drift.service", "ci/cron/ringform-drift.service"),
            (".deploy/cron/ringform-drift.timer", "ci/cron/ringform-drift.timer"),
        ],
    ),
    (
        "kubernetes",
        &[
            (".deploy/kubernetes/cronjob.yaml", "ci/kubernetes/cronjob.yaml"),
            (".deploy/kubernetes/ringform-close.yaml", "ci/kubernetes/ringform-close.yaml"),
        ],
    ),
];

#[test]
fn init_writes_a_valid_project_and_prints_the_next_steps() {
    let empty = Empty::new();
    let said = empty.run("init").status(0);
    assert_eq!(said.stdout, "ringform.yaml\nclients/me.yaml\n");
    assert_eq!(empty.files(), ["clients/me.yaml", "ringform.yaml"]);
    insta::assert_snapshot!(said.stderr, @"
    
    Next:
      put App ID and App Secret into RINGFORM_APP_ID and RINGFORM_APP_SECRET; `ringform auth check` tries them
      `ringform import 12 13` writes documents from live clients in place of the example clients/me.yaml
      `ringform plan` shows what would change; nothing is sent before `ringform apply`
      `ringform init --ci github` (or gitlab, cron, kubernetes) adds a pipeline
    ");
    let valid = empty.run("validate").status(0);
    assert_eq!((&*valid.stdout, &*valid.stderr), ("1 document in 1 file: valid.\n", ""));
    assert_eq!(Empty::new().run("init -q").status(0).stderr, "");
}

#[test]
fn each_pipeline_is_the_example_byte_for_byte_and_validate_passes_right_after() {
    for (name, files) in PIPELINES {
        let empty = Empty::new();
        let said = empty.run(&format!("init --ci {name}")).status(0);
        for (written, example) in files {
            assert!(said.stdout.lines().any(|line| line == *written), "{}", said.stdout);
            assert_eq!(empty.read(written), fs::read_to_string(format!("examples/{example}")).unwrap());
        }
        assert_eq!(empty.files().len(), files.len() + 2, "{:?}", empty.files());
        let line = if name == "cron" { "\nledger: {remote: none}\n" } else { "\nledger: git\n" };
        let starter = fs::read_to_string("examples/starter/ringform.yaml").unwrap();
        assert_eq!(empty.read("ringform.yaml"), starter.replace("\n# ledger: git\n", line));
        assert!(
            empty.read("ringform.yaml").contains(line) && said.stderr.contains("creates the branch ringform-ledger")
        );
        assert_eq!(empty.run("validate").status(0).stdout, "1 document in 1 file: valid.\n");
    }
}

#[test]
fn only_the_scripts_for_cron_are_executable() {
    let empty = Empty::new();
    empty.run("init --ci cron").status(0);
    let runs = |path: &str| fs::metadata(empty.0.path().join(path)).unwrap().permissions().mode() & 0o100 != 0;
    assert!(runs(".deploy/cron/ringform-drift") && runs(".deploy/cron/ringform-close"));
    assert!(!runs(".deploy/cron/crontab") && !runs("ringform.yaml"));
}

#[test]
fn one_run_writes_several_pipelines_and_a_repeated_one_only_once() {
    let empty = Empty::new();
    empty.run("init --ci github --ci kubernetes --ci github").status(0);
    assert_eq!(empty.files().len(), 2 + 4 + 2);
    empty.run("validate").status(0);
}

#[test]
fn one_run_names_every_existing_file_and_writes_nothing() {
    let empty = Empty::new()
        .with(".gitlab-ci.yml", "stages: []\n")
        .with("clients/me.yaml", "client: 7\n")
        .with(".deploy", "a file where a folder has to be\n");
    let before = empty.files();
    let said = empty.run("init --ci gitlab --ci cron").status(1);
    assert_eq!(said.stdout, "");
    for path in [".gitlab-ci.yml", "clients/me.yaml", ".deploy"] {
        assert!(said.stderr.contains(&format!("error: {path} already exists\n")), "{}", said.stderr);
    }
    assert!(said.stderr.contains("Nothing was written."), "{}", said.stderr);
    assert_eq!(said.stderr.matches("error:").count(), 3, "{}", said.stderr);
    assert_eq!(empty.files(), before);
    assert_eq!(empty.read("clients/me.yaml"), "client: 7\n");
}

#[test]
fn a_broken_link_counts_as_an_existing_file() {
    let empty = Empty::new();
    std::os::unix::fs::symlink("/nonexistent/target", empty.0.path().join("ringform.yaml")).unwrap();
    let said = empty.run("init").status(1);
    assert!(said.stderr.contains("error: ringform.yaml already exists"), "{}", said.stderr);
    assert!(!empty.0.path().join("clients").exists());
}

#[test]
fn a_second_init_changes_nothing_and_names_the_option_for_a_pipeline() {
    let empty = Empty::new();
    empty.run("init").status(0);
    let said = empty.run("init").status(1);
    assert!(said.stderr.contains("`ringform init --ci WHERE` adds a pipeline to it"), "{}", said.stderr);
}

#[test]
fn an_existing_project_gets_the_pipeline_and_the_line_of_the_ledger() {
    // No `documents` here: every YAML that is not hidden would be a client document.
    let project = "endpoint: https://pbx.example\n";
    let empty = Empty::new().with("ringform.yaml", project).with("a.yaml", "client: 7\nsettings: {geo_list: [RU]}\n");
    let said = empty.run("init --ci kubernetes --ci github").status(0);
    assert!(!said.stdout.contains("ringform.yaml") && !said.stdout.contains("clients/"), "{}", said.stdout);
    assert!(said.stderr.contains("The ledger is turned on at the end of ringform.yaml."), "{}", said.stderr);
    let with_ledger = format!("{project}\nledger: git\n");
    assert_eq!(empty.read("ringform.yaml"), with_ledger);
    assert_eq!(empty.run("validate").status(0).stdout, "1 document in 1 file: valid.\n");
    // The next pipeline finds the line.
    let said = empty.run("init --ci cron").status(0);
    assert!(!said.stderr.contains("turned on"), "{}", said.stderr);
    assert_eq!(empty.read("ringform.yaml"), with_ledger);
}

#[test]
fn a_project_file_without_a_certain_place_for_the_line_stays_as_it_is() {
    for (name, text) in [
        ("ringform.yaml", "{endpoint: \"https://pbx.example\"}\n"),
        ("a.ringform.yaml", "endpoint: https://a.example\n"),
    ] {
        let empty = Empty::new().with(name, text);
        let said = empty.run("init --ci gitlab").status(0);
        assert!(said.stderr.contains("add the line `ledger: git` to the project file"), "{}", said.stderr);
        assert_eq!(empty.read(name), text);
    }
}

#[test]
fn a_project_in_a_subfolder_has_its_pipelines_at_the_top_of_the_repository() {
    let empty = Empty::new().with(".git/HEAD", "ref: refs/heads/main\n");
    let said = empty.run("init infra/pbx --ci github --ci gitlab --ci kubernetes").status(0);
    for written in ["infra/pbx/ringform.yaml", "infra/pbx/clients/me.yaml", ".gitlab-ci.yml"] {
        assert!(said.stdout.lines().any(|line| line == written), "{}", said.stdout);
    }
    for workflow in ["plan", "plan-fork", "apply", "drift"] {
        let text = empty.read(&format!(".github/workflows/ringform-{workflow}.yml"));
        assert!(text.contains("\n    working-directory: infra/pbx\n"), "{text}");
    }
    assert!(empty.read(".gitlab-ci.yml").contains("\n  RINGFORM_PROJECT: infra/pbx\n"));
    for file in ["cronjob.yaml", "ringform-close.yaml"] {
        let cronjob = empty.read(&format!("infra/pbx/.deploy/kubernetes/{file}"));
        assert!(cronjob.contains("workingDir: /checkout/pbx/infra/pbx\n"), "{cronjob}");
    }
    empty.run("validate infra/pbx").status(0);
}

#[test]
fn init_refuses_a_folder_name_that_yaml_or_a_shell_would_change() {
    let empty = Empty::new().with(".git/HEAD", "ref: refs/heads/main\n");
    let said = empty.run("init $(id) --ci github").status(1);
    assert!(said.stderr.contains("a pipeline cannot name the folder"), "{}", said.stderr);
    assert_eq!(empty.files(), [".git/HEAD"]);
    empty.run("init $(id)").status(0);
}

#[test]
fn wrong_usage_is_an_error_and_not_a_difference() {
    let empty = Empty::new().with("file", "");
    let said = empty.run("init --ci jenkins").status(1);
    assert!(said.stderr.contains("github, gitlab, cron, kubernetes"), "{}", said.stderr);
    assert!(empty.run("init file").status(1).stderr.contains("is not a folder"));
    assert_eq!(empty.files(), ["file"]);
}

#[test]
fn init_names_the_outer_project_that_loses_this_folder() {
    let empty = Empty::new().with("ringform.yaml", "endpoint: https://pbx.example\n");
    let said = empty.run("init inner").status(0);
    assert!(said.stderr.contains("no longer reads the documents in this folder"), "{}", said.stderr);
}

#[test]
fn the_starter_changes_nothing_at_the_client_until_a_setting_is_named() {
    let mut world = World::new().live(7, json!({"geo_list": "RU KZ", "hold_music": 7}));
    world.start();
    let endpoint = world.server().endpoint();
    world.run("init starter").ok();
    world.run(&format!("apply starter --yes --endpoint {endpoint}")).ok().requests(1, 1, 0);
}

#[test]
fn a_demo_shows_a_plan_without_an_account_and_plays_again() {
    let empty = Empty::new();
    let said = empty.run("init --demo").status(0);
    assert_eq!(said.stdout, "ringform.yaml\nseed.json\nclients/acme.yaml\nclients/offices.yaml\n");
    for step in ["`ringform plan`", "`ringform apply`", "`ringform sandbox --reset`"] {
        assert!(said.stderr.contains(step), "{}", said.stderr);
    }
    let said = empty.run("validate").status(0);
    assert_eq!((&*said.stdout, &*said.stderr), ("3 documents in 2 files: valid.\n", ""));
    assert!(!empty.read("ringform.yaml").contains("$schema"), "the path leads into another repository");
    for _ in 0..2 {
        empty.run("plan --detailed-exitcode").status(2);
        empty.run("apply --yes").status(0);
        empty.run("plan --detailed-exitcode").status(0);
        empty.run("sandbox --reset").status(0);
    }
    // From outside, the folder is an argument.
    let outside = Empty::new();
    let said = outside.run("init --demo pbx").status(0);
    assert!(said.stderr.contains("`ringform sandbox --reset pbx`"), "{}", said.stderr);
    outside.run("apply pbx --yes").status(0);
    outside.run("plan pbx --detailed-exitcode").status(0);
    assert!(outside.run("sandbox --reset pbx").status(0).stdout.starts_with("the stored state is removed"));
    assert!(outside.run("sandbox --reset pbx/clients").status(0).stdout.starts_with("no stored state"));
    outside.run("plan pbx --detailed-exitcode").status(2);
}

#[test]
fn a_demo_overwrites_nothing_and_brings_no_pipeline() {
    // YAML of other programs is no client document.
    let empty = Empty::new().with("compose.yaml", "services: {}\n");
    empty.run("init --demo").status(0);
    empty.run("plan --detailed-exitcode").status(2);
    for (path, named) in [("seed.json", "seed.json already exists"), ("prod.ringform.yaml", "holds a project already")]
    {
        let empty = Empty::new().with(path, "endpoint: https://pbx.example\n");
        let said = empty.run("init --demo").status(1);
        assert!(said.stderr.contains(named), "{}", said.stderr);
        assert_eq!(empty.files(), [path]);
    }
    assert!(Empty::new().run("init --demo --ci github").status(1).stderr.contains("cannot be used with"));
}

#[test]
fn the_simulator_of_a_project_needs_a_project_with_one() {
    let empty = Empty::new();
    for line in ["sandbox", "sandbox --reset"] {
        let said = empty.run(line).status(1);
        assert!(said.stderr.contains("--data FILE") && said.stderr.contains("--clients N"), "{}", said.stderr);
    }
    let empty = Empty::new().with("ringform.yaml", "endpoint: https://pbx.example\n");
    let said = empty.run("sandbox --reset").status(1);
    assert!(said.stderr.contains("is no simulator\n  help: give --data FILE"), "{}", said.stderr);
    empty.run("sandbox --reset --clients 3").status(1);
    let empty = empty.with("try.ringform.yaml", "endpoint: sandbox:seed.json\n");
    assert!(empty.run("sandbox --reset --project try").status(0).stdout.starts_with("no stored state"));
}

#[test]
fn the_workflows_name_the_branch_of_the_repository() {
    let written = |empty: &Empty| {
        let said = empty.run("init --ci github --ci gitlab --ci cron").status(0);
        let (apply, drift) = (".github/workflows/ringform-apply.yml", ".github/workflows/ringform-drift.yml");
        for file in [apply, drift] {
            let yaml: Result<serde_json::Value, _> = serde_yaml::from_str(&empty.read(file));
            assert!(yaml.is_ok(), "{file}: {yaml:?}");
        }
        (empty.read(apply), empty.read(drift), said.stderr)
    };
    let names = |text: &str, branch: &str| {
        assert!(text.contains(&format!("if: github.ref == 'refs/heads/{branch}'\n")), "{text}");
        assert!(branch == "main" || !text.contains("main"), "{text}");
    };
    let head = |name: &str| Empty::new().with(".git/HEAD", &format!("ref: refs/heads/{name}\n"));
    let (apply, drift, stderr) = written(&head("trunk"));
    assert!(apply.contains("\n    branches: [trunk]\n") && !stderr.contains("note:"), "{apply}{stderr}");
    names(&apply, "trunk");
    names(&drift, "trunk");
    // What `origin` calls its default wins over the branch that is checked out.
    let clone = head("topic").with(".git/refs/remotes/origin/HEAD", "ref: refs/remotes/origin/release/1\n");
    names(&written(&clone).0, "release/1");
    // A linked work tree, and names that only quotes carry.
    let linked = Empty::new()
        .with("main/.git/worktrees/one/HEAD", "ref: refs/heads/dev\n")
        .with("main/.git/worktrees/one/commondir", "../..\n")
        .with(".git", "gitdir: main/.git/worktrees/one\n");
    names(&written(&linked).1, "dev");
    let (apply, _, _) = written(&head("it's+\"$(id)\""));
    assert!(apply.contains("\n    branches: [\"it's\\\\+\\\"$(id)\\\"\"]\n"), "{apply}");
    names(&apply, "it''s+\"$(id)\"");
    // Detached, no repository, and a name that is not one of git: main, with a note.
    for empty in [
        Empty::new(),
        Empty::new().with(".git/HEAD", "0123456789012345678901234567890123456789\n"),
        head(".invalid"),
        head("a b"),
    ] {
        let (apply, drift, stderr) = written(&empty);
        names(&apply, "main");
        names(&drift, "main");
        assert!(stderr.contains("note: git names no branch here, so the workflows name `main`"), "{stderr}");
    }
    let empty = head("${{secrets.X}}");
    assert!(empty.run("init --ci github").status(1).stderr.contains("cannot name the branch"));
    assert_eq!(empty.files(), [".git/HEAD"]);
}
