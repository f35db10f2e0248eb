//! Remotes that are gone, ask for a password, refuse a push, or accept it without an answer.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::ledger::site::{Site, origins};
use crate::raw_server::{RawServer, answer};
use crate::repository::executable;

/// The remote that answers, with one client recorded at 7 and declared as 8.
fn second_merge() -> Site {
    let mut site = Site::of_one(7);
    site.run("apply --yes").ok();
    site.world.declare(12, "{hold_music: 8}");
    site.merge("second");
    site
}

#[test]
fn a_remote_that_is_gone_stops_apply_and_no_plan() {
    let mut site = second_merge();
    std::fs::rename(site.remote(), site.path("elsewhere")).unwrap();
    let ran = site.run("apply --yes").status(1).sends_nothing();
    ran.says(&["the ledger origin/ringform-ledger cannot be read", "help: "]);
    let ran = site.run("plan --format json").ok();
    assert_eq!(origins(&ran.json()), [("12".into(), "hold_music".into(), "pending".into())]);
    site.run("apply --yes --no-ledger").ok().requests(1, 1, 1).says(&["warning", "it will be missing there"]);
    // The remote is back: the run that left the ledger out is read from live.
    std::fs::rename(site.path("elsewhere"), site.remote()).unwrap();
    site.run("apply --yes").ok().requests(1, 1, 0);
    assert_eq!(site.record("12"), json!({"hold_music": {"value": 8}}));
}

#[test]
fn a_remote_that_does_not_exist_or_is_no_name_is_an_error_before_any_request() {
    let mut site = Site::of_one(8);
    site.world.git(&["remote", "remove", "origin"]);
    let ran = site.run("apply --yes").status(1).sends_nothing();
    let help = "add the remote with `git remote add origin URL`, or keep the branch in this repository";
    ran.says(&["the ledger origin/ringform-ledger cannot be read: this repository has no remote `origin`", help]);
    // A plan that has no copy of the branch names the same step, and no fetch that cannot work.
    site.world.git(&["update-ref", "-d", "refs/remotes/origin/ringform-ledger"]);
    let ran = site.run("plan").ok().requests(1, 1, 0);
    ran.says(&["this repository has no remote `origin` for the ledger", help]);
    let ran = site.run("log").ok();
    assert!(ran.stderr.contains(help) && !ran.stderr.contains("git fetch"), "{}", ran.stderr);
}

#[test]
fn a_repository_in_the_project_is_no_remote_of_its_name() {
    // Git itself takes a name that is no remote for a path.
    let mut site = Site::of_one(8);
    crate::repository::git_in(site.world.folder(), &["init", "--quiet", "--bare", "lib"]);
    let text = site.world.read("ringform.yaml").replace("ledger: git", "ledger: {remote: lib}");
    site.world.write("ringform.yaml", text.as_bytes());
    site.world.write(".gitignore", b".ringform/\n.seed-of-the-test.json\nlib\n");
    site.merge("another remote");
    let ran = site.run("apply --yes").status(1).sends_nothing();
    ran.says(&["lib/ringform-ledger cannot be read: this repository has no remote `lib`", "git remote add lib URL"]);
    assert_eq!(crate::repository::git_in(&site.world.path("lib"), &["for-each-ref"]), "");
}

#[test]
fn a_remote_that_gives_no_answer_is_named_in_the_command_that_checks_it() {
    let mut site = Site::of_one(8);
    site.world.git(&["remote", "set-url", "origin", "/nonexistent/x.git"]);
    site.run("apply --yes").status(1).sends_nothing().says(&["`git ls-remote origin`"]);
}

#[test]
fn settings_of_git_in_variables_count_for_the_remote() {
    // CI systems set them, also for the command of ssh.
    for file in [false, true] {
        let mut site = Site::of_one(8);
        let (ssh, ran) = (site.path("ssh"), site.path("ran"));
        executable(&ssh, &format!("echo >> '{}'\nexit 1", ran.display()));
        site.world.git(&["remote", "set-url", "origin", "https://pbx.invalid/x"]);
        let rows =
            [("url.ssh://pbx.invalid/.insteadOf", "https://pbx.invalid/"), ("core.sshCommand", ssh.to_str().unwrap())];
        if file {
            let at = site.path("gitconfig");
            for (name, value) in rows {
                site.world.git(&["config", "--file", at.to_str().unwrap(), name, value]);
            }
            site.env("GIT_CONFIG_GLOBAL", at.to_str().unwrap());
        } else {
            site.env("GIT_CONFIG_COUNT", "2");
            for (number, (name, value)) in rows.into_iter().enumerate() {
                site.env(&format!("GIT_CONFIG_KEY_{number}"), name);
                site.env(&format!("GIT_CONFIG_VALUE_{number}"), value);
            }
        }
        site.run("apply --yes").status(1).sends_nothing().says(&["cannot be read: git says: "]);
        assert!(ran.exists(), "the command of ssh was not asked");
    }
}

