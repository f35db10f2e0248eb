//! What the branch holds of one project, read at one commit.
//!
//! Owns the reading of the branch: one listing and one batch of objects. A file that does not parse costs its client the
//! record and nothing else. It reads the local repository only.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;

use crate::git::{GitError, GitProcess, ObjectReader, entries};
use crate::ledger::contents::claim::{Claim, OpenClaim};
use crate::ledger::contents::client_file;
use crate::ledger::contents::collaterals::LedgerCollaterals;
use crate::ledger::contents::head_file::{HeadFlaw, LedgerHead};
use crate::ledger::contents::layout::{LedgerPath, ProjectFolder, README};
use crate::ledger::contents::message::README_LINE;
use crate::model::{ClientKey, RecordedClient, Untrusted};

/// The largest file of a branch that is read: a claim of 100,000 clients has about 10 MiB.
pub(in crate::ledger) const MOST_BYTES: u64 = 64 * 1024 * 1024;

/// The largest record of a client, and the largest `ledger.json`. A record holds seven fields.
const MOST_RECORD: usize = 1024 * 1024;
/// How much all files of a project may hold together: 1,000,000 clients have about 300 MiB. Many paths of one file count
/// as many files, because each becomes a record.
const MOST_TOTAL: usize = 1024 * 1024 * 1024;

/// What the branch holds of one project.
#[derive(Debug, Default)]
pub struct LedgerView {
    /// The commit that was read; `None` where the branch does not exist.
    pub tip: Option<String>,
    /// Whether the branch is one of ringform: its README begins with our line.
    pub is_ours: bool,
    /// `ledger.json`; `None` where the branch has none of this project.
    pub head: Option<Result<LedgerHead, HeadFlaw>>,
    /// The records.
    pub clients: BTreeMap<ClientKey, ClientEntry>,
    /// The paths of client files that do not parse, or that are several of one client.
    pub unreadable: BTreeMap<ClientKey, Vec<Vec<u8>>>,
    /// The claims.
    pub claims: Vec<OpenClaim>,
    /// What records of another endpoint left, where they count as none.
    pub former: Option<FormerLedger>,
}

/// The ledger of an endpoint that is no longer used. Its records count as none.
#[derive(Clone, Debug, PartialEq)]
pub struct FormerLedger {
    /// What `ledger.json` says.
    pub head: LedgerHead,
    /// The client files. The next record removes them.
    pub files: Vec<Vec<u8>>,
}

/// The record of a client and the file that holds it.
#[derive(Clone, Debug, PartialEq)]
pub struct ClientEntry {
    /// The path in the branch.
    pub path: Vec<u8>,
    /// What it holds.
    pub record: RecordedClient,
}

impl LedgerView {
    /// Reads the files of a project at a commit of the branch. `None`: the branch does not exist.
    pub(crate) fn read(git: &GitProcess, folder: &ProjectFolder, tip: Option<&str>) -> Result<LedgerView, GitError> {
        let Some(tip) = tip else { return Ok(LedgerView::default()) };
        let mut view = LedgerView { tip: Some(tip.to_owned()), ..LedgerView::default() };
        let mut files = list(git, folder, tip, &["/ledger.json", "/clients", "/open"])?;
        files.retain(|file| file.is_plain);
        // In a fleet many records hold the same, and git has such a file once.
        files.sort_by(|a, b| (&a.id, &a.path).cmp(&(&b.id, &b.path)));
        let same: Vec<&[ListedFile]> = files.chunk_by(|a, b| a.id == b.id).collect();
        let ids: Vec<&str> = same.iter().map(|files| files[0].id.as_str()).collect();
        let what = |index: usize| format!("{} of the ledger", String::from_utf8_lossy(&same[index][0].path));
        let mut total = 0_usize;
        ObjectReader::contents_once(git, &ids, MOST_BYTES, &what, &mut |index, bytes| {
            let (bytes, record) = (bytes.unwrap_or_default(), OnceCell::new());
            let is_record = |file: &ListedFile| !matches!(folder.read(&file.path), Some(LedgerPath::Claim(_)));
            let is_flood = bytes.len() > MOST_RECORD && same[index].iter().all(is_record);
            let bytes = if is_flood { &[][..] } else { &bytes };
            total = total.saturating_add(bytes.len().saturating_mul(same[index].len()));
            if total <= MOST_TOTAL {
                same[index].iter().for_each(|file| view.take(folder, &file.path, bytes, &record));
            }
        })?;
        if total > MOST_TOTAL {
            return Err(GitError::other("its records and claims hold more than 1 GiB"));
        }
        view.claims.sort_by(|a, b| a.run.cmp(&b.run));
        Ok(view)
    }

