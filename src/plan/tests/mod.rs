//! The promises of planning and sending, in tables.

mod closing;
mod guard_lists;
mod guards;
mod limits;
mod merge;
mod origins;
mod sending;

use serde_json::{Map, Value as Json, json};

use crate::model::{ClientId, Declaration, FieldMask, Layer, Live, ManagedField, Origin, Place, Setting, State, value};
use crate::plan::ClientPlan;

/// The state that a declared or live value is.
fn state(setting: Setting, json: &Json) -> State {
    value::live(setting.kind(), json)
}

/// A declaration of client 12 that manages these fields.
fn declaration(fields: &[(Setting, Json)]) -> Declaration {
    let place = Place::new("clients/12.yaml".into(), 3, 5);
    let managed = |(setting, wanted): &(Setting, Json)| ManagedField {
        setting: *setting,
        wanted: state(*setting, wanted),
        layer: Layer::Settings,
        place: place.clone(),
    };
    let mut managed: Vec<ManagedField> = fields.iter().map(managed).collect();
    managed.sort_by_key(|managed| managed.setting);
    Declaration {
        client: ClientId::parse("12").unwrap(),
        credentials: None,
        labels: Default::default(),
        place: Place::new("clients/12.yaml".into(), 1, 1),
        document: 0,
        managed,
        expect: Vec::new(),
        ignored: Default::default(),
        dated: None,
    }
}

/// An answer of client 12: null in each writable field but these. A field without a value is missing.
fn live(fields: &[(Setting, Option<Json>)]) -> Live {
    let mut answer: Map<String, Json> =
        Setting::ALL.map(|setting| (setting.name().to_owned(), json!(null))).into_iter().collect();
    answer.insert("id".to_owned(), json!(12));
    for (setting, value) in fields {
        match value {
            Some(value) => drop(answer.insert(setting.name().to_owned(), value.clone())),
            None => drop(answer.remove(setting.name())),
        }
    }
    Live::parse(Json::from(answer).to_string().as_bytes(), FieldMask::default()).unwrap()
}

/// The plan of client 12 for one field.
fn planned(setting: Setting, before: &Json, wanted: &Json) -> ClientPlan {
    let answer = live(&[(setting, Some(before.clone()))]);
    ClientPlan::read(&declaration(&[(setting, wanted.clone())]), answer, Origin::Unknown)
}
