//! A whole trip with a set clock: pull request, merge, the begin, the cron of the day after, and drift all along. Each
//! run is a library call on a day of its own; the clock on the wall meanwhile shows another century.

use std::fs;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use ringform::model::{CalendarTime, DatedEvent, Difference, Direction, Origin};
use ringform::plan::send::ClosingScope;
use ringform::plan::{ApplyResult, ClientPlan, SendScope, Status};
use ringform::run::{
    self, Answer, ApplyRequest, BaseOptions, Clock, DriftRequest, Environment, ExitRules, ExitStatus, GitEnvironment,
    LedgerBeginning, LedgerOptions, Listener, RunOutcome, RunRequest, Shutdown, Variables,
};
use serde_json::json;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::world::World;

/// The last instant of the trip is before this one: 00:00 in Moscow.
const END: &str = "2026-12-14T21:00:00Z";
const ENTRY: &str = "temporary:\n  - settings: {geo_list: {add: [TR, GE]}}\n    from: 2026-12-01\n    until: 2026-12-14\n    \
                     owner: anna\n    reason: trade fair\n";

/// A client in sync with its document, in a repository.
struct Trip {
    world: World,
    runtime: Runtime,
    /// The bare repository of a project with a ledger.
    origin: Option<TempDir>,
}

/// The password of the application, which a pipeline may have lost.
#[derive(Clone, Copy, PartialEq)]
enum Password {
    Right,
    Missing,
}

impl Trip {
    fn new(has_ledger: bool) -> Trip {
        let world = World::new().project("zone: Europe/Moscow").live(12, json!({"geo_list": "RU", "hold_music": 7}));
        let world = world.declared(12, "{geo_list: [RU], hold_music: 7}");
        let world = world.file(".gitignore", ".ringform\n.seed-of-the-test.json\n");
        let origin = has_ledger.then(|| tempfile::tempdir().unwrap());
        let world = match &origin {
            Some(folder) => world.project("ledger: git").with_origin(&folder.path().join("bare.git")),
            None => world.repository(),
        };
        Trip { world, runtime: Runtime::new().unwrap(), origin }
    }

    fn merge(&self) {
        if let Some(folder) = &self.origin {
            self.world.push(&folder.path().join("bare.git"), "main");
        }
    }

    /// A process that begins at this instant, on a machine whose clock jumps right after.
    fn environment(&self, at: &str, password: Password) -> Environment {
        let secret = if password == Password::Right { "s3cr3t-of-app" } else { "" };
        let path = std::env::var("PATH").unwrap_or_default();
        let variables = [("RINGFORM_APP_ID", "app"), ("RINGFORM_APP_SECRET", secret), ("PATH", &path)];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let at: Timestamp = at.parse().unwrap();
        Environment {
            folder: fs::canonicalize(self.world.folder()).unwrap(),
            git: GitEnvironment::of(variables.iter().map(|(name, value)| (name.into(), value.into()))),
            variables: Variables::from_iter(variables),
            clock: Clock {
                started_at: at,
                started: Instant::now(),
                timestamp: || "2099-01-01T00:00:00Z".parse().unwrap(),
                instant: Instant::now,
                started_uptime: Duration::ZERO,
                uptime: || Duration::ZERO,
            },
            // Runs of one second need names of their own.
            random_seed: at.as_second() as u64,
            version: "0.0.0",
            shutdown: Shutdown::new(),
            open_files: None,
            persist: |path, bytes| fs::write(path, bytes),
        }
    }

    fn request(&self, base: Option<&str>) -> RunRequest {
        let base = BaseOptions { revision: base.map(str::to_owned), ..BaseOptions::default() };
        RunRequest { base, names_commit: true, ..RunRequest::default() }
    }

    fn plan(&self, request: &RunRequest, at: &str) -> ClientPlan {
        let env = self.environment(at, Password::Right);
        let mut outcome = self.runtime.block_on(run::plan(request, &env, &silent())).unwrap();
        outcome.report.clients.remove(0)
    }

