//! Connections, and what can happen to an answer's bytes on them.
//!
//! Owns accepting, and the ways in which a connection misbehaves: a reset, an early end, a body cut short or sent in drops, a close after an
//! answer. The handler of a request writes a script for its answer; the line plays it byte by byte, below HTTP, where the server's own
//! HTTP code would not let a wrong Content-Length pass.

use super::phase::Phase;
use super::script::{Script, Step};
use crate::sandbox::fault::kind::Cut;
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
pub(crate) struct Wire(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    script: Script,
    answers: u64,
}

impl Wire {
    /// Begins another answer, and says the number of it on this connection, from 1.
    pub(crate) fn next(&self) -> u64 {
        let mut state = lock(&self.0);
        state.script = Script::Whole;
        state.answers += 1;
        state.answers
    }

    pub(crate) fn play(&self, script: Script) {
        lock(&self.0).script = script;
    }
}

/// One connection.
pub(crate) struct Line {
    stream: TcpStream,
    pub(crate) wire: Wire,
    pause: Option<Pin<Box<Sleep>>>,
    over: Pin<Box<dyn Future<Output = ()> + Send>>,
    is_over: bool,
}

impl Line {
    pub(crate) fn new(stream: TcpStream, mut phase: watch::Receiver<Phase>) -> Line {
        let over = async move {
            // A sender that is gone is a simulator that is gone.
            drop(phase.wait_for(|phase| *phase == Phase::Over).await.map(|phase| *phase));
        };
        Line { stream, wire: Wire::default(), pause: None, over: Box::pin(over), is_over: false }
    }

    fn ended(&mut self, cx: &mut Context<'_>) -> bool {
        self.is_over = self.is_over || self.over.as_mut().poll(cx).is_ready();
        self.is_over
    }
}

impl AsyncRead for Line {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let line = self.get_mut();
        if line.ended(cx) || matches!(lock(&line.wire.0).script, Script::Closing) {
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut line.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Line {
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
                Step::Send(length) => {
                    let sent = ready!(Pin::new(&mut line.stream).poll_write(cx, &buf[..length]))?;
                    lock(&line.wire.0).script.sent(&buf[..sent]);
                    return Poll::Ready(Ok(sent));
                }
                Step::Pause(duration) => line.pause = Some(Box::pin(sleep(duration))),
                Step::End(cut) => {
                    if cut == Some(Cut::Rst) {
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
        if matches!(lock(&line.wire.0).script, Script::Closing) {
            return Pin::new(&mut line.stream).poll_shutdown(cx);
        }
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}
