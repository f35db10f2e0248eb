//! One connection: to the API, or to the embedded simulator.
//!
//! Owns how a project and the options of a run become a reader and a writer. Connecting sends nothing.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::api::{self, CredentialSource, Endpoint, Proxies, Reader, Usage, Writer};
use crate::config::Project;
use crate::model::{Advice, Diagnostic, Untrusted, causes};
use crate::run::preflight::{EndpointChoice, Target, source};
use crate::run::{ConnectionOptions, Environment};
use crate::{journal, sandbox};

/// A connection.
#[derive(Debug)]
pub(super) struct Session {
    /// Reads.
    pub(super) reader: Reader,
    /// Writes.
    pub(super) writer: Writer,
    /// Counts.
    pub(super) usage: Usage,
    /// The endpoint as reports name it: its address, or `sandbox:FILE`.
    pub(super) endpoint: Untrusted,
    /// How many clients at a time.
    pub(super) concurrency: usize,
    simulator: Option<sandbox::SimulatorServer>,
}

impl Session {
    /// Connects with these credentials.
    pub(super) async fn connect(
        project: &Project,
        names: Vec<Option<Arc<str>>>,
        connection: &ConnectionOptions,
        env: &Environment,
    ) -> Result<Session, Vec<Diagnostic>> {
        let target = EndpointChoice::new(connection, env).target(project)?;
        let label = target.label();
        let (endpoint, simulator) = match target {
            Target::Api(endpoint) => (endpoint, None),
            Target::Simulator { seed, .. } => {
                let started = start(project, &seed, env).await.map_err(|error| {
                    let place = project.endpoint.as_ref().map(|template| template.place().clone());
                    vec![Diagnostic::error("endpoint", place, causes(error.chain()).join(": "))]
                })?;
                (started.0, Some(started.1))
            }
        };
        let from = |name: &Option<Arc<str>>| match simulator {
            Some(_) => CredentialSource::Sandbox,
            None => source(project, name.as_deref(), connection.allow_command, env),
        };
        let keyring: BTreeMap<Option<Arc<str>>, CredentialSource> =
            names.into_iter().map(|name| (name.clone(), from(&name))).collect();
        let wanted = connection.concurrency.unwrap_or(project.limits.concurrency);
        let concurrency = within_open_files(wanted, env.open_files, simulator.is_some());
        let proxies =
            env.proxies(endpoint.is_loopback()).map_err(|why| vec![Diagnostic::error("endpoint", None, why)])?;
        let options = options(project, endpoint, proxies, concurrency, connection, env);
        let connected = api::connect(options, keyring, env.shutdown.clone());
        // A certificate of a flag or of this machine is wrong: no line of the project is at fault.
        let connected = connected.map_err(|error| {
            let help = Advice::help_of(error.chain()).map(str::to_owned);
            vec![Diagnostic::error("endpoint", None, causes(error.chain()).join(": ")).help(help)]
        });
        let (reader, writer, usage) = connected?;
        Ok(Session { reader, writer, usage, endpoint: label, concurrency, simulator })
    }

    /// Ends the simulator, if there is one, and keeps what changed in it.
    pub(super) async fn close(self) -> anyhow::Result<()> {
        match self.simulator {
            Some(server) => server.stop().await,
            None => Ok(()),
        }
    }
}

/// As many connections as the limit of open files leaves room for, beside what a run opens: streams, the journal, output
/// files and the pipes of git. A connection of the embedded simulator has both of its ends in this process.
fn within_open_files(wanted: usize, limit: Option<u64>, has_simulator: bool) -> usize {
    const OTHERS: u64 = 24;
    let Some(limit) = limit else { return wanted };
    let room = limit.saturating_sub(OTHERS) / if has_simulator { 2 } else { 1 };
    wanted.min(usize::try_from(room.max(1)).unwrap_or(wanted))
}

fn options(
    project: &Project,
    endpoint: Endpoint,
    proxies: Proxies,
    concurrency: usize,
    connection: &ConnectionOptions,
    env: &Environment,
) -> api::ConnectOptions {
    api::ConnectOptions {
        endpoint,
        route: project.route,
        timeout: project.limits.timeout,
        ca_file: connection.ca_file.clone(),
        proxies,
        concurrency,
        requests_per_second: project.limits.requests_per_second,
        wait_quota: connection.wait_quota,
        user_agent_version: env.version.to_owned(),
        random_seed: env.random_seed,
    }
}

/// Starts the simulator inside the process. Changes are kept beside the project, and the seed stays as it is.
async fn start(
    project: &Project,
    seed: &Path,
    env: &Environment,
) -> anyhow::Result<(Endpoint, sandbox::SimulatorServer)> {
    let path = simulator_state(&project.root, seed);
    let data = Some(sandbox::DataFile { path, persist: env.persist });
    let options =
        sandbox::SimulatorOptions { seed: sandbox::Seed::load(seed)?, data, ..sandbox::SimulatorOptions::default() };
    let server = sandbox::start(options).await?;
    let endpoint = Endpoint::parse(&server.endpoint()).map_err(anyhow::Error::msg)?;
    Ok((endpoint, server))
}

/// Where the changed state of a seed is kept.
pub fn simulator_state(root: &Path, seed: &Path) -> PathBuf {
    let name = seed.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    root.join(journal::FOLDER).join("sandbox").join(format!("{name}.json"))
}

#[cfg(test)]
mod tests {
    use super::within_open_files;

    #[test]
    fn connections_leave_room_for_the_files_of_a_run() {
        for (wanted, limit, has_simulator, expected) in [
            (32, None, false, 32),
            (32, Some(1024), false, 32),
            (1024, Some(1024), false, 1000),
            (1024, Some(1024), true, 500),
            (64, Some(40), false, 16),
            (64, Some(40), true, 8),
            (64, Some(3), false, 1),
            (64, Some(u64::MAX), false, 64),
        ] {
            assert_eq!(within_open_files(wanted, limit, has_simulator), expected, "{wanted} {limit:?} {has_simulator}");
        }
    }
}
