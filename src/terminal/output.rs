//! stdout and stderr.
//!
//! Owns the look of the terminal and the rule that a closed pipe ends quietly.

use std::io::{self, Write as _};

use anstream::{AutoStream, ColorChoice};
use anyhow::Context;

use ringform::model::Diagnostic;
use ringform::render::{self, TextOptions};

use crate::cli::{ColorMode, LogArgs};

/// Whether to colour what goes to this stream.
pub(crate) fn color(log: &LogArgs, stream: &impl anstream::stream::RawStream) -> bool {
    match log.color {
        ColorMode::Always => true,
        ColorMode::Never => false,
        // A dumb terminal takes no escape codes, whatever else the environment says.
        ColorMode::Auto if std::env::var_os("TERM").is_some_and(|term| term == "dumb") => false,
        ColorMode::Auto => AutoStream::choice(stream) != ColorChoice::Never && stream.is_terminal(),
    }
}

/// How text looks on this stream.
pub(crate) fn look(log: &LogArgs, stream: &impl anstream::stream::RawStream) -> TextOptions {
    let width = terminal_width().filter(|_| stream.is_terminal()).unwrap_or(100);
    TextOptions { color: color(log, stream), width, verbose: log.verbose > 0, requests: true }
}

fn terminal_width() -> Option<usize> {
    let columns = console_width()?;
    (columns >= 40).then_some(columns)
}

fn console_width() -> Option<usize> {
    std::env::var("COLUMNS").ok()?.parse().ok()
}

/// Writes to stdout. A closed pipe is not an error.
pub(crate) fn print(text: &str) -> anyhow::Result<()> {
    printing(|out| out.write_all(text.as_bytes()))
}

pub(super) fn printing(write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> anyhow::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    match write(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
            // What is left in the buffer has no reader.
            let (_, rest) = out.into_parts();
            drop(rest);
            Ok(())
        }
        other => other.context("cannot write to stdout"),
    }
}

/// A line on stderr for people. The text is our own or already escaped.
pub(crate) fn note(text: &str) {
    // A closed stderr leaves no way to report anything.
    drop(writeln!(io::stderr(), "{text}"));
}

/// An error that ends the command.
pub(crate) fn complain(error: &anyhow::Error, log: &LogArgs) {
    let (bold, reset) = if color(log, &io::stderr()) { ("\u{1b}[1;31m", "\u{1b}[0m") } else { ("", "") };
    let causes: Vec<String> =
        error.chain().map(|cause| render::escape::terminal(&cause.to_string().into()).to_string()).collect();
    note(&format!("{bold}error{reset}: {}", causes.join(": ")));
}

/// Shows problems and warnings on stderr.
pub(crate) fn diagnose(diagnostics: &[Diagnostic], log: &LogArgs) {
    let shown: Vec<Diagnostic> = diagnostics.iter().filter(|one| !log.quiet || one.is_error()).cloned().collect();
    if !shown.is_empty() {
        let mut text = Vec::new();
        drop(render::diagnostics(&shown, &look(log, &io::stderr()), &mut text));
        drop(io::stderr().write_all(&text));
    }
}
