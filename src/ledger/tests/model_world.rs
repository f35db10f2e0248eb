//! A model of two runs of apply and an outside edit: its state, its steps and its laws.
//!
//! Each step is one fetch, read, claim, PUT, renewal or record of one run, an outside edit, or half a lease that passes.
//! A run can be killed before any step; a push can fail, or land without an answer; a PUT can lose its answer; a person
//! can take over a claim that lives. The decisions are the production functions. A PUT lands while its lease lives: one
//! that is longer under way than a lease is beyond this model.

use jiff::Timestamp;
use serde_json::json;

use crate::ledger::apply::after_run::{after_run, doubts};
use crate::ledger::contents::claim::{OpenClaim, claimed_puts};
use crate::ledger::fixture::{at, claim, client, declaration, recorded};
use crate::ledger::protocol::{
    Beginning, LostRace, RecordMode, after_lost_race, is_renewal_due, may_begin, may_send, record_mode,
};
use crate::model::{Origin, RecordedClient, Setting, State, value};
use crate::plan::{ApplyResult, ClientPlan, Origins};

/// The field that both runs declare.
const FIELD: Setting = Setting::HoldMusic;
/// What the ledger and live hold at first.
pub(super) const OLD: i64 = 5;
/// What the outside edit stores.
const EDIT: i64 = 9;
/// How long a lease is, in minutes.
const LEASE: i64 = 15;
/// How many minutes pass in one step: more than half of a lease.
const PASSES: i64 = 8;
/// How many steps of time there are.
const MOST_TIME: i64 = 3;

#[derive(Clone, Debug, PartialEq)]
enum Phase {
    Fetch,
    Read,
    Claim,
    Put,
    Record,
    Ended,
}

/// A claim in the branch: its run, its beginning and its lease end in minutes, and the value that its PUT sends.
#[derive(Clone, Debug, PartialEq)]
struct ModelClaim {
    run: usize,
    start: i64,
    end: i64,
    sends: i64,
}

#[derive(Clone, Debug)]
struct RunModel {
    phase: Phase,
    /// Whether the other run moved the branch since this one read it.
    is_stale: bool,
    dead: Vec<ModelClaim>,
    record: RecordedClient,
    read: i64,
    /// When the lease that the remote holds for this run began and ends, as far as the run knows.
    lease: Option<(i64, i64)>,
    is_gone: bool,
    is_changed: bool,
    renewals: u32,
    was_refused: bool,
    result: Option<ApplyResult>,
    in_doubt: bool,
}

#[derive(Clone, Debug)]
pub(super) struct World {
    declared: [i64; 2],
    live: i64,
    was_edited_last: bool,
    edits: u32,
    time: i64,
    record: RecordedClient,
    claims: Vec<ModelClaim>,
    /// Runs that a person declared dead.
    taken_over: Vec<usize>,
    /// A run that a person declared dead sent afterwards, and ended without its record.
    is_beyond: bool,
    runs: [RunModel; 2],
}

impl RunModel {
    fn new() -> RunModel {
        RunModel {
            phase: Phase::Fetch,
            is_stale: false,
            dead: Vec::new(),
            record: RecordedClient::default(),
            read: OLD,
            lease: None,
            is_gone: false,
            is_changed: false,
            renewals: 0,
            was_refused: false,
            result: None,
            in_doubt: false,
        }
    }
}

impl World {
    pub(super) fn new(declared: [i64; 2]) -> World {
        let run = RunModel::new();
        World {
            declared,
            live: OLD,
            was_edited_last: false,
            edits: 0,
            time: 0,
            record: recorded(&[(FIELD, "5")]),
            claims: Vec::new(),
            taken_over: Vec::new(),
            is_beyond: false,
            runs: [run.clone(), run],
        }
    }

    fn now(&self) -> Timestamp {
        at(self.time)
    }

    fn open_claims(&self) -> Vec<OpenClaim> {
        self.claims.iter().map(ModelClaim::open).collect()
    }

    fn is_open(&self, run: usize) -> bool {
        self.claims.iter().any(|claim| claim.run == run)
    }

    /// Every world that one step leads to.
    pub(super) fn steps(&self) -> Vec<World> {
        let mut next = Vec::new();
        for index in 0..2 {
            if self.runs[index].phase != Phase::Ended {
                next.push(self.ended(index));
                next.extend(self.step(index));
            }
        }
        if self.edits == 0 {
            next.push(World { live: EDIT, was_edited_last: true, edits: 1, ..self.clone() });
        }
        if self.time < MOST_TIME * PASSES {
            next.push(World { time: self.time + PASSES, ..self.clone() });
        }
        next
    }

