//! The runtime that everything with a network needs.

use anyhow::Context;

/// Runs a command to its end, on this thread: the work between two answers takes a few microseconds, and another thread
/// costs more than that.
pub(crate) fn block_on<R>(work: impl Future<Output = anyhow::Result<R>>) -> anyhow::Result<R> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().context("cannot start the runtime")?;
    let done = runtime.block_on(work);
    // A look-up of a name cannot be cancelled and may take a minute. The program does not wait for it.
    runtime.shutdown_background();
    done
}
