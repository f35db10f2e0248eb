//! What a fleet comes to, in numbers.
//!
//! Owns the counts. A client that was not read is counted as failed and nowhere else.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::model::{SettingSet, State, Untrusted};
use crate::plan::audit::client::{AuditedClient, ClientExposure, GeoExposure};
use crate::plan::guard_condition::security_settings;

/// The counts of an audit. `open`, `odd`, `default` and `list` add up to `read`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct AuditSummary {
    /// Clients of the audit.
    pub clients: usize,
    /// Clients that were read.
    pub read: usize,
    /// Clients that were not.
    pub failed: usize,
    /// Clients that devices of every country may use.
    pub open: usize,
    /// Clients whose `geo_list` is not understood.
    pub odd: usize,
    /// Clients with the provider's default.
    pub default: usize,
    /// Clients with a list of countries.
    pub list: usize,
    /// Clients with a trusted network.
    pub network: usize,
    /// Clients without a dial rule.
    pub no_dial_rule: usize,
    /// Clients that a guard refuses or warns about.
    pub guarded: usize,
    /// How many clients each guard refuses or warns about.
    pub guards: BTreeMap<Untrusted, usize>,
    /// Clients that differ from their fleet.
    pub outliers: usize,
    /// How many clients do not manage each security field; `None` outside of a project.
    pub unmanaged: Option<BTreeMap<&'static str, usize>>,
}

impl AuditSummary {
    /// Counts these clients.
    pub fn of(clients: &[AuditedClient]) -> AuditSummary {
        let mut all = AuditSummary { clients: clients.len(), ..AuditSummary::default() };
        for client in clients {
            match &client.exposure {
                Ok(exposure) => all.add(exposure),
                Err(_) => all.failed += 1,
            }
            if let Some(unmanaged) = client.unmanaged {
                all.add_unmanaged(unmanaged);
            }
        }
        all
    }

    fn add(&mut self, client: &ClientExposure) {
        self.read += 1;
        *match client.geo() {
            GeoExposure::All => &mut self.open,
            GeoExposure::List(_) => &mut self.list,
            GeoExposure::ProviderDefault => &mut self.default,
            GeoExposure::Odd => &mut self.odd,
        } += 1;
        self.network += usize::from(client.network != State::NotSet);
        self.no_dial_rule += usize::from(client.dial_rule == State::NotSet);
        self.guarded += usize::from(!client.guards.is_empty());
        self.outliers += usize::from(!client.outliers.is_empty());
        for guard in &client.guards {
            *self.guards.entry(guard.clone()).or_default() += 1;
        }
    }

    fn add_unmanaged(&mut self, unmanaged: SettingSet) {
        let counts = self.unmanaged.get_or_insert_default();
        for setting in security_settings() {
            *counts.entry(setting.name()).or_default() += usize::from(unmanaged.contains(setting));
        }
    }
}
