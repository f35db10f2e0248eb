//! Where the ledger keeps what.
//!
//! Owns the paths in the branch, for writing and for reading back. It must not know what the files hold.

use std::sync::Arc;

use crate::model::{ClientId, ClientKey};

/// What people read who open the branch. Its first line marks a branch as ours.
pub const README: &str = "README.md";

/// The name for documents that name no credentials.
const DEFAULT: &str = "default";

/// The folder of one project in the branch: the path of its project file in the repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProjectFolder(Vec<u8>);

/// A file of a project in the branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LedgerPath {
    /// `ledger.json`.
    Head,
    /// `clients/CREDENTIALS/ID.json`.
    Client(ClientKey),
    /// `runs/YYYY/MM/RUN.json`.
    Report(String),
    /// `open/RUN.json`.
    Claim(String),
}

impl ProjectFolder {
    /// The folder of the project file at this path in the repository, with `/` between its parts.
    pub fn new(project_file: &[u8]) -> ProjectFolder {
        ProjectFolder(project_file.to_vec())
    }

    /// The path of the folder.
    pub fn path(&self) -> &[u8] {
        &self.0
    }

    /// The path of a file, in the branch. A client's file is named after the credentials that its document names.
    pub fn file(&self, path: &LedgerPath, credentials: Option<&str>) -> Vec<u8> {
        let below = match path {
            LedgerPath::Head => "ledger.json".to_owned(),
            LedgerPath::Client(key) => {
                format!("clients/{}/{}.json", escaped(credentials.unwrap_or(DEFAULT)), key.client())
            }
            LedgerPath::Report(run) => {
                // A run's name begins with its time: YYYYMMDD.
                let (year, month) = (run.get(..4).unwrap_or("0000"), run.get(4..6).unwrap_or("00"));
                format!("runs/{year}/{month}/{run}.json")
            }
            LedgerPath::Claim(run) => format!("open/{run}.json"),
        };
        [self.0.as_slice(), b"/", below.as_bytes()].concat()
    }

    /// What a path in the branch means for this project; `None` for a file of something else.
    pub fn read(&self, path: &[u8]) -> Option<LedgerPath> {
        let below = path.strip_prefix(self.0.as_slice())?.strip_prefix(b"/")?;
        let below = std::str::from_utf8(below).ok()?;
        if below == "ledger.json" {
            return Some(LedgerPath::Head);
        }
        let parts: Vec<&str> = below.strip_suffix(".json")?.split('/').collect();
        match parts.as_slice() {
            ["clients", credentials, id] => {
                let credentials: Arc<str> = unescaped(credentials)?.into();
                Some(LedgerPath::Client(ClientKey::new(ClientId::parse(id).ok()?, Some(&credentials))))
            }
            ["runs", _, _, run] if is_run(run) => Some(LedgerPath::Report((*run).to_owned())),
            ["open", run] if is_run(run) => Some(LedgerPath::Claim((*run).to_owned())),
            _ => None,
        }
    }
}

/// The credentials that the path of a client's file names; `None` for `default` and for another file.
pub fn credentials_of(path: &[u8]) -> Option<Arc<str>> {
    let part = path.rsplit(|byte| *byte == b'/').nth(1)?;
    let name = unescaped(std::str::from_utf8(part).ok()?)?;
    (name != DEFAULT).then(|| name.into())
}

/// The key of a client's record. A document that names no credentials has the key of `default`.
pub fn record_key(client: ClientId, credentials: Option<&Arc<str>>) -> ClientKey {
    ClientKey::new(client, Some(&credentials.cloned().unwrap_or_else(|| DEFAULT.into())))
}

/// A path in the branch for a message.
pub fn shown_path(path: &[u8]) -> String {
    String::from_utf8_lossy(path).into_owned()
}

/// Whether this is the name of a run: letters, digits and `-`.
pub fn is_run(name: &str) -> bool {
    (1..=64).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// A name as one part of a path: bytes outside `A-Za-z0-9_-` become `%XX`.
fn escaped(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    name.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

fn unescaped(part: &str) -> Option<String> {
    let bytes: Vec<u8> = percent_encoding::percent_decode_str(part).collect();
    let name = String::from_utf8(bytes).ok()?;
    // Another spelling of the same name would be a second file for one client.
    (escaped(&name) == part).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_is_read_as_it_is_written() {
        let key = |id: &str, credentials: &str| ClientKey::new(ClientId::parse(id).unwrap(), Some(&credentials.into()));
        let table = [
            (LedgerPath::Head, None, "shop/ringform.yaml/ledger.json"),
            (LedgerPath::Client(key("12", "default")), None, "shop/ringform.yaml/clients/default/12.json"),
            (
                LedgerPath::Client(key("12", "a/b ö")),
                Some("a/b ö"),
                "shop/ringform.yaml/clients/a%2Fb%20%C3%B6/12.json",
            ),
            (LedgerPath::Client(key("@me", "..")), Some(".."), "shop/ringform.yaml/clients/%2E%2E/@me.json"),
            (
                LedgerPath::Report("20261127T090000Z-00aa11".into()),
                None,
                "shop/ringform.yaml/runs/2026/11/20261127T090000Z-00aa11.json",
            ),
            (
                LedgerPath::Claim("20261127T090000Z-00aa11".into()),
                None,
                "shop/ringform.yaml/open/20261127T090000Z-00aa11.json",
            ),
        ];
        let folder = ProjectFolder::new(b"shop/ringform.yaml");
        for (path, credentials, text) in table {
            assert_eq!(String::from_utf8(folder.file(&path, credentials)).unwrap(), text);
            assert_eq!(folder.read(text.as_bytes()), Some(path), "{text}");
        }
    }

    #[test]
    fn other_files_are_of_no_project_here() {
        let folder = ProjectFolder::new(b"ringform.yaml");
        for text in [
            "README.md",
            "shop/ringform.yaml/ledger.json",
            "ringform.yaml",
            "ringform.yaml/clients/default/012.json",
            "ringform.yaml/clients/default/12",
            "ringform.yaml/clients/a b/12.json",
            "ringform.yaml/clients/%61/12.json",
            "ringform.yaml/open/a b.json",
            "ringform.yaml/open/.json",
            "ringform.yaml/runs/2026/11/..json",
        ] {
            assert_eq!(folder.read(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn a_number_is_one_client_and_me_follows_its_credentials() {
        let (twelve, me) = (ClientId::parse("12").unwrap(), ClientId::Me);
        assert_eq!(record_key(twelve, None), record_key(twelve, Some(&"acme".into())));
        assert_eq!(record_key(me, None), record_key(me, Some(&"default".into())));
        assert_ne!(record_key(me, None), record_key(me, Some(&"acme".into())));
    }
}
