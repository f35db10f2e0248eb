//! The words for what `import --factor` did.
//!
//! Owns the lines about profiles and the errors of a project file that may not be edited. Names and values come from
//! lists and answers, so each goes through the escape.

use std::path::Path;

use ringform::config::{FEWEST, SharedProfile};
use ringform::model::{State, io_cause};
use ringform::render::escape;
use ringform::run::{FactorError, FactorOutcome, NotEditedReason};

use crate::terminal::files::shown;
use crate::terminal::output::{note, print_text};

/// How the profiles were chosen.
const THRESHOLDS: &str = "note: `common` holds each value that more than half of the clients have. The profile of a \
    label holds values of more than 80 % of its clients. A profile has at least 3 users. geo_list \"*\" is in no profile";

/// Shows the result; `false` where it is an error.
pub(crate) fn show(result: &Result<FactorOutcome, FactorError>, quiet: bool) -> anyhow::Result<bool> {
    match result {
        Ok(outcome) => {
            done(outcome, quiet)?;
            Ok(outcome.not_written.is_empty() && outcome.changed.is_empty())
        }
        Err(error) => {
            // The import has said what went wrong, and the exit status shows it.
            let is_error = !matches!(error, FactorError::Interrupted | FactorError::Incomplete { .. });
            note(&format!("{}: {}", if is_error { "error" } else { "note" }, sentence(error)));
            Ok(!is_error)
        }
    }
}

fn done(outcome: &FactorOutcome, quiet: bool) -> anyhow::Result<()> {
    let FactorOutcome { documents, factored_before, profiles, shortened, changed, not_written, is_interrupted } =
        outcome;
    for profile in profiles {
        print_text(&format!("{}\n", line(profile)))?;
    }
    match (*documents, *factored_before) {
        (few, _) if few < FEWEST => {
            let they = match few {
                0 => "it has none",
                1 => "it has 1",
                _ => "it has 2",
            };
            note(&format!(
                "note: --factor needs {FEWEST} documents of the project that are as import writes them; {they}"
            ));
        }
        (all, 0) if profiles.is_empty() && *shortened == 0 => {
            note(&format!("note: {all} documents share no values that make a profile; they stay"));
        }
        (all, before) => {
            let before = if before > 0 { format!(", {before} named profiles before") } else { String::new() };
            print_text(&format!("{shortened} of {all} documents shortened{before}\n"))?;
        }
    }
    if !quiet && !profiles.is_empty() {
        note(THRESHOLDS);
    }
    for profile in profiles.iter().filter(|profile| profile.name != profile.wanted) {
        let [wanted, name] = [&profile.wanted, &profile.name].map(|name| escaped(name));
        note(&format!("note: another profile has the name {wanted}, so this one is {name}"));
    }
    for file in changed {
        note(&format!("error: {} changed meanwhile and stays as it is", shown(file)));
    }
    for (file, error) in not_written {
        note(&format!("error: cannot write {}: {}", shown(file), cause(error)));
    }
    if *is_interrupted {
        note("note: interrupted; the documents that are left stay valid, and the same command goes on with them");
    }
    Ok(())
}

/// `profile common: geo_list [RU] (281 of 300), timezone Europe/Moscow (300 of 300)`.
fn line(profile: &SharedProfile) -> String {
    let values: Vec<String> = profile
        .values
        .iter()
        .map(|one| format!("{} {} ({} of {})", one.setting, value(&one.state), one.holders, one.clients))
        .collect();
    let exists = if profile.exists { " (as it is)" } else { "" };
    format!("profile {}{exists}: {}", escaped(&profile.name), values.join(", "))
}

fn value(state: &State) -> String {
    const MOST: usize = 8;
    if let Some(countries) = state.countries().filter(|countries| !countries.codes().is_empty()) {
        let codes: Vec<&str> = countries.codes().iter().take(MOST).map(|code| code.as_str()).collect();
        let more = countries.codes().len() - codes.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        return format!("[{}{more}]", codes.join(", "));
    }
    let json = state.to_json();
    escaped(json.as_str().unwrap_or(&json.to_string()))
}

fn escaped(text: &str) -> String {
    escape::terminal(&text.into()).to_string()
}

fn cause(error: &std::io::Error) -> String {
    escaped(&io_cause(error))
}

fn sentence(error: &FactorError) -> String {
    const PLAIN: &str = "the documents stay as import wrote them";
    let again = "run the same command again";
    match error {
        FactorError::Interrupted => format!("interrupted before --factor; {PLAIN}"),
        FactorError::Incomplete { failed, clients } => format!(
            "{failed} of {clients} clients have no document, so --factor waits; {PLAIN}\n  help: {again}; it goes on \
             with those that have no document"
        ),
        FactorError::FolderOutside(folder) => format!(
            "{} is not inside of the project, so its documents can name no profiles; {PLAIN}\n  help: give a folder of \
             the project with --out",
            shown(folder)
        ),
        FactorError::BrokenProject(file) => {
            format!("{} has errors now; {PLAIN}\n  help: `ringform validate` shows them; then {again}", shown(file))
        }
        FactorError::Changed(file) => format!("{} changed meanwhile; {PLAIN}\n  help: {again}", shown(file)),
        FactorError::NotEdited { file, why, lines } => format!(
            "cannot add the profiles to {}: {}; {PLAIN}\n  help: add these lines by hand, then {again}:\n{}",
            shown(file),
            reason(file, why),
            indented(lines)
        ),
        FactorError::Mismatch { client, left } => {
            let left: Vec<String> = left.iter().map(|file| format!("\n  not put back: {}", shown(file))).collect();
            format!(
                "client {client} would declare other settings with profiles, which is a fault of ringform; every file \
                 is as before{}",
                left.concat()
            )
        }
    }
}

fn reason(file: &Path, why: &NotEditedReason) -> String {
    match why {
        NotEditedReason::ReadOnly => "it is read-only".to_owned(),
        NotEditedReason::LinkOutside => "it is a link to a file outside of the project".to_owned(),
        NotEditedReason::Refused(refusal) => {
            format!("{} ({}:{}:{})", refusal.kind.sentence(), shown(file), refusal.line, refusal.column)
        }
        NotEditedReason::NotWritten(error) => cause(error),
    }
}

/// Lines of YAML, each with its escape.
fn indented(lines: &str) -> String {
    lines.lines().map(|line| format!("    {}", escaped(line))).collect::<Vec<_>>().join("\n")
}
