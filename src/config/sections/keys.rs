//! The keys of ringform.yaml and of client documents: one table for each section.
//!
//! Owns the name, the shape and the meaning of every key, and whether it is required. The readers, the "did you
//! mean", the JSON schemas and the docs all use these tables. It must not know how a value is read. The keys of
//! `settings` and `expect` are in the field table.

use crate::model::{GuardVerdict, Route};

/// One key of a section.
#[derive(Debug)]
pub struct KeyRow {
    /// The key as it is written.
    pub name: &'static str,
    /// Whether the section needs it.
    pub required: bool,
    /// What it means, in a few words.
    pub about: &'static str,
    /// What it holds.
    pub shape: KeyShape,
}

/// What a key holds.
#[derive(Clone, Copy, Debug)]
pub enum KeyShape {
    /// A text.
    Text,
    /// A text that may look like a number.
    Name,
    /// A list of names, each once.
    Names,
    /// A list of glob patterns.
    Globs,
    /// The id of a client, or `@me`.
    ClientId,
    /// The name of a setting.
    Setting,
    /// A list of names of settings.
    SettingNames,
    /// Settings and their values.
    Settings,
    /// Read-only fields and their values.
    ReadOnlyFields,
    /// Names that people choose, with a text each.
    Labels,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A whole number with its bounds and default.
    Number {
        /// The smallest that is valid.
        least: u32,
        /// The greatest that is valid, where the schema has one.
        most: Option<u32>,
        /// The default; `None` where an absent key sets no limit.
        default: Option<u32>,
    },
    /// A number of clients, or a percentage of them.
    ClientShare,
    /// A number of countries.
    Count,
    /// A duration such as `30s`.
    Duration,
    /// True or false.
    Flag,
    /// A value of the field of the guard.
    Value,
    /// A value of the field, or a list of them.
    Values,
    /// Exactly one variable of the environment, `${NAME}`.
    Secret,
    /// A program and its arguments.
    Arguments,
    /// A day, `YYYY-MM-DD`.
    Day,
    /// A number of days such as `30d`.
    Days,
    /// A section with keys of its own.
    Section(&'static SectionKeys),
    /// Credentials by name.
    Credentials,
    /// Settings by the name of a profile.
    Profiles,
    /// A list of names of built-in guards, and of own ones.
    Guards,
    /// A list of waivers.
    Waivers,
}

impl KeyShape {
    /// The shape in words, for the docs.
    pub fn words(self) -> String {
        let words = match self {
            KeyShape::Text => "text",
            KeyShape::Name => "name",
            KeyShape::Names => "list of names",
            KeyShape::Globs => "list of globs",
            KeyShape::ClientId => "client id, or `\"@me\"`",
            KeyShape::Setting => "name of a setting",
            KeyShape::SettingNames => "list of names of settings",
            KeyShape::Settings => "settings and their values",
            KeyShape::ReadOnlyFields => "read-only fields and their values",
            KeyShape::Labels => "names and texts",
            KeyShape::Choice(words) => {
                return words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(" or ");
            }
            KeyShape::Number { default: Some(default), .. } => return format!("whole number, default {default}"),
            KeyShape::Number { least: 0, .. } => "whole number",
            KeyShape::Number { least, .. } => return format!("whole number from {least}"),
            KeyShape::ClientShare => "whole number, or percentage such as `10%`",
            KeyShape::Count => "whole number up to 300",
            KeyShape::Duration => "duration such as `30s`",
            KeyShape::Flag => "`true` or `false`",
            KeyShape::Value => "value of the field",
            KeyShape::Values => "values of the field",
            KeyShape::Secret => "exactly one `${NAME}`",
            KeyShape::Arguments => "list: program and arguments",
            KeyShape::Day => "day, `YYYY-MM-DD`",
            KeyShape::Days => "days such as `30d`",
            KeyShape::Section(section) => return format!("keys of {}", section.title),
            KeyShape::Credentials => "credentials by name",
            KeyShape::Profiles => "settings by name of the profile",
            KeyShape::Guards => "list of guards",
            KeyShape::Waivers => "list of waivers",
        };
        words.to_owned()
    }
}

/// All keys of one section.
#[derive(Debug)]
pub struct SectionKeys {
    /// The section, for sentences: "… is not a key of a waiver".
    pub title: &'static str,
    /// The keys, in the order of the documentation.
    pub rows: &'static [KeyRow],
}

impl SectionKeys {
    /// The names of all keys.
    pub fn names(&self) -> Vec<&'static str> {
        self.rows.iter().map(|row| row.name).collect()
    }

    /// The row of a key.
    pub fn find(&self, name: &str) -> Option<&'static KeyRow> {
        self.rows.iter().find(|row| row.name == name)
    }
}

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
        key("limits", KeyShape::Section(&LIMITS), "bounds on requests, and on what an apply may send"),
        key("guards", KeyShape::Guards, "rules that a plan must pass"),
        key("waivers", KeyShape::Waivers, "drift that raises no alert until a day; plan and apply do not use waivers"),
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
        required("until", KeyShape::Day, "the last day on which it holds, in UTC"),
    ],
};

/// The keys of a case of a guard test file.
pub static GUARD_CASE: SectionKeys = SectionKeys {
    title: "a guard test",
    rows: &[
        required("name", KeyShape::Name, "what the case shows"),
        key("labels", KeyShape::Labels, "the labels of the client"),
        required("live", KeyShape::Settings, "what the API answers; a field that is left out is not set"),
        required("declared", KeyShape::Settings, "what the client declares; a field that is left out is not managed"),
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
        key("ignore", KeyShape::SettingNames, "settings not to manage, even if a profile sets them"),
    ],
};

/// All tables with a heading, in the order of the documentation.
pub static ALL: [(&str, &SectionKeys); 11] = [
    ("Client document", &DOCUMENT),
    ("ringform.yaml", &PROJECT),
    ("An entry of `credentials`", &CREDENTIAL),
    ("`defaults`", &DEFAULTS),
    ("`limits`", &LIMITS),
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
