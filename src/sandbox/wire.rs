//! Connections, and what can happen to an answer's bytes on them.
//!
//! Owns accepting, and the ways in which a connection misbehaves: a reset, an early end, a body cut short or sent in drops, a close after an
//! answer. The handler of a request writes a script for its answer; the line plays it byte by byte, below HTTP, where the server's own
//! HTTP code would not let a wrong Content-Length pass.

use super::fault::Cut;
use super::lock::lock;
use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::{Sleep, sleep};

/// How far a simulator is from its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    Serving,
    /// Waits of faults end; answers under way may finish.
    Ending,
    /// Connections end.
    Over,
}

/// What becomes of one answer.
#[derive(Debug, Default)]
pub(super) enum Script {
    #[default]
    Whole,
    /// Not a byte of it is sent.
    None(Cut),
    Body(Drops),
    /// The last answer was sent; the connection ends.
    Closing,
}

/// A body that is not sent as it is.
#[derive(Debug)]
pub(super) struct Drops {
    /// How much of `\r\n\r\n`, the end of the head, has been sent; 4 once the body begins.
    head: usize,
    /// Bytes of the body still to be sent.
    left: usize,
    /// The connection breaks after them, although more was announced.
    cut: bool,
    /// The connection ends after them, in order.
    close: bool,
    /// A pause before each chunk of so many bytes.
    pace: Option<(Duration, usize)>,
    /// Bytes that may be sent before the next pause.
    open: usize,
}

/// Pauses are no longer than this, so that an ending simulator is not held up.
const PAUSE: Duration = Duration::from_millis(50);

impl Script {
    /// The script for a body of `length` bytes.
    pub(super) fn body(length: usize, cut_at: Option<usize>, slow: Option<Duration>, close: bool) -> Script {
        let left = cut_at.unwrap_or(length).min(length);
        let pace = slow.filter(|_| left > 0).map(|slow| {
            let pauses = (slow.as_millis() / PAUSE.as_millis()).clamp(1, left as u128);
            let pauses = u32::try_from(pauses).unwrap_or(u32::MAX);
            (slow / pauses, left.div_ceil(pauses as usize))
        });
        if cut_at.is_none() && pace.is_none() && !close {
            return Script::Whole;
        }
        Script::Body(Drops { head: 0, left, cut: cut_at.is_some(), close, pace, open: 0 })
    }
}

/// A handler's hold on its connection.
#[derive(Clone, Default)]
pub(super) struct Wire(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    script: Script,
    answers: u64,
}

impl Wire {
    /// Begins another answer, and says the number of it on this connection, from 1.
    pub(super) fn next(&self) -> u64 {
        let mut state = lock(&self.0);
        state.script = Script::Whole;
        state.answers += 1;
        state.answers
    }

    pub(super) fn play(&self, script: Script) {
        lock(&self.0).script = script;
    }
}

impl Connected<IncomingStream<'_, Door>> for Wire {
    fn connect_info(stream: IncomingStream<'_, Door>) -> Wire {
        stream.io().wire.clone()
    }
}

/// Where connections come in.
pub(super) struct Door {
    pub(super) listener: TcpListener,
    pub(super) phase: watch::Receiver<Phase>,
}

impl Listener for Door {
    type Io = Line;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Line, SocketAddr) {
        loop {
            match self.listener.accept().await {
                Ok((stream, address)) => {
                    // Without it, small answers wait for the peer's delayed acknowledgements. Failing to set it only costs time.
                    drop(stream.set_nodelay(true));
                    return (Line::new(stream, self.phase.clone()), address);
                }
                // A connection that was gone before it was taken, or no file descriptor left: neither ends a server.
                Err(_) => sleep(PAUSE).await,
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// One connection.
pub(super) struct Line {
    stream: TcpStream,
    wire: Wire,
    pause: Option<Pin<Box<Sleep>>>,
    over: Pin<Box<dyn Future<Output = ()> + Send>>,
    is_over: bool,
}

/// What the script allows next.
enum Step {
    Send(usize),
    Pause(Duration),
    End(Option<Cut>),
}

impl Line {
    fn new(stream: TcpStream, mut phase: watch::Receiver<Phase>) -> Line {
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

impl Script {
    fn step(&mut self, buf: &[u8]) -> Step {
        let drops = match self {
            Script::Whole | Script::Closing => return Step::Send(buf.len()),
            Script::None(cut) => return Step::End(Some(*cut)),
            Script::Body(drops) => drops,
        };
        if drops.head < 4 {
            return Step::Send(drops.head_end(buf));
        }
        if drops.left == 0 {
            return Step::End(None);
        }
        let length = buf.len().min(drops.left);
        match drops.pace {
            None => Step::Send(length),
            Some((pause, chunk)) if drops.open == 0 => {
                drops.open = chunk;
                Step::Pause(pause)
            }
            Some(_) => Step::Send(length.min(drops.open)),
        }
    }

    fn sent(&mut self, bytes: &[u8]) {
        let Script::Body(drops) = self else { return };
        if drops.head < 4 {
            drops.head = bytes.iter().fold(drops.head, |matched, byte| step_head(matched, *byte));
        } else {
            drops.left -= bytes.len();
            drops.open = drops.open.saturating_sub(bytes.len());
        }
        // Seen here and not at the next write: after a whole answer there is none.
        if drops.head == 4 && drops.left == 0 && !drops.cut {
            *self = if drops.close { Script::Closing } else { Script::Whole };
        }
    }
}

impl Drops {
    /// How many bytes of `buf` belong to the head.
    fn head_end(&self, buf: &[u8]) -> usize {
        let mut matched = self.head;
        for (at, byte) in buf.iter().enumerate() {
            matched = step_head(matched, *byte);
            if matched == 4 {
                return at + 1;
            }
        }
        buf.len()
    }
}

/// How much of `\r\n\r\n` is matched after another byte.
fn step_head(matched: usize, byte: u8) -> usize {
    match (matched, byte) {
        (4, _) => 4,
        (0 | 2, b'\r') | (1 | 3, b'\n') => matched + 1,
        (_, b'\r') => 1,
        _ => 0,
    }
}
