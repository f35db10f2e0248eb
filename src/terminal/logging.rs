//! Log lines on stderr.
//!
//! Owns the one subscriber. It shows only ringform's own events, because HTTP libraries log headers at `trace`, and
//! headers hold tokens. For the same reason it does not read RUST_LOG.

use tracing::Level;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;

use crate::cli::{LogArgs, LogFormat};
use crate::terminal::output;

/// Starts logging: notes with `-v`, every request with `-vv`, nothing otherwise.
pub(crate) fn start(log: &LogArgs) {
    let level = match (log.quiet, log.verbose) {
        (true, _) | (false, 0) => return,
        (false, 1) => Level::INFO,
        (false, _) => Level::DEBUG,
    };
    let only_ours = Targets::new().with_target("ringform", level).with_default(LevelFilter::OFF);
    let color = output::color(log, &std::io::stderr());
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(color).with_target(false);
    let subscriber = tracing_subscriber::registry();
    let set = match log.log_format {
        LogFormat::Text => tracing::subscriber::set_global_default(subscriber.with(lines.with_filter(only_ours))),
        LogFormat::Json => {
            tracing::subscriber::set_global_default(subscriber.with(lines.json().with_filter(only_ours)))
        }
    };
    // A second start in one process keeps the first: harmless.
    drop(set);
}
