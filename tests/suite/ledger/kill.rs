//! `kill -9` at each step of apply: the next run resolves everything by reading.
//!
//! Hooks of the remote and faults of the simulator choose the step. Each test ends where ledger, server and journal
//! agree.

use std::path::{Path, PathBuf};
use std::process::Child;

use serde_json::{Value as Json, json};

use crate::ledger::site::{Site, kill, origins, until};
use crate::repository::git_in;
use crate::world::World;

const CLIENTS: std::ops::RangeInclusive<u64> = 1..=3;

/// A step at which a run is killed.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Step {
    /// Its push of the claim has arrived, and the remote refuses it.
    BeforeClaim,
    /// Its push of the claim has arrived, and lands after its end.
    DuringClaim,
    /// The remote holds the claim, and the run has no answer.
    AfterClaim,
    /// Its PUT of this number has arrived, and the server does not store it.
    BeforePut(u64),
    /// The server has stored the PUT of this number, and the run has no answer.
    AfterPut(u64),
    /// Its push of the record has arrived, and the remote refuses it.
    BeforeRecord,
    /// Its push of the record has arrived, and lands after its end.
    DuringRecord,
    /// The remote holds the record.
    AfterRecord,
}

impl Step {
    /// How many PUTs the server has stored.
    fn stored(self) -> u64 {
        match self {
            Step::BeforeClaim | Step::DuringClaim | Step::AfterClaim => 0,
            Step::BeforePut(number) => number - 1,
            Step::AfterPut(number) => number,
            Step::BeforeRecord | Step::DuringRecord | Step::AfterRecord => 3,
        }
    }

    /// Whether the claim stays in the branch.
    fn leaves_claim(self) -> bool {
        !matches!(self, Step::BeforeClaim | Step::DuringRecord | Step::AfterRecord)
    }

    /// Whether the run has recorded its results.
    fn is_recorded(self) -> bool {
        matches!(self, Step::DuringRecord | Step::AfterRecord)
    }

    /// The hook that holds the push: its name, which push of the run, and how it ends.
    fn hook(self) -> Option<(&'static str, u32, u32)> {
        match self {
            Step::BeforeClaim => Some(("pre-receive", 1, 1)),
            Step::DuringClaim => Some(("pre-receive", 1, 0)),
            Step::AfterClaim => Some(("post-receive", 1, 0)),
            Step::BeforeRecord => Some(("pre-receive", 2, 1)),
            Step::DuringRecord => Some(("pre-receive", 2, 0)),
            Step::AfterRecord => Some(("post-receive", 2, 0)),
            Step::BeforePut(_) | Step::AfterPut(_) => None,
        }
    }
}

/// Three clients with an agreed value of 7, and a merge that declares 8.
fn site() -> Site {
    let world = CLIENTS.fold(World::new(), |world, id| world.live(id, json!({"hold_music": 7})));
    let mut site = Site::new(CLIENTS.fold(world, |world, id| world.declared(id, "{hold_music: 7}")));
    site.run("apply --yes").ok();
    declare(&site, 8);
    site
}

fn declare(site: &Site, value: u64) {
    CLIENTS.for_each(|id| site.world.declare(id, &format!("{{hold_music: {value}}}")));
    site.merge(&format!("hold music {value}"));
}

/// A hook that holds the push of this number until the test lets it go.
fn holding_hook(site: &Site, (name, push, end): (&str, u32, u32)) {
    let at = site.path("hook");
    let lines = "\
        cat > /dev/null\n\
        echo >> AT.pushes\n\
        [ $(wc -l < AT.pushes) -eq PUSH ] || exit 0\n\
        touch AT.reached\n\
        while [ ! -e AT.go ]; do sleep 0.01; done\n\
        touch AT.gone\n\
        exit END";
    let lines = lines.replace("AT", at.to_str().unwrap()).replace("PUSH", &push.to_string());
    site.hook(name, &lines.replace("END", &end.to_string()));
}

/// Runs apply and kills it at a step.
fn apply_until(site: &mut Site, at: &Path, step: Step) {
    let fault = |number: u64, kind: &str| format!("{kind}=1h,on=put,after={},times=1", number - 1).parse().unwrap();
    match step {
        Step::BeforePut(number) => site.world.server().fault(fault(number, "latency")),
        Step::AfterPut(number) => site.world.server().fault(fault(number, "late-answer")),
        _ => holding_hook(site, step.hook().unwrap()),
    }
    let mut child: Child = site.spawn(at, "apply --yes --concurrency 1");
    match step {
        Step::BeforePut(number) => until("the PUT", || site.puts() as u64 == number),
        Step::AfterPut(number) => until("the stored PUT", || stored(site, 8) == number),
        _ => until("the push", || site.path("hook.reached").exists()),
    }
    kill(&mut child);
    site.world.server().clear_faults();
    if step.hook().is_some() {
        std::fs::write(site.path("hook.go"), "").unwrap();
        until("the end of the hook", || site.path("hook.gone").exists());
        site.without_hooks();
        // Git and the remote live on: what they do after the end of the run counts.
        until("the end of the push", || site.open().len() == usize::from(step.leaves_claim()));
        if step.is_recorded() {
            until("the record", || site.record("3") == json!({"hold_music": {"value": 8}}));
        }
    }
}

/// How many clients hold this value.
fn stored(site: &Site, value: u64) -> u64 {
    CLIENTS.filter(|id| site.world.stored(*id, "hold_music") == value).count() as u64
}

