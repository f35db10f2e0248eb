//! Which faults strike a request.

use super::kind::{FaultKind, SimulatorFault};
use crate::sandbox::api::route::ApiOperation;
use crate::sandbox::random;
use std::collections::HashMap;

/// The faults that are switched on, with what each has seen.
#[derive(Default)]
pub(crate) struct FaultSet {
    random_seed: u64,
    list: Vec<ActiveFault>,
    /// How many faults there have been: draws of a fault added later differ from those of its twin before it.
    added: usize,
}

struct ActiveFault {
    fault: SimulatorFault,
    number: String,
    tallies: HashMap<String, FaultTally>,
    /// By kind of request and client, how many draws there have been.
    draws: HashMap<(&'static str, String), u64>,
}

#[derive(Default)]
struct FaultTally {
    matched: u64,
    struck: u64,
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

    /// The faults due for this request, in the order in which they were added. `answer` is its number on its connection, from 1.
    pub(crate) fn strike(&mut self, on: ApiOperation, client: Option<&str>, answer: u64) -> Vec<FaultKind> {
        let seed = self.random_seed;
        let due = |armed: &mut ActiveFault| armed.due(seed, on, client, answer).then(|| armed.fault.kind.clone());
        self.list.iter_mut().filter_map(due).collect()
    }
}

impl ActiveFault {
    fn due(&mut self, seed: u64, on: ApiOperation, client: Option<&str>, answer: u64) -> bool {
        let fault = &self.fault;
        let of_kind = fault.on.is_empty() || fault.on.contains(&on);
        let of_client = fault.client.is_none() || fault.client.as_deref() == client;
        let in_time = !matches!(fault.kind, FaultKind::CloseAfter(answers) if answer < answers);
        if !(of_kind && of_client && in_time) {
            return false;
        }
        let client = client.unwrap_or_default();
        let tally = self.tallies.entry(if fault.per_client { client.to_owned() } else { String::new() }).or_default();
        tally.matched += 1;
        if tally.matched <= fault.after || fault.times.is_some_and(|times| tally.struck >= times) {
            return false;
        }
        if let Some(rate) = fault.rate {
            let draw = self.draws.entry((on.name(), client.to_owned())).or_default();
            *draw += 1;
            let hash = random::of(seed, &[&self.number, on.name(), client, &draw.to_string()]);
            if random::share(hash) >= rate {
                return false;
            }
        }
        tally.struck += 1;
        true
    }
}
