//! `ringform resolve`: prints the effective settings of each client and where each came from, or the calendar of what
//! begins and ends. It works offline.

use jiff::{SignedDuration, Timestamp};

use ringform::model::Advice;
use ringform::plan::calendar_events;
use ringform::render::{self, CalendarFormat};
use ringform::run::{self, ExitStatus, ResolvedProject, RunRequest};

use crate::cli::{LogArgs, ResolveArgs, ResolveFormat};
use crate::terminal::{environment, listener, not_started, output};

/// Runs the command.
pub(crate) fn run(args: &ResolveArgs, log: &LogArgs) -> anyhow::Result<ExitStatus> {
    if args.format == ResolveFormat::Ics && !args.calendar {
        let help = "add --calendar, or use text or json";
        return Err(Advice::new("`--format ics` is a format of --calendar only", help).into());
    }
    let env = environment()?;
    let resolved = match run::resolve(&RunRequest::from(args), &env, &listener::listener(log)) {
        Ok(resolved) => resolved,
        Err(error) => return not_started::complain(error, log),
    };
    if args.calendar {
        output::print(&calendar(&resolved, args, env.version))?;
        return Ok(ExitStatus::Done);
    }
    let ResolvedProject { declarations, waivers, at, .. } = &resolved;
    match args.format {
        ResolveFormat::Text => output::print_text(&render::resolved_text(declarations, waivers, *at))?,
        ResolveFormat::Json | ResolveFormat::Ics => {
            output::print(&render::resolved_json(declarations, waivers, *at))?;
        }
    }
    Ok(ExitStatus::Done)
}

/// The calendar of the days that follow the instant of the run.
fn calendar(resolved: &ResolvedProject, args: &ResolveArgs, version: &str) -> String {
    let days = SignedDuration::from_hours(24 * i64::from(args.days));
    let window = resolved.at..resolved.at.saturating_add(days).unwrap_or(Timestamp::MAX);
    let events = calendar_events::calendar(&resolved.declarations, &resolved.waivers, &window);
    let format = match args.format {
        ResolveFormat::Text => CalendarFormat::Text,
        ResolveFormat::Json => CalendarFormat::Json,
        ResolveFormat::Ics => CalendarFormat::Ics,
    };
    render::calendar(&events, &window, &resolved.project, version, format)
}
