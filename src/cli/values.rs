//! How the values of flags are read, and the error for each wrong one.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use ringform::model::guard::{BUILT_IN, BuiltIn};
use ringform::model::{CalendarTime, Setting, suggest};
use ringform::plan::Origin;
use ringform::render::{AuditFormat, Format, RunListFormat};

pub(super) fn setting(text: &str) -> Result<Setting, String> {
    Setting::find(text).ok_or_else(|| match ringform::model::FieldRow::nearest_setting(text) {
        Some(near) => format!("not a writable field; did you mean `{near}`?"),
        None => {
            let names: Vec<&str> = Setting::ALL.iter().map(|setting| setting.name()).collect();
            format!("not a writable field; they are {}", names.join(", "))
        }
    })
}

pub(super) fn origin(text: &str) -> Result<Origin, String> {
    const ALL: [(&str, Origin); 4] = [
        ("pending", Origin::Pending),
        ("drift", Origin::Drift),
        ("conflict", Origin::Conflict),
        ("unknown", Origin::Unknown),
    ];
    let found = ALL.iter().find(|(name, _)| *name == text).map(|(_, origin)| *origin);
    found.ok_or_else(|| "an origin is pending, drift, conflict or unknown".to_owned())
}

pub(super) fn actor(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err("the actor is empty; write who".to_owned()),
        text => Ok(text.to_owned()),
    }
}

pub(super) fn reason(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err("the reason is empty; write why".to_owned()),
        text => Ok(text.to_owned()),
    }
}

pub(super) fn label(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("a label is KEY=VALUE, such as city=moscow")?;
    Ok((key.to_owned(), value.to_owned()))
}

pub(super) fn duration(text: &str) -> Result<Duration, String> {
    ringform::config::parse_duration(text)
        .ok_or_else(|| "a duration is a number and a unit, such as 30s, 10m or 1h".to_owned())
}

pub(super) fn day(text: &str) -> Result<jiff::civil::Date, String> {
    // Other spellings, such as 20261124, would parse too.
    let is_day = text.len() == 10 && text.bytes().filter(|byte| *byte == b'-').count() == 2;
    let day = is_day.then(|| text.parse().ok()).flatten();
    day.ok_or_else(|| "a day is YEAR-MONTH-DAY, such as 2026-11-24".to_owned())
}

pub(super) fn calendar_time(text: &str) -> Result<CalendarTime, String> {
    CalendarTime::parse(text).map_err(|flaw| match flaw.help {
        Some(help) => format!("{}; {help}", flaw.message),
        None => flaw.message,
    })
}

/// The address of the API, in its normal form.
pub(crate) fn endpoint(text: &str) -> Result<String, String> {
    ringform::run::endpoint_address(text)
}

/// A guard that comes with the program, by its name.
pub(crate) fn built_in_guard(text: &str) -> Result<&'static BuiltIn, String> {
    let names = || BUILT_IN.iter().map(|guard| guard.name);
    BUILT_IN.iter().find(|guard| guard.name == text).ok_or_else(|| {
        let all = names().collect::<Vec<_>>().join(", ");
        match suggest::nearest(text, names()) {
            Some(near) => format!("not a built-in guard; did you mean `{near}`? They are {all}"),
            None => format!("not a built-in guard; they are {all}"),
        }
    })
}

pub(crate) fn client_id(text: &str) -> Result<ringform::model::ClientId, String> {
    ringform::model::ClientId::parse(text).map_err(|flaw| match flaw.help {
        Some(help) => format!("not a client id; {help}"),
        None => "not a client id".to_owned(),
    })
}

pub(super) fn format(text: &str) -> Result<(Format, Option<PathBuf>), String> {
    named_format(text)
}

pub(super) fn run_list_format(text: &str) -> Result<(RunListFormat, Option<PathBuf>), String> {
    named_format(text)
}

pub(super) fn audit_format(text: &str) -> Result<(AuditFormat, Option<PathBuf>), String> {
    named_format(text)
}

fn named_format<F: FromStr<Err = String>>(text: &str) -> Result<(F, Option<PathBuf>), String> {
    let (name, file) = match text.split_once('=') {
        Some((name, file)) if !file.is_empty() => (name, Some(PathBuf::from(file))),
        Some(_) => return Err("FORMAT=FILE needs the name of a file".to_owned()),
        None => (text, None),
    };
    name.parse::<F>().map(|format| (format, file))
}
