//! The keys of ringform.yaml and of client documents: one table for each section.
//!
//! Owns the name, the shape and the meaning of every key, and whether it is required. The readers, the "did you
//! mean", the JSON schemas and the docs all use these tables. It must not know how a value is read. The keys of
//! `settings` and `expect` are in the field table.

pub use crate::config::sections::key_row::{KeyRow, KeyShape, SectionKeys};
use crate::model::{GuardVerdict, Route};

const fn key(name: &'static str, shape: KeyShape, about: &'static str) -> KeyRow {
    KeyRow { name, required: false, about, shape }
}

const fn required(name: &'static str, shape: KeyShape, about: &'static str) -> KeyRow {
    KeyRow { name, required: true, about, shape }
}

/// The keys of ringform.yaml.
pub static PROJECT: SectionKeys = SectionKeys {
    title: "the project file",
    rows: &[
        key(
            "endpoint",
            KeyShape::Text,
            "the address of the API, or sandbox:FILE for the embedded simulator; ${NAME} is replaced from the environment",
        ),
        key("route", KeyShape::Choice(&Route::WORDS), "which of the API's two paths to use"),
        key(
            "documents",
            KeyShape::Globs,
            "globs relative to this file, and `!` globs for files to leave out; without it, or with `!` globs only, every \
             *.yaml and *.yml file below the project folder",
        ),
        key(
            "credentials",
            KeyShape::Credentials,
            "credentials by name; `default` applies where a document names no other",
        ),
        key("defaults", KeyShape::Section(&DEFAULTS), "for every document that does not set its own"),
        key("profiles", KeyShape::Profiles, "named settings that documents build on"),
        key(
            "limits",
            KeyShape::Section(&LIMITS),
            "bounds on requests, on what an apply may send, and on the journals that stay",
        ),
        key("guards", KeyShape::Guards, "rules that a plan must pass"),
        key("zone", KeyShape::Zone, "the zone that days are counted in, as for `timezone`; UTC by default"),
        key("ledger", KeyShape::Ledger, "a branch that remembers what was applied; `git` for the defaults"),
        key(
            "waivers",
            KeyShape::Waivers,
            "drift that raises no alert for a time; plan and an ordinary apply do not use waivers",
        ),
    ],
};

/// The keys of `defaults`.
pub static DEFAULTS: SectionKeys = SectionKeys {
    title: "`defaults`",
    rows: &[
        key("credentials", KeyShape::Name, "credentials of documents that name none"),
        key("profiles", KeyShape::Names, "profiles of documents that name none"),
    ],
};

/// A number without a default: an absent key sets no limit.
const NO_DEFAULT: KeyShape = KeyShape::Number { least: 0, most: None, default: None };

/// The same, where 0 would have no meaning.
const FROM_ONE: KeyShape = KeyShape::Number { least: 1, most: None, default: None };

/// The limits that a floor can set too.
const MAX_READ_AGE: KeyRow =
    key("max_read_age", KeyShape::Duration, "the oldest read that a write may rely on; 60s by default");
const MAX_CHANGES: KeyRow = key(
    "max_changes",
    NO_DEFAULT,
    "apply sends nothing when more settings than this would change, all clients together",
);
const MAX_CHANGED_CLIENTS: KeyRow = key(
    "max_changed_clients",
    KeyShape::ClientShare,
    "apply sends nothing when more clients than this would change; a percentage is of the clients that the run selects",
);
const MAX_OPENING: KeyRow = key(
    "max_opening",
    NO_DEFAULT,
    "apply sends nothing when more changes than this would open the PBX to more callers",
);
const MAX_FAILURES: KeyRow =
    key("max_failures", FROM_ONE, "apply begins no further client once this many are neither applied nor unchanged");
const CANARY: KeyRow = key(
    "canary",
    FROM_ONE,
    "apply writes so many clients first, one at a time; the first of them that fails stops the rest",
);

/// The keys of `limits`.
pub static LIMITS: SectionKeys = SectionKeys {
    title: "`limits`",
    rows: &[
        key("concurrency", KeyShape::Number { least: 1, most: Some(1024), default: Some(32) }, "clients at a time"),
        key(
            "requests_per_second",
            KeyShape::Number { least: 0, most: None, default: Some(0) },
            "0: ringform sets no limit of its own",
        ),
        key("timeout", KeyShape::Duration, "how long one request may take; 30s by default"),
        MAX_READ_AGE,
        MAX_CHANGES,
        MAX_CHANGED_CLIENTS,
        MAX_OPENING,
        MAX_FAILURES,
        CANARY,
        key(
            "journal_runs",
            KeyShape::Number { least: 1, most: Some(100_000), default: Some(200) },
            "apply keeps the journals of so many runs; one with a PUT in doubt stays",
        ),
        key("journal_age", KeyShape::Days, "apply removes journals that are older; 400d by default"),
    ],
};

