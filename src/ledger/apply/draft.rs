//! The files that one commit of the ledger changes.
//!
//! Owns the step from records to files: what the branch held, what a run adds, and the difference of the two. It is
//! pure: it calls no git.

use std::collections::BTreeMap;

use crate::git::FileChange;
use crate::ledger::apply::after_run::{after_run, doubts};
use crate::ledger::branch::view::LedgerView;
use crate::ledger::contents::claim::{Claim, OpenClaim};
use crate::ledger::contents::client_file;
use crate::ledger::contents::collaterals::LedgerCollaterals;
use crate::ledger::contents::head_file::LedgerHead;
use crate::ledger::contents::layout::{LedgerPath, ProjectFolder, README, record_key};
use crate::ledger::contents::message::readme;
use crate::ledger::contents::report_file;
use crate::ledger::contents::unfinished::UnfinishedRun;
use crate::model::{ClientKey, RecordedClient};
use crate::plan::{ClientPlan, Plan};

/// What a run records.
#[derive(Clone, Debug)]
pub struct RunRecord<'r> {
    /// The report, with results.
    pub report: &'r Plan,
    /// Whether the run sent something.
    pub has_sent: bool,
    /// Whether the run covers the whole project: clients and fields that are not declared leave the ledger.
    pub is_whole: bool,
    /// The commit that `ledger.json` names from now on; `None` leaves it.
    pub applied: Option<&'r str>,
    /// The runs that ended with a collateral, this run among them, and those that this run was allowed after.
    pub collaterals: &'r LedgerCollaterals,
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
    /// Whether records of clients that the run does not report leave the branch.
    is_whole: bool,
    /// Whether the records of a former endpoint go.
    is_new_ledger: bool,
    /// Every other file.
    files: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
}

impl<'v> Draft<'v> {
    /// The commit after this view. It removes these claims of runs that are gone, where the view still holds them: their
    /// values become doubts, and their files move to the reports.
    pub(super) fn new(
        folder: &'v ProjectFolder,
        view: &'v LedgerView,
        dead: &[OpenClaim],
    ) -> Result<Draft<'v>, serde_json::Error> {
        let records = view.clients.iter().map(|(key, entry)| (key.clone(), entry.record.clone())).collect();
        let (paths, files) = (BTreeMap::new(), BTreeMap::new());
        let mut draft = Draft { folder, view, records, paths, is_whole: false, is_new_ledger: false, files };
        if view.tip.is_none() {
            draft.files.insert(README.as_bytes().to_vec(), Some(readme().into_bytes()));
        }
        // Another run may have removed one meanwhile: then its report may be there, which no run replaces.
        let is_open = |dead: &&OpenClaim| view.claims.iter().any(|open| open.run == dead.run);
        for open in dead.iter().filter(is_open) {
            draft.remove(&LedgerPath::Claim(open.run.clone()));
            draft.write(&LedgerPath::Report(open.run.clone()), UnfinishedRun::of(open).write()?);
            if let Some(claim) = &open.claim {
                // Values that were sent to another endpoint are not in doubt at this one.
                if view.former.is_none() {
                    draft.doubt(claim);
                }
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

    /// Takes the results of a run that was taken over: what it sent is in doubt. A collateral is a fact all the same. A
    /// project without `ledger.json` gets none here, because its records would then count.
    pub(super) fn take_doubts(&mut self, record: &RunRecord<'_>) -> Result<(), serde_json::Error> {
        if let Some(before) = self.view.any_head() {
            let after = LedgerHead { collaterals: before.collaterals.with(record.collaterals), ..before.clone() };
            if *before != after {
                self.write(&LedgerPath::Head, after.write()?);
            }
        }
        for client in &record.report.clients {
            let key = record_key(client.client_id, client.credentials.as_ref());
            for (setting, value) in doubts(client, (record.in_doubt)(client)) {
                self.records.entry(key.clone()).or_default().field_mut(setting).doubt(value);
            }
        }
        Ok(())
    }

    /// Takes the results of a run.
    pub(super) fn take(&mut self, record: &RunRecord<'_>) -> Result<(), serde_json::Error> {
        self.is_whole = record.is_whole;
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
        let commit = record.applied.or_else(|| self.view.applied()).map(str::to_owned);
        let collaterals = self.view.collaterals().cloned().unwrap_or_default().with(record.collaterals);
        let after = LedgerHead { endpoint: record.report.endpoint.clone(), commit, collaterals };
        if before != Some(&after) {
            self.write(&LedgerPath::Head, after.write()?);
        }
        self.is_new_ledger = self.view.former.is_some();
        Ok(())
    }

    /// Whether the commit changes the record of a client, or moves it: its document may name other credentials now.
    fn changes_record(&self, client: &ClientPlan) -> bool {
        let key = record_key(client.client_id, client.credentials.as_ref());
        let entry = self.view.clients.get(&key);
        let before = entry.map(|entry| &entry.record);
        let after = self.records.get(&key).filter(|record| !record.is_empty());
        let moves = entry.zip(self.paths.get(&key)).is_some_and(|(entry, path)| entry.path != *path);
        moves || before != after || self.view.unreadable.contains_key(&key)
    }

    /// The changes of the commit of a run, its report among them; none where the branch holds all of it already.
    pub(super) fn changes_of_run(
        self,
        run: &str,
        record: &RunRecord<'_>,
    ) -> Result<Vec<FileChange>, serde_json::Error> {
        let path = self.folder.file(&LedgerPath::Report(run.to_owned()), None);
        let changed: Vec<bool> = record.report.clients.iter().map(|client| self.changes_record(client)).collect();
        let mut changes = self.changes()?;
        if !changes.is_empty() || record.has_sent {
            changes.push((path, Some(report_file::write(record.report, &changed)?)));
        }
        Ok(changes)
    }

    /// Keeps every doubt of the branch, whatever the results say. Another run wrote while this one held the claim: it was
    /// taken over while it lived, and its PUT may have landed after this run looked. The next run settles it.
    pub(super) fn keep_doubts(&mut self) {
        for (key, entry) in &self.view.clients {
            let Some(record) = self.records.get_mut(key) else { continue };
            for (setting, field) in entry.record.fields().filter(|(_, field)| !field.in_doubt.is_empty()) {
                if record.field(setting).is_some() {
                    field.in_doubt.iter().for_each(|value| record.field_mut(setting).doubt(value.clone()));
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
        for (key, paths) in &self.view.unreadable {
            let record = self.records.get(key);
            // An empty record in place of a damaged one would turn drift into a first record.
            if record.map_or(self.is_whole, |record| !record.is_empty()) {
                files.extend(paths.iter().map(|path| (path.clone(), None)));
            }
        }
        for (key, record) in &self.records {
            let entry = self.view.clients.get(key);
            let path = match (self.paths.get(key), entry) {
                (Some(path), _) => path.clone(),
                (None, Some(old)) => old.path.clone(),
                (None, None) => self.folder.file(&LedgerPath::Client(key.clone()), key.credentials()),
            };
            if let Some(old) = entry.filter(|old| old.path != path || record.is_empty()) {
                files.insert(old.path.clone(), None);
            }
            let is_same = entry.is_some_and(|entry| entry.path == path && entry.record == *record);
            if !is_same && !record.is_empty() {
                files.insert(path, Some(client_file::write(record)?));
            }
        }
        for path in self.view.former.iter().filter(|_| self.is_new_ledger).flat_map(|former| &former.files) {
            files.entry(path.clone()).or_insert(None);
        }
        Ok(files.into_iter().collect())
    }
}
