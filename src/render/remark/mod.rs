//! Remarks: what annotations and code scanning say, as one flat list, the worst first.
//!
//! Owns which facts of a plan or a report are worth a remark, their order, and what makes two remarks of two runs the same. It
//! knows no format: texts are still untrusted, and places are relative to the project. Nothing is left out here; who shows
//! fewer counts the others.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::model::{ClientId, Diagnostic, Level, Place, Setting, Waived};
use crate::plan::drift::{Finding, FindingState};
use crate::plan::{Plan, ReleasedClient};
use crate::render::escape::cut;
use crate::render::wording::MarkBy;

mod client;
mod rule;
mod watch;

pub(crate) use rule::RemarkRule;
pub(crate) use watch::waived_words;

/// The most characters of a value.
const VALUE: usize = 200;

/// The most characters of a name.
const NAME: usize = 60;

/// The most characters of a sentence of strangers.
const SENTENCE: usize = 600;

/// How bad a remark is; the order is that of gravity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Weight {
    /// Somebody has to act.
    Error,
    /// Somebody has to look.
    Warning,
    /// Good to know.
    Note,
}

impl Weight {
    /// All, the worst first.
    pub(crate) const ALL: [Weight; 3] = [Weight::Error, Weight::Warning, Weight::Note];
}

/// What comes first among remarks of one weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// A problem of the files: nothing was done until it is mended.
    Problem,
    /// Somebody opened the PBX behind git's back.
    Opened,
    /// A client that could not be read or was not applied.
    Failed,
    /// A client that a guard stops.
    Blocked,
    /// Any other change that decides who can place calls.
    Security,
    /// Any other change.
    Change,
    /// What nobody has to act on.
    Rest,
    /// What somebody answers for.
    Waived,
}

/// One remark.
#[derive(Clone, Debug)]
pub(crate) struct Remark<'p> {
    /// How bad it is.
    pub(crate) weight: Weight,
    rank: Rank,
    /// Which kind it is of.
    pub(crate) rule: RemarkRule<'p>,
    /// The client's id; `None` for what is wrong with the files.
    pub(crate) client: Option<ClientId>,
    /// The credential's name; `None` for the environment.
    pub(crate) credentials: Option<&'p str>,
    /// The client's name, still untrusted.
    pub(crate) name: Option<String>,
    /// The field.
    pub(crate) field: Option<Setting>,
    /// What there is to say, still untrusted.
    pub(crate) message: String,
    /// Where, relative to the project.
    pub(crate) place: Option<Place>,
    /// Whether the line of the place is one of today: what is no longer declared has none.
    pub(crate) has_line: bool,
    /// New, going on or not looked at, where `drift` tells.
    pub(crate) state: Option<FindingState>,
    /// When it was first seen.
    pub(crate) first_seen: Option<&'p str>,
    /// The waiver that covers it.
    pub(crate) waived: Option<&'p Waived>,
    /// What stays the same as long as it is the same remark, wherever its lines move: never a value.
    pub(crate) fingerprint: String,
}

/// Every remark of a plan or a report, the worst first, then in the order of the plan.
pub(crate) fn remarks(plan: &Plan) -> Vec<Remark<'_>> {
    let watch = plan.run.drift.as_ref();
    let findings = watch::index(watch);
    let mut list = problems(&plan.diagnostics);
    for one in &plan.clients {
        client::remarks(one, MarkBy::of(plan), &findings, &mut list);
    }
    list.extend(watch.into_iter().flat_map(watch::remarks));
    list.extend(plan.released_clients.iter().map(released));
    // Sorting is stable.
    list.sort_by_key(|remark| (remark.weight, remark.rank));
    list
}

