//! The body of one PUT.
//!
//! Owns the only way to make one. A patch holds changed, writable fields and nothing else, by type: its fields are
//! private, it has one constructor and no `Deserialize`, so not even a saved plan can bring a body of its own.
//!
//! ```compile_fail
//! // A patch cannot be written by hand, whatever its keys.
//! let patch = ringform::plan::Patch(vec![]);
//! ```
//!
//! ```compile_fail
//! // It cannot be read from anywhere.
//! let patch: ringform::plan::Patch = serde_json::from_str(r#"{"domain": "sip.example.com"}"#).unwrap();
//! ```
//!
//! ```compile_fail
//! // And it is made from settings; a read-only field is not one.
//! let setting = ringform::model::Setting::Domain;
//! ```

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::model::{Setting, SettingSet, State};
use crate::plan::compare::change::Change;

/// The changed fields and their new values, in the order of [`Setting::ALL`]; never empty.
#[derive(Clone, Debug, PartialEq)]
pub struct Patch(Vec<(Setting, State)>);

impl Patch {
    /// The body that these changes need, without the withheld ones; `None` when there is nothing to send.
    pub fn from_changes(changes: &[Change]) -> Option<Patch> {
        let mut body: Vec<(Setting, State)> = Vec::with_capacity(changes.len());
        let sent = changes.iter().filter(|change| !change.withheld && change.closing.is_none());
        for one in sent.map(|change| &change.difference) {
            // A declared value is never odd (config); one in a saved plan was checked when it was loaded.
            if one.live != one.declared && !matches!(one.declared, State::Odd(_)) {
                body.push((one.setting, one.declared.clone()));
            }
        }
        body.sort_by_key(|(setting, _)| *setting);
        (!body.is_empty()).then_some(Patch(body))
    }

    /// The fields it holds.
    pub fn settings(&self) -> SettingSet {
        self.0.iter().map(|(setting, _)| *setting).collect()
    }

    /// The bytes that are sent.
    pub fn body(&self) -> Vec<u8> {
        let map: serde_json::Result<Vec<u8>> = serde_json::to_vec(self);
        // Serialising names and plain values into memory cannot fail; an empty body would be refused by the API.
        map.unwrap_or_default()
    }
}

impl Serialize for Patch {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (setting, state) in &self.0 {
            map.serialize_entry(setting.name(), &state.to_json())?;
        }
        map.end()
    }
}
