//! `ringform man`: prints the manual page with all commands.

use clap::CommandFactory;

use ringform::run::ExitStatus;

use crate::cli::Cli;
use crate::terminal::output;

/// Runs the command.
pub(crate) fn run() -> anyhow::Result<ExitStatus> {
    let mut cli = Cli::command();
    cli.build();
    let mut page = Vec::new();
    clap_mangen::Man::new(cli.clone()).render(&mut page)?;
    for command in cli.get_subcommands().filter(|command| command.get_name() != "help") {
        let man = clap_mangen::Man::new(command.clone());
        let name = command.get_name().to_uppercase();
        page.extend(format!(".SH \"RINGFORM {name}\"\n").into_bytes());
        man.render_description_section(&mut page)?;
        man.render_options_section(&mut page)?;
    }
    output::print(&String::from_utf8_lossy(&page))?;
    Ok(ExitStatus::Done)
}
