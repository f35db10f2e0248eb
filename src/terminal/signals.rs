//! Signals: the first ends the run in good order, the second ends the process immediately. Before the first request a
//! run has nothing to finish, so the first signal ends the process too.
//!
//! Owns the listening for SIGINT, SIGTERM and SIGHUP. A signal that was ignored when the program started (nohup) stays
//! ignored.

use ringform::run::{Environment, GitChildren, Shutdown};

use crate::terminal::output::note;

/// As [`listen_for`], for a run in this environment.
pub(crate) fn listen(env: &Environment, quiet: bool) {
    listen_for(&env.shutdown, env.git.children(), quiet);
}

/// Listens in the background and sets `shutdown` at the first signal. It listens when this returns.
///
/// It has a thread of its own, because the thread of the command may be blocked by a full pipe or by a disk.
pub(crate) fn listen_for(shutdown: &Shutdown, children: &GitChildren, quiet: bool) {
    let (shutdown, children) = (shutdown.clone(), children.clone());
    let (ready, is_ready) = std::sync::mpsc::channel();
    let thread = std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
        // Without a listener a signal ends the process, as it does by default.
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
        runtime.block_on(async {
            let mut signals = Signals::new();
            report_full_files();
            // The caller waits for this.
            ready.send(()).ok();
            signals.next().await;
            if shutdown.has_requests() {
                shutdown.stop();
                if !quiet {
                    note("interrupted: finishing the requests under way; a second signal ends immediately");
                }
                signals.next().await;
            } else if !quiet {
                note("interrupted before the first request: nothing was sent");
            }
            #[expect(
                clippy::exit,
                reason = "nothing is under way, or it means now; a PUT is in the journal before it is sent"
            )]
            children.end_then(|| std::process::exit(130));
        });
    });
    if thread.is_ok() {
        is_ready.recv().ok();
    }
}

#[cfg(unix)]
struct Signals(Vec<tokio::signal::unix::Signal>);

#[cfg(unix)]
impl Signals {
    fn new() -> Signals {
        use tokio::signal::unix::{SignalKind, signal};
        let ignored = ignored_at_start();
        let all = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()];
        let found = all.into_iter().filter(|kind| ignored & (1 << (kind.as_raw_value() - 1)) == 0);
        Signals(found.filter_map(|kind| signal(kind).ok()).collect())
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

/// Lets a write over the limit of file sizes (`ulimit -f`) fail. Otherwise its signal would end the process in the middle
/// of an apply and leave temporary files.
#[cfg(unix)]
fn report_full_files() {
    use tokio::signal::unix::{SignalKind, signal};
    // The signal stays caught when its listener is gone.
    drop(signal(SignalKind::from_raw(rustix::process::Signal::XFSZ.as_raw())));
}

#[cfg(not(unix))]
fn report_full_files() {}

/// The signals that the parent process had switched off, as a mask. Only Linux shows them without the C library.
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
