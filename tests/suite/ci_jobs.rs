//! The jobs of examples/ci after an apply that did not end clean, with stand-ins for what they ask GitHub and GitLab. A later
//! merge must neither forget what such an apply stored nor take it for drift.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use ringform::sandbox::{Semantics, SimulatorFault};
use serde_json::{Value as Json, json};

use crate::world::World;

/// `gh` and `curl`, as far as the jobs use them: tags are those of the repository at hand.
const GH: &str = r#"#!/bin/sh
for word; do case $word in ref=*) ref=${word#ref=} ;; sha=*) sha=${word#sha=} ;; repos/*) path=${word#*/git/} ;; esac; done
case " $* " in
*" POST "*) git update-ref "$ref" "$sha" "" ;;
*" PATCH "*) git update-ref "$path" "$sha" ;;
*" DELETE "*) git update-ref -d "$path" ;;
*) git for-each-ref --format='%(refname)' "refs/${path#matching-refs/}*" ;;
esac
"#;
const CURL: &str = r#"#!/bin/sh
for word; do url=$word; done
case " $* " in
*" POST "*) name=${url#*tag_name=}; git tag "${name%%&*}" "${url##*ref=}" ;;
*" DELETE "*) git tag --delete "${url##*/}" ;;
*) exit 2 ;;
esac
"#;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Pipeline {
    Github,
    Gitlab,
}

const BOTH: [Pipeline; 2] = [Pipeline::Github, Pipeline::Gitlab];

impl Pipeline {
    /// The shell text of the apply job, one piece a step; what installs ringform is left out.
    fn steps(self) -> Vec<String> {
        let file = match self {
            Pipeline::Github => "examples/ci/github/ringform-apply.yml",
            Pipeline::Gitlab => "examples/ci/gitlab/gitlab-ci.yml",
        };
        let text = fs::read_to_string(file).unwrap();
        let yaml: serde_yaml::Value = serde_yaml::from_str(&text).unwrap();
        let word = |value: &serde_yaml::Value| value.as_str().map(str::to_owned);
        match self {
            Pipeline::Github => {
                let steps = yaml["jobs"]["apply"]["steps"].as_sequence().unwrap();
                let runs = steps.iter().filter_map(|step| step.get("run").and_then(word));
                runs.filter(|run| !run.starts_with("cargo install")).collect()
            }
            Pipeline::Gitlab => {
                let lines: Vec<String> =
                    yaml["apply"]["script"].as_sequence().unwrap().iter().filter_map(word).collect();
                vec![lines.join("\n")]
            }
        }
    }

    /// The apply job of what is checked out, step by step, on a machine that knows nothing of earlier runs.
    fn job(self, world: &World) -> Vec<Command> {
        let _no_journal_yet = fs::remove_dir_all(world.path(".ringform"));
        fs::create_dir_all(world.path("state")).unwrap();
        for (name, text) in [("gh", GH), ("curl", CURL)] {
            let path = world.path(&format!("state/{name}"));
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        }
        let binary = Path::new(env!("CARGO_BIN_EXE_ringform")).parent().unwrap().display().to_string();
        let path = format!("{}:{binary}:{}", world.path("state").display(), std::env::var("PATH").unwrap());
        let head = world.git(&["rev-parse", "HEAD"]);
        let step = |step: String| {
            let mut command = Command::new("bash");
            command.args(["-e", "-o", "pipefail", "-c", &step]).current_dir(world.folder()).env_clear();
            command.env("PATH", &path).env("RUNNER_TEMP", world.path("state"));
            command.envs([("RINGFORM_APP_ID", "app"), ("RINGFORM_APP_SECRET", "s3cr3t-of-app")]);
            command.envs([("GITHUB_REPOSITORY", "acme/pbx"), ("GITHUB_SHA", &*head), ("CI_COMMIT_SHA", &*head)]);
            command.envs([("RINGFORM_PROJECT", "."), ("CI_API_V4_URL", "https://gitlab.example/api/v4")]);
            command.envs([("CI_PROJECT_ID", "9"), ("RINGFORM_TAG_TOKEN", "token")]);
            command
        };
        self.steps().into_iter().map(step).collect()
    }

    /// Runs the apply job. Whether it ended green, and what it said.
    fn apply(self, world: &World) -> (bool, String) {
        let mut said = String::new();
        for mut step in self.job(world) {
            let output = step.output().unwrap();
            said.push_str(&String::from_utf8_lossy(&output.stdout));
            said.push_str(&String::from_utf8_lossy(&output.stderr));
            if !output.status.success() {
                return (false, said);
            }
        }
        (true, said)
    }

