//! Declarations to client plans: every client is read once, many at a time.
//!
//! Owns the flow of reads. A declaration is dropped as soon as its client is planned, and an answer as soon as nothing is to be
//! sent, so memory grows with what the report needs. It receives the reader and cannot write.

use std::sync::Arc;
use std::time::Instant;

use crate::api::{Reader, Stop};
use crate::model::{Declaration, Diagnostic, Failure, FailureKind, Guard, Live};
use crate::plan::duplicates;
use crate::plan::{ClientPlan, Origin, Status, guards};
use crate::reconcile::{Happened, Listener, fleet};

/// A planned client, with the answer it was planned from where something is to be sent.
#[derive(Debug)]
pub struct Planned {
    /// The plan.
    pub client: ClientPlan,
    /// The answer and when it arrived.
    pub reading: Option<Reading>,
}

/// An answer and when it arrived.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The answer.
    pub live: Live,
    /// When its last byte was there; its age counts from here.
    pub at: Instant,
}

/// How to read.
#[derive(Debug)]
pub struct Options<'a> {
    /// How many clients at once.
    pub concurrency: usize,
    /// What is said of every difference.
    pub origin: Origin,
    /// The project's guards.
    pub guards: &'a [Guard],
    /// Whether answers are kept for a write that follows.
    pub keep_readings: bool,
}

/// Reads and plans every client, in the order of the declarations, with the warnings of the guards. Once `stop` is pulled the
/// rest fails as interrupted; what was under way is finished.
pub async fn plan(
    declarations: Vec<Declaration>,
    reader: &Reader,
    stop: &Stop,
    options: Options<'_>,
    listener: Listener,
) -> (Vec<Planned>, Vec<Diagnostic>) {
    listener(Happened::Reading(declarations.len()));
    let (reader, stop, origin, keep) = (reader.clone(), stop.clone(), options.origin, options.keep_readings);
    let work = move |declaration: Declaration| {
        let (reader, stop, listener) = (reader.clone(), stop.clone(), Arc::clone(&listener));
        async move {
            let planned = read_one(&declaration, &reader, &stop, origin, keep).await;
            listener(Happened::Read { failed: planned.client.error.is_some() });
            planned
        }
    };
    let mut planned = fleet::run(declarations, options.concurrency, work).await;
    duplicates::fail(planned.iter_mut().map(|planned| &mut planned.client));
    let mut warnings = Vec::new();
    for one in &mut planned {
        warnings.extend(guards::judge(options.guards, &mut one.client));
    }
    (planned, warnings)
}

async fn read_one(declaration: &Declaration, reader: &Reader, stop: &Stop, origin: Origin, keep: bool) -> Planned {
    if stop.is_stopped() {
        let failure = Failure::new(FailureKind::Interrupted, "interrupted before it was read");
        return Planned { client: ClientPlan::failed(declaration, failure), reading: None };
    }
    match reader.read(declaration.client, declaration.credentials.as_ref(), declaration.keep()).await {
        Ok(live) => {
            let at = Instant::now();
            let again = keep.then(|| live.clone());
            let client = ClientPlan::read(declaration, live, origin);
            let reading = again.filter(|_| client.status() == Status::Change).map(|live| Reading { live, at });
            Planned { client, reading }
        }
        Err(failure) => Planned { client: ClientPlan::failed(declaration, failure), reading: None },
    }
}
