//! What a run gets from the process around it, as values.
//!
//! Owns the types of these values. The run reads no variable, no clock and no working folder on its own, so a test
//! fixes them all.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

use crate::api::{Proxies, Shutdown};
use crate::git::GitEnvironment;
use crate::model::instant_text;
use crate::plan::{QuotaUsage, Requests, Run};

/// Replaces a file whole or not at all, and makes the folders above it.
pub type Persist = fn(&Path, &[u8]) -> io::Result<()>;

/// The time of a run in its name, in UTC.
pub(super) const RUN_TIME: &str = "%Y%m%dT%H%M%SZ";

/// The process around a run.
#[derive(Clone, Debug)]
pub struct Environment {
    /// The working folder; absolute.
    pub folder: PathBuf,
    /// The variables.
    pub variables: Variables,
    /// What git runs with.
    pub git: GitEnvironment,
    /// The clock.
    pub clock: Clock,
    /// Chance for the run's name and for the pauses between tries. No secret depends on it.
    pub random_seed: u64,
    /// The version of the program.
    pub version: &'static str,
    /// The flag that ends the run in good order.
    pub shutdown: Shutdown,
    /// How many files and connections the process may have open; `None` where no limit is known.
    pub open_files: Option<u64>,
    /// The one way in which files are replaced.
    pub persist: Persist,
}

impl Environment {
    /// The run's name: the time for people, its milliseconds so that names sort by time, and chance for uniqueness.
    pub fn run_id(&self) -> String {
        let (started_at, chance) = (self.clock.started_at, self.random_seed & 0xf_ffff);
        format!("{}-{:03}{chance:05x}", started_at.strftime(RUN_TIME), started_at.subsec_millisecond())
    }

    /// The proxies of the environment. None counts for this machine, so a wrong one is no error there.
    pub(super) fn proxies(&self, is_loopback: bool) -> Result<Proxies, String> {
        match is_loopback {
            true => Ok(Proxies::default()),
            false => Proxies::from_variables(|name| self.variables.text(name)),
        }
    }

    /// The part of a report that depends on the run.
    pub fn run(&self, requests: Requests, quota: Vec<QuotaUsage>) -> Run {
        Run {
            id: self.run_id(),
            started_at: self.clock.started_at(),
            duration_ms: self.clock.elapsed().as_millis() as u64,
            requests,
            quota,
            ..Run::default()
        }
    }

    /// The part of a report that depends on the run, of a run that sent no request.
    pub fn run_without_requests(&self) -> Run {
        self.run(Requests::default(), Vec::new())
    }
}

/// Variables by name. An empty variable counts as not set, because pipelines leave secrets empty that a job may not
/// have.
#[derive(Clone, Default)]
pub struct Variables(BTreeMap<String, Option<String>>);

impl Variables {
    /// The value of a variable; `None` too for one that is not UTF-8.
    pub fn get(&self, name: &str) -> Option<String> {
        self.0.get(name).cloned().flatten()
    }

    /// The value of a variable that counts. The error names one that is not UTF-8.
    pub fn text(&self, name: &str) -> Result<Option<String>, String> {
        match self.0.get(name) {
            Some(None) => Err(format!("the value of the variable {name} is not UTF-8; set it again or unset it")),
            Some(Some(value)) => Ok(Some(value.clone())),
            None => Ok(None),
        }
    }
}

impl FromIterator<(String, String)> for Variables {
    fn from_iter<T: IntoIterator<Item = (String, String)>>(all: T) -> Variables {
        all.into_iter().map(|(name, value)| (OsString::from(name), OsString::from(value))).collect()
    }
}

impl FromIterator<(OsString, OsString)> for Variables {
    fn from_iter<T: IntoIterator<Item = (OsString, OsString)>>(all: T) -> Variables {
        let is_set = all.into_iter().filter(|(_, value)| !value.is_empty());
        // No variable that ringform reads has a name that is not UTF-8.
        Variables(
            is_set.filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()))).collect(),
        )
    }
}

