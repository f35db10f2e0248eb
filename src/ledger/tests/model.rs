//! A model of two runs of apply and an outside edit, tried in every order.
//!
//! Each step is one fetch, read, claim, PUT or record of one run, an outside edit, or the end of all leases. A run can be
//! killed before any step, and a PUT can lose its answer. The decisions are the production functions. A PUT lands while
//! its lease lives: a PUT that is longer under way than a lease is beyond this model.

use std::collections::HashSet;

use jiff::Timestamp;
use serde_json::json;

use crate::ledger::after_run::after_run;
use crate::ledger::claim::{Claim, claimed_puts};
use crate::ledger::fixture::{client, recorded};
use crate::ledger::protocol::{Beginning, LostRace, after_lost_race, may_begin, may_send};
use crate::ledger::view::OpenClaim;
use crate::model::{Origin, RecordedClient, Setting, State, value};
use crate::plan::{ApplyResult, ClientPlan, Origins};

/// The field that both runs declare.
const FIELD: Setting = Setting::HoldMusic;
/// What the ledger and live hold at first.
const OLD: i64 = 5;
/// What each run declares.
const DECLARED: [i64; 2] = [7, 8];
/// What the outside edit stores.
const EDIT: i64 = 9;
/// How long a lease is, in minutes.
const LEASE: i64 = 15;

#[derive(Clone, Debug, PartialEq)]
enum Phase {
    Fetch,
    Read,
    Claim,
    Put,
    Record,
    Ended,
}

#[derive(Clone, Debug)]
struct RunModel {
    phase: Phase,
    /// The version of the branch that the run read last.
    seen: u32,
    dead: Vec<OpenClaim>,
    record: RecordedClient,
    client: Option<ClientPlan>,
    claim: Option<Claim>,
    was_refused: bool,
    has_sent: bool,
    in_doubt: bool,
}

#[derive(Clone, Debug)]
struct World {
    live: i64,
    was_edited_last: bool,
    edits: u32,
    leases_ended: i64,
    version: u32,
    record: RecordedClient,
    claims: Vec<OpenClaim>,
    runs: [RunModel; 2],
}

impl World {
    fn new() -> World {
        let run = RunModel {
            phase: Phase::Fetch,
            seen: 0,
            dead: Vec::new(),
            record: RecordedClient::default(),
            client: None,
            claim: None,
            was_refused: false,
            has_sent: false,
            in_doubt: false,
        };
        World {
            live: OLD,
            was_edited_last: false,
            edits: 0,
            leases_ended: 0,
            version: 0,
            record: recorded(&[(FIELD, "5")]),
            claims: Vec::new(),
            runs: [run.clone(), run],
        }
    }

    fn now(&self) -> Timestamp {
        let minutes = jiff::SignedDuration::from_mins(LEASE * self.leases_ended);
        "2026-11-27T09:00:00Z".parse::<Timestamp>().unwrap() + minutes
    }

    /// Every world that one step leads to.
    fn steps(&self) -> Vec<World> {
        let mut next = Vec::new();
        for index in 0..2 {
            if self.runs[index].phase != Phase::Ended {
                let mut killed = self.clone();
                killed.runs[index].phase = Phase::Ended;
                next.push(killed);
                next.extend(self.step(index));
            }
        }
        if self.edits == 0 {
            next.push(World { live: EDIT, was_edited_last: true, edits: 1, ..self.clone() });
        }
        if self.leases_ended < 2 {
            next.push(World { leases_ended: self.leases_ended + 1, ..self.clone() });
        }
        next
    }

    fn step(&self, index: usize) -> Vec<World> {
        let mut world = self.clone();
        match self.runs[index].phase {
            Phase::Fetch => world.fetch(index),
            Phase::Read => world.read(index),
            Phase::Claim => world.claim(index),
            Phase::Put => return self.put(index),
            Phase::Record => world.record(index),
            Phase::Ended => {}
        }
        vec![world]
    }

    fn fetch(&mut self, index: usize) {
        let (now, version) = (self.now(), self.version);
        let mut record = self.record.clone();
        for claim in self.claims.iter().filter_map(|open| open.claim.as_ref()) {
            claim.doubts().for_each(|(_, setting, state)| record.field_mut(setting).doubt(state));
        }
        let run = &mut self.runs[index];
        match may_begin(&self.claims, now, None) {
            Beginning::Free { dead } => {
                *run = RunModel { phase: Phase::Read, seen: version, dead, record, ..run.clone() };
            }
            Beginning::Busy(_) | Beginning::NotOpen => run.phase = Phase::Ended,
        }
    }

    fn read(&mut self, index: usize) {
        let (live, declared) = (self.live, DECLARED[index]);
        let run = &mut self.runs[index];
        let mut client = client("12", &[(FIELD, json!(live), json!(declared))]);
        let origin = origin_of(&run.record, live, declared);
        let (phase, result) = match origin {
            None => (Phase::Record, Some(ApplyResult::Unchanged)),
            Some(Origin::Conflict) => (Phase::Record, Some(ApplyResult::Refused)),
            Some(Origin::Pending | Origin::Drift | Origin::Unknown) => (Phase::Claim, None),
        };
        client.result = result;
        *run = RunModel { phase, client: Some(client), ..run.clone() };
    }

