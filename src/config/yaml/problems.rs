//! Problems of one file while it is read.
//!
//! Owns the turning of a position into a diagnostic: the file's name, and the line of YAML for the caret.
//! A project file may hold a secret by mistake, so neither a line nor a word of it is ever kept.

use crate::config::yaml::lines::{LineIndex, without_mark};
use crate::config::yaml::node::Position;
use crate::model::text::{quote, strange_character};
use crate::model::{Diagnostic, Flaw, Place, Untrusted, look_alike, suggest};

/// The most problems that are shown of one file. A file of 16 MiB can hold millions.
const MOST: usize = 10_000;
/// Behind this column no caret is shown.
const FAR: u32 = 2_000;
/// How many characters of a line are kept behind the place.
const BEHIND: usize = 300;

/// The problems of one file.
#[derive(Debug)]
pub(crate) struct Problems<'t> {
    file: Untrusted,
    lines: LineIndex<'t>,
    /// Whether the file may be quoted: not a project file, and none from outside of the project.
    quotes: bool,
    list: Vec<Diagnostic>,
    errors: usize,
    /// The first problem beyond the most, and how many there are.
    more: Option<(Diagnostic, usize)>,
}

impl<'t> Problems<'t> {
    /// Of a client document's file.
    pub(crate) fn of_documents(file: Untrusted, text: &'t str) -> Self {
        Problems {
            file,
            lines: LineIndex::of(without_mark(text)),
            quotes: true,
            list: Vec::new(),
            errors: 0,
            more: None,
        }
    }

    /// Of a project file: nothing of it is ever shown.
    pub(crate) fn of_project(file: Untrusted, text: &'t str) -> Self {
        Problems { quotes: false, ..Problems::of_documents(file, text) }
    }

    /// Of a file outside of the project that a link leads to. It may be any file of this machine, so nothing of it is
    /// ever shown.
    pub(crate) fn of_outside(file: Untrusted, text: &'t str) -> Self {
        Problems::of_project(file, text)
    }

    /// Whether the file may be quoted.
    pub(crate) fn quotes(&self) -> bool {
        self.quotes
    }

    /// A word of the file for a message, or `instead` where the file may not be quoted.
    pub(crate) fn word(&self, word: &str, instead: &str) -> String {
        if self.quotes { quote(word) } else { instead.to_owned() }
    }

    /// Words that the file holds for a message, or `instead` where the file may not be quoted.
    pub(crate) fn list(&self, words: &[&str], instead: &str) -> String {
        if self.quotes { words.join(", ") } else { instead.to_owned() }
    }

