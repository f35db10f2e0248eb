//! The one apply of a folder.
//!
//! Owns the words for a lock that a run does not get. `journal` owns the file and the lock.

use crate::config::Project;
use crate::journal::{ApplyLock, LockError, LockHolder};
use crate::model::{Diagnostic, io_cause};
use crate::run::Environment;

/// Takes the lock of the project's folder. Projects in one folder share the journals, so they share the lock too.
pub(super) fn take(project: &Project, env: &Environment) -> Result<ApplyLock, Vec<Diagnostic>> {
    let holder = LockHolder { run: env.run_id(), started_at: env.clock.started_at() };
    ApplyLock::take(&project.root, &holder).map_err(|error| {
        let (summary, help) = words(&error);
        vec![Diagnostic::error("apply-lock", None, summary).help(help.to_owned())]
    })
}

fn words(error: &LockError) -> (String, &'static str) {
    let file = ApplyLock::path();
    match error {
        LockError::Held(holder) => {
            let which = match holder {
                Some(LockHolder { run, started_at }) => format!("the run {run} holds {file} since {started_at}"),
                None => format!("it holds {file}"),
            };
            let help = "wait until that run has ended; the lock of a killed run ends with its process";
            (format!("another apply is running in this folder: {which}"), help)
        }
        LockError::Unusable(error) => {
            let help = "apply needs a folder .ringform that it can write, on a file system that has locks";
            (format!("{file} cannot be locked: {}", io_cause(error)), help)
        }
    }
}
