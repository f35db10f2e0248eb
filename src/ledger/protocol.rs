//! What a run of apply may do next, by what the branch holds.
//!
//! Owns the decisions of the protocol as pure functions: may a run begin, what a push came to, what a lost race means,
//! and when a run must stop sending. It does no I/O, so a model of two runs can try every order of their steps.

use jiff::Timestamp;

use crate::ledger::contents::claim::{Claim, ClaimState, OpenClaim};

/// Why another run's claim stops this run.
#[derive(Clone, Debug, PartialEq)]
pub struct LivingClaim {
    /// The run.
    pub run: String,
    /// What its claim says; `None` where its file does not parse: such a claim lives until it is taken over.
    pub claim: Option<Claim>,
    /// Whether it begins in our future.
    pub ahead_of_clock: bool,
}

/// Whether a run may begin, by the claims in the branch.
#[derive(Clone, Debug, PartialEq)]
pub enum Beginning {
    /// It may. These claims are dead or taken over: the run's first commit removes them.
    Free {
        /// Their claims.
        dead: Vec<OpenClaim>,
    },
    /// Another run is under way.
    Busy(LivingClaim),
    /// `--take-over` names a run that has no claim.
    NotOpen,
}

/// Judges the claims of a project. `take_over` names a run whose claim ends now, whether it lives or not.
pub fn may_begin(claims: &[OpenClaim], now: Timestamp, take_over: Option<&str>) -> Beginning {
    if take_over.is_some_and(|run| !claims.iter().any(|open| open.run == run)) {
        return Beginning::NotOpen;
    }
    let living = claims.iter().filter(|open| take_over != Some(open.run.as_str())).find_map(|open| living(open, now));
    match living {
        Some(claim) => Beginning::Busy(claim),
        None => Beginning::Free { dead: claims.to_vec() },
    }
}

fn living(open: &OpenClaim, now: Timestamp) -> Option<LivingClaim> {
    let state = open.claim.as_ref().map_or(ClaimState::Alive, |claim| claim.state(now));
    let ahead_of_clock = state == ClaimState::AheadOfClock;
    (state != ClaimState::Ended).then(|| LivingClaim {
        run: open.run.clone(),
        claim: open.claim.clone(),
        ahead_of_clock,
    })
}

/// What a push came to, by what the remote holds after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PushOutcome {
    /// Our commit is in the branch.
    Succeeded,
    /// Another commit is at its tip: the race is lost.
    Lost,
    /// The branch is as before: the push failed.
    Failed,
}

/// Judges a push that git did not confirm. `holds_ours`: our commit is in the branch at the remote.
pub fn after_push(expected: Option<&str>, tip: Option<&str>, holds_ours: bool) -> PushOutcome {
    match holds_ours {
        true => PushOutcome::Succeeded,
        false if tip == expected => PushOutcome::Failed,
        false => PushOutcome::Lost,
    }
}

/// What a run does that lost the race for its claim.
#[derive(Clone, Debug, PartialEq)]
pub enum LostRace {
    /// Only other projects moved: claim again on the new tip.
    ClaimAgain,
    /// Another run holds the ledger now.
    Busy(LivingClaim),
    /// Another run of this project has finished meanwhile: what this run read may be old.
    FinishedMeanwhile,
}

/// Judges a lost race. `is_unchanged`: the files of this project are as this run read them.
pub fn after_lost_race(is_unchanged: bool, claims: &[OpenClaim], now: Timestamp, take_over: Option<&str>) -> LostRace {
    if is_unchanged {
        return LostRace::ClaimAgain;
    }
    match may_begin(claims, now, take_over) {
        Beginning::Busy(claim) => LostRace::Busy(claim),
        Beginning::Free { .. } | Beginning::NotOpen => LostRace::FinishedMeanwhile,
    }
}

/// What a run may record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordMode {
    /// Its results.
    Results,
    /// Its report, and what it sent as in doubt: another run took over, which may have read and sent since.
    Doubts,
    /// Nothing: another run began or ended meanwhile, so what this run read may be old.
    LeftOut,
}

/// Judges the record of a run. `is_open`: its claim is in the branch. `is_unchanged`: the files of this project are as
/// this run read them.
pub fn record_mode(has_claimed: bool, is_open: bool, is_unchanged: bool) -> RecordMode {
    match (has_claimed, is_open) {
        (true, true) => RecordMode::Results,
        (true, false) => RecordMode::Doubts,
        (false, _) if is_unchanged => RecordMode::Results,
        (false, _) => RecordMode::LeftOut,
    }
}

/// Whether a run may still begin a PUT: its lease at the remote has not ended, and its claim was not taken over.
pub fn may_send(lease_end: Timestamp, now: Timestamp, claim_seen_gone: bool) -> bool {
    !claim_seen_gone && now < lease_end
}

