//! Decides which faults apply to a request.

use super::kind::{FaultKind, SimulatorFault};
use crate::sandbox::api::route::ApiOperation;
use crate::sandbox::random;
use std::collections::HashMap;

/// The faults that are switched on, with their counters.
#[derive(Default)]
pub(crate) struct FaultSet {
    random_seed: u64,
    list: Vec<ActiveFault>,
    /// How many faults were added. It makes the draws of two equal faults differ.
    added: usize,
}

struct ActiveFault {
    fault: SimulatorFault,
    number: String,
    tallies: HashMap<String, FaultTally>,
    /// The number of draws, by operation and client.
    draws: HashMap<(&'static str, String), u64>,
}

#[derive(Default)]
struct FaultTally {
    matched: u64,
    applied: u64,
}

impl FaultSet {
    pub(crate) fn new(random_seed: u64) -> FaultSet {
        FaultSet { random_seed, ..FaultSet::default() }
    }

    pub(crate) fn add(&mut self, fault: SimulatorFault) {
        let number = self.added.to_string();
        self.added += 1;
        self.list.push(ActiveFault { fault, number, tallies: HashMap::new(), draws: HashMap::new() });
    }

    pub(crate) fn clear(&mut self) {
        self.list.clear();
    }

    /// The faults that apply to this request, in the order in which they were added.
    /// `answer`: its number on its connection, from 1.
    pub(crate) fn apply(&mut self, operation: ApiOperation, client: Option<&str>, answer: u64) -> Vec<FaultKind> {
        let seed = self.random_seed;
        let kind = |active: &mut ActiveFault| {
            active.applies(seed, operation, client, answer).then(|| active.fault.kind.clone())
        };
        self.list.iter_mut().filter_map(kind).collect()
    }
}

impl ActiveFault {
    fn applies(&mut self, seed: u64, operation: ApiOperation, client: Option<&str>, answer: u64) -> bool {
        let fault = &self.fault;
        let of_operation = fault.operations.is_empty() || fault.operations.contains(&operation);
        let of_client = fault.client.is_none() || fault.client.as_deref() == client;
        let is_counted = !matches!(fault.kind, FaultKind::CloseAfter(answers) if answer < answers);
        if !(of_operation && of_client && is_counted) {
            return false;
        }
        let client = client.unwrap_or_default();
        let tally = self.tallies.entry(if fault.per_client { client.to_owned() } else { String::new() }).or_default();
        tally.matched += 1;
        if tally.matched <= fault.after || fault.times.is_some_and(|times| tally.applied >= times) {
            return false;
        }
        if let Some(rate) = fault.rate {
            let draw = self.draws.entry((operation.name(), client.to_owned())).or_default();
            *draw += 1;
            let hash = random::of(seed, &[&self.number, operation.name(), client, &draw.to_string()]);
            if random::share(hash) >= rate {
                return false;
            }
        }
        tally.applied += 1;
        true
    }
}
