//! Readings of the API that its wiki leaves open.
//!
//! API, "not documented": whether PUT merges or replaces, whether null or `""` clears, whether values are normalised on storing, which
//! fields a user's PUT may change. A client of the API must stand all of them, so the simulator plays each.

use super::zones;
use crate::sandbox::answer::refusal::ApiRefusal;
use crate::sandbox::data::fields::{self, ApiType, WRITABLE};
use crate::sandbox::data::seed::StoredClient;
use anyhow::bail;
use serde_json::{Map, Value};
use std::fmt;
use std::str::FromStr;

/// How the simulator reads what the wiki leaves open. The default merges, stores what it is sent, and clears on null.
#[derive(Clone, Debug, Default)]
pub struct Semantics {
    /// A PUT sets the writable fields that it does not name to null, instead of leaving them alone.
    pub replace: bool,
    /// Fields that a PUT may name and that keep their value nevertheless.
    pub ignore: Vec<String>,
    /// Changes that values undergo.
    pub normalise: Vec<Normalise>,
    /// Keys that no answer holds.
    pub missing: Vec<String>,
    /// A null in a PUT is answered 400.
    pub refuse_null: bool,
}

/// A change that the simulator makes to values: the first three when a PUT is stored, the last two in every answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Normalise {
    /// Old names of a zone become today's: `US/Pacific` → `America/Los_Angeles`.
    Zones,
    /// E-mail addresses in lower case.
    Emails,
    /// The codes of a geo_list in another order, with two blanks between them.
    Countries,
    /// Numbers as strings, the `id` excepted.
    NumbersAsText,
    /// `""` where a field is null.
    EmptyForNull,
}

impl Normalise {
    /// Every one, with its name and a sentence for help.
    pub const ALL: [(Normalise, &'static str, &'static str); 5] = [
        (Normalise::Zones, "zones", "old zone names are stored as today's (US/Pacific as America/Los_Angeles)"),
        (Normalise::Emails, "emails", "e-mail addresses are stored in lower case"),
        (Normalise::Countries, "countries", "a geo_list is stored in another order, with doubled blanks"),
        (Normalise::NumbersAsText, "numbers-as-text", "numbers are answered as strings"),
        (Normalise::EmptyForNull, "empty-for-null", "null is answered as \"\""),
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
                bail!("`{text}` is not a way to normalise; there are {names}")
            }
        }
    }
}

impl Semantics {
    /// Names that are no field of the API, so that a misspelt option does not play nothing unseen.
    pub(crate) fn check(&self) -> anyhow::Result<()> {
        for name in self.ignore.iter().chain(&self.missing) {
            if fields::kind(name).is_none() {
                bail!("`{name}` is not a field of a client");
            }
        }
        Ok(())
    }

    /// What `client` becomes by a PUT of `body`, whose names and types have been checked.
    pub(crate) fn store(&self, client: &mut StoredClient, body: &Map<String, Value>) -> Result<(), ApiRefusal> {
        if let Some((name, _)) = body.iter().find(|(_, value)| self.refuse_null && value.is_null()) {
            return Err(ApiRefusal::BadRequest(format!("parameter {name} must not be null")));
        }
        for name in WRITABLE.into_iter().filter(|name| !self.ignore.iter().any(|ignored| ignored == name)) {
            match body.get(name) {
                Some(value) => drop(client.insert(name.to_owned(), self.normal(name, value))),
                None if self.replace => drop(client.insert(name.to_owned(), Value::Null)),
                None => {}
            }
        }
        Ok(())
    }

    fn has(&self, normalise: Normalise) -> bool {
        self.normalise.contains(&normalise)
    }

    fn normal(&self, name: &str, value: &Value) -> Value {
        let Value::String(text) = value else { return value.clone() };
        let text = match name {
            "timezone" if self.has(Normalise::Zones) => zones::canonical(text).to_owned(),
            "disk_space_notify_email" if self.has(Normalise::Emails) => text.to_lowercase(),
            "geo_list" if self.has(Normalise::Countries) => reorder(text),
            _ => text.clone(),
        };
        Value::String(text)
    }

    /// The client as an answer shows it.
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
                // API: `record_stereo` and `reg_status_log` are booleans; an empty text there would be a type that nobody reported.
                Value::Null if self.has(Normalise::EmptyForNull) && fields::kind(name) != Some(ApiType::Flag) => {
                    *value = Value::String(String::new());
                }
                _ => {}
            }
        }
        Value::Object(shown)
    }
}

/// The same countries so that no comparison of texts survives: from Z to A, two blanks between.
fn reorder(text: &str) -> String {
    let mut codes: Vec<&str> = text.split_whitespace().collect();
    codes.sort_unstable();
    codes.reverse();
    codes.join("  ")
}
