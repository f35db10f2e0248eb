//! Located nodes: what one place of a YAML file holds.
//!
//! Owns the data types only. It must not know how they are parsed or what they mean.

use std::rc::Rc;

/// The deepest nesting.
pub(crate) const DEEPEST: usize = 32;

/// A position: line and column from 1, the width in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Position {
    pub(crate) line: u32,
    pub(crate) column: u32,
    pub(crate) width: u32,
}

impl Position {
    /// The position of a span of the parser. One that ends on another line is as wide as its first character.
    pub(crate) fn of(span: &granit_parser::Span) -> Position {
        let (start, end) = (span.start, span.end);
        let width = match start.line() == end.line() {
            true => end.col().saturating_sub(start.col()),
            false => 1,
        };
        Position { line: start.line() as u32, column: start.col() as u32 + 1, width: width as u32 }
    }

    /// The same, at least one character wide.
    pub(crate) fn visible(self) -> Position {
        Position { width: self.width.max(1), ..self }
    }
}

/// One node of a document. Cheap to clone: an alias shares what its anchor holds.
#[derive(Clone, Debug)]
pub(crate) struct YamlNode {
    pub(crate) content: YamlContent,
    pub(crate) at: Position,
    pub(crate) weight: u32,
}

/// What a node holds.
#[derive(Clone, Debug)]
pub(crate) enum YamlContent {
    /// Plain `null` or `~`.
    Null,
    /// No content, not even `null`.
    Empty,
    /// A scalar, plain or quoted.
    Text(Rc<str>),
    List(Rc<Vec<YamlNode>>),
    Map(Rc<Vec<(YamlNode, YamlNode)>>),
    /// A part that already has its error.
    Broken,
}

impl YamlNode {
    /// The kind of content, for sentences.
    pub(crate) fn what(&self) -> &'static str {
        match &self.content {
            YamlContent::Null => "null",
            YamlContent::Empty => "nothing",
            YamlContent::Text(text) if text.is_empty() => "an empty text",
            YamlContent::Text(_) => "text",
            YamlContent::List(_) => "a list",
            YamlContent::Map(_) => "a mapping",
            YamlContent::Broken => "a broken value",
        }
    }

    /// The text of a scalar.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.content {
            YamlContent::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// One document of a file.
#[derive(Debug)]
pub(crate) struct YamlDocument {
    pub(crate) root: YamlNode,
    /// Whether all of it could be read. Each broken part already has its error.
    pub(crate) whole: bool,
}
