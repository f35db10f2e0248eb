//! PUTs of earlier runs whose result is not known.
//!
//! Owns the one list of them, from the journals of this machine and from the claims in the ledger. The report says what
//! became of each, and the old journal gets a note once this run has read the client.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;

use crate::journal::{self, DamagedLine, OpenEnds, PutTrace, UnresolvedPut};
use crate::ledger::contents::claim::OpenClaim;
use crate::model::{ClientKey, Diagnostic, Place, Setting, value};
use crate::plan::{ApplyResult, ClientPlan, Plan};
use crate::run::ready::Ready;

const RULE: &str = "unresolved-put";
/// How many clients one warning names.
const MOST_NAMED: usize = 5;

/// The unresolved PUTs to the endpoint of a run.
#[derive(Debug)]
pub(super) struct UnresolvedPuts {
    puts: Vec<UnresolvedPut>,
    /// Whether the run applies a saved plan: then it reads only the clients that it sends to, and reads them late.
    is_saved: bool,
}

/// What the journals of earlier runs leave open. One that cannot be read stops apply.
pub(super) fn open_ends(ready: &Ready) -> anyhow::Result<OpenEnds> {
    let found = journal::open_ends(&ready.project.root, &ready.report.endpoint, &ready.report.project);
    found.context("cannot read the journals of earlier runs")
}

/// Lists the unresolved PUTs in the report. A line of a journal that cannot be read is a warning there too.
pub(super) fn announce(ready: &mut Ready, mut found: OpenEnds, is_saved: bool) -> UnresolvedPuts {
    let damaged = std::mem::take(&mut found.damaged);
    ready.report.diagnostics.extend(damaged.into_iter().map(damaged_line));
    let claims = ready.ledger.as_ref().map_or(&[][..], |ledger| ledger.claims());
    ready.report.diagnostics.extend(claims.iter().filter_map(unreadable_claim));
    let list = UnresolvedPuts { puts: one_list(found, claims), is_saved };
    list.report(&mut ready.report);
    list
}

/// The PUTs of the journals, and those that only the ledger knows. A run whose journal is here and whole has no other
/// PUT in doubt than its journal says.
fn one_list(found: OpenEnds, claims: &[OpenClaim]) -> Vec<UnresolvedPut> {
    let OpenEnds { mut puts, read_whole, .. } = found;
    let mut known: BTreeSet<(String, ClientKey)> = puts.iter().map(|put| (put.run.clone(), put.key())).collect();
    for open in claims.iter().filter(|open| !read_whole.contains(&open.run)) {
        for claimed in open.claim.iter().flat_map(|claim| &claim.puts) {
            let put = UnresolvedPut {
                run: open.run.clone(),
                client: claimed.client_id,
                credentials: claimed.credentials.clone(),
                put: claimed.put.iter().map(|(field, json)| (*field, value::live(field.kind(), json))).collect(),
                trace: PutTrace::Claimed,
                journal: None,
            };
            if known.insert((put.run.clone(), put.key())) {
                puts.push(put);
            }
        }
    }
    puts.sort_by_cached_key(|put| (put.run.clone(), put.key()));
    puts
}

impl UnresolvedPuts {
    /// Lists them in a report, by what the run knows now.
    fn report(&self, report: &mut Plan) {
        report.diagnostics.retain(|one| one.rule != RULE);
        // A run that died may have claimed a whole fleet, so PUTs of one run with one outcome are one warning.
        let mut groups: BTreeMap<PutOutcome, Vec<(&UnresolvedPut, Option<&ClientPlan>)>> = BTreeMap::new();
        let clients: BTreeMap<ClientKey, &ClientPlan> = report.clients.iter().map(|one| (one.key(), one)).collect();
        for put in &self.puts {
            let client = clients.get(&put.key()).copied();
            let outcome = PutOutcome {
                run: put.run.clone(),
                happened: happened(put),
                then: then(put, client, self.is_saved),
                is_settled: client.is_some_and(|client| has_read(client, self.is_saved)),
            };
            groups.entry(outcome).or_default().push((put, client));
        }
        let mut groups: Vec<_> = groups.into_iter().collect();
        groups.sort_by_cached_key(|(outcome, puts)| (outcome.run.clone(), puts.first().map(|(put, _)| put.key())));
        let warnings: Vec<Diagnostic> = groups.iter().map(|(outcome, puts)| outcome.warning(puts)).collect();
        report.diagnostics.extend(warnings);
    }

