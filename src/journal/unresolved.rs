//! Journals read after a crash.
//!
//! Owns the question which PUT a run was sending when it ended, and the lines that cannot be read. The run never sent
//! what a line that a crash cut short would have announced.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, TryLockError};
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::files::open_regular;
use crate::journal::append_line::append;
use crate::journal::collateral::{CollateralRun, JournalCollateral};
use crate::journal::folder::{journals, named, run_of, shown};
use crate::journal::open_puts::{OpenPut, OpenPuts};
use crate::journal::record::JournalRecord;
use crate::model::{ClientId, ClientKey, Setting, State, Untrusted, value};
use crate::plan::ClientPlan;

/// A PUT whose result an earlier run did not learn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnresolvedPut {
    /// The run that sent it.
    pub run: String,
    /// The client.
    pub client: ClientId,
    /// The credentials that it was sent with.
    pub credentials: Option<Arc<str>>,
    /// What it holds.
    pub put: BTreeMap<Setting, State>,
    /// What is known of it.
    pub trace: PutTrace,
    /// The journal that holds it; `None` where only the ledger does.
    pub journal: Option<PathBuf>,
}

/// What is known of an unresolved PUT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PutTrace {
    /// The run ended while it was sending it.
    Cut,
    /// The run sent it, lost the answer, and could not read the client again.
    AnswerLost,
    /// The run claimed it in the ledger and ended without a record.
    Claimed,
}

impl UnresolvedPut {
    /// Whether it went to this client.
    pub fn is_of(&self, client: &ClientPlan) -> bool {
        self.key() == client.key()
    }

    /// The key of its client.
    pub fn key(&self) -> ClientKey {
        ClientKey::new(self.client, self.credentials.as_ref())
    }
}

/// What the journals of earlier runs leave open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenEnds {
    /// Every unresolved PUT.
    pub puts: Vec<UnresolvedPut>,
    /// The lines that cannot be read.
    pub damaged: Vec<DamagedLine>,
    /// The runs to this endpoint whose journals could be read whole: of them nothing else is in doubt.
    pub read_whole: BTreeSet<String>,
    /// The runs of this project, to any endpoint, whose collateral no later run acknowledged; oldest first.
    pub collaterals: Vec<CollateralRun>,
}

/// A line of a journal that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DamagedLine {
    /// The journal, from `.ringform/` on.
    pub journal: String,
    /// The line, from 1.
    pub line: u32,
}

/// What the journals leave open: every unresolved PUT to this endpoint, and every collateral of this project. Projects
/// in one folder share the journals, and on another endpoint a number is another client. A run under way holds the lock
/// of its journal and does not count. A journal that cannot be read is an error: silence would mean "nothing open".
pub fn open_ends(root: &Path, endpoint: &Untrusted, project: &Untrusted) -> io::Result<OpenEnds> {
    let mut all = OpenEnds::default();
    for path in journals(root)? {
        let file = open_regular(&path).map_err(|error| named(&path, error))?;
        match file.try_lock_shared() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => continue,
            Err(TryLockError::Error(error)) => return Err(named(&path, error)),
        }
        let one = open_ends_of(file, &path, endpoint, project)?;
        all.puts.extend(one.puts);
        all.damaged.extend(one.damaged);
        all.read_whole.extend(one.read_whole);
        all.collaterals.extend(one.collaterals);
    }
    Ok(all)
}

fn open_ends_of(file: File, path: &Path, here: &Untrusted, project: &Untrusted) -> io::Result<OpenEnds> {
    let run = run_of(path);
    let (mut open, mut collateral) = (OpenPuts::default(), JournalCollateral::default());
    let (mut damaged, mut is_elsewhere) = (Vec::new(), false);
    for (line, text) in (1..).zip(BufReader::new(file).split(b'\n')) {
        let text =
            text.map_err(|error| io::Error::new(error.kind(), format!("{}, line {line}: {error}", shown(path))))?;
        match serde_json::from_slice::<JournalRecord>(&text) {
            Ok(record) => {
                if let JournalRecord::Begin { endpoint, .. } = &record {
                    is_elsewhere = endpoint != here;
                }
                collateral.take(&record, Some(project));
                if is_elsewhere && collateral.is_of_other_project() {
                    return Ok(OpenEnds::default());
                }
                open.take(record);
            }
            Err(_) if text.trim_ascii().is_empty() => {}
            Err(_) => {
                collateral.take_damaged(&text);
                damaged.push(DamagedLine { journal: shown(path), line });
            }
        }
    }
    let collaterals = collateral.into_run(&run, path).into_iter().collect();
    if is_elsewhere {
        return Ok(OpenEnds { collaterals, ..OpenEnds::default() });
    }
    let put = |open: OpenPut| UnresolvedPut {
        run: run.clone(),
        client: open.client,
        credentials: open.credentials,
        put: open.changes.iter().map(|one| (one.field, value::live(one.field.kind(), &one.after))).collect(),
        trace: if open.answer_lost { PutTrace::AnswerLost } else { PutTrace::Cut },
        journal: Some(path.to_owned()),
    };
    let puts = open.into_puts().map(put).collect();
    let read_whole = damaged.is_empty().then(|| run.clone()).into_iter().collect();
    Ok(OpenEnds { puts, damaged, read_whole, collaterals })
}

/// Records in the old journal, where there is one, that the run `by` has read the client and so knows the result.
pub fn mark_resolved(put: &UnresolvedPut, by: &str) -> io::Result<()> {
    let Some(journal) = &put.journal else { return Ok(()) };
    let (client_id, credentials) = (put.client, put.credentials.clone());
    append(journal, &JournalRecord::Settled { client_id, credentials, by: by.to_owned() })
}

