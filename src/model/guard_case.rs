//! A test case of guards: a client as it is and as it is declared, and the verdict that a team expects.
//!
//! Owns the shape of a case. `config` reads cases from YAML; `plan` judges them as it judges clients.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use crate::model::{DatedDeclaration, LiveSettings, ManagedField, Place, Untrusted};

/// What guards say of a client. The order is that of gravity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GuardVerdict {
    /// No guard applies.
    Pass,
    /// A guard warns.
    Warn,
    /// A guard stops the client.
    Deny,
}

impl GuardVerdict {
    /// Every verdict.
    pub const ALL: [GuardVerdict; 3] = [GuardVerdict::Pass, GuardVerdict::Warn, GuardVerdict::Deny];
    /// Their words, in the same order.
    pub const WORDS: [&'static str; 3] = ["pass", "warn", "deny"];

    /// Its word in files and reports.
    pub fn word(self) -> &'static str {
        match self {
            GuardVerdict::Pass => "pass",
            GuardVerdict::Warn => "warn",
            GuardVerdict::Deny => "deny",
        }
    }
}

/// One case.
#[derive(Clone, Debug, PartialEq)]
pub struct GuardCase {
    /// Its name, for people.
    pub name: Untrusted,
    /// The labels of the client.
    pub labels: BTreeMap<Arc<str>, Arc<str>>,
    /// What the API would answer.
    pub live: LiveSettings,
    /// The managed fields with their values, in the order of [`crate::model::Setting::ALL`].
    pub declared: Vec<ManagedField>,
    /// What its dated settings do, evaluated at the instant of the case; `None` without one.
    pub dated: Option<Box<DatedDeclaration>>,
    /// The verdict that the team expects.
    pub expected: GuardVerdict,
    /// The guard that must give it; `None` for all guards together.
    pub guard: Option<Arc<str>>,
    /// Where the case begins.
    pub place: Place,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verdict_has_its_word() {
        assert_eq!(GuardVerdict::ALL.map(GuardVerdict::word), GuardVerdict::WORDS);
        for verdict in GuardVerdict::ALL {
            assert_eq!(serde_json::to_value(verdict).unwrap(), verdict.word());
        }
    }
}
