//! Declarations and answers for tests of the pure core.

use std::collections::BTreeMap;

use ringform::model::{
    ClientId, Declaration, FieldMask, Layer, Live, ManagedField, Place, RawValue, Setting, State, value,
};
use serde_json::{Value as Json, json};

/// A value of a setting as a document would declare it; `null` clears.
pub fn wanted(setting: Setting, text: &str) -> State {
    let given = if text == "null" { RawValue::Null } else { RawValue::Text(text) };
    value::declared(setting.kind(), &given).unwrap()
}

/// A declaration of client 12 with these managed fields.
pub fn declaration(managed: &[(Setting, State)]) -> Declaration {
    let place = Place::new("clients/acme.yaml".into(), 1, 1);
    let mut managed: Vec<ManagedField> = managed
        .iter()
        .map(|(setting, wanted)| ManagedField {
            setting: *setting,
            wanted: wanted.clone(),
            layer: Layer::Settings,
            place: place.clone(),
        })
        .collect();
    managed.sort_by_key(|managed| managed.setting);
    Declaration {
        client: ClientId::parse("12").unwrap(),
        credentials: None,
        labels: BTreeMap::new(),
        place,
        document: 0,
        managed,
        expect: Vec::new(),
        ignored: Default::default(),
        dated: None,
    }
}

/// The raw answer of client 12: all seven writable fields null, but for these; `None` leaves a key out.
pub fn answer(fields: &[(Setting, Option<Json>)]) -> Json {
    let mut answer = json!({"id": 12, "name": "acme"});
    for setting in Setting::ALL {
        answer[setting.name()] = Json::Null;
    }
    for (setting, value) in fields {
        match value {
            Some(value) => answer[setting.name()] = value.clone(),
            None => {
                answer.as_object_mut().unwrap().remove(setting.name());
            }
        }
    }
    answer
}

/// The same, read.
pub fn live(answer: &Json) -> Live {
    Live::parse(answer.to_string().as_bytes(), FieldMask::default()).unwrap()
}

/// For each setting two different values as declared, the first spelt otherwise as live, and a live value that is odd.
pub struct Spellings {
    pub setting: Setting,
    pub a: &'static str,
    pub b: &'static str,
    pub live_a: Json,
    pub live_a_otherwise: Vec<Json>,
    pub live_b: Json,
    pub odd: Vec<Json>,
}

/// All seven.
pub fn spellings() -> Vec<Spellings> {
    let number = |setting, odd: Vec<Json>| Spellings {
        setting,
        a: "19",
        b: "20",
        live_a: json!(19),
        live_a_otherwise: vec![json!("19"), json!(19.0), json!(" 19 ")],
        live_b: json!(20),
        odd,
    };
    let no_id = vec![json!(0), json!(-1), json!("x"), json!("019"), json!(1.5), json!([19]), json!(true), json!(" ")];
    vec![
        Spellings {
            setting: Setting::GeoList,
            a: "RU BY",
            b: "RU",
            live_a: json!("BY RU"),
            live_a_otherwise: vec![json!("RU BY"), json!("ru  by"), json!(" By RU "), json!("RU BY RU")],
            live_b: json!("RU"),
            odd: vec![json!("ZZ"), json!("RU ZZ"), json!("RU,BY"), json!(["RU"]), json!("  "), json!(7)],
        },
        Spellings {
            setting: Setting::Timezone,
            a: "Asia/Omsk",
            b: "UTC",
            live_a: json!("Asia/Omsk"),
            live_a_otherwise: vec![],
            live_b: json!("UTC"),
            odd: vec![json!("MSK"), json!("asia/omsk"), json!(" UTC"), json!(3), json!("Nowhere/Atall")],
        },
        number(Setting::DialRuleId, no_id.clone()),
        number(Setting::HoldMusic, no_id.clone()),
        number(Setting::SipNetworkPermissionId, no_id.clone()),
        number(Setting::DiskSpaceNotifyThreshold, [no_id, vec![json!(101), json!("90%")]].concat()),
        Spellings {
            setting: Setting::DiskSpaceNotifyEmail,
            a: "ops@example.com",
            b: "Ops@example.com",
            live_a: json!("ops@example.com"),
            live_a_otherwise: vec![],
            live_b: json!("Ops@example.com"),
            odd: vec![json!("ops"), json!("a@b.example, c@d.example"), json!(" ops@example.com"), json!(1)],
        },
    ]
}
