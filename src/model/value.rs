//! Values of settings: read strictly where people declare them, leniently where the API answers them.
//!
//! Owns the typed value, the state of one field (not set, a value, or something odd) and the two readings that make
//! them. A value that exists is valid. This module must not know YAML or HTTP.

use std::num::NonZeroU64;
use std::sync::Arc;

use serde::{Serialize, Serializer};
use serde_json::Value as Json;

use crate::model::countries::Countries;
use crate::model::text::{quote, strange_character};
use crate::model::{FieldKind, Flaw, number, zone};

/// A valid value of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A set of countries.
    Countries(Countries),
    /// An IANA zone name.
    Zone(&'static str),
    /// The id of another object: 1 to 2^63−1.
    Id(NonZeroU64),
    /// A percentage: 1 to 100.
    Percent(u8),
    /// One e-mail address.
    Email(Arc<str>),
    /// Free text of a read-only field.
    Text(Arc<str>),
    /// `true` or `false` of a read-only field.
    Boolean(bool),
}

impl Value {
    /// The value as JSON, in its one canonical form: what a PUT holds and what `before` and `after` show.
    pub fn to_json(&self) -> Json {
        match self {
            Value::Countries(set) => set.canonical().into(),
            Value::Zone(name) => (*name).into(),
            Value::Id(id) => id.get().into(),
            Value::Percent(percent) => (*percent).into(),
            Value::Email(text) | Value::Text(text) => text.as_ref().into(),
            Value::Boolean(flag) => (*flag).into(),
        }
    }
}

/// What a writable field holds, live or declared. Only live fields are ever [`State::Odd`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// `null` or `""`: the provider's default holds.
    NotSet,
    /// A value that our rules accept.
    Is(Value),
    /// A live value that our rules would refuse: shown as it is, equal to itself, different from every declared value.
    Odd(Json),
}

impl State {
    /// Canonical JSON where the value is understood, else the raw value.
    pub fn to_json(&self) -> Json {
        match self {
            State::NotSet => Json::Null,
            State::Is(value) => value.to_json(),
            State::Odd(raw) => raw.clone(),
        }
    }

    /// The set of countries, when that is what the field holds.
    pub fn countries(&self) -> Option<&Countries> {
        match self {
            State::Is(Value::Countries(set)) => Some(set),
            State::NotSet | State::Is(_) | State::Odd(_) => None,
        }
    }
}

impl Serialize for State {
    /// Writes [`State::to_json`].
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}

