//! `ringform auth check`: says of every credential whether it works, for whom, with which access and how much quota is left.

use std::sync::Arc;

use serde_json::json;

use ringform::api::{Shutdown, User};
use ringform::config;
use ringform::model::{Failure, Untrusted};
use ringform::render::{self, escape};

use crate::cli::{Auth, AuthCheck, AuthCommand, Plain, Talk};
use crate::commands::setup::{self, Session};
use crate::commands::{Exit, output, signals};

/// Runs the command.
pub(crate) fn run(args: &Auth, talk: &Talk) -> anyhow::Result<Exit> {
    match &args.command {
        AuthCommand::Check(args) => setup::block_on(check(args, talk)),
    }
}

async fn check(args: &AuthCheck, talk: &Talk) -> anyhow::Result<Exit> {
    let stop = Shutdown::new();
    signals::listen(&stop, talk.quiet);
    let loaded = config::load_project(&setup::request(&args.files)?);
    output::diagnose(&loaded.diagnostics, talk);
    let failed = loaded.has_errors();
    let project = match loaded.project {
        Some(project) if !failed => project,
        Some(_) | None => return Ok(Exit::Error),
    };
    let mut names: Vec<Option<Arc<str>>> = project.credentials.keys().cloned().map(Some).collect();
    if names.is_empty() {
        names.push(None);
    }
    let session = match setup::connect(&project, names.iter().cloned(), &args.connect, &stop).await {
        Ok(session) => session,
        Err(errors) => {
            output::diagnose(&errors, talk);
            return Ok(Exit::Error);
        }
    };
    let mut answers = Vec::with_capacity(names.len());
    for name in names {
        let answer = session.reader.user(name.as_ref()).await;
        answers.push((name, answer));
    }
    let broken = answers.iter().any(|(_, answer)| answer.is_err());
    match args.format {
        Plain::Text => {
            output::print(&answers.iter().map(|(name, answer)| text(name, answer, &session)).collect::<String>())?
        }
        Plain::Json => {
            let all: Vec<_> = answers.iter().map(|(name, answer)| document(name, answer, &session)).collect();
            let mut shown = Vec::new();
            render::json::document(&json!({"credentials": all}), &mut shown)?;
            output::print(&String::from_utf8_lossy(&shown))?;
        }
    }
    session.close().await?;
    let exit = if broken { Exit::Error } else { Exit::Done };
    Ok(exit.or_interrupted(stop.is_stopped()))
}

fn text(name: &Option<Arc<str>>, answer: &Result<User, Failure>, session: &Session) -> String {
    let who = name
        .as_ref()
        .map_or_else(|| "environment".to_owned(), |name| escape::terminal(&Untrusted::new(name.clone())).to_string());
    let mut out = String::new();
    match answer {
        Ok(user) => {
            let part = |label: &str, text: &Option<Untrusted>| {
                text.as_ref().map(|text| format!(", {label} {}", escape::terminal(text))).unwrap_or_default()
            };
            let client = user.client_id.map(|id| format!(", client {id}")).unwrap_or_default();
            let dealer = user.dealer_id.map(|id| format!(", dealer {id}")).unwrap_or_default();
            let admin = if user.admin.as_ref().is_some_and(|admin| matches!(admin.raw(), "true" | "1" | "yes")) {
                ", administrator"
            } else {
                ""
            };
            let (login, access) = (part("login", &user.login), part("access", &user.access));
            out.push_str(&format!("{who}: works{login}{client}{dealer}{access}{admin}{}\n", quota(name, session)));
            if user.access.as_ref().is_some_and(|access| access.raw() == "read_only") {
                out.push_str("  enough for plan; apply needs a user with full access\n");
            }
        }
        Err(failure) => {
            out.push_str(&format!("{who}: does not work: {}\n", escape::terminal(&failure.message)));
            if let Some(help) = &failure.help {
                out.push_str(&format!("  {help}\n"));
            }
        }
    }
    out
}

fn quota(name: &Option<Arc<str>>, session: &Session) -> String {
    match session.meter.remaining(name.as_ref()) {
        Some((left, Some(reset))) => format!(", {left} requests left, reset in {} s", reset.as_secs()),
        Some((left, None)) => format!(", {left} requests left"),
        None => String::new(),
    }
}

fn document(name: &Option<Arc<str>>, answer: &Result<User, Failure>, session: &Session) -> serde_json::Value {
    let remaining = session.meter.remaining(name.as_ref());
    match answer {
        Ok(user) => json!({
            "credentials": name, "works": true, "login": user.login, "client_id": user.client_id,
            "dealer_id": user.dealer_id, "access": user.access, "admin": user.admin,
            "remaining": remaining.map(|(left, _)| left),
            "resets_in_s": remaining.and_then(|(_, reset)| reset).map(|reset| reset.as_secs()), "error": null,
        }),
        Err(failure) => json!({"credentials": name, "works": false, "error": failure}),
    }
}