/// The keys of `ledger`.
pub static LEDGER: SectionKeys = SectionKeys {
    title: "`ledger`",
    rows: &[
        key("branch", KeyShape::Text, "the branch, without refs/heads/; ringform-ledger by default"),
        key("remote", KeyShape::Text, "the name of the remote, origin by default; `none` keeps the branch local"),
        key("lease", KeyShape::Duration, "how long a claim lives without a renewal, 1s to 24h; 15m by default"),
    ],
};

/// The keys of a floor file.
pub static FLOOR: SectionKeys = SectionKeys {
    title: "a floor",
    rows: &[
        key("guards", KeyShape::Guards, "rules that a plan must pass; --override-guard does not pass them"),
        key("limits", KeyShape::Section(&FLOOR_LIMITS), "bounds on what an apply may send; the stricter ones hold"),
        key("max_waiver", KeyShape::Days, "a waiver that ends later than so many days from now does not count"),
        key("never_waived", KeyShape::SettingNames, "settings whose waivers do not count"),
        key("ledger", KeyShape::Ledger, "where the ledger is; it counts instead of the project's section"),
    ],
};

/// The keys of `limits` of a floor.
pub static FLOOR_LIMITS: SectionKeys = SectionKeys {
    title: "`limits` of a floor",
    rows: &[MAX_READ_AGE, MAX_CHANGES, MAX_CHANGED_CLIENTS, MAX_OPENING, MAX_FAILURES, CANARY],
};

/// The keys of a credential; [`CREDENTIAL_FORMS`] says which belong together.
pub static CREDENTIAL: SectionKeys = SectionKeys {
    title: "a credential",
    rows: &[
        key("app_id", KeyShape::Name, "the App ID; ${NAME} is replaced from the environment"),
        key("app_secret", KeyShape::Secret, "the variable that holds the App Secret"),
        key("token", KeyShape::Secret, "the variable that holds a ready bearer token"),
        key(
            "command",
            KeyShape::Arguments,
            "a program that prints app_id and app_secret, or token, as JSON; it runs without a shell",
        ),
    ],
};

/// The forms of a credential: it has exactly the keys of one of them.
pub const CREDENTIAL_FORMS: [&[&str]; 3] = [&["app_id", "app_secret"], &["token"], &["command"]];

/// The keys of a guard.
pub static GUARD: SectionKeys = SectionKeys {
    title: "a guard",
    rows: &[
        required("name", KeyShape::Name, "its name; the name of a built-in guard takes over what is not given here"),
        key("field", KeyShape::Setting, "the setting that it judges"),
        key("deny", KeyShape::Section(&CONDITIONS), "conditions that block a client"),
        key("warn", KeyShape::Section(&CONDITIONS), "conditions that give a warning"),
        key("labels", KeyShape::Labels, "judge only clients that carry all of these labels"),
        key("message", KeyShape::Text, "the message to show"),
    ],
};

/// The conditions of a guard.
pub static CONDITIONS: SectionKeys = SectionKeys {
    title: "the conditions of a guard",
    rows: &[
        key("from", KeyShape::Value, "the field held exactly this"),
        key("to", KeyShape::Value, "the field would hold exactly this"),
        key(
            "allow",
            KeyShape::Values,
            "the field would hold something else than these; of countries: one that is not in the list",
        ),
        key(
            "max_countries",
            KeyShape::Count,
            "more countries than this would be in the list; `*` is more than any number",
        ),
        key(
            "max_days",
            KeyShape::Number { least: 1, most: Some(3650), default: None },
            "the change opens geo_list, and no dated entries of at most so many days bring every country that it adds",
        ),
        key("unmanaged", KeyShape::Flag, "the client does not manage the field (`true`)"),
    ],
};

/// The keys of a waiver.
pub static WAIVER: SectionKeys = SectionKeys {
    title: "a waiver",
    rows: &[
        required("client", KeyShape::ClientId, "the id of the client, or \"@me\""),
        key("credentials", KeyShape::Name, "whose \"@me\"; by default as in a document without credentials"),
        key("field", KeyShape::Setting, "the setting; without it the whole client, a failed read included"),
        required("owner", KeyShape::Name, "who answers for it"),
        required("reason", KeyShape::Text, "why it is accepted"),
        required("until", KeyShape::DayOrInstant, "the last day, or the instant at which it no longer holds"),
    ],
};

