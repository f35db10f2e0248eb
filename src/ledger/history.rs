//! The runs of a project in the local copy of the branch: reports, and claims that are open or were left behind.
//!
//! Owns their listing and reading: one `ls-tree`, one `cat-file`. A file that cannot be read costs its run and nothing
//! else. It makes no call over a network.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::git::{GitError, ObjectReader};
use crate::ledger::branch::LedgerBranch;
use crate::ledger::branch::view::{ListedFile, MOST_BYTES, list};
use crate::ledger::contents::claim::Claim;
use crate::ledger::contents::layout::{LedgerPath, README, is_run, record_key};
use crate::ledger::contents::message::README_LINE;
use crate::ledger::contents::unfinished::UnfinishedRun;
use crate::ledger::errors::{error, not_a_ledger, unreadable_copy};
use crate::model::{Diagnostic, Untrusted};
use crate::plan::document;
use crate::plan::history::{PastAuthor, PastChange, PastClient, PastResult, PastRun, PutFate, time_of};

/// The runs of a project in the branch, by name. Nothing of them is read yet.
#[derive(Debug)]
pub struct LedgerHistory {
    branch: LedgerBranch,
    tip: String,
    runs: BTreeMap<String, StoredRun>,
    /// Entries below the project's `runs` and `open` that are not files of runs.
    pub foreign: Vec<Untrusted>,
}

/// The file of one run in the branch.
#[derive(Clone, Debug)]
struct StoredRun {
    file: ListedFile,
    is_open: bool,
}

/// What the branch holds of one run.
#[derive(Clone, Debug, PartialEq)]
pub enum RunFile {
    /// The bytes of its report.
    Report(Vec<u8>),
    /// Its claim: the run is under way (`is_open`), or ended without a report.
    Claim {
        /// What it claimed.
        claim: Claim,
        /// Whether the claim is still open.
        is_open: bool,
    },
    /// A claim that does not parse, or a file that is too large to read.
    Unreadable(&'static str),
}

impl LedgerHistory {
    /// Lists the runs. `None` where this repository has no copy of the branch, or the branch has nothing of the
    /// project.
    pub fn open(branch: &LedgerBranch) -> Result<Option<LedgerHistory>, Box<Diagnostic>> {
        let failed = |refusal: GitError| unreadable_copy(branch, &refusal);
        let Some(tip) = branch.local_tip().map_err(failed)? else { return Ok(None) };
        let mut listed =
            list(branch.git(), &branch.folder, &tip, &["/runs", "/open", "/ledger.json"]).map_err(failed)?;
        let readme = listed.iter().position(|file| file.path == README.as_bytes()).map(|at| listed.remove(at));
        let readme =
            readme.map(|file| branch.git().ask(&["cat-file", "blob", &file.id]).map_err(failed)).transpose()?;
        if !readme.is_some_and(|text| text.starts_with(README_LINE.as_bytes())) {
            return Err(not_a_ledger(branch));
        }
        let (mut runs, mut foreign) = (BTreeMap::new(), Vec::new());
        let is_empty = listed.is_empty();
        for file in listed {
            let (run, is_open) = match branch.folder.read(&file.path) {
                Some(LedgerPath::Head) => continue,
                Some(LedgerPath::Report(run)) if file.is_plain => (run, false),
                Some(LedgerPath::Claim(run)) if file.is_plain => (run, true),
                Some(_) | None => {
                    foreign.push(String::from_utf8_lossy(&file.path).into_owned().into());
                    continue;
                }
            };
            let is_in_place = is_open || branch.folder.file(&LedgerPath::Report(run.clone()), None) == file.path;
            // A report wins over a claim of the same run, and its own place over every other.
            match runs.get(&run) {
                _ if !is_in_place => foreign.push(String::from_utf8_lossy(&file.path).into_owned().into()),
                Some(StoredRun { is_open: false, .. }) => {}
                Some(_) | None => {
                    runs.insert(run, StoredRun { file, is_open });
                }
            }
        }
        let history = LedgerHistory { branch: branch.clone(), tip, runs, foreign };
        Ok(Some(history).filter(|_| !is_empty))
    }

    /// The commit that was read.
    pub fn tip(&self) -> &str {
        &self.tip
    }

    /// The names of the runs, oldest first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.runs.keys().map(String::as_str)
    }

    /// Reads the runs whose names `wanted` takes, oldest first.
    pub fn read(&self, wanted: impl Fn(&str) -> bool) -> Result<Vec<PastRun>, Box<Diagnostic>> {
        let mut runs = Vec::new();
        self.files(wanted, &mut |run, file| runs.push(past_run(run, &file)))?;
        Ok(runs)
    }

    /// What the branch holds of one run. An unknown one is an error.
    pub fn run(&self, run: &str) -> Result<RunFile, Box<Diagnostic>> {
        let mut found = None;
        self.files(|name| name == run, &mut |_, file| found = Some(file))?;
        found.ok_or_else(|| unknown_run(run))
    }

    /// The same run, where what live held before is not recorded: with the last agreed value of each field. A record that
    /// holds what was sent has forgotten the value before.
    pub fn with_recorded_values(&self, mut past: PastRun) -> Result<PastRun, Box<Diagnostic>> {
        let view = self.branch.read(Some(&self.tip)).map_err(|refusal| unreadable_copy(&self.branch, &refusal))?;
        let records = view.records();
        for client in &mut past.clients {
            let record = records.get(&record_key(client.client_id, client.credentials.as_ref()));
            for change in client.changes.iter_mut().filter(|change| change.before.is_none()) {
                let agreed = record.and_then(|record| record.field(change.field)?.value.clone());
                change.before = agreed.filter(|agreed| *agreed != change.after);
            }
        }
        Ok(past)
    }

