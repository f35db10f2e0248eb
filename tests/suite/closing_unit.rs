//! The unit of examples/ci that closes what has ended, every 15 minutes: the script for one machine and the Job of
//! Kubernetes, with a simulator of the API and a bare repository as the remote.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use ringform::sandbox::Semantics;
use serde_json::json;

use crate::pipeline::{Host, Pipeline};
use crate::repository::git_in;
use crate::world::World;

/// One machine: a remote, a clone of it that the scripts update, and the folder for their reports.
struct Machine {
    world: World,
    host: Host,
}

/// How a run of a script ended.
#[derive(Debug)]
struct Said {
    status: Option<i32>,
    stdout: String,
    stderr: String,
    /// How many PUTs it sent.
    puts: u64,
}

impl Machine {
    /// Clients 12 and 13, open to Russia and Turkey as git declares. The ledger has seen that.
    fn new(ledger: &str) -> Machine {
        let world = World::new()
            .project(ledger)
            .live(12, json!({"geo_list": "RU TR", "timezone": "Europe/Moscow"}))
            .live(13, json!({"geo_list": "RU TR"}))
            .file(".gitignore", ".ringform\n/clone/\n/state/\n.seed-of-the-test.json\n")
            .declared(12, "{geo_list: [RU, TR], timezone: Europe/Moscow}")
            .declared(13, "{geo_list: [RU, TR]}")
            .repository();
        let host = Host::new(&world, Pipeline::Github);
        git_in(world.folder(), &["clone", "-q", "--branch", "main", host.remote().to_str().unwrap(), "clone"]);
        fs::create_dir(world.path("state")).unwrap();
        let mut machine = Machine { world, host };
        machine.world.run("apply clone --yes").ok().requests(1, 2, 0);
        machine
    }

    fn clone(&self) -> PathBuf {
        self.world.path("clone")
    }

    /// A merge arrives at the remote.
    fn merge(&self, of_12: &str, of_13: &str) {
        self.world.declare(12, of_12);
        self.world.declare(13, of_13);
        self.world.commit("merge");
        self.host.push(&self.world);
    }

    /// A script of examples/ci/cron as cron would start it, with a binary of ours on its PATH.
    fn script(&self, text: &str) -> Command {
        let binary = Path::new(env!("CARGO_BIN_EXE_ringform")).parent().unwrap();
        let path = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap());
        let mut command = Command::new("sh");
        command.args(["-c", text, "the script"]).arg(self.clone()).arg(self.world.path("state"));
        command.env_clear().env("PATH", path).stdin(Stdio::null()).current_dir(self.world.folder());
        command.envs([("RINGFORM_APP_ID", "app"), ("RINGFORM_APP_SECRET", "s3cr3t-of-app")]);
        command.envs([("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_NOSYSTEM", "1")]);
        command
    }

    /// Runs ringform-close.
    fn close(&self) -> Said {
        self.run(&example("ringform-close"))
    }

    fn run(&self, text: &str) -> Said {
        let before = self.world.server().counts().write;
        let output = self.script(text).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let puts = self.world.server().counts().write - before;
        let said =
            Said { status: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr), puts };
        assert!(!said.stdout.contains("s3cr3t") && !said.stderr.contains("s3cr3t"), "{said:?}");
        said
    }

    fn countries(&self) -> [String; 2] {
        [12, 13].map(|id| self.world.stored(id, "geo_list").as_str().unwrap().to_owned())
    }

    /// The script stops with status 1 and this reason, before any request.
    #[track_caller]
    fn stops(&self, reason: &str) {
        let before = self.world.server().counts();
        let said = self.close();
        assert_eq!((said.status, said.stdout.as_str()), (Some(1), ""), "{said:?}");
        assert!(said.stderr.contains(reason) && said.stderr.ends_with("; nothing was sent\n"), "{said:?}");
        let after = self.world.server().counts();
        assert_eq!((after.token, after.read, after.write), (before.token, before.read, before.write));
    }
}

fn example(name: &str) -> String {
    fs::read_to_string(format!("examples/ci/cron/{name}")).unwrap()
}

const LOCAL: &str = "ledger: {remote: none}";
const RU_TR: &str = "{geo_list: [RU, TR]}";

#[test]
fn what_a_merge_closes_is_closed_once_and_what_it_opens_or_sets_waits_for_an_ordinary_apply() {
    let mut machine = Machine::new(LOCAL);
    assert_eq!(machine.close().status, Some(0));
    machine.merge("{geo_list: [RU, KZ], timezone: Asia/Omsk}", "{geo_list: [RU, TR, GE]}");
    let said = machine.close();
    assert_eq!((said.status, said.puts, said.stderr.as_str()), (Some(0), 1, ""), "{said:?}");
    assert!(said.stdout.contains("client 12") && said.stdout.contains("TR"), "{said:?}");
    assert_eq!(machine.countries(), ["RU", "RU TR"]);
    assert_eq!(machine.world.stored(12, "timezone"), "Europe/Moscow");
    // The next run finds nothing to close, and cron sends no mail.
    let said = machine.close();
    assert_eq!((said.status, said.puts, said.stdout.as_str(), said.stderr.as_str()), (Some(0), 0, "", ""), "{said:?}");
    // A person opens, in the same clone.
    machine.world.run("apply clone --yes").ok();
    assert_eq!(machine.countries(), ["KZ RU", "GE RU TR"]);
    assert_eq!(machine.world.stored(12, "timezone"), "Asia/Omsk");
}

