//! The files that one commit of the ledger changes.
//!
//! Owns the step from records to files: what the branch held, what a run adds, and the difference of the two. It is
//! pure: it calls no git.

use std::collections::BTreeMap;

use crate::git::FileChange;
use crate::ledger::after_run::{after_run, doubts};
use crate::ledger::claim::Claim;
use crate::ledger::client_file;
use crate::ledger::head_file::LedgerHead;
use crate::ledger::layout::{LedgerPath, ProjectFolder, README, record_key};
use crate::ledger::message::readme;
use crate::ledger::unfinished::UnfinishedRun;
use crate::ledger::view::{LedgerView, OpenClaim};
use crate::model::{ClientKey, RecordedClient};
use crate::plan::{ClientPlan, Plan};

/// What a run records.
#[derive(Clone, Debug)]
pub struct RunRecord<'r> {
    /// The report, with results.
    pub report: &'r Plan,
    /// The report as the ledger keeps it.
    pub document: &'r [u8],
    /// Whether the run sent something.
    pub has_sent: bool,
    /// Whether the run covers the whole project: clients and fields that are not declared leave the ledger.
    pub is_whole: bool,
    /// The commit that `ledger.json` names from now on; `None` leaves it.
    pub applied: Option<&'r str>,
    /// The clients that this run read.
    pub was_read: fn(&ClientPlan) -> bool,
    /// The clients whose PUT has an unknown fate.
    pub in_doubt: fn(&ClientPlan) -> bool,
}

/// The files of a commit, before it is written.
pub(super) struct Draft<'v> {
    folder: &'v ProjectFolder,
    view: &'v LedgerView,
    /// The records after the commit.
    records: BTreeMap<ClientKey, RecordedClient>,
    /// Where the files of reported clients are: their documents may name other credentials than before.
    paths: BTreeMap<ClientKey, Vec<u8>>,
    /// Every other file.
    files: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
}

impl<'v> Draft<'v> {
    /// The commit after this view. It removes these claims of runs that are gone: their values become doubts, and their
    /// files move to the reports.
    pub(super) fn new(
        folder: &'v ProjectFolder,
        view: &'v LedgerView,
        dead: &[OpenClaim],
    ) -> Result<Draft<'v>, serde_json::Error> {
        let records = view.clients.iter().map(|(key, entry)| (key.clone(), entry.record.clone())).collect();
        let mut draft = Draft { folder, view, records, paths: BTreeMap::new(), files: BTreeMap::new() };
        if view.tip.is_none() {
            draft.files.insert(README.as_bytes().to_vec(), Some(readme().into_bytes()));
        }
        for open in dead {
            draft.remove(&LedgerPath::Claim(open.run.clone()));
            draft.write(&LedgerPath::Report(open.run.clone()), UnfinishedRun::of(open).write()?);
            if let Some(claim) = &open.claim {
                draft.doubt(claim);
            }
        }
        Ok(draft)
    }

    /// Writes a file.
    pub(super) fn write(&mut self, path: &LedgerPath, bytes: Vec<u8>) {
        self.files.insert(self.folder.file(path, None), Some(bytes));
    }

    /// Removes a file.
    pub(super) fn remove(&mut self, path: &LedgerPath) {
        self.files.insert(self.folder.file(path, None), None);
    }

    /// Every value that the PUTs of a claim may have left is in doubt.
    fn doubt(&mut self, claim: &Claim) {
        for (key, setting, value) in claim.doubts() {
            self.records.entry(key).or_default().field_mut(setting).doubt(value);
        }
    }

    /// Takes the results of a run that was taken over: what it sent is in doubt.
    pub(super) fn take_doubts(&mut self, record: &RunRecord<'_>) {
        for client in &record.report.clients {
            let key = record_key(client.client_id, client.credentials.as_ref());
            for (setting, value) in doubts(client, (record.in_doubt)(client)) {
                self.records.entry(key.clone()).or_default().field_mut(setting).doubt(value);
            }
        }
    }

    /// Takes the results of a run.
    pub(super) fn take(&mut self, record: &RunRecord<'_>) -> Result<(), serde_json::Error> {
        let mut records = match record.is_whole {
            true => BTreeMap::new(),
            false => self.records.clone(),
        };
        for client in &record.report.clients {
            let key = record_key(client.client_id, client.credentials.as_ref());
            let before = self.records.remove(&key).unwrap_or_default();
            let path = LedgerPath::Client(key.clone());
            self.paths.insert(key.clone(), self.folder.file(&path, client.credentials.as_deref()));
            let after = match (record.was_read)(client) {
                true => after_run(&before, client, (record.in_doubt)(client), record.is_whole),
                false => before,
            };
            records.insert(key, after);
        }
        self.records = records;
        let before = self.view.head.as_ref().and_then(|head| head.as_ref().ok());
        let commit = record.applied.map(str::to_owned).or_else(|| before.and_then(|head| head.commit.clone()));
        let after = LedgerHead { endpoint: record.report.endpoint.clone(), commit };
        if before != Some(&after) {
            self.write(&LedgerPath::Head, after.write()?);
        }
        Ok(())
    }

    /// Keeps every doubt of the branch, whatever the results say. Another run wrote while this one held the claim: it was
    /// taken over while it lived, and its PUT may have landed after this run looked. The next run settles it.
    pub(super) fn keep_doubts(&mut self) {
        for (key, entry) in &self.view.clients {
            let Some(record) = self.records.get_mut(key) else { continue };
            for (setting, field) in entry.record.fields() {
                for value in
                    field.in_doubt.iter().filter(|_| record.field(setting).is_some()).cloned().collect::<Vec<_>>()
                {
                    record.field_mut(setting).doubt(value);
                }
            }
        }
    }

    /// The changes of the commit; none where the branch holds all of it already.
    pub(super) fn changes(self) -> Result<Vec<FileChange>, serde_json::Error> {
        let mut files = self.files;
        for (key, entry) in &self.view.clients {
            if !self.records.contains_key(key) {
                files.insert(entry.path.clone(), None);
            }
        }
        for (key, record) in &self.records {
            let entry = self.view.clients.get(key);
            let old = entry.map(|entry| &entry.path).or_else(|| self.view.unreadable.get(key));
            let path = match (self.paths.get(key), old) {
                (Some(path), _) => path.clone(),
                (None, Some(old)) => old.clone(),
                (None, None) => self.folder.file(&LedgerPath::Client(key.clone()), key.credentials()),
            };
            if let Some(old) = old.filter(|old| **old != path || record.is_empty()) {
                files.insert(old.clone(), None);
            }
            let is_same = entry.is_some_and(|entry| entry.path == path && entry.record == *record);
            if !is_same && !record.is_empty() {
                files.insert(path, Some(client_file::write(record)?));
            }
        }
        Ok(files.into_iter().collect())
    }
}