    /// A run ends without its record: it was killed, or its push failed for good.
    fn ended(&self, index: usize) -> World {
        let mut world = self.clone();
        let run = &self.runs[index];
        let has_sent = matches!(run.result, Some(ApplyResult::Applied | ApplyResult::Failed));
        world.is_beyond |= has_sent && self.taken_over.contains(&index);
        world.finish(index);
        world
    }

    /// Forgets what no later step depends on.
    fn finish(&mut self, index: usize) {
        let was_refused = self.runs[index].was_refused;
        self.runs[index] = RunModel { phase: Phase::Ended, was_refused, ..RunModel::new() };
    }

    fn step(&self, index: usize) -> Vec<World> {
        match self.runs[index].phase {
            Phase::Fetch => {
                let other = 1 - index;
                let mut next = vec![self.fetch(index, None)];
                if self.is_open(other) {
                    next.push(self.fetch(index, Some(other)));
                }
                next
            }
            Phase::Read => vec![self.read(index)],
            Phase::Claim => self.claim(index),
            Phase::Put => [self.put(index), self.renew(index)].concat(),
            Phase::Record => vec![self.record(index)],
            Phase::Ended => Vec::new(),
        }
    }

    fn fetch(&self, index: usize, take_over: Option<usize>) -> World {
        let mut world = self.clone();
        let name = take_over.map(name);
        match may_begin(&self.open_claims(), self.now(), name.as_deref()) {
            Beginning::Free { dead } => {
                assert_eq!(dead, self.open_claims());
                let record = self.record_with_claims();
                world.taken_over.extend(take_over.filter(|run| !self.taken_over.contains(run)));
                let (dead, run) = (self.claims.clone(), &self.runs[index]);
                world.runs[index] = RunModel { phase: Phase::Read, is_stale: false, dead, record, ..run.clone() };
            }
            Beginning::Busy(_) | Beginning::NotOpen => world.finish(index),
        }
        world
    }

    fn read(&self, index: usize) -> World {
        let mut world = self.clone();
        let run = &mut world.runs[index];
        run.read = self.live;
        (run.phase, run.result) = match origin_of(&run.record, self.live, self.declared[index]) {
            None => (Phase::Record, Some(ApplyResult::Unchanged)),
            Some(Origin::Conflict) => (Phase::Record, Some(ApplyResult::Refused)),
            Some(Origin::Pending | Origin::Drift | Origin::Unknown) => (Phase::Claim, None),
        };
        run.record = RecordedClient::default();
        world
    }

    /// The push of the claim wins, loses, fails, or lands without an answer that the run ever gets.
    fn claim(&self, index: usize) -> Vec<World> {
        let mut refused = self.clone();
        refused.finish(index);
        refused.runs[index].was_refused = true;
        if self.runs[index].is_stale {
            let lost = after_lost_race(false, &self.open_claims(), self.now(), None);
            assert_ne!(lost, LostRace::ClaimAgain);
            return vec![refused];
        }
        let (start, end) = (self.time, self.time + LEASE);
        let mut won = self.clone();
        won.bury(index);
        won.claims.push(ModelClaim { run: index, start, end, sends: self.declared[index] });
        won.runs[1 - index].is_stale = true;
        let mut unheard = won.clone();
        unheard.runs[index] = refused.runs[index].clone();
        let run = &mut won.runs[index];
        (run.phase, run.lease) = (Phase::Put, Some((start, end)));
        vec![refused, unheard, won]
    }

    /// The claims of runs that are gone leave doubts.
    fn bury(&mut self, index: usize) {
        let dead = std::mem::take(&mut self.runs[index].dead);
        for claim in &dead {
            self.record.field_mut(FIELD).doubt(state(claim.sends));
        }
        self.claims.retain(|open| !dead.contains(open));
    }

    /// The renewal is confirmed, fails, lands without an answer, or finds the claim gone.
    fn renew(&self, index: usize) -> Vec<World> {
        let run = &self.runs[index];
        let Some((start, end)) = run.lease else { return Vec::new() };
        let lives = may_send(at(end), self.now(), run.is_gone);
        if !lives || !is_renewal_due(at(start), at(end), self.now()) || run.renewals == 1 {
            return Vec::new();
        }
        let mut failed = self.clone();
        failed.runs[index].renewals += 1;
        if !self.is_open(index) {
            failed.runs[index].is_gone = true;
            return vec![failed];
        }
        let mut unheard = failed.clone();
        unheard.runs[1 - index].is_stale = true;
        let claim = unheard.claims.iter_mut().find(|claim| claim.run == index).unwrap();
        claim.end = self.time + LEASE;
        let mut confirmed = unheard.clone();
        confirmed.runs[index].lease = Some((self.time, self.time + LEASE));
        vec![failed, unheard, confirmed]
    }

