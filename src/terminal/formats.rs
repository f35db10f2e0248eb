//! Reports in the formats that a command was asked for.
//!
//! Owns which format goes to stdout, that no file is named for two of them, and that each can be written.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use ringform::model::{Advice, io_cause};
use ringform::plan::Plan;
use ringform::render::{self, Format, TextOptions};
use ringform::run::ExitStatus;

use crate::cli::LogArgs;
use crate::terminal::files::{escaped, replace};
use crate::terminal::inputs::{self, InputFile, OutputFile};
use crate::terminal::output::{complain, diagnose, is_one_screen, look, printing};
use crate::terminal::target::OutputTarget;
use crate::terminal::{metrics, step_summary};

/// The formats that were asked for. Only one of them can go to stdout.
pub(crate) type Formats = [(Format, Option<PathBuf>)];

/// The format that goes to stdout: text, unless something else was asked for.
pub(crate) fn on_stdout(formats: &Formats) -> anyhow::Result<Option<Format>> {
    let mut printed = formats.iter().filter(|(_, file)| file.is_none()).map(|(format, _)| *format);
    match (printed.next(), printed.next()) {
        (Some(_), Some(_)) => {
            let help = "give the others a file, as in --format json=plan.json";
            Err(Advice::new("only one format can go to stdout", help).into())
        }
        (Some(format), None) => Ok(Some(format)),
        // With files only, people still read the text in the log.
        (None, _) => Ok(Some(Format::Text)),
    }
}

/// As [`on_stdout`], for a command that also writes `other` and reads `inputs`. Every file must be one that can be
/// written and that the command does not read, before a run sends anything.
pub(crate) fn check(
    formats: &Formats,
    other: Option<&Path>,
    inputs: &[Option<InputFile<'_>>],
) -> anyhow::Result<Option<Format>> {
    let of_formats = formats.iter().filter_map(|(format, file)| Some((Some(*format), file.as_deref()?)));
    let outputs: Vec<OutputFile<'_>> = of_formats.chain(other.map(|file| (None, file))).collect();
    let named = || outputs.iter().map(|(_, file)| *file);
    if named().any(|file| file == Path::new("-")) {
        let help = "--format FORMAT without a file prints, and ./- is the file of that name";
        return Err(Advice::new("`-` is not a file", help).into());
    }
    distinct(named())?;
    inputs::check(outputs.iter().copied(), inputs)?;
    for file in named() {
        let checked = OutputTarget::of(file).and_then(|target| target.check());
        checked.map_err(|error| {
            let what = format!("cannot write {}, so the run does not start: {}", escaped(file), io_cause(&error));
            Advice::new(what, "make its folder, or name another file")
        })?;
    }
    on_stdout(formats)
}

/// A regular file that is named twice is an error, because one output would replace the other. Links are followed.
fn distinct<'a>(files: impl Iterator<Item = &'a Path>) -> anyhow::Result<()> {
    let mut seen = BTreeSet::new();
    for file in files {
        // A device such as /dev/null takes anything. What cannot be followed is an error of its own.
        if let Ok(OutputTarget::Replaced(real)) = OutputTarget::of(file)
            && !seen.insert(real)
        {
            let what = format!("{} is named for two outputs, and one would replace the other", escaped(file));
            return Err(Advice::new(what, "name another file for one of them").into());
        }
    }
    Ok(())
}

/// The look of files: no colour, a fixed width.
pub(crate) const PLAIN: TextOptions = TextOptions::PIPE;

/// Shows the warnings of a report on stderr, unless its text shows them on the same screen.
pub(crate) fn warn(report: &Plan, formats: &Formats, log: &LogArgs) {
    let shows = matches!(on_stdout(formats), Ok(Some(Format::Text)));
    if !(shows && is_one_screen()) {
        diagnose(&report.diagnostics, log);
    }
}

/// Writes a plan or report in every format that was asked for.
pub(crate) fn write(plan: &Plan, formats: &Formats, log: &LogArgs) -> anyhow::Result<()> {
    write_with(plan, formats, log, &look(log, &io::stdout()))
}

/// As [`write`], after a question that showed the plan with its warnings.
pub(crate) fn write_after_question(plan: &Plan, formats: &Formats, log: &LogArgs) -> anyhow::Result<()> {
    let look = look(log, &io::stdout());
    write_with(plan, formats, log, &TextOptions { warnings: !is_one_screen(), ..look })
}

fn write_with(plan: &Plan, formats: &Formats, log: &LogArgs, look: &TextOptions) -> anyhow::Result<()> {
    let written = write_files(plan, formats, log);
    if let Some(format) = on_stdout(formats)? {
        printing(|out| render::render(plan, format, look, out))?;
    }
    written
}

/// Writes the formats that go to files, the step summary among them.
pub(crate) fn write_files(plan: &Plan, formats: &Formats, log: &LogArgs) -> anyhow::Result<()> {
    step_summary::append(plan, formats);
    let look = TextOptions { verbose: log.verbose > 0, ..PLAIN };
    each_file(formats, log, |format, file| match format {
        Format::Prometheus => metrics::write(plan, file),
        format => replace(file, |out| render::render(plan, format, &look, out)),
    })
}

/// Writes what `draw` draws in every format that was asked for: to files, and to stdout in one of them, else in `text`.
/// It is for a command with formats of its own.
pub(crate) fn write_own<F: Copy>(
    formats: &[(F, Option<PathBuf>)],
    text: F,
    log: &LogArgs,
    draw: impl Fn(F, &TextOptions, &mut dyn io::Write) -> io::Result<()>,
) -> anyhow::Result<()> {
    let plain = TextOptions { verbose: log.verbose > 0, ..PLAIN };
    let written = each_file(formats, log, |format, file| replace(file, |out| draw(format, &plain, out)));
    let printed = formats.iter().find(|(_, file)| file.is_none()).map_or(text, |(format, _)| *format);
    let look = look(log, &io::stdout());
    printing(|out| draw(printed, &look, out))?;
    written
}

/// Writes each format that has a file. A file that cannot be written stops no other: the next run may need a later one.
fn each_file<F: Copy>(
    formats: &[(F, Option<PathBuf>)],
    log: &LogArgs,
    write: impl Fn(F, &Path) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let files = formats.iter().filter_map(|(format, file)| Some((*format, file.as_deref()?)));
    let wrong: Vec<anyhow::Error> = files.filter_map(|(format, file)| write(format, file).err()).collect();
    let mut wrong = wrong.into_iter();
    let Some(first) = wrong.next() else { return Ok(()) };
    wrong.for_each(|error| complain(&error, log));
    Err(first)
}

/// Shows why a run did not start: problems on stderr and, for programs, one document.
pub(crate) fn refuse(report: &Plan, formats: &Formats, log: &LogArgs) -> anyhow::Result<ExitStatus> {
    diagnose(&report.diagnostics, log);
    match on_stdout(formats)? {
        Some(Format::Text) | None => write_files(report, formats, log)?,
        Some(_) => write(report, formats, log)?,
    }
    Ok(ExitStatus::Error)
}