#[cfg(test)]
mod tests {
    use std::fs::{self, OpenOptions};
    use std::io::Write;

    use super::*;
    use crate::journal::fixture::client;
    use crate::journal::folder::FOLDER;
    use crate::journal::{Journal, JournalHeader, JournalLine};
    use crate::plan::{ApplyResult, Details, Run};

    fn file_of(root: &Path, run: &str) -> PathBuf {
        root.join(FOLDER).join("journal").join(format!("{run}.jsonl"))
    }

    fn journal(root: &Path, run: &str) -> Journal {
        let (endpoint, project) = ("https://pbx.example".into(), "ringform.yaml".into());
        let run = Run { id: run.to_owned(), started_at: "2026-01-01T00:00:00Z".to_owned(), ..Run::default() };
        let header = JournalHeader {
            run: &run,
            version: "0.1.0",
            endpoint: &endpoint,
            project: &project,
            commit: None,
            digest: "sha256:00",
            undo: None,
        };
        Journal::create(root, &header).unwrap()
    }

    #[test]
    fn a_killed_run_leaves_its_last_put_unresolved() {
        let root = tempfile::tempdir().unwrap();
        let run = journal(root.path(), "one");
        for id in ["12", "13"] {
            let client = client(id);
            run.write(&JournalLine::sending(&client, &client.patch().unwrap()).unwrap()).unwrap();
        }
        run.write(&JournalLine::done(&client("12"), ApplyResult::Applied, &Details::default(), None).unwrap()).unwrap();
        let read = |root: &Path| open_ends(root, &"https://pbx.example".into(), &"ringform.yaml".into()).unwrap();
        let unresolved = |root: &Path| read(root).puts;
        assert_eq!(unresolved(root.path()), [], "a run under way is not unresolved");
        let path = file_of(root.path(), "one");
        drop(run);
        let mut cut = OpenOptions::new().append(true).open(path).unwrap();
        cut.write_all(b"{\"event\":\"sendi").unwrap();
        let puts = unresolved(root.path());
        assert_eq!(puts.len(), 1);
        assert_eq!((puts[0].client.to_string(), puts[0].run.as_str()), ("13".to_owned(), "one"));
        assert_eq!(puts[0].put, [(Setting::HoldMusic, State::NotSet)].into());
        assert_eq!(puts[0].trace, PutTrace::Cut);
        mark_resolved(&puts[0], "two").unwrap();
        let damaged = vec![DamagedLine { journal: ".ringform/journal/one.jsonl".into(), line: 5 }];
        assert_eq!(read(root.path()), OpenEnds { damaged, ..OpenEnds::default() });
    }

    #[test]
    fn a_put_whose_answer_was_lost_is_unresolved_too() {
        let root = tempfile::tempdir().unwrap();
        let run = journal(root.path(), "one");
        let in_doubt = Details { in_doubt: true, ..Details::default() };
        for (id, result, details) in [
            ("12", ApplyResult::Failed, &in_doubt),
            ("13", ApplyResult::Failed, &Details::default()),
            // The run has read this client.
            ("14", ApplyResult::Stale, &in_doubt),
        ] {
            let client = client(id);
            run.write(&JournalLine::sending(&client, &client.patch().unwrap()).unwrap()).unwrap();
            run.write(&JournalLine::done(&client, result, details, None).unwrap()).unwrap();
        }
        drop(run);
        let found = open_ends(root.path(), &"https://pbx.example".into(), &"ringform.yaml".into()).unwrap();
        let puts: Vec<_> = found.puts.iter().map(|put| (put.client.to_string(), put.trace)).collect();
        assert_eq!(puts, [("12".to_owned(), PutTrace::AnswerLost)]);
        assert_eq!(found.read_whole, ["one".to_owned()].into());
    }

    #[test]
    fn other_endpoints_and_other_credentials_have_other_clients() {
        let root = tempfile::tempdir().unwrap();
        let run = journal(root.path(), "one");
        let twelve = |credentials: &str| ClientPlan { credentials: Some(credentials.into()), ..client("12") };
        let me = |credentials: &str| ClientPlan { client_id: ClientId::Me, ..twelve(credentials) };
        for client in [me("a"), me("b"), twelve("a")] {
            run.write(&JournalLine::sending(&client, &client.patch().unwrap()).unwrap()).unwrap();
        }
        run.write(&JournalLine::done(&me("a"), ApplyResult::Applied, &Details::default(), None).unwrap()).unwrap();
        drop(run);
        let puts = open_ends(root.path(), &"https://pbx.example".into(), &"ringform.yaml".into()).unwrap().puts;
        assert_eq!(puts.len(), 2, "{puts:?}");
        assert!(puts.iter().any(|put| put.is_of(&me("b"))));
        assert!(!puts.iter().any(|put| put.is_of(&me("a"))));
        assert!(puts.iter().any(|put| put.is_of(&twelve("b"))), "a number is one client under all credentials");
        assert_eq!(
            open_ends(root.path(), &"https://staging.example".into(), &"ringform.yaml".into()).unwrap(),
            OpenEnds::default()
        );
    }

    #[test]
    #[cfg(unix)]
    fn journals_are_private_and_ignored_by_git() {
        use std::os::unix::fs::PermissionsExt;
        let root = tempfile::tempdir().unwrap();
        let _run = journal(root.path(), "one");
        assert_eq!(fs::metadata(file_of(root.path(), "one")).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_to_string(root.path().join(".ringform/.gitignore")).unwrap(), "*\n");
    }
}
