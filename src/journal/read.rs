//! Journals read after a crash.
//!
//! Owns the question "what was being sent when a run ended?". A line that was cut short by the crash is passed over: what it
//! would have announced was never sent.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::journal::{FOLDER, Record};
use crate::model::{ClientId, ClientKey, Setting, Untrusted};
use crate::plan::ClientPlan;

/// A PUT of which an earlier run did not learn what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// The run that sent it.
    pub run: String,
    /// The client.
    pub client: ClientId,
    /// The credentials that it was sent with.
    pub credentials: Option<Arc<str>>,
    /// The fields that were being sent.
    pub fields: Vec<Setting>,
    /// The journal that says so.
    pub journal: PathBuf,
}

impl Doubt {
    /// Whether this client is the one in doubt. `@me` is another client under other credentials; a number is the same.
    pub fn is_of(&self, client: &ClientPlan) -> bool {
        ClientKey::new(self.client, self.credentials.as_ref()) == client.key()
    }
}

/// Every PUT to this endpoint in doubt, by run and client: projects that lie beside each other share a folder, and a number
/// stands for another client elsewhere. Runs that are still under way hold the lock of their journal and are left out. A journal that cannot be read is an error: silence would be taken for "nothing in doubt".
pub fn in_doubt(root: &Path, endpoint: &Untrusted) -> io::Result<Vec<Doubt>> {
    let mut doubts = Vec::new();
    let folder = root.join(FOLDER).join("journal");
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(doubts),
        Err(error) => return Err(error),
    };
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "jsonl") {
            paths.push(path);
        }
    }
    paths.sort();
    for path in paths {
        let file = File::open(&path)?;
        match file.try_lock_shared() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => continue,
            Err(TryLockError::Error(error)) => return Err(error),
        }
        doubts.extend(of_journal(file, &path, endpoint)?);
    }
    Ok(doubts)
}

fn of_journal(file: File, path: &Path, here: &Untrusted) -> io::Result<Vec<Doubt>> {
    let run = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let mut open: BTreeMap<ClientKey, Doubt> = BTreeMap::new();
    for line in BufReader::new(file).split(b'\n') {
        match serde_json::from_slice::<Record>(&line?) {
            Ok(Record::Begin { endpoint, .. }) if endpoint != *here => return Ok(Vec::new()),
            Ok(Record::Sending { client_id: client, credentials, changes, .. }) => {
                let fields = changes.iter().map(|sent| sent.field).collect();
                let key = ClientKey::new(client, credentials.as_ref());
                open.insert(key, Doubt { run: run.clone(), client, credentials, fields, journal: path.to_owned() });
            }
            Ok(Record::Done { client_id, credentials, .. } | Record::Settled { client_id, credentials, .. }) => {
                open.remove(&ClientKey::new(client_id, credentials.as_ref()));
            }
            Ok(Record::Begin { .. } | Record::End { .. }) | Err(_) => {}
        }
    }
    Ok(open.into_values().collect())
}

