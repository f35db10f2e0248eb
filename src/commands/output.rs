//! Where results go: stdout, files, and the notes beside them on stderr.
//!
//! Owns the look of the terminal and the rule that a closed pipe ends quietly.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anstream::{AutoStream, ColorChoice};
use anyhow::Context;

use ringform::config;
use ringform::model::Diagnostic;
use ringform::plan::{ClientPlan, Plan};
use ringform::render::{self, Format, StepSummary, TextOptions};

use crate::cli::{Talk, When};
use crate::commands::files::{escaped, replace};
use crate::commands::{Exit, metrics};

/// Whether to colour what goes to this stream.
pub(crate) fn color(talk: &Talk, stream: &impl anstream::stream::RawStream) -> bool {
    match talk.color {
        When::Always => true,
        When::Never => false,
        // A dumb terminal takes no escape codes, whatever else the environment says.
        When::Auto if std::env::var_os("TERM").is_some_and(|term| term == "dumb") => false,
        When::Auto => AutoStream::choice(stream) != ColorChoice::Never && stream.is_terminal(),
    }
}

/// How text looks on this stream.
pub(crate) fn look(talk: &Talk, stream: &impl anstream::stream::RawStream) -> TextOptions {
    let width = terminal_width().filter(|_| stream.is_terminal()).unwrap_or(100);
    TextOptions { color: color(talk, stream), width, verbose: talk.verbose > 0, requests: true }
}

fn terminal_width() -> Option<usize> {
    let columns = console_width()?;
    (columns >= 40).then_some(columns)
}

fn console_width() -> Option<usize> {
    std::env::var("COLUMNS").ok()?.parse().ok()
}

/// Writes to stdout; a reader that has gone is no error.
pub(crate) fn print(text: &str) -> anyhow::Result<()> {
    printing(|out| out.write_all(text.as_bytes()))
}

fn printing(write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> anyhow::Result<()> {
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
    // Nobody can be told that stderr is closed.
    drop(writeln!(io::stderr(), "{text}"));
}

/// What a run will cost, told before it begins.
pub(crate) fn forecast(forecast: Option<&str>, talk: &Talk) {
    if let Some(text) = forecast.filter(|_| !talk.quiet) {
        note(&render::escape::terminal(&text.into()).to_string());
    }
}

/// An error that ends the command.
pub(crate) fn complain(error: &anyhow::Error, talk: &Talk) {
    let (bold, reset) = if color(talk, &io::stderr()) { ("\u{1b}[1;31m", "\u{1b}[0m") } else { ("", "") };
    let causes: Vec<String> =
        error.chain().map(|cause| render::escape::terminal(&cause.to_string().into()).to_string()).collect();
    note(&format!("{bold}error{reset}: {}", causes.join(": ")));
}

/// Shows problems and warnings on stderr.
pub(crate) fn diagnose(diagnostics: &[Diagnostic], talk: &Talk) {
    let shown: Vec<Diagnostic> = diagnostics.iter().filter(|one| !talk.quiet || one.is_error()).cloned().collect();
    if !shown.is_empty() {
        let mut text = Vec::new();
        drop(render::diagnostics(&shown, &look(talk, &io::stderr()), &mut text));
        drop(io::stderr().write_all(&text));
    }
}

/// The formats that were asked for. Only one of them can go to stdout.
pub(crate) type Formats = [(Format, Option<PathBuf>)];

/// The format that goes to stdout: text, unless something else was asked for.
pub(crate) fn on_stdout(formats: &Formats) -> anyhow::Result<Option<Format>> {
    let mut printed = formats.iter().filter(|(_, file)| file.is_none()).map(|(format, _)| *format);
    match (printed.next(), printed.next()) {
        (Some(_), Some(_)) => {
            anyhow::bail!("only one format can go to stdout; give the others a file, as in --format json=plan.json")
        }
        (Some(format), None) => Ok(Some(format)),
        (None, _) if formats.is_empty() => Ok(Some(Format::Text)),
        // Files alone: text goes to stdout all the same, people read it in the log.
        (None, _) => Ok(Some(Format::Text)),
    }
}

/// As [`on_stdout`], for a run that also writes `others`: no file may be named for two things, since one of them would be lost.
pub(crate) fn check(formats: &Formats, others: &[Option<&Path>]) -> anyhow::Result<Option<Format>> {
    let named = formats.iter().filter_map(|(_, file)| file.as_deref()).chain(others.iter().copied().flatten());
    let mut seen = BTreeSet::new();
    // A device such as /dev/null takes anything.
    for file in named.filter(|file| fs::metadata(file).map_or(true, |meta| meta.is_file())) {
        if !seen.insert(std::path::absolute(file)?) {
            anyhow::bail!("{} is named for two outputs, and one would replace the other", escaped(file));
        }
    }
    on_stdout(formats)
}

/// The look of files: no colour, a fixed width.
pub(crate) const PLAIN: TextOptions = TextOptions::PIPE;

/// Whether a format shows the commit or paths from the top of the repository, which costs calls of git.
pub(crate) fn needs_revision(formats: &Formats) -> bool {
    formats.iter().any(|(format, _)| format.needs_revision())
}

/// Writes a plan or report in every format that was asked for.
pub(crate) fn write(plan: &Plan, formats: &Formats, talk: &Talk) -> anyhow::Result<()> {
    let written = write_files(plan, formats, talk);
    if let Some(format) = on_stdout(formats)? {
        printing(|out| render::render(plan, format, &look(talk, &io::stdout()), out))?;
    }
    written
}

/// Writes the formats that go to files, the step summary among them.
pub(crate) fn write_files(plan: &Plan, formats: &Formats, talk: &Talk) -> anyhow::Result<()> {
    summarize(plan, formats);
    let look = TextOptions { verbose: talk.verbose > 0, ..PLAIN };
    let mut wrong = Vec::new();
    // One that cannot be written takes no other with it: a later one may be what the next run builds on.
    for (format, file) in formats {
        let Some(file) = file else { continue };
        let written = match format {
            Format::Prometheus => metrics::write(plan, file),
            format => replace(file, |out| render::render(plan, *format, &look, out)),
        };
        wrong.extend(written.err());
    }
    let mut wrong = wrong.into_iter();
    let Some(first) = wrong.next() else { return Ok(()) };
    wrong.for_each(|error| complain(&error, talk));
    Err(first)
}

/// Appends the Markdown page to the step summary, where `github` was asked for and the runner names its file. Nobody asked for
/// that file by name, so trouble with it is told and ends nothing.
fn summarize(plan: &Plan, formats: &Formats) {
    let Some(file) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|file| !file.is_empty()) else { return };
    if formats.iter().all(|(format, _)| *format != Format::Github) {
        return;
    }
    let path = Path::new(&file);
    if let Err(error) = append(path, plan) {
        let error = render::escape::terminal(&error.to_string().into()).to_string();
        note(&format!("warning: the step summary {} was not written: {error}", escaped(path)));
    }
}

