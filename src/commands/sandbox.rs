//! `ringform sandbox`: serves the simulator until a signal ends it.

use anyhow::bail;

use ringform::run::{self, ExitStatus, GitChildren, Shutdown};
use ringform::sandbox::{self, DataFile, FAULTS, Seed, Semantics, SimulatorClock, SimulatorFault, SimulatorOptions};

use crate::cli::{LogArgs, SandboxArgs};
use crate::terminal::{block_on, files, output, signals};

/// Runs the command.
pub(crate) fn run(args: &SandboxArgs, log: &LogArgs) -> anyhow::Result<ExitStatus> {
    if args.fault.iter().any(|fault| fault == "list") {
        let list: String =
            FAULTS.iter().map(|(name, about, value)| format!("{name:<20} {about}{}\n", default(value))).collect();
        output::print(&list)?;
        return Ok(ExitStatus::Done);
    }
    let seed = match (&args.data, args.clients) {
        (Some(file), _) => Seed::load(file)?,
        (None, Some(count)) => Seed::generate(count, args.seed),
        (None, None) => {
            bail!("the simulator needs clients: give --data FILE to load a seed, or --clients N to generate some")
        }
    };
    let data = match &args.data {
        Some(file) => {
            let folder = std::path::absolute(file)?.parent().map(std::path::Path::to_owned).unwrap_or_default();
            Some(run::simulator_state(&folder, file))
        }
        None => None,
    };
    if let (true, Some(data)) = (args.reset, &data) {
        let was_there = sandbox::reset(data)?;
        output::print(if was_there {
            "the stored state is removed; the next start begins with the seed\n"
        } else {
            "no stored state; the next start begins with the seed\n"
        })?;
        return Ok(ExitStatus::Done);
    }
    let faults = args.fault.iter().map(|text| text.parse::<SimulatorFault>()).collect::<anyhow::Result<Vec<_>>>()?;
    let semantics = Semantics {
        replace: args.replace,
        ignore: args.ignore.clone(),
        normalise: args.normalise.clone(),
        missing: args.missing.clone(),
        refuse_null: args.refuse_null,
    };
    let options = SimulatorOptions {
        listen: args.listen,
        seed,
        data: data.map(|path| DataFile { path, persist: files::persist }),
        semantics,
        faults,
        random_seed: args.seed,
        quota: args.quota,
        token_lifetime: args.token_lifetime,
        clock: SimulatorClock::default(),
    };
    block_on(serve(options, log))
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