/// Whether a run renews its claim: half of its lease is over.
pub fn is_renewal_due(claimed_at: Timestamp, lease_end: Timestamp, now: Timestamp) -> bool {
    now.duration_since(claimed_at) * 2 >= lease_end.duration_since(claimed_at)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2026-11-27T09:10:00Z";

    fn open(run: &str, begin: &str, end: &str) -> OpenClaim {
        let time = |text: &str| format!("2026-11-27T{text}:00Z").parse().unwrap();
        let claim = Claim {
            run: run.to_owned(),
            actor: "anna".into(),
            link: None,
            commit: String::new(),
            digest: String::new(),
            started_at: time(begin),
            lease_end: time(end),
            puts: Vec::new(),
        };
        OpenClaim { run: run.to_owned(), claim: Some(claim) }
    }

    #[test]
    fn a_run_begins_where_no_other_claim_lives() {
        let (alive, dead, ahead) =
            (open("a", "09:00", "09:15"), open("d", "08:00", "08:15"), open("f", "09:30", "09:45"));
        let broken = OpenClaim { run: "b".to_owned(), claim: None };
        let begin = |claims: &[OpenClaim], take_over| may_begin(claims, NOW.parse().unwrap(), take_over);
        let busy = |run: &str, claims: &[OpenClaim], take_over| match begin(claims, take_over) {
            Beginning::Busy(living) => assert_eq!(living.run, run),
            other => panic!("{other:?}"),
        };
        assert_eq!(begin(&[], None), Beginning::Free { dead: vec![] });
        assert_eq!(begin(std::slice::from_ref(&dead), None), Beginning::Free { dead: vec![dead.clone()] });
        busy("a", &[dead.clone(), alive.clone()], None);
        busy("f", std::slice::from_ref(&ahead), None);
        busy("b", std::slice::from_ref(&broken), None);
        for claim in [&alive, &ahead, &broken] {
            let taken = begin(std::slice::from_ref(claim), Some(&claim.run));
            assert_eq!(taken, Beginning::Free { dead: vec![claim.clone()] });
        }
        busy("a", &[alive.clone(), broken.clone()], Some("b"));
        assert_eq!(begin(std::slice::from_ref(&alive), Some("x")), Beginning::NotOpen);
    }

    #[test]
    fn the_remote_decides_what_a_push_came_to() {
        assert_eq!(after_push(Some("1"), Some("2"), true), PushOutcome::Succeeded);
        assert_eq!(after_push(Some("1"), Some("1"), false), PushOutcome::Failed);
        assert_eq!(after_push(None, None, false), PushOutcome::Failed);
        assert_eq!(after_push(Some("1"), Some("3"), false), PushOutcome::Lost);
        assert_eq!(after_push(Some("1"), None, false), PushOutcome::Lost, "a deleted branch has moved");
        assert_eq!(after_push(None, Some("3"), false), PushOutcome::Lost);
    }

    #[test]
    fn a_lost_race_is_lost_to_another_project_a_living_run_or_a_finished_one() {
        let now: Timestamp = NOW.parse().unwrap();
        let alive = [open("a", "09:00", "09:15")];
        assert_eq!(after_lost_race(true, &[], now, None), LostRace::ClaimAgain);
        assert!(matches!(after_lost_race(false, &alive, now, None), LostRace::Busy(_)));
        assert_eq!(after_lost_race(false, &[], now, None), LostRace::FinishedMeanwhile);
    }

    #[test]
    fn a_run_records_its_results_while_no_other_run_can_have_read_or_sent() {
        use RecordMode::*;
        for (has_claimed, is_open, is_unchanged, mode) in [
            (true, true, true, Results),
            (true, true, false, Results),
            (true, false, false, Doubts),
            (false, false, true, Results),
            (false, false, false, LeftOut),
            (false, true, false, LeftOut),
        ] {
            assert_eq!(record_mode(has_claimed, is_open, is_unchanged), mode);
        }
    }

    #[test]
    fn a_run_sends_while_its_lease_lives_and_renews_it_at_half_time() {
        let time = |text: &str| format!("2026-11-27T{text}Z").parse::<Timestamp>().unwrap();
        let (begin, end) = (time("09:00:00"), time("09:15:00"));
        for (now, sends, renews) in
            [("09:07:29", true, false), ("09:07:30", true, true), ("09:14:59", true, true), ("09:15:00", false, true)]
        {
            assert_eq!(may_send(end, time(now), false), sends, "{now}");
            assert_eq!(is_renewal_due(begin, end, time(now)), renews, "{now}");
            assert!(!may_send(end, time(now), true));
        }
    }
}
