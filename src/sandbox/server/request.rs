//! One request from its head to its answer: counted, struck by faults, served, spoiled, sent.

use super::connection::Wire;
use super::phase::Phase;
use super::script::Script;
use crate::sandbox::account::quota::Quota;
use crate::sandbox::account::tokens::{Caller, Tokens};
use crate::sandbox::answer::content::Answer;
use crate::sandbox::answer::refusal::Refusal;
use crate::sandbox::api::client_api::{Asked, Resource};
use crate::sandbox::api::route::{On, Target};
use crate::sandbox::api::semantics::Semantics;
use crate::sandbox::data::store::Store;
use crate::sandbox::fault::corrupt::{misshape, status_as};
use crate::sandbox::fault::kind::{Cut, Kind};
use crate::sandbox::fault::short_circuit::{Early, early};
use crate::sandbox::fault::trigger::Faults;
use crate::sandbox::lock::lock;
use crate::sandbox::traffic::Ledger;
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
    pub(crate) store: Arc<Store>,
    pub(crate) tokens: Tokens,
    pub(crate) quota: Quota,
    pub(crate) ledger: Ledger,
    pub(crate) faults: Mutex<Faults>,
    pub(crate) semantics: Mutex<Arc<Semantics>>,
    pub(crate) panicked: AtomicBool,
    pub(crate) phase: watch::Sender<Phase>,
}

/// Notes a panic that passes through.
struct Watch<'a>(&'a AtomicBool);

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.store(true, Ordering::Relaxed);
        }
    }
}

/// The connection ends without an answer.
struct Silence(Cut);

/// Handles every request, whatever its path.
pub(crate) async fn handle(
    State(simulator): State<Arc<Simulator>>,
    ConnectInfo(wire): ConnectInfo<Wire>,
    request: axum::extract::Request,
) -> Response {
    let _watch = Watch(&simulator.panicked);
    let (head, body) = request.into_parts();
    match simulator.serve(&wire, &head, body).await {
        Ok(response) => response,
        Err(Silence(cut)) => {
            // The response is for the HTTP code, which wants one; the line lets not a byte of it out.
            wire.play(Script::None(cut));
            Response::new(Body::empty())
        }
    }
}

impl Simulator {
    async fn serve(&self, wire: &Wire, head: &Parts, body: Body) -> Result<Response, Silence> {
        let number = wire.next();
        let target = Target::of(head.uri.path());
        let on = target.on(&head.method);
        self.ledger.arrived(head, &target, on);
        // Held until the answer is ready: `/oauth` counts what is under way.
        let slot = (on == On::Token).then(|| self.tokens.enter());
        let caller = self.caller(head);
        let body = whole(body).await?;
        let client = match &target {
            Target::Client(id) => Some(id.as_str()),
            _ => None,
        };
        if let (On::Put, Some(client), Ok(body)) = (on, client, &body) {
            self.ledger.put(client, body);
        }

        let kinds = lock(&self.faults).strike(on, client, number);
        self.before(&kinds, &caller, client).await?;
        let (mut answer, shown) = match &body {
            Ok(body) => match early(&kinds, head.uri.path(), (on == On::Put).then_some(&body[..])) {
                Some(Early::Cut(cut)) => return Err(Silence(cut)),
                Some(Early::Answer(answer)) => (answer, None),
                None => match &slot {
                    Some(Err(refusal)) => (Answer::refused(refusal.clone()), None),
                    _ => self.answer(head, &target, on, body, &caller)?,
                },
            },
            Err(refusal) => (Answer::refused(refusal.clone()), None),
        };
        self.after(&kinds, &mut answer).await?;

        let account = shown.as_ref().or(caller.as_ref().ok()).map_or("", |caller| &caller.account);
        let standing = self.quota.look(account);
        let (response, length) = answer.build(&head.headers, standing, status_as(&kinds));
        wire.play(script(&kinds, length));
        Ok(response)
    }