/// The raw value of one field in a YAML document, before its type is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RawValue<'a> {
    /// Plain `null` or `~`.
    Null,
    /// A scalar, plain or quoted: words and numbers are text until the field types them.
    Text(&'a str),
    /// A list of scalars.
    List(Vec<&'a str>),
}

/// Reads a declared value of a field of this kind: [`State::NotSet`] for null, else [`State::Is`]; all flaws together.
pub fn declared(kind: FieldKind, given: &RawValue<'_>) -> Result<State, Vec<Flaw>> {
    let text = match given {
        RawValue::Null => return Ok(State::NotSet),
        RawValue::List(items) if kind == FieldKind::Countries => {
            return Countries::declared(items.iter().copied(), true).map(|set| State::Is(Value::Countries(set)));
        }
        RawValue::List(_) => return Err(vec![Flaw::new(format!("expected {}, found a list", kind.wants()))]),
        RawValue::Text(text) => *text,
    };
    if text.trim_ascii().is_empty() {
        let what = if text.is_empty() { "the text is empty" } else { "the text holds only blanks" };
        return Err(vec![Flaw::new(what).null_help("write null to clear, or remove the key")]);
    }
    let one = |value: Result<Value, Flaw>| value.map(State::Is).map_err(|flaw| vec![flaw]);
    match kind {
        FieldKind::Countries => {
            Countries::declared(text.split_ascii_whitespace(), false).map(|set| State::Is(Value::Countries(set)))
        }
        FieldKind::Zone => one(declared_zone(text)),
        FieldKind::Id => one(declared_number(kind, text, number::MAX_ID).map(Value::Id)),
        FieldKind::Percent => one(declared_number(kind, text, 100).map(|n| Value::Percent(n.get() as u8))),
        FieldKind::Email => one(declared_email(text)),
        FieldKind::Text => Ok(State::Is(Value::Text(text.into()))),
        FieldKind::Boolean => one(match text {
            "true" => Ok(Value::Boolean(true)),
            "false" => Ok(Value::Boolean(false)),
            _ => Err(wrong(kind, text).help("write true or false")),
        }),
    }
}

/// Reads a live value of a field of this kind. Never fails: what is not understood is [`State::Odd`].
pub fn live(kind: FieldKind, raw: &Json) -> State {
    match raw {
        Json::Null => State::NotSet,
        Json::String(text) => live_text(kind, text),
        Json::Number(number) => match (kind, number::live(raw)) {
            // API: `extension_len` is documented as text, and the wiki's own example answers the number 3.
            (FieldKind::Text, _) => State::Is(Value::Text(number.to_string().into())),
            (_, Some(whole)) => live_whole(kind, whole, || raw.clone()),
            (_, None) => State::Odd(raw.clone()),
        },
        Json::Bool(flag) if kind == FieldKind::Boolean => State::Is(Value::Boolean(*flag)),
        Json::Bool(_) | Json::Array(_) | Json::Object(_) => State::Odd(raw.clone()),
    }
}

/// A live value that is a JSON text.
pub(super) fn live_text(kind: FieldKind, text: &str) -> State {
    if text.is_empty() {
        return State::NotSet;
    }
    let odd = || Json::from(text);
    let value = match kind {
        FieldKind::Countries => Countries::live(text).map(Value::Countries),
        FieldKind::Zone => zone::find(text).map(Value::Zone),
        FieldKind::Id | FieldKind::Percent => match number::digits(text.trim_matches(' ')) {
            Some(whole) => return live_whole(kind, whole, odd),
            None => None,
        },
        FieldKind::Email => is_email(text).then(|| Value::Email(text.into())),
        FieldKind::Text => (!text.trim_ascii().is_empty()).then(|| Value::Text(text.into())),
        FieldKind::Boolean => text.parse().ok().map(Value::Boolean),
    };
    value.map_or_else(|| State::Odd(odd()), State::Is)
}

/// A live value that is a whole number, as a number or as text; `odd` is what it is where the field holds none or not
/// this one.
pub(super) fn live_whole(kind: FieldKind, whole: u64, odd: impl FnOnce() -> Json) -> State {
    let value = match kind {
        FieldKind::Id => NonZeroU64::new(whole).filter(|id| id.get() <= number::MAX_ID).map(Value::Id),
        FieldKind::Percent => (1..=100).contains(&whole).then_some(Value::Percent(whole as u8)),
        FieldKind::Countries | FieldKind::Zone | FieldKind::Email | FieldKind::Text | FieldKind::Boolean => None,
    };
    value.map_or_else(|| State::Odd(odd()), State::Is)
}

/// The sentence for a text that is not a value of its kind; names a strange character when that is the cause.
fn wrong(kind: FieldKind, text: &str) -> Flaw {
    let text_shown = quote(text);
    match strange_character(text) {
        Some(strange) => Flaw::new(format!("{text_shown} is not {}: it holds {strange}", kind.wants())),
        None => Flaw::new(format!("{text_shown} is not {}", kind.wants())),
    }
}

fn declared_zone(text: &str) -> Result<Value, Flaw> {
    if let Some(name) = zone::find(text) {
        return Ok(Value::Zone(name));
    }
    let flaw = wrong(FieldKind::Zone, text);
    let near = zone::nearest(text);
    Err(if near.is_empty() {
        flaw.help("names look like Europe/Moscow; UTC is one too, abbreviations and offsets are not")
    } else {
        let names: Vec<String> = near.iter().map(|name| format!("`{name}`")).collect();
        flaw.help(format!("did you mean {}?", names.join(" or ")))
    })
}

fn declared_number(kind: FieldKind, text: &str, max: u64) -> Result<NonZeroU64, Flaw> {
    match number::digits(text) {
        Some(n) if n <= max => NonZeroU64::new(n).ok_or_else(|| {
            wrong(kind, text).null_help(if kind == FieldKind::Id {
                "write null to clear"
            } else {
                "write null to switch the warning off"
            })
        }),
        _ => {
            let flaw = wrong(kind, text);
            let meant = number::meant(text).filter(|n| (1..=max).contains(n) && n.to_string() != text);
            Err(match meant {
                Some(n) => flaw.help(format!("write {n}")),
                None => flaw.help("write the number in plain decimal digits"),
            })
        }
    }
}

fn declared_email(text: &str) -> Result<Value, Flaw> {
    if is_email(text) {
        return Ok(Value::Email(text.into()));
    }
    let flaw = wrong(FieldKind::Email, text);
    Err(if text.contains([',', ';']) || text.matches('@').count() > 1 {
        flaw.help("exactly one address is possible; a mailing list can spread it")
    } else if !text.contains('@') {
        flaw.help("an address looks like ops@example.com")
    } else {
        flaw.help("write the bare address, such as ops@example.com")
    })
}

/// Stricter than mail itself: ASCII, no quoted local part, no address literal, a domain with a dot. What else the API
/// would store is unknown, and a warning that no one receives is worse than an early error.
fn is_email(text: &str) -> bool {
    let options = email_address::Options::default().with_required_tld().without_domain_literal().without_display_text();
    text.is_ascii()
        && !text.contains(['"', ' '])
        && email_address::EmailAddress::parse_with_options(text, options).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn text(kind: FieldKind, text: &str) -> Result<State, Vec<Flaw>> {
        declared(kind, &RawValue::Text(text))
    }

    #[test]
    fn helps_say_what_to_write() {
        let help = |kind, word: &str| text(kind, word).unwrap_err()[0].help.clone().unwrap();
        assert_eq!(help(FieldKind::Id, "019"), "write 19");
        assert_eq!(help(FieldKind::Percent, "90%"), "write 90");
        assert_eq!(help(FieldKind::Percent, "101"), "write the number in plain decimal digits");
        assert!(help(FieldKind::Id, "0").contains("null"));
        assert!(help(FieldKind::Zone, "Europe/Moskow").contains("`Europe/Moscow`"));
        assert!(help(FieldKind::Email, "a@example.com, b@example.com").contains("one address"));
        assert!(help(FieldKind::Email, "").contains("null"));
    }

    #[test]
    fn wrong_numbers_are_refused() {
        for word in ["0", "-1", "1e3", "9223372036854775808", "18446744073709551616", "x"] {
            assert!(text(FieldKind::Id, word).is_err(), "{word}");
        }
        assert!(text(FieldKind::Id, "9223372036854775807").is_ok());
        for word in ["0", "101", "90.5", "90%"] {
            assert!(text(FieldKind::Percent, word).is_err(), "{word}");
        }
        assert!(text(FieldKind::Percent, "1").is_ok() && text(FieldKind::Percent, "100").is_ok());
    }

    #[test]
    fn addresses() {
        for word in ["ops@example.com", "NOC@Example.org", "a+b@x.example.co"] {
            assert!(text(FieldKind::Email, word).is_ok(), "{word}");
        }
        for word in ["ops", "@x.y", "a@b", "\"q s\"@x.yz", "Ops <ops@example.com>", "a@[127.0.0.1]", "ops@exämple.com"]
        {
            assert!(text(FieldKind::Email, word).is_err(), "{word}");
        }
    }

    #[test]
    fn strange_characters_are_named() {
        assert!(text(FieldKind::Zone, "Europe/\u{a0}Moscow").unwrap_err()[0].message.contains("U+00A0"));
        assert!(text(FieldKind::Countries, "\u{412}Y").unwrap_err()[0].message.contains("U+0412"));
        assert!(text(FieldKind::Id, "1\u{200b}9").unwrap_err()[0].message.contains("U+200B"));
    }

    #[test]
    fn live_values_are_lenient() {
        assert_eq!(live(FieldKind::Id, &json!("19")), text(FieldKind::Id, "19").unwrap());
        assert_eq!(live(FieldKind::Id, &json!("")), State::NotSet);
        assert_eq!(live(FieldKind::Text, &json!(3)), text(FieldKind::Text, "3").unwrap());
        for (kind, raw) in [
            (FieldKind::Countries, json!("ZZ")),
            (FieldKind::Countries, json!("  ")),
            (FieldKind::Countries, json!(["RU"])),
            (FieldKind::Zone, json!("MSK")),
            (FieldKind::Zone, json!(" ")),
            (FieldKind::Text, json!("  ")),
            (FieldKind::Percent, json!(0)),
            (FieldKind::Email, json!("x")),
            (FieldKind::Id, json!({"id": 1})),
        ] {
            assert_eq!(live(kind, &raw), State::Odd(raw.clone()), "{raw}");
        }
    }
}
