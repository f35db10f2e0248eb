//! The runs of a project as the journals of this machine show them.
//!
//! Owns the step from the lines of one journal to a past run. A line that cannot be read costs no other line.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use serde::Deserialize;

use crate::files::open_regular;
use crate::journal::folder::{journals, named, run_of};
use crate::journal::record::JournalRecord;
use crate::model::{ClientKey, Untrusted};
use crate::plan::history::{PastAuthor, PastChange, PastClient, PastResult, PastRun, PutFate, time_of};

/// The runs in the journals below a project, oldest first. Projects in one folder share the journals, so `project` says
/// whose runs count. `wanted` takes the name of a run.
pub fn past_runs(root: &Path, project: &Untrusted, wanted: impl Fn(&str) -> bool) -> io::Result<Vec<PastRun>> {
    let mut runs = Vec::new();
    for path in journals(root)? {
        let run = run_of(&path);
        if !wanted(&run) {
            continue;
        }
        let read = open_regular(&path).and_then(|file| {
            let is_under_way = file.try_lock_shared().is_err();
            read(&run, project, is_under_way, BufReader::new(file))
        });
        match read {
            Ok(one) => runs.extend(one),
            Err(error) => runs.push(PastRun::unreadable(&run, named(&path, error).to_string().into())),
        }
    }
    Ok(runs)
}