    /// A line of the file, for finding the cause of a problem and not for showing.
    pub(crate) fn line(&self, number: usize) -> &'t str {
        self.lines.get(number)
    }

    /// A place in this file.
    pub(crate) fn place(&self, at: Position) -> Place {
        let at = at.visible();
        Place { file: self.file.clone(), line: at.line, column: at.column, width: at.width }
    }

    /// Reports an error.
    pub(crate) fn error(&mut self, rule: &'static str, at: Position, message: String) {
        let diagnostic = Diagnostic::error(rule, self.place(at), message);
        self.push(diagnostic);
    }

    /// Reports an error with what to do about it.
    pub(crate) fn error_help(&mut self, rule: &'static str, at: Position, message: String, help: &str) {
        let diagnostic = Diagnostic::error(rule, self.place(at), message).help(help.to_owned());
        self.push(diagnostic);
    }

    /// Reports an error with a guess at what was meant.
    pub(crate) fn error_near(&mut self, rule: &'static str, at: Position, message: String, near: Option<&str>) {
        let help = near.map(|near| format!("did you mean `{near}`?"));
        let diagnostic = Diagnostic::error(rule, self.place(at), message).help(help);
        self.push(diagnostic);
    }

    /// Reports a name that is not among the known ones, with a guess at what was meant. An invisible or look-alike character in
    /// it is named.
    pub(crate) fn unknown_name<'k>(
        &mut self,
        rule: &'static str,
        at: Position,
        message: String,
        name: &str,
        known: impl Iterator<Item = &'k str> + Clone,
    ) {
        let twin = known.clone().find_map(|known| Some((known, look_alike::difference(name, known)?)));
        let strange = name.chars().find(|c| !c.is_ascii_graphic() && !c.is_alphanumeric() && *c != ' ');
        let (message, near) = match (twin.filter(|_| self.quotes), strange) {
            (Some((known, difference)), _) => (format!("{message}: {difference}"), Some(known)),
            (None, Some(strange)) => {
                let strange = strange_character(strange.encode_utf8(&mut [0; 4])).unwrap_or_default();
                (format!("{message}: it holds {strange}"), suggest::nearest(name, known))
            }
            (None, None) => (message, suggest::nearest(name, known)),
        };
        self.error_near(rule, at, message, near);
    }

    /// Reports a flaw of a value. Its message quotes the value first, where it does.
    pub(crate) fn flaw(&mut self, rule: &'static str, at: Position, flaw: Flaw) {
        let message = match flaw.message.rfind("` is ") {
            Some(end) if !self.quotes => format!("this{}", &flaw.message[end + 1..]),
            _ => flaw.message,
        };
        let diagnostic = Diagnostic::error(rule, self.place(at), message).help(flaw.help);
        self.push(diagnostic);
    }

    /// Reports a warning.
    pub(crate) fn warning(&mut self, rule: &'static str, at: Position, message: String, help: &str) {
        let diagnostic = Diagnostic::warning(rule, self.place(at), message).help(help.to_owned());
        self.push(diagnostic);
    }

    /// Adds a diagnostic; the line is filled in when it is of this file.
    pub(crate) fn push(&mut self, mut diagnostic: Diagnostic) {
        self.errors += usize::from(diagnostic.is_error());
        if self.list.len() >= MOST {
            match &mut self.more {
                // The line that represents all of them is an error when one of them is.
                Some((kept, count)) if kept.is_error() || !diagnostic.is_error() => *count += 1,
                more => *more = Some((diagnostic, more.as_ref().map_or(1, |(_, count)| count + 1))),
            }
            return;
        }
        if let Some(place) = diagnostic.range.as_ref().filter(|place| place.file == self.file) {
            diagnostic.line = self.shown(place);
        }
        self.list.push(diagnostic);
    }

    /// The line of a place as it may be shown: as much of it as a caret needs, and nothing of a project file.
    pub(crate) fn shown(&self, place: &Place) -> Option<Untrusted> {
        if !self.quotes || place.column > FAR {
            return None;
        }
        let line = self.lines.get(place.line as usize);
        let most = (place.column as usize).saturating_add(place.width.min(FAR) as usize + BEHIND);
        let end = line.char_indices().nth(most).map_or(line.len(), |(end, _)| end);
        Some(Untrusted::from(&line[..end]))
    }

    /// How many errors there are so far.
    pub(crate) fn errors(&self) -> usize {
        self.errors
    }

    /// All of them.
    pub(crate) fn into_list(self) -> Vec<Diagnostic> {
        let mut list = self.list;
        if let Some((mut first, count)) = self.more {
            first.rule = "too-many".to_owned();
            first.summary = format!("{count} more problems of this file are not shown").into();
            first.help = Some(format!("correct the first {MOST}, then run again").into());
            first.other = None;
            list.push(first);
        }
        list
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_problems_of_a_file_are_bounded_and_all_counted() {
        let mut problems = Problems::of_documents("a.yaml".into(), "x\n");
        let at = Position { line: 1, column: 1, width: 1 };
        for _ in 0..MOST {
            problems.warning("half-warning", at, "x".to_owned(), "y");
        }
        problems.warning("half-warning", Position { line: 7, ..at }, "x".to_owned(), "y");
        problems.error("bad-shape", Position { line: 8, ..at }, "x".to_owned());
        problems.error("bad-shape", Position { line: 9, ..at }, "x".to_owned());
        assert_eq!(problems.errors(), 2);
        let list = problems.into_list();
        assert_eq!(list.len(), MOST + 1);
        let last = &list[MOST];
        assert!(last.is_error() && last.summary.raw().contains("3 more problems"), "{last:?}");
        assert_eq!(last.range.as_ref().unwrap().line, 8);
    }

    #[test]
    fn long_lines_are_shown_around_the_place() {
        let text = format!("{}x{}", "я".repeat(1000), "ю".repeat(1000));
        let problems = Problems::of_documents("a.yaml".into(), &text);
        let line = |column| problems.shown(&Place::new("a.yaml".into(), 1, column));
        assert_eq!(line(1001).unwrap().raw().chars().count(), 1302);
        assert_eq!(line(FAR + 1), None);
    }
}
