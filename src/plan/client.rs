//! The plan of one client, and its result after an apply.
//!
//! Owns the shape that travels from planning through applying into the report. It does not hold the body of a PUT: that
//! always follows from the changes (see [`Patch`]).

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::model::{
    ClientId, ClientKey, Declaration, Difference, Failure, FailureKind, Live, LiveSettings, ManagedField, Origin,
    Place, Setting, SettingSet, Severity, State, Untrusted,
};
use crate::plan::compare::change::{self, Change};
use crate::plan::compare::check_answer::{Expectation, check_answer};
use crate::plan::compare::origin::OriginRule;
use crate::plan::scheduled::ScheduledChange;
use crate::plan::send::closing::ClosingPatch;
use crate::plan::send::patch::Patch;
use crate::plan::send::result::{ApplyResult, Details};

/// Whether a client is as declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Live holds the declared value of every managed field.
    InSync,
    /// Live differs from the declaration in at least one managed field.
    Change,
    /// ringform could not read the client, or could not compare the answer.
    Failed,
}

/// A rule that stops a client that has something to send.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Blocked {
    /// A guard or a conflict.
    pub kind: BlockedKind,
    /// The guard's name, or the field in conflict.
    pub name: Untrusted,
    /// Why.
    pub message: Untrusted,
    /// The revision whose guard of this name stops the client too. A run that does not read it cannot lift the entry.
    /// Absent where no guard of a revision does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<Untrusted>,
}

/// What kind of rule stops a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BlockedKind {
    /// A guard denies what the client would hold, or how it would change.
    Guard,
    /// A field was changed in git and outside of git, to two different values.
    Conflict,
    /// `--only-closing` cannot close the field: live is not understood, or no country would be left.
    Closing,
}

/// A field that the base managed and the declaration no longer does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReleasedField {
    /// The field.
    pub field: Setting,
    /// Its raw live value.
    pub live: Json,
    /// Where the base declared it; `null` where the ledger says that it was managed.
    pub source: Option<Place>,
}

/// One client: its identity, its differences, the rules that stop it, and its result.
#[derive(Clone, Debug, PartialEq)]
pub struct ClientPlan {
    /// The id of the path.
    pub client_id: ClientId,
    /// The id of the answer, once read.
    pub id: Option<u64>,
    /// The name of the answer, once read.
    pub name: Option<Untrusted>,
    /// The credential's name; `None` for the environment.
    pub credentials: Option<Arc<str>>,
    /// The document's labels.
    pub labels: BTreeMap<Arc<str>, Arc<str>>,
    /// The document's first line.
    pub source: Place,
    /// The fields that must match before anything is sent.
    pub expect: Box<[Expectation]>,
    /// The differences, in the order of [`Setting::ALL`].
    pub changes: Vec<Change>,
    /// The differences of a client whose `expect` failed: nothing of them is ever sent. Empty for every other client.
    pub unconfirmed: Box<[Change]>,
    /// When its declaration changes next; from then on apply sends it nothing. `None`: never.
    pub valid_until: Option<Timestamp>,
    /// The dated settings that this change set brings, future ones too.
    pub scheduled: Box<[ScheduledChange]>,
    /// The rules that stop it.
    pub blocked: Vec<Blocked>,
    /// Fields that the base managed.
    pub released: Vec<ReleasedField>,
    /// The managed fields, as far as `--field` selects them.
    pub managed: SettingSet,
    /// The fields that `--field` leaves out. The plan does not know whether the client manages them.
    pub not_selected: SettingSet,
    /// Whether the run sends only what closes the PBX: `--only-closing`.
    pub only_closing: bool,
    /// The seven writable fields as read.
    pub live: Option<LiveSettings>,
    /// Why it could not be compared.
    pub error: Option<Box<Failure>>,
    /// The result of apply; `None` in a plan.
    pub result: Option<ApplyResult>,
    /// More about the result.
    pub details: Option<Box<Details>>,
}

impl ClientPlan {
    /// A client before it is read.
    pub(super) fn unread(declaration: &Declaration) -> ClientPlan {
        ClientPlan {
            client_id: declaration.client,
            id: None,
            name: None,
            credentials: declaration.credentials.clone(),
            labels: declaration.labels.clone(),
            source: declaration.place.clone(),
            expect: declaration.expect.iter().map(|expected| (expected.row, expected.wanted.clone())).collect(),
            changes: Vec::new(),
            unconfirmed: Box::default(),
            valid_until: declaration.dated.as_ref().and_then(|dated| dated.next_change(dated.at())),
            scheduled: Box::default(),
            blocked: Vec::new(),
            released: Vec::new(),
            managed: declaration.managed_set(),
            not_selected: SettingSet::default(),
            only_closing: false,
            live: None,
            error: None,
            result: None,
            details: None,
        }
    }

    /// A client that could not be read.
    pub fn failed(declaration: &Declaration, failure: Failure) -> ClientPlan {
        ClientPlan { error: Some(Box::new(failure)), ..ClientPlan::unread(declaration) }
    }

