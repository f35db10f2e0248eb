//! The environment of a run, taken from the process.
//!
//! Owns every read of the working folder, the variables, the clock and the source of chance.

use std::ffi::OsString;
use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant};

use anyhow::Context;
use jiff::Timestamp;

use ringform::run::{Clock, Environment, GitEnvironment, Shutdown, Variables};

use crate::terminal::files;

/// The environment of a run that starts now.
pub(crate) fn environment() -> anyhow::Result<Environment> {
    // The variables are read once: copying all of them is a measurable part of the start.
    let all: Vec<(OsString, OsString)> = std::env::vars_os().collect();
    Ok(Environment {
        folder: std::env::current_dir().context("cannot find the working folder")?,
        variables: Variables::from_iter(all.iter().cloned()),
        git: GitEnvironment::of(all),
        clock: Clock {
            started_at: Timestamp::now(),
            started: Instant::now(),
            timestamp: Timestamp::now,
            instant: Instant::now,
            started_uptime: uptime(),
            uptime,
        },
        // The standard library seeds its hashers from the system.
        random_seed: RandomState::new().hash_one(std::process::id()),
        version: env!("CARGO_PKG_VERSION"),
        shutdown: Shutdown::new(),
        open_files: open_files(),
        persist: files::persist,
    })
}

/// How long the machine is up, as far as the system says; on Linux and Apple systems with the time that it sleeps.
#[cfg(unix)]
fn uptime() -> Duration {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    const CLOCK: rustix::time::ClockId = rustix::time::ClockId::Boottime;
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    const CLOCK: rustix::time::ClockId = rustix::time::ClockId::Monotonic;
    // Such a clock begins at the start of the machine, so it is never negative.
    Duration::try_from(rustix::time::clock_gettime(CLOCK)).unwrap_or_default()
}

/// How long this process runs: other systems name no clock of the machine in the standard library.
#[cfg(not(unix))]
fn uptime() -> Duration {
    static BEGAN: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    BEGAN.get_or_init(Instant::now).elapsed()
}

#[cfg(unix)]
fn open_files() -> Option<u64> {
    rustix::process::getrlimit(rustix::process::Resource::Nofile).current
}

#[cfg(not(unix))]
fn open_files() -> Option<u64> {
    None
}
