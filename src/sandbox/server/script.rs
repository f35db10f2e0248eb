//! What happens to an answer's bytes: whole, cut short, slow, or not sent.
//!
//! Owns the rules, byte by byte, and does no I/O: the connection asks what it may send next.

use crate::sandbox::fault::kind::Disconnect;
use std::time::Duration;

/// How one answer is sent.
#[derive(Debug, Default)]
pub(crate) enum SendScript {
    #[default]
    Whole,
    /// Sends no byte of it, then disconnects.
    None(Disconnect),
    Body(BodySchedule),
    /// The last answer was sent; the connection closes.
    Closing,
}

/// How a body is sent that is cut, slow, or the last of its connection.
#[derive(Debug)]
pub(crate) struct BodySchedule {
    /// How many bytes of `\r\n\r\n`, the end of the head, were sent; 4 once the body begins.
    head: usize,
    /// Bytes of the body still to be sent.
    left: usize,
    /// The connection breaks after them, before Content-Length is reached.
    is_cut: bool,
    /// The connection closes after them, in an orderly way.
    is_last: bool,
    /// The pause before each chunk, and the bytes of a chunk.
    pace: Option<(Duration, usize)>,
    /// Bytes that may be sent before the next pause.
    allowed: usize,
}

/// What the connection may do next.
pub(crate) enum SendStep {
    Send(usize),
    Pause(Duration),
    End(Option<Disconnect>),
}

/// The length of a pause within a slow body: short, so that a simulator can end soon.
const PAUSE: Duration = Duration::from_millis(50);

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
        SendScript::Body(BodySchedule { head: 0, left, is_cut: cut_at.is_some(), is_last: close, pace, allowed: 0 })
    }

    /// The next step for a write of `buf`.
    pub(crate) fn step(&mut self, buf: &[u8]) -> SendStep {
        let schedule = match self {
            SendScript::Whole | SendScript::Closing => return SendStep::Send(buf.len()),
            SendScript::None(cut) => return SendStep::End(Some(*cut)),
            SendScript::Body(schedule) => schedule,
        };
        if schedule.head < 4 {
            return SendStep::Send(schedule.head_end(buf));
        }
        if schedule.left == 0 {
            return SendStep::End(None);
        }
        let length = buf.len().min(schedule.left);
        match schedule.pace {
            None => SendStep::Send(length),
            Some((pause, chunk)) if schedule.allowed == 0 => {
                schedule.allowed = chunk;
                SendStep::Pause(pause)
            }
            Some(_) => SendStep::Send(length.min(schedule.allowed)),
        }
    }

    /// Records that `bytes` were sent.
    pub(crate) fn sent(&mut self, bytes: &[u8]) {
        let SendScript::Body(schedule) = self else { return };
        if schedule.head < 4 {
            schedule.head = bytes.iter().fold(schedule.head, |matched, byte| step_head(matched, *byte));
        } else {
            schedule.left -= bytes.len();
            schedule.allowed = schedule.allowed.saturating_sub(bytes.len());
        }
        // Checked here, because no further write follows a whole answer.
        if schedule.head == 4 && schedule.left == 0 && !schedule.is_cut {
            *self = if schedule.is_last { SendScript::Closing } else { SendScript::Whole };
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
