//! `ringform drift`: the cron form of plan. What differs, what of it is new since the last report, what is waived. It reads and
//! cannot write, but for the files that it is asked for.
//!
//! Owns the order of things: the last report is read before anything is replaced; people are told before the report is written,
//! so that the report can say whether they were; and a run that did not begin leaves the last report as it was.

use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context;

use ringform::api::{Secret, Shutdown, Webhook};
use ringform::model::DeclaredClient;
use ringform::plan::drift::{self, Finding, PreviousReport, RunContext, unused_waivers};
use ringform::plan::{DocumentKind, Origin, Plan, SendScope};
use ringform::reconcile::read;
use ringform::render::{self, Format};

use crate::cli::{self, FailOn, NotifyFormat};
use crate::commands::clock::Clock;
use crate::commands::prepare::{Asked, Chosen, Prepared, prepare};
use crate::commands::{Exit, based, metrics, output, progress, setup, signals};

/// Runs the command.
pub(crate) fn run(args: &cli::Drift, talk: &cli::Talk) -> anyhow::Result<Exit> {
    output::check(&args.write.formats, &[args.metrics.as_deref()])?;
    output::check(&[], &[args.metrics.as_deref(), args.since.as_deref()])?;
    let webhook = webhook(args)?;
    let past = args.since.as_deref().map(past).transpose()?.flatten();
    setup::block_on(drift(args, webhook, past, talk))
}

async fn drift(
    args: &cli::Drift,
    webhook: Option<Webhook>,
    past: Option<PreviousReport>,
    talk: &cli::Talk,
) -> anyhow::Result<Exit> {
    let clock = Clock::start();
    let stop = Shutdown::new();
    signals::listen(&stop, talk.quiet);
    let formats = &args.write.formats;
    let cli::Drift { files, select, connect, base, .. } = args;
    let asked = Asked { files, select, connect, base, otherwise: Origin::Drift, kind: DocumentKind::Drift };
    let prepared = match prepare(&asked, &stop).await? {
        Ok(prepared) => prepared,
        Err(mut refused) => {
            refused.run = clock.run(Default::default(), Vec::new());
            // What the last report remembers is not lost to a typing error in a file.
            let formats: Vec<_> = formats.iter().filter(|(_, file)| !is_same(file.as_deref(), args)).cloned().collect();
            return output::refuse(&refused, &formats, talk);
        }
    };
    let Prepared { chosen, session } = prepared;
    let Chosen { project, declared, whole, mut declarations, origins, forecast, mut report, .. } = chosen;
    if let (Some(past), Some(file)) = (&past, &args.since) {
        past.check(&report, &declared, whole)
            .map_err(|why| anyhow::anyhow!("{}", render::escape::terminal(&why)))
            .with_context(|| unusable(file))?;
    }
    output::forecast(forecast.as_deref(), talk);
    if whole {
        report.diagnostics.extend(unused_waivers(&project.waivers, &declared));
    }
    let selected: Vec<DeclaredClient> = declarations.iter().map(DeclaredClient::from).collect();
    if let Some(budget) = args.budget {
        drift::take_turn(&mut declarations, past.as_ref().map_or(&[], |past| &past.drift.last_read), budget);
    }
    let options = read::Options {
        concurrency: session.concurrency,
        origins,
        sending: &SendScope::default(),
        // Guards judge what is to be sent, and nothing is: drift that a guard would not let anybody mend is drift all the same.
        guards: &[],
        keep_readings: false,
    };
    let (progress, listener) = progress::start(talk);
    let read = read::plan(declarations, &session.reader, &stop, options, listener).await;
    progress.finish();
    report.clients = read.clients;
    report.diagnostics.extend(read.warnings);
    report.diagnostics.extend(based::behind(&project, &report));
    report.run = clock.run(session.meter.requests(), session.meter.quota());
    session.close().await?;
    let (at, today) = (clock.started_at(), clock.today());
    let (waivers, budget) = (&project.waivers, args.budget);
    let now = RunContext { at: &at, today: &today, declared: &declared, selected: &selected, whole, waivers, budget };
    report.run.drift = Some(drift::compare(&report.clients, past.as_ref(), &now));
    if output::needs_revision(formats) || webhook.is_some() {
        report.revision = project.revision();
    }
    let told = match webhook {
        Some(webhook) => tell(&webhook, &mut report, args, &stop).await,
        None => {
            if let (Some(watch), Some(past)) = (&mut report.run.drift, &past) {
                watch.keep_unnotified(&past.drift);
            }
            Ok(())
        }
    };
    output::diagnose(&report.diagnostics, talk);
    let written = output::write(&report, formats, talk);
    let measured = match &args.metrics {
        Some(file) => metrics::write(&report, file),
        None => Ok(()),
    };
    let mut exit = report.run.drift.as_ref().map_or(Exit::Error, |watch| {
        Exit::of_drift(watch, args.fail_on == FailOn::New).or_interrupted(stop.is_stopped())
    });
    for error in [written, measured, told].into_iter().filter_map(Result::err) {
        output::complain(&error, talk);
        exit = exit.max(Exit::Error);
    }
    Ok(exit)
}

