//! Histories that ringform makes always fit, and each kind of edit by hand is found.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::json;

use crate::git::FileChange;
use crate::git::fixture::{git_in, repository};
use crate::ledger::apply::begin::{BeginOptions, begin};
use crate::ledger::apply::draft::RunRecord;
use crate::ledger::apply::lease::LeaseClock;
use crate::ledger::apply::{LedgerRun, RunIdentity};
use crate::ledger::branch::LedgerBranch;
use crate::ledger::contents::claim::claimed_puts;
use crate::ledger::contents::collaterals::LedgerCollaterals;
use crate::ledger::contents::layout::record_key;
use crate::ledger::fixture::{at, branch, client};
use crate::ledger::tests::steps::{COMMIT, by_hand, options, run_name, who};
use crate::ledger::verify::verify;
use crate::model::{ClientId, Revision, Setting, Untrusted};
use crate::plan::{ApplyResult, ClientPlan, Details, DocumentKind, NotConverged, Plan, ReleasedClient, Run};

const OTHER: &str = "89abcdef0123456789abcdef0123456789abcdef";
const FIELDS: [Setting; 2] = [Setting::HoldMusic, Setting::DialRuleId];

/// A random number below `most`, and the next state (SplitMix64).
fn pick(state: &mut u64, most: u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (z ^ (z >> 31)) % most
}

struct World {
    _folder: tempfile::TempDir,
    branch: LedgerBranch,
    endpoint: Untrusted,
    commit: &'static str,
    minute: i64,
}

impl World {
    fn new() -> World {
        let (folder, _) = repository();
        let branch = branch(folder.path(), None);
        World { _folder: folder, branch, endpoint: "https://pbx.example".into(), commit: COMMIT, minute: 0 }
    }

    fn start(&mut self) -> LedgerRun {
        self.minute += 60;
        let options = BeginOptions {
            commit: self.commit,
            allow_older: true,
            trust_project: true,
            ..options(&self.endpoint, self.minute)
        };
        begin(self.branch.clone(), &options).unwrap()
    }

    fn who(&self, run: &str) -> RunIdentity {
        RunIdentity { commit: self.commit.to_owned(), ..who(run) }
    }

    fn claim(&self, run: &mut LedgerRun, name: &str, clients: &[ClientPlan]) {
        let puts = claimed_puts(clients);
        // The clock of a claim is a plain function: one for each hour of a history.
        const CLOCKS: [fn() -> Timestamp; 12] = [
            || at(0),
            || at(60),
            || at(120),
            || at(180),
            || at(240),
            || at(300),
            || at(360),
            || at(420),
            || at(480),
            || at(540),
            || at(600),
            || at(660),
        ];
        let clock = CLOCKS[(self.minute / 60) as usize];
        run.claim_for(&self.who(name), puts, Duration::from_secs(900), LeaseClock::start(clock, Instant::now)).unwrap();
    }

    /// The record of a run, with its report.
    fn record(&self, run: &mut LedgerRun, name: &str, clients: Vec<ClientPlan>, is_whole: bool) {
        let listed = |id: &ClientId| clients.iter().any(|client| client.client_id == *id);
        let gone = run.view().clients.keys().map(|key| key.client()).filter(|id| is_whole && !listed(id));
        let released_clients =
            gone.map(|client_id| ReleasedClient { client_id, credentials: None, source: None }).collect();
        let report = Plan {
            kind: DocumentKind::Report,
            endpoint: self.endpoint.clone(),
            revision: Some(Revision { commit: self.commit.to_owned(), dirty: false, folder: "".into() }),
            run: Run { id: name.to_owned(), started_at: at(self.minute).to_string(), ..Run::default() },
            clients,
            released_clients,
            ..Plan::default()
        };
        let record = RunRecord {
            report: &report,
            has_sent: true,
            is_whole,
            applied: Some(self.commit),
            collaterals: &LedgerCollaterals::default(),
            was_read: |client| client.live.is_some(),
            in_doubt: |client| client.details.as_ref().is_some_and(|details| details.in_doubt),
        };
        run.record(&self.who(name), &record, at(0), &|_| true).unwrap();
    }

    fn apply(&mut self, clients: Vec<ClientPlan>) -> String {
        let (mut run, name) = (self.start(), run_name(self.minute));
        self.claim(&mut run, &name, &clients);
        self.record(&mut run, &name, clients, false);
        name
    }

    /// A commit that no run made.
    fn by_hand(&self, changes: &[FileChange]) {
        by_hand(&self.branch, changes);
    }

    fn flaw(&self) -> Option<String> {
        verify(&self.branch).err().map(|error| error.summary.raw().to_owned())
    }
}

fn file(below: &str, bytes: &[u8]) -> FileChange {
    (format!("bäse/ringform.yaml/{below}").into_bytes(), Some(bytes.to_vec()))
}

fn changing(id: &str, from: i64, to: i64, result: ApplyResult) -> ClientPlan {
    let mut client = client(id, &[(Setting::HoldMusic, json!(from), json!(to))]);
    client.result = Some(result);
    client
}

