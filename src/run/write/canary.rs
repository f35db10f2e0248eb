//! The order of writes: one client at a time until the API has shown that it merges, then many.
//!
//! Owns the canaries and the return of results to the order of the plan.

use std::sync::Arc;

use crate::plan::send::PutBody;
use crate::plan::{ApplyResult, ClientPlan};
use crate::run::read::Readings;
use crate::run::write::options::{WriteOptions, Writes};
use crate::run::write::state::{WriteState, is_failure, without_request};
use crate::run::write::worker::{WriteJob, WriteWorker};
use crate::run::{RunEvent, workers};

/// Sends what the plan says and records a result for every client. Returns the clients in their order.
pub(in crate::run) async fn write<B: PutBody>(
    planned: Vec<ClientPlan>,
    mut readings: Readings,
    writes: Writes<B>,
    options: WriteOptions,
) -> Vec<ClientPlan> {
    let mut clients = Vec::with_capacity(planned.len());
    let mut due = Vec::new();
    let state = Arc::new(WriteState::default());
    for (index, mut client) in planned.into_iter().enumerate() {
        match without_request(&client) {
            Some((result, details)) => {
                state.count(&client, result);
                client.finish(result, details);
                clients.push(Some(client));
            }
            None => {
                due.push(WriteJob { index, client, reading: readings.remove(&index) });
                clients.push(None);
            }
        }
    }
    let listener = Arc::clone(&writes.listener);
    listener(RunEvent::Writing(due.len()));
    let (concurrency, canaries) = (options.concurrency, options.canary);
    let worker = WriteWorker { writes, options, state };
    let mut rest = due.into_iter();
    let mut written = 0;
    while !worker.state.is_proven() || written < canaries {
        let Some(job) = rest.next() else { break };
        let index = job.index;
        let client = worker.write(job).await;
        let has_failed = client.result.is_none_or(|result| is_failure(&client, result));
        if written < canaries && has_failed {
            worker.state.halt("a canary was not applied");
        }
        // A client that got no PUT and did not fail shows nothing, so the next one is the canary.
        if has_failed || client.result == Some(ApplyResult::Applied) {
            written += 1;
        }
        clients[index] = Some(client);
    }
    let work = move |job: WriteJob| {
        let worker = worker.clone();
        async move { (job.index, worker.write(job).await) }
    };
    for (index, client) in workers::run(rest, concurrency, vec![work]).await {
        clients[index] = Some(client);
    }
    listener(RunEvent::WritingDone);
    clients.into_iter().flatten().collect()
}