/// The PUTs that journals of a clone leave open.
fn unresolved(site: &Site, clone: &Path) -> usize {
    let count = |journal: String| {
        let lines: Vec<Json> = journal.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let of = |event: &str| lines.iter().filter(|line| line["event"] == event).count();
        of("sending") - of("done") - of("settled")
    };
    site.journals(clone).into_iter().map(count).sum()
}

/// Ledger, server and journals agree on this value.
fn all_agree(site: &mut Site, value: u64, clones: &[PathBuf]) {
    assert_eq!(stored(site, value), 3);
    for id in CLIENTS {
        assert_eq!(site.record(&id.to_string()), json!({"hold_music": {"value": value}}), "client {id}");
    }
    assert!(site.open().is_empty(), "{:?}", site.open());
    for clone in clones {
        git_in(clone, &["pull", "--quiet", "origin", "main"]);
        site.fetch(clone);
        let said = site.run_in(clone, "plan --format json").status(0);
        assert_eq!(said.json()["summary"]["in_sync"], 3);
        assert_eq!(said.json()["diagnostics"], json!([]));
        // The journal of a killed run is settled by the next apply in its clone, which sends nothing.
        let before = site.puts();
        site.run_in(clone, "apply --yes").status(0);
        assert_eq!((site.puts() - before, unresolved(site, clone)), (0, 0));
    }
}

/// The run that was killed, of another one in the same or another clone.
fn killed_at(step: Step, same_clone: bool) {
    let mut site = site();
    let (one, two) = (site.clone_of("one", &[]), site.clone_of("two", &[]));
    apply_until(&mut site, &one, step);
    assert_eq!(stored(&site, 8), step.stored(), "{step:?}");
    let next = if same_clone { one.clone() } else { two.clone() };
    let take_over = match (step.leaves_claim(), site.open().first()) {
        (true, Some(run)) => {
            // Its lease lives, so the next run waits and says whose run it is.
            let said = site.run_in(&next, "apply --yes").status(1);
            said.says(&[run, " began ", &format!("--take-over {run}")]);
            format!(" --take-over {run}")
        }
        (false, None) => String::new(),
        other => panic!("{step:?}: {other:?}"),
    };
    // A plan reads, and nothing is drift: each client holds the recorded value or one that the killed run sent.
    site.fetch(&next);
    let said = site.run_in(&next, "plan --format json").status(0);
    let pending = origins(&said.json());
    assert_eq!(pending.len() as u64, 3 - step.stored(), "{step:?}");
    assert!(pending.iter().all(|(_, _, origin)| origin == "pending"), "{step:?}: {pending:?}");
    let before = site.puts() as u64;
    site.run_in(&next, &format!("apply --yes{take_over}")).status(0);
    assert_eq!(site.puts() as u64 - before, 3 - step.stored(), "{step:?}: a stored PUT is not sent again");
    all_agree(&mut site, 8, &[one, two]);
}

#[test]
fn before_the_claim() {
    killed_at(Step::BeforeClaim, true);
    killed_at(Step::BeforeClaim, false);
}

#[test]
fn while_the_claim_lands() {
    killed_at(Step::DuringClaim, true);
    killed_at(Step::DuringClaim, false);
}

#[test]
fn after_the_claim() {
    killed_at(Step::AfterClaim, true);
    killed_at(Step::AfterClaim, false);
}

#[test]
fn before_each_put_is_stored() {
    for number in CLIENTS {
        killed_at(Step::BeforePut(number), number == 2);
    }
}

#[test]
fn after_each_put_is_stored() {
    for number in CLIENTS {
        killed_at(Step::AfterPut(number), number == 2);
    }
}

#[test]
fn before_the_record() {
    killed_at(Step::BeforeRecord, true);
    killed_at(Step::BeforeRecord, false);
}

#[test]
fn while_the_record_lands() {
    killed_at(Step::DuringRecord, true);
    killed_at(Step::DuringRecord, false);
}

#[test]
fn after_the_record() {
    killed_at(Step::AfterRecord, true);
    killed_at(Step::AfterRecord, false);
}

#[test]
fn git_moves_on_while_a_run_is_dead_and_what_it_may_have_sent_is_no_drift() {
    for step in [Step::BeforePut(2), Step::AfterPut(2)] {
        let mut site = site();
        let (one, two) = (site.clone_of("one", &[]), site.clone_of("two", &[]));
        apply_until(&mut site, &one, step);
        let run = site.open()[0].clone();
        declare(&site, 9);
        git_in(&two, &["pull", "--quiet", "origin", "main"]);
        site.fetch(&two);
        // By the record alone, 8 would be drift.
        let said = site.run_in(&two, "plan --format json").status(0);
        let all =
            |value: &str| CLIENTS.map(|id| (id.to_string(), "hold_music".into(), value.into())).collect::<Vec<_>>();
        assert_eq!(origins(&said.json()), all("pending"), "{step:?}");
        // Client 3 was claimed and never sent. Somebody gives it a value that no run has sent.
        site.world.server().set(3, "hold_music", json!(77));
        let said = site.run_in(&two, "plan --format json").status(1);
        assert_eq!(origins(&said.json())[2].2, "conflict", "{step:?}");
        site.world.server().set(3, "hold_music", json!(7));
        site.run_in(&two, &format!("apply --yes --take-over {run}")).status(0);
        // The dead run is in the history, where `log` finds it.
        let report = format!("ringform.yaml/runs/{}/{}/{run}.json", &run[..4], &run[4..6]);
        assert_eq!(site.file(&report)["run"], run.as_str());
        all_agree(&mut site, 9, &[one, two]);
    }
}
