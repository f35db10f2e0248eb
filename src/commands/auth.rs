//! `ringform auth check`: shows for every credential whether it works, for which user, with which access and quota.

use serde_json::json;

use ringform::model::Untrusted;
use ringform::render::{self, escape};
use ringform::run::{self, AuthRequest, CredentialCheck, ExitStatus, User};

use crate::cli::{AuthArgs, AuthCheckArgs, AuthCommand, LogArgs, PlainFormat};
use crate::terminal::{block_on, environment, listener, not_started, output, signals};

/// Runs the command.
pub(crate) fn run(args: &AuthArgs, log: &LogArgs) -> anyhow::Result<ExitStatus> {
    match &args.command {
        AuthCommand::Check(args) => check(args, log),
    }
}

fn check(args: &AuthCheckArgs, log: &LogArgs) -> anyhow::Result<ExitStatus> {
    let env = environment()?;
    signals::listen(&env, log.quiet);
    let (request, listener) = (AuthRequest::from(args), listener::listener(log));
    let outcome = match block_on(run::auth(&request, &env, &listener)) {
        Ok(outcome) => outcome,
        Err(error) => return not_started::complain(error, log),
    };
    match args.format {
        PlainFormat::Text => output::print_text(&outcome.credentials.iter().map(text).collect::<String>())?,
        PlainFormat::Json => {
            let all: Vec<_> = outcome.credentials.iter().map(document).collect();
            let mut shown = Vec::new();
            render::json::document(&json!({"credentials": all}), &mut shown)?;
            output::print(&String::from_utf8_lossy(&shown))?;
        }
    }
    outcome.finished?;
    let works = outcome.credentials.iter().all(|one| one.user.is_ok());
    let status = if works { ExitStatus::Done } else { ExitStatus::Error };
    Ok(status.or_interrupted(env.shutdown.is_stopped()))
}

fn text(check: &CredentialCheck) -> String {
    let name = Untrusted::new(check.name.clone().unwrap_or_else(|| "environment".into()));
    let name = escape::terminal(&name);
    match &check.user {
        Ok(user) => format!("{name}: works{}{}\n{}", rights(user), quota(check), advice(user)),
        Err(failure) => {
            let help = failure.help.as_ref().map(|help| format!("  help: {help}\n")).unwrap_or_default();
            format!("{name}: does not work: {}\n{help}", escape::terminal(&failure.message))
        }
    }
}

fn rights(user: &User) -> String {
    let part = |label: &str, text: &Option<Untrusted>| {
        text.as_ref().map(|text| format!(", {label} {}", escape::terminal(text))).unwrap_or_default()
    };
    let client = user.client_id.map(|id| format!(", client {id}")).unwrap_or_default();
    let dealer = user.dealer_id.map(|id| format!(", dealer {id}")).unwrap_or_default();
    let is_admin = user.admin.as_ref().is_some_and(|admin| matches!(admin.raw(), "true" | "1" | "yes"));
    let admin = if is_admin { ", administrator" } else { "" };
    format!("{}{client}{dealer}{}{admin}", part("login", &user.login), part("access", &user.access))
}

fn advice(user: &User) -> &'static str {
    match user.access.as_ref().is_some_and(|access| access.raw() == "read_only") {
        true => "  enough for plan; apply needs a user with full access\n",
        false => "",
    }
}

fn quota(check: &CredentialCheck) -> String {
    match check.remaining {
        Some((left, Some(reset))) => format!(", {left} requests left, reset in {} s", reset.as_secs()),
        Some((left, None)) => format!(", {left} requests left"),
        None => String::new(),
    }
}

fn document(check: &CredentialCheck) -> serde_json::Value {
    let CredentialCheck { name, user, remaining } = check;
    match user {
        Ok(user) => json!({
            "credentials": name, "works": true, "login": user.login, "client_id": user.client_id,
            "dealer_id": user.dealer_id, "access": user.access, "admin": user.admin,
            "remaining": remaining.map(|(left, _)| left),
            "resets_in_s": remaining.and_then(|(_, reset)| reset).map(|reset| reset.as_secs()), "error": null,
        }),
        Err(failure) => json!({"credentials": name, "works": false, "error": failure}),
    }
}
