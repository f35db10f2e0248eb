//! Progress on stderr while many clients are read or written.
//!
//! Owns the bar and its plain form. The caller says whether stderr is a terminal that can draw a bar. The bar clears
//! itself at the end; it shows no results.

use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::render::wording::numbers::{count, duration, number};

/// How progress is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProgressMode {
    /// A bar that redraws itself, for a terminal that obeys escape codes.
    Bar {
        /// Whether to use colour.
        color: bool,
    },
    /// A line at intervals; none if the work ends before the first interval.
    Plain {
        /// The least time between two lines.
        every: Duration,
    },
    /// Nothing.
    Hidden,
}

impl ProgressMode {
    /// A line every five seconds.
    pub const PLAIN: ProgressMode = ProgressMode::Plain { every: Duration::from_secs(5) };
}

/// How far the work is. Cheap to call for every client and from any thread.
#[derive(Debug)]
pub struct ProgressDisplay {
    total: u64,
    begun: Instant,
    form: ProgressOutput,
}

#[derive(Debug)]
enum ProgressOutput {
    Bar(ProgressBar),
    Plain { every: Duration, last: Mutex<Instant> },
    Hidden,
}

impl ProgressDisplay {
    /// Progress over this many clients.
    pub fn new(total: u64, mode: ProgressMode) -> ProgressDisplay {
        let begun = Instant::now();
        let form = match mode {
            ProgressMode::Bar { color } => ProgressOutput::Bar(bar(total, color)),
            ProgressMode::Plain { every } => ProgressOutput::Plain { every, last: Mutex::new(begun) },
            ProgressMode::Hidden => ProgressOutput::Hidden,
        };
        ProgressDisplay { total, begun, form }
    }

    /// Reports how many clients are done, and how many of those failed.
    pub fn tick(&self, done: u64, failed: u64) {
        match &self.form {
            ProgressOutput::Bar(bar) => {
                bar.set_position(done);
                bar.set_message(rest(self.total, done, failed, self.begun.elapsed()));
            }
            ProgressOutput::Plain { .. } | ProgressOutput::Hidden => {
                if let Some(line) = self.due_line(done, failed) {
                    // A failed write of progress does not stop the work.
                    drop(writeln!(io::stderr().lock(), "{line}"));
                }
            }
        }
    }

    /// The line that the plain form writes now; `None` before the interval has passed, and in the other forms.
    fn due_line(&self, done: u64, failed: u64) -> Option<String> {
        let ProgressOutput::Plain { every, last } = &self.form else { return None };
        // A line more or less after a panic elsewhere does no harm.
        let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.elapsed() < *every {
            return None;
        }
        *last = Instant::now();
        Some(rest(self.total, done, failed, self.begun.elapsed()))
    }

    /// Does something that writes to the terminal without the bar in between.
    pub fn suspend<R>(&self, work: impl FnOnce() -> R) -> R {
        match &self.form {
            ProgressOutput::Bar(bar) => bar.suspend(work),
            ProgressOutput::Plain { .. } | ProgressOutput::Hidden => work(),
        }
    }

    /// Takes the bar away. Dropping does the same.
    pub fn finish(&self) {
        if let ProgressOutput::Bar(bar) = &self.form {
            bar.finish_and_clear();
        }
    }
}

impl Drop for ProgressDisplay {
    fn drop(&mut self) {
        self.finish();
    }
}

fn bar(total: u64, color: bool) -> ProgressBar {
    let template = if color { "{bar:30.green/dim} {msg}" } else { "{bar:30} {msg}" };
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr_with_hz(10));
    bar.set_style(style.progress_chars("━╸─"));
    bar
}

/// `412 of 20,000 clients, 3 failed, 120/s, 2 min 43 s left`.
fn rest(total: u64, done: u64, failed: u64, elapsed: Duration) -> String {
    let clients = usize::try_from(total).unwrap_or(usize::MAX);
    let mut text = format!("{} of {}", number(done), count(clients, "client"));
    if failed > 0 {
        text.push_str(&format!(", {} failed", number(failed)));
    }
    let rate = done as f64 / elapsed.as_secs_f64().max(0.001);
    // In the first second a rate is mostly noise.
    if elapsed >= Duration::from_secs(1) && done > 0 && done < total {
        let rate_text = if rate < 10.0 { format!("{rate:.1}") } else { number(rate as u64) };
        let left = ((total - done) as f64 / rate * 1000.0) as u64;
        text.push_str(&format!(", {rate_text}/s, {} left", duration(left)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_shows_counts_failures_rate_and_time_left() {
        let at = |done, failed, ms| rest(20_000, done, failed, Duration::from_millis(ms));
        assert_eq!(at(0, 0, 5_000), "0 of 20,000 clients");
        assert_eq!(at(1_200, 3, 10_000), "1,200 of 20,000 clients, 3 failed, 120/s, 2 min 36 s left");
        assert_eq!(at(20_000, 0, 10_000), "20,000 of 20,000 clients");
    }

    #[test]
    fn hidden_progress_has_no_line_and_plain_progress_has_one_per_interval() {
        let line = |mode| ProgressDisplay::new(3, mode).due_line(1, 1);
        assert_eq!(line(ProgressMode::Hidden), None);
        assert_eq!(line(ProgressMode::PLAIN), None);
        assert_eq!(line(ProgressMode::Plain { every: Duration::ZERO }).as_deref(), Some("1 of 3 clients, 1 failed"));
        let long_ago = Instant::now().checked_sub(Duration::from_secs(9)).expect("the clock runs for longer than that");
        let form = ProgressOutput::Plain { every: Duration::from_secs(5), last: Mutex::new(long_ago) };
        let progress = ProgressDisplay { total: 3, begun: Instant::now(), form };
        assert_eq!(progress.due_line(1, 0).as_deref(), Some("1 of 3 clients"));
        assert_eq!(progress.due_line(2, 0), None);
    }

    #[test]
    fn work_beside_the_display_returns_its_result() {
        for mode in [ProgressMode::Hidden, ProgressMode::PLAIN] {
            assert_eq!(ProgressDisplay::new(3, mode).suspend(|| 7), 7);
        }
    }
}
