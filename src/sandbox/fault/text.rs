//! Faults as people write them: the table of names, and reading one.

use super::kind::{Disconnect, FaultKind, QuotaResetHint, SimulatorFault, WrongId};
use super::units::{duration, size};
use crate::sandbox::answer::quota_headers::QuotaHeaderSet;
use crate::sandbox::answer::refusal::{ApiRefusal, StatusFormat};
use crate::sandbox::api::route::ApiOperation;
use crate::sandbox::data::fields::{WRITABLE, kind};
use anyhow::{Context as _, anyhow, bail, ensure};
use serde_json::Value;
use std::str::FromStr;

/// Every fault: its name, what it does, and its value where none is given (empty where it takes none or must be given one).
pub const FAULTS: [(&str, &str, &str); 27] = [
    ("latency", "waits this long before the request is looked at", "200ms"),
    ("late-answer", "does what was asked, then waits this long before answering", "200ms"),
    (
        "meddle",
        "someone else changes a field of the client just before: FIELD:VALUE, the value as JSON or plain text",
        "",
    ),
    ("server-error", "answers this 5xx with an HTML page; nothing is stored", "502"),
    ("server-error-after", "does what was asked, then answers this 5xx with an HTML page", "502"),
    ("reset", "ends the connection before anything is stored: rst (a TCP reset) or fin (an orderly close)", "rst"),
    ("reset-after", "does what was asked, then ends the connection without an answer: rst or fin", "rst"),
    ("truncated", "cuts the body below its Content-Length, at this percentage", "50"),
    ("slow", "spreads the body over this time", "1s"),
    ("close-after", "closes each connection right after this many answers, unannounced", "10"),
    ("redirect", "answers this 3xx towards the API's other path of the client; nothing is stored", "301"),
    ("error", "refuses, by the word of the API's table, or as bad_request, unauthorized, not_found", "access_denied"),
    ("unauthorized", "answers 401", ""),
    ("refuse-field", "answers 400 to a PUT that holds this field", ""),
    ("too-many", "a passing 429, with requests remaining; the value is sent as Retry-After", ""),
    (
        "quota-exceeded",
        "the quota is used up, told by: reset, none, or reset:TEXT, retry-after:TEXT (sent as it is), date:SECONDS ahead",
        "reset",
    ),
    ("quota-headers", "leaves quota headers out: none (has none at all), no-reset", "none"),
    ("content-type", "names this type over a right body; none: no type", "text/plain"),
    ("not-json", "a page where JSON was due, as application/json", ""),
    ("array", "the object inside a JSON array", ""),
    ("empty-object", "{} where the object was due", ""),
    ("empty-body", "no body at all", ""),
    ("wrong-id", "another id in the answer: next, NUMBER, null, absent, text (the right one as a string)", "next"),
    ("oversize", "a right answer of this size", "2MiB"),
    ("bad-gzip", "says gzip and is none", ""),
    ("status-as", "the status of error bodies as number, text or absent in place of the word", "absent"),
    ("no-expiry", "a token answer without expires_in", ""),
];

impl FromStr for SimulatorFault {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<SimulatorFault> {
        // In one sentence: who shows an error of parsing shows no chain of causes.
        read(text).map_err(|error| anyhow!("the fault `{text}` cannot be read: {error:#}"))
    }
}

fn read(text: &str) -> anyhow::Result<SimulatorFault> {
    let mut parts = text.split(',').map(str::trim);
    let (name, value) = split(parts.next().unwrap_or_default());
    let kind = read_kind(name, value)?;
    let mut fault = SimulatorFault {
        text: text.to_owned(),
        kind,
        on: Vec::new(),
        client: None,
        times: None,
        after: 0,
        rate: None,
        per_client: false,
    };
    for part in parts {
        fault.condition(part)?;
    }
    Ok(fault)
}

impl SimulatorFault {
    fn condition(&mut self, part: &str) -> anyhow::Result<()> {
        let (key, value) = split(part);
        let value = value.with_context(|| format!("`{part}` is no condition such as times=1"))?;
        match key {
            "on" => self.on.push(match value {
                "get" => ApiOperation::Get,
                "put" => ApiOperation::Put,
                "token" => ApiOperation::Token,
                "user" => ApiOperation::User,
                _ => bail!("on is get, put, token or user"),
            }),
            "client" => self.client = Some(value.to_owned()),
            "times" => self.times = Some(value.parse().context("times is a whole number")?),
            "after" => self.after = value.parse().context("after is a whole number")?,
            "rate" => {
                let rate: f64 = value.parse().context("rate is a number from 0 to 1")?;
                ensure!((0.0..=1.0).contains(&rate), "rate is a number from 0 to 1");
                self.rate = Some(rate);
            }
            "per" if value == "client" => self.per_client = true,
            "per" => bail!("per is client"),
            _ => bail!("`{key}` is no condition; there are on, client, times, after, rate, per"),
        }
        Ok(())
    }
}

fn split(part: &str) -> (&str, Option<&str>) {
    match part.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (part, None),
    }
}

