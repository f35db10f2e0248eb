//! Adoption: which live values go into the files.
//!
//! Owns the decision, field by field, and the reasons against one. It must not know how a file is written.

use crate::model::{ClientId, ClientKey, Declaration, Difference, Layer, Place, Setting, SettingSet, State, Untrusted};
use crate::plan::client::ClientPlan;

/// What adopting needs of a declaration, which the reads use up.
#[derive(Clone, Copy, Debug, Default)]
pub struct AdoptSource {
    /// Which document of its file it is, from 0.
    pub document: usize,
    /// The fields on which a dated entry acts at the instant of the run.
    pub dated: SettingSet,
    /// The fields that the document ignores.
    pub ignored: SettingSet,
}

impl From<&Declaration> for AdoptSource {
    fn from(declaration: &Declaration) -> AdoptSource {
        let dated = declaration.dated.as_deref();
        let holds = |setting: &Setting| {
            dated.is_some_and(|dated| dated.entries_of(*setting).any(|entry| entry.holds_at(dated.at())))
        };
        AdoptSource {
            document: declaration.document as usize,
            dated: Setting::ALL.into_iter().filter(holds).collect(),
            ignored: declaration.ignored,
        }
    }
}

/// A live value that goes into a file.
#[derive(Clone, Debug)]
pub struct AdoptedValue {
    /// The client.
    pub key: ClientKey,
    /// The client's document: its file and first line.
    pub source: Place,
    /// Which document of the file it is, from 0.
    pub document: usize,
    /// The declared value and the live one.
    pub difference: Difference,
}

impl AdoptedValue {
    /// Whether the file lets in more with it.
    pub fn opens(&self) -> bool {
        self.difference.is_exposed()
    }

    /// The refusal of it.
    pub fn refused(&self, why: impl Into<Untrusted>, by_hand: Option<Untrusted>) -> AdoptRefusal {
        let place = match self.difference.layer {
            Layer::Settings => self.difference.place.clone(),
            _ => self.source.clone(),
        };
        AdoptRefusal { client: self.key.client(), setting: self.difference.setting, place, why: why.into(), by_hand }
    }
}

/// A live value that adopt leaves out of the files.
#[derive(Clone, Debug)]
pub struct AdoptRefusal {
    /// The client.
    pub client: ClientId,
    /// The field.
    pub setting: Setting,
    /// Where the file would change.
    pub place: Place,
    /// Why.
    pub why: Untrusted,
    /// What people can do.
    pub by_hand: Option<Untrusted>,
}

/// What adopt does with the differences of one client.
#[derive(Debug, Default)]
pub struct AdoptDecision {
    /// The values that go into its file.
    pub values: Vec<AdoptedValue>,
    /// The values that do not.
    pub refusals: Vec<AdoptRefusal>,
}

/// Decides about one client that was read. `fields` are those that the run names; a named field under `ignore` is a
/// refusal, because nothing compares it.
pub fn decide(client: &ClientPlan, source: &AdoptSource, fields: SettingSet) -> AdoptDecision {
    let mut decision = AdoptDecision::default();
    for setting in fields.iter().filter(|setting| source.ignored.contains(*setting)) {
        decision.refusals.push(AdoptRefusal {
            client: client.client_id,
            setting,
            place: client.source.clone(),
            why: "the document has it under `ignore`".into(),
            by_hand: Some("remove it from `ignore` first".into()),
        });
    }
    for change in client.to_send() {
        let value = AdoptedValue {
            key: client.key(),
            source: client.source.clone(),
            document: source.document,
            difference: change.difference.clone(),
        };
        match refusal(&value, source.dated) {
            Some(refusal) => decision.refusals.push(refusal),
            None => decision.values.push(value),
        }
    }
    decision
}

fn refusal(value: &AdoptedValue, dated: SettingSet) -> Option<AdoptRefusal> {
    let difference = &value.difference;
    if let State::Odd(raw) = &difference.live {
        let why = format!("live holds {raw}, which cannot be declared");
        return Some(value.refused(why, Some("set a valid value at the provider, or declare one".into())));
    }
    let cause = difference.dated.as_deref();
    let is_left = cause.is_some_and(|cause| cause.because.is_some() || cause.overdue_since.is_some());
    if dated.contains(difference.setting) || matches!(difference.layer, Layer::Temporary { .. }) || is_left {
        let entry = cause.and_then(|cause| cause.because.as_ref()).map(|because| &because.source);
        let place = entry.unwrap_or(&difference.place);
        let why = Untrusted::from(format!(
            "an entry of `temporary` explains it ({}:{}), so the entry is the declaration",
            place.file.raw(),
            place.line
        ));
        return Some(value.refused(why, Some("change or remove the entry".into())));
    }
    None
}
