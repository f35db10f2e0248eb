//! `ringform schema`: prints a JSON Schema. The same files are committed under schemas/.

use ringform::run::ExitStatus;
use ringform::{config, plan};

use crate::cli::{SchemaArgs, SchemaOf};
use crate::terminal::output;

/// Runs the command.
pub(crate) fn run(args: &SchemaArgs) -> anyhow::Result<ExitStatus> {
    let schema = match args.of {
        SchemaOf::Client => config::client_schema(),
        SchemaOf::Project => config::project_schema(),
        SchemaOf::Plan => plan::document::plan_schema(),
    };
    let mut text = serde_json::to_string_pretty(&schema)?;
    text.push('\n');
    output::print(&text)?;
    Ok(ExitStatus::Done)
}