/// A client with random live and declared values and a random result.
fn random_client(id: u64, state: &mut u64) -> ClientPlan {
    let fields = 1 + pick(state, 2) as usize;
    let values: Vec<_> =
        FIELDS[..fields].iter().map(|field| (*field, json!(1 + pick(state, 3)), json!(1 + pick(state, 3)))).collect();
    let mut one = client(&id.to_string(), &values);
    for change in &mut one.changes {
        change.withheld = pick(state, 6) == 0;
    }
    let results = [ApplyResult::Applied, ApplyResult::Failed, ApplyResult::Stale, ApplyResult::Skipped];
    let all = results.into_iter().chain([ApplyResult::Refused, ApplyResult::NotConverged, ApplyResult::Unchanged]);
    let all: Vec<ApplyResult> = all.collect();
    let result = match one.is_to_send() {
        true => all[pick(state, all.len() as u64) as usize],
        false => ApplyResult::Unchanged,
    };
    let sent = one.to_send().next().map(|change| (change.difference.setting, change.difference.declared.to_json()));
    let stored = sent.filter(|_| result == ApplyResult::NotConverged);
    let not_converged =
        stored.map(|(field, sent)| NotConverged { field, sent, stored: json!(9) }).into_iter().collect();
    let in_doubt = result == ApplyResult::Failed && pick(state, 2) == 0;
    one.finish(result, Some(Details { not_converged, in_doubt, ..Details::default() }));
    one
}

/// A history of random runs: whole or partial, killed, taken over while they were only slow, under a new endpoint.
fn random_history(seed: u64) -> World {
    let (mut world, mut state) = (World::new(), seed);
    let mut slow: Option<(LedgerRun, String, Vec<ClientPlan>)> = None;
    for _ in 0..7 {
        let clients: Vec<ClientPlan> = (1..=3)
            .filter(|_| pick(&mut state, 4) > 0)
            .collect::<Vec<u64>>()
            .into_iter()
            .map(|id| random_client(id, &mut state))
            .collect();
        if pick(&mut state, 8) == 0 {
            world.commit = OTHER;
        }
        let (mut run, name) = (world.start(), run_name(world.minute));
        let sends = clients.iter().any(|client| client.is_to_send());
        if sends {
            world.claim(&mut run, &name, &clients);
        }
        // This history leaves out runs that send nothing beside a claim.
        if let Some((mut late, name, clients)) = slow.take_if(|_| sends) {
            world.record(&mut late, &name, clients, false);
        }
        match pick(&mut state, 4) {
            0 if sends => {}
            1 if sends => slow = Some((run, name, clients)),
            way => world.record(&mut run, &name, clients, way == 2),
        }
    }
    world
}

#[test]
fn histories_that_ringform_makes_always_fit() {
    for seed in [2, 3, 5, 7, 8, 11] {
        let world = random_history(seed);
        assert_eq!(world.flaw(), None, "seed {seed}");
        let verified = verify(&world.branch).unwrap();
        assert!(verified.counts.commits > 5 && verified.counts.projects == 1, "{verified:?}");
    }
}

#[test]
fn each_kind_of_edit_by_hand_is_found_at_its_commit() {
    let run = run_name(60);
    let report = format!("runs/2026/11/{run}.json");
    let other = "runs/2026/11/20261127T230000Z-1.json";
    let gone = |below: &str| (format!("bäse/ringform.yaml/{below}").into_bytes(), None);
    let table: [(&str, Vec<FileChange>, &str); 12] = [
        ("a report is changed", vec![file(&report, b"{}")], "the report of run"),
        ("a report is removed", vec![gone(&report)], "was removed"),
        ("a report is made up", vec![file(other, b"{}")], "the report of run 20261127T230000Z-1: it is not a document"),
        (
            "a record is changed",
            vec![file("clients/default/12.json", b"{\n  \"hold_music\": {\"value\":8}\n}\n")],
            "client 12 was changed without a report",
        ),
        ("a record is spelt otherwise", vec![file("clients/default/12.json", b"{}")], "is not as ringform writes it"),
        (
            "a record is added",
            vec![file("clients/default/13.json", b"{\n  \"hold_music\": {\"value\":8}\n}\n")],
            "client 13 was changed without a report",
        ),
        ("a record is removed", vec![gone("clients/default/12.json")], "client 12 was changed without a report"),
        (
            "ledger.json is changed",
            vec![file("ledger.json", b"{\"format_version\":\"1.0\",\"endpoint\":\"x\",\"commit\":null}")],
            "ledger.json was changed without a report",
        ),
        ("a foreign file", vec![file("notes.txt", b"x")], "notes.txt is not a file of a ledger"),
        (
            "a foreign file at the top",
            vec![(b"notes.txt".to_vec(), Some(b"x".to_vec()))],
            "notes.txt is not a file of a ledger",
        ),
        ("the README is changed", vec![(b"README.md".to_vec(), Some(b"x".to_vec()))], "README.md was changed"),
        (
            "two projects",
            vec![file("open/r-1.json", b"{}"), (b"a.yaml/open/r-1.json".to_vec(), Some(b"{}".to_vec()))],
            "it changes two projects",
        ),
    ];
    for (what, changes, expected) in table {
        let mut world = World::new();
        assert_eq!(world.apply(vec![changing("12", 5, 7, ApplyResult::Applied)]), run);
        assert_eq!(world.flaw(), None);
        world.by_hand(&changes);
        let edited = world.branch.local_tip().unwrap().unwrap();
        // No run begins on a branch without ringform's README, or beside a claim that does not parse.
        if !changes.iter().any(|(path, _)| path == b"README.md" || path.ends_with(b"open/r-1.json")) {
            world.apply(vec![changing("12", 7, 6, ApplyResult::Applied)]);
        }
        let flaw = world.flaw().unwrap_or_else(|| panic!("{what} is not found"));
        assert!(flaw.contains(expected) && flaw.contains(&edited[..12]), "{what}: {flaw}");
    }
}

