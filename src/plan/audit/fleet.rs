//! In what a client differs from its fleet.
//!
//! Owns the one rule: a property that makes a client more open is an outlier where few clients have it, from
//! [`FEWEST_CLIENTS`] clients on. Clients that were not read do not count.

use std::collections::BTreeMap;

use crate::model::State;
use crate::model::countries::Code;
use crate::plan::audit::client::{AuditedClient, ClientExposure, GeoExposure};
use crate::plan::audit::outlier::{FEWEST_CLIENTS, Outlier, OutlierKind};

/// Marks the outliers among the clients that were read.
pub(super) fn mark_outliers(clients: &mut [AuditedClient]) {
    let mut fleet: Vec<&mut ClientExposure> = clients.iter_mut().filter_map(|one| one.exposure.as_mut().ok()).collect();
    let owners = owners(&fleet);
    for kind in OutlierKind::ALL {
        let has = |one: &ClientExposure| match kind {
            OutlierKind::Open => one.geo() == GeoExposure::All,
            OutlierKind::Country => !own_countries(one, &owners).is_empty(),
            OutlierKind::DialRule => one.dial_rule == State::NotSet,
            OutlierKind::Network => one.network != State::NotSet,
        };
        let is_counted = |one: &ClientExposure| kind != OutlierKind::Country || one.geo().countries().is_some();
        let size = fleet.iter().filter(|one| is_counted(one)).count();
        let with_it: Vec<usize> = (0..fleet.len()).filter(|at| has(fleet[*at])).collect();
        if size < FEWEST_CLIENTS || with_it.len() * 100 > size * kind.most_percent() {
            continue;
        }
        for at in &with_it {
            let countries = match kind {
                OutlierKind::Country => own_countries(fleet[*at], &owners),
                OutlierKind::Open | OutlierKind::DialRule | OutlierKind::Network => Vec::new(),
            };
            let outlier = Outlier { kind, countries, clients: with_it.len(), fleet: size };
            fleet[*at].outliers.push(outlier);
        }
    }
}

/// How many lists hold each country.
fn owners(fleet: &[&mut ClientExposure]) -> BTreeMap<Code, usize> {
    let mut owners = BTreeMap::new();
    for code in fleet.iter().filter_map(|one| one.geo_list.countries()).flat_map(|countries| countries.codes()) {
        *owners.entry(*code).or_default() += 1;
    }
    owners
}

/// The countries that only this client has.
fn own_countries(client: &ClientExposure, owners: &BTreeMap<Code, usize>) -> Vec<Code> {
    let codes = client.geo_list.countries().map(|countries| countries.codes()).unwrap_or_default();
    codes.iter().filter(|code| owners.get(code) == Some(&1)).copied().collect()
}
