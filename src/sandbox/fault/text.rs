//! Parses faults from text: name, value and conditions.

use super::kind::{Disconnect, FaultKind, QuotaResetHint, SimulatorFault, WrongId};
use super::table::FAULTS;
use super::units::{duration, size};
use crate::sandbox::answer::quota_headers::QuotaHeaderSet;
use crate::sandbox::answer::refusal::{ApiRefusal, StatusFormat};
use crate::sandbox::api::route::ApiOperation;
use crate::sandbox::data::fields::{WRITABLE, kind};
use anyhow::{Context as _, anyhow, bail, ensure};
use serde_json::Value;
use std::str::FromStr;

impl FromStr for SimulatorFault {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<SimulatorFault> {
        // One sentence, because clap shows no chain of causes.
        parse(text).map_err(|error| anyhow!("the fault `{text}` is not valid: {error:#}"))
    }
}

fn parse(text: &str) -> anyhow::Result<SimulatorFault> {
    let mut parts = text.split(',').map(str::trim);
    let (name, value) = split(parts.next().unwrap_or_default());
    let kind = parse_kind(name, value)?;
    let mut fault = SimulatorFault {
        text: text.to_owned(),
        kind,
        operations: Vec::new(),
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
        let value = value.with_context(|| format!("`{part}` is not a condition such as times=1"))?;
        match key {
            "on" => self.operations.push(match value {
                "get" => ApiOperation::Get,
                "put" => ApiOperation::Put,
                "token" => ApiOperation::Token,
                "user" => ApiOperation::User,
                _ => bail!("on must be get, put, token or user"),
            }),
            "client" => self.client = Some(value.to_owned()),
            "times" => self.times = Some(value.parse().context("times must be a whole number")?),
            "after" => self.after = value.parse().context("after must be a whole number")?,
            "rate" => {
                let rate: f64 = value.parse().context("rate must be a number from 0 to 1")?;
                ensure!((0.0..=1.0).contains(&rate), "rate must be a number from 0 to 1");
                self.rate = Some(rate);
            }
            "per" if value == "client" => self.per_client = true,
            "per" => bail!("per must be client"),
            _ => bail!("unknown condition `{key}`; use one of: on, client, times, after, rate, per"),
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

/// Reads what a fault does. `given`: the value in the text.
fn parse_kind(name: &str, given: Option<&str>) -> anyhow::Result<FaultKind> {
    let row = FAULTS.iter().find(|row| row.0 == name);
    let Some((_, _, default)) = row else {
        let names: Vec<&str> = FAULTS.iter().map(|row| row.0).collect();
        bail!("unknown fault `{name}`; use one of: {}", names.join(", "));
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
        "server-error" => FaultKind::ServerError(gateway_code(value)?),
        "server-error-after" => FaultKind::ServerErrorAfter(gateway_code(value)?),
        "reset" => FaultKind::Reset(disconnect(value)?),
        "reset-after" => FaultKind::ResetAfter(disconnect(value)?),
        "truncated" => {
            let percent: u8 = value.parse().context("the value must be a percentage")?;
            ensure!(percent < 100, "the value must be below 100");
            FaultKind::Truncated(percent)
        }
        "slow" => FaultKind::Slow(duration(value)?),
        "close-after" => {
            let answers: u64 = value.parse().context("the value must be a number of answers")?;
            ensure!(answers > 0, "the value must be at least 1");
            FaultKind::CloseAfter(answers)
        }
        "redirect" => FaultKind::Redirect(code(value, 300..=399)?),
        "error" => FaultKind::Refuse(
            ApiRefusal::named(value).with_context(|| format!("`{value}` is not a refusal of the API"))?,
        ),
        "unauthorized" => plain(FaultKind::Refuse(ApiRefusal::Unauthorized("the access token is not valid")))?,
        "refuse-field" => {
            ensure!(WRITABLE.contains(&value), "a PUT must not hold the field `{value}`");
            FaultKind::RefuseField(value.to_owned())
        }
        "too-many" => {
            header_text(value)?;
            FaultKind::Passing(Some(value.to_owned()).filter(|value| !value.is_empty()))
        }
        "quota-exceeded" => FaultKind::QuotaUsed(reset_hint(value)?),
        "quota-headers" => FaultKind::QuotaHeaders(match value {
            "none" => QuotaHeaderSet::Absent,
            "no-reset" => QuotaHeaderSet::NoReset,
            _ => bail!("the value must be none or no-reset"),
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
            number => {
                WrongId::Number(number.parse().context("the value must be next, null, absent, text or a number")?)
            }
        }),
        "oversize" => FaultKind::Oversize(size(value)?),
        "bad-gzip" => plain(FaultKind::BadGzip)?,
        "status-as" => FaultKind::StatusAs(match value {
            "number" => StatusFormat::Number,
            "text" => StatusFormat::Text,
            "absent" => StatusFormat::Absent,
            _ => bail!("the value must be number, text or absent"),
        }),
        "no-expiry" => plain(FaultKind::NoExpiry)?,
        _ => bail!("the table names the fault `{name}`, but the parser does not"),
    })
}

fn meddle(value: &str) -> anyhow::Result<FaultKind> {
    let (field, value) = value.split_once(':').context("the value must be FIELD:VALUE")?;
    ensure!(kind(field).is_some(), "`{field}` is not a field of a client");
    let value = serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.to_owned()));
    Ok(FaultKind::Meddle(field.to_owned(), value))
}

fn code(value: &str, range: std::ops::RangeInclusive<u16>) -> anyhow::Result<u16> {
    let code: u16 = value.parse().context("the value must be a status code")?;
    ensure!(range.contains(&code), "the value must be a status code from {} to {}", range.start(), range.end());
    Ok(code)
}

/// A 5xx, or a 4xx with which a gateway gives up: 408, 425.
fn gateway_code(value: &str) -> anyhow::Result<u16> {
    if matches!(value, "408" | "425") { code(value, 400..=499) } else { code(value, 500..=599) }
}

fn disconnect(value: &str) -> anyhow::Result<Disconnect> {
    match value {
        "rst" => Ok(Disconnect::Rst),
        "fin" => Ok(Disconnect::Fin),
        _ => bail!("the value must be rst or fin"),
    }
}

fn reset_hint(value: &str) -> anyhow::Result<QuotaResetHint> {
    header_text(value)?;
    Ok(match value.split_once(':') {
        // Half an hour: not soon, and not a whole window.
        None if value == "reset" => QuotaResetHint::Reset("1800".to_owned()),
        None if value == "none" => QuotaResetHint::Absent,
        Some(("reset", text)) => QuotaResetHint::Reset(text.to_owned()),
        Some(("retry-after", text)) => QuotaResetHint::RetryAfter(text.to_owned()),
        Some(("date", seconds)) => {
            QuotaResetHint::Date(seconds.parse().context("the value of date must be a number of seconds")?)
        }
        _ => bail!("the value must be reset, none, reset:TEXT, retry-after:TEXT or date:SECONDS"),
    })
}

/// Refuses a value that a header cannot carry: it would make the HTTP server panic.
fn header_text(value: &str) -> anyhow::Result<()> {
    ensure!(value.chars().all(|c| c == ' ' || c.is_ascii_graphic()), "a header cannot carry the value");
    Ok(())
}
