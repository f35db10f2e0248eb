//! What happens to an answer's bytes: whole, cut short, slow, or not sent.
//!
//! Owns the rules, byte by byte, and does no I/O: the connection asks what it may send next.

use crate::sandbox::fault::kind::Disconnect;
use std::time::Duration;

/// What becomes of one answer.
#[derive(Debug, Default)]
pub(crate) enum SendScript {
    #[default]
    Whole,
    /// Not a byte of it is sent.
    None(Disconnect),
    Body(BodySchedule),
    /// The last answer was sent; the connection ends.
    Closing,
}

/// A body that is not sent as it is.
#[derive(Debug)]
pub(crate) struct BodySchedule {
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
pub(crate) const PAUSE: Duration = Duration::from_millis(50);

impl SendScript {
    /// The script for a body of `length` bytes.
    pub(crate) fn body(length: usize, cut_at: Option<usize>, slow: Option<Duration>, close: bool) -> SendScript {
        let left = cut_at.unwrap_or(length).min(length);
        let pace = slow.filter(|_| left > 0).map(|slow| {
            let pauses = (slow.as_millis() / PAUSE.as_millis()).clamp(1, left as u128);
            let pauses = u32::try_from(pauses).unwrap_or(u32::MAX);
            (slow / pauses, left.div_ceil(pauses as usize))
        });
        if cut_at.is_none() && pace.is_none() && !close {
            return SendScript::Whole;
        }
        SendScript::Body(BodySchedule { head: 0, left, cut: cut_at.is_some(), close, pace, open: 0 })
    }
}

/// What the script allows next.
pub(crate) enum SendStep {
    Send(usize),
    Pause(Duration),
    End(Option<Disconnect>),
}

impl SendScript {
    pub(crate) fn step(&mut self, buf: &[u8]) -> SendStep {
        let drops = match self {
            SendScript::Whole | SendScript::Closing => return SendStep::Send(buf.len()),
            SendScript::None(cut) => return SendStep::End(Some(*cut)),
            SendScript::Body(drops) => drops,
        };
        if drops.head < 4 {
            return SendStep::Send(drops.head_end(buf));
        }
        if drops.left == 0 {
            return SendStep::End(None);
        }
        let length = buf.len().min(drops.left);
        match drops.pace {
            None => SendStep::Send(length),
            Some((pause, chunk)) if drops.open == 0 => {
                drops.open = chunk;
                SendStep::Pause(pause)
            }
            Some(_) => SendStep::Send(length.min(drops.open)),
        }
    }

    pub(crate) fn sent(&mut self, bytes: &[u8]) {
        let SendScript::Body(drops) = self else { return };
        if drops.head < 4 {
            drops.head = bytes.iter().fold(drops.head, |matched, byte| step_head(matched, *byte));
        } else {
            drops.left -= bytes.len();
            drops.open = drops.open.saturating_sub(bytes.len());
        }
        // Seen here and not at the next write: after a whole answer there is none.
        if drops.head == 4 && drops.left == 0 && !drops.cut {
            *self = if drops.close { SendScript::Closing } else { SendScript::Whole };
        }
    }
}

impl BodySchedule {
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