impl std::fmt::Debug for Variables {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Values may be secrets.
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// When a run began, and how to read the time later.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    /// When the run began, for people.
    pub started_at: Timestamp,
    /// When the run began, for durations.
    pub started: Instant,
    /// Reads the time for people.
    pub timestamp: fn() -> Timestamp,
    /// Reads the time for durations.
    pub instant: fn() -> Instant,
    /// What `uptime` was when the run began.
    pub started_uptime: Duration,
    /// Reads how long the machine is up, the time that it sleeps included. No setting of the time changes it.
    pub uptime: fn() -> Duration,
}

impl Clock {
    /// When the run began, RFC 3339 in UTC, to the second.
    pub fn started_at(&self) -> String {
        instant_text(self.started_at)
    }

    /// Now, RFC 3339 in UTC, to the second.
    pub fn now(&self) -> String {
        instant_text((self.timestamp)())
    }

    /// The instant now: the start of the run and the time since, sleep included. The clock on the wall may jump
    /// meanwhile.
    pub fn at(&self) -> Timestamp {
        let passed = (self.uptime)().saturating_sub(self.started_uptime);
        let passed = SignedDuration::try_from(passed).unwrap_or(SignedDuration::MAX);
        self.started_at.saturating_add(passed).unwrap_or(Timestamp::MAX)
    }

    /// Now, for durations.
    pub fn instant(&self) -> Instant {
        (self.instant)()
    }

    /// How long ago something was.
    pub fn since(&self, then: Instant) -> Duration {
        self.instant().saturating_duration_since(then)
    }

    /// How long the run has taken so far.
    pub fn elapsed(&self) -> Duration {
        self.since(self.started)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::testing;

    #[test]
    fn the_name_of_a_run_holds_its_time_and_chance() {
        let env = Environment { random_seed: 0xabcd_ef01_2345, ..testing::environment(&[]) };
        assert_eq!(env.run_id(), "20260102T030405Z-00012345");
        assert_eq!(env.run_without_requests().started_at, "2026-01-02T03:04:05Z");
    }

    #[test]
    fn the_instant_of_a_run_counts_sleep_and_no_jump_of_the_clock() {
        let clock = Clock {
            started_uptime: Duration::from_secs(100),
            // An hour has passed by this clock; the clock on the wall went back to 1970, and the other one was asleep.
            uptime: || Duration::from_secs(3700),
            timestamp: || Timestamp::UNIX_EPOCH,
            ..testing::environment(&[]).clock
        };
        assert_eq!(clock.at().to_string(), "2026-01-02T04:04:05Z");
        let at = |uptime| Clock { uptime, ..clock }.at();
        assert_eq!(at(|| Duration::ZERO), clock.started_at, "it never goes back");
        assert_eq!(at(|| Duration::MAX), Timestamp::MAX);
    }

    #[test]
    fn an_empty_variable_is_not_set_and_no_value_is_shown() {
        let env = testing::environment(&[("EMPTY", ""), ("TOKEN", "hush")]);
        assert_eq!((env.variables.get("EMPTY"), env.variables.get("NONE")), (None, None));
        assert_eq!(env.variables.get("TOKEN").as_deref(), Some("hush"));
        assert!(!format!("{env:?}").contains("hush"));
    }

    #[cfg(unix)]
    #[test]
    fn a_value_that_is_not_utf_8_is_an_error_that_names_the_variable() {
        use std::os::unix::ffi::OsStringExt as _;
        let all = [(OsString::from("ODD"), OsString::from_vec(b"hush\xff".to_vec()))];
        let variables: Variables = all.into_iter().collect();
        assert_eq!(variables.get("ODD"), None);
        let error = variables.text("ODD").unwrap_err();
        assert!(error.contains("ODD is not UTF-8") && !error.contains("hush"), "{error}");
        assert_eq!(variables.text("NONE"), Ok(None));
    }
}
