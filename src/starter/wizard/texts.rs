//! The words of the questions of `init`.
//!
//! Owns what a person reads before an answer. Nothing of it is untrusted: an endpoint is in its normal form.

use ringform::model::guard::{BUILT_IN, Enforcement};

/// What comes before the first question.
pub(super) const BEGIN: &str =
    "A new project, in a few questions. ringform writes nothing before the last answer; Ctrl-C ends it.";

/// How to set credentials.
pub(super) const NO_CREDENTIALS: &str = "\
Credentials: the environment holds none.
  In the provider's web cabinet, create an application of type \"trusted\". Then end this with `no`, set its App ID and
  App Secret, and run `ringform init` again:
    export RINGFORM_APP_ID=...
    read -rs RINGFORM_APP_SECRET && export RINGFORM_APP_SECRET
  RINGFORM_APP_ID_FILE and RINGFORM_APP_SECRET_FILE can name files instead. ringform never asks for a secret.";

/// The ways on after credentials that do not work.
pub(super) const AFTER_FAILURE: &str = "\
  1  check again, with the same credentials
  2  choose another endpoint
  3  continue without the API: an example takes the place of imported clients
  4  stop";

/// The pipelines, in the order of their numbers.
pub(super) const PIPELINES: &str = "
Pipeline: what runs plan, apply and drift.
  1  github      workflows: plan on a pull request, apply on a merge, drift every hour
  2  gitlab      jobs: plan on a merge request, apply on a merge, drift on a schedule
  3  cron        a machine with cron or systemd: drift every hour, writes that only close
  4  kubernetes  two CronJobs: drift every hour, writes that only close";

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
        "\nClients: ringform imports them, so that their documents hold what is live now.{me}\n  \
         12 13        clients by number\n  clients.csv  a file with the columns id, credentials and labels; only id is \
         required"
    )
}

/// The built-in guards, in the order of their numbers.
pub(super) fn guards() -> String {
    let width = BUILT_IN.iter().map(|guard| guard.name.len()).max().unwrap_or_default();
    let mut text = "\nGuards: rules against toll fraud that every plan must pass.".to_owned();
    for (at, guard) in BUILT_IN.iter().enumerate() {
        let effect = match guard.effect {
            Enforcement::Deny => "stops",
            Enforcement::Warn => "warns",
        };
        text.push_str(&format!("\n  {}  {:width$}  {effect}: {}", at + 1, guard.name, guard.about));
    }
    text
}

/// The files to write.
pub(super) fn files(lines: &[String]) -> String {
    format!("\nringform would write:\n{}", lines.iter().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n"))
}
