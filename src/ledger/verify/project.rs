//! One project of the branch as the commits build it up.
//!
//! Owns what a commit of it may change: claims that begin, are renewed or end, one report that is added, and what
//! follows from these: the records and `ledger.json`. It is pure.

use std::collections::{BTreeMap, BTreeSet};

use crate::ledger::apply::after_run::after_run;
use crate::ledger::branch::view::ClientEntry;
use crate::ledger::contents::claim::Claim;
use crate::ledger::contents::client_file;
use crate::ledger::contents::collaterals::LedgerCollaterals;
use crate::ledger::contents::head_file::{HeadFlaw, LedgerHead};
use crate::ledger::contents::layout::{LedgerPath, ProjectFolder, record_key, shown_path};
use crate::ledger::contents::unfinished::UnfinishedRun;
use crate::model::{ClientKey, RecordedClient, State, value};
use crate::plan::{ApplyResult, ClientPlan, DocumentKind, Plan, document};

/// A changed file: what it is, its path, and what it holds now.
type ChangedFile = (LedgerPath, Vec<u8>, Option<Vec<u8>>);

/// What the branch holds of one project after the commits so far.
#[derive(Debug)]
pub(super) struct ProjectReplay {
    folder: ProjectFolder,
    head: Option<LedgerHead>,
    clients: BTreeMap<ClientKey, ClientEntry>,
    claims: BTreeMap<String, Claim>,
    /// The runs with a file in `runs`, and whether that is the claim of an unfinished run.
    runs: BTreeMap<String, bool>,
}

/// The report that a commit adds.
struct AddedReport {
    run: String,
    report: Plan,
    /// Whether another run had taken the claim over: then what was sent is in doubt.
    was_taken_over: bool,
}

impl ProjectReplay {
    pub(super) fn new(folder: &[u8]) -> ProjectReplay {
        ProjectReplay {
            folder: ProjectFolder::new(folder),
            head: None,
            clients: BTreeMap::new(),
            claims: BTreeMap::new(),
            runs: BTreeMap::new(),
        }
    }

    /// Takes the files that a commit changed. It returns how many reports came with it.
    pub(super) fn step(&mut self, files: Vec<ChangedFile>) -> Result<usize, String> {
        let mut added: Option<AddedReport> = None;
        let mut moved = BTreeMap::new();
        for (path, _, bytes) in &files {
            let LedgerPath::Report(run) = path else { continue };
            match self.report(run, bytes.as_deref())? {
                RunChange::Unfinished(claim) => drop(moved.insert(run.clone(), claim)),
                RunChange::Added(report) => {
                    if let Some(first) = added.replace(*report) {
                        return Err(format!("it adds the reports of two runs, {} and {run}", first.run));
                    }
                }
            }
        }
        self.claims(&files, added.as_ref(), &moved)?;
        let head = self.head(&files, added.as_ref())?;
        let clients = self.records(&files)?;
        let is_claim = |(path, _, bytes): &ChangedFile| matches!(path, LedgerPath::Claim(_)) && bytes.is_some();
        let begins = added.is_none() && files.iter().any(is_claim);
        self.follow(&clients, &head, added.as_ref(), (moved.values().flatten(), begins))?;
        (self.head, self.clients) = (head, clients);
        self.runs.extend(moved.into_keys().map(|run| (run, true)));
        let reports = usize::from(added.is_some());
        self.runs.extend(added.map(|one| (one.run, false)));
        Ok(reports)
    }

    /// What became of the file of a run. A report is added once and never changed.
    fn report(&self, run: &str, bytes: Option<&[u8]>) -> Result<RunChange, String> {
        let Some(bytes) = bytes else { return Err(format!("the report of run {run} was removed")) };
        let before = self.runs.get(run).copied();
        if before == Some(false) {
            return Err(format!("the report of run {run} was changed"));
        }
        if let Some(UnfinishedRun { claim, .. }) = UnfinishedRun::read(bytes) {
            return match self.claims.get(run) {
                Some(open) if before.is_none() && claim.as_ref() == Some(open) => Ok(RunChange::Unfinished(claim)),
                Some(_) | None => Err(format!("the claim of run {run} in `runs` is not the one that was open")),
            };
        }
        let report = document::load(bytes).map_err(|why| format!("the report of run {run}: {}", why.what))?;
        if report.kind != DocumentKind::Report {
            return Err(format!("the report of run {run} is {}", report.kind.about()));
        }
        if report.run.id != run {
            return Err(format!("the report of run {run} is of run {}", report.run.id.escape_debug()));
        }
        let added = AddedReport { run: run.to_owned(), report, was_taken_over: before == Some(true) };
        Ok(RunChange::Added(Box::new(added)))
    }

