//! The semantics that the API's wiki leaves open.
//!
//! Not documented: whether PUT merges or replaces, whether null or `""` clears, whether stored values are normalised,
//! and which fields a user may change. A client of the API must cope with all of them, so the simulator offers each.

use super::zones;
use crate::sandbox::answer::refusal::ApiRefusal;
use crate::sandbox::data::fields::{self, ApiType, WRITABLE};
use crate::sandbox::data::seed::StoredClient;
use anyhow::bail;
use serde_json::{Map, Value};
use std::fmt;
use std::str::FromStr;

/// How the simulator behaves where the wiki is silent. By default it merges, stores values as sent, and clears on null.
#[derive(Clone, Debug, Default)]
pub struct Semantics {
    /// A PUT sets the writable fields that it does not name to null, instead of keeping their values.
    pub replace: bool,
    /// Fields that a PUT may name and that keep their values.
    pub ignore: Vec<String>,
    /// Changes that the simulator makes to values.
    pub normalise: Vec<Normalise>,
    /// Keys that are missing from every answer.
    pub missing: Vec<String>,
    /// A PUT with a null is refused with 400.
    pub refuse_null: bool,
}

/// A change that the simulator makes to values: the first three when a PUT is stored, the last two in every answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Normalise {
    /// Old zone names become current ones: `US/Pacific` → `America/Los_Angeles`.
    Zones,
    /// E-mail addresses in lower case.
    Emails,
    /// The codes of a geo_list in another order, with two blanks between them.
    Countries,
    /// Numbers as strings, except the `id`.
    NumbersAsText,
    /// `""` where a field is null.
    EmptyForNull,
}

impl Normalise {
    /// Every change, with its name and its help text.
    pub const ALL: [(Normalise, &'static str, &'static str); 5] = [
        (Normalise::Zones, "zones", "stores old zone names as current ones (US/Pacific as America/Los_Angeles)"),
        (Normalise::Emails, "emails", "stores e-mail addresses in lower case"),
        (Normalise::Countries, "countries", "stores a geo_list in another order, with two blanks between codes"),
        (Normalise::NumbersAsText, "numbers-as-text", "answers numbers as strings"),
        (Normalise::EmptyForNull, "empty-for-null", "answers \"\" for null"),
    ];
}

impl fmt::Display for Normalise {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let row = Normalise::ALL.iter().find(|(value, _, _)| value == self);
        out.write_str(row.map_or("", |(_, name, _)| name))
    }
}

impl FromStr for Normalise {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Normalise> {
        match Normalise::ALL.iter().find(|(_, name, _)| *name == text) {
            Some((value, _, _)) => Ok(*value),
            None => {
                let names = Normalise::ALL.map(|(_, name, _)| name).join(", ");
                bail!("unknown change of values `{text}`; use one of: {names}")
            }
        }
    }
}

impl Semantics {
    /// Refuses unknown field names, because a misspelt option would have no effect.
    pub(crate) fn check(&self) -> anyhow::Result<()> {
        for name in self.ignore.iter().chain(&self.missing) {
            if fields::kind(name).is_none() {
                bail!("`{name}` is not a field of a client");
            }
        }
        Ok(())
    }

    /// Applies a PUT of `body` to `client`. The names and types of `body` must have been checked.
    pub(crate) fn store(&self, client: &mut StoredClient, body: &Map<String, Value>) -> Result<(), ApiRefusal> {
        if let Some((name, _)) = body.iter().find(|(_, value)| self.refuse_null && value.is_null()) {
            return Err(ApiRefusal::BadRequest(format!("parameter {name} must not be null")));
        }
        for name in WRITABLE.into_iter().filter(|name| !self.ignore.iter().any(|ignored| ignored == name)) {
            match body.get(name) {
                Some(value) => drop(client.insert(name.to_owned(), self.normalised(name, value))),
                None if self.replace => drop(client.insert(name.to_owned(), Value::Null)),
                None => {}
            }
        }
        Ok(())
    }

    fn has(&self, normalise: Normalise) -> bool {
        self.normalise.contains(&normalise)
    }

    fn normalised(&self, name: &str, value: &Value) -> Value {
        let Value::String(text) = value else { return value.clone() };
        let text = match name {
            "timezone" if self.has(Normalise::Zones) => zones::canonical(text).to_owned(),
            "disk_space_notify_email" if self.has(Normalise::Emails) => text.to_lowercase(),
            "geo_list" if self.has(Normalise::Countries) => reorder(text),
            _ => text.clone(),
        };
        Value::String(text)
    }

    /// The client as answers show it.
    pub(crate) fn show(&self, client: &StoredClient) -> Value {
        let mut shown = client.clone();
        for name in &self.missing {
            drop(shown.remove(name));
        }
        for (name, value) in &mut shown {
            match value {
                Value::Number(number) if self.has(Normalise::NumbersAsText) && name != "id" => {
                    *value = Value::String(number.to_string());
                }
                // API: `record_stereo` and `reg_status_log` are booleans; no report mentions an empty text there.
                Value::Null if self.has(Normalise::EmptyForNull) && fields::kind(name) != Some(ApiType::Flag) => {
                    *value = Value::String(String::new());
                }
                _ => {}
            }
        }
        Value::Object(shown)
    }
}

/// The same countries from Z to A with two blanks between, so that a comparison of texts fails.
fn reorder(text: &str) -> String {
    let mut codes: Vec<&str> = text.split_whitespace().collect();
    codes.sort_unstable();
    codes.reverse();
    codes.join("  ")
}