#[test]
fn a_remote_that_asks_for_a_password_is_an_error_and_no_prompt() {
    let server = RawServer::start(|_| {
        let bytes = answer("401 Unauthorized", "text/plain", b"who are you?");
        let text = String::from_utf8(bytes).unwrap();
        text.replacen("\r\n", "\r\nwww-authenticate: Basic realm=\"git\"\r\n", 1).into_bytes()
    });
    let mut site = second_merge();
    site.world.git(&["remote", "set-url", "origin", &format!("{}/x.git", server.url())]);
    let begun = Instant::now();
    let ran = site.run("apply --yes").status(1).sends_nothing();
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    ran.says(&["the ledger origin/ringform-ledger cannot be read"]);
    assert!(!server.received().is_empty(), "the stub was asked");
    // A program that the user names for git may answer, from a secret store. What it says reaches no output.
    let (program, asked) = (site.path("askpass"), site.path("asked"));
    executable(&program, &format!("echo \"$1\" >> '{}'\necho hunter2", asked.display()));
    site.env("GIT_ASKPASS", program.to_str().unwrap());
    let ran = site.run("apply --yes").status(1).sends_nothing();
    assert!(!ran.stderr.contains("hunter2") && !ran.stdout.contains("hunter2"), "{}", ran.stderr);
    assert!(asked.exists());
}

#[test]
fn a_claim_that_the_remote_refuses_sends_nothing() {
    let mut site = second_merge();
    let tip = site.tip();
    site.hook("pre-receive", "echo 'the branch is protected' >&2\nexit 1");
    let ran = site.run("apply --yes --format text --format json=report.json").status(1).requests(1, 1, 0);
    ran.says(&["the ledger origin/ringform-ledger cannot be written", "help: "]);
    let report: serde_json::Value = serde_json::from_str(&site.world.read("report.json")).unwrap();
    assert_eq!(report["clients"][0]["result"], "skipped");
    assert_eq!(site.tip(), tip);
    assert!(site.journals(site.world.folder()).is_empty());
    site.without_hooks();
    site.run("apply --yes").ok().requests(1, 1, 1);
    assert_eq!(site.record("12"), json!({"hold_music": {"value": 8}}));
}

/// A hook that counts the pushes of a run in `pushes`, and refuses those for which this holds.
fn refusing(site: &Site, condition: &str) {
    let at = site.path("pushes");
    let at = at.display();
    site.hook("pre-receive", &format!("echo >> '{at}'\nn=$(wc -l < '{at}')\n[ {condition} ] && exit 1\nexit 0"));
}

fn pushes(site: &Site) -> usize {
    std::fs::read_to_string(site.path("pushes")).unwrap().lines().count()
}

#[test]
fn a_record_that_the_remote_refuses_for_a_time_is_pushed_again() {
    let mut site = second_merge();
    refusing(&site, "$n -gt 1 -a $n -lt 4");
    site.run("apply --yes").ok().requests(1, 1, 1);
    assert_eq!(pushes(&site), 4, "the claim, and the third try of the record");
    assert_eq!(site.record("12"), json!({"hold_music": {"value": 8}}));
    assert!(site.open().is_empty());
}

#[test]
fn a_record_that_the_remote_refuses_four_times_leaves_the_claim_and_a_whole_report() {
    let mut site = second_merge();
    refusing(&site, "$n -gt 1");
    let ran = site.run("apply --yes --format text --format json=report.json").status(1).requests(1, 1, 1);
    ran.says(&["the ledger origin/ringform-ledger cannot be written", "help: "]);
    assert_eq!(pushes(&site), 5, "the claim, and four tries of the record");
    let report: serde_json::Value = serde_json::from_str(&site.world.read("report.json")).unwrap();
    assert_eq!(report["clients"][0]["result"], "applied");
    assert_eq!(site.record("12"), json!({"hold_music": {"value": 7}}));
    let run = site.open()[0].clone();
    site.without_hooks();
    // Git moves on: what the run sent is known from its claim.
    site.world.declare(12, "{hold_music: 9}");
    site.merge("third");
    let ran = site.run("plan --format json").ok();
    assert_eq!(origins(&ran.json()), [("12".into(), "hold_music".into(), "pending".into())]);
    site.run("apply --yes").status(1).sends_nothing().says(&[&run, "--take-over"]);
    site.run(&format!("apply --yes --take-over {run}")).ok().requests(1, 1, 1);
    assert_eq!(site.record("12"), json!({"hold_music": {"value": 9}}));
}

#[test]
fn pushes_that_land_without_an_answer_have_succeeded() {
    let mut site = second_merge();
    // The receiving side is killed after it moved the branch, for the claim and for the record.
    site.hook("post-receive", "kill -9 $PPID\nsleep 1");
    site.run("apply --yes").ok().requests(1, 1, 1);
    assert_eq!(site.record("12"), json!({"hold_music": {"value": 8}}));
    assert!(site.open().is_empty());
    assert_eq!(site.reports(), 2, "that of the first record too");
    let history = crate::repository::git_in(&site.remote(), &["log", "--format=%s", "ringform-ledger"]);
    assert_eq!(history.lines().count(), 3, "{history}");
}

#[test]
fn hooks_and_settings_of_the_checkout_do_not_run() {
    let mut site = Site::of_one(8);
    let mark = site.path("ran");
    let hooks = site.world.path(".git/hooks");
    std::fs::create_dir_all(&hooks).unwrap();
    for name in ["pre-push", "reference-transaction", "post-commit", "pre-auto-gc", "post-merge"] {
        executable(&hooks.join(name), &format!("echo {name} >> '{}'", mark.display()));
    }
    site.run("apply --yes").ok().requests(1, 1, 1);
    assert!(!mark.exists(), "{}", std::fs::read_to_string(&mark).unwrap());
}
