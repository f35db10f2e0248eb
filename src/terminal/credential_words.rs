//! The words for a credential that was checked, for people.
//!
//! Owns what `auth check` and `init` say about it. The answer of the API is untrusted and goes through the escape.

use ringform::model::Untrusted;
use ringform::render::escape;
use ringform::run::{CredentialCheck, User};

/// Whether a credential works, for which user, with which access and quota.
pub(crate) fn credential_text(check: &CredentialCheck) -> String {
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