    /// Takes a file. `record` is what the bytes say as a record, once one of their paths asks for it.
    fn take(&mut self, folder: &ProjectFolder, path: &[u8], bytes: &[u8], record: &OnceCell<Option<RecordedClient>>) {
        if path == README.as_bytes() {
            self.is_ours = bytes.starts_with(README_LINE.as_bytes());
            return;
        }
        match folder.read(path) {
            Some(LedgerPath::Head) => self.head = Some(LedgerHead::read(bytes)),
            Some(LedgerPath::Claim(run)) => self.claims.push(OpenClaim { run, claim: Claim::read(bytes).ok() }),
            Some(LedgerPath::Client(key)) => match record.get_or_init(|| client_file::read(bytes).ok()).clone() {
                Some(record) if !self.clients.contains_key(&key) && !self.unreadable.contains_key(&key) => {
                    self.clients.insert(key, ClientEntry { path: path.to_vec(), record });
                }
                Some(_) | None => {
                    let first = self.clients.remove(&key).map(|entry| entry.path);
                    self.unreadable.entry(key).or_default().extend(first.into_iter().chain([path.to_vec()]));
                }
            },
            Some(LedgerPath::Report(_)) | None => {}
        }
    }

    /// The same view, but records of another endpoint than this one count as none.
    pub fn of_endpoint(mut self, endpoint: &Untrusted) -> LedgerView {
        if let Some(Ok(head)) = self.head.take_if(|head| head.as_ref().is_ok_and(|head| head.endpoint != *endpoint)) {
            let clients = std::mem::take(&mut self.clients).into_values().map(|entry| entry.path);
            let unreadable = std::mem::take(&mut self.unreadable).into_values().flatten();
            self.former = Some(FormerLedger { head, files: clients.chain(unreadable).collect() });
        }
        self
    }

    /// `ledger.json` where it parses, also of a ledger whose records count as none.
    pub(in crate::ledger) fn any_head(&self) -> Option<&LedgerHead> {
        let own = self.head.as_ref().and_then(|head| head.as_ref().ok());
        own.or(self.former.as_ref().map(|former| &former.head))
    }

    /// The commit that was applied last, also by a ledger whose records count as none.
    pub fn applied(&self) -> Option<&str> {
        self.any_head()?.commit.as_deref()
    }

    /// The runs that ended with a collateral, at whatever endpoint.
    pub fn collaterals(&self) -> Option<&LedgerCollaterals> {
        self.any_head().map(|head| &head.collaterals)
    }

    /// Whether the branch holds nothing of the project.
    pub fn is_empty(&self) -> bool {
        self.head.is_none() && self.clients.is_empty() && self.unreadable.is_empty() && self.claims.is_empty()
    }

    /// The records by client, with the values that the PUTs of open claims may have left.
    pub fn records(&self) -> BTreeMap<ClientKey, RecordedClient> {
        let records = self.clients.iter().map(|(key, entry)| (key.clone(), entry.record.clone()));
        let mut records: BTreeMap<ClientKey, RecordedClient> = records.collect();
        // What a claim sent to another endpoint says nothing about this one.
        let claims = self.claims.iter().filter(|_| self.former.is_none()).filter_map(|open| open.claim.as_ref());
        for claim in claims {
            for (key, setting, value) in claim.doubts() {
                records.entry(key).or_default().field_mut(setting).doubt(value);
            }
        }
        records
    }

    /// Clients whose record cannot be read.
    pub fn unreadable_clients(&self) -> BTreeSet<ClientKey> {
        self.unreadable.keys().cloned().collect()
    }
}

/// A file in the branch.
#[derive(Clone, Debug)]
pub(in crate::ledger) struct ListedFile {
    pub(in crate::ledger) path: Vec<u8>,
    pub(in crate::ledger) id: String,
    /// Whether it is a plain file, and not a link or another repository.
    pub(in crate::ledger) is_plain: bool,
}

/// The README and the files of a project below these paths. A run of apply leaves the reports out: their number only
/// grows.
pub(in crate::ledger) fn list(
    git: &GitProcess,
    folder: &ProjectFolder,
    tip: &str,
    parts: &[&str],
) -> Result<Vec<ListedFile>, GitError> {
    let below = |name: &str| path_argument(&[folder.path(), name.as_bytes()].concat());
    let mut words: Vec<OsString> =
        ["--literal-pathspecs", "ls-tree", "-r", "-z", "--full-tree", tip, "--"].map(OsString::from).into();
    words.push(README.into());
    words.extend(parts.iter().map(|part| below(part)));
    let answer = git.ask(&words)?;
    Ok(entries(&answer).filter_map(listed).collect())
}

/// One line of the listing: `MODE KIND ID TAB PATH`.
fn listed(line: &[u8]) -> Option<ListedFile> {
    let tab = line.iter().position(|byte| *byte == b'\t')?;
    let head = std::str::from_utf8(&line[..tab]).ok()?;
    let (mode, rest) = head.split_once(' ')?;
    let (kind, id) = rest.split_once(' ')?;
    let is_plain = kind == "blob" && mode.starts_with("100");
    Some(ListedFile { path: line[tab + 1..].to_vec(), id: id.to_owned(), is_plain })
}

/// A path in the branch as an argument of git.
#[cfg(unix)]
pub(in crate::ledger) fn path_argument(path: &[u8]) -> OsString {
    std::os::unix::ffi::OsStringExt::from_vec(path.to_vec())
}

/// A path in the branch as an argument of git.
#[cfg(not(unix))]
pub(in crate::ledger) fn path_argument(path: &[u8]) -> OsString {
    String::from_utf8_lossy(path).into_owned().into()
}
