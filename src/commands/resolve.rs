//! `ringform resolve`: prints the effective settings of each client and where each came from, offline.

use serde_json::json;

use ringform::model::{Declaration, Place, Untrusted};
use ringform::render::escape;
use ringform::run::{self, ExitStatus, RunRequest};

use crate::cli::{LogArgs, PlainFormat, ResolveArgs};
use crate::terminal::{environment, listener, not_started, output};

/// Runs the command.
pub(crate) fn run(args: &ResolveArgs, log: &LogArgs) -> anyhow::Result<ExitStatus> {
    let declarations = match run::resolve(&RunRequest::from(args), &environment()?, &listener::listener(log)) {
        Ok(declarations) => declarations,
        Err(error) => return not_started::complain(error, log),
    };
    match args.format {
        PlainFormat::Text => output::print_text(&declarations.iter().map(text).collect::<Vec<_>>().join("\n"))?,
        PlainFormat::Json => {
            let all: Vec<_> = declarations.iter().map(document).collect();
            output::print(&format!("{}\n", serde_json::to_string_pretty(&json!({"clients": all}))?))?;
        }
    }
    Ok(ExitStatus::Done)
}

fn text(declaration: &Declaration) -> String {
    let mut out = String::new();
    let mut line = |text: String| {
        out.push_str(&text);
        out.push('\n');
    };
    let credentials = declaration.credentials.as_deref().unwrap_or("of the environment");
    line(format!(
        "client {}  credentials {}  {}",
        declaration.client,
        escape::terminal(&credentials.into()),
        place(&declaration.place)
    ));
    for (key, value) in &declaration.labels {
        line(format!(
            "  label {}={}",
            escape::terminal(&Untrusted::new(key.clone())),
            escape::terminal(&Untrusted::new(value.clone()))
        ));
    }
    for expected in &declaration.expect {
        let wanted = Untrusted::from(expected.wanted.to_json().to_string());
        let wanted = escape::terminal(&wanted);
        line(format!("  expect {}: {wanted}  {}", expected.row.name, place(&expected.place)));
    }
    let values: Vec<String> = declaration.managed.iter().map(|managed| value(&managed.wanted.to_json())).collect();
    let width = values.iter().map(|value| value.chars().count()).filter(|width| *width <= 40).max().unwrap_or(0);
    for (managed, value) in declaration.managed.iter().zip(&values) {
        let layer = Untrusted::new(managed.layer.text());
        let layer = escape::terminal(&layer);
        line(format!("  {:<27}  {value:<width$}  {layer}, {}", managed.setting.name(), place(&managed.place)));
    }
    for setting in declaration.ignored.iter() {
        line(format!("  {:<27}  ignored", setting.name()));
    }
    out
}

fn value(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => escape::terminal(&text.as_str().into()).to_string(),
        other => other.to_string(),
    }
}

fn place(place: &Place) -> String {
    format!("{}:{}:{}", escape::terminal(&place.file), place.line, place.column)
}

fn document(declaration: &Declaration) -> serde_json::Value {
    let settings: serde_json::Map<_, _> = declaration
        .managed
        .iter()
        .map(|managed| {
            let value = managed.wanted.to_json();
            let entry = json!({"value": value, "layer": managed.layer.text(), "source": managed.place});
            (managed.setting.name().to_owned(), entry)
        })
        .collect();
    json!({
        "client_id": declaration.client,
        "credentials": declaration.credentials,
        "labels": declaration.labels,
        "source": declaration.place,
        "expect": declaration.expect_json(),
        "settings": settings,
        "ignored": declaration.ignored,
    })
}