    /// Applies; `None` where the run did not start. The exit status comes with the result of the client.
    fn apply(&self, at: &str, closing: bool, password: Password) -> Option<(ExitStatus, ApplyResult)> {
        let sending = SendScope { closing: closing.then(ClosingScope::default), ..SendScope::default() };
        let ledger = LedgerOptions { begins: Some(LedgerBeginning::default()), ..LedgerOptions::default() };
        let run = RunRequest { sending, ledger, ..self.request(None) };
        let request = ApplyRequest { run, yes: true, ..ApplyRequest::default() };
        let env = self.environment(at, password);
        let ask = async |_: &_| Ok(Answer::No);
        let outcome = match self.runtime.block_on(run::apply(&request, &env, &silent(), ask)) {
            Ok(outcome) => outcome,
            Err(error) if password == Password::Right => panic!("{at}: {error:?}"),
            Err(_) => return None,
        };
        let status = outcome.exit_status(ExitRules::default());
        outcome.finished.unwrap();
        Some((status, outcome.report.clients[0].result?))
    }

    /// Drift, and its status where only new findings count.
    fn drift(&self, at: &str) -> (ExitStatus, RunOutcome) {
        let since = self.world.path(".ringform/drift.json");
        let run = self.request(None);
        let request = DriftRequest { run, since: since.exists().then(|| since.clone()), ..DriftRequest::default() };
        let env = self.environment(at, Password::Right);
        let outcome = self.runtime.block_on(run::drift(&request, &env, &silent())).unwrap();
        fs::create_dir_all(since.parent().unwrap()).unwrap();
        fs::write(&since, serde_json::to_vec(&outcome.report).unwrap()).unwrap();
        (outcome.exit_status(ExitRules { detailed: true, only_new: true }), outcome)
    }

    #[track_caller]
    fn is_quiet(&self, at: &str) {
        let (status, outcome) = self.drift(at);
        assert_eq!(status, ExitStatus::Done, "{at}: {:?}", outcome.report.run.drift);
        assert!(outcome.report.clients.iter().all(|client| client.changes.is_empty()), "{at}");
    }

    fn live(&self) -> String {
        self.world.stored(12, "geo_list").as_str().unwrap().to_owned()
    }
}

fn silent() -> Listener {
    Arc::new(|_| ())
}

fn only_difference(client: &ClientPlan) -> &Difference {
    assert_eq!(client.changes.len(), 1);
    &client.changes[0].difference
}

fn instant(text: &str) -> Option<Timestamp> {
    Some(text.parse().unwrap())
}

/// From the pull request until live is open.
fn begin(trip: &Trip) {
    let begin = "2026-11-30T21:00:00Z";
    trip.is_quiet("2026-11-20T08:00:00Z");
    trip.world.git(&["checkout", "-q", "-b", "trip"]);
    let document = trip.world.read("clients/12.yaml");
    trip.world.write("clients/12.yaml", format!("{document}{ENTRY}").as_bytes());
    trip.world.commit("Anna travels to Tbilisi");
    // The pull request changes nothing yet, and its plan is over when the trip begins.
    let client = trip.plan(&trip.request(Some("main")), "2026-11-20T08:00:00Z");
    assert_eq!((client.status(), client.valid_until), (Status::InSync, instant(begin)));
    // The opening to come is listed.
    let [scheduled] = &client.scheduled[..] else { panic!("{:?}", client.scheduled) };
    assert_eq!((scheduled.before.to_json(), scheduled.after.to_json()), (json!("RU"), json!("GE RU TR")));
    assert_eq!((scheduled.effect(), scheduled.begins_at), (Some(Direction::Opens), instant(begin)));
    assert_eq!((Some(scheduled.ends_at), scheduled.owner.raw()), (instant(END), "anna"));
    // The reviewer looks ahead: the day of the begin, the last day, the day after.
    let ahead = |day: &str| {
        let at = Some(CalendarTime::parse(day).unwrap());
        trip.plan(&RunRequest { at, ..trip.request(Some("main")) }, "2026-11-20T08:00:00Z")
    };
    let first = ahead("2026-12-01");
    let change = only_difference(&first);
    assert_eq!((change.origin, change.declared.to_json()), (Origin::Pending, json!("GE RU TR")));
    assert_eq!(change.layer.text(), "temporary until 2026-12-14 (anna)");
    assert_eq!((change.place.line, first.valid_until), (4, instant(END)));
    assert_eq!(ahead("2026-12-14").changes.len(), 1);
    assert_eq!((ahead("2026-12-15").status(), ahead("2026-12-15").valid_until), (Status::InSync, None));
    trip.world.git(&["checkout", "-q", "main"]);
    trip.world.git(&["merge", "-q", "--no-ff", "-m", "Merge", "trip"]);
    trip.merge();
    // Nothing is sent before the day, not even one second.
    for at in ["2026-11-25T08:00:00Z", "2026-11-30T20:59:59Z"] {
        assert_eq!(trip.apply(at, false, Password::Right), Some((ExitStatus::Done, ApplyResult::Unchanged)));
        trip.is_quiet(at);
    }
    // A run that can only close never opens.
    assert_eq!(trip.apply(begin, true, Password::Right), Some((ExitStatus::Done, ApplyResult::Unchanged)));
    assert_eq!(trip.live(), "RU");
    assert_eq!(trip.apply(begin, false, Password::Right), Some((ExitStatus::Done, ApplyResult::Applied)));
    assert_eq!(trip.live(), "GE RU TR");
}

