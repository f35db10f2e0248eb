//! The way back of a past run of apply.
//!
//! Owns which fields a run wrote, what they held before, and which of them a plan may put back: those that live still
//! holds as the run left them. The rest is left alone, each with its reason. It must not know where reports are kept.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::{
    ClientKey, Declaration, DeclaredClient, Diagnostic, Layer, ManagedField, Place, Setting, SettingSet, State, value,
};
use crate::plan::client::ClientPlan;
use crate::plan::history::{PastChange, PastClient, PastRun, PutFate};

/// A field that a past run changed, or may have changed.
#[derive(Clone, Debug, PartialEq)]
pub struct PastField {
    /// The field.
    pub setting: Setting,
    /// What it held before; `None` where that is not known.
    pub before: Option<State>,
    /// What the run left there.
    pub after: State,
    /// How the run changed it.
    pub by: PastWrite,
}

/// How a past run changed a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PastWrite {
    /// It sent the field.
    Sent,
    /// It sent the field and did not learn whether that was stored.
    InDoubt,
    /// The field moved along with what it sent.
    Moved,
}

/// How many fields a run changed, or may have changed.
pub fn changed(past: &PastRun) -> usize {
    past.clients.iter().map(|client| fields(client).len()).sum()
}

/// The fields of a client that a run changed, or may have changed, in the order of [`Setting::ALL`]. A PUT of unknown
/// fate counts: live decides.
fn fields(client: &PastClient) -> Vec<PastField> {
    let by = match client.fate {
        fate if fate.is_stored() => PastWrite::Sent,
        PutFate::InDoubt | PutFate::Unfinished => PastWrite::InDoubt,
        PutFate::Result(_) => return Vec::new(),
    };
    let field = |change: &PastChange, by: PastWrite| {
        let setting = change.field;
        let stored = change.stored.as_ref().map(|stored| value::live(setting.kind(), stored));
        let after = stored.unwrap_or_else(|| change.after.clone());
        PastField { setting, before: change.before.clone(), after, by }
    };
    let sent = client.changes.iter().map(|change| field(change, by));
    let moved = client.moved.iter().map(|change| field(change, PastWrite::Moved));
    let mut fields: Vec<PastField> = sent.chain(moved).collect();
    fields.retain(|field| field.before.as_ref() != Some(&field.after));
    fields.sort_by_key(|field| field.setting);
    fields.dedup_by_key(|field| field.setting);
    fields
}

/// The project as the plan of an undo meets it.
#[derive(Clone, Copy, Debug)]
pub struct UndoScope<'a> {
    /// Every client of the documents that were found.
    pub declared: &'a [DeclaredClient],
    /// Whether these documents are all of the project.
    pub whole: bool,
    /// The selected declarations, narrowed to the selected fields.
    pub selected: &'a [Declaration],
    /// The selected fields; empty for all.
    pub fields: SettingSet,
}

/// What is to be read before a run can be undone.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UndoTargets {
    /// The declarations of its clients, with the old values in place of the declared ones.
    pub declarations: Vec<Declaration>,
    /// What is left alone whatever live holds.
    pub left: Vec<Diagnostic>,
}

/// The clients and fields of a run that this project may put back.
pub fn targets(past: &PastRun, scope: &UndoScope<'_>) -> UndoTargets {
    let by_client: BTreeMap<ClientKey, &PastClient> = past.clients.iter().map(|one| (one.key(), one)).collect();
    let declared: BTreeMap<ClientKey, &DeclaredClient> = scope.declared.iter().map(|one| (one.key(), one)).collect();
    let mut found = UndoTargets::default();
    let run: Arc<str> = past.run.as_str().into();
    for client in past.clients.iter().filter(|client| scope.whole && !declared.contains_key(&client.key())) {
        let fields = fields(client);
        if fields.is_empty() {
            continue;
        }
        let names: Vec<&str> = fields.iter().map(|field| field.setting.name()).collect();
        let (id, names) = (client.client_id, names.join(", "));
        let summary = format!("client {id} is left alone: no document declares it any more; the run changed {names}");
        found.left.push(left_alone(summary, None).help(DECLARE_FIRST.to_owned()));
    }
    for declaration in scope.selected {
        let key = declaration.key();
        let Some(client) = by_client.get(&key) else { continue };
        let managed = declared.get(&key).map(|one| one.managed).unwrap_or_default();
        let mut target = Declaration { managed: Vec::new(), ..declaration.clone() };
        let is_selected = |field: &&PastField| scope.fields.is_empty() || scope.fields.contains(field.setting);
        for field in fields(client).iter().filter(is_selected) {
            let place = declaration.managed.iter().find(|one| one.setting == field.setting).map(|one| &one.place);
            match old_value(field, managed) {
                Ok(wanted) => target.managed.push(ManagedField {
                    setting: field.setting,
                    wanted,
                    layer: Layer::Undo(Arc::clone(&run)),
                    place: place.unwrap_or(&declaration.place).clone(),
                }),
                Err(why) => {
                    let summary = format!("client {}: {} is left alone: {}", client.client_id, field.setting, why.what);
                    let place = place.unwrap_or(&declaration.place).clone();
                    found.left.push(left_alone(summary, Some(place)).help(why.help));
                }
            }
        }
        if !target.managed.is_empty() {
            found.declarations.push(target);
        }
    }
    found
}

