//! `ringform help`: prints the help of a command, or a topic.

use std::io;

use ringform::manual;
use ringform::model::Untrusted;
use ringform::render::escape;
use ringform::run::ExitStatus;

use crate::cli::{self, HelpArgs, LogArgs};
use crate::terminal::output;

/// A topic: its word and its text.
type TopicRow = (&'static str, fn() -> String);

const TOPICS: [TopicRow; 1] = [("environment", manual::environment)];

/// Runs the command.
pub(crate) fn run(args: &HelpArgs, log: &LogArgs) -> anyhow::Result<ExitStatus> {
    if let [word] = args.words.as_slice()
        && let Some((_, text)) = TOPICS.iter().find(|(topic, _)| topic == word)
    {
        output::print(&text())?;
        return Ok(ExitStatus::Done);
    }
    let mut root = cli::command();
    root.build();
    let mut command = &mut root;
    for word in &args.words {
        match command.find_subcommand_mut(word) {
            Some(below) => command = below,
            None => return Ok(refuse(word)),
        }
    }
    let text = command.render_long_help();
    output::print(&match output::color(log, &io::stdout()) {
        true => text.ansi().to_string(),
        false => text.to_string(),
    })?;
    Ok(ExitStatus::Done)
}

fn refuse(word: &str) -> ExitStatus {
    let (what, help) = cli::neighbour_command(word).unwrap_or_else(|| {
        let word = Untrusted::from(word);
        let what = format!("`{}` is neither a command nor a topic", escape::terminal(&word));
        (what, "`ringform --help` lists the commands; the topic is `environment`")
    });
    output::note(&format!("error: {what}\n  help: {help}"));
    ExitStatus::Error
}
