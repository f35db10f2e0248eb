//! Every variable of the environment that counts, from one table.
//!
//! Owns the table, the topic `environment` of the help, and the entries of the variables. It reads no variable.

use crate::manual::entry::{EntryKind, ManualEntry};
use crate::manual::sentence::sentence;

/// Variables with one purpose: their names and what they do.
type VariableRows = &'static [(&'static [&'static str], &'static str)];

const API: VariableRows = &[
    (
        &["RINGFORM_ENDPOINT"],
        "the API's address; --endpoint wins over it, and it wins over ringform.yaml, except over `sandbox:`",
    ),
    (&["RINGFORM_TOKEN"], "a ready bearer token; wins over the App ID and App Secret"),
    (
        &["RINGFORM_APP_ID", "RINGFORM_APP_SECRET"],
        "App ID and App Secret of the application, where ringform.yaml names no credentials",
    ),
    (
        &["RINGFORM_TOKEN_FILE", "RINGFORM_APP_ID_FILE", "RINGFORM_APP_SECRET_FILE"],
        "a file that holds the value of the variable without _FILE; that variable wins",
    ),
    (&["RINGFORM_ALLOW_COMMAND"], "1 runs the `command` credentials of ringform.yaml; other values are errors"),
];

const NETWORK: VariableRows = &[
    (&["HTTPS_PROXY", "https_proxy"], "the proxy of all requests, except those to loopback"),
    (&["ALL_PROXY", "all_proxy"], "the proxy of these requests, where HTTPS_PROXY is not set"),
    (&["NO_PROXY", "no_proxy"], "hosts that requests reach without the proxy; * means all"),
    (&["SSL_CERT_FILE", "SSL_CERT_DIR"], "certificates to trust in place of those of the system"),
];

const SAFETY: VariableRows = &[(
    &["RINGFORM_FLOOR"],
    "a file outside of the project whose guards and limits bind as well; --floor names another",
)];

const REPORTS: VariableRows = &[
    (&["RINGFORM_NOTIFY_URL"], "the webhook of `drift`; --notify wins over it, and `drift --at` posts nothing"),
    (&["GITHUB_STEP_SUMMARY"], "the file to which `--format github` adds the summary of a job"),
    (&["NO_COLOR"], "any value turns colours off, unless --color turns them on"),
    (&["CLICOLOR"], "0 turns colours off, unless --color turns them on"),
    (&["TERM"], "`dumb` turns colours and the progress bar off"),
    (&["COLUMNS"], "the width of a terminal; 100 where it is not set"),
];

const IDENTITY: VariableRows = &[
    (
        &["GITHUB_ACTIONS", "GITHUB_TRIGGERING_ACTOR", "GITHUB_ACTOR"],
        "one source for who runs a job of GitHub; --actor wins over it",
    ),
    (
        &["GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID", "GITHUB_REF"],
        "part of the links to the job and its pull request, in reports, journal and ledger",
    ),
    (
        &["GITLAB_CI", "GITLAB_USER_NAME", "GITLAB_USER_LOGIN", "GITLAB_USER_EMAIL"],
        "one source for who runs a job of GitLab; --actor wins over it",
    ),
    (
        &["CI_JOB_URL", "CI_MERGE_REQUEST_PROJECT_URL", "CI_MERGE_REQUEST_IID"],
        "part of the links to the job and its merge request, in reports, journal and ledger",
    ),
    (
        &["USER", "LOGNAME", "USERNAME"],
        "one source for who runs apply, where neither a CI system nor git names a person",
    ),
];

const PROGRAMS: VariableRows = &[
    (&["PATH"], "where ringform finds `git` and the program of a `command` credential"),
    (
        &["HOME", "XDG_CONFIG_HOME"],
        "where git finds the user's settings: safe.directory, and those of `git status`; HOME is `~` in an answer to `init`",
    ),
];

/// All of them, by purpose.
const VARIABLES: [(&str, VariableRows); 6] = [
    ("API and credentials", API),
    ("Network", NETWORK),
    ("Safety", SAFETY),
    ("Reports and terminal", REPORTS),
    ("Who runs it", IDENTITY),
    ("Programs", PROGRAMS),
];

const INTRODUCTION: &str = "\
The environment variables that ringform reads.

An empty variable counts as not set. A value that counts and is not UTF-8 is an error.
";

const CONCLUSION: &str = "\
Also every variable that ringform.yaml names as ${NAME} under `endpoint` and `credentials`.
ringform runs git without the GIT_ variables; those that begin with GIT_CONFIG_ count for
safe.directory only. It does not read RUST_LOG; -v and -vv log more. It does not read HTTP_PROXY,
because requests over http go only to loopback.
";

/// The topic as text.
pub fn environment() -> String {
    let mut text = INTRODUCTION.to_owned();
    for (heading, rows) in VARIABLES {
        text.push_str(&format!("\n{heading}:\n"));
        for (names, about) in rows {
            text.push_str(&format!("  {}\n      {about}\n", names.join(", ")));
        }
    }
    format!("{text}\n{CONCLUSION}")
}

/// The entries of all variables.
pub(super) fn entries() -> impl Iterator<Item = ManualEntry> {
    VARIABLES.iter().flat_map(|(heading, rows)| {
        let rows = rows.iter().flat_map(|(names, about)| names.iter().map(move |name| (*name, *about)));
        rows.map(move |(name, about)| ManualEntry {
            holds: Some(format!("environment variable: {heading}")),
            ..ManualEntry::new(EntryKind::Variable, name, sentence(about), "docs/words.md#environment-variables")
        })
    })
}
