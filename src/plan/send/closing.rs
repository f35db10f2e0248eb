//! The body of a PUT that can only close.
//!
//! Owns the one way to make such a body, and why a difference has none. It holds `geo_list` alone, with countries that
//! live and git both have. So no value of either side can make it open anything, send `*` or clear the field.
//!
//! ```compile_fail
//! // It cannot be written by hand.
//! let patch = ringform::plan::ClosingPatch(ringform::model::State::NotSet);
//! ```
//!
//! ```compile_fail
//! // It cannot be read from anywhere.
//! let patch: ringform::plan::ClosingPatch = serde_json::from_str(r#"{"geo_list": "*"}"#).unwrap();
//! ```
//!
//! ```compile_fail
//! // An ordinary patch does not become one.
//! fn closing(patch: ringform::plan::Patch) -> ringform::plan::ClosingPatch {
//!     patch.into()
//! }
//! ```
//!
//! ```compile_fail
//! // The writer of a run that can only close takes no ordinary patch.
//! use ringform::{api::Writer, model::ClientId, plan::{ClearedPatch, ClosingPatch, Patch}};
//! async fn put(writer: Writer<ClosingPatch>, client: ClientId, cleared: ClearedPatch<Patch>) {
//!     writer.put(client, None, cleared).await;
//! }
//! ```
//!
//! With the patch of its own kind, the same lines compile:
//!
//! ```
//! use ringform::{api::Writer, model::ClientId, plan::{ClearedPatch, ClosingPatch}};
//! async fn put(writer: Writer<ClosingPatch>, client: ClientId, cleared: ClearedPatch<ClosingPatch>) {
//!     writer.put(client, None, cleared).await;
//! }
//! ```

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::model::countries::Countries;
use crate::model::value::Value;
use crate::model::{Difference, Setting, State, Untrusted};

/// Fewer countries than live has, all of them declared; never empty, never `*`.
#[derive(Clone, Debug, PartialEq)]
pub struct ClosingPatch(State);

impl ClosingPatch {
    /// The countries that live and git both have, where that removes something from live.
    pub fn from_difference(difference: &Difference) -> Result<ClosingPatch, NotClosed> {
        if difference.setting != Setting::GeoList {
            return Err(NotClosed::OtherField(difference.setting));
        }
        // Nobody can say what an odd value opens, so it is refused whatever git declares.
        let live = match &difference.live {
            State::Is(Value::Countries(live)) => Some(live),
            State::NotSet => None,
            State::Is(_) | State::Odd(_) => return Err(NotClosed::Odd),
        };
        let Some(declared @ Countries::Some(_)) = difference.declared.countries() else {
            return Err(NotClosed::NoList);
        };
        let live = live.ok_or(NotClosed::NotSet)?;
        let common = live.common(declared).ok_or(NotClosed::NothingInCommon)?;
        match common == *live {
            true => Err(NotClosed::Closed),
            false => Ok(ClosingPatch(State::Is(Value::Countries(common)))),
        }
    }

    /// The value of `geo_list` that it sends.
    pub fn value(&self) -> &State {
        &self.0
    }
}

impl Serialize for ClosingPatch {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(Setting::GeoList.name(), &self.0.to_json())?;
        map.end()
    }
}

/// Why a difference has no [`ClosingPatch`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotClosed {
    /// Only `geo_list` says how far a PBX is open.
    OtherField(Setting),
    /// Git declares `*` or null: it closes nothing.
    NoList,
    /// Live holds the provider's default, which ringform cannot read.
    NotSet,
    /// Live has declared countries only.
    Closed,
    /// Live holds a value that is not understood.
    Odd,
    /// No country would be left, and an empty list means the provider's default.
    NothingInCommon,
}

impl NotClosed {
    /// Whether people must act: live may be open, and a PUT that can only close does not help.
    pub fn is_refused(self) -> bool {
        matches!(self, NotClosed::Odd | NotClosed::NothingInCommon)
    }

    /// The reason, and where people must act, the next step.
    pub fn reason(self, difference: &Difference) -> Untrusted {
        let (live, declared) = (difference.live.to_json(), difference.declared.to_json());
        match self {
            NotClosed::OtherField(setting) => {
                format!("{setting} is not sent: --only-closing sends geo_list only").into()
            }
            NotClosed::NoList => {
                format!("geo_list is not sent: git declares {declared}, and --only-closing only removes countries")
                    .into()
            }
            NotClosed::NotSet => {
                "geo_list is not sent: live holds null, and --only-closing only removes countries".into()
            }
            NotClosed::Closed => {
                "geo_list is not sent: live has no country that git does not declare, and --only-closing adds none"
                    .into()
            }
            NotClosed::Odd => format!(
                "live holds {live}, which is not a list of countries, so no value is certain to close it; look at \
                 the client, then run an ordinary `ringform apply`"
            )
            .into(),
            NotClosed::NothingInCommon => format!(
                "live has {live} and git declares {declared}: no country is left, and an empty list means the \
                 provider's default, which may open; run an ordinary `ringform apply`"
            )
            .into(),
        }
    }
}
