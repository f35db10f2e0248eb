//! Differences as a unified diff.
//!
//! Owns what a diff cannot show, failures and guards: they go to stderr.

use std::io;

use ringform::config;
use ringform::plan::{ClientPlan, Plan};
use ringform::render::{self, escape};

use crate::cli::LogArgs;
use crate::terminal::output::{look, note, printing};

/// Prints the differences as a unified diff.
pub(crate) fn print_diff(plan: &Plan, log: &LogArgs) -> anyhow::Result<()> {
    const MOST: usize = 20;
    let beside: Vec<String> = plan.clients.iter().flat_map(beside_the_diff).collect();
    for line in beside.iter().take(MOST) {
        note(line);
    }
    if beside.len() > MOST {
        note(&format!("and {} more; plan without --diff groups them", beside.len() - MOST));
    }
    printing(|out| render::diff(plan, &config::write_settings, &look(log, &io::stdout()), out))
}

fn beside_the_diff(client: &ClientPlan) -> Vec<String> {
    let id = client.client_id;
    let failed = client.error.iter().map(|error| {
        let help = error.help.as_deref().map(|help| format!("\n  help: {help}")).unwrap_or_default();
        format!("error: client {id} failed: {}{help}", escape::terminal(&error.message))
    });
    let blocked = client.blocked.iter().map(|blocked| {
        let (name, why) = (escape::terminal(&blocked.name), escape::terminal(&blocked.message));
        format!("error: client {id} is stopped by {name}: {why}")
    });
    failed.chain(blocked).collect()
}
