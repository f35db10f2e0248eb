//! Entries of the topics: ideas that several commands share and that no table names.
//!
//! Owns only this table. A test checks that each page and each heading exists.

use crate::manual::entry::{EntryKind, ManualEntry};

/// A topic: name, meaning, example, page.
type ManualTopic = (&'static str, &'static str, &'static str, &'static str);

const TOPICS: &[ManualTopic] = &[
    (
        "adopt",
        "`ringform adopt` writes live values into the files that declare them, after a question. It sends nothing.",
        "ringform adopt --client 12 --field timezone",
        "docs/adopt.md",
    ),
    (
        "affected",
        "`plan --affected` reads only the clients whose declaration the change set changes. It needs --base.",
        "ringform plan --base origin/main... --affected",
        "docs/origins.md#a-check-that-costs-what-the-change-costs",
    ),
    (
        "audit",
        "`ringform audit` reports how open live clients are: countries, trusted network, dial rule, and clients that \
         differ from the fleet. It needs no documents.",
        "ringform audit --fail-on open",
        "docs/audit.md",
    ),
    (
        "base",
        "A revision of git, `--base REV`. Its declared values say which differences come with this change, and its \
         guards, limits and waivers bind as well.",
        "ringform plan --base origin/main...",
        "docs/origins.md#with-a-base",
    ),
    (
        "canary",
        "`apply` writes so many clients first, one at a time. The first of them that fails stops the rest.",
        "ringform apply --canary 3",
        "docs/apply.md#limits",
    ),
    (
        "credentials",
        "How ringform gets a token: an App ID and App Secret, a ready token, or a program that prints them. Secrets come \
         from the environment and are never in a file of the project.",
        "credentials:\n  default: {app_id: \"${RINGFORM_APP_ID}\", app_secret: \"${RINGFORM_APP_SECRET}\"}",
        "docs/ci.md#secrets",
    ),
    (
        "documents",
        "A client document is a YAML file below the project folder. It declares the settings of one client; `---` \
         separates several documents of a file.",
        "client: 12\nsettings: {geo_list: [RU]}",
        "docs/keys.md#client-document",
    ),
    (
        "drift",
        "A difference that was made outside of git. `ringform drift` is the scheduled form of plan: it says which \
         findings are new, and it exits with 2 on a difference.",
        "ringform drift --since last.json --format json=last.json --fail-on new",
        "docs/drift.md",
    ),
    (
        "effect",
        "What a write does: the step from live to declared. `opens` lets more callers in, `closes` fewer; `unclear` \
         means that the values do not show it. Plans and reports of apply mark a change by it.",
        "ringform plan",
        "docs/fields.md#how-grave-a-change-is",
    ),
    (
        "environment",
        "The variables of the environment that ringform reads; `ringform help environment` lists them by purpose.",
        "ringform help environment",
        "docs/words.md#environment-variables",
    ),
    (
        "exit-status",
        "The number that a command ends with: 0 done, 1 an error, 2 a difference, 130 interrupted. 130 wins over 1, and \
         1 over 2.",
        "ringform plan --detailed-exitcode",
        "README.md#exit-status",
    ),
    (
        "expect",
        "Read-only fields of a client that must hold these values. If one differs, ringform sends the client nothing: \
         the document may be of another client.",
        "client: 12\nexpect: {domain: sip.acme.example}\nsettings: {geo_list: [RU]}",
        "docs/keys.md#client-document",
    ),
    (
        "exposure",
        "How live compares with git: the step from declared to live. `opens` means that live lets more callers in than \
         git declares. `drift` marks a finding by it.",
        "ringform drift",
        "docs/fields.md#how-grave-a-change-is",
    ),
    (
        "floor",
        "A file outside of the project with guards, limits and rules for waivers. They bind beside those of the project, \
         and no change of the project lowers them.",
        "ringform apply --floor /etc/ringform/floor.yaml",
        "docs/guards.md#a-floor-that-no-project-can-lower",
    ),
    (
        "formats",
        "The forms of a plan or a report. `--format` can be given several times, each as FORMAT or FORMAT=FILE. A format \
         never decides the exit status.",
        "ringform plan --format text --format sarif=plan.sarif",
        "docs/formats.md",
    ),
    (
        "guards",
        "Rules of ringform.yaml that a plan must pass. `deny` stops a client, `warn` only reports it. Some are built in.",
        "guards:\n  - open-geo\n  - {name: five-at-most, field: geo_list, deny: {max_countries: 5}}",
        "docs/guards.md",
    ),
    (
        "ignore",
        "Settings that a document does not manage, even if a profile sets them.",
        "client: 12\nprofiles: [standard]\nignore: [timezone]",
        "docs/keys.md#client-document",
    ),
    (
        "import",
        "`ringform import` writes documents from live clients. `--from` reads a list of clients, and `--factor` moves \
         values that most of them share into profiles.",
        "ringform import --from clients.csv --factor",
        "docs/import.md",
    ),
    (
        "journal",
        "The record of each PUT on this machine, in .ringform/journal/. apply writes it before it sends, so the next \
         run can say what became of a PUT after a crash.",
        "ringform log",
        "docs/apply.md#after-a-crash",
    ),
    (
        "labels",
        "Names and texts of a client, for --label and for guards that judge only some clients.",
        "client: 12\nlabels: {city: moscow}\nsettings: {geo_list: [RU]}",
        "docs/fleet.md#selection",
    ),
    (
        "ledger",
        "A branch of the repository that ringform writes. It holds, for each client and field, the value on which git \
         and live agreed last. It names origins, orders runs and remembers them.",
        "ledger: git",
        "docs/ledger.md",
    ),
    (
        "limits",
        "Bounds on requests and on what one apply may send. With more than they allow, apply sends nothing.",
        "limits: {max_changed_clients: 10%, max_opening: 1}",
        "docs/apply.md#limits",
    ),
    (
        "notify",
        "`drift --notify URL` posts new findings to a webhook, as the report or as a short text for Slack.",
        "ringform drift --notify https://hooks.example/drift --notify-format slack",
        "docs/drift.md#metrics-and-notifications",
    ),
    (
        "odd",
        "A live value that ringform would refuse in a file, such as the zone MSK. It is shown as it is, differs from \
         every declared value, and is never a failure.",
        "ringform plan",
        "docs/fields.md#how-grave-a-change-is",
    ),
    (
        "only-closing",
        "`apply --only-closing` only takes countries away that git does not declare. It can open nothing, so a timer can \
         run it.",
        "ringform apply --only-closing --yes",
        "docs/apply.md#a-run-that-can-only-close",
    ),
    (
        "origins",
        "Where a difference comes from: `pending` comes with this change, `drift` from outside of git, `conflict` is \
         both. The ledger or --base says which.",
        "ringform plan --base origin/main...",
        "docs/origins.md",
    ),
    (
        "outliers",
        "Live clients that are more open than most of their fleet, such as the only one without a dial rule. `audit` \
         names them.",
        "ringform audit",
        "docs/audit.md#clients-that-differ-from-the-fleet",
    ),
    (
        "overdue",
        "An opening that live still holds after the end of its dated setting. `drift` reports it whatever its origin and \
         waiver.",
        "ringform drift",
        "docs/drift.md#an-opening-that-outlives-its-end",
    ),
    (
        "profiles",
        "Named settings of ringform.yaml that documents build on. Later profiles win over earlier ones, and the settings \
         of the document win over all.",
        "profiles:\n  standard: {geo_list: [RU]}",
        "docs/keys.md#ringformyaml",
    ),
    (
        "quota",
        "The number of requests that the API allows in an hour. With a credential whose quota is used up, ringform makes \
         no requests until the reset.",
        "ringform auth check",
        "docs/fleet.md#requests",
    ),
    (
        "released",
        "A field or a client that the base or the ledger manages and the work tree does not. It is listed, and nothing \
         is sent.",
        "ringform plan --base origin/main...",
        "docs/origins.md#with-a-base",
    ),
    (
        "sandbox",
        "A simulator of the API in the program, with its own clients, quotas and faults. It needs no account.",
        "ringform init --demo",
        "README.md#try-it",
    ),
    (
        "saved-plan",
        "A plan in a file, from `plan --out`. `apply --plan` sends just that, and refuses clients that changed since.",
        "ringform plan --out plan.json",
        "docs/apply.md#a-plan-expires",
    ),
    (
        "shards",
        "Parts of a project for parallel jobs. `--shard I/N` takes part I of N; `show` makes one report of all parts.",
        "ringform plan --shard 1/4 --out plan-1.json",
        "docs/fleet.md#shards",
    ),
    (
        "temporary",
        "Settings of a document that hold until a day or an instant, such as a country for a trip.",
        "client: 12
settings: {geo_list: [RU]}
temporary:
  - {settings: {geo_list: {add: [TR]}}, from: 2026-12-01, until: 2026-12-14, owner: anna, reason: trade fair}",
        "docs/dated.md",
    ),
    (
        "undo",
        "`ringform undo` makes a plan that takes back what a run of apply changed. It sends nothing; `apply --plan` does.",
        "ringform undo report.json --out undo.json",
        "docs/undo.md",
    ),
    (
        "waivers",
        "Drift that raises no alert for a time, with an owner, a reason and an end. plan shows waived fields, and apply \
         corrects them.",
        "waivers:\n  - {client: 12, field: geo_list, owner: noc, reason: moves to Almaty, until: 2026-12-31}",
        "docs/drift.md#waivers",
    ),
];

/// The entries of all topics.
pub(super) fn entries() -> impl Iterator<Item = ManualEntry> {
    TOPICS.iter().map(|(name, about, example, docs)| ManualEntry {
        example: Some(format!("{example}\n")),
        ..ManualEntry::new(EntryKind::Topic, *name, *about, *docs)
    })
}

#[cfg(test)]
mod tests {
    use super::TOPICS;

    #[test]
    fn the_topics_are_sorted() {
        assert!(TOPICS.is_sorted_by(|one, other| one.0 < other.0));
    }
}
