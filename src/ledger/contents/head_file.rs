//! The file `ledger.json` of a project: which endpoint the records are of, which commit was applied last, and which
//! runs ended with a collateral.
//!
//! Owns its JSON and its version.

use serde::{Deserialize, Serialize};

use crate::ledger::contents::collaterals::LedgerCollaterals;
use crate::model::Untrusted;

/// The version of the ledger's files. A minor step only adds.
const FORMAT_VERSION: &str = "1.0";

/// What `ledger.json` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerHead {
    /// The endpoint, as the plan document writes it.
    pub endpoint: Untrusted,
    /// The commit of the code that was applied last; `None` before the first.
    pub commit: Option<String>,
    /// The runs that ended with a collateral.
    pub collaterals: LedgerCollaterals,
}

/// Why `ledger.json` cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeadFlaw {
    /// It is of a newer ringform.
    Newer(Untrusted),
    /// It does not parse; what is wrong with it.
    Invalid(String),
}

#[derive(Serialize, Deserialize)]
struct HeadJson {
    format_version: Untrusted,
    endpoint: Untrusted,
    commit: Option<String>,
    #[serde(default, skip_serializing_if = "LedgerCollaterals::is_empty")]
    collaterals: LedgerCollaterals,
}

#[derive(Deserialize)]
struct VersionJson {
    format_version: Untrusted,
}

impl LedgerHead {
    /// Reads the file.
    pub fn read(bytes: &[u8]) -> Result<LedgerHead, HeadFlaw> {
        let invalid = |error: serde_json::Error| HeadFlaw::Invalid(error.to_string());
        let version = serde_json::from_slice::<VersionJson>(bytes).map_err(invalid)?.format_version;
        match version.raw().split_once('.').and_then(|(major, _)| major.parse::<u64>().ok()) {
            Some(1) => {}
            Some(_) => return Err(HeadFlaw::Newer(version)),
            None => return Err(HeadFlaw::Invalid("`format_version` is not a version".to_owned())),
        }
        let HeadJson { endpoint, commit, collaterals, .. } = serde_json::from_slice(bytes).map_err(invalid)?;
        if !collaterals.is_valid() {
            return Err(HeadFlaw::Invalid("`collaterals` holds a name that is not of a run".to_owned()));
        }
        match &commit {
            Some(commit) if !is_object_id(commit) => {
                Err(HeadFlaw::Invalid("`commit` is not the id of a commit".to_owned()))
            }
            Some(_) | None => Ok(LedgerHead { endpoint, commit, collaterals }),
        }
    }

    /// Writes the file.
    pub fn write(&self) -> Result<Vec<u8>, serde_json::Error> {
        let json = HeadJson {
            format_version: FORMAT_VERSION.into(),
            endpoint: self.endpoint.clone(),
            commit: self.commit.clone(),
            collaterals: self.collaterals.clone(),
        };
        let mut bytes = serde_json::to_vec_pretty(&json)?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}

/// Whether this is a whole id of git: 40 or 64 hexadecimal digits.
pub fn is_object_id(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_as_it_is_written() {
        let commit = "0123456789abcdef0123456789abcdef01234567";
        for commit in [None, Some(commit.to_owned())] {
            let mut head = LedgerHead {
                endpoint: "https://pbx.example".into(),
                commit,
                collaterals: LedgerCollaterals::default(),
            };
            let text = String::from_utf8(head.write().unwrap()).unwrap();
            assert!(!text.contains("collaterals"), "{text}");
            assert_eq!(LedgerHead::read(text.as_bytes()), Ok(head.clone()));
            head.collaterals.add("20261127T090000Z-00aa11");
            head.collaterals.acknowledge("20261126T090000Z-00aa11", "20261126T090500Z-00aa11");
            assert_eq!(LedgerHead::read(&head.write().unwrap()), Ok(head));
        }
    }

    #[test]
    fn a_newer_version_and_damage_are_two_flaws() {
        let read = |text: &str| LedgerHead::read(text.as_bytes()).unwrap_err();
        assert_eq!(read(r#"{"format_version":"2.0"}"#), HeadFlaw::Newer("2.0".into()));
        for text in [
            "",
            "{}",
            r#"{"format_version":"x","endpoint":"e","commit":null}"#,
            r#"{"format_version":"1.0","commit":null}"#,
            r#"{"format_version":"1.0","endpoint":"e","commit":"main"}"#,
            r#"{"format_version":"1.0","endpoint":"e","commit":"-x"}"#,
            r#"{"format_version":"1.0","endpoint":"e","commit":null,"collaterals":["a"]}"#,
            r#"{"format_version":"1.0","endpoint":"e","commit":null,"collaterals":{"a b":null}}"#,
            r#"{"format_version":"1.0","endpoint":"e","commit":null,"collaterals":{"a":"-/x"}}"#,
        ] {
            assert!(matches!(read(text), HeadFlaw::Invalid(_)), "{text}");
        }
        let newer = r#"{"format_version":"1.7","endpoint":"e","commit":null,"more":1}"#;
        assert!(LedgerHead::read(newer.as_bytes()).is_ok(), "a minor step only adds");
    }
}