/// Problems of the files and warnings of guards. Their fingerprint counts those of one rule in one file: a summary may quote a
/// value.
fn problems(list: &[Diagnostic]) -> Vec<Remark<'_>> {
    let mut seen: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut remarks = Vec::with_capacity(list.len());
    for one in list {
        let file = one.range.as_ref().map_or("", |range| range.file.raw());
        let nth = seen.entry((&one.rule, file)).or_default();
        *nth += 1;
        let help = one.help.as_ref().map(|help| format!(". {}", cut(help.raw(), SENTENCE))).unwrap_or_default();
        remarks.push(Remark {
            weight: if one.severity == Level::Error { Weight::Error } else { Weight::Warning },
            // A warning of the files goes after what was found: where not all fits, it is what can be left out.
            rank: if one.is_error() { Rank::Problem } else { Rank::Rest },
            rule: RemarkRule::of_diagnostic(&one.rule),
            client: None,
            credentials: None,
            name: None,
            field: None,
            message: format!("{}{help}", cut(one.summary.raw(), SENTENCE)),
            place: one.range.clone(),
            has_line: true,
            state: None,
            first_seen: None,
            waived: None,
            fingerprint: fingerprint(&["file", file, &one.rule, &nth.to_string()]),
        });
    }
    remarks
}

/// A client whose document is gone. Its file is gone as well, as far as this work tree goes.
fn released(released: &ReleasedClient) -> Remark<'_> {
    let who = Who { client: released.client_id, credentials: released.credentials.as_deref(), name: None };
    let message = "the client is no longer declared and left as it is".to_owned();
    let remark = who.remark(Weight::Note, Rank::Rest, rule::RELEASED, None, message, &released.source);
    Remark { has_line: false, ..remark }
}

/// Who a remark is about.
#[derive(Clone, Copy)]
struct Who<'p> {
    client: ClientId,
    credentials: Option<&'p str>,
    name: Option<&'p str>,
}

impl<'p> Who<'p> {
    fn remark(
        &self,
        weight: Weight,
        rank: Rank,
        rule: RemarkRule<'p>,
        field: Option<Setting>,
        message: String,
        place: &Place,
    ) -> Remark<'p> {
        Remark {
            weight,
            rank,
            rule,
            client: Some(self.client),
            credentials: self.credentials,
            name: self.name.map(|name| cut(name, NAME)),
            field,
            message,
            place: Some(place.clone()),
            has_line: true,
            state: None,
            first_seen: None,
            waived: None,
            fingerprint: self.fingerprint("field", field.map_or("", |field| field.name())),
        }
    }

    /// `@me` is another client under each credential; a number is one client whoever reads it.
    fn fingerprint(&self, kind: &str, what: &str) -> String {
        let credentials = match self.client {
            ClientId::Me => self.credentials.unwrap_or(""),
            ClientId::Number(_) => "",
        };
        fingerprint(&["client", &self.client.to_string(), credentials, kind, what])
    }
}

impl<'p> Remark<'p> {
    /// Adds what `drift` knows of it.
    fn watched(&mut self, finding: &'p Finding) {
        self.state = Some(finding.state);
        self.first_seen = Some(&finding.first_seen);
        if let Some(waived) = &finding.waived {
            self.waived = Some(waived);
            self.weight = Weight::Note;
            self.rank = Rank::Waived;
        }
    }

    /// The message with what earlier runs and waivers add to it, still untrusted. It names no client.
    pub(crate) fn sentence(&self) -> String {
        let waived = self.waived.map(|waived| format!("; {}", waived_words(waived))).unwrap_or_default();
        format!("{}{}{waived}", self.message, self.since())
    }

    /// Since when it stands, where an earlier run tells.
    pub(crate) fn since(&self) -> String {
        match (self.state, self.first_seen) {
            (Some(FindingState::New), _) => "; new".to_owned(),
            (Some(FindingState::Continuing | FindingState::Unread), Some(first)) => format!("; since {first}"),
            (Some(FindingState::Resolved), Some(first)) => format!("; first seen {first}"),
            (_, _) => String::new(),
        }
    }

    /// The client with its name, still untrusted: `client 12 (ringme_test)`.
    pub(crate) fn who(&self) -> Option<String> {
        let client = self.client?;
        Some(match &self.name {
            Some(name) => format!("client {client} ({name})"),
            None => format!("client {client}"),
        })
    }
}

/// A digest of words that cannot run into each other: 128 bits are plenty for a fleet.
fn fingerprint(words: &[&str]) -> String {
    let mut hash = Sha256::new();
    for word in words {
        hash.update((word.len() as u64).to_be_bytes());
        hash.update(word.as_bytes());
    }
    hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
