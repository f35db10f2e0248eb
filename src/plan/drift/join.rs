//! The drift reports of two parts of one fleet, as one.
//!
//! Owns one rule: where only one part has read a client, that part decides.

use std::collections::BTreeMap;

use crate::model::{ClientKey, Setting};
use crate::plan::drift::compare::order;
use crate::plan::drift::report::{DriftReport, Finding, FindingState, LastRead};

impl DriftReport {
    /// The report over both parts.
    pub fn join(self, other: DriftReport) -> DriftReport {
        let mut findings: BTreeMap<(ClientKey, Option<Setting>), Finding> = BTreeMap::new();
        for finding in self.findings.into_iter().chain(other.findings) {
            let id = (finding.key(), finding.field());
            let looked = finding.state != FindingState::Unread;
            if looked || !findings.contains_key(&id) {
                findings.insert(id, finding);
            }
        }
        let mut findings: Vec<Finding> = findings.into_values().collect();
        findings.sort_by_cached_key(order);
        let mut seen: BTreeMap<ClientKey, LastRead> = BTreeMap::new();
        for one in self.last_read.into_iter().chain(other.last_read) {
            let known = seen.entry(one.key()).or_insert_with(|| one.clone());
            known.at = known.at.take().max(one.at);
        }
        let mut expired_waivers = self.expired_waivers;
        expired_waivers
            .extend(other.expired_waivers.into_iter().filter(|one| !expired_waivers.contains(one)).collect::<Vec<_>>());
        DriftReport {
            since: self.since.min(other.since),
            findings,
            expired_waivers,
            last_read: seen.into_values().collect(),
            rolling: match (self.rolling, other.rolling) {
                (Some(one), Some(other)) => Some(one.join(other)),
                (one, other) => one.or(other),
            },
        }
    }
}