    /// Takes the claims of a commit. One ends with the report of its run, or moves to `runs`.
    fn claims(
        &mut self,
        files: &[ChangedFile],
        added: Option<&AddedReport>,
        moved: &BTreeMap<String, Option<Claim>>,
    ) -> Result<(), String> {
        for (path, _, bytes) in files {
            let LedgerPath::Claim(run) = path else { continue };
            let Some(bytes) = bytes else {
                if added.is_none_or(|added| added.run != *run) && !moved.contains_key(run) {
                    return Err(format!("the claim of run {run} was removed without its report"));
                }
                self.claims.remove(run);
                continue;
            };
            let claim = Claim::read(bytes).map_err(|why| format!("the claim of run {run} does not parse: {why}"))?;
            if claim.run != *run {
                return Err(format!("the claim of run {run} is of run {}", claim.run.escape_debug()));
            }
            if let Some(before) = self.claims.get(run) {
                let renewed = Claim { lease_end: claim.lease_end, ..before.clone() };
                if renewed != claim || claim.lease_end < before.lease_end {
                    return Err(format!("the claim of run {run} was changed"));
                }
            }
            self.claims.insert(run.clone(), claim);
        }
        match moved.keys().find(|run| self.claims.contains_key(*run)) {
            Some(run) => Err(format!("the claim of run {run} is open and in `runs`")),
            None => Ok(()),
        }
    }

    /// `ledger.json` after the commit. It follows from the report: its endpoint, and its commit or the one before.
    fn head(&self, files: &[ChangedFile], added: Option<&AddedReport>) -> Result<Option<LedgerHead>, String> {
        let Some((_, _, bytes)) = files.iter().find(|(path, _, _)| *path == LedgerPath::Head) else {
            return Ok(self.head.clone());
        };
        let Some(bytes) = bytes else { return Err("ledger.json was removed".to_owned()) };
        let head = LedgerHead::read(bytes).map_err(|flaw| match flaw {
            HeadFlaw::Newer(version) => format!("ledger.json has the newer version {}", version.raw().escape_debug()),
            HeadFlaw::Invalid(why) => format!("ledger.json does not parse: {why}"),
        })?;
        let Some(AddedReport { run, report, was_taken_over }) = added else {
            return Err("ledger.json was changed without a report".to_owned());
        };
        let no_collaterals = LedgerCollaterals::default();
        let listed = self.head.as_ref().map_or(&no_collaterals, |head| &head.collaterals);
        let moved = report.clients.iter().any(|client| client.result == Some(ApplyResult::Collateral));
        let not_following = || Err(format!("ledger.json does not follow from the report of run {run}"));
        if !listed.may_become(&head.collaterals, run, moved) {
            return not_following();
        }
        if *was_taken_over {
            // Such a run adds its collateral and nothing else.
            let is_same = |before: &LedgerHead| (&before.endpoint, &before.commit) == (&head.endpoint, &head.commit);
            return if self.head.as_ref().is_some_and(is_same) { Ok(Some(head)) } else { not_following() };
        }
        let applied = report.revision.as_ref().map(|revision| revision.commit.as_str());
        let before = self.head.as_ref().and_then(|head| head.commit.as_deref());
        let follows = applied.is_none() || head.commit.as_deref() == applied || head.commit.as_deref() == before;
        match head.endpoint == report.endpoint && follows {
            true => Ok(Some(head)),
            false => not_following(),
        }
    }

