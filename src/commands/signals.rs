//! Signals: the first asks the run to end in order, the second ends it at once.
//!
//! Owns the listening for SIGINT, SIGTERM and SIGHUP. A signal that was ignored when the program started (nohup) stays ignored.

use ringform::api::Shutdown;

/// Listens in the background and pulls `stop` at the first signal. It listens when this returns.
///
/// That happens on a thread of its own: the command's may be blocked, by a reader of stdout that does not read or by a disk, and
/// a signal must be heard all the same.
pub(crate) fn listen(stop: &Shutdown, quiet: bool) {
    let stop = stop.clone();
    let (tell, told) = std::sync::mpsc::channel();
    let thread = std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
        // Without a listener a signal ends the process, as it does by default.
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
        runtime.block_on(async {
            let mut signals = Signals::new();
            // Whoever started this waits for it.
            tell.send(()).ok();
            signals.next().await;
            stop.stop();
            if !quiet {
                crate::commands::output::note("interrupted: ending what is under way; once more ends at once");
            }
            signals.next().await;
            #[expect(clippy::exit, reason = "a second signal means now; the journal is on the disk before each PUT")]
            std::process::exit(130);
        });
    });
    if thread.is_ok() {
        told.recv().ok();
    }
}

#[cfg(unix)]
struct Signals(Vec<tokio::signal::unix::Signal>);

#[cfg(unix)]
impl Signals {
    fn new() -> Signals {
        use tokio::signal::unix::{SignalKind, signal};
        let ignored = ignored_at_start();
        let wanted = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()];
        let heard = wanted.into_iter().filter(|kind| ignored & (1 << (kind.as_raw_value() - 1)) == 0);
        Signals(heard.filter_map(|kind| signal(kind).ok()).collect())
    }

    async fn next(&mut self) {
        let mut all: Vec<_> = self.0.iter_mut().map(|signal| Box::pin(signal.recv())).collect();
        std::future::poll_fn(|context| match all.iter_mut().any(|signal| signal.as_mut().poll(context).is_ready()) {
            true => std::task::Poll::Ready(()),
            false => std::task::Poll::Pending,
        })
        .await;
    }
}

/// The signals that whoever started us had switched off, as a mask. Only Linux says so without asking the C library.
#[cfg(unix)]
fn ignored_at_start() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> Signals {
        Signals
    }

    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
