//! The 28 fields of a client and the seven that a PUT takes, as the wiki lists them.
//!
//! Owns the simulator's own table. It must not use the table of `model`: tests compare the two over HTTP, so that a
//! mistake in one of them shows.

use serde_json::{Map, Value, json};

/// The type that the wiki names for a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ApiType {
    Long,
    Text,
    Flag,
}

/// One row of the table.
pub(crate) struct ApiField {
    pub(crate) name: &'static str,
    pub(crate) kind: ApiType,
    /// The value where the seed gives none, made from the client's id.
    default: fn(u64) -> Value,
}

/// The fields that a PUT may name: exactly seven (API: "W = accepted by PUT").
pub(crate) const WRITABLE: [&str; 7] = [
    "dial_rule_id",
    "disk_space_notify_email",
    "disk_space_notify_threshold",
    "geo_list",
    "hold_music",
    "sip_network_permission_id",
    "timezone",
];

const fn field(name: &'static str, kind: ApiType, default: fn(u64) -> Value) -> ApiField {
    ApiField { name, kind, default }
}

fn null(_: u64) -> Value {
    Value::Null
}

/// The fields of an answer, in the wiki's alphabetical order.
pub(crate) const FIELDS: [ApiField; 28] = [
    field("ambassadors", ApiType::Text, null),
    field("contact_phones", ApiType::Text, null),
    field("create_date", ApiType::Text, |_| json!("2020-03-16 09:29:57")),
    field("dial_rule_id", ApiType::Long, null),
    field("did_as_transfer_caller_id", ApiType::Text, |_| json!("default")),
    field("disk_space_notify_email", ApiType::Text, null),
    field("disk_space_notify_threshold", ApiType::Long, null),
    field("domain", ApiType::Text, |id| json!(format!("sip{id}.example.net"))),
    field("domain_prefix", ApiType::Text, |id| json!(format!("{id:05}"))),
    field("email", ApiType::Text, |id| json!(format!("admin@client{id}.example.net"))),
    // API: the type is string, but the wiki's own example answers the number 3.
    field("extension_len", ApiType::Text, |_| json!(3)),
    field("extra_params", ApiType::Text, null),
    field("fact_address", ApiType::Text, null),
    field("geo_list", ApiType::Text, null),
    field("hold_music", ApiType::Long, null),
    field("id", ApiType::Long, |id| json!(id)),
    field("jur_address", ApiType::Text, null),
    field("language", ApiType::Text, null),
    field("name", ApiType::Text, |id| json!(format!("client {id}"))),
    field("prefix", ApiType::Text, |id| json!(format!("{id:04}"))),
    field("presence", ApiType::Text, |_| json!("no")),
    field("record_format", ApiType::Text, |_| json!("mp3")),
    field("record_stereo", ApiType::Flag, |_| json!(false)),
    field("reg_status_log", ApiType::Flag, |_| json!(false)),
    field("short_local_caller_id", ApiType::Text, |_| json!("yes")),
    field("sip_network_permission_id", ApiType::Long, null),
    field("timezone", ApiType::Text, null),
    field("type", ApiType::Text, |_| json!("J")),
];

/// Adds every missing field. Other keys stay (API: an answer can carry more).
pub(crate) fn complete(id: u64, client: &mut Map<String, Value>) {
    for field in &FIELDS {
        if !client.contains_key(field.name) {
            client.insert(field.name.to_owned(), (field.default)(id));
        }
    }
}

/// The type of a field; none for a name outside the table.
pub(crate) fn kind(name: &str) -> Option<ApiType> {
    FIELDS.iter().find(|field| field.name == name).map(|field| field.kind)
}

/// Why a PUT must not hold this value, as the message of a 400; none where it may.
///
/// API: 400 is "a value that is not accepted", and the wiki documents only types and meanings. So this checks the
/// type, the form of a code or a zone, and the range of a percentage. It has no list of countries, zones or sounds.
pub(crate) fn objection(name: &str, value: &Value) -> Option<String> {
    if !WRITABLE.contains(&name) {
        let why = if kind(name).is_some() { "is not available for update" } else { "is not a parameter of a client" };
        return Some(format!("parameter {name} {why}"));
    }
    match value {
        Value::Null => None,
        Value::String(text) if kind(name) == Some(ApiType::Text) => text_objection(name, text),
        Value::Number(number) if kind(name) == Some(ApiType::Long) => {
            let range = if name == "disk_space_notify_threshold" { 0..=100 } else { 1..=i64::MAX };
            match number.as_i64() {
                Some(whole) if range.contains(&whole) => None,
                _ => Some(format!("parameter {name}: {number} is out of range")),
            }
        }
        _ => Some(format!("parameter {name} has a wrong type")),
    }
}

/// The same for the three writable texts. `""` passes, because the wiki does not document whether it clears a field.
fn text_objection(name: &str, text: &str) -> Option<String> {
    let fits = match name {
        _ if text.is_empty() => true,
        "geo_list" => text.trim() == "*" || text.split(' ').filter(|code| !code.is_empty()).all(is_country_shaped),
        "timezone" => text.chars().all(|c| c.is_ascii_alphanumeric() || "/_+-".contains(c)),
        _ => text.split_once('@').is_some_and(|(user, host)| {
            !user.is_empty() && !host.is_empty() && !host.contains('@') && !text.contains(char::is_whitespace)
        }),
    };
    (!fits).then(|| format!("parameter {name}: the value is not accepted"))
}

fn is_country_shaped(code: &str) -> bool {
    code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_alphabetic())
}