    /// Runs the apply job, and ends all of it at once as soon as `reached` says so.
    fn killed(self, world: &World, reached: impl Fn() -> bool) {
        for mut step in self.job(world) {
            let mut child = step.process_group(0).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            while child.try_wait().unwrap().is_none() {
                if reached() {
                    let group = format!("-{}", child.id());
                    assert!(Command::new("kill").args(["-KILL", "--", &group]).status().unwrap().success());
                    child.wait().unwrap();
                    return;
                }
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        panic!("{self:?}: the job ended by itself");
    }

    /// The job ends green, `ringform-applied` has come to the commit, and nothing is left as tried.
    #[track_caller]
    fn green(self, world: &World) {
        let (green, said) = self.apply(world);
        assert!(green, "{self:?}\n{said}");
        assert_eq!(world.git(&["rev-parse", "ringform-applied"]), world.git(&["rev-parse", "HEAD"]), "{said}");
        assert_eq!(world.git(&["tag", "--list", "ringform-tried-*"]), "", "{said}");
    }

    /// The job ends red and `ringform-applied` stays.
    #[track_caller]
    fn red(self, world: &World) -> String {
        let before = world.git(&["rev-parse", "ringform-applied"]);
        let (green, said) = self.apply(world);
        assert!(!green, "{self:?}\n{said}");
        assert_eq!(world.git(&["rev-parse", "ringform-applied"]), before, "{said}");
        said
    }
}

/// Two clients in sync with git, the tag at the first commit.
fn beginning() -> World {
    let mut world = World::new()
        .live(12, json!({"geo_list": "RU", "timezone": "UTC"}))
        .live(13, json!({"geo_list": "RU"}))
        .file(".gitignore", ".ringform\n/state/\n/*.json\n");
    for id in [12, 13] {
        world = world.declared(id, "{geo_list: [RU]}");
    }
    let world = world.repository();
    world.git(&["tag", "ringform-applied"]);
    world.git(&["remote", "add", "origin", "."]);
    world
}

/// Commits these countries for both clients.
fn merge(world: &World, of_12: &str, of_13: &str) {
    world.declare(12, &format!("{{geo_list: {of_12}}}"));
    world.declare(13, &format!("{{geo_list: {of_13}}}"));
    world.commit("merge");
}

/// A world in which both clients were to be opened and only 12 was: the PUT of 13 is refused.
#[track_caller]
fn half_applied(pipeline: Pipeline) -> World {
    let world = beginning();
    merge(&world, "\"*\"", "\"*\"");
    refuse_13(&world);
    pipeline.red(&world);
    world.server().clear_faults();
    assert_eq!(countries(&world), ["*", "RU"]);
    assert_eq!(world.git(&["rev-parse", &tried(&world)]), world.git(&["rev-parse", "HEAD"]));
    world
}

fn tried(world: &World) -> String {
    format!("ringform-tried-{}", world.git(&["rev-parse", "HEAD"]))
}

fn refuse_13(world: &World) {
    let fault: SimulatorFault = "error=user_access_type_deny,on=put,client=13".parse().unwrap();
    world.server().fault(fault);
}

fn countries(world: &World) -> [Json; 2] {
    [world.stored(12, "geo_list"), world.stored(13, "geo_list")]
}

#[test]
fn a_clean_apply_moves_the_tag_and_leaves_nothing_as_tried() {
    for pipeline in BOTH {
        let world = beginning();
        merge(&world, "[RU, KZ]", "[RU]");
        pipeline.green(&world);
        assert_eq!(countries(&world), ["KZ RU", "RU"]);
    }
}

#[test]
fn what_half_an_apply_opened_is_closed_by_the_revert() {
    for pipeline in BOTH {
        let world = half_applied(pipeline);
        world.git(&["revert", "--no-edit", "HEAD"]);
        pipeline.green(&world);
        assert_eq!(countries(&world), ["RU", "RU"]);
    }
}

#[test]
fn what_half_an_apply_left_is_ended_by_the_job_that_is_run_again_and_by_the_next_merge() {
    for pipeline in BOTH {
        let world = half_applied(pipeline);
        pipeline.green(&world);
        assert_eq!(countries(&world), ["*", "*"]);

        let world = half_applied(pipeline);
        merge(&world, "[BY]", "[BY]");
        pipeline.green(&world);
        assert_eq!(countries(&world), ["BY", "BY"]);
    }
}

#[test]
fn what_a_job_sent_before_it_was_killed_is_taken_back_by_the_revert() {
    for pipeline in BOTH {
        let world = beginning();
        merge(&world, "\"*\"", "\"*\"");
        world.server().fault("latency=60s,on=put,client=13".parse().unwrap());
        pipeline.killed(&world, || world.stored(12, "geo_list") == "*");
        world.server().clear_faults();
        world.git(&["revert", "--no-edit", "HEAD"]);
        pipeline.green(&world);
        assert_eq!(countries(&world), ["RU", "RU"]);
    }
}

#[test]
fn failures_in_a_row_are_all_remembered() {
    for pipeline in BOTH {
        // 12 holds what the first of three merges brought.
        let world = half_applied(pipeline);
        refuse_13(&world);
        merge(&world, "\"*\"", "[KZ]");
        pipeline.red(&world);
        merge(&world, "\"*\"", "[BY]");
        pipeline.red(&world);
        world.server().clear_faults();
        merge(&world, "[RU]", "[RU]");
        pipeline.green(&world);
        assert_eq!(countries(&world), ["RU", "RU"]);

        // 12 was opened by the second, in the turn that looks at the first.
        let world = beginning();
        refuse_13(&world);
        merge(&world, "[RU]", "[KZ]");
        pipeline.red(&world);
        merge(&world, "\"*\"", "[BY]");
        pipeline.red(&world);
        assert_eq!(countries(&world), ["*", "RU"]);
        world.server().clear_faults();
        merge(&world, "[RU]", "[RU]");
        pipeline.green(&world);
        assert_eq!(countries(&world), ["RU", "RU"]);
    }
}

#[test]
fn what_somebody_changed_after_half_an_apply_is_a_conflict_until_it_is_settled() {
    for pipeline in BOTH {
        let world = half_applied(pipeline);
        world.server().set(12, "geo_list", json!("KZ"));
        world.git(&["revert", "--no-edit", "HEAD"]);
        for _ in 0..2 {
            let said = pipeline.red(&world);
            assert!(said.contains("conflict"), "{said}");
            assert_eq!(countries(&world), ["KZ", "RU"]);
        }
        world.server().set(12, "geo_list", json!("RU"));
        pipeline.green(&world);
    }
}

#[test]
fn a_conflict_of_one_field_does_not_hide_that_another_is_still_open() {
    for pipeline in BOTH {
        let world = beginning();
        world.declare(12, "{geo_list: [RU], timezone: UTC}");
        world.commit("the time zone too");
        pipeline.green(&world);
        world.declare(12, "{geo_list: \"*\", timezone: Europe/Moscow}");
        world.declare(13, "{geo_list: \"*\"}");
        world.commit("merge");
        refuse_13(&world);
        pipeline.red(&world);
        world.server().clear_faults();
        // The time zone keeps the client from being closed by the revert, and nothing of that differs from ringform-applied.
        world.server().set(12, "timezone", json!("Asia/Omsk"));
        world.declare(12, "{geo_list: [RU], timezone: UTC}");
        world.declare(13, "{geo_list: [RU]}");
        world.commit("back");
        pipeline.red(&world);
        pipeline.red(&world);
        assert_eq!(countries(&world), ["*", "RU"]);
        world.server().set(12, "timezone", json!("UTC"));
        pipeline.green(&world);
        assert_eq!(countries(&world), ["RU", "RU"]);
    }
}

#[test]
fn a_field_that_moved_along_while_a_revert_was_sent_is_no_success() {
    for pipeline in BOTH {
        let world = half_applied(pipeline);
        world.server().semantics(Semantics { replace: true, ..Semantics::default() });
        world.git(&["revert", "--no-edit", "HEAD"]);
        pipeline.red(&world);
        assert_eq!(countries(&world), ["RU", "RU"]);
    }
}

#[test]
fn a_merge_of_other_credentials_is_not_tried_so_the_next_one_does_not_trust_it() {
    for pipeline in BOTH {
        let world = beginning();
        let project = world.read("ringform.yaml");
        world.write(
            "ringform.yaml",
            format!("{project}credentials:\n  stolen: {{token: \"${{STOLEN}}\"}}\n").as_bytes(),
        );
        merge(&world, "[BY]", "[RU]");
        for _again in 0..2 {
            let said = pipeline.red(&world);
            assert!(said.contains("untrusted-project") || said.contains("credentials"), "{said}");
            assert_eq!(world.git(&["tag", "--list", "ringform-tried-*"]), "");
            merge(&world, "[KZ]", "[RU]");
        }
        let counts = world.server().counts();
        assert_eq!((counts.read, counts.write), (0, 0));
    }
}

#[test]
fn a_document_that_was_broken_at_the_tag_is_sent_once_it_is_mended() {
    for pipeline in BOTH {
        let world = beginning();
        world.declare(12, "{geo_list: [RU, RU, Nowhere]}");
        world.commit("broken");
        world.git(&["tag", "--force", "ringform-applied"]);
        merge(&world, "[BY]", "[RU]");
        pipeline.green(&world);
        assert_eq!(countries(&world), ["BY", "RU"]);
    }
}

#[test]
fn a_merge_request_is_compared_with_where_it_left_the_branch_that_was_fetched() {
    let mut world = beginning();
    world.git(&["checkout", "-q", "-b", "belarus"]);
    world.declare(12, "{geo_list: [BY]}");
    world.commit("Client 12 may register from Belarus");
    world.git(&["checkout", "-q", "main"]);
    world.declare(13, "{geo_list: [KZ]}");
    world.commit("Meanwhile");
    world.git(&["checkout", "-q", "--detach", "belarus"]);
    world.git(&["fetch", "-q", "origin", "refs/heads/main"]);
    let text = fs::read_to_string("examples/ci/gitlab/gitlab-ci.yml").unwrap();
    let flags = "--base FETCH_HEAD... --affected --only pending --only unknown";
    assert!(text.contains(&format!("ringform plan \"$RINGFORM_PROJECT\" {flags}")));
    let plan = world.run(&format!("plan {flags} --format json")).ok().requests(1, 1, 0);
    assert_eq!(plan.client("12")["changes"][0]["origin"], "pending");
}
