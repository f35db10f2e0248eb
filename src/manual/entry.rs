//! One entry of the reference, and its kinds.
//!
//! Owns the shape of an entry and its JSON. It must not know the tables that fill it.

use serde_json::{Value as Json, json};

/// What an entry is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntryKind {
    /// A field of a client.
    Field,
    /// An idea that several commands share.
    Topic,
    /// A rule id of a diagnostic.
    Rule,
    /// A built-in guard.
    Guard,
    /// A key of a file.
    Key,
    /// An output format.
    Format,
    /// Where a difference comes from.
    Origin,
    /// What apply did with a client.
    Result,
    /// Why a client failed.
    Failure,
    /// Another word of the plan document.
    Word,
    /// A rule id that only `github`, `junit` and `sarif` use.
    Annotation,
    /// A variable of the environment.
    Variable,
    /// A number that a command ends with.
    ExitStatus,
}

impl EntryKind {
    /// All kinds. Where several entries have one name, the earlier kind comes first.
    pub const ALL: [EntryKind; 13] = [
        EntryKind::Field,
        EntryKind::Topic,
        EntryKind::Rule,
        EntryKind::Guard,
        EntryKind::Key,
        EntryKind::Format,
        EntryKind::Origin,
        EntryKind::Result,
        EntryKind::Failure,
        EntryKind::Word,
        EntryKind::Annotation,
        EntryKind::Variable,
        EntryKind::ExitStatus,
    ];

    /// The word in JSON, and before the colon of `KIND:NAME`.
    pub fn name(self) -> &'static str {
        match self {
            EntryKind::Field => "field",
            EntryKind::Topic => "topic",
            EntryKind::Rule => "rule",
            EntryKind::Guard => "guard",
            EntryKind::Key => "key",
            EntryKind::Format => "format",
            EntryKind::Origin => "origin",
            EntryKind::Result => "result",
            EntryKind::Failure => "failure",
            EntryKind::Word => "word",
            EntryKind::Annotation => "annotation",
            EntryKind::Variable => "variable",
            EntryKind::ExitStatus => "exit_status",
        }
    }

    /// The heading of the list of names.
    pub fn heading(self) -> &'static str {
        match self {
            EntryKind::Field => "Fields",
            EntryKind::Topic => "Topics",
            EntryKind::Rule => "Rules of diagnostics",
            EntryKind::Guard => "Built-in guards",
            EntryKind::Key => "Keys of the files",
            EntryKind::Format => "Formats",
            EntryKind::Origin => "Origins of a difference",
            EntryKind::Result => "Results of apply",
            EntryKind::Failure => "Failures of a client",
            EntryKind::Word => "Other words of the document",
            EntryKind::Annotation => "Rules of annotations",
            EntryKind::Variable => "Environment variables",
            EntryKind::ExitStatus => "Exit statuses",
        }
    }
}

/// One entry: what a name means. All texts are our own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManualEntry {
    /// The name; of a key with its section, such as `limits.max_changes`.
    pub name: String,
    /// What it is about.
    pub kind: EntryKind,
    /// The meaning, in a sentence or two.
    pub about: String,
    /// What to do about it; only rules have a cure.
    pub cure: Option<String>,
    /// What it holds, or where it appears.
    pub holds: Option<String>,
    /// Which values are valid.
    pub accepted: Option<String>,
    /// How grave it is.
    pub severity: Option<String>,
    /// Lines of a file or of a shell.
    pub example: Option<String>,
    /// The page of the documentation, from the top of the repository.
    pub docs: String,
}

impl ManualEntry {
    /// An entry with only its meaning and its page.
    pub(super) fn new(
        kind: EntryKind,
        name: impl Into<String>,
        about: impl Into<String>,
        docs: impl Into<String>,
    ) -> ManualEntry {
        ManualEntry {
            name: name.into(),
            kind,
            about: about.into(),
            cure: None,
            holds: None,
            accepted: None,
            severity: None,
            example: None,
            docs: docs.into(),
        }
    }

    /// The entry with all of its keys, null where a key has no meaning. A cure is the end of `about`.
    pub fn json(&self) -> Json {
        let about = match &self.cure {
            Some(cure) => format!("{} {cure}", self.about),
            None => self.about.clone(),
        };
        json!({
            "name": self.name,
            "kind": self.kind.name(),
            "about": about,
            "type": self.holds,
            "accepted": self.accepted,
            "severity": self.severity,
            "example": self.example,
            "docs": self.docs,
        })
    }
}