/// The keys of an entry of `temporary`.
pub static TEMPORARY: SectionKeys = SectionKeys {
    title: "an entry of `temporary`",
    rows: &[
        required("settings", KeyShape::DatedSettings, "what it sets: an addition to geo_list, other fields as values"),
        key("from", KeyShape::DayOrInstant, "the first day or instant; without it, the entry has always held"),
        required("until", KeyShape::DayOrInstant, "the last day, or the instant at which it no longer holds"),
        required("owner", KeyShape::Name, "who answers for it"),
        required("reason", KeyShape::Text, "why it is needed"),
    ],
};

/// The keys of geo_list in an entry of `temporary`.
pub static ADDITION: SectionKeys = SectionKeys {
    title: "`geo_list` of an entry of `temporary`",
    rows: &[required("add", KeyShape::Countries, "the countries that join the declared ones")],
};

/// The keys of a case of a guard test file.
pub static GUARD_CASE: SectionKeys = SectionKeys {
    title: "a guard test",
    rows: &[
        required("name", KeyShape::Name, "what the case shows"),
        key("labels", KeyShape::Labels, "the labels of the client"),
        required("live", KeyShape::Settings, "what the API answers; a field that is left out is not set"),
        required("declared", KeyShape::Settings, "what the client declares; a field that is left out is not managed"),
        key(
            "temporary",
            KeyShape::Temporary,
            "dated entries of the client, as in a document; all of them count as new",
        ),
        key(
            "at",
            KeyShape::DayOrInstant,
            "the day or the instant at which the guards judge; required with `temporary`",
        ),
        required("expect", KeyShape::Choice(&GuardVerdict::WORDS), "the verdict of the guards"),
        key("guard", KeyShape::Name, "the guard that must give this verdict; without it, all guards together"),
    ],
};

/// The keys of a client document.
pub static DOCUMENT: SectionKeys = SectionKeys {
    title: "a client document",
    rows: &[
        required(
            "client",
            KeyShape::ClientId,
            "the id of the client, or \"@me\" for the client that the token belongs to",
        ),
        key("labels", KeyShape::Labels, "for selection and guards"),
        key("credentials", KeyShape::Name, "credentials of ringform.yaml by name"),
        key("profiles", KeyShape::Names, "profiles of ringform.yaml; later ones win"),
        key("expect", KeyShape::ReadOnlyFields, "read-only fields that must match before anything is sent"),
        key(
            "settings",
            KeyShape::Settings,
            "the managed settings; a field that is not named is not touched, null clears it",
        ),
        key("temporary", KeyShape::Temporary, "settings that hold until a day or an instant"),
        key("ignore", KeyShape::SettingNames, "settings not to manage, even if a profile sets them"),
    ],
};

/// All tables with a heading, in the order of the documentation.
pub static ALL: [(&str, &SectionKeys); 14] = [
    ("Client document", &DOCUMENT),
    ("An entry of `temporary`", &TEMPORARY),
    ("`geo_list` of an entry of `temporary`", &ADDITION),
    ("ringform.yaml", &PROJECT),
    ("An entry of `credentials`", &CREDENTIAL),
    ("`defaults`", &DEFAULTS),
    ("`limits`", &LIMITS),
    ("`ledger`", &LEDGER),
    ("An entry of `guards`", &GUARD),
    ("`deny` and `warn` of a guard", &CONDITIONS),
    ("An entry of `waivers`", &WAIVER),
    ("A case of a guard test file", &GUARD_CASE),
    ("A floor file", &FLOOR),
    ("`limits` of a floor file", &FLOOR_LIMITS),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_key_has_a_meaning_and_is_once_in_its_section() {
        for (heading, section) in ALL {
            let names: BTreeSet<&str> = section.rows.iter().map(|row| row.name).collect();
            assert_eq!(names.len(), section.rows.len(), "{heading}");
            for row in section.rows {
                assert!(!row.about.is_empty() && !row.shape.words().is_empty(), "{heading}: {}", row.name);
                assert!(std::ptr::eq(section.find(row.name).unwrap(), row));
            }
        }
        assert_eq!(WAIVER.names(), ["client", "credentials", "field", "owner", "reason", "until"]);
        assert!(WAIVER.find("cleint").is_none());
    }
}
