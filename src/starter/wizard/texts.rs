//! The words of the questions of `init`.
//!
//! Owns what a person reads before an answer. Nothing of it is untrusted: an endpoint is in its normal form.

use ringform::model::guard::{BUILT_IN, Enforcement};

/// What comes before the first question.
pub(super) const BEGIN: &str = "\
A new project, in a few questions. Nothing is written before the last answer.
Enter takes the answer in brackets, Ctrl-C ends it.
";

/// How to set credentials.
pub(super) const NO_CREDENTIALS: &str = "
Credentials: the environment holds none, and ringform never asks for a secret.
In the provider's web cabinet, create an application of type \"trusted\". Answer
`no` here, set its App ID and App Secret, and run `ringform init` again:
    export RINGFORM_APP_ID=...
    read -rs RINGFORM_APP_SECRET && export RINGFORM_APP_SECRET
RINGFORM_APP_ID_FILE and RINGFORM_APP_SECRET_FILE can name files instead.";

/// The ways on after credentials that do not work.
pub(super) const AFTER_FAILURE: &str = "
How to go on:
  1  check again, with the same credentials
  2  choose another endpoint
  3  continue without the API, with an example in place of imported clients
  4  stop; then set the credentials, and run `ringform init` again";

/// The pipelines, in the order of their numbers.
pub(super) const PIPELINES: &str = "
Pipeline: what runs plan, apply and drift.
  1  github      plan on a pull request, apply on a merge, drift every hour
  2  gitlab      plan on a merge request, apply on a merge, drift on a schedule
  3  cron        drift and writes that only close, from a timer of a machine
  4  kubernetes  drift and writes that only close, as two CronJobs";

/// The endpoints that are offered.
pub(super) fn endpoints(offered: &[String]) -> String {
    let mut text = "\nEndpoint: the address of the API.".to_owned();
    for (at, endpoint) in offered.iter().enumerate() {
        text.push_str(&format!("\n  {}  {endpoint}", at + 1));
    }
    text.push_str("\n  or another address that begins with https://");
    text
}

/// The ways to name clients.
pub(super) fn clients(me: Option<u64>) -> String {
    let me = match me {
        Some(id) => format!("\n  me           the client of these credentials, {id}"),
        None => String::new(),
    };
    format!(
        "\nClients: ringform writes their live settings into documents.{me}\n  \
         12 13        clients by number\n  \
         clients.csv  a file with the column id; credentials and labels are optional"
    )
}

/// The built-in guards, in the order of their numbers.
pub(super) fn guards() -> String {
    let mut text = "\nGuards: rules against toll fraud. A guard stops a plan in which".to_owned();
    for (at, guard) in BUILT_IN.iter().enumerate() {
        let effect = match guard.effect {
            Enforcement::Deny => "",
            Enforcement::Warn => " (it only warns)",
        };
        text.push_str(&format!("\n  {}  {}{effect}: {}", at + 1, guard.name, guard.about));
    }
    text
}

/// The files to write.
pub(super) fn files(lines: &[String]) -> String {
    format!("\nringform would write:\n{}", lines.iter().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n"))
}
