//! One request from head to answer: count it, apply faults, serve it, corrupt the answer, send it.

use super::connection::ConnectionHandle;
use super::phase::ServerPhase;
use super::script::SendScript;
use super::simulator::{PanicMonitor, Simulator};
use crate::sandbox::account::tokens::TokenOwner;
use crate::sandbox::answer::content::SimulatedAnswer;
use crate::sandbox::answer::refusal::ApiRefusal;
use crate::sandbox::api::client_api::{ApiRequest, ClientApi};
use crate::sandbox::api::route::{ApiOperation, ApiPath};
use crate::sandbox::fault::corrupt::{corrupt, status_format};
use crate::sandbox::fault::kind::{Disconnect, FaultKind};
use crate::sandbox::fault::short_circuit::{ShortCircuit, short_circuit};
use crate::sandbox::lock::lock;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{ConnectInfo, State};
use axum::http::header;
use axum::http::request::Parts;
use axum::response::Response;
use std::sync::Arc;
use std::time::Duration;

/// The largest accepted body: a PUT of all seven fields is under 2 KiB.
const LARGEST_BODY: usize = 1 << 20;

/// The largest body that is read to its end. A refusal sent while the peer still writes would be lost in a reset.
const LARGEST_READ: usize = 16 << 20;

/// The connection ends without an answer.
struct NoAnswer(Disconnect);

/// Handles every request, whatever its path.
pub(crate) async fn handle(
    State(simulator): State<Arc<Simulator>>,
    ConnectInfo(connection): ConnectInfo<ConnectionHandle>,
    request: axum::extract::Request,
) -> Response {
    let _monitor = PanicMonitor(&simulator.panicked);
    let (head, body) = request.into_parts();
    match simulator.serve(&connection, &head, body).await {
        Ok(response) => response,
        Err(NoAnswer(how)) => {
            // The HTTP server needs a response; the connection sends no byte of it.
            connection.play(SendScript::None(how));
            Response::new(Body::empty())
        }
    }
}

impl Simulator {
    async fn serve(&self, connection: &ConnectionHandle, head: &Parts, body: Body) -> Result<Response, NoAnswer> {
        let number = connection.next();
        let path = ApiPath::of(head.uri.path());
        let operation = path.operation(&head.method);
        self.traffic.arrived(head, &path, operation);
        // Held until the answer is ready: `/oauth` limits the requests in progress.
        let slot = (operation == ApiOperation::Token).then(|| self.tokens.enter());
        let owner = self.token_owner(head);
        let body = read_body(body).await?;
        let client = match &path {
            ApiPath::Client(id) => Some(id.as_str()),
            _ => None,
        };
        if let (ApiOperation::Put, Some(client), Ok(body)) = (operation, client, &body) {
            self.traffic.put(client, body);
        }

        let kinds = lock(&self.faults).apply(operation, client, number);
        self.before(&kinds, &owner, client).await?;
        let (mut answer, account) = match &body {
            Ok(body) => match short_circuit(&kinds, head.uri.path(), put_body(operation, body), self.clock.date()) {
                Some(ShortCircuit::Disconnect(how)) => return Err(NoAnswer(how)),
                Some(ShortCircuit::Answer(answer)) => (answer, None),
                None => match &slot {
                    Some(Err(refusal)) => (SimulatedAnswer::refusal(refusal.clone()), None),
                    _ => self.answer(head, &path, operation, body, &owner)?,
                },
            },
            Err(refusal) => (SimulatedAnswer::refusal(refusal.clone()), None),
        };
        self.after(&kinds, &mut answer).await?;

        let account = account.as_ref().or(owner.as_ref().ok()).map_or("", |owner| &owner.account);
        let balance = self.quota.balance(account);
        let (response, length) = answer.build(&head.headers, balance, status_format(&kinds));
        connection.play(script(&kinds, length));
        Ok(response)
    }

    fn token_owner(&self, head: &Parts) -> Result<TokenOwner, ApiRefusal> {
        self.tokens.owner(head.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()))
    }

    fn answer(
        &self,
        head: &Parts,
        path: &ApiPath,
        operation: ApiOperation,
        body: &[u8],
        owner: &Result<TokenOwner, ApiRefusal>,
    ) -> Result<(SimulatedAnswer, Option<TokenOwner>), NoAnswer> {
        let semantics = Arc::clone(&lock(&self.semantics));
        let api = ClientApi { store: &self.store, tokens: &self.tokens, quota: &self.quota, semantics: &semantics };
        let content_type = head.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let request = ApiRequest {
            path,
            operation,
            method: &head.method,
            query: head.uri.query().is_some_and(|query| !query.is_empty()),
            content_type: content_type.unwrap_or_default(),
            body,
            owner,
        };
        api.answer(&request).ok_or(NoAnswer(Disconnect::Fin))
    }

    /// Applies the faults that come before the request is served.
    async fn before(
        &self,
        kinds: &[FaultKind],
        owner: &Result<TokenOwner, ApiRefusal>,
        client: Option<&str>,
    ) -> Result<(), NoAnswer> {
        for kind in kinds {
            match kind {
                FaultKind::Latency(duration) => self.wait(*duration).await?,
                FaultKind::Meddle(field, value) => {
                    if let Some(id) = client.and_then(|client| self.find(owner, client)) {
                        self.store.set(id, field, value.clone());
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The id of the client in a path, if it exists.
    fn find(&self, owner: &Result<TokenOwner, ApiRefusal>, client: &str) -> Option<u64> {
        let id = match client {
            "@me" => self.tokens.app(owner.as_ref().ok()?).own_client(self.store.first())?,
            number => number.parse().ok()?,
        };
        self.store.get(id).map(|_| id)
    }

    /// Applies the faults that come after the request was served.
    async fn after(&self, kinds: &[FaultKind], answer: &mut SimulatedAnswer) -> Result<(), NoAnswer> {
        for kind in kinds {
            match kind {
                FaultKind::LateAnswer(duration) => self.wait(*duration).await?,
                FaultKind::ResetAfter(how) => return Err(NoAnswer(*how)),
                FaultKind::ServerErrorAfter(code) => *answer = SimulatedAnswer::page(*code),
                _ => {}
            }
        }
        corrupt(kinds, answer);
        Ok(())
    }

    /// Waits. If the simulator ends meanwhile, the request gets no answer.
    async fn wait(&self, duration: Duration) -> Result<(), NoAnswer> {
        let mut phase = self.phase.subscribe();
        tokio::select! {
            () = self.clock.sleep(duration) => Ok(()),
            _ = phase.wait_for(|phase| *phase >= ServerPhase::Ending) => Err(NoAnswer(Disconnect::Fin)),
        }
    }
}

/// Reads the body of a request; too large is a refusal. If the peer disconnects meanwhile, the request gets no answer.
async fn read_body(body: Body) -> Result<Result<Bytes, ApiRefusal>, NoAnswer> {
    let body = to_bytes(body, LARGEST_READ).await.map_err(|_| NoAnswer(Disconnect::Fin))?;
    if body.len() > LARGEST_BODY {
        return Ok(Err(ApiRefusal::BadRequest("the body is too large".to_owned())));
    }
    Ok(Ok(body))
}

/// The body of a PUT; none for other operations.
fn put_body(operation: ApiOperation, body: &[u8]) -> Option<&[u8]> {
    (operation == ApiOperation::Put).then_some(body)
}

/// How the connection sends a body of `length` bytes.
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
    // An empty body cannot be cut.
    SendScript::body(length, cut.filter(|_| length > 0), slow, close)
}