#[test]
fn a_checkout_that_is_not_what_its_remote_has_sends_nothing() {
    let machine = Machine::new(LOCAL);
    machine.merge("{geo_list: [RU]}", RU_TR);
    let clone = machine.clone();

    // A person edits in the clone, forgets to add a file, or forgets to push.
    let edited = fs::read_to_string(clone.join("clients/13.yaml")).unwrap();
    fs::write(clone.join("clients/13.yaml"), edited.replace("TR", "DE")).unwrap();
    machine.stops("has changes that are not committed");
    git_in(&clone, &["checkout", "-q", "--", "."]);
    fs::write(clone.join("clients/\u{1b}[2J.yaml"), "client: 14\nsettings: {geo_list: [RU]}\n").unwrap();
    let said = machine.close();
    assert_eq!(said.status, Some(1));
    assert!(!said.stderr.contains('\u{1b}') && said.stderr.contains("\\033[2J.yaml"), "{said:?}");
    fs::remove_file(clone.join("clients/\u{1b}[2J.yaml")).unwrap();
    git_in(&clone, &["commit", "-q", "--allow-empty", "-m", "not pushed"]);
    machine.stops("the checkout has commits that its remote lacks");
    // Meanwhile the remote goes on: the two histories cannot be joined without a person.
    machine.merge("{geo_list: []}", RU_TR);
    machine.stops("the checkout cannot follow its remote");
    git_in(&clone, &["reset", "-q", "--hard", "@{upstream}"]);
    git_in(&clone, &["checkout", "-q", "--detach"]);
    machine.stops("the checkout cannot follow its remote");
    assert_eq!(machine.countries(), ["RU TR", "RU TR"]);
}

#[test]
fn a_remote_that_does_not_answer_stops_the_run_because_old_files_may_lack_what_has_ended() {
    let machine = Machine::new(LOCAL);
    machine.merge("{geo_list: [RU]}", RU_TR);
    let away = machine.world.path("away");
    fs::rename(machine.host.remote(), &away).unwrap();
    machine.stops("git fetch failed");
    // A remote that is never done: the time limit ends git and what it started.
    git_in(&machine.clone(), &["config", "remote.origin.uploadpack", "sleep 600; git-upload-pack"]);
    fs::rename(&away, machine.host.remote()).unwrap();
    let impatient = example("ringform-close").replace("timeout 120", "timeout 1");
    let said = machine.run(&impatient);
    assert_eq!((said.status, said.puts), (Some(1), 0), "{said:?}");
    assert!(said.stderr.contains("git fetch failed"), "{said:?}");
    git_in(&machine.clone(), &["config", "--unset", "remote.origin.uploadpack"]);
    assert_eq!((machine.close().puts, machine.countries()), (1, ["RU", "RU TR"].map(str::to_owned)));
}

#[test]
fn two_runs_never_overlap_and_a_run_that_was_killed_leaves_no_lock() {
    let machine = Machine::new(LOCAL);
    machine.merge("{geo_list: [RU]}", RU_TR);
    machine.world.server().fault("latency=60s,on=put,client=12".parse().unwrap());
    let before = machine.world.server().counts().write;
    let text = example("ringform-close");
    let mut first = machine.script(&text).process_group(0).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    wait_for(|| machine.world.server().counts().write > before);
    let impatient = text.replace("flock -w 300", "flock -w 0");
    let said = machine.run(&impatient);
    assert_eq!((said.status, said.puts), (Some(1), 0), "{said:?}");
    assert!(said.stderr.contains("another run has held the lock"), "{said:?}");
    // The script for drift waits as well: it would move the checkout under the run that sends.
    let said = machine.run(&example("ringform-drift").replace("--wait 900", "--wait 0"));
    assert_eq!(said.status, Some(1), "{said:?}");
    assert!(said.stderr.contains("cannot update") && said.stderr.contains("nothing was compared"), "{said:?}");

    signal("KILL", &format!("-{}", first.id()));
    first.wait().unwrap();
    machine.world.server().clear_faults();
    let said = machine.run(&impatient);
    assert!(!said.stderr.contains("lock"), "{said:?}");
}

