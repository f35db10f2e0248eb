//! The git processes that run now.
//!
//! Owns their list and their end. Each leads a process group of its own, so that what it started ends with it, and so
//! that a Ctrl-C in the terminal reaches it only through ringform.

use std::io;
use std::process::{Child, Command};
use std::sync::{Arc, Mutex, PoisonError};

/// The git processes of one run. All clones share them.
#[derive(Clone, Debug, Default)]
pub struct GitChildren {
    running: Arc<Mutex<Vec<u32>>>,
}

/// Removes a process from the list when it is dropped.
#[derive(Debug)]
pub(crate) struct ListedChild {
    id: u32,
    children: GitChildren,
}

impl GitChildren {
    /// Starts a command and lists it.
    pub(crate) fn spawn(&self, command: &mut Command) -> io::Result<(Child, ListedChild)> {
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        // The list is locked meanwhile: a process that starts just now must not outlive the end of all.
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let child = command.spawn()?;
        running.push(child.id());
        Ok((child, ListedChild { id: running.last().copied().unwrap_or_default(), children: self.clone() }))
    }

    /// Ends every process of the list, with all that it started, and then calls `exit`. Git moves a branch whole or not at
    /// all, so it leaves nothing half done. Until `exit` is over, no run goes on with the answer of a process that was ended.
    pub fn end_then<T>(&self, exit: impl FnOnce() -> T) -> T {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.drain(..).for_each(end_group);
        exit()
    }
}

impl Drop for ListedChild {
    fn drop(&mut self) {
        self.children.running.lock().unwrap_or_else(PoisonError::into_inner).retain(|id| *id != self.id);
    }
}

#[cfg(unix)]
fn end_group(id: u32) {
    if let Some(leader) = i32::try_from(id).ok().and_then(rustix::process::Pid::from_raw) {
        // It fails where no process of the group is left.
        rustix::process::kill_process_group(leader, rustix::process::Signal::KILL).ok();
    }
}

#[cfg(not(unix))]
fn end_group(_: u32) {}