const DECLARE_FIRST: &str = "ringform writes only what a document manages; declare it, or change it by hand";

/// Why a field cannot be put back, and the next step.
struct NotUndone {
    what: String,
    help: String,
}

/// The value that a field goes back to.
fn old_value(field: &PastField, managed: SettingSet) -> Result<State, NotUndone> {
    let shown = |state: &State| state.to_json().to_string();
    let before = match &field.before {
        None => {
            let what = "the run ended without its report, so what the field held before is not known";
            return Err(NotUndone { what: what.to_owned(), help: "declare the value that it should have".to_owned() });
        }
        Some(before) => before,
    };
    if !managed.contains(field.setting) {
        let what = match field.by {
            PastWrite::Sent | PastWrite::InDoubt => "no document manages it any more".to_owned(),
            PastWrite::Moved => {
                format!("it moved from {} to {} with the run's write", shown(before), shown(&field.after))
            }
        };
        let value = format!("`{}: {}`", field.setting, shown(before));
        let help = match field.by {
            PastWrite::Sent | PastWrite::InDoubt => format!("to put it back, declare {value} and apply that"),
            // Where the API replaces, a PUT with this field would clear others.
            PastWrite::Moved => format!("put it back in the web cabinet: {value}"),
        };
        return Err(NotUndone { what, help });
    }
    match before {
        State::Odd(_) => {
            let what = format!("it held {} before, which cannot be sent", shown(before));
            Err(NotUndone { what, help: "declare the value that it should have".to_owned() })
        }
        State::NotSet | State::Is(_) => Ok(before.clone()),
    }
}

/// Takes out of a client that was read what the run did not leave there: others have moved it on. It returns a warning
/// for each. `client` was compared with a target of [`targets`].
pub fn settle(client: &mut ClientPlan, past: &PastRun, scope: &UndoScope<'_>) -> Vec<Diagnostic> {
    // Nothing of a client that is not as expected is compared with what the files declare.
    client.unconfirmed = Box::default();
    let key = client.key();
    let of_run = past.clients.iter().find(|one| one.key() == key).map(fields).unwrap_or_default();
    let mut moved = Vec::new();
    let id = client.client_id;
    client.changes.retain(|change| {
        let difference = &change.difference;
        let past = of_run.iter().find(|field| field.setting == difference.setting);
        let is_as_left = past.is_some_and(|past| past.after == difference.live);
        if let Some(past) = past.filter(|_| !is_as_left) {
            let (setting, live, after) = (difference.setting, difference.live.to_json(), past.after.to_json());
            let left = if past.by == PastWrite::InDoubt { "may have left" } else { "left" };
            let summary = format!("client {id}: {setting} has moved on: the run {left} {after}, live has {live}");
            let warning = Diagnostic::warning("moved-on", difference.place.clone(), summary);
            moved.push(warning.help("undo leaves it alone; declare the value that it should have".to_owned()));
        }
        is_as_left
    });
    if client.error.is_none() {
        // What the plan does not change it says nothing of: live is not what the files declare.
        client.managed = client.changes.iter().map(|change| change.difference.setting).collect();
    }
    let managed = scope.declared.iter().find(|one| one.key() == key).map(|one| one.managed).unwrap_or_default();
    let is_left_out = |setting: &Setting| {
        let is_selected = scope.fields.is_empty() || scope.fields.contains(*setting);
        !client.managed.contains(*setting) && (managed.contains(*setting) || !is_selected)
    };
    client.not_selected = Setting::ALL.into_iter().filter(is_left_out).collect();
    moved
}

/// How many changes send another value than the files declare.
pub fn undeclared(clients: &[ClientPlan], declarations: &[Declaration]) -> usize {
    let declared: BTreeMap<ClientKey, &Declaration> = declarations.iter().map(|one| (one.key(), one)).collect();
    let differs = |client: &ClientPlan| {
        let managed = declared.get(&client.key()).map(|one| one.managed.as_slice()).unwrap_or_default();
        let is_declared = |setting: Setting, state: &State| {
            managed.iter().any(|field| field.setting == setting && field.wanted == *state)
        };
        let changes = client.changes.iter().map(|change| &change.difference);
        changes.filter(|one| !is_declared(one.setting, &one.declared)).count()
    };
    clients.iter().map(differs).sum()
}

fn left_alone(summary: String, place: Option<Place>) -> Diagnostic {
    Diagnostic::warning("not-undone", place, summary)
}