fn read_kind(name: &str, given: Option<&str>) -> anyhow::Result<FaultKind> {
    let row = FAULTS.iter().find(|row| row.0 == name);
    let Some((_, _, default)) = row else {
        let names: Vec<&str> = FAULTS.iter().map(|row| row.0).collect();
        bail!("there is no fault `{name}`; there are {}", names.join(", "));
    };
    let value = given.unwrap_or(default);
    let plain = |kind: FaultKind| {
        ensure!(given.is_none(), "{name} takes no value");
        Ok(kind)
    };
    Ok(match name {
        "latency" => FaultKind::Latency(duration(value)?),
        "late-answer" => FaultKind::LateAnswer(duration(value)?),
        "meddle" => meddle(value)?,
        "server-error" => FaultKind::ServerError(code(value, 500..=599)?),
        "server-error-after" => FaultKind::ServerErrorAfter(code(value, 500..=599)?),
        "reset" => FaultKind::Reset(cut(value)?),
        "reset-after" => FaultKind::ResetAfter(cut(value)?),
        "truncated" => {
            let percent: u8 = value.parse().context("the value is a percentage")?;
            ensure!(percent < 100, "at 100 percent nothing is cut");
            FaultKind::Truncated(percent)
        }
        "slow" => FaultKind::Slow(duration(value)?),
        "close-after" => {
            let answers: u64 = value.parse().context("the value is a number of answers")?;
            ensure!(answers > 0, "a connection gives at least one answer");
            FaultKind::CloseAfter(answers)
        }
        "redirect" => FaultKind::Redirect(code(value, 300..=399)?),
        "error" => {
            FaultKind::Refuse(ApiRefusal::named(value).with_context(|| format!("`{value}` is no refusal of the API"))?)
        }
        "unauthorized" => plain(FaultKind::Refuse(ApiRefusal::Unauthorized("the access token is not valid")))?,
        "refuse-field" => {
            ensure!(WRITABLE.contains(&value), "`{value}` is no field that a PUT may hold");
            FaultKind::RefuseField(value.to_owned())
        }
        "too-many" => {
            header_text(value)?;
            FaultKind::Passing(Some(value.to_owned()).filter(|value| !value.is_empty()))
        }
        "quota-exceeded" => FaultKind::QuotaUsed(told(value)?),
        "quota-headers" => FaultKind::QuotaHeaders(match value {
            "none" => QuotaHeaderSet::Absent,
            "no-reset" => QuotaHeaderSet::NoReset,
            _ => bail!("the value is none or no-reset"),
        }),
        "content-type" => {
            header_text(value)?;
            FaultKind::ContentType(Some(value.to_owned()).filter(|value| value != "none"))
        }
        "not-json" => plain(FaultKind::NotJson)?,
        "array" => plain(FaultKind::Array)?,
        "empty-object" => plain(FaultKind::EmptyObject)?,
        "empty-body" => plain(FaultKind::EmptyBody)?,
        "wrong-id" => FaultKind::WrongId(match value {
            "next" => WrongId::Next,
            "null" => WrongId::Null,
            "absent" => WrongId::Absent,
            "text" => WrongId::Text,
            number => WrongId::Number(number.parse().context("the value is next, null, absent, text or a number")?),
        }),
        "oversize" => FaultKind::Oversize(size(value)?),
        "bad-gzip" => plain(FaultKind::BadGzip)?,
        "status-as" => FaultKind::StatusAs(match value {
            "number" => StatusFormat::Number,
            "text" => StatusFormat::Text,
            "absent" => StatusFormat::Absent,
            _ => bail!("the value is number, text or absent"),
        }),
        "no-expiry" => plain(FaultKind::NoExpiry)?,
        _ => bail!("the fault `{name}` is in the table and cannot be read"),
    })
}

fn meddle(value: &str) -> anyhow::Result<FaultKind> {
    let (field, value) = value.split_once(':').context("the value is FIELD:VALUE")?;
    ensure!(kind(field).is_some(), "`{field}` is not a field of a client");
    let value = serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.to_owned()));
    Ok(FaultKind::Meddle(field.to_owned(), value))
}

fn code(value: &str, range: std::ops::RangeInclusive<u16>) -> anyhow::Result<u16> {
    let code: u16 = value.parse().context("the value is a status code")?;
    ensure!(range.contains(&code), "the value is a status code from {} to {}", range.start(), range.end());
    Ok(code)
}

fn cut(value: &str) -> anyhow::Result<Disconnect> {
    match value {
        "rst" => Ok(Disconnect::Rst),
        "fin" => Ok(Disconnect::Fin),
        _ => bail!("the value is rst or fin"),
    }
}

fn told(value: &str) -> anyhow::Result<QuotaResetHint> {
    header_text(value)?;
    Ok(match value.split_once(':') {
        // Half an hour: neither near nor a whole window.
        None if value == "reset" => QuotaResetHint::Reset("1800".to_owned()),
        None if value == "none" => QuotaResetHint::Nowhere,
        Some(("reset", text)) => QuotaResetHint::Reset(text.to_owned()),
        Some(("retry-after", text)) => QuotaResetHint::RetryAfter(text.to_owned()),
        Some(("date", seconds)) => QuotaResetHint::Date(seconds.parse().context("date takes a number of seconds")?),
        _ => bail!("the value is reset, none, reset:TEXT, retry-after:TEXT or date:SECONDS"),
    })
}

/// Faults are odd on purpose, but what no header can carry would end as a panic of the server, not as a fault.
fn header_text(value: &str) -> anyhow::Result<()> {
    ensure!(value.chars().all(|c| c == ' ' || c.is_ascii_graphic()), "the value cannot stand in a header");
    Ok(())
}
