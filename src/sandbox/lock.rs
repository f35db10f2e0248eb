//! Locks that outlive a panic elsewhere: a simulator goes on answering, and says at its end that a handler panicked.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks `mutex`. Nothing that it guards is left half changed by a panic: every change is one assignment or one insertion.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
