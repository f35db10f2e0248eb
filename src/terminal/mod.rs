//! What touches the process: stdout and stderr, files, the progress bar, signals, the clock, logging.
//!
//! Owns every look at the environment and the terminal. It decides nothing about a run.

pub(crate) mod adopt_words;
mod credential_words;
mod diff;
mod environment;
pub(crate) mod factor_words;
pub(crate) mod files;
pub(crate) mod formats;
pub(crate) mod import_words;
pub(crate) mod inputs;
pub(crate) mod listener;
pub(crate) mod logging;
mod metrics;
pub(crate) mod not_started;
pub(crate) mod output;
pub(crate) mod prompt;
pub(crate) mod question;
mod runtime;
pub(crate) mod signals;
mod step_summary;
mod target;
pub(crate) mod usage_error;

pub(crate) use credential_words::credential_text;
pub(crate) use diff::print_diff;
pub(crate) use environment::environment;
pub(crate) use metrics::write as write_metrics;
pub(crate) use runtime::block_on;
