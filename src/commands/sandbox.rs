//! `ringform sandbox`: serves the simulator until a signal ends it.

use anyhow::bail;

use ringform::api::Shutdown;
use ringform::sandbox::{self, FAULTS, Seed, Semantics, SimulatorClock, SimulatorFault, SimulatorOptions};

use crate::cli::{Sandbox, Talk};
use crate::commands::{Exit, output, sandbox_data, setup, signals};

/// Runs the command.
pub(crate) fn run(args: &Sandbox, talk: &Talk) -> anyhow::Result<Exit> {
    if args.fault.iter().any(|fault| fault == "list") {
        let list: String =
            FAULTS.iter().map(|(name, about, value)| format!("{name:<20} {about}{}\n", default(value))).collect();
        output::print(&list)?;
        return Ok(Exit::Done);
    }
    let seed = match (&args.data, args.clients) {
        (Some(file), _) => Seed::load(file)?,
        (None, Some(count)) => Seed::generate(count, args.seed),
        (None, None) => bail!("give --data FILE for a seed of your own or --clients N to make some up"),
    };
    let data = match &args.data {
        Some(file) => {
            let folder = std::path::absolute(file)?.parent().map(std::path::Path::to_owned).unwrap_or_default();
            Some(setup::kept(&folder, file))
        }
        None => None,
    };
    if let (true, Some(data)) = (args.reset, &data) {
        let was_there = sandbox::reset(data)?;
        output::print(if was_there { "back at the seed\n" } else { "already at the seed\n" })?;
        return Ok(Exit::Done);
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
        data: data.map(sandbox_data::data_file),
        semantics,
        faults,
        random_seed: args.seed,
        quota: args.quota,
        token_lifetime: args.token_lifetime,
        clock: SimulatorClock::default(),
    };
    setup::block_on(serve(options, talk))
}

fn default(value: &str) -> String {
    if value.is_empty() { String::new() } else { format!(" (default {value})") }
}

async fn serve(options: SimulatorOptions, talk: &Talk) -> anyhow::Result<Exit> {
    let stop = Shutdown::new();
    signals::listen(&stop, true);
    let server = sandbox::start(options).await?;
    output::print(&format!("{}\n", server.endpoint()))?;
    if !talk.quiet {
        output::note("serving until Ctrl-C; any App ID and App Secret work unless the seed names its own");
    }
    stop.stopped().await;
    server.stop().await?;
    Ok(Exit::Done)
}
