//! Connections, and what can happen to an answer's bytes on them.
//!
//! Owns accepting, and the ways in which a connection misbehaves: a reset, an early end, a body cut short or sent in drops, a close after an
//! answer. The handler of a request writes a script for its answer; the line plays it byte by byte, below HTTP, where the server's own
//! HTTP code would not let a wrong Content-Length pass.

use super::phase::ServerPhase;
use super::script::{SendScript, SendStep};
use crate::sandbox::fault::kind::Disconnect;
use crate::sandbox::lock::lock;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{Sleep, sleep};

/// A handler's hold on its connection.
#[derive(Clone, Default)]
pub(crate) struct ConnectionHandle(Arc<Mutex<ConnectionState>>);

#[derive(Default)]
struct ConnectionState {
    script: SendScript,
    answers: u64,
}

impl ConnectionHandle {
    /// Begins another answer, and says the number of it on this connection, from 1.
    pub(crate) fn next(&self) -> u64 {
        let mut state = lock(&self.0);
        state.script = SendScript::Whole;
        state.answers += 1;
        state.answers
    }

    pub(crate) fn play(&self, script: SendScript) {
        lock(&self.0).script = script;
    }
}

/// One connection.
pub(crate) struct SimulatedConnection {
    stream: TcpStream,
    pub(crate) wire: ConnectionHandle,
    pause: Option<Pin<Box<Sleep>>>,
    over: Pin<Box<dyn Future<Output = ()> + Send>>,
    is_over: bool,
}

impl SimulatedConnection {
    pub(crate) fn new(stream: TcpStream, mut phase: watch::Receiver<ServerPhase>) -> SimulatedConnection {
        let over = async move {
            // A sender that is gone is a simulator that is gone.
            drop(phase.wait_for(|phase| *phase == ServerPhase::Over).await.map(|phase| *phase));
        };
        SimulatedConnection {
            stream,
            wire: ConnectionHandle::default(),
            pause: None,
            over: Box::pin(over),
            is_over: false,
        }
    }

    fn ended(&mut self, cx: &mut Context<'_>) -> bool {
        self.is_over = self.is_over || self.over.as_mut().poll(cx).is_ready();
        self.is_over
    }
}

impl AsyncRead for SimulatedConnection {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let line = self.get_mut();
        if line.ended(cx) || matches!(lock(&line.wire.0).script, SendScript::Closing) {
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut line.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for SimulatedConnection {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let line = self.get_mut();
        loop {
            if line.pause.is_some() && line.ended(cx) {
                return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
            }
            if let Some(pause) = &mut line.pause {
                ready!(pause.as_mut().poll(cx));
                line.pause = None;
            }
            let step = lock(&line.wire.0).script.step(buf);
            match step {
                SendStep::Send(length) => {
                    let sent = ready!(Pin::new(&mut line.stream).poll_write(cx, &buf[..length]))?;
                    lock(&line.wire.0).script.sent(&buf[..sent]);
                    return Poll::Ready(Ok(sent));
                }
                SendStep::Pause(duration) => line.pause = Some(Box::pin(sleep(duration))),
                SendStep::End(cut) => {
                    if cut == Some(Disconnect::Rst) {
                        line.stream.set_zero_linger()?;
                    }
                    return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
                }
            }
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let line = self.get_mut();
        ready!(Pin::new(&mut line.stream).poll_flush(cx))?;
        if matches!(lock(&line.wire.0).script, SendScript::Closing) {
            return Pin::new(&mut line.stream).poll_shutdown(cx);
        }
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}