    /// The PUT lands and is answered, lands without an answer, or is lost.
    fn put(&self, index: usize) -> Vec<World> {
        let run = &self.runs[index];
        let (_, end) = run.lease.unwrap();
        assert!(!run.was_refused, "a PUT of a run whose claim was refused");
        let after = |result: ApplyResult, lands: bool, in_doubt: bool| {
            let mut world = self.clone();
            world.runs[index] = RunModel { phase: Phase::Record, result: Some(result), in_doubt, ..run.clone() };
            if lands {
                (world.live, world.was_edited_last) = (self.declared[index], false);
            }
            world
        };
        if !may_send(at(end), self.now(), run.is_gone) {
            return vec![after(ApplyResult::Skipped, false, false)];
        }
        match self.claims.iter().find(|claim| claim.run == index) {
            Some(claim) => assert!(self.time < claim.end && end <= claim.end, "a PUT after the lease at the remote"),
            None => assert!(self.taken_over.contains(&index), "only a person ends a lease that lives"),
        }
        vec![
            after(ApplyResult::Applied, true, false),
            after(ApplyResult::Failed, true, true),
            after(ApplyResult::Failed, false, true),
        ]
    }

    fn record(&self, index: usize) -> World {
        let mut world = self.clone();
        let run = &self.runs[index];
        // An unheard renewal is the run's own, so only the other run counts.
        let is_changed = if run.lease.is_some() { run.is_changed } else { run.is_stale };
        let (is_open, before) = (self.is_open(index), self.record.clone());
        let client = self.client(index);
        match record_mode(run.lease.is_some(), is_open, !is_changed) {
            RecordMode::LeftOut => {}
            RecordMode::Results => {
                world.bury(index);
                world.record = after_run(&world.record, &client, run.in_doubt, true);
                if is_changed {
                    let kept = before.field(FIELD).map(|field| field.in_doubt.clone()).unwrap_or_default();
                    kept.into_iter().for_each(|value| world.record.field_mut(FIELD).doubt(value));
                }
            }
            RecordMode::Doubts => {
                for (setting, value) in doubts(&client, run.in_doubt) {
                    world.record.field_mut(setting).doubt(value);
                }
            }
        }
        if run.lease.is_some() {
            world.claims.retain(|open| open.run != index);
        }
        if run.lease.is_some() || world.record != before || world.claims != self.claims {
            // The other run sees this commit when it writes next.
            let other = &mut world.runs[1 - index];
            other.is_stale = true;
            other.is_changed |= other.lease.is_some();
        }
        world.finish(index);
        world
    }

    fn client(&self, index: usize) -> ClientPlan {
        let run = &self.runs[index];
        let mut client = client("12", &[(FIELD, json!(run.read), json!(self.declared[index]))]);
        client.result = run.result;
        client
    }

    /// The record, with the values that the PUTs of open claims may have left.
    fn record_with_claims(&self) -> RecordedClient {
        let mut record = self.record.clone();
        for claim in self.open_claims().iter().filter_map(|open| open.claim.as_ref()) {
            claim.doubts().for_each(|(_, setting, state)| record.field_mut(setting).doubt(state));
        }
        record
    }

    /// Whether both runs have ended.
    pub(super) fn is_over(&self) -> bool {
        self.runs.iter().all(|run| run.phase == Phase::Ended)
    }

    /// The laws that hold in every world.
    pub(super) fn check(&self) {
        let values = [OLD, self.declared[0], self.declared[1], EDIT];
        assert!(values.contains(&self.live), "{self:?}");
        if !self.is_over() || self.was_edited_last || self.is_beyond {
            return;
        }
        let record = self.record_with_claims();
        let field = record.field(FIELD).unwrap();
        assert!(field.may_have_left(&state(self.live)), "the ledger holds something else than the client: {self:#?}");
    }
}

impl ModelClaim {
    /// The claim as the branch holds it.
    fn open(&self) -> OpenClaim {
        let puts = claimed_puts(&[client("12", &[(FIELD, json!(0), json!(self.sends))])]);
        let claim = claim(&name(self.run), at(self.start), at(self.end), puts);
        OpenClaim { run: claim.run.clone(), claim: Some(claim) }
    }
}

fn name(run: usize) -> String {
    format!("r{run}")
}

fn state(value: i64) -> State {
    value::live(FIELD.kind(), &json!(value))
}

/// The origin of the one field, by the production rule.
fn origin_of(record: &RecordedClient, live: i64, declared: i64) -> Option<Origin> {
    let declaration = declaration("12", &[(FIELD, json!(declared))]);
    let records = [(declaration.key(), record.clone())].into();
    let none = Default::default();
    let origins = Origins::always(Origin::Unknown).with_ledger(
        records,
        none,
        std::slice::from_ref(&declaration),
        Default::default(),
    );
    origins.of(&declaration).origin(FIELD, &state(declared), &state(live))
}
