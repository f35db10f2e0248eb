//! A plan that expires, in whole runs of apply: the library with a set clock, and the simulator on loopback.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::{Value as Json, json};

use crate::plan::{ApplyResult, Plan};
use crate::run::environment::Environment;
use crate::run::{Answer, ApplyRequest, FileOptions, Listener, RunEvent, RunRequest, testing};
use crate::sandbox::{self, Seed, SimulatorOptions, SimulatorServer};

/// A project in a folder of its own: client 12 has an entry that ends at 04:00, client 13 has none. Runs of
/// `testing::environment` start at 03:04:05, so that is 3355 s later.
struct Trip {
    folder: tempfile::TempDir,
    server: SimulatorServer,
}

const LEFT: u64 = 3355;
const ENDED: &str = "its declaration changed at 2026-01-02T04:00:00Z, so this plan of it is over; make a new plan";

impl Trip {
    async fn new(faults: &[&str]) -> Trip {
        Trip::until("2026-01-02T04:00Z", faults).await
    }

    async fn until(until: &str, faults: &[&str]) -> Trip {
        let folder = tempfile::tempdir().unwrap();
        let live = |id: u64| json!({"id": id, "hold_music": 7, "timezone": "UTC"});
        let seed = folder.path().join("seed.json");
        std::fs::write(&seed, json!({"clients": [live(12), live(13)]}).to_string()).unwrap();
        let seed = Seed::load(&seed).unwrap();
        let faults = faults.iter().map(|fault| fault.parse().unwrap()).collect();
        let server = sandbox::start(SimulatorOptions { seed, faults, ..SimulatorOptions::default() }).await.unwrap();
        let write = |path: &str, text: String| std::fs::write(folder.path().join(path), text).unwrap();
        write("ringform.yaml", format!("endpoint: {}\n", server.endpoint()));
        let entry = format!("{{settings: {{hold_music: 77}}, until: \"{until}\", owner: anna, reason: trade fair}}");
        write("12.yaml", format!("client: 12\nsettings: {{hold_music: 8}}\ntemporary: [{entry}]\n"));
        write("13.yaml", "client: 13\nsettings: {hold_music: 9}\n".to_owned());
        Trip { folder, server }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn environment(&self, uptime: fn() -> Duration) -> Environment {
        let names = [("RINGFORM_APP_ID", "app"), ("RINGFORM_APP_SECRET", "s3cr3t-of-app")];
        let mut env = testing::environment(&names);
        env.folder = self.path().to_owned();
        env.clock.uptime = uptime;
        env
    }

    fn request(&self) -> RunRequest {
        RunRequest {
            files: FileOptions { paths: vec![self.path().to_owned()], ..FileOptions::default() },
            ..RunRequest::default()
        }
    }

    /// The results of 12 and 13, and what 12 says, of an apply that does not ask.
    async fn apply(&self, env: &Environment) -> (Vec<ApplyResult>, String) {
        self.apply_with(ApplyRequest { run: self.request(), yes: true, ..ApplyRequest::default() }, env, quiet()).await
    }

    async fn apply_with(
        &self,
        request: ApplyRequest,
        env: &Environment,
        listener: Listener,
    ) -> (Vec<ApplyResult>, String) {
        let outcome = super::super::apply(&request, env, &listener, async |_: &Plan| Ok(Answer::No)).await.unwrap();
        outcome.finished.unwrap();
        results(&outcome.report)
    }

    /// The clients that got a PUT, in order of arrival.
    fn puts(&self) -> Vec<Json> {
        self.server.puts().into_iter().map(|(_, body)| body["hold_music"].clone()).collect()
    }
}

fn quiet() -> Listener {
    Arc::new(|_| ())
}

fn results(report: &Plan) -> (Vec<ApplyResult>, String) {
    let message = report.clients[0].details.iter().filter_map(|details| details.message.as_ref());
    let message = message.map(|message| message.raw().to_owned()).collect();
    (report.clients.iter().map(|client| client.result.unwrap()).collect(), message)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_the_instant_on_that_client_gets_nothing_and_the_others_go_on() {
    use ApplyResult::{Applied, Stale};
    for (uptime, expected, puts) in [
        ((|| Duration::from_secs(LEFT - 1)) as fn() -> Duration, [Applied, Applied], vec![json!(77), json!(9)]),
        (|| Duration::from_secs(LEFT), [Stale, Applied], vec![json!(9)]),
        (|| Duration::from_secs(10 * LEFT), [Stale, Applied], vec![json!(9)]),
    ] {
        let trip = Trip::new(&[]).await;
        let (results, message) = trip.apply(&trip.environment(uptime)).await;
        assert_eq!((results, trip.puts()), (expected.to_vec(), puts), "{message}");
        assert_eq!(message, if expected[0] == Stale { ENDED } else { "" });
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_on_the_wall_that_jumps_changes_nothing_and_sleep_counts() {
    static READS: AtomicU64 = AtomicU64::new(0);
    /// It jumps by years, forth and back.
    fn wall() -> Timestamp {
        let years = [1_i64, 80, 2, 50][READS.fetch_add(1, Ordering::SeqCst) as usize % 4];
        Timestamp::from_second(years * 365 * 86_400).unwrap()
    }
    let trip = Trip::new(&[]).await;
    let mut env = trip.environment(|| Duration::from_secs(1));
    env.clock.timestamp = wall;
    assert_eq!(trip.apply(&env).await.0, [ApplyResult::Applied, ApplyResult::Applied]);
    assert!(READS.load(Ordering::SeqCst) > 0, "the run read that clock");
    // Asleep: the clock of durations stands still, the machine is up an hour longer.
    let trip = Trip::new(&[]).await;
    let mut env = trip.environment(|| Duration::from_secs(3600));
    env.clock.instant = {
        static BEGAN: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
        || *BEGAN.get_or_init(Instant::now)
    };
    env.clock.started = (env.clock.instant)();
    let (results, message) = trip.apply(&env).await;
    assert_eq!((results, message.as_str()), (vec![ApplyResult::Stale, ApplyResult::Applied], ENDED));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_yes_sends_nothing() {
    static PASSED: AtomicU64 = AtomicU64::new(0);
    for (passed, expected) in [(LEFT - 1, ApplyResult::Applied), (LEFT, ApplyResult::Stale)] {
        PASSED.store(0, Ordering::SeqCst);
        let trip = Trip::new(&[]).await;
        let env = trip.environment(|| Duration::from_secs(PASSED.load(Ordering::SeqCst)));
        let request = ApplyRequest { run: trip.request(), has_terminal: true, ..ApplyRequest::default() };
        let ask = async |_: &Plan| {
            PASSED.store(passed, Ordering::SeqCst);
            Ok(Answer::Yes)
        };
        let outcome = super::super::apply(&request, &env, &quiet(), ask).await.unwrap();
        assert_eq!(results(&outcome.report).0, [expected, ApplyResult::Applied]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_saved_plan_is_over_at_the_instant_that_it_names() {
    for (start, expected) in [
        ("2026-01-02T03:59:59Z", ApplyResult::Applied),
        ("2026-01-02T04:00:00Z", ApplyResult::Stale),
        ("2026-02-02T00:00:00Z", ApplyResult::Stale),
    ] {
        let trip = Trip::new(&[]).await;
        let mut env = trip.environment(|| Duration::ZERO);
        let plan = crate::run::plan(&trip.request(), &env, &quiet()).await.unwrap().report;
        assert_eq!(plan.clients[0].valid_until, Some("2026-01-02T04:00:00Z".parse().unwrap()));
        assert_eq!(plan.clients[1].valid_until, None);
        std::fs::write(trip.path().join("plan.json"), serde_json::to_vec(&plan).unwrap()).unwrap();
        env.clock.started_at = start.parse().unwrap();
        env.random_seed = 8;
        let saved_plan = Some(trip.path().join("plan.json"));
        let request = ApplyRequest { run: trip.request(), saved_plan, yes: true, ..ApplyRequest::default() };
        let (results, _) = trip.apply_with(request, &env, quiet()).await;
        assert_eq!(results, [expected, ApplyResult::Applied], "{start}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_that_ends_during_the_writes_stops_the_clients_that_are_left() {
    static PASSED: AtomicU64 = AtomicU64::new(0);
    let trip = Trip::new(&[]).await;
    // The entry is of the client that comes second.
    std::fs::rename(trip.path().join("12.yaml"), trip.path().join("90.yaml")).unwrap();
    let env = trip.environment(|| Duration::from_secs(PASSED.load(Ordering::SeqCst)));
    let listener: Listener = Arc::new(|event| {
        if matches!(event, RunEvent::Wrote { .. }) {
            PASSED.store(LEFT, Ordering::SeqCst);
        }
    });
    let request = ApplyRequest { run: trip.request(), yes: true, ..ApplyRequest::default() };
    let (results, _) = trip.apply_with(request, &env, listener).await;
    assert_eq!((results, trip.puts()), (vec![ApplyResult::Applied, ApplyResult::Stale], vec![json!(9)]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_judged_again_before_each_further_put() {
    static READS: AtomicU64 = AtomicU64::new(0);
    // The clock moves by a second each time that it is read: at the start, before the PUT, before the next one.
    for (fault, puts) in [
        ("server-error=503,on=put,times=1", 1),
        ("reset,on=put,times=1", 1),
        ("too-many,on=put,times=1", 1),
        ("unauthorized,on=put,times=1", 1),
        ("quota-exceeded=retry-after:1,on=put,times=1", 1),
    ] {
        READS.store(0, Ordering::SeqCst);
        let trip = Trip::until("2026-01-02T03:04:08Z", &[fault]).await;
        std::fs::remove_file(trip.path().join("13.yaml")).unwrap();
        let env = trip.environment(|| Duration::from_secs(READS.fetch_add(1, Ordering::SeqCst) + 1));
        let mut run = trip.request();
        run.connection.wait_quota = Duration::from_secs(60);
        let request = ApplyRequest { run, yes: true, ..ApplyRequest::default() };
        let (results, message) = trip.apply_with(request, &env, quiet()).await;
        assert_eq!((results, READS.load(Ordering::SeqCst)), (vec![ApplyResult::Stale], 3), "{fault}: {message}");
        assert_eq!(trip.server.counts().write, puts, "{fault}");
        assert_eq!(trip.server.clients()[&12]["hold_music"], 7, "{fault}");
    }
}