    /// The commits that wrote the report of a run, oldest first. A second one means that the report was edited.
    pub fn writers(&self, run: &str) -> Result<Vec<String>, Box<Diagnostic>> {
        let failed = |refusal: GitError| unreadable_copy(&self.branch, &refusal);
        let Some(stored) = self.runs.get(run) else { return Err(unknown_run(run)) };
        let git = self.branch.git();
        let path = crate::ledger::branch::view::path_argument(&stored.file.path);
        let mut words: Vec<std::ffi::OsString> =
            ["--literal-pathspecs", "rev-list", "--reverse", "--full-history", &self.tip, "--"].map(Into::into).into();
        words.push(path);
        let answer = git.ask(&words).map_err(failed)?;
        let commits: Vec<String> = String::from_utf8_lossy(&answer).lines().map(str::to_owned).collect();
        let path = String::from_utf8_lossy(&stored.file.path).into_owned();
        let names: Vec<String> = commits.iter().map(|commit| format!("{commit}:{path}")).collect();
        // The names are longer than the reader of objects takes, so each is resolved first.
        let mut writers = Vec::new();
        for (commit, name) in commits.into_iter().zip(&names) {
            let bytes = git.ask(&["cat-file", "blob", name]).unwrap_or_default();
            // A claim that was left behind is not a report.
            if UnfinishedRun::read(&bytes).is_none() {
                writers.push(commit);
            }
        }
        Ok(writers)
    }

    /// Gives the files of runs to `take`, oldest first.
    fn files(&self, wanted: impl Fn(&str) -> bool, take: &mut dyn FnMut(&str, RunFile)) -> Result<(), Box<Diagnostic>> {
        let chosen: Vec<(&String, &StoredRun)> = self.runs.iter().filter(|(run, _)| wanted(run)).collect();
        if chosen.is_empty() {
            return Ok(());
        }
        let failed = |refusal: GitError| unreadable_copy(&self.branch, &refusal);
        let ids: Vec<&str> = chosen.iter().map(|(_, stored)| stored.file.id.as_str()).collect();
        let what = |index: usize| format!("the report of run {}", chosen[index].0);
        let mut objects = ObjectReader::start(self.branch.git()).map_err(failed)?;
        let read = objects.contents(&ids, MOST_BYTES, &what, &mut |index, bytes| {
            let (run, stored) = chosen[index];
            take(run, run_file(bytes, stored.is_open));
        });
        read.map_err(failed)
    }
}

/// The error about a run that is not known.
pub fn unknown_run(run: &str) -> Box<Diagnostic> {
    let summary = match is_run(run) {
        true => format!("run {run} is not known"),
        false => format!("`{}` is not the name of a run: it has letters, digits and `-`", run.escape_debug()),
    };
    error(summary, "`ringform log --all` lists the runs".to_owned())
}

fn run_file(bytes: Option<Vec<u8>>, is_open: bool) -> RunFile {
    let Some(bytes) = bytes else { return RunFile::Unreadable("its file is larger than 64 MiB") };
    if is_open {
        return match Claim::read(&bytes) {
            Ok(claim) => RunFile::Claim { claim, is_open },
            Err(_) => RunFile::Unreadable("its claim does not parse"),
        };
    }
    match UnfinishedRun::read(&bytes) {
        Some(UnfinishedRun { claim: Some(claim), .. }) => RunFile::Claim { claim, is_open },
        Some(UnfinishedRun { claim: None, .. }) => {
            RunFile::Unreadable("its claim did not parse when another run removed it")
        }
        None => RunFile::Report(bytes),
    }
}

/// The run of a file.
pub fn past_run(run: &str, file: &RunFile) -> PastRun {
    match file {
        RunFile::Unreadable(why) => PastRun::unreadable(run, (*why).into()),
        RunFile::Claim { claim, is_open } => of_claim(run, claim, *is_open),
        RunFile::Report(bytes) => match document::load(bytes) {
            Ok(report) => PastRun::of_report(run, &report, author(bytes)),
            Err(why) => PastRun::unreadable(run, why.what.into()),
        },
    }
}

fn of_claim(run: &str, claim: &Claim, is_open: bool) -> PastRun {
    let client = |put: &crate::ledger::contents::claim::ClaimedPut| PastClient {
        client_id: put.client_id,
        name: None,
        credentials: put.credentials.clone(),
        changes: put.put.iter().map(|(field, json)| PastChange::sent(*field, None, json)).collect(),
        moved: Vec::new(),
        fate: PutFate::Unfinished,
    };
    PastRun {
        run: run.to_owned(),
        // A run begins before its claim, and its report gives that time.
        time: time_of(run).or(Some(claim.started_at)),
        commit: Some(claim.commit.as_str().into()),
        author: PastAuthor { actor: Some(claim.actor.clone()), ci: claim.link.clone(), ..PastAuthor::default() },
        endpoint: None,
        result: if is_open { PastResult::UnderWay } else { PastResult::Unfinished },
        problem: None,
        clients: claim.puts.iter().map(client).collect(),
    }
}

/// What a report says of who ran apply, and why. Reports of before have none of it.
#[derive(Default, Deserialize)]
struct ReportHead {
    #[serde(default)]
    run: RunHead,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RunHead {
    actor: Option<Untrusted>,
    reason: Option<Untrusted>,
    ci: Option<CiHead>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct CiHead {
    job: Option<Untrusted>,
    pull_request: Option<Untrusted>,
}

fn author(report: &[u8]) -> PastAuthor {
    let RunHead { actor, reason, ci } = serde_json::from_slice::<ReportHead>(report).unwrap_or_default().run;
    let CiHead { job, pull_request } = ci.unwrap_or_default();
    PastAuthor { actor, reason, ci: job, pull_request }
}