    /// Lists them with what the run found, and notes in the old journals which of them it has settled.
    pub(super) fn resolve(&self, report: &mut Plan, run: &str) -> anyhow::Result<()> {
        if self.is_saved {
            self.report(report);
        }
        let read = report.clients.iter().filter(|client| has_read(client, self.is_saved));
        let read: BTreeSet<ClientKey> = read.map(ClientPlan::key).collect();
        for put in &self.puts {
            if read.contains(&put.key()) {
                journal::mark_resolved(put, run).context("cannot note in the journal how an earlier run ended")?;
            }
        }
        Ok(())
    }
}

/// What became of PUTs, as far as this run knows.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct PutOutcome {
    run: String,
    happened: String,
    then: String,
    is_settled: bool,
}

impl PutOutcome {
    fn warning(&self, puts: &[(&UnresolvedPut, Option<&ClientPlan>)]) -> Diagnostic {
        let PutOutcome { happened, then, .. } = self;
        let (summary, place) = match puts {
            [(put, client)] => {
                let place = client.map(|client| client.source.clone());
                (format!("{happened} of client {}; {then}", put.client), place)
            }
            puts => {
                let named = puts.iter().take(MOST_NAMED).map(|(put, _)| put.client.to_string());
                let mut named = named.collect::<Vec<_>>().join(", ");
                if puts.len() > MOST_NAMED {
                    named.push_str(&format!(" and {} more", puts.len() - MOST_NAMED));
                }
                (format!("{happened} of {} clients ({named}); for each: {then}", puts.len()), None)
            }
        };
        let help = "an apply that reads the client settles it".to_owned();
        Diagnostic::warning(RULE, place, summary).help((!self.is_settled).then_some(help))
    }
}

/// Whether this run has read the client. With a saved plan only a result of the writes shows it.
fn has_read(client: &ClientPlan, is_saved: bool) -> bool {
    let was_judged = !matches!(client.result, Some(ApplyResult::Failed | ApplyResult::Skipped) | None);
    let is_read = if is_saved { is_sent_to(client) && was_judged } else { client.live.is_some() };
    client.error.is_none() && is_read
}

fn is_sent_to(client: &ClientPlan) -> bool {
    client.is_to_send() && client.blocked.is_empty()
}

/// What an earlier run did.
fn happened(put: &UnresolvedPut) -> String {
    let fields: Vec<&str> = put.put.keys().map(|field| Setting::name(*field)).collect();
    let (run, fields) = (&put.run, fields.join(", "));
    match put.trace {
        PutTrace::Cut => format!("run {run} ended while it was sending {fields}"),
        PutTrace::AnswerLost => format!("run {run} lost the answer to its PUT of {fields}"),
        PutTrace::Claimed => format!("run {run} ended without a record and may have sent {fields}"),
    }
}

/// What this run knows of it.
fn then(put: &UnresolvedPut, client: Option<&ClientPlan>, is_saved: bool) -> String {
    let values = if put.put.len() == 1 { "the value" } else { "the values" };
    match client {
        Some(client) if has_read(client, is_saved) && is_saved => "this run has read the client again".to_owned(),
        Some(client) if has_read(client, is_saved) => {
            let holds = put.put.iter().all(|(field, sent)| {
                client.live.as_ref().and_then(|live| live.state(*field)).is_some_and(|live| live == *sent)
            });
            match holds {
                true => format!("it has landed: live holds {values}"),
                false => format!("live does not hold {values} now"),
            }
        }
        Some(client) if is_saved && is_sent_to(client) && client.result.is_none() => {
            "it may have landed; this run reads the client again".to_owned()
        }
        Some(client) if client.error.is_some() => "it may have landed; this run could not read that client".to_owned(),
        Some(_) | None => "it may have landed; this run does not read that client".to_owned(),
    }
}

/// A claim that was taken over and does not parse: nothing says what its run sent.
fn unreadable_claim(open: &OpenClaim) -> Option<Diagnostic> {
    let summary = format!("the claim of run {} in the ledger cannot be read, so what it sent is not known", open.run);
    let help = "compare the clients of that run with this plan".to_owned();
    open.claim.is_none().then(|| Diagnostic::warning("ledger", None, summary).help(help))
}

fn damaged_line(damaged: DamagedLine) -> Diagnostic {
    let place = Place::new(damaged.journal.into(), damaged.line, 1);
    let summary = "this line of the journal of an earlier apply cannot be read";
    Diagnostic::warning("damaged-journal", place, summary).help(
        "it may name a PUT or its result: compare the clients of that run with a plan, then remove the line".to_owned(),
    )
}