    /// The records after the commit, as its files say.
    fn records(&self, files: &[ChangedFile]) -> Result<BTreeMap<ClientKey, ClientEntry>, String> {
        let mut clients = self.clients.clone();
        for (path, at, _) in files {
            // A file that moved to other credentials is removed and added.
            if let LedgerPath::Client(key) = path
                && clients.get(key).is_some_and(|entry| entry.path == *at)
            {
                clients.remove(key);
            }
        }
        for (path, at, bytes) in files {
            let (LedgerPath::Client(key), Some(bytes)) = (path, bytes) else { continue };
            let record = client_file::read(bytes).map_err(|why| format!("{} does not parse: {why}", shown_path(at)))?;
            if client_file::write(&record).ok().as_ref() != Some(bytes) {
                return Err(format!("{} is not as ringform writes it", shown_path(at)));
            }
            if clients.insert(key.clone(), ClientEntry { path: at.clone(), record }).is_some() {
                return Err(format!("{} is a second file of client {}", shown_path(at), key.client()));
            }
        }
        Ok(clients)
    }

    /// Checks that the records after the commit follow from those before, the report and the claims that moved. `begins`:
    /// the commit has no report and opens a claim.
    fn follow<'c>(
        &self,
        after: &BTreeMap<ClientKey, ClientEntry>,
        head: &Option<LedgerHead>,
        added: Option<&AddedReport>,
        (moved, begins): (impl Iterator<Item = &'c Claim>, bool),
    ) -> Result<(), String> {
        let mut doubts: BTreeMap<ClientKey, Vec<_>> = BTreeMap::new();
        for (key, setting, value) in moved.flat_map(Claim::doubts) {
            doubts.entry(key).or_default().push((setting, value));
        }
        // Under another endpoint the records of before count as none, and the values of a claim are not in doubt.
        // `ledger.json` names that endpoint only with the report, so the claim of such a run may leave the doubts out too.
        let is_new = |head: &LedgerHead| self.head.as_ref().is_some_and(|before| before.endpoint != head.endpoint);
        let ways: &[(bool, bool, bool)] = match (head.as_ref().is_some_and(is_new), begins) {
            (true, _) => &[(true, true, false), (false, true, false)],
            (false, false) => &[(true, false, true), (false, false, true)],
            (false, true) => &[(false, false, true), (false, false, false)],
        };
        let reported: BTreeMap<ClientKey, &ClientPlan> = added
            .into_iter()
            .flat_map(|added| &added.report.clients)
            .map(|client| (record_key(client.client_id, client.credentials.as_ref()), client))
            .collect();
        let touched = |key: &&ClientKey| self.clients.get(*key) != after.get(*key);
        let keys: BTreeSet<&ClientKey> = self
            .clients
            .keys()
            .chain(after.keys())
            .filter(touched)
            .chain(reported.keys())
            .chain(doubts.keys())
            .collect();
        let mut wrong = None;
        for (release, is_new, doubted) in ways {
            let fits = |key: &&&ClientKey| {
                let before = self.clients.get(*key).filter(|_| !is_new).map(|entry| entry.record.clone());
                let mut before = before.unwrap_or_default();
                for (setting, value) in doubts.get(*key).filter(|_| *doubted).into_iter().flatten() {
                    before.field_mut(*setting).doubt(value.clone());
                }
                let reported = reported.get(*key).copied();
                let had_none = !self.clients.contains_key(*key);
                let way = ClientWay { release: *release, is_new: *is_new, added, key, had_none, reported };
                self.fits(before, after.get(*key), &way)
            };
            match keys.iter().find(|key| !fits(key)) {
                None => return Ok(()),
                Some(key) => wrong = wrong.or(Some(key)),
            }
        }
        let client = wrong.map(|key| key.client().to_string()).unwrap_or_default();
        Err(match added {
            Some(added) => {
                format!("the record of client {client} does not follow from the report of run {}", added.run)
            }
            None => format!("the record of client {client} was changed without a report"),
        })
    }

