//! Examples and exit statuses, one row for each command.
//!
//! Owns only data: a test checks that every command has a row and that every example parses.

use ringform::manual::EXIT_STATUSES;

/// What the help of one command ends with.
#[derive(Debug)]
pub(super) struct HelpPage {
    /// The command's words; none for ringform itself.
    pub(super) path: &'static [&'static str],
    /// A line to type, and what it does.
    pub(super) examples: &'static [(&'static str, &'static str)],
    /// The exit statuses that the command can end with.
    pub(super) statuses: &'static [(u8, &'static str)],
}

const PRINTS: &[(u8, &str)] = &[(0, "done"), (1, "an error, wrong usage included")];

const READS: &[(u8, &str)] =
    &[(0, "done"), (1, "an error; also when only some clients failed"), (130, "interrupted by a signal")];

const DIFFERENCE: &str = "with --detailed-exitcode: no error, and a difference";

pub(super) const PAGES: [HelpPage; 23] = [
    HelpPage {
        path: &[],
        examples: &[
            ("ringform init --demo", "Write a project and a simulator into an empty folder"),
            ("ringform plan", "Show how live clients differ from the project in this folder"),
            ("ringform help environment", "List the environment variables"),
        ],
        statuses: EXIT_STATUSES,
    },
    HelpPage {
        path: &["init"],
        examples: &[
            ("ringform init --demo", "Try ringform without an account: a project with a simulator of the API"),
            ("ringform init", "Ask for endpoint, clients and guards; without a terminal, write an example"),
            ("ringform init pbx --from clients.csv --ci github", "Write pbx with these clients, and workflows"),
        ],
        statuses: &[
            (0, "done"),
            (1, "an error, or a file exists already: nothing was written; or a client was not imported"),
            (130, "interrupted by a signal; before the last answer nothing was written"),
        ],
    },
    HelpPage {
        path: &["validate"],
        examples: &[
            ("ringform validate", "Check the project in this folder"),
            ("ringform validate clients/acme.yaml", "Check one file"),
            ("ringform validate --format sarif=validate.sarif", "Write a report for code scanning too"),
        ],
        statuses: &[(0, "the files are valid; warnings may exist"), (1, "a file has an error")],
    },
    HelpPage {
        path: &["resolve"],
        examples: &[
            ("ringform resolve --client 12", "Show what client 12 gets, and from which line"),
            ("ringform resolve --calendar --days 90 --format ics", "Give a calendar what begins and ends in 90 days"),
            ("ringform resolve --client 12 --at 2026-12-24", "Show what client 12 gets when that day begins"),
        ],
        statuses: &[(0, "done"), (1, "a file has an error, or no client is selected")],
    },
    HelpPage {
        path: &["import"],
        examples: &[
            ("ringform import", "Write a document for the client of the token"),
            ("ringform import 12 --force", "Replace the document of client 12 by its live settings"),
            ("ringform import --from clients.csv --factor", "Write one for each row; what most share becomes profiles"),
        ],
        statuses: READS,
    },
    HelpPage {
        path: &["audit"],
        examples: &[
            ("ringform audit", "Show how open the clients of this project are, or that of the token"),
            (
                "ringform audit --from clients.csv --fail-on open",
                "A list; exit with 2 where one is open to every country",
            ),
            ("ringform audit --format html=audit.html --format csv=audit.csv", "Write a page and a spreadsheet too"),
        ],
        statuses: &[
            (0, "every client was read"),
            (1, "an error; also when only some clients were not read"),
            (2, "with --fail-on open: no error, and a client is open to every country"),
            (130, "interrupted by a signal"),
        ],
    },
    HelpPage {
        path: &["plan"],
        examples: &[
            ("ringform plan --client '12*'", "Only clients whose id begins with 12"),
            ("ringform plan --out plan.json", "Save the plan; `ringform apply --plan plan.json` sends just that"),
            ("ringform plan --base origin/main... --affected", "Only the clients that this branch changes"),
        ],
        statuses: &[
            (0, "done, with or without a difference"),
            (1, "an error; a client failed, or apply would refuse one"),
            (2, DIFFERENCE),
            (130, "interrupted by a signal"),
        ],
    },
    HelpPage {
        path: &["apply"],
        examples: &[
            ("ringform apply", "Show the plan, ask, and send"),
            ("ringform apply --yes --max-changed-clients 5% --canary 1", "Send with limits, one client first"),
            ("ringform apply --only-closing --yes", "Take back what has ended, for a timer; opens nothing"),
        ],
        statuses: &[
            (0, "done: the run sent all that it may send, or had nothing to send"),
            (1, "an error; a client failed or was stopped, the answer was not yes, or an earlier run had a collateral"),
            (130, "interrupted by a signal; requests under way are finished and recorded"),
        ],
    },
    HelpPage {
        path: &["drift"],
        examples: &[
            ("ringform drift", "Show what was changed outside of git"),
            (
                "ringform drift --since r.json --format json=r.json --fail-on new",
                "Exit with 2 only on findings that the last report does not have",
            ),
            ("ringform drift --metrics /var/lib/node/ringform.prom", "Write metrics for Prometheus"),
        ],
        statuses: &[
            (0, "no drift; with --fail-on new: no new finding; nothing is overdue"),
            (1, "an error; also when only some clients failed"),
            (2, "drift, a conflict, a field that live has more open, or an opening past its end"),
            (130, "interrupted by a signal"),
        ],
    },
    HelpPage {
        path: &["adopt"],
        examples: &[
            ("ringform adopt --client 12", "Show the diff of the file of client 12, ask, and write it"),
            ("ringform adopt --base origin/main --origin drift", "Take over what was changed outside of git"),
            ("ringform adopt --field timezone --yes", "Take over every live time zone, without a question"),
        ],
        statuses: &[
            (0, "done, also with nothing to adopt"),
            (1, "an error; a client failed, a value was refused, or the answer was not yes"),
            (130, "interrupted by a signal"),
        ],
    },
    HelpPage {
        path: &["undo"],
        examples: &[
            ("ringform undo 20261124T100000Z-5f3a9c", "Show what would take that run of apply back"),
            ("ringform undo report.json --out undo.json", "Save it; `ringform apply --plan undo.json` sends it"),
            ("ringform undo report.json --client 12", "Only what that run changed of client 12"),
        ],
        statuses: &[
            (0, "done, also with nothing to undo"),
            (1, "an error; a client failed, or apply would refuse one"),
            (2, DIFFERENCE),
            (130, "interrupted by a signal"),
        ],
    },
    HelpPage {
        path: &["show"],
        examples: &[
            ("ringform show plan.json", "Print a saved plan"),
            ("ringform show report.json --format html=report.html", "Make a page of a report"),
            ("ringform show shard-1.json shard-2.json", "Show the parts of one run as one report"),
        ],
        statuses: &[
            (0, "done"),
            (1, "an error; a client in the report failed, or a shard is missing"),
            (2, DIFFERENCE),
        ],
    },
    HelpPage {
        path: &["log"],
        examples: &[
            ("ringform log --client 12", "Show each change of client 12: when, who, before and after"),
            ("ringform log --since 2026-11-01 --format csv=november.csv", "Write the changes of November for an audit"),
            ("ringform log --verify", "Check that no commit of the ledger was edited"),
        ],
        statuses: &[(0, "done"), (1, "an error; with --verify: a commit does not fit")],
    },
    HelpPage {
        path: &["explain"],
        examples: &[
            ("ringform explain geo_list", "Show what the field holds and accepts, with an example"),
            ("ringform explain bad-setting", "Show what the rule of a message means, and how to fix it"),
            ("ringform explain --format json", "Write all entries, for a program"),
        ],
        statuses: PRINTS,
    },
    HelpPage {
        path: &["guard"],
        examples: &[
            ("ringform guard test", "Judge the cases of every *.test.yaml of the project"),
            ("ringform guard test guards.test.yaml", "Judge the cases of one file"),
        ],
        statuses: &[(0, "every case has its verdict"), (1, "a verdict differs, or an error")],
    },
    HelpPage {
        path: &["guard", "test"],
        examples: &[
            ("ringform guard test", "Judge the cases of every *.test.yaml of the project"),
            ("ringform guard test guards.test.yaml --format junit", "Judge one file, for a CI system"),
        ],
        statuses: &[(0, "every case has its verdict"), (1, "a verdict differs, or an error")],
    },
    HelpPage {
        path: &["auth"],
        examples: &[
            ("ringform auth check", "Check every credential of the project in this folder"),
            ("ringform help auth check", "Show the flags of the check"),
        ],
        statuses: READS,
    },
    HelpPage {
        path: &["auth", "check"],
        examples: &[
            ("ringform auth check", "Check every credential of the project in this folder"),
            ("ringform auth check pbx --format json", "Check those of the project in pbx, for a program"),
        ],
        statuses: &[(0, "every credential works"), (1, "a credential does not work"), (130, "interrupted by a signal")],
    },
    HelpPage {
        path: &["sandbox"],
        examples: &[
            ("ringform sandbox --clients 20", "Serve 20 generated clients; --endpoint takes the printed address"),
            ("ringform sandbox --data seed.json --fault server-error=500,times=3", "Serve a seed and fail three times"),
            ("ringform sandbox --reset", "Put the simulated clients of the project in this folder back to its seed"),
        ],
        statuses: &[(0, "done, or ended by a signal"), (1, "an error, wrong usage included")],
    },
    HelpPage {
        path: &["schema"],
        examples: &[
            ("ringform schema client > client.schema.json", "Write the schema of client documents for an editor"),
            ("ringform schema plan", "Print the schema of plans and reports"),
        ],
        statuses: PRINTS,
    },
    HelpPage {
        path: &["completions"],
        examples: &[
            ("ringform completions bash > /etc/bash_completion.d/ringform", "Install them for bash"),
            ("ringform completions zsh > ~/.zfunc/_ringform", "Install them for zsh"),
        ],
        statuses: PRINTS,
    },
    HelpPage {
        path: &["man"],
        examples: &[
            ("ringform man | man -l -", "Read the manual page"),
            ("ringform man > /usr/local/share/man/man1/ringform.1", "Install it"),
        ],
        statuses: PRINTS,
    },
    HelpPage {
        path: &["help"],
        examples: &[
            ("ringform help plan", "Show the help of a command"),
            ("ringform help environment", "List the environment variables that ringform reads"),
        ],
        statuses: PRINTS,
    },
];
