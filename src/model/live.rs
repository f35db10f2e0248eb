//! One client as the API answered it.
//!
//! Owns the lenient reading of an answer: which of the seven writable fields it carries, raw and as states, its id and
//! name, and the read-only fields that the caller asked for. Missing is not null, here and everywhere. It must not know
//! HTTP: an answer is bytes.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use serde_json::value::RawValue;

use crate::model::field::position_of;
use crate::model::{FIELDS, FieldKind, FieldRow, Setting, SettingSet, State, Untrusted, number, value};

/// Which fields of an answer to keep beside the seven, the id and the name: those that an `expect` names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FieldMask(u32);

impl FieldMask {
    /// Adds a field.
    pub fn add(&mut self, row: &FieldRow) {
        self.0 |= 1 << row.index();
    }

    /// All 28 fields, as `import` keeps them.
    pub fn all() -> FieldMask {
        FieldMask((1 << FIELDS.len()) - 1)
    }

    fn has(self, index: usize) -> bool {
        self.0 & (1 << index) != 0
    }
}

/// A client as answered by a GET or a PUT.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Live {
    /// The `id` of the answer; `None` when it is missing or no whole number from 1.
    pub id: Option<u64>,
    /// The `name` of the answer, when it is text.
    pub name: Option<Untrusted>,
    /// The seven writable fields.
    pub settings: LiveSettings,
    /// The fields that were asked for, by their index in the table; absent where the answer lacks them.
    kept: Vec<(u8, Json)>,
}

impl Live {
    /// Reads an answer. `Err` when the bytes are not a JSON object: such an answer is final.
    pub fn parse(body: &[u8], keep: FieldMask) -> Result<Live, NotAnObject> {
        // One check of the encoding of the whole costs less than one of each text. Bytes that are not UTF-8 may be in a
        // field that the caller does not need.
        match std::str::from_utf8(body) {
            Ok(text) => Live::read(serde_json::Deserializer::from_str(text), keep),
            Err(_) => Live::read(serde_json::Deserializer::from_slice(body), keep),
        }
    }

    fn read<'de, R>(mut deserializer: serde_json::Deserializer<R>, keep: FieldMask) -> Result<Live, NotAnObject>
    where
        R: serde_json::de::Read<'de>,
    {
        let live = deserializer.deserialize_map(AnswerVisitor { keep }).map_err(|_| NotAnObject)?;
        deserializer.end().map_err(|_| NotAnObject)?;
        Ok(live)
    }

    /// The state of a read-only or writable field that was kept; `None` when the answer lacks it.
    pub fn field(&self, row: &FieldRow) -> Option<State> {
        if let Some(setting) = row.write {
            return self.settings.state(setting);
        }
        self.raw(row).map(|raw| value::live(row.kind, raw))
    }

    /// The raw value of a read-only field that was kept.
    pub fn raw(&self, row: &FieldRow) -> Option<&Json> {
        let index = row.index();
        self.kept.iter().find(|(at, _)| usize::from(*at) == index).map(|(_, raw)| raw)
    }
}

/// The answer was not a JSON object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAnObject;

struct AnswerVisitor {
    keep: FieldMask,
}

impl<'de> Visitor<'de> for AnswerVisitor {
    type Value = Live;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Live, A::Error> {
        let mut live = Live::default();
        let mut settings: [Option<&'de RawValue>; Setting::ALL.len()] = Default::default();
        while let Some(key) = map.next_key::<AnswerKey<'de>>()? {
            let Some(index) = FieldRow::position(&key.0) else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            if let Some(setting) = FIELDS[index].write {
                settings[setting.index()] = Some(map.next_value()?);
                continue;
            }
            let wanted = self.keep.has(index);
            if !(wanted || index == ID || index == NAME) {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let raw: &'de RawValue = map.next_value()?;
            let parsed = || serde_json::from_str::<Json>(raw.get()).unwrap_or_default();
            if index == ID {
                let id = number::digits(raw.get()).or_else(|| number::live(&parsed()));
                live.id = id.filter(|id| (1..=number::MAX_ID).contains(id));
            }
            if index == NAME {
                live.name = serde_json::from_str::<Cow<'_, str>>(raw.get()).ok().map(|name| Untrusted::from(&*name));
            }
            if wanted {
                live.kept.retain(|(at, _)| usize::from(*at) != index);
                live.kept.push((index as u8, parsed()));
            }
        }
        live.settings = LiveSettings::of_raw(&settings);
        Ok(live)
    }
}

/// The positions of the two fields that every answer must have.
static ID: usize = position_of("id");
static NAME: usize = position_of("name");

/// A key, borrowed where it holds no escapes: most answers need no memory for their keys.
struct AnswerKey<'de>(Cow<'de, str>);

