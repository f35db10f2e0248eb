//! `ringform auth check`: shows for every credential whether it works, for which user, with which access and quota.

use serde_json::json;

use ringform::render;
use ringform::run::{self, AuthRequest, CredentialCheck, ExitStatus};

use crate::cli::{AuthArgs, AuthCheckArgs, AuthCommand, LogArgs, PlainFormat};
use crate::terminal::{block_on, credential_text, environment, listener, not_started, output, signals};

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
        PlainFormat::Text => output::print_text(&outcome.credentials.iter().map(credential_text).collect::<String>())?,
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