    fn fits(&self, before: RecordedClient, after: Option<&ClientEntry>, way: &ClientWay<'_>) -> bool {
        let key = way.key;
        let credentials = way.reported.and_then(|client| client.credentials.as_deref()).or(key.credentials());
        let path = LedgerPath::Client(key.clone());
        let old = self.clients.get(key).map(|entry| &entry.path);
        let is_in_place =
            after.is_none_or(|entry| Some(&entry.path) == old || entry.path == self.folder.file(&path, credentials));
        let empty = RecordedClient::default();
        let now = after.map_or(&empty, |entry| &entry.record);
        is_in_place && way.allows(&before, now)
    }
}

/// What became of the file of one run.
enum RunChange {
    /// Its claim was left behind.
    Unfinished(Option<Claim>),
    /// Its report came.
    Added(Box<AddedReport>),
}

/// How a commit may have come to the record of one client.
struct ClientWay<'a> {
    /// Whether the run covered the whole project.
    release: bool,
    /// Whether records of before count as none.
    is_new: bool,
    added: Option<&'a AddedReport>,
    key: &'a ClientKey,
    /// Whether the client had no record before the commit.
    had_none: bool,
    /// The client in the report.
    reported: Option<&'a ClientPlan>,
}

impl ClientWay<'_> {
    fn allows(&self, before: &RecordedClient, now: &RecordedClient) -> bool {
        match (self.added, self.reported) {
            (Some(AddedReport { was_taken_over: true, .. }), Some(client)) => is_doubted(before, now, client),
            (Some(AddedReport { was_taken_over: true, .. }), None) | (None, _) => now == before,
            (Some(_), Some(client)) => {
                let in_doubt = client.details.as_ref().is_some_and(|details| details.in_doubt);
                let has_sent = client.result.is_some_and(ApplyResult::is_stored);
                // A run records only clients that it read. A saved plan holds what an earlier run read, too.
                let may_stay = client.live.is_none() || (!in_doubt && !has_sent);
                let after = || after_run(before, client, in_doubt, self.release);
                let follows = client.live.is_some() && is_or_keeps_doubts(before, after(), now);
                follows || (may_stay && now == before)
            }
            (Some(added), None) => {
                let gone = added.report.released_clients.iter();
                let mut gone = gone.map(|one| record_key(one.client_id, one.credentials.as_ref()));
                let mut is_released = || gone.any(|key| key == *self.key);
                // A run of the whole project drops the doubts about a client that had no record and has no document.
                let had_none = self.release && self.had_none;
                now == before || (now.is_empty() && (self.is_new || had_none || is_released()))
            }
        }
    }
}

/// Whether a record is the one after a run, or keeps doubts of before beside it: such a run saw that another one wrote
/// while it held the claim.
fn is_or_keeps_doubts(before: &RecordedClient, mut after: RecordedClient, now: &RecordedClient) -> bool {
    for (setting, field) in before.fields() {
        let kept = |value: &&State| now.field(setting).is_some_and(|field| field.in_doubt.contains(value));
        if after.field(setting).is_some() {
            field.in_doubt.iter().filter(kept).for_each(|value| after.field_mut(setting).doubt(value.clone()));
        }
    }
    after == *now
}

/// Whether a record only got doubts about what a run sent, or about what the API stored in its place.
fn is_doubted(before: &RecordedClient, now: &RecordedClient, client: &ClientPlan) -> bool {
    let mut left = now.clone();
    let mut allowed = before.clone();
    let stored = client.details.iter().flat_map(|details| &details.not_converged);
    let stored = stored.map(|one| (one.field, value::live(one.field.kind(), &one.stored)));
    let sent = client.to_send().map(|change| (change.difference.setting, change.sent().clone()));
    let values: Vec<(_, State)> = sent.chain(stored).collect();
    for (setting, value) in values {
        let is_in = now.field(setting).is_some_and(|field| field.in_doubt.contains(&value));
        if is_in {
            allowed.field_mut(setting).doubt(value);
        }
    }
    // The order of doubts says nothing.
    for record in [&mut left, &mut allowed] {
        let settings: Vec<_> = record.fields().map(|(setting, _)| setting).collect();
        for setting in settings {
            record.field_mut(setting).in_doubt.sort_by_key(|state| state.to_json().to_string());
        }
    }
    left == allowed
}