/// Notes in the old journal that a later run has read the client and so knows.
pub fn settle(doubt: &Doubt, by: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().read(true).append(true).open(&doubt.journal)?;
    let mut line = Vec::new();
    // A killed run may have left half a line; the note must not be glued to it.
    if file.seek(SeekFrom::End(-1)).is_ok() {
        let mut last = [0];
        io::Read::read_exact(&mut file, &mut last)?;
        if last != *b"\n" {
            line.push(b'\n');
        }
    }
    let (client_id, credentials) = (doubt.client, doubt.credentials.clone());
    line.extend(serde_json::to_vec(&Record::Settled { client_id, credentials, by: by.to_owned() })?);
    line.push(b'\n');
    file.write_all(&line)?;
    file.sync_data()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::{Header, Journal, Line};
    use crate::model::{Declaration, Layer, Live, ManagedField, Place, State};
    use crate::plan::{ApplyResult, Origin};

    fn client(id: &str) -> ClientPlan {
        let place = Place::new("clients/a.yaml".into(), 1, 1);
        let declaration = Declaration {
            client: ClientId::parse(id).unwrap(),
            credentials: None,
            labels: BTreeMap::new(),
            place: place.clone(),
            document: 0,
            managed: vec![ManagedField {
                setting: Setting::HoldMusic,
                wanted: State::NotSet,
                layer: Layer::Settings,
                place,
            }],
            expect: Vec::new(),
            ignored: Default::default(),
        };
        let body = format!(r#"{{"id":{id},"hold_music":7}}"#);
        ClientPlan::read(&declaration, Live::parse(body.as_bytes(), Default::default()).unwrap(), Origin::Unknown)
    }

    fn journal(root: &Path, run: &str) -> Journal {
        let (endpoint, project) = ("https://pbx.example".into(), "ringform.yaml".into());
        let header = Header {
            run,
            started_at: "2026-01-01T00:00:00Z",
            version: "0.1.0",
            endpoint: &endpoint,
            project: &project,
        };
        Journal::create(root, &header).unwrap()
    }

    #[test]
    fn a_killed_run_leaves_its_last_put_in_doubt() {
        let root = tempfile::tempdir().unwrap();
        let run = journal(root.path(), "one");
        for id in ["12", "13"] {
            let client = client(id);
            run.write(&Line::sending(&client, &client.patch().unwrap()).unwrap()).unwrap();
        }
        run.write(&Line::done(&client("12"), ApplyResult::Applied, None).unwrap()).unwrap();
        let in_doubt = |root: &Path| in_doubt(root, &"https://pbx.example".into());
        assert_eq!(in_doubt(root.path()).unwrap(), [], "a run under way is not in doubt");
        let path = run.path().to_owned();
        drop(run);
        let mut cut = OpenOptions::new().append(true).open(path).unwrap();
        cut.write_all(b"{\"event\":\"sendi").unwrap();
        let doubts = in_doubt(root.path()).unwrap();
        assert_eq!(doubts.len(), 1);
        assert_eq!((doubts[0].client.to_string(), doubts[0].run.as_str()), ("13".to_owned(), "one"));
        assert_eq!(doubts[0].fields, [Setting::HoldMusic]);
        settle(&doubts[0], "two").unwrap();
        assert_eq!(in_doubt(root.path()).unwrap(), []);
    }

    #[test]
    fn clients_of_other_endpoints_and_other_credentials_are_told_apart() {
        let root = tempfile::tempdir().unwrap();
        let run = journal(root.path(), "one");
        let twelve = |credentials: &str| ClientPlan { credentials: Some(credentials.into()), ..client("12") };
        let me = |credentials: &str| ClientPlan { client_id: ClientId::Me, ..twelve(credentials) };
        for client in [me("a"), me("b"), twelve("a")] {
            run.write(&Line::sending(&client, &client.patch().unwrap()).unwrap()).unwrap();
        }
        run.write(&Line::done(&me("a"), ApplyResult::Applied, None).unwrap()).unwrap();
        drop(run);
        let doubts = in_doubt(root.path(), &"https://pbx.example".into()).unwrap();
        assert_eq!(doubts.len(), 2, "{doubts:?}");
        assert!(doubts.iter().any(|doubt| doubt.is_of(&me("b"))));
        assert!(!doubts.iter().any(|doubt| doubt.is_of(&me("a"))));
        assert!(doubts.iter().any(|doubt| doubt.is_of(&twelve("b"))), "a number is one client under all credentials");
        assert_eq!(in_doubt(root.path(), &"https://staging.example".into()).unwrap(), []);
    }

    #[test]
    #[cfg(unix)]
    fn journals_are_private_and_ignored_by_git() {
        use std::os::unix::fs::PermissionsExt;
        let root = tempfile::tempdir().unwrap();
        let run = journal(root.path(), "one");
        assert_eq!(fs::metadata(run.path()).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_to_string(root.path().join(".ringform/.gitignore")).unwrap(), "*\n");
    }
}
