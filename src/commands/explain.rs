//! `ringform explain`: prints what a name means, from the tables that the program itself reads.

use serde_json::Value as Json;

use ringform::manual::{self, ManualEntry};
use ringform::model::Untrusted;
use ringform::render::{self, escape};
use ringform::run::ExitStatus;

use crate::cli::{self, ExplainArgs, PlainFormat};
use crate::terminal::output;

/// Runs the command.
pub(crate) fn run(args: &ExplainArgs) -> anyhow::Result<ExitStatus> {
    let all = manual::entries();
    let Some(word) = &args.name else {
        return match args.format {
            PlainFormat::Text => done(output::print_text(&manual::list_text(&all))),
            PlainFormat::Json => json(&all.iter().map(ManualEntry::json).collect()),
        };
    };
    let found = manual::find(word, &all);
    match (found.first(), args.format) {
        (None, _) => Ok(refuse(word, &all)),
        (Some(first), PlainFormat::Json) => json(&first.json()),
        (Some(_), PlainFormat::Text) => {
            let mut parts: Vec<String> = found.iter().map(|entry| manual::entry_text(entry)).collect();
            if is_command(word) {
                parts.push(format!("`ringform help {word}` shows the help of the command.\n"));
            }
            done(output::print_text(&parts.join("\n")))
        }
    }
}

fn done(printed: anyhow::Result<()>) -> anyhow::Result<ExitStatus> {
    printed.map(|()| ExitStatus::Done)
}

fn json(value: &Json) -> anyhow::Result<ExitStatus> {
    let mut text = Vec::new();
    render::json::document(value, &mut text)?;
    done(output::print(&String::from_utf8_lossy(&text)))
}

fn is_command(word: &str) -> bool {
    cli::command().find_subcommand(word).is_some()
}

fn refuse(word: &str, all: &[ManualEntry]) -> ExitStatus {
    let help = match manual::nearest_name(word, all) {
        _ if is_command(word) => format!("`ringform help {word}` shows the help of the command"),
        Some(near) => format!("did you mean `{near}`? `ringform explain` lists all names"),
        None => "`ringform explain` lists all names".to_owned(),
    };
    let word = escape::terminal(&Untrusted::from(word)).to_string();
    output::note(&format!("error: `{word}` has no entry\n  help: {help}"));
    ExitStatus::Error
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::*;
    use crate::cli::parse;
    use ringform::manual::EntryKind;

    #[test]
    fn every_command_of_an_example_is_one_that_ringform_takes() {
        let mut commands = 0;
        for entry in manual::entries() {
            let example = entry.example.unwrap_or_default();
            for line in example.lines().filter(|line| line.starts_with("ringform ")) {
                let words: Vec<OsString> = line.split(' ').map(|word| word.trim_matches('\'').into()).collect();
                assert!(parse(&words).is_ok(), "{}: {line}", entry.name);
                commands += 1;
            }
        }
        assert!(commands > 40, "{commands} commands only");
    }

    #[test]
    fn a_format_names_the_commands_that_take_it() {
        const COMMANDS: [&str; 12] = [
            "plan",
            "apply",
            "drift",
            "show x",
            "validate",
            "undo x",
            "audit",
            "log",
            "resolve",
            "guard test",
            "auth check",
            "explain",
        ];
        let takes = |command: &str, format: &str| {
            let words = format!("ringform {command} --format {format}");
            parse(&words.split(' ').map(OsString::from).collect::<Vec<_>>()).is_ok()
        };
        let entries = manual::entries();
        let formats = entries.iter().filter(|entry| entry.kind == EntryKind::Format && entry.name != "slack");
        for (name, entry) in formats.map(|entry| (entry.name.as_str(), entry)) {
            let of: Vec<&str> = COMMANDS.into_iter().filter(|command| takes(command, name)).collect();
            let of = of.join(", ").replace(" x", "");
            assert_eq!(entry.holds.as_deref(), Some(format!("format of {of}").as_str()), "{name}");
            let files = COMMANDS.into_iter().any(|command| takes(command, &format!("{name}=f")));
            assert_eq!(entry.accepted.as_deref().is_some_and(|text| text.contains("=FILE")), files, "{name}");
        }
    }

    #[test]
    fn the_exit_statuses_are_those_of_the_program() {
        let all = [ExitStatus::Done, ExitStatus::Error, ExitStatus::Difference, ExitStatus::Interrupted];
        let codes: Vec<u8> = manual::EXIT_STATUSES.iter().map(|(code, _)| *code).collect();
        assert_eq!(codes, all.map(ExitStatus::code));
    }
}
