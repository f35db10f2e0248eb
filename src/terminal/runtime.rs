//! The runtime that everything with a network needs.

use anyhow::Context;

/// Runs a command to its end, on this thread: the work between two answers takes a few microseconds, and another thread costs
/// more than that.
pub(crate) fn block_on<R, E: From<anyhow::Error>>(work: impl Future<Output = Result<R, E>>) -> Result<R, E> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.context("cannot start the runtime")?;
    let done = runtime.block_on(work);
    // A look-up of a name cannot be cancelled and may take a minute. The program does not wait for it.
    runtime.shutdown_background();
    done
}
