//! Claims: a run of apply that is under way, as its file in the branch says.
//!
//! Owns the JSON of a claim, how long it lives, and the values that its PUTs may have left. It reads no clock: the time
//! is an argument.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value as Json;

use crate::ledger::contents::layout::record_key;
use crate::model::{ClientId, ClientKey, Setting, State, Untrusted, value};
use crate::plan::ClientPlan;

/// A run of apply under way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Claim {
    /// The run.
    pub run: String,
    /// Who began it.
    pub actor: Untrusted,
    /// A link to its job, where it has one.
    #[serde(default)]
    pub link: Option<Untrusted>,
    /// The commit that it applies.
    pub commit: String,
    /// The digest of its plan.
    pub digest: String,
    /// When it began.
    pub started_at: Timestamp,
    /// Until when it lives without a renewal.
    pub lease_end: Timestamp,
    /// The PUTs that it may send.
    pub puts: Vec<ClaimedPut>,
}

/// A claim in the branch.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenClaim {
    /// The run, as the name of its file says.
    pub run: String,
    /// What the file says; `None` where it does not parse.
    pub claim: Option<Claim>,
}

/// One PUT that a run may send.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClaimedPut {
    /// The client.
    pub client_id: ClientId,
    /// The credential's name; `null` for the environment.
    pub credentials: Option<Arc<str>>,
    /// The body.
    #[serde(deserialize_with = "scalars")]
    pub put: BTreeMap<Setting, Json>,
}

/// Reads a body. A declared value is no list and no object, and as JSON these take many times the memory of their text.
fn scalars<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<Setting, Json>, D::Error> {
    let body = BTreeMap::<Setting, ScalarJson>::deserialize(deserializer)?;
    Ok(body.into_iter().map(|(setting, ScalarJson(json))| (setting, json)).collect())
}

/// A JSON value without parts.
struct ScalarJson(Json);

impl<'de> Deserialize<'de> for ScalarJson {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<ScalarJson, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

struct ScalarVisitor;

impl Visitor<'_> for ScalarVisitor {
    type Value = ScalarJson;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("a text, a number, true, false or null")
    }

    fn visit_unit<E>(self) -> Result<ScalarJson, E> {
        Ok(ScalarJson(Json::Null))
    }

    fn visit_bool<E>(self, value: bool) -> Result<ScalarJson, E> {
        Ok(ScalarJson(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<ScalarJson, E> {
        Ok(ScalarJson(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<ScalarJson, E> {
        Ok(ScalarJson(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<ScalarJson, E> {
        Ok(ScalarJson(value.into()))
    }

    fn visit_str<E>(self, value: &str) -> Result<ScalarJson, E> {
        Ok(ScalarJson(value.into()))
    }
}

/// Whether the run of a claim may still send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClaimState {
    /// Its lease has not ended.
    Alive,
    /// It begins in our future, so the clocks of two machines differ. It is alive.
    AheadOfClock,
    /// Its lease has ended.
    Ended,
}

impl Claim {
    /// Reads a claim. A run sends each client one PUT at most, so a claim with two of one client is not ours.
    pub fn read(bytes: &[u8]) -> Result<Claim, serde_json::Error> {
        let claim: Claim = serde_json::from_slice(bytes)?;
        let mut clients = BTreeSet::new();
        match claim.puts.iter().find(|put| !clients.insert(record_key(put.client_id, put.credentials.as_ref()))) {
            None => Ok(claim),
            Some(put) => Err(serde::de::Error::custom(format!("client {} has two PUTs", put.client_id))),
        }
    }

    /// Writes a claim.
    pub fn write(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut bytes = serde_json::to_vec_pretty(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// Whether its run may still send at this time.
    pub fn state(&self, now: Timestamp) -> ClaimState {
        if self.started_at > now {
            ClaimState::AheadOfClock
        } else if now < self.lease_end {
            ClaimState::Alive
        } else {
            ClaimState::Ended
        }
    }

    /// The values that its PUTs may have left, by client.
    pub fn doubts(&self) -> impl Iterator<Item = (ClientKey, Setting, State)> {
        self.puts.iter().flat_map(|one| {
            let key = record_key(one.client_id, one.credentials.as_ref());
            one.put.iter().map(move |(setting, json)| (key.clone(), *setting, value::live(setting.kind(), json)))
        })
    }
}

/// The PUTs that a run may send for these clients.
pub fn claimed_puts(clients: &[ClientPlan]) -> Vec<ClaimedPut> {
    let sends = clients.iter().filter(|client| client.is_to_send() && client.blocked.is_empty());
    sends
        .map(|client| ClaimedPut {
            client_id: client.client_id,
            credentials: client.credentials.clone(),
            put: client.to_send().map(|change| (change.difference.setting, change.sent().to_json())).collect(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn claim() -> Claim {
        Claim {
            run: "20261127T090000Z-00aa11".to_owned(),
            actor: "Anna <anna@example.com>".into(),
            link: None,
            commit: "0".repeat(40),
            digest: "sha256:00".to_owned(),
            started_at: "2026-11-27T09:00:00Z".parse().unwrap(),
            lease_end: "2026-11-27T09:15:00Z".parse().unwrap(),
            puts: vec![ClaimedPut {
                client_id: ClientId::Me,
                credentials: None,
                put: [(Setting::GeoList, json!("RU BY")), (Setting::HoldMusic, Json::Null)].into(),
            }],
        }
    }

    #[test]
    fn a_claim_is_read_as_it_is_written() {
        let bytes = claim().write().unwrap();
        assert_eq!(Claim::read(&bytes).unwrap(), claim());
        let list = String::from_utf8(bytes).unwrap().replace("\"BY RU\"", "[0]").replace("\"RU BY\"", "[0]");
        for text in ["", "{}", r#"{"run":"x"}"#, &list] {
            assert!(Claim::read(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn a_claim_has_one_put_of_each_client() {
        let put = |id: &str, credentials: Option<&str>| ClaimedPut {
            client_id: ClientId::parse(id).unwrap(),
            credentials: credentials.map(Arc::from),
            put: BTreeMap::new(),
        };
        let read = |puts: Vec<ClaimedPut>| Claim::read(&Claim { puts, ..claim() }.write().unwrap());
        assert!(read(vec![put("12", None), put("13", None), put("@me", None), put("@me", Some("a"))]).is_ok());
        for twice in [[put("12", None), put("12", Some("a"))], [put("@me", None), put("@me", Some("default"))]] {
            assert!(read(twice.into()).unwrap_err().to_string().contains("has two PUTs"));
        }
    }

    #[test]
    fn a_claim_lives_until_its_lease_ends_and_from_a_clock_that_is_ahead() {
        let state = |now: &str| claim().state(now.parse().unwrap());
        assert_eq!(state("2026-11-27T08:59:59Z"), ClaimState::AheadOfClock);
        assert_eq!(state("2026-11-27T09:00:00Z"), ClaimState::Alive);
        assert_eq!(state("2026-11-27T09:14:59Z"), ClaimState::Alive);
        assert_eq!(state("2026-11-27T09:15:00Z"), ClaimState::Ended);
    }

    #[test]
    fn its_puts_are_doubts_of_its_clients() {
        let doubts: Vec<_> = claim().doubts().collect();
        let key = record_key(ClientId::Me, None);
        assert_eq!(doubts.len(), 2);
        assert_eq!(doubts[0], (key.clone(), Setting::GeoList, value::live(Setting::GeoList.kind(), &json!("BY RU"))));
        assert_eq!(doubts[1], (key, Setting::HoldMusic, State::NotSet));
    }
}
