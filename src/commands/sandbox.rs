//! `ringform sandbox`: serves the simulator until a signal ends it.

use std::path::Path;

use ringform::model::{Advice, causes};
use ringform::run::{self, ExitStatus, GitChildren, ProjectSeed, Shutdown};
use ringform::sandbox::{self, DataFile, FAULTS, Seed, Semantics, SimulatorClock, SimulatorFault, SimulatorOptions};

use crate::cli::{LogArgs, SandboxArgs};
use crate::terminal::{block_on, environment, files, not_started, output, signals};

/// Runs the command.
pub(crate) fn run(args: &SandboxArgs, log: &LogArgs) -> anyhow::Result<ExitStatus> {
    if args.fault.iter().any(|fault| fault == "list") {
        let list: String =
            FAULTS.iter().map(|(name, about, value)| format!("{name:<20} {about}{}\n", default(value))).collect();
        output::print_text(&list)?;
        return Ok(ExitStatus::Done);
    }
    let source = match (&args.data, args.clients) {
        (Some(file), _) => Some(of_file(file)?),
        (None, Some(_)) => None,
        (None, None) => match run::project_seed(&args.into(), &environment()?) {
            Ok(Some(found)) => Some(found),
            Ok(None) => return Err(Advice::new("the endpoint of this project is no simulator", GIVE).into()),
            Err(error) => {
                let status = not_started::complain(error, log)?;
                output::note(&format!("  help: the simulator needs clients; without a project, {GIVE}"));
                return Ok(status);
            }
        },
    };
    if let (true, Some(source)) = (args.reset, &source) {
        let was_there = sandbox::reset(&source.state)?;
        output::print_text(if was_there {
            "the stored state is removed; the next start begins with the seed\n"
        } else {
            "no stored state; the next start begins with the seed\n"
        })?;
        return Ok(ExitStatus::Done);
    }
    let seed = match (&source, args.clients) {
        (Some(source), _) => Seed::load(&source.seed).map_err(|error| {
            let help = "name a JSON file with clients, or give --clients N to generate some";
            Advice::new(causes(error.chain()).join(": "), help)
        })?,
        (None, count) => Seed::generate(count.unwrap_or_default(), args.seed),
    };
    let faults = args.fault.iter().map(|text| text.parse::<SimulatorFault>()).collect::<anyhow::Result<Vec<_>>>()?;
    let options = SimulatorOptions {
        listen: args.listen,
        seed,
        data: source.map(|source| DataFile { path: source.state, persist: files::persist }),
        semantics: semantics(args),
        faults,
        random_seed: args.seed,
        quota: args.quota,
        token_lifetime: args.token_lifetime,
        clock: SimulatorClock::default(),
    };
    block_on(serve(options, log))
}

const GIVE: &str = "give --data FILE to load a seed, or --clients N to generate some";

/// A seed that the command line names.
fn of_file(file: &Path) -> anyhow::Result<ProjectSeed> {
    let folder = std::path::absolute(file)?.parent().map(Path::to_owned).unwrap_or_default();
    Ok(ProjectSeed { seed: file.to_owned(), state: run::simulator_state(&folder, file) })
}

fn semantics(args: &SandboxArgs) -> Semantics {
    Semantics {
        replace: args.replace,
        ignore: args.ignore.clone(),
        normalise: args.normalise.clone(),
        missing: args.missing.clone(),
        refuse_null: args.refuse_null,
    }
}

fn default(value: &str) -> String {
    if value.is_empty() { String::new() } else { format!(" (default {value})") }
}

async fn serve(options: SimulatorOptions, log: &LogArgs) -> anyhow::Result<ExitStatus> {
    let stop = Shutdown::new();
    stop.begin_requests();
    signals::listen_for(&stop, &GitChildren::default(), true);
    let server = sandbox::start(options).await?;
    output::print(&format!("{}\n", server.endpoint()))?;
    if !log.quiet {
        output::note("serving until Ctrl-C; any App ID and App Secret work unless the seed names its own");
    }
    stop.stopped().await;
    server.stop().await?;
    Ok(ExitStatus::Done)
}
