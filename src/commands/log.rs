//! `ringform log`: past runs of apply, from the ledger or from the journals; `--verify` checks the ledger's history.

use std::io::Write;
use std::path::PathBuf;

use ringform::model::Advice;
use ringform::plan::history::DayRange;
use ringform::render::{self, Format, RunListFormat, TextOptions};
use ringform::run::{self, ExitStatus, FileOptions, LogRequest, LogShown};

use crate::cli::{HistoryArgs, LogArgs};
use crate::terminal::{environment, formats, not_started, output};

/// Runs the command.
pub(crate) fn run(args: &HistoryArgs, log: &LogArgs) -> anyhow::Result<ExitStatus> {
    let plans: Vec<(Format, Option<PathBuf>)> =
        args.formats.iter().map(|(format, file)| (of_plans(*format), file.clone())).collect();
    formats::check(&plans, None, &[])?;
    let outputs = args.formats.iter().filter_map(|(_, file)| file.clone()).collect();
    let files = FileOptions { paths: args.paths(), project: args.project.clone(), outputs };
    if args.verify {
        return verify(args, &files, log);
    }
    let request = request(args, files)?;
    let outcome = match run::log(&request, &environment()?) {
        Ok(outcome) => outcome,
        Err(error) => return not_started::refuse(error, &plans, log),
    };
    output::diagnose(&outcome.diagnostics, log);
    let shown = outcome.shown;
    let draw = |format: RunListFormat, look: &TextOptions, out: &mut dyn Write| match (&shown, format) {
        (LogShown::List(list), _) => render::run_list(list, format, false, out),
        (LogShown::Run(list), _) | (LogShown::Report { list, .. }, RunListFormat::Csv) => {
            render::run_list(list, format, true, out)
        }
        (LogShown::Report { report, .. }, _) => render::render(report, of_plans(format), look, out),
    };
    formats::write_own(&args.formats, RunListFormat::Text, log, draw)?;
    Ok(ExitStatus::Done)
}

fn request(args: &HistoryArgs, files: FileOptions) -> anyhow::Result<LogRequest> {
    let runs = args.runs();
    if let [_, other, ..] = runs.as_slice() {
        let what = format!("log shows one run, and `{}` is a second one", other.escape_debug());
        return Err(Advice::new(what, "name one run; a folder has a `/`, as in ./pbx").into());
    }
    let selects = args.all || args.client.is_some() || args.since.is_some() || args.until.is_some();
    if selects && !runs.is_empty() {
        let help = "leave out --all, --client, --since and --until, or leave out the run";
        return Err(Advice::new("a run is shown whole", help).into());
    }
    if let (Some(since), Some(until)) = (args.since, args.until)
        && since > until
    {
        let what = format!("--since {since} is after --until {until}");
        return Err(Advice::new(what, "name the earlier day with --since").into());
    }
    Ok(LogRequest {
        files,
        run: runs.first().map(|run| (*run).to_owned()),
        client: args.client,
        all: args.all,
        days: DayRange { since: args.since, until: args.until },
    })
}

fn verify(args: &HistoryArgs, files: &FileOptions, log: &LogArgs) -> anyhow::Result<ExitStatus> {
    if !args.runs().is_empty() {
        return Err(Advice::new("--verify checks the whole ledger", "leave out the run").into());
    }
    let (verified, note) = match run::log_verify(files, &environment()?) {
        Ok(verified) => verified,
        Err(error) => return not_started::complain(error, log),
    };
    output::diagnose(note.as_slice(), log);
    output::print_text(&render::verified_history(&verified.shown.as_str().into(), verified.numbers()))?;
    Ok(ExitStatus::Done)
}

/// The format of the same name for a report. A report has no CSV.
fn of_plans(format: RunListFormat) -> Format {
    match format {
        RunListFormat::Text | RunListFormat::Csv => Format::Text,
        RunListFormat::Json => Format::Json,
        RunListFormat::Markdown => Format::Markdown,
    }
}
