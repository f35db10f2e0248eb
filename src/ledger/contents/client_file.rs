//! The file of one client in the ledger.
//!
//! Owns its JSON: one field a line, sorted by name, so that `git log -p` shows what changed. It holds no run and no
//! time: an unchanged client is an unchanged file.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::collections::BTreeMap;

use crate::model::{MOST_DOUBTS, RecordedClient, RecordedField, Setting, State, value};

/// One field as JSON. A missing value and null are two things.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FieldJson {
    #[serde(default, with = "present", skip_serializing_if = "Option::is_none")]
    value: Option<Json>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    in_doubt: Vec<Json>,
}

/// Keeps null apart from a missing key.
mod present {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use serde_json::Value as Json;

    pub(super) fn serialize<S: Serializer>(value: &Option<Json>, serializer: S) -> Result<S::Ok, S::Error> {
        value.as_ref().unwrap_or(&Json::Null).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Json>, D::Error> {
        Json::deserialize(deserializer).map(Some)
    }
}

/// Reads the file of a client. The error says what is wrong with it.
pub fn read(bytes: &[u8]) -> Result<RecordedClient, serde_json::Error> {
    let fields: BTreeMap<Setting, FieldJson> = serde_json::from_slice(bytes)?;
    let mut client = RecordedClient::default();
    for (setting, field) in fields {
        let state = |json: &Json| value::live(setting.kind(), json);
        if field.in_doubt.len() > MOST_DOUBTS {
            return Err(serde::de::Error::custom(format!("more than {MOST_DOUBTS} values of {setting} are in doubt")));
        }
        let mut recorded = RecordedField { value: field.value.as_ref().map(state), in_doubt: Vec::new() };
        field.in_doubt.iter().for_each(|json| recorded.doubt(state(json)));
        client.set(setting, recorded);
    }
    Ok(client)
}

/// Writes the file of a client. The values are canonical where they are understood.
pub fn write(client: &RecordedClient) -> Result<Vec<u8>, serde_json::Error> {
    let mut lines = BTreeMap::new();
    for (setting, field) in client.fields() {
        let value = field.value.as_ref().map(State::to_json);
        let json = FieldJson { value, in_doubt: field.in_doubt.iter().map(State::to_json).collect() };
        lines.insert(setting.name(), serde_json::to_string(&json)?);
    }
    let lines: Vec<String> = lines.iter().map(|(name, json)| format!("  \"{name}\": {json}")).collect();
    Ok(match lines.is_empty() {
        true => b"{}\n".to_vec(),
        false => format!("{{\n{}\n}}\n", lines.join(",\n")).into_bytes(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn client(fields: &[(Setting, Option<Json>, &[Json])]) -> RecordedClient {
        let mut client = RecordedClient::default();
        for (setting, value, in_doubt) in fields {
            let state = |json: &Json| value::live(setting.kind(), json);
            let in_doubt = in_doubt.iter().map(state).collect();
            client.set(*setting, RecordedField { value: value.as_ref().map(state), in_doubt });
        }
        client
    }

    #[test]
    fn a_file_has_one_field_a_line_sorted_by_name_and_is_read_as_it_is_written() {
        let table = [
            (client(&[]), "{}\n"),
            (
                client(&[
                    (Setting::GeoList, Some(json!("RU BY")), &[json!("RU"), json!(null)]),
                    (Setting::DialRuleId, Some(json!(null)), &[]),
                    (Setting::Timezone, Some(json!("MSK")), &[]),
                    (Setting::HoldMusic, None, &[json!(7)]),
                ]),
                "{\n  \"dial_rule_id\": {\"value\":null},\n  \"geo_list\": {\"value\":\"BY RU\",\"in_doubt\":[\"RU\",null]},\n  \
                 \"hold_music\": {\"in_doubt\":[7]},\n  \"timezone\": {\"value\":\"MSK\"}\n}\n",
            ),
        ];
        for (client, text) in table {
            assert_eq!(String::from_utf8(write(&client).unwrap()).unwrap(), text);
            assert_eq!(read(text.as_bytes()).unwrap(), client);
        }
    }

    #[test]
    fn a_file_with_a_flood_of_doubts_does_not_parse() {
        let text = |count: usize| {
            let doubts: Vec<String> = (0..count).map(|number| number.to_string()).collect();
            format!("{{\"hold_music\":{{\"in_doubt\":[{}]}}}}", doubts.join(","))
        };
        assert_eq!(read(text(100).as_bytes()).unwrap().field(Setting::HoldMusic).unwrap().in_doubt.len(), 100);
        assert!(read(text(101).as_bytes()).unwrap_err().to_string().contains("more than 100 values of hold_music"));
    }

    #[test]
    fn a_file_edited_by_hand_is_read_leniently_or_not_at_all() {
        let same = [r#"{"geo_list":{"value":"ru by"}}"#, r#"{"geo_list":{"value":"BY RU","in_doubt":["RU BY"]}}"#];
        for text in same {
            let read = read(text.as_bytes()).unwrap();
            assert_eq!(read, client(&[(Setting::GeoList, Some(json!("BY RU")), &[])]), "{text}");
        }
        for text in
            ["", "[]", "null", r#"{"name":{"value":"x"}}"#, r#"{"geo_list":"RU"}"#, r#"{"geo_list":{"valu":"RU"}}"#]
        {
            assert!(read(text.as_bytes()).is_err(), "{text}");
        }
    }
}
