//! One request from its head to its answer: counted, struck by faults, served, spoiled, sent.

use super::connection::ConnectionHandle;
use super::phase::ServerPhase;
use super::script::SendScript;
use crate::sandbox::account::quota::AppQuotas;
use crate::sandbox::account::tokens::{TokenIssuer, TokenOwner};
use crate::sandbox::answer::content::SimulatedAnswer;
use crate::sandbox::answer::refusal::ApiRefusal;
use crate::sandbox::api::client_api::{ApiRequest, ClientApi};
use crate::sandbox::api::route::{ApiOperation, ApiPath};
use crate::sandbox::api::semantics::Semantics;
use crate::sandbox::data::store::ClientStore;
use crate::sandbox::fault::corrupt::{misshape, status_as};
use crate::sandbox::fault::kind::{Disconnect, FaultKind};
use crate::sandbox::fault::short_circuit::{ShortCircuit, early};
use crate::sandbox::fault::trigger::FaultSet;
use crate::sandbox::lock::lock;
use crate::sandbox::traffic::TrafficLog;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{ConnectInfo, State};
use axum::http::header;
use axum::http::request::Parts;
use axum::response::Response;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::watch;

/// The largest body that is accepted: a PUT of all seven fields is under 2 KiB.
const LARGEST_BODY: usize = 1 << 20;

/// The largest body that is read to its end: a refusal sent while the other side is still writing would be lost in a reset.
const LARGEST_READ: usize = 16 << 20;

/// Everything that requests share.
pub(crate) struct Simulator {
    pub(crate) store: Arc<ClientStore>,
    pub(crate) tokens: TokenIssuer,
    pub(crate) quota: AppQuotas,
    pub(crate) ledger: TrafficLog,
    pub(crate) faults: Mutex<FaultSet>,
    pub(crate) semantics: Mutex<Arc<Semantics>>,
    pub(crate) panicked: AtomicBool,
    pub(crate) phase: watch::Sender<ServerPhase>,
}

/// Notes a panic that passes through.
struct PanicMonitor<'a>(&'a AtomicBool);

impl Drop for PanicMonitor<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.store(true, Ordering::Relaxed);
        }
    }
}

/// The connection ends without an answer.
struct NoAnswer(Disconnect);

/// Handles every request, whatever its path.
pub(crate) async fn handle(
    State(simulator): State<Arc<Simulator>>,
    ConnectInfo(wire): ConnectInfo<ConnectionHandle>,
    request: axum::extract::Request,
) -> Response {
    let _watch = PanicMonitor(&simulator.panicked);
    let (head, body) = request.into_parts();
    match simulator.serve(&wire, &head, body).await {
        Ok(response) => response,
        Err(NoAnswer(cut)) => {
            // The response is for the HTTP code, which wants one; the line lets not a byte of it out.
            wire.play(SendScript::None(cut));
            Response::new(Body::empty())
        }
    }
}

impl Simulator {
    async fn serve(&self, wire: &ConnectionHandle, head: &Parts, body: Body) -> Result<Response, NoAnswer> {
        let number = wire.next();
        let target = ApiPath::of(head.uri.path());
        let on = target.on(&head.method);
        self.ledger.arrived(head, &target, on);
        // Held until the answer is ready: `/oauth` counts what is under way.
        let slot = (on == ApiOperation::Token).then(|| self.tokens.enter());
        let caller = self.caller(head);
        let body = whole(body).await?;
        let client = match &target {
            ApiPath::Client(id) => Some(id.as_str()),
            _ => None,
        };
        if let (ApiOperation::Put, Some(client), Ok(body)) = (on, client, &body) {
            self.ledger.put(client, body);
        }

        let kinds = lock(&self.faults).strike(on, client, number);
        self.before(&kinds, &caller, client).await?;
        let (mut answer, shown) = match &body {
            Ok(body) => match early(&kinds, head.uri.path(), (on == ApiOperation::Put).then_some(&body[..])) {
                Some(ShortCircuit::Cut(cut)) => return Err(NoAnswer(cut)),
                Some(ShortCircuit::Answer(answer)) => (answer, None),
                None => match &slot {
                    Some(Err(refusal)) => (SimulatedAnswer::refused(refusal.clone()), None),
                    _ => self.answer(head, &target, on, body, &caller)?,
                },
            },
            Err(refusal) => (SimulatedAnswer::refused(refusal.clone()), None),
        };
        self.after(&kinds, &mut answer).await?;

        let account = shown.as_ref().or(caller.as_ref().ok()).map_or("", |caller| &caller.account);
        let standing = self.quota.look(account);
        let (response, length) = answer.build(&head.headers, standing, status_as(&kinds));
        wire.play(script(&kinds, length));
        Ok(response)
    }