/// Who ran apply, and why, in the first line. Journals of before have none of it.
#[derive(Default, Deserialize)]
#[serde(default)]
struct BeginAuthor {
    actor: Option<Untrusted>,
    reason: Option<Untrusted>,
    ci: Option<BeginCi>,
    commit: Option<Untrusted>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct BeginCi {
    job: Option<Untrusted>,
    pull_request: Option<Untrusted>,
}

/// The run of one journal; `None` where it is of another project.
fn read(run: &str, here: &Untrusted, is_under_way: bool, lines: impl BufRead) -> io::Result<Option<PastRun>> {
    let mut past = PastRun { run: run.to_owned(), time: time_of(run), ..PastRun::default() };
    let mut clients: BTreeMap<ClientKey, PastClient> = BTreeMap::new();
    let (mut has_begun, mut has_ended, mut damaged) = (false, false, None);
    for (number, line) in (1..).zip(lines.split(b'\n')) {
        let line = line?;
        match serde_json::from_slice::<JournalRecord>(&line) {
            Ok(JournalRecord::Begin { project, .. }) if project != *here => return Ok(None),
            Ok(JournalRecord::Begin { started_at, endpoint, .. }) => {
                has_begun = true;
                past.time = started_at.parse().ok().or(past.time);
                past.endpoint = Some(endpoint);
                let BeginAuthor { actor, reason, ci, commit } = serde_json::from_slice(&line).unwrap_or_default();
                let BeginCi { job, pull_request } = ci.unwrap_or_default();
                past.author = PastAuthor { actor, reason, ci: job, pull_request };
                past.commit = commit;
            }
            Ok(JournalRecord::Sending { client_id, credentials, changes, .. }) => {
                let sent = changes.iter().map(|one| PastChange::sent(one.field, Some(&one.before), &one.after));
                let (changes, fate) = (sent.collect(), PutFate::Unfinished);
                let client = PastClient { client_id, name: None, credentials, changes, moved: Vec::new(), fate };
                clients.insert(client.key(), client);
            }
            Ok(JournalRecord::Done { client_id, credentials, result, in_doubt, not_converged, collateral, .. }) => {
                if let Some(client) = clients.get_mut(&ClientKey::new(client_id, credentials.as_ref())) {
                    client.fate = if in_doubt { PutFate::InDoubt } else { PutFate::Result(result) };
                    for change in &mut client.changes {
                        let stored = not_converged.iter().find(|one| one.field == change.field);
                        change.stored = stored.map(|one| one.stored.clone());
                    }
                    let moved = collateral.iter();
                    client.moved =
                        moved.map(|one| PastChange::sent(one.field, Some(&one.before), &one.after)).collect();
                }
            }
            Ok(JournalRecord::End { .. }) => has_ended = true,
            Ok(JournalRecord::Settled { .. } | JournalRecord::Acknowledged { .. }) => {}
            Err(_) if line.trim_ascii().is_empty() => {}
            Err(_) => damaged = damaged.or(Some(number)),
        }
    }
    past.clients = clients.into_values().collect();
    past.problem = damaged.map(|line: u32| format!("line {line} of its journal cannot be read").into());
    let is_good = |client: &PastClient| matches!(client.fate, PutFate::Result(result) if result.is_good());
    past.result = match (has_begun, is_under_way, has_ended) {
        (false, _, _) => return Ok(Some(PastRun::unreadable(run, "its journal has no first line".into()))),
        (true, true, _) => PastResult::UnderWay,
        (true, false, false) => PastResult::Unfinished,
        (true, false, true) if past.clients.iter().all(is_good) => PastResult::Succeeded,
        (true, false, true) => PastResult::Failed,
    };
    Ok(Some(past))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEGIN: &str = r#"{"event":"begin","run":"r","started_at":"2026-11-27T09:00:00Z","ringform_version":"v","endpoint":"https://pbx.example","project":"ringform.yaml"}"#;
    const SENDING: &str = r#"{"event":"sending","client_id":"12","credentials":null,"changes":[{"field":"hold_music","before":7,"after":null}],"put":{}}"#;
    const END: &str = r#"{"event":"end","ended_at":"2026-11-27T09:00:09Z"}"#;

    fn run(lines: &[&str]) -> Option<PastRun> {
        read("r", &"ringform.yaml".into(), false, lines.join("\n").as_bytes()).unwrap()
    }

    #[test]
    fn a_journal_is_a_run_with_its_puts_and_their_fates() {
        use PastResult::*;
        let done = |result: &str| {
            format!(r#"{{"event":"done","client_id":"12","credentials":null,"result":"{result}","message":null}}"#)
        };
        let rows = [
            (vec![BEGIN.to_owned(), END.to_owned()], Succeeded, None),
            (vec![BEGIN.to_owned(), SENDING.to_owned()], Unfinished, Some("unfinished")),
            (vec![BEGIN.to_owned(), SENDING.to_owned(), done("applied")], Unfinished, Some("applied")),
            (vec![BEGIN.to_owned(), SENDING.to_owned(), done("applied"), END.to_owned()], Succeeded, Some("applied")),
            (vec![BEGIN.to_owned(), SENDING.to_owned(), done("failed"), END.to_owned()], Failed, Some("failed")),
            (vec![SENDING.to_owned(), END.to_owned()], Unreadable, None),
        ];
        for (lines, result, fate) in rows {
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            let run = run(&lines).unwrap();
            assert_eq!((run.result, run.clients.first().map(|one| one.fate.name())), (result, fate), "{lines:?}");
            assert_eq!(run.problem.is_some(), result == Unreadable, "{lines:?}");
        }
    }

    #[test]
    fn a_damaged_line_is_named_and_a_run_of_another_project_does_not_count() {
        let past = run(&[BEGIN, "{half", SENDING, END]).unwrap();
        assert_eq!(past.problem, Some("line 2 of its journal cannot be read".into()));
        assert_eq!(past.clients.len(), 1);
        assert_eq!(run(&[&BEGIN.replace("ringform.yaml", "shop.ringform.yaml"), SENDING]), None);
    }

    #[test]
    fn the_first_line_says_who_where_it_does() {
        let begin =
            BEGIN.replace("\"v\"", r#""v","actor":"Anna","reason":"ticket","ci":{"provider":"github","job":"https://ci","pull_request":null},"commit":"ab""#);
        let past = run(&[&begin]).unwrap();
        assert_eq!(past.author.actor, Some("Anna".into()));
        assert_eq!((past.author.ci, past.commit), (Some("https://ci".into()), Some("ab".into())));
        assert_eq!(run(&[BEGIN]).unwrap().author, PastAuthor::default());
    }
}
