//! How a token is had: resolving a source, and asking the API.
//!
//! Owns the token request and what its answers mean. API: `POST /oauth/token`, `client_credentials`, the form in the body and
//! never in the query; at most 20 requests a second and 6 at a time. When to ask is [`super::account`]'s.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::Value as Json;

use crate::api::account::Account;
use crate::api::command::{self, Printed};
use crate::api::counts::Purpose;
use crate::api::fault::{Fault, interrupted};
use crate::api::house::{House, RetryBudget};
use crate::api::refusal::{Asked, bad_answer, scalar};
use crate::api::{Secret, Source};
use crate::model::{Failure, FailureKind};

/// What a source came to.
#[derive(Debug)]
pub(super) enum Grant {
    /// A pair that tokens are asked for with.
    App {
        /// The App ID.
        app_id: String,
        /// The App Secret.
        app_secret: Secret,
    },
    /// A ready token.
    Token(Secret),
}

/// A token, and how long it lives as far as the API says.
#[derive(Debug)]
pub(super) struct Token {
    pub(super) secret: Secret,
    pub(super) lives: Option<Duration>,
}

fn called(account: &Account) -> String {
    match account.name() {
        Some(name) => format!("the credentials `{name}`"),
        None => "the credentials of the environment".to_owned(),
    }
}

/// Finds out what a source holds. Called once per credential.
pub(super) async fn resolve(account: &Account, house: &House) -> Result<Grant, Failure> {
    let problem = |text: String| Failure::new(FailureKind::Credentials, text);
    let grant = match &account.source {
        // Variables carry line ends at their end as files do.
        Source::App { app_id, app_secret } => {
            Grant::App { app_id: app_id.trim_end_matches(['\n', '\r']).to_owned(), app_secret: app_secret.clone() }
        }
        Source::Token(secret) => Grant::Token(secret.clone()),
        Source::Sandbox => Grant::App { app_id: "sandbox".to_owned(), app_secret: Secret::new("sandbox".to_owned()) },
        Source::Refused(why) => return Err(problem(why.clone())),
        Source::Missing { variables } => return Err(missing(account, variables)),
        Source::Command { argv } => {
            let printed = tokio::select! {
                biased;
                () = house.stop.stopped() => return Err(interrupted()),
                printed = command::run(argv) => printed,
            };
            match printed {
                Ok(Printed::App { app_id, app_secret }) => Grant::App { app_id, app_secret },
                Ok(Printed::Token(secret)) => Grant::Token(secret),
                Err(why) => {
                    return Err(problem(format!("{} could not be had: {why}", called(account)))
                        .help("run the command by hand and look at what it says"));
                }
            }
        }
    };
    if let Grant::App { app_id, app_secret } = &grant {
        if app_id.is_empty() || app_secret.is_empty() {
            return Err(problem(format!("{} have an empty App ID or App Secret", called(account)))
                .help("check the variable or the file that holds it"));
        }
        // The simulator's pair is no secret, and its word would be blanked out of every sentence.
        if !matches!(account.source, Source::Sandbox) {
            account.remember(app_secret);
        }
    }
    Ok(grant)
}

fn missing(account: &Account, variables: &[String]) -> Failure {
    let list = variables.join(" and ");
    let (verb, them) = if variables.len() == 1 { ("is", "it") } else { ("are", "them") };
    Failure::new(FailureKind::Credentials, format!("{} need {list}, which {verb} not set", called(account)))
        .help(format!("set {them} in the environment of this run"))
}

/// A ready token was refused and there is no way to a fresh one.
pub(super) fn no_renewal(account: &Account) -> Failure {
    let mut failure = Failure::new(
        FailureKind::Credentials,
        format!("the API did not accept the ready token of {} (401)", called(account)),
    )
    .help("it may have expired: get a new one, or use an App ID and its secret, which renew themselves");
    failure.http_status = Some(StatusCode::UNAUTHORIZED.as_u16());
    failure
}

/// A token that cannot be sent.
pub(super) fn unfit(account: &Account, empty: bool) -> Failure {
    let flaw = if empty {
        "is empty"
    } else {
        "holds a character that no header can carry, such as a line break in the middle or a letter that is not ASCII"
    };
    Failure::new(FailureKind::Credentials, format!("the token of {} {flaw}", called(account)))
        .help("check the variable or the file that holds it; the token itself is not shown")
}

/// Asks for a token, with further tries where they make sense.
pub(super) async fn fetch(grant: &Grant, account: &Account, house: &House) -> Result<Token, Failure> {
    let Grant::App { app_id, app_secret } = grant else { return Err(no_renewal(account)) };
    let mut patience = RetryBudget::new(house);
    loop {
        match once(app_id, app_secret, account, house).await {
            Ok(token) => return Ok(token),
            Err(fault) => patience.after(fault).await?,
        }
    }
}

async fn once(app_id: &str, app_secret: &Secret, account: &Account, house: &House) -> Result<Token, Fault> {
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", app_id),
        ("client_secret", app_secret.reveal_to_the_api()),
    ];
    let request = house.http.post(house.paths.token.clone()).form(&form).build();
    // Only an address or a form that cannot be written fails, and both can.
    let request =
        request.map_err(|_| Fault::last(Failure::new(FailureKind::Credentials, "no request could be made")))?;
    // The semaphore is never closed, so a permit always comes.
    let _slot = tokio::select! {
        biased;
        () = house.stop.stopped() => return Err(Fault::last(interrupted())),
        slot = house.token_slots.acquire() => slot.ok(),
    };
    if let Some(pace) = &house.token_pace
        && !pace.turn(&house.stop).await
    {
        return Err(Fault::last(interrupted()));
    }
    let answer = house.ask(&house.http, account, Purpose::Token, request).await?;
    let status = answer.status;
    let body = house.served(account, answer, Asked::Token)?;
    read(&body).ok_or_else(|| Fault::last(bad_answer(status, "to the request for a token holds no access_token")))
}

fn read(body: &[u8]) -> Option<Token> {
    let Ok(Json::Object(map)) = serde_json::from_slice(body) else { return None };
    let Some(Json::String(token)) = map.get("access_token") else { return None };
    if token.is_empty() {
        return None;
    }
    // An answer without `expires_in` was recorded, so absent does not mean expired; zero and nonsense say as little. A year
    // is far beyond any run and keeps the clock from overflowing.
    let lives = map.get("expires_in").and_then(scalar).and_then(|text| text.trim().parse::<f64>().ok());
    let lives =
        lives.filter(|seconds| *seconds > 0.0).map(|seconds| Duration::from_secs_f64(seconds.min(31_536_000.0)));
    Some(Token { secret: Secret::new(token.clone()), lives })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_read_leniently() {
        let lives =
            |text: &str| read(format!(r#"{{"access_token": "t", "expires_in": {text}}}"#).as_bytes()).unwrap().lives;
        assert_eq!(lives("3600"), Some(Duration::from_secs(3600)));
        assert_eq!(lives("\"3600\""), Some(Duration::from_secs(3600)));
        for odd in ["null", "0", "-1", "\"soon\"", "\"NaN\"", "[]"] {
            assert_eq!(lives(odd), None, "{odd}");
        }
        assert_eq!(lives("1e300"), Some(Duration::from_secs(31_536_000)));
        assert_eq!(read(br#"{"access_token": "t"}"#).unwrap().lives, None);
        for bad in ["", "[]", "{}", r#"{"access_token": ""}"#, r#"{"access_token": 5}"#, "<html>"] {
            assert!(read(bad.as_bytes()).is_none(), "{bad}");
        }
    }
}