#[test]
fn a_report_whose_record_was_changed_in_the_same_commit_is_found() {
    let mut world = World::new();
    let mut client = changing("12", 5, 7, ApplyResult::Applied);
    let (mut run, name) = (world.start(), run_name(world.minute));
    world.claim(&mut run, &name, std::slice::from_ref(&client));
    world.record(&mut run, &name, vec![client.clone()], false);
    // The same report over a ledger that holds another value: as if a person had amended the commit.
    let key = record_key(ClientId::parse("12").unwrap(), None);
    let tip = world.branch.local_tip().unwrap();
    let view = world.branch.read(tip.as_deref()).unwrap();
    assert!(view.clients.contains_key(&key));
    client.finish(ApplyResult::Applied, None);
    let (mut next, later) = (world.start(), run_name(world.minute));
    world.claim(&mut next, &later, std::slice::from_ref(&client));
    let report = Plan {
        kind: DocumentKind::Report,
        endpoint: world.endpoint.clone(),
        run: Run { id: later.clone(), ..Run::default() },
        clients: vec![client],
        ..Plan::default()
    };
    let gone = format!("bäse/ringform.yaml/open/{later}.json").into_bytes();
    world.by_hand(&[
        file(&format!("runs/2026/11/{later}.json"), &serde_json::to_vec(&report).unwrap()),
        file("clients/default/12.json", b"{\n  \"hold_music\": {\"value\":8}\n}\n"),
        (gone, None),
    ]);
    let flaw = world.flaw().unwrap();
    assert!(flaw.contains(&format!("client 12 does not follow from the report of run {later}")), "{flaw}");
}

#[test]
fn a_claim_that_a_run_left_behind_at_a_new_endpoint_fits() {
    for result in [ApplyResult::Applied, ApplyResult::Failed] {
        let mut world = World::new();
        world.apply(vec![changing("12", 5, 7, ApplyResult::Applied)]);
        world.endpoint = "https://new.example".into();
        let (mut killed, name) = (world.start(), run_name(world.minute));
        world.claim(&mut killed, &name, &[changing("12", 5, 8, ApplyResult::Applied)]);
        // The next run moves that claim, with its own claim or with its report.
        let (mut next, name) = (world.start(), run_name(world.minute));
        let client = changing("12", 5, 8, result);
        if result == ApplyResult::Applied {
            world.claim(&mut next, &name, std::slice::from_ref(&client));
        }
        world.record(&mut next, &name, vec![client], true);
        assert_eq!(world.flaw(), None, "{result:?}");
    }
}

#[test]
fn a_merge_a_second_root_and_a_shallow_copy_are_found() {
    let mut world = World::new();
    world.apply(vec![changing("12", 5, 7, ApplyResult::Applied)]);
    let folder = world._folder.path();
    let first = world.branch.local_tip().unwrap().unwrap();
    git_in(folder, &["branch", "side", &first]);
    git_in(folder, &["checkout", "--quiet", "ringform-ledger"]);
    git_in(folder, &["commit", "--quiet", "--allow-empty", "--message", "a"]);
    git_in(folder, &["checkout", "--quiet", "side"]);
    git_in(folder, &["commit", "--quiet", "--allow-empty", "--message", "b"]);
    git_in(folder, &["checkout", "--quiet", "ringform-ledger"]);
    git_in(folder, &["merge", "--quiet", "--no-edit", "side"]);
    assert!(world.flaw().unwrap().contains("it is a merge"));
    let other = tempfile::tempdir().unwrap();
    let from = format!("file://{}", folder.display());
    git_in(other.path(), &["clone", "--quiet", "--depth", "1", "--branch", "ringform-ledger", &from, "clone"]);
    let shallow = branch(&other.path().join("clone"), Some("origin"));
    let error = verify(&shallow).unwrap_err();
    assert!(error.summary.raw().contains("is shallow"), "{error:?}");
    assert!(error.help.is_some_and(|help| help.raw().contains("--unshallow")));
}
