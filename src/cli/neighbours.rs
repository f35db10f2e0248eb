//! Commands and flags of neighbouring tools and of our other commands, and what ringform has in their place.
//!
//! Owns the answers and how a refused command line is looked up in them. It runs nothing in place of what was typed.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};

/// A word of another tool: the word, the tool, and the sentence that names ours.
type NeighbourRow = (&'static str, &'static str, &'static str);

const PLANS: &str = "`ringform plan` shows the difference and sends nothing";
const APPLIES: &str = "`ringform apply` shows the plan, asks, and sends";
const CHECKS: &str = "`ringform validate` checks the files offline";
const IMPORTS: &str = "`ringform import` writes documents from live clients";
const WATCHES: &str = "`ringform drift` shows what was changed outside of git";
const STARTS: &str = "`ringform init` writes a starter project";
const SIGNS_IN: &str = "secrets come from the environment; `ringform auth check` tries them";
const DELETES: &str = "ringform deletes no client; remove its document, and ringform no longer manages it";
const NO_STATE: &str = "ringform keeps no state; `ringform plan` reads live clients each time";
const NO_LOCK: &str = "the lock of a run ends with its process; no command or flag concerns it";
const PATHS: &str = "the files are arguments: `ringform plan FOLDER`";
const CLIENTS: &str = "`--client GLOB` narrows a run to some clients";
const LABELS: &str = "`--label KEY=VALUE` narrows a run to clients with a label";
const UNDOES: &str = "`ringform undo RUN` plans the way back of a run of apply";
const STATUS_2: &str = "`--detailed-exitcode` exits with 2 on a difference";
const FORMATS: &str = "`--format json` prints JSON, `--format json=FILE` writes it";
const SECRETS: &str = "a list of processes shows flags; `ringform help environment` lists the variables for secrets";
const ENDPOINT: &str = "`--endpoint URL` names the API's address";
const LOGS: &str = "`-v` shows more, `-vv` every request";
const VARIABLES: &str = "ringform.yaml takes ${NAME} from the environment, under `endpoint` and `credentials`";

const COMMANDS: &[NeighbourRow] = &[
    ("check", "DNSControl", CHECKS),
    ("console", "Terraform", "`ringform resolve` prints the effective settings of each client"),
    ("create", "other tools", STARTS),
    ("deploy", "other tools", APPLIES),
    ("destroy", "Terraform", DELETES),
    ("diff", "decK", PLANS),
    ("dump", "decK", IMPORTS),
    ("export", "other tools", IMPORTS),
    ("file", "decK", CHECKS),
    ("fmt", "Terraform", "ringform formats no files; `ringform validate` checks them"),
    ("force-unlock", "Terraform", NO_LOCK),
    ("gateway", "decK", "`ringform plan`, `ringform apply` and `ringform import` need no word before them"),
    ("get", "other tools", IMPORTS),
    ("get-zones", "DNSControl", IMPORTS),
    ("history", "Helm", "`ringform log` lists past runs of apply"),
    ("lint", "decK", CHECKS),
    ("login", "Terraform", SIGNS_IN),
    ("logout", "Terraform", SIGNS_IN),
    ("new", "Pulumi", STARTS),
    ("octodns-compare", "octoDNS", PLANS),
    ("octodns-dump", "octoDNS", IMPORTS),
    ("octodns-sync", "octoDNS", "`ringform plan` shows the difference, `ringform apply` sends it"),
    ("octodns-validate", "octoDNS", CHECKS),
    ("output", "Terraform", "`ringform resolve` prints the effective settings of each client"),
    ("ping", "decK", SIGNS_IN),
    ("preview", "DNSControl", PLANS),
    ("providers", "Terraform", "ringform has no providers; `ringform auth check` tries the credentials"),
    ("pull", "other tools", IMPORTS),
    ("push", "DNSControl", APPLIES),
    ("refresh", "Terraform", NO_STATE),
    ("reset", "decK", DELETES),
    ("revert", "other tools", UNDOES),
    ("rollback", "other tools", UNDOES),
    ("serve", "other tools", "`ringform sandbox` serves a simulator of the API"),
    ("state", "Terraform", NO_STATE),
    ("status", "other tools", WATCHES),
    ("sync", "decK", APPLIES),
    ("taint", "Terraform", NO_STATE),
    ("unlock", "other tools", NO_LOCK),
    ("untaint", "Terraform", NO_STATE),
    ("up", "Pulumi", APPLIES),
    ("update", "other tools", APPLIES),
    ("version", "Terraform", "`ringform --version` prints the version"),
    ("watch", "other tools", WATCHES),
    ("whoami", "Pulumi", SIGNS_IN),
    ("workspace", "Terraform", "one folder can hold several project files; `--project NAME` selects one"),
];

/// Flags, without their dashes.
const FLAGS: &[NeighbourRow] = &[
    ("after-collateral", "apply", "`ringform apply --after-collateral RUN` sends again after that run"),
    (
        "at",
        "other commands",
        "`ringform plan --at DAY` shows another instant; `ringform apply` sends what holds at its start",
    ),
    ("auto-approve", "Terraform", "`ringform apply --yes` sends without a question"),
    ("app-id", "other tools", SECRETS),
    ("app-secret", "other tools", SECRETS),
    ("backend-config", "Terraform", NO_STATE),
    ("chdir", "Terraform", PATHS),
    ("calendar", "resolve", "`ringform resolve --calendar` lists what begins and ends"),
    ("config", "other tools", PATHS),
    ("config-file", "octoDNS", PATHS),
    ("debug", "octoDNS", LOGS),
    ("destroy", "Terraform", DELETES),
    ("diff", "other tools", "`ringform plan --diff` shows the difference as YAML"),
    ("doit", "octoDNS", "`ringform apply` sends, and `ringform plan` does not"),
    ("domains", "DNSControl", CLIENTS),
    ("dry-run", "other tools", PLANS),
    ("expect-no-changes", "DNSControl", STATUS_2),
    ("filter", "other tools", CLIENTS),
    ("force", "octoDNS", "guards are in ringform.yaml, and a change of them belongs in a review"),
    ("headers", "decK", SECRETS),
    ("input", "Terraform", "ringform asks nothing without a terminal; `ringform apply --yes` never asks"),
    ("json", "Terraform", FORMATS),
    ("kong-addr", "decK", ENDPOINT),
    ("lock", "Terraform", NO_LOCK),
    ("lock-timeout", "Terraform", NO_LOCK),
    ("log-level", "other tools", LOGS),
    ("no-color", "Terraform", "`--color never` prints without colours"),
    ("non-zero-exit-code", "decK", STATUS_2),
    ("only-closing", "apply", "`ringform apply --only-closing` sends only what closes; `ringform plan` shows all"),
    ("out", "Terraform", "`ringform plan --out FILE` saves the plan, `ringform apply --plan FILE` sends it"),
    ("output", "other tools", FORMATS),
    ("output-file", "decK", "`ringform import --out DIR` names the folder for documents"),
    ("parallelism", "Terraform", "`--concurrency N` sets how many clients are read or written at a time"),
    ("password", "other tools", SECRETS),
    ("refresh", "Terraform", NO_STATE),
    ("refresh-only", "Terraform", WATCHES),
    ("report", "DNSControl", FORMATS),
    ("select-tag", "decK", LABELS),
    ("server", "other tools", ENDPOINT),
    ("state", "decK", PATHS),
    ("tag", "other tools", LABELS),
    ("target", "Terraform", CLIENTS),
    ("token", "other tools", SECRETS),
    ("url", "other tools", ENDPOINT),
    ("var", "Terraform", VARIABLES),
    ("var-file", "Terraform", VARIABLES),
];

/// The answer to a command of another tool: what it is, and what ringform has in its place.
pub(crate) fn neighbour_command(word: &str) -> Option<(String, &'static str)> {
    let (word, tool, ours) = COMMANDS.iter().find(|(known, _, _)| *known == word)?;
    Some((format!("`{word}` is a command of {tool}, not of ringform"), ours))
}

/// The answer to a command line that clap refuses, where a neighbour has the refused word.
pub(crate) fn neighbour(
    error: &clap::Error,
    args: &[OsString],
    command: &clap::Command,
) -> Option<(String, &'static str)> {
    match (error.kind(), context(error, ContextKind::InvalidSubcommand), context(error, ContextKind::InvalidArg)) {
        (ErrorKind::InvalidSubcommand, Some(word), _) => neighbour_command(word),
        (ErrorKind::UnknownArgument, _, Some(flag)) => match flag.strip_prefix("--") {
            Some(name) => neighbour_flag("--", name.split('=').next()?),
            None => {
                let word = single_dash(flag.strip_prefix('-')?, args)?;
                neighbour_flag("-", word).or_else(|| two_dashes(word, command))
            }
        },
        (_, _, _) => None,
    }
}

fn neighbour_flag(dashes: &str, name: &str) -> Option<(String, &'static str)> {
    let (name, tool, ours) = FLAGS.iter().find(|(known, _, _)| *known == name)?;
    Some((format!("`{dashes}{name}` is a flag of {tool}, not of this command"), ours))
}

fn context(error: &clap::Error, kind: ContextKind) -> Option<&str> {
    match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text),
        _ => None,
    }
}

