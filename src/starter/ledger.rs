//! The line of ringform.yaml that turns the ledger on.
//!
//! Owns which ledger a pipeline needs, and how the line gets into a project that exists. It changes no other line.

use std::fs;
use std::path::Path;

use crate::cli::Pipeline;
use crate::terminal::files;

/// The line as the starter project has it.
const OFF: &str = "\n# ledger: git\n";

/// What became of the ledger of a project that existed before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LedgerSwitch {
    /// The project file has a ledger, or needs none.
    Unchanged,
    /// The line is in the project file now.
    TurnedOn,
    /// The project file is left as it was, because the line has no certain place in it.
    ByHand,
}

/// The line that these pipelines need; `None` without a pipeline. With cron alone one machine applies and looks, so the
/// branch stays in its clone.
pub(crate) fn ledger_line(pipelines: &[Pipeline]) -> Option<&'static str> {
    match pipelines {
        [] => None,
        [Pipeline::Cron] => Some("ledger: {remote: none}"),
        [_, ..] => Some("ledger: git"),
    }
}

/// The text of the starter project with this line.
pub(super) fn turned_on(text: &str, line: Option<&str>) -> String {
    line.map_or_else(|| text.to_owned(), |line| text.replace(OFF, &format!("\n{line}\n")))
}

/// Turns the ledger on in the ringform.yaml of this folder.
pub(crate) fn turn_on_ledger(project: &Path, pipelines: &[Pipeline]) -> anyhow::Result<LedgerSwitch> {
    let Some(line) = ledger_line(pipelines) else { return Ok(LedgerSwitch::Unchanged) };
    let path = project.join("ringform.yaml");
    // A FIFO would wait for a writer.
    let is_small = fs::metadata(&path).is_ok_and(|data| data.is_file() && data.len() < 1_048_576);
    let Some(text) = is_small.then(|| fs::read_to_string(&path).ok()).flatten() else {
        return Ok(LedgerSwitch::ByHand);
    };
    if names_ledger(&text) {
        return Ok(LedgerSwitch::Unchanged);
    }
    let Some(text) = with_line(&text, line) else { return Ok(LedgerSwitch::ByHand) };
    files::replace(&path, |out| out.write_all(text.as_bytes()))?;
    Ok(LedgerSwitch::TurnedOn)
}

/// Whether the text has the key already, in any quotes.
fn names_ledger(text: &str) -> bool {
    let key = |line: &str| line.split(':').next().map(|key| key.trim_end().trim_matches(['"', '\'']) == "ledger");
    text.lines().any(|line| line.contains(':') && key(line) == Some(true))
}

/// The text with the line at its end. `None` where a line there might not be a key of the project.
fn with_line(text: &str, line: &str) -> Option<String> {
    let is_block = text.lines().any(|line| line.starts_with("endpoint:"));
    let has_marker = text.lines().any(|line| line.starts_with("---") || line.starts_with("..."));
    if !is_block || has_marker {
        return None;
    }
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let before = if text.ends_with('\n') { "" } else { end };
    Some(format!("{text}{before}{end}{line}{end}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_comes_to_the_end_of_a_project_of_keys_and_nowhere_else() {
        let with = |text: &str| with_line(text, "ledger: git");
        assert_eq!(with("endpoint: x\n").as_deref(), Some("endpoint: x\n\nledger: git\n"));
        assert_eq!(with("endpoint: x").as_deref(), Some("endpoint: x\n\nledger: git\n"));
        assert_eq!(with("endpoint: x\r\n").as_deref(), Some("endpoint: x\r\n\r\nledger: git\r\n"));
        for text in ["{endpoint: x}\n", "endpoint: x\n...\n", "---\nendpoint: x\n", ""] {
            assert_eq!(with(text), None, "{text}");
        }
    }

    #[test]
    fn a_key_in_quotes_is_a_ledger_too_and_a_comment_is_none() {
        for text in ["ledger: git\n", "\"ledger\": git\n", "'ledger' : git\n"] {
            assert!(names_ledger(text), "{text}");
        }
        assert!(!names_ledger("# ledger: git\nprofiles:\n  ledger: {}\nledgers\n"));
    }

    #[test]
    fn one_machine_keeps_the_branch_and_every_other_pipeline_pushes_it() {
        assert_eq!(ledger_line(&[]), None);
        assert_eq!(ledger_line(&[Pipeline::Cron]), Some("ledger: {remote: none}"));
        assert_eq!(ledger_line(&[Pipeline::Cron, Pipeline::Github]), Some("ledger: git"));
    }
}
