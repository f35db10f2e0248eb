//! One TCP connection that can fail on purpose: a reset, an early end, a body cut short or slow, a close after an
//! answer.
//!
//! The handler of a request sets a script for its answer, and the connection follows it byte by byte. This happens
//! below HTTP, because the HTTP server would refuse a wrong Content-Length.

use super::phase::ServerPhase;
use super::script::{SendScript, SendStep};
use crate::sandbox::clock::{ClockSleep, SimulatorClock};
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

/// What the handler of a request can do with its connection.
#[derive(Clone, Default)]
pub(crate) struct ConnectionHandle(Arc<Mutex<ConnectionState>>);

#[derive(Default)]
struct ConnectionState {
    script: SendScript,
    answers: u64,
}

impl ConnectionHandle {
    /// Starts another answer. Returns its number on this connection, from 1.
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
    pub(crate) handle: ConnectionHandle,
    clock: SimulatorClock,
    pause: Option<ClockSleep>,
    over: Pin<Box<dyn Future<Output = ()> + Send>>,
    is_over: bool,
}

impl SimulatedConnection {
    pub(crate) fn new(
        stream: TcpStream,
        mut phase: watch::Receiver<ServerPhase>,
        clock: SimulatorClock,
    ) -> SimulatedConnection {
        let over = async move {
            // An error means that the simulator was dropped.
            drop(phase.wait_for(|phase| *phase == ServerPhase::Over).await.map(|phase| *phase));
        };
        SimulatedConnection {
            stream,
            handle: ConnectionHandle::default(),
            clock,
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
        let connection = self.get_mut();
        if connection.ended(cx) || matches!(lock(&connection.handle.0).script, SendScript::Closing) {
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut connection.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for SimulatedConnection {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let connection = self.get_mut();
        loop {
            if connection.pause.is_some() && connection.ended(cx) {
                return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
            }
            if let Some(pause) = &mut connection.pause {
                ready!(pause.as_mut().poll(cx));
                connection.pause = None;
            }
            let step = lock(&connection.handle.0).script.step(buf);
            match step {
                SendStep::Send(length) => {
                    let sent = ready!(Pin::new(&mut connection.stream).poll_write(cx, &buf[..length]))?;
                    lock(&connection.handle.0).script.sent(&buf[..sent]);
                    return Poll::Ready(Ok(sent));
                }
                SendStep::Pause(duration) => connection.pause = Some(connection.clock.sleep(duration)),
                SendStep::End(cut) => {
                    if cut == Some(Disconnect::Rst) {
                        connection.stream.set_zero_linger()?;
                    }
                    return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
                }
            }
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let connection = self.get_mut();
        ready!(Pin::new(&mut connection.stream).poll_flush(cx))?;
        if matches!(lock(&connection.handle.0).script, SendScript::Closing) {
            return Pin::new(&mut connection.stream).poll_shutdown(cx);
        }
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}