    /// Compares a declaration with an answer, and with the base where there is one: a conflict blocks the client. An
    /// answer that may not be compared makes the client failed, never different. Where only `expect` fails, the
    /// differences are unconfirmed: the answer may be of another client than the one meant.
    pub fn read<'b>(declaration: &Declaration, live: Live, by: impl Into<OriginRule<'b>>) -> ClientPlan {
        let by = by.into();
        let mut client = ClientPlan::unread(declaration);
        client.id = live.id;
        client.name = live.name.clone();
        match check_answer(client.client_id, client.managed, &client.expect, &live) {
            Ok(()) => {
                client.changes = change::changes(declaration, &live.settings, by);
                let raw = |setting| live.settings.raw(setting).unwrap_or(Json::Null);
                match by {
                    OriginRule::Always(_) => {}
                    OriginRule::Base(earlier) => {
                        client.released = released(&earlier.released, raw);
                        client.block_conflicts("the base", |setting| earlier.wanted(setting));
                    }
                    OriginRule::Record(record) => {
                        let released = record.released.iter();
                        let released = released.map(|(field, source)| (*field, raw(*field), source.clone()));
                        client.released =
                            released.map(|(field, live, source)| ReleasedField { field, live, source }).collect();
                        let agreed = |setting| record.fields.field(setting).and_then(|field| field.value.as_ref());
                        client.block_conflicts("the ledger", agreed);
                    }
                }
            }
            Err(failure) => {
                if failure.kind == FailureKind::Expect {
                    client.unconfirmed = change::changes(declaration, &live.settings, by).into_boxed_slice();
                }
                client.error = Some(Box::new(failure));
            }
        }
        client.live = Some(live.settings);
        client
    }

    /// Records the fields that `--field` selects; empty for all.
    pub fn select(&mut self, fields: SettingSet) {
        let is_left_out = |setting: &Setting| !fields.is_empty() && !fields.contains(*setting);
        self.not_selected = Setting::ALL.into_iter().filter(is_left_out).collect();
    }

    /// Whether it was read and compared although its `expect` failed.
    pub fn is_unconfirmed(&self) -> bool {
        self.error.as_ref().is_some_and(|error| error.kind == FailureKind::Expect)
    }

    /// Which client it is of.
    pub fn key(&self) -> ClientKey {
        ClientKey::new(self.client_id, self.credentials.as_ref())
    }

    /// In sync, to change or failed: always follows from the rest.
    pub fn status(&self) -> Status {
        match (&self.error, self.changes.is_empty()) {
            (Some(_), _) => Status::Failed,
            (None, true) => Status::InSync,
            (None, false) => Status::Change,
        }
    }

    /// Blocks every conflict. `earlier` names what holds the earlier value of a field.
    fn block_conflicts<'b>(&mut self, earlier: &str, value: impl Fn(Setting) -> Option<&'b State>) {
        for one in self.changes.iter().map(|change| &change.difference) {
            if let (Origin::Conflict, Some(value)) = (one.origin, value(one.setting)) {
                self.blocked.push(conflict(self.client_id, earlier, value, one));
            }
        }
    }

    /// Whether there is anything to send, blocked or not: the run may withhold all of it.
    pub fn is_to_send(&self) -> bool {
        self.error.is_none() && self.to_send().next().is_some()
    }

    /// The changes that are to be sent: all but those that the run withholds.
    pub fn to_send(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| !change.withheld)
    }

    /// The body of the PUT that would bring the client to its declaration; `None` when there is nothing to send.
    pub fn patch(&self) -> Option<Patch> {
        Patch::from_changes(&self.changes)
    }

    /// The body of the PUT of a run that can only close; `None` when there is nothing to send.
    pub fn closing_patch(&self) -> Option<ClosingPatch> {
        self.to_send().find_map(|change| change.closing.as_deref().cloned())
    }

    /// The changes that totals and guards count: of a run that can only close those that it sends, else all of them.
    pub fn counted(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| self.counts(change))
    }

    /// Whether totals and guards count a change of it.
    pub fn counts(&self, change: &Change) -> bool {
        !self.only_closing || !change.withheld
    }

    /// The change of a field as guards judge it. Of a client of a run that can only close, they judge what it sends.
    pub(in crate::plan) fn judged(&self, setting: Setting) -> Option<Cow<'_, Difference>> {
        self.counted().map(Change::sent_difference).find(|difference| difference.setting == setting)
    }

    /// How many of its changes are grave.
    pub fn security(&self) -> usize {
        self.changes.iter().filter(|change| change.difference.risk().severity == Severity::Security).count()
    }

    /// The reasons that block it, in one sentence.
    pub fn reasons(&self) -> Untrusted {
        Untrusted::join(self.blocked.iter().map(|blocked| &blocked.message), "; ")
    }

    /// Records its result.
    pub fn finish(&mut self, outcome: ApplyResult, details: Option<Details>) {
        self.result = Some(outcome);
        self.details = details.map(Box::new);
    }
}

/// The block of a field whose three values all differ.
fn conflict(client: ClientId, earlier: &str, value: &State, difference: &Difference) -> Blocked {
    let Difference { setting, declared, live, .. } = difference;
    let message = format!(
        "{earlier} has {}, live has {}, this declares {}: this change touches what was also changed outside of git; take the \
         live value into the file with `ringform adopt`, or send what is declared with --overwrite-drift {client}/{setting}",
        value.to_json(),
        live.to_json(),
        declared.to_json(),
    );
    Blocked { kind: BlockedKind::Conflict, name: setting.name().into(), message: message.into(), revision: None }
}

/// Fields that the base managed and no declaration manages now, with their live values.
pub(super) fn released(managed: &[ManagedField], live: impl Fn(Setting) -> Json) -> Vec<ReleasedField> {
    let one = |managed: &ManagedField| ReleasedField {
        field: managed.setting,
        live: live(managed.setting),
        source: Some(managed.place.clone()),
    };
    managed.iter().map(one).collect()
}
