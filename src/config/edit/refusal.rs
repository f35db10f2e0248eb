//! Why a text cannot be edited.
//!
//! Owns the kinds and their sentences. It must not quote the text: a project file may hold a secret.

use crate::config::yaml::lines::LineIndex;

/// Why a text cannot be edited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EditRefusalKind {
    /// The text is not UTF-8.
    NotText,
    /// The text is not YAML.
    Syntax,
    /// The file has no document of this number.
    NoDocument,
    /// A key is twice in one mapping.
    DuplicateKey,
    /// An anchor is at the place or above it.
    Anchor,
    /// An alias is at the place or above it.
    Alias,
    /// A merge key is in a mapping at the place or above it.
    Merge,
    /// A tag is at the place or above it.
    Tag,
    /// What should hold the key is not a mapping.
    NotMapping,
    /// A comment belongs to what would go.
    Comment,
    /// The text around the place has a form that the editor does not know.
    Layout,
    /// The new value is not one line of YAML.
    BadValue,
    /// Two edits have the same place, or one is inside of the other.
    Overlap,
    /// The edited text would not read as wanted.
    Check,
}

impl EditRefusalKind {
    /// The reason, for people.
    pub fn sentence(self) -> &'static str {
        match self {
            EditRefusalKind::NotText => "the file is not UTF-8",
            EditRefusalKind::Syntax => "the file is not valid YAML",
            EditRefusalKind::NoDocument => "the file no longer has this document",
            EditRefusalKind::DuplicateKey => "a key is twice in one mapping",
            EditRefusalKind::Anchor => "a YAML anchor is at this place, so a change would reach its aliases too",
            EditRefusalKind::Alias => "a YAML alias is at this place, so the value is written elsewhere",
            EditRefusalKind::Merge => "a YAML merge key (`<<`) is at this place, so the value may be written elsewhere",
            EditRefusalKind::Tag => "a YAML tag is at this place",
            EditRefusalKind::NotMapping => "a value is written where a mapping should be",
            EditRefusalKind::Comment => "a comment belongs to what would go",
            EditRefusalKind::Layout => "the lines around this place have a form that ringform does not edit",
            EditRefusalKind::BadValue => "the new value is not one line of YAML",
            EditRefusalKind::Overlap => "two edits have the same place",
            EditRefusalKind::Check => "the edited file would not read as wanted",
        }
    }
}

/// Why a text cannot be edited, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EditRefusal {
    /// Why.
    pub kind: EditRefusalKind,
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
}

/// A refusal while its place is a byte of the text.
#[derive(Clone, Copy, Debug)]
pub(super) struct RefusalAt {
    pub(super) kind: EditRefusalKind,
    pub(super) at: usize,
}

impl EditRefusalKind {
    /// The refusal at a byte of the text.
    pub(super) fn at(self, at: usize) -> RefusalAt {
        RefusalAt { kind: self, at }
    }
}

impl RefusalAt {
    /// The same with line and column in a text without a byte-order mark.
    pub(super) fn in_text(self, text: &str) -> EditRefusal {
        let mut at = self.at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        let (line, start) = LineIndex::of(text).line_at(at);
        let column = text[start..at].chars().count() as u32 + 1;
        EditRefusal { kind: self.kind, line, column }
    }
}