    fn caller(&self, head: &Parts) -> Result<TokenOwner, ApiRefusal> {
        self.tokens.caller(head.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()))
    }

    fn answer(
        &self,
        head: &Parts,
        target: &ApiPath,
        on: ApiOperation,
        body: &[u8],
        caller: &Result<TokenOwner, ApiRefusal>,
    ) -> Result<(SimulatedAnswer, Option<TokenOwner>), NoAnswer> {
        let semantics = Arc::clone(&lock(&self.semantics));
        let resource =
            ClientApi { store: &self.store, tokens: &self.tokens, quota: &self.quota, semantics: &semantics };
        let content_type = head.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let asked = ApiRequest {
            target,
            on,
            method: &head.method,
            query: head.uri.query().is_some_and(|query| !query.is_empty()),
            content_type: content_type.unwrap_or_default(),
            body,
            caller,
        };
        resource.answer(&asked).ok_or(NoAnswer(Disconnect::Fin))
    }

    /// What happens before the request is looked at.
    async fn before(
        &self,
        kinds: &[FaultKind],
        caller: &Result<TokenOwner, ApiRefusal>,
        client: Option<&str>,
    ) -> Result<(), NoAnswer> {
        for kind in kinds {
            match kind {
                FaultKind::Latency(duration) => self.wait(*duration).await?,
                FaultKind::Meddle(field, value) => {
                    if let Some(id) = client.and_then(|client| self.meant(caller, client)) {
                        self.store.set(id, field, value.clone());
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The client that a path means, if it is there.
    fn meant(&self, caller: &Result<TokenOwner, ApiRefusal>, client: &str) -> Option<u64> {
        let id = match client {
            "@me" => self.tokens.app(caller.as_ref().ok()?).own_client(self.store.first())?,
            number => number.parse().ok()?,
        };
        self.store.get(id).map(|_| id)
    }

    /// What happens once the request has been served.
    async fn after(&self, kinds: &[FaultKind], answer: &mut SimulatedAnswer) -> Result<(), NoAnswer> {
        for kind in kinds {
            match kind {
                FaultKind::LateAnswer(duration) => self.wait(*duration).await?,
                FaultKind::ResetAfter(cut) => return Err(NoAnswer(*cut)),
                FaultKind::ServerErrorAfter(code) => *answer = SimulatedAnswer::page(*code),
                _ => {}
            }
        }
        misshape(kinds, answer);
        Ok(())
    }

    /// Waits, unless the simulator ends meanwhile: then there will be no answer.
    async fn wait(&self, duration: Duration) -> Result<(), NoAnswer> {
        let mut phase = self.phase.subscribe();
        tokio::select! {
            () = tokio::time::sleep(duration) => Ok(()),
            _ = phase.wait_for(|phase| *phase >= ServerPhase::Ending) => Err(NoAnswer(Disconnect::Fin)),
        }
    }
}

/// The body of a request, unless it is too large. One that breaks off takes its connection along: nobody is left to be answered.
async fn whole(body: Body) -> Result<Result<Bytes, ApiRefusal>, NoAnswer> {
    let body = to_bytes(body, LARGEST_READ).await.map_err(|_| NoAnswer(Disconnect::Fin))?;
    if body.len() > LARGEST_BODY {
        return Ok(Err(ApiRefusal::BadRequest("the body is too large".to_owned())));
    }
    Ok(Ok(body))
}

/// What the line does with a body of `length` bytes.
fn script(kinds: &[FaultKind], length: usize) -> SendScript {
    let (mut cut, mut slow, mut close) = (None, None, false);
    for kind in kinds {
        match kind {
            FaultKind::Truncated(percent) => cut = Some(length * usize::from(*percent) / 100),
            FaultKind::Slow(duration) => slow = Some(*duration),
            FaultKind::CloseAfter(_) => close = true,
            _ => {}
        }
    }
    // Nothing can be cut off an empty body.
    SendScript::body(length, cut.filter(|_| length > 0), slow, close)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_noted_and_an_orderly_end_is_not() {
        let panicked = AtomicBool::new(false);
        drop(PanicMonitor(&panicked));
        assert!(!panicked.load(Ordering::Relaxed));
        std::panic::catch_unwind(|| {
            let _watch = PanicMonitor(&panicked);
            panic!("on purpose");
        })
        .unwrap_err();
        assert!(panicked.load(Ordering::Relaxed));
    }
}
