//! `ringform schema`: prints a JSON Schema. The same files are committed under schemas/.

use ringform::{config, plan};

use crate::cli::{Schema, SchemaOf};
use crate::commands::{Exit, output};

/// Runs the command.
pub(crate) fn run(args: &Schema) -> anyhow::Result<Exit> {
    let schema = match args.of {
        SchemaOf::Client => config::client_schema(),
        SchemaOf::Project => config::project_schema(),
        SchemaOf::Plan => plan::document::plan_schema(),
    };
    let mut text = serde_json::to_string_pretty(&schema)?;
    text.push('\n');
    output::print(&text)?;
    Ok(Exit::Done)
}