/// The days of the trip, and the end that the cron of the day after does not see.
fn travel(trip: &Trip) {
    for at in ["2026-12-01T08:00:00Z", "2026-12-08T08:00:00Z", "2026-12-14T20:59:59Z"] {
        trip.is_quiet(at);
        assert_eq!(trip.apply(at, true, Password::Right), Some((ExitStatus::Done, ApplyResult::Unchanged)));
    }
}

/// Drift of an opening that outlived its end: never silent, also where it is known and whatever its origin.
#[track_caller]
fn shouts(trip: &Trip, at: &str, origin: Origin) {
    let (status, outcome) = trip.drift(at);
    assert_eq!(status, ExitStatus::Difference, "{at}");
    let difference = only_difference(&outcome.report.clients[0]);
    let dated = difference.dated.as_ref().unwrap();
    let because = dated.because.as_ref().unwrap();
    assert_eq!((difference.origin, dated.overdue_since), (origin, instant(END)));
    assert_eq!(
        (because.temporary, because.until.raw(), because.owner.raw()),
        (DatedEvent::Ended, "2026-12-14", "anna")
    );
}

#[test]
fn a_trip_opens_on_its_day_and_the_cron_of_the_day_after_closes_it() {
    for (has_ledger, origin) in [(false, Origin::Drift), (true, Origin::Pending)] {
        let trip = Trip::new(has_ledger);
        begin(&trip);
        travel(&trip);
        shouts(&trip, END, origin);
        assert_eq!(trip.apply(END, true, Password::Right), Some((ExitStatus::Done, ApplyResult::Applied)));
        assert_eq!(trip.live(), "RU");
        assert_eq!(trip.world.puts(), [json!({"geo_list": "GE RU TR"}), json!({"geo_list": "RU"})]);
        trip.is_quiet("2026-12-14T21:15:00Z");
        // Half a year later nothing has come back, and the entry is old.
        trip.is_quiet("2027-06-01T00:00:00Z");
        assert_eq!(
            trip.apply("2027-06-01T00:00:00Z", false, Password::Right),
            Some((ExitStatus::Done, ApplyResult::Unchanged))
        );
    }
}

#[test]
fn drift_shouts_each_day_while_the_cron_fails() {
    for (has_ledger, origin) in [(false, Origin::Drift), (true, Origin::Pending)] {
        let trip = Trip::new(has_ledger);
        begin(&trip);
        for day in ["2026-12-14T21:00:01Z", "2026-12-15T08:00:00Z", "2026-12-16T08:00:00Z"] {
            assert!(
                trip.apply(day, true, Password::Missing).is_none_or(|(status, _)| status == ExitStatus::Error),
                "{day}"
            );
            shouts(&trip, day, origin);
            assert_eq!(trip.live(), "GE RU TR");
        }
        assert_eq!(
            trip.apply("2026-12-17T00:00:00Z", true, Password::Right),
            Some((ExitStatus::Done, ApplyResult::Applied))
        );
        trip.is_quiet("2026-12-17T00:15:00Z");
    }
}
