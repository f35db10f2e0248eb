//! Which values clients share.
//!
//! Owns the two thresholds: more than half of all clients for the common profile, more than 80 % of the clients with a
//! label for the profile of that label. It must not know names of profiles or the form of a document.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::config::factor::fleet::{FEWEST, Fleet, Inherited, LayerRow, ValueRow};
use crate::model::{Setting, State};

/// A label: its key and its value.
pub(super) type Label = (Arc<str>, Arc<str>);

/// A value of a profile, and how many clients hold it.
#[derive(Clone, Debug, PartialEq)]
pub struct SharedValue {
    /// The setting.
    pub setting: Setting,
    /// The value.
    pub state: State,
    /// How many clients hold it.
    pub holders: usize,
    /// How many clients hold any value.
    pub clients: usize,
}

/// Values that may become a profile.
#[derive(Debug)]
pub(super) struct Candidate {
    /// The label of its clients; `None` for all clients.
    pub(super) label: Option<Label>,
    pub(super) row: ValueRow,
    pub(super) values: Vec<SharedValue>,
}

/// The candidates, in the order of their layers: that of all clients, then those of labels by key and value.
pub(super) fn candidates(fleet: &Fleet<'_>) -> Vec<Candidate> {
    let all: Vec<usize> = (0..fleet.clients.len()).collect();
    let common = candidate(fleet, None, &all, &fleet.base, |holders, clients| holders * 2 > clients);
    let below = common.as_ref().map_or(fleet.base, |common| fleet.base.with(&common.row));
    let mut members: BTreeMap<(&Arc<str>, &Arc<str>), Vec<usize>> = BTreeMap::new();
    for (index, client) in fleet.clients.iter().enumerate() {
        for label in &client.labels {
            members.entry(label).or_default().push(index);
        }
    }
    let of_labels = members.into_iter().filter_map(|((key, value), members)| {
        let label = Some((key.clone(), value.clone()));
        candidate(fleet, label, &members, &below, |holders, clients| holders * 5 > clients * 4)
    });
    common.into_iter().chain(of_labels).collect()
}

/// The values that enough of these clients hold and that the layers below do not give; `None` where there are none.
fn candidate(
    fleet: &Fleet<'_>,
    label: Option<Label>,
    members: &[usize],
    below: &LayerRow,
    is_shared: fn(usize, usize) -> bool,
) -> Option<Candidate> {
    if members.len() < FEWEST {
        return None;
    }
    let (mut row, mut values) = (ValueRow::default(), Vec::new());
    for setting in Setting::ALL {
        let mut holders: BTreeMap<u32, usize> = BTreeMap::new();
        for value in members.iter().filter_map(|index| fleet.rows[*index][setting.index()]) {
            *holders.entry(value).or_default() += 1;
        }
        let clients = holders.values().sum();
        // Both thresholds are above a half, so at most one value reaches them.
        let found = holders.into_iter().find(|(_, holders)| *holders >= FEWEST && is_shared(*holders, clients));
        let Some((value, holders)) = found else { continue };
        if fleet.values.is_open(setting, value) || below.get(setting) == Inherited::Value(value) {
            continue;
        }
        row[setting.index()] = Some(value);
        values.push(SharedValue { setting, state: fleet.values.state(setting, value).clone(), holders, clients });
    }
    (!values.is_empty()).then_some(Candidate { label, row, values })
}