/// The word of Terraform's style, such as `-out=FILE`, of which clap refuses one letter.
fn single_dash<'a>(letter: &str, args: &'a [OsString]) -> Option<&'a str> {
    let args = args.iter().skip(1).filter_map(|arg| arg.to_str()).take_while(|arg| *arg != "--");
    let mut words = args.filter_map(|arg| arg.strip_prefix('-')?.split('=').next());
    words.find(|word| word.chars().count() > 1 && !word.starts_with('-') && word.contains(letter))
}

/// A flag of ours with one dash too few.
fn two_dashes(word: &str, command: &clap::Command) -> Option<(String, &'static str)> {
    let is_ours = |command: &clap::Command| command.get_arguments().any(|arg| arg.get_long() == Some(word));
    let ours = is_ours(command)
        || command.get_subcommands().any(|below| is_ours(below) || below.get_subcommands().any(is_ours));
    ours.then(|| (format!("`-{word}` has one dash too few"), "a flag of one letter has one dash, a longer one has two"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::help::command;
    use crate::cli::parse;

    fn answer(line: &str) -> Option<(String, &'static str)> {
        let args: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        parse(&args).expect_err(line).neighbour
    }

    #[test]
    fn a_word_of_another_tool_is_answered_with_ours() {
        let table = [
            ("apply --auto-approve", "--yes"),
            ("apply -auto-approve", "--yes"),
            ("diff", "ringform plan"),
            ("preview", "ringform plan"),
            ("check", "ringform validate"),
            ("sync", "ringform apply"),
            ("push", "ringform apply"),
            ("dump", "ringform import"),
            ("get-zones", "ringform import"),
            ("login", "ringform auth check"),
            ("auth login", "ringform auth check"),
            ("status", "ringform drift"),
            ("refresh", "ringform plan"),
            ("destroy --auto-approve", "remove its document"),
            ("fmt", "ringform validate"),
            ("apply --doit", "ringform apply"),
            ("plan --target=12", "--client"),
            ("plan -target=12", "--client"),
            ("plan -target 12", "--client"),
            ("plan -out=plan.json", "ringform plan --out FILE"),
            ("plan -chdir=pbx", "ringform plan FOLDER"),
            ("-chdir=pbx plan", "ringform plan FOLDER"),
            ("plan -var a=b", "${NAME}"),
            ("plan -refresh=false", "reads live clients"),
            ("plan -detailed-exitcode", "a longer one has two"),
            ("plan -version", "a longer one has two"),
            ("apply --at 2026-12-01", "ringform plan --at"),
            ("import --at=2026-12-01", "ringform plan --at"),
            ("plan --only-closing", "ringform apply --only-closing"),
            ("drift --after-collateral RUN", "ringform apply --after-collateral"),
            ("plan --calendar", "ringform resolve --calendar"),
        ];
        for (line, ours) in table {
            let (_, help) = answer(&format!("ringform {line}")).unwrap_or_else(|| panic!("no answer to {line}"));
            assert!(help.contains(ours), "{line}: {help}");
        }
    }

    #[test]
    fn a_misspelt_word_and_a_value_are_not_answered() {
        for line in ["pln", "plan --auto-aprove", "plan -x", "init --ci diff", "apply --plan"] {
            assert_eq!(answer(&format!("ringform {line}")), None, "{line}");
        }
    }

    #[test]
    fn every_answer_names_what_exists_and_no_word_is_ours() {
        let mut root = command();
        root.build();
        let all: Vec<&clap::Command> =
            root.get_subcommands().flat_map(|one| one.get_subcommands().chain([one])).chain([&root]).collect();
        let is_flag = |name: &str| all.iter().any(|one| one.get_arguments().any(|arg| arg.get_long() == Some(name)));
        for (word, _, ours) in COMMANDS.iter().chain(FLAGS) {
            assert!(COMMANDS.iter().chain(FLAGS).filter(|(other, _, _)| other == word).count() <= 2, "{word} is twice");
            for quoted in ours.split('`').skip(1).step_by(2) {
                let words: Vec<&str> = quoted.split(' ').collect();
                if let ["ringform", command, ..] = words.as_slice() {
                    let known = command.starts_with('-') || root.find_subcommand(command).is_some();
                    assert!(known, "{word}: {ours}");
                }
                for flag in words.iter().filter_map(|word| word.strip_prefix("--")) {
                    assert!(is_flag(flag), "{word}: {ours}");
                }
            }
        }
        for (word, _, _) in COMMANDS {
            assert!(root.find_subcommand(word).is_none(), "{word} is a command of ours");
        }
    }
}