    fn caller(&self, head: &Parts) -> Result<Caller, Refusal> {
        self.tokens.caller(head.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()))
    }

    fn answer(
        &self,
        head: &Parts,
        target: &Target,
        on: On,
        body: &[u8],
        caller: &Result<Caller, Refusal>,
    ) -> Result<(Answer, Option<Caller>), Silence> {
        let semantics = Arc::clone(&lock(&self.semantics));
        let resource = Resource { store: &self.store, tokens: &self.tokens, quota: &self.quota, semantics: &semantics };
        let content_type = head.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let asked = Asked {
            target,
            on,
            method: &head.method,
            query: head.uri.query().is_some_and(|query| !query.is_empty()),
            content_type: content_type.unwrap_or_default(),
            body,
            caller,
        };
        resource.answer(&asked).ok_or(Silence(Cut::Fin))
    }

    /// What happens before the request is looked at.
    async fn before(
        &self,
        kinds: &[Kind],
        caller: &Result<Caller, Refusal>,
        client: Option<&str>,
    ) -> Result<(), Silence> {
        for kind in kinds {
            match kind {
                Kind::Latency(duration) => self.wait(*duration).await?,
                Kind::Meddle(field, value) => {
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
    fn meant(&self, caller: &Result<Caller, Refusal>, client: &str) -> Option<u64> {
        let id = match client {
            "@me" => self.tokens.app(caller.as_ref().ok()?).own_client(self.store.first())?,
            number => number.parse().ok()?,
        };
        self.store.get(id).map(|_| id)
    }

    /// What happens once the request has been served.
    async fn after(&self, kinds: &[Kind], answer: &mut Answer) -> Result<(), Silence> {
        for kind in kinds {
            match kind {
                Kind::LateAnswer(duration) => self.wait(*duration).await?,
                Kind::ResetAfter(cut) => return Err(Silence(*cut)),
                Kind::ServerErrorAfter(code) => *answer = Answer::page(*code),
                _ => {}
            }
        }
        misshape(kinds, answer);
        Ok(())
    }

    /// Waits, unless the simulator ends meanwhile: then there will be no answer.
    async fn wait(&self, duration: Duration) -> Result<(), Silence> {
        let mut phase = self.phase.subscribe();
        tokio::select! {
            () = tokio::time::sleep(duration) => Ok(()),
            _ = phase.wait_for(|phase| *phase >= Phase::Ending) => Err(Silence(Cut::Fin)),
        }
    }
}

/// The body of a request, unless it is too large. One that breaks off takes its connection along: nobody is left to be answered.
async fn whole(body: Body) -> Result<Result<Bytes, Refusal>, Silence> {
    let body = to_bytes(body, LARGEST_READ).await.map_err(|_| Silence(Cut::Fin))?;
    if body.len() > LARGEST_BODY {
        return Ok(Err(Refusal::BadRequest("the body is too large".to_owned())));
    }
    Ok(Ok(body))
}

/// What the line does with a body of `length` bytes.
fn script(kinds: &[Kind], length: usize) -> Script {
    let (mut cut, mut slow, mut close) = (None, None, false);
    for kind in kinds {
        match kind {
            Kind::Truncated(percent) => cut = Some(length * usize::from(*percent) / 100),
            Kind::Slow(duration) => slow = Some(*duration),
            Kind::CloseAfter(_) => close = true,
            _ => {}
        }
    }
    // Nothing can be cut off an empty body.
    Script::body(length, cut.filter(|_| length > 0), slow, close)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_noted_and_an_orderly_end_is_not() {
        let panicked = AtomicBool::new(false);
        drop(Watch(&panicked));
        assert!(!panicked.load(Ordering::Relaxed));
        std::panic::catch_unwind(|| {
            let _watch = Watch(&panicked);
            panic!("on purpose");
        })
        .unwrap_err();
        assert!(panicked.load(Ordering::Relaxed));
    }
}