impl<'de> Deserialize<'de> for AnswerKey<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl<'de> Visitor<'de> for Text {
            type Value = AnswerKey<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<AnswerKey<'de>, E> {
                Ok(AnswerKey(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<AnswerKey<'de>, E> {
                Ok(AnswerKey(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(Text)
    }
}

/// The seven writable fields, raw, as read: JSON texts one behind the other, so that ten thousand clients stay small.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct LiveSettings {
    text: Box<str>,
    /// Where each setting's text ends; an empty span is a key that the answer lacked, since no JSON value is empty.
    ends: [u32; Setting::ALL.len()],
}

impl LiveSettings {
    /// Keeps these raw texts of an answer. Plain scalars are kept as they are; texts with escapes, lists and objects
    /// are written again, without their layout.
    fn of_raw(values: &[Option<&RawValue>; Setting::ALL.len()]) -> LiveSettings {
        let mut text = String::with_capacity(64);
        let mut ends = [0; Setting::ALL.len()];
        for (end, value) in ends.iter_mut().zip(values) {
            if let Some(raw) = value.map(RawValue::get) {
                let plain = raw.bytes().all(|b| !matches!(b, b'\\' | b'[' | b'{' | b'\n' | b'\r' | 0x7f..));
                match plain {
                    true => text.push_str(raw),
                    false => text.push_str(&serde_json::from_str::<Json>(raw).unwrap_or_default().to_string()),
                }
            }
            *end = text.len() as u32;
        }
        LiveSettings { text: text.into_boxed_str(), ends }
    }

    /// Keeps these values; `None` is a missing key.
    pub fn new(values: &[Option<Json>; Setting::ALL.len()]) -> LiveSettings {
        let mut text = String::new();
        let mut ends = [0; Setting::ALL.len()];
        for (end, value) in ends.iter_mut().zip(values) {
            if let Some(value) = value {
                text.push_str(&value.to_string());
            }
            // An answer is at most 1 MiB (api), so its texts always fit.
            *end = text.len() as u32;
        }
        LiveSettings { text: text.into_boxed_str(), ends }
    }

    /// These values without those of other fields.
    pub fn only(&self, fields: SettingSet) -> LiveSettings {
        LiveSettings::new(&Setting::ALL.map(|setting| self.raw(setting).filter(|_| fields.contains(setting))))
    }

    /// These values, with those of some fields from another answer.
    pub fn with(&self, fields: SettingSet, other: &LiveSettings) -> LiveSettings {
        let of = |setting| if fields.contains(setting) { other.raw(setting) } else { self.raw(setting) };
        LiveSettings::new(&Setting::ALL.map(of))
    }

    /// The raw JSON text of a field; `None` when the key was missing.
    pub fn text(&self, setting: Setting) -> Option<&str> {
        let index = setting.index();
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        self.text.get(start as usize..self.ends[index] as usize).filter(|text| !text.is_empty())
    }

    /// The raw value of a field; `None` when the key was missing.
    pub fn raw(&self, setting: Setting) -> Option<Json> {
        self.text(setting).and_then(|text| serde_json::from_str(text).ok())
    }

    /// The state of a field; `None` when the key was missing.
    pub fn state(&self, setting: Setting) -> Option<State> {
        let (kind, text) = (setting.kind(), self.text(setting)?);
        // Nearly all values are null, a text without escapes or a short number, and need no second reading as JSON.
        let bare = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        match bare.filter(|bare| !bare.contains('\\')) {
            _ if text == "null" => Some(State::NotSet),
            Some(bare) => Some(value::live_text(kind, bare)),
            None => match number::digits(text).filter(|_| matches!(kind, FieldKind::Id | FieldKind::Percent)) {
                Some(whole) => Some(value::live_whole(kind, whole, || whole.into())),
                None => serde_json::from_str(text).ok().map(|raw| value::live(kind, &raw)),
            },
        }
    }

    /// The settings whose keys were missing.
    pub fn missing(&self) -> impl Iterator<Item = Setting> {
        Setting::ALL.into_iter().filter(|setting| self.text(*setting).is_none())
    }
}

impl fmt::Debug for LiveSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(Setting::ALL.iter().map(|setting| (setting.name(), self.text(*setting)))).finish()
    }
}

