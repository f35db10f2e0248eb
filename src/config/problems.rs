//! Problems of one file while it is read.
//!
//! Owns the turning of a position into a diagnostic: the file's name, and the line of YAML for the caret, which is never kept for
//! a project file, where a secret may stand by mistake.

use crate::model::{Diagnostic, Flaw, Place, Untrusted};

/// A position: line and column from 1, the width in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct At {
    pub(super) line: u32,
    pub(super) column: u32,
    pub(super) width: u32,
}

impl At {
    /// The position of a span of the parser. One that ends on another line is as wide as its first character.
    pub(super) fn of(span: &granit_parser::Span) -> At {
        let (start, end) = (span.start, span.end);
        let width = match start.line() == end.line() {
            true => end.col().saturating_sub(start.col()),
            false => 1,
        };
        At { line: start.line() as u32, column: start.col() as u32 + 1, width: width as u32 }
    }

    /// The same, at least one character wide.
    pub(super) fn visible(self) -> At {
        At { width: self.width.max(1), ..self }
    }
}

/// The problems of one file.
#[derive(Debug)]
pub(super) struct Problems<'t> {
    file: Untrusted,
    /// The text, for the lines; `None` for a project file.
    text: Option<&'t str>,
    list: Vec<Diagnostic>,
}

impl<'t> Problems<'t> {
    /// Of a client document's file.
    pub(super) fn of_documents(file: Untrusted, text: &'t str) -> Self {
        Problems { file, text: Some(text), list: Vec::new() }
    }

    /// Of a project file: no line of it is ever shown.
    pub(super) fn of_project(file: Untrusted) -> Self {
        Problems { file, text: None, list: Vec::new() }
    }

    /// Whether the file may be quoted.
    pub(super) fn quotes(&self) -> bool {
        self.text.is_some()
    }

    /// A word of the file for a message, or `instead` where the file may not be quoted.
    pub(super) fn word(&self, word: &str, instead: &str) -> String {
        if self.quotes() { format!("`{word}`") } else { instead.to_owned() }
    }

    /// A place in this file.
    pub(super) fn place(&self, at: At) -> Place {
        let at = at.visible();
        Place { file: self.file.clone(), line: at.line, column: at.column, width: at.width }
    }

    /// Reports an error.
    pub(super) fn error(&mut self, rule: &'static str, at: At, message: String) {
        let diagnostic = Diagnostic::error(rule, self.place(at), message);
        self.push(diagnostic);
    }

    /// Reports an error with what to do about it.
    pub(super) fn error_help(&mut self, rule: &'static str, at: At, message: String, help: &str) {
        let diagnostic = Diagnostic::error(rule, self.place(at), message).help(help.to_owned());
        self.push(diagnostic);
    }

    /// Reports an error with a guess at what was meant.
    pub(super) fn error_near(&mut self, rule: &'static str, at: At, message: String, near: Option<&str>) {
        let help = near.map(|near| format!("did you mean `{near}`?"));
        let diagnostic = Diagnostic::error(rule, self.place(at), message).help(help);
        self.push(diagnostic);
    }

    /// Reports a flaw of a value.
    pub(super) fn flaw(&mut self, rule: &'static str, at: At, flaw: Flaw) {
        let diagnostic = Diagnostic::error(rule, self.place(at), flaw.message).help(flaw.help);
        self.push(diagnostic);
    }

    /// Reports a warning.
    pub(super) fn warning(&mut self, rule: &'static str, at: At, message: String, help: &str) {
        let diagnostic = Diagnostic::warning(rule, self.place(at), message).help(help.to_owned());
        self.push(diagnostic);
    }

    /// Adds a diagnostic; the line is filled in when it is of this file.
    pub(super) fn push(&mut self, mut diagnostic: Diagnostic) {
        if let (Some(text), Some(place)) = (self.text, &diagnostic.range)
            && place.file == self.file
        {
            let text = text.strip_prefix('\u{feff}').unwrap_or(text);
            // Longer lines are cut: a caret far to the right helps nobody, and the place is told anyway.
            let line = text.lines().nth(place.line as usize - 1).filter(|line| line.len() <= 400);
            diagnostic.line = line.map(Untrusted::from);
        }
        self.list.push(diagnostic);
    }

    /// How many errors there are so far.
    pub(super) fn errors(&self) -> usize {
        self.list.iter().filter(|one| one.is_error()).count()
    }

    /// All of them.
    pub(super) fn into_list(self) -> Vec<Diagnostic> {
        self.list
    }
}