#[test]
fn a_signal_lets_the_run_record_what_it_sent() {
    let machine = Machine::new(LOCAL);
    machine.merge("{geo_list: [RU]}", "{geo_list: [RU]}");
    machine.world.server().fault("latency=1s,on=put,client=12".parse().unwrap());
    let before = machine.world.server().counts().write;
    let mut child = machine.script(&example("ringform-close"));
    let mut child = child.process_group(0).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    wait_for(|| machine.world.server().counts().write > before);
    // systemd signals every process of a unit.
    signal("TERM", &format!("-{}", child.id()));
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(machine.countries(), ["RU", "RU TR"]);
    let record = git_in(&machine.clone(), &["show", "ringform-ledger:ringform.yaml/clients/default/12.json"]);
    assert!(record.contains("\"geo_list\": {\"value\":\"RU\"}"), "{record}");
    assert_eq!(git_in(&machine.clone(), &["ls-tree", "-r", "ringform-ledger", "--", "ringform.yaml/open/"]), "");
    machine.world.server().clear_faults();
    assert_eq!((machine.close().puts, machine.countries()), (1, ["RU", "RU"].map(str::to_owned)));
}

#[test]
fn after_a_put_that_moved_another_field_the_unit_sends_nothing_until_a_person_has_looked() {
    let mut machine = Machine::new(LOCAL);
    machine.world.server().semantics(Semantics { replace: true, ..Semantics::default() });
    machine.merge("{geo_list: [RU], timezone: Europe/Moscow}", "{geo_list: [RU]}");
    let said = machine.close();
    assert_eq!((said.status, said.puts), (Some(1), 1), "{said:?}");
    for _ in 0..2 {
        let said = machine.close();
        assert_eq!((said.status, said.puts), (Some(1), 0), "{said:?}");
        assert!(said.stdout.contains("--after-collateral"), "{said:?}");
    }
    machine.world.server().semantics(Semantics::default());
    let said = machine.close();
    assert_eq!((said.status, said.puts), (Some(1), 0), "{said:?}");
    let run = said.stdout.split("--after-collateral ").nth(1).unwrap();
    let run: String = run.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    machine.world.run(&format!("apply clone --yes --after-collateral {run}")).ok();
    assert_eq!(machine.close().status, Some(0));
}

#[test]
fn the_job_of_kubernetes_clones_closes_and_records_in_the_remote() {
    let machine = Machine::new("ledger: git");
    machine.merge("{geo_list: [RU, KZ]}", RU_TR);
    let text = fs::read_to_string("examples/ci/kubernetes/ringform-close.yaml").unwrap();
    let yaml: serde_yaml::Value = serde_yaml::from_str(&text).unwrap();
    let pod = &yaml["spec"]["jobTemplate"]["spec"]["template"]["spec"];
    let words = |value: &serde_yaml::Value| -> Vec<String> {
        value.as_sequence().unwrap().iter().map(|word| word.as_str().unwrap().to_owned()).collect()
    };
    let folder = tempfile::tempdir().unwrap();
    let checkout = folder.path().join("pbx");
    let run = |words: &[String], at: &Path| {
        let binary = Path::new(env!("CARGO_BIN_EXE_ringform")).parent().unwrap();
        let path = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap());
        // A container has neither a home nor a folder for temporary files that it may write.
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]).env_clear().env("PATH", path).env("TMPDIR", "/nonexistent").current_dir(at);
        command.env("REPOSITORY", format!("file://{}", machine.host.remote().display()));
        command.envs([("RINGFORM_APP_ID", "app"), ("RINGFORM_APP_SECRET", "s3cr3t-of-app")]);
        let output = command.stdin(Stdio::null()).output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
    };
    let clone: Vec<String> = words(&pod["initContainers"][0]["command"])
        .into_iter()
        .map(|word| word.replace("/checkout/pbx", checkout.to_str().unwrap()))
        .collect();
    assert_eq!(run(&clone, folder.path()).0, Some(0));
    let (status, said) = run(&words(&pod["containers"][0]["command"]), &checkout);
    assert_eq!(status, Some(0), "{said}");
    assert_eq!(machine.countries(), ["RU", "RU TR"], "{said}");
    assert_eq!(machine.host.recorded(12, "geo_list"), "RU");
    assert!(machine.host.ledger_files("open").is_empty());
    // Without a remote the init container fails, and Kubernetes starts no other.
    fs::rename(machine.host.remote(), folder.path().join("away")).unwrap();
    fs::remove_dir_all(&checkout).unwrap();
    assert_ne!(run(&clone, folder.path()).0, Some(0));
    assert!(!checkout.exists());
}

/// Waits until something holds.
fn wait_for(holds: impl Fn() -> bool) {
    for _ in 0..1500 {
        if holds() {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("it did not come so far");
}

fn signal(name: &str, to: &str) {
    assert!(Command::new("kill").args([&format!("-{name}"), "--", to]).status().unwrap().success());
}