/// Appends to the summary what fits behind that which stands there.
fn append(path: &Path, plan: &Plan) -> io::Result<()> {
    let mut file = fs::OpenOptions::new().append(true).create(true).open(path)?;
    let used = file.metadata()?.len();
    // What another tool left may lack its last line feed.
    let gap = if used > 0 { "\n\n" } else { "" };
    match render::step_summary(plan, used + gap.len() as u64) {
        StepSummary::Page(text) => file.write_all(format!("{gap}{text}").as_bytes()),
        StepSummary::Nothing => Ok(()),
        StepSummary::NoRoom => Err(io::Error::other(format!("there is no room: it holds {used} bytes"))),
    }
}

/// Prints the differences as a unified diff. What a diff cannot show, failures and guards, stands on stderr beside it.
pub(crate) fn print_diff(plan: &Plan, talk: &Talk) -> anyhow::Result<()> {
    const MOST: usize = 20;
    let untold: Vec<String> = plan.clients.iter().flat_map(beside_the_diff).collect();
    for line in untold.iter().take(MOST) {
        note(line);
    }
    if untold.len() > MOST {
        note(&format!("and {} more; plan without --diff groups them", untold.len() - MOST));
    }
    printing(|out| render::diff(plan, &config::write_settings, &look(talk, &io::stdout()), out))
}

fn beside_the_diff(client: &ClientPlan) -> Vec<String> {
    let id = client.client_id;
    let failed = client.error.iter().map(|error| {
        let help = error.help.as_deref().map(|help| format!(". {help}")).unwrap_or_default();
        format!("error: client {id} failed: {}{help}", render::escape::terminal(&error.message))
    });
    let blocked = client.blocked.iter().map(|blocked| {
        let (name, why) = (render::escape::terminal(&blocked.name), render::escape::terminal(&blocked.message));
        format!("error: client {id} is stopped by {name}: {why}")
    });
    failed.chain(blocked).collect()
}

/// What is said when a run did not begin: problems on stderr and, for programs, one document.
pub(crate) fn refuse(report: &Plan, formats: &Formats, talk: &Talk) -> anyhow::Result<Exit> {
    diagnose(&report.diagnostics, talk);
    match on_stdout(formats)? {
        Some(Format::Text) | None => write_files(report, formats, talk)?,
        Some(_) => write(report, formats, talk)?,
    }
    Ok(Exit::Error)
}
