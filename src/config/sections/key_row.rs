//! The shape of one key, and the table of a section.
//!
//! Owns the types of the tables of `keys`, and each shape in words. It must not know any key.

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
    /// A day, or an instant with its offset.
    DayOrInstant,
    /// The name of a time zone.
    Zone,
    /// A list of country codes.
    Countries,
    /// Settings and their values, and additions to lists of countries.
    DatedSettings,
    /// A list of dated entries.
    Temporary,
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
    /// `git`, or a section with keys of its own.
    Ledger,
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
            KeyShape::DayOrInstant => "day, or instant such as `2026-12-24T18:00+03:00`",
            KeyShape::Zone => "name of a time zone",
            KeyShape::Countries => "list of country codes",
            KeyShape::DatedSettings => "settings and their values; `geo_list` takes `{add: […]}`",
            KeyShape::Temporary => "list of entries",
            KeyShape::Days => "days such as `30d`",
            KeyShape::Section(section) => return format!("keys of {}", section.title),
            KeyShape::Credentials => "credentials by name",
            KeyShape::Profiles => "settings by name of the profile",
            KeyShape::Guards => "list of guards",
            KeyShape::Waivers => "list of waivers",
            KeyShape::Ledger => "`git`, or keys of `ledger`",
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
