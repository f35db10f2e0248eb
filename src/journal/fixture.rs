//! A client with one change to send, for the tests of this room.

use std::collections::BTreeMap;

use crate::model::{ClientId, Declaration, Layer, Live, ManagedField, Place, Setting, State};
use crate::plan::{ClientPlan, Origin};

pub(super) fn client(id: &str) -> ClientPlan {
    let place = Place::new("clients/a.yaml".into(), 1, 1);
    let declaration = Declaration {
        client: ClientId::parse(id).unwrap(),
        credentials: None,
        labels: BTreeMap::new(),
        place: place.clone(),
        document: 0,
        managed: vec![ManagedField {
            setting: Setting::HoldMusic,
            wanted: State::NotSet,
            layer: Layer::Settings,
            place,
        }],
        expect: Vec::new(),
        ignored: Default::default(),
        dated: None,
    };
    let body = format!(r#"{{"id":{id},"hold_music":7}}"#);
    ClientPlan::read(&declaration, Live::parse(body.as_bytes(), Default::default()).unwrap(), Origin::Unknown)
}
