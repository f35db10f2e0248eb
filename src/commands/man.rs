//! `ringform man`: prints the manual page with all commands and the variables of the environment.

use clap_mangen::Man;

use ringform::manual;
use ringform::run::ExitStatus;

use crate::cli;
use crate::terminal::output;

/// Runs the command.
pub(crate) fn run() -> anyhow::Result<ExitStatus> {
    let mut root = cli::command();
    root.build();
    let man = Man::new(root.clone());
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    man.render_subcommands_section(&mut page)?;
    verbatim(&cli::extra(&[]).unwrap_or_default(), &mut page);
    commands(&root, &mut Vec::new(), &mut page)?;
    page.extend(b".SH ENVIRONMENT\n");
    verbatim(&manual::environment(), &mut page);
    man.render_version_section(&mut page)?;
    output::print(&String::from_utf8_lossy(&page))?;
    Ok(ExitStatus::Done)
}

/// A section for each command below this one.
fn commands<'a>(above: &'a clap::Command, path: &mut Vec<&'a str>, page: &mut Vec<u8>) -> anyhow::Result<()> {
    for command in above.get_subcommands() {
        path.push(command.get_name());
        let man = Man::new(command.clone());
        page.extend(format!(".SH \"RINGFORM {}\"\n", path.join(" ").to_uppercase()).into_bytes());
        man.render_description_section(page)?;
        man.render_options_section(page)?;
        verbatim(&cli::extra(path).unwrap_or_default(), page);
        commands(command, path, page)?;
        path.pop();
    }
    Ok(())
}

/// Text as it is, line by line.
fn verbatim(text: &str, page: &mut Vec<u8>) {
    page.extend(b".PP\n.nf\n");
    for line in text.lines() {
        // A dot or quote at the start of a line would be a request.
        page.extend(format!("\\&{}\n", line.replace('\\', "\\e").replace('-', "\\-")).into_bytes());
    }
    page.extend(b".fi\n");
}
