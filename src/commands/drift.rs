//! `ringform drift`: the scheduled form of plan. It shows what differs, what of it is new and what is waived. It cannot write
//! to the API.

use std::path::{Path, PathBuf};

use ringform::files::FileIdentity;
use ringform::render::{self, Format, TextOptions};
use ringform::run::{self, DriftRequest, Environment, ExitRules, ExitStatus, Notification, RunOutcome, Secret};

use crate::cli::{DriftArgs, FailOn, LogArgs, NotifyFormat};
use crate::terminal::{
    block_on, environment, formats, inputs::InputFile, listener, not_started, output, signals, write_metrics,
};

/// Runs the command.
pub(crate) fn run(args: &DriftArgs, log: &LogArgs) -> anyhow::Result<ExitStatus> {
    let formats = &args.output.formats;
    let last_report = InputFile::last_report(args.since.as_ref());
    let [floor, certificates] = InputFile::of_compare(&args.compare);
    formats::check(formats, args.metrics.as_deref(), &[last_report, floor, certificates])?;
    let env = environment()?;
    signals::listen(&env, log.quiet);
    let request = DriftRequest { notification: notification(args, &env)?, ..DriftRequest::from(args) };
    let listener = listener::listener(log);
    match block_on(run::drift(&request, &env, &listener)) {
        Ok(outcome) => Ok(show(outcome, args, log, &env)),
        Err(error) => {
            // A run that did not start leaves the last report as it is.
            let is_last_report = |file: &Option<PathBuf>| is_same(file.as_deref(), args.since.as_deref());
            let others: Vec<_> = formats.iter().filter(|(_, file)| !is_last_report(file)).cloned().collect();
            not_started::refuse(error, &others, log)
        }
    }
}

/// Writes the report and the metrics. One failure stops no other step.
fn show(outcome: RunOutcome, args: &DriftArgs, log: &LogArgs, env: &Environment) -> ExitStatus {
    let formats = &args.output.formats;
    formats::warn(&outcome.report, formats, log);
    let written = formats::write(&outcome.report, formats, log);
    let measured = match &args.metrics {
        Some(file) => write_metrics(&outcome.report, file),
        None => Ok(()),
    };
    let rules = ExitRules { detailed: true, only_new: args.fail_on == FailOn::New };
    let mut status = outcome.exit_status(rules).or_interrupted(env.shutdown.is_stopped());
    for error in [written, measured, outcome.finished].into_iter().filter_map(Result::err) {
        output::complain(&error, log);
        status = status.max(ExitStatus::Error);
    }
    status
}

/// The webhook of the flag, else of the environment. A report of another instant notifies no one.
fn notification(args: &DriftArgs, env: &Environment) -> anyhow::Result<Option<Notification>> {
    if args.instant.at.is_some() {
        return Ok(None);
    }
    let (address, named_by) = match &args.notify {
        Some(address) => (address.clone(), "--notify"),
        None => match env.variables.text("RINGFORM_NOTIFY_URL").map_err(anyhow::Error::msg)? {
            Some(address) => (address, "RINGFORM_NOTIFY_URL"),
            None => return Ok(None),
        },
    };
    let body: fn(&_, &mut Vec<u8>) -> _ = match args.notify_format {
        NotifyFormat::Json => |report, body| render::render(report, Format::Json, &TextOptions::PIPE, body),
        NotifyFormat::Slack => |report, body| render::slack(report, body),
    };
    Ok(Some(Notification { address: Secret::new(address), named_by, body }))
}

/// Whether two paths name one file. Neither has to exist yet, and a link may lead to the other.
fn is_same(file: Option<&Path>, other: Option<&Path>) -> bool {
    match (file, other) {
        (Some(file), Some(other)) => {
            let identities = FileIdentity::of(file).zip(FileIdentity::of(other));
            file == other || identities.is_some_and(|(file, other)| file.is(&other))
        }
        (_, _) => false,
    }
}