impl Serialize for LiveSettings {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for setting in Setting::ALL {
            if let Some(raw) = self.raw(setting) {
                map.serialize_entry(setting.name(), &raw)?;
            }
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for LiveSettings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let map = serde_json::Map::deserialize(deserializer)?;
        let mut values: [Option<Json>; Setting::ALL.len()] = Default::default();
        for setting in Setting::ALL {
            values[setting.index()] = map.get(setting.name()).cloned();
        }
        Ok(LiveSettings::new(&values))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn parse(json: &Json) -> Live {
        Live::parse(json.to_string().as_bytes(), FieldMask::default()).unwrap()
    }

    #[test]
    fn missing_is_not_null() {
        let live = parse(&json!({"id": 12, "geo_list": null, "hold_music": ""}));
        assert_eq!(live.settings.state(Setting::GeoList), Some(State::NotSet));
        assert_eq!(live.settings.state(Setting::HoldMusic), Some(State::NotSet));
        assert_eq!(live.settings.state(Setting::Timezone), None);
        assert_eq!(live.settings.missing().count(), 5);
    }

    #[test]
    fn ids_are_loose_and_never_guessed() {
        assert_eq!(parse(&json!({"id": "12"})).id, Some(12));
        for id in [json!(null), json!("x"), json!(0), json!(-1), json!(1.5), json!([12]), json!(u64::MAX)] {
            assert_eq!(parse(&json!({"id": id})).id, None, "{id}");
        }
        assert_eq!(parse(&json!({})).id, None);
    }

    #[test]
    fn only_objects_are_answers() {
        for body in ["[]", "null", "\"x\"", "{", "", "<html>", "{} x"] {
            assert_eq!(Live::parse(body.as_bytes(), FieldMask::default()), Err(NotAnObject), "{body}");
        }
    }

    #[test]
    fn raw_values_stay_as_read() {
        let body =
            r#"{"id":1,"disk_space_notify_threshold":90.0,"dial_rule_id":18446744073709551616,"geo_list":"ru  by"}"#;
        let live = Live::parse(body.as_bytes(), FieldMask::default()).unwrap();
        assert_eq!(live.settings.text(Setting::DiskSpaceNotifyThreshold), Some("90.0"));
        assert_eq!(live.settings.text(Setting::DialRuleId), Some("18446744073709551616"));
        let round: LiveSettings = serde_json::from_str(&serde_json::to_string(&live.settings).unwrap()).unwrap();
        assert_eq!(round, live.settings);
    }

    #[test]
    fn expected_fields_are_kept_when_asked_for() {
        let row = FieldRow::find("domain").unwrap();
        let body = br#"{"id":1,"domain":"sip.example.com","email":"a@example.com"}"#;
        assert_eq!(Live::parse(body, FieldMask::default()).unwrap().field(row), None);
        let mut keep = FieldMask::default();
        keep.add(row);
        let live = Live::parse(body, keep).unwrap();
        assert_eq!(live.raw(row), Some(&json!("sip.example.com")));
        assert_eq!(live.field(FieldRow::find("email").unwrap()), None);
    }

    #[test]
    fn a_value_means_the_same_whether_it_is_read_twice_or_once() {
        let texts = [
            "null",
            "\"\"",
            "\" \"",
            "\"RU BY\"",
            "\"ru  by\"",
            "\"*\"",
            "\"ZZ\"",
            "\"a\\u0041\"",
            "\"a\\\"\"",
            "\"\\n\"",
            "\"UTC\"",
            "\"Asia/Omsk\"",
            "\"MSK\"",
            "0",
            "1",
            "19",
            "100",
            "101",
            "9223372036854775807",
            "9223372036854775808",
            "18446744073709551616",
            "-1",
            "1.0",
            "1.5",
            "1e2",
            "\"19\"",
            "\" 19 \"",
            "\"019\"",
            "\"0\"",
            "true",
            "false",
            "\"true\"",
            "\"a@x.example\"",
            "\"x\"",
            "[]",
            "[1]",
            "{}",
            "{\"a\":1}",
        ];
        for setting in Setting::ALL {
            for text in texts {
                let body = format!("{{\"id\": 1, \"{}\": {text}}}", setting.name());
                let live = Live::parse(body.as_bytes(), FieldMask::default()).unwrap();
                let raw: Json = serde_json::from_str(text).unwrap();
                assert_eq!(live.settings.state(setting), Some(value::live(setting.kind(), &raw)), "{setting}: {text}");
            }
        }
    }
}