/// Tells the webhook what is new. Whatever goes wrong, what was new stays new for the next run.
async fn tell(webhook: &Webhook, report: &mut Plan, args: &cli::Drift, stop: &Shutdown) -> anyhow::Result<()> {
    let Some(watch) = &report.run.drift else { return Ok(()) };
    if !watch.findings.iter().any(Finding::is_news) {
        return Ok(());
    }
    let mut body = Vec::new();
    match args.notify_format {
        NotifyFormat::Json => render::render(report, Format::Json, &output::PLAIN, &mut body)?,
        NotifyFormat::Slack => render::slack(report, &mut body)?,
    }
    let ca_file = args.connect.ca_file.as_deref();
    let told = webhook.post(body, ca_file, env!("CARGO_PKG_VERSION"), stop).await;
    if told.is_err()
        && let Some(watch) = &mut report.run.drift
    {
        watch.notification_failed();
    }
    told.context("nobody was told; what is new stays new for the next run")
}

/// The webhook of the flag or the environment, checked before anything is read.
fn webhook(args: &cli::Drift) -> anyhow::Result<Option<Webhook>> {
    let (address, whence) = match (&args.notify, setup::variable("RINGFORM_NOTIFY_URL")) {
        (Some(address), _) => (address.clone(), "--notify"),
        (None, Some(address)) => (address, "RINGFORM_NOTIFY_URL"),
        (None, None) => return Ok(None),
    };
    Webhook::parse(&Secret::new(address)).map(Some).map_err(anyhow::Error::msg).context(whence)
}

/// The last report; `None` where there is none yet.
fn past(file: &Path) -> anyhow::Result<Option<PreviousReport>> {
    match std::fs::read(file) {
        Ok(bytes) => PreviousReport::read(&bytes).map(Some).map_err(anyhow::Error::msg).with_context(|| unusable(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| unusable(file)),
    }
}

fn unusable(file: &Path) -> String {
    format!("--since {} cannot be used", file.display())
}

/// Where a file is or would be: its folder without links, and what a link leads to.
fn place(file: &Path) -> Option<PathBuf> {
    let file = std::fs::read_link(file).map_or_else(
        |_| file.to_owned(),
        |target| file.parent().map_or_else(|| target.clone(), |folder| folder.join(&target)),
    );
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Some(folder.canonicalize().ok()?.join(file.file_name()?))
}

/// Whether a format would be written over the last report.
fn is_same(file: Option<&Path>, args: &cli::Drift) -> bool {
    match (file, args.since.as_deref()) {
        (Some(file), Some(since)) => {
            // Neither has to exist yet, and each may be spelt in its own way or be a link.
            file == since || (place(file).is_some() && place(file) == place(since))
        }
        (_, _) => false,
    }
}