    fn claim(&mut self, index: usize) {
        let now = self.now();
        let is_current = self.runs[index].seen == self.version;
        if !is_current {
            let lost = after_lost_race(false, &self.claims, now, None);
            assert_ne!(lost, LostRace::ClaimAgain);
            let run = &mut self.runs[index];
            *run = RunModel { phase: Phase::Ended, was_refused: true, ..run.clone() };
            return;
        }
        self.bury(index);
        let run = &mut self.runs[index];
        let claim = Claim {
            run: format!("r{index}"),
            actor: "a".into(),
            link: None,
            commit: String::new(),
            digest: String::new(),
            started_at: now,
            lease_end: now + jiff::SignedDuration::from_mins(LEASE),
            puts: claimed_puts(run.client.as_slice()),
        };
        self.claims.push(OpenClaim { run: claim.run.clone(), claim: Some(claim.clone()) });
        self.version += 1;
        *run = RunModel { phase: Phase::Put, seen: self.version, claim: Some(claim), dead: Vec::new(), ..run.clone() };
    }

    /// The claims of runs that are gone leave doubts.
    fn bury(&mut self, index: usize) {
        let dead = std::mem::take(&mut self.runs[index].dead);
        for claim in dead.iter().filter_map(|open| open.claim.as_ref()) {
            claim.doubts().for_each(|(_, setting, state)| self.record.field_mut(setting).doubt(state));
        }
        self.claims.retain(|open| !dead.iter().any(|one| one.run == open.run));
    }

    /// The PUT lands and is answered, lands without an answer, or is lost.
    fn put(&self, index: usize) -> Vec<World> {
        let run = &self.runs[index];
        let lease_end = run.claim.as_ref().map(|claim| claim.lease_end).unwrap();
        assert!(!run.was_refused, "a PUT of a run whose claim was refused");
        let after = |result: ApplyResult, lands: bool, has_sent: bool, in_doubt: bool| {
            let mut world = self.clone();
            let client = run.client.clone().map(|client| ClientPlan { result: Some(result), ..client });
            world.runs[index] = RunModel { phase: Phase::Record, client, has_sent, in_doubt, ..run.clone() };
            if lands {
                (world.live, world.was_edited_last) = (DECLARED[index], false);
            }
            world
        };
        if !may_send(lease_end, self.now(), false) {
            return vec![after(ApplyResult::Skipped, false, false, false)];
        }
        vec![
            after(ApplyResult::Applied, true, true, false),
            after(ApplyResult::Failed, true, true, true),
            after(ApplyResult::Failed, false, true, true),
        ]
    }

    fn record(&mut self, index: usize) {
        let run = self.runs[index].clone();
        let name = format!("r{index}");
        let is_open = self.claims.iter().any(|open| open.run == name);
        let others = self.claims.iter().any(|open| open.run != name);
        let moved = run.seen != self.version;
        self.runs[index].phase = Phase::Ended;
        if !run.has_sent && run.claim.is_none() && moved && others {
            return;
        }
        if moved && run.claim.is_none() {
            // The branch as it is now has no claims of runs that are gone, or others would be there.
            self.runs[index].dead.clear();
        }
        self.bury(index);
        match &run.claim {
            Some(claim) if !is_open => {
                claim.doubts().for_each(|(_, setting, state)| self.record.field_mut(setting).doubt(state));
            }
            Some(_) | None => {
                let client = run.client.as_ref().unwrap();
                self.record = after_run(&self.record, client, run.in_doubt, true);
            }
        }
        self.claims.retain(|open| open.run != name);
        self.version += 1;
    }

    fn check(&self) {
        let values = [OLD, DECLARED[0], DECLARED[1], EDIT];
        assert!(values.contains(&self.live), "{self:?}");
        if self.runs.iter().any(|run| run.phase != Phase::Ended) || self.was_edited_last {
            return;
        }
        let mut record = self.record.clone();
        for claim in self.claims.iter().filter_map(|open| open.claim.as_ref()) {
            claim.doubts().for_each(|(_, setting, state)| record.field_mut(setting).doubt(state));
        }
        let field = record.field(FIELD).unwrap();
        assert!(field.may_have_left(&state(self.live)), "the ledger holds something else than the client: {self:#?}");
    }
}

fn state(value: i64) -> State {
    value::live(FIELD.kind(), &json!(value))
}

/// The origin of the one field, by the production rule.
fn origin_of(record: &RecordedClient, live: i64, declared: i64) -> Option<Origin> {
    let declaration = crate::ledger::fixture::declaration("12", &[(FIELD, json!(declared))]);
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

#[test]
fn whatever_the_order_the_ledger_says_what_the_client_holds_or_is_in_doubt() {
    let mut seen = HashSet::new();
    let mut open = vec![World::new()];
    let mut ends = 0;
    while let Some(world) = open.pop() {
        world.check();
        if world.runs.iter().all(|run| run.phase == Phase::Ended) {
            ends += 1;
        }
        for next in world.steps() {
            if seen.insert(format!("{next:?}")) {
                open.push(next);
            }
        }
    }
    assert!(ends > 500, "the model tries {ends} ends");
}
