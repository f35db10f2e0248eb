//! stdout and stderr.
//!
//! Owns the look of the terminal and the rule that a closed pipe ends quietly.

use std::io::{self, IsTerminal, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};

use anstream::{AutoStream, ColorChoice};
use anyhow::Context;

use ringform::model::diagnostic::RULES;
use ringform::model::{Advice, Diagnostic, causes};
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
    let width = width(stream.is_terminal());
    TextOptions {
        color: color(log, stream),
        width: width.unwrap_or(TextOptions::PIPE.width),
        wraps: width.is_some(),
        verbose: log.verbose > 0,
        ..TextOptions::PIPE
    }
}

/// The width of a terminal; `None` for a pipe or a file. COLUMNS wins over what the terminal says.
fn width(is_terminal: bool) -> Option<usize> {
    const NARROWEST: usize = 40;
    const USUAL: usize = 80;
    if !is_terminal {
        return None;
    }
    let named = std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok());
    let found = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    Some(named.or_else(found).filter(|columns| *columns > 0).unwrap_or(USUAL).max(NARROWEST))
}

/// Whether people see stdout and stderr on one screen.
pub(crate) fn is_one_screen() -> bool {
    io::stdout().is_terminal() && io::stderr().is_terminal()
}

/// Writes text for people to stdout, in lines that fit a terminal.
pub(crate) fn print_text(text: &str) -> anyhow::Result<()> {
    match width(io::stdout().is_terminal()) {
        Some(width) => print(&render::wrap(text, width)),
        None => print(text),
    }
}

/// Writes to stdout. A closed pipe is not an error.
pub(crate) fn print(text: &str) -> anyhow::Result<()> {
    printing(|out| out.write_all(text.as_bytes()))
}

/// Writes to stdout piece by piece. A closed pipe is not an error.
pub(crate) fn printing(write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> anyhow::Result<()> {
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
    let wrapped = width(io::stderr().is_terminal()).map(|width| render::wrap(text, width));
    // A closed stderr leaves no way to report anything.
    drop(writeln!(io::stderr(), "{}", wrapped.as_deref().unwrap_or(text)));
}

/// An error that ends the command.
pub(crate) fn complain(error: &anyhow::Error, log: &LogArgs) {
    let (bold, reset) = if color(log, &io::stderr()) { ("\u{1b}[1;31m", "\u{1b}[0m") } else { ("", "") };
    let escaped = |text: &str| render::escape::terminal(&text.into()).to_string();
    let causes: Vec<String> = causes(error.chain()).iter().map(|cause| escaped(cause)).collect();
    note(&format!("{bold}error{reset}: {}", causes.join(": ")));
    if let Some(help) = Advice::help_of(error.chain()) {
        note(&format!("  help: {}", escaped(help)));
    }
}

/// Shows problems and warnings on stderr.
pub(crate) fn diagnose(diagnostics: &[Diagnostic], log: &LogArgs) {
    let shown: Vec<Diagnostic> = diagnostics.iter().filter(|one| !log.quiet || one.is_error()).cloned().collect();
    if !shown.is_empty() {
        let mut text = Vec::new();
        drop(render::diagnostics(&shown, &look(log, &io::stderr()), &mut text));
        drop(io::stderr().write_all(&text));
        if !log.quiet {
            point_to_explain(&shown);
        }
    }
}

/// Names the command that explains the rule of the first error, once in a run.
fn point_to_explain(shown: &[Diagnostic]) {
    static POINTED: AtomicBool = AtomicBool::new(false);
    // A report of a newer ringform may have a rule that this one does not know.
    let known = |one: &Diagnostic| RULES.iter().find(|(id, _)| *id == one.rule);
    let first = shown.iter().filter(|one| one.is_error()).find_map(known);
    if let Some((rule, _)) = first
        && !POINTED.swap(true, Ordering::Relaxed)
    {
        note(&format!("`ringform explain {rule}` shows what the rule means and how to fix it"));
    }
}
