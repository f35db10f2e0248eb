//! Text that is not YAML, in our own words where we know the cause.
//!
//! Owns the guess at the cause: a reserved sign, a tab, an invisible character. The parser's own sentence, which
//! never quotes the file, is the last resort.

use granit_parser::ScanError;

use crate::config::yaml::node::{DEEPEST, Position};
use crate::config::yaml::problems::Problems;
use crate::model::text::strange_character;

/// Signs that a plain value cannot begin with, but by mistake.
const RESERVED: [char; 8] = ['*', '@', '`', '%', '&', '!', '|', '>'];

/// How many lines are looked through for a tab.
const NEAR: usize = 100;

/// Reports text that is not YAML.
pub(crate) fn complain(error: &ScanError, problems: &mut Problems<'_>) {
    let marker = error.marker();
    let number = marker.line().max(1);
    let at = Position { line: number as u32, column: marker.col() as u32 + 1, width: 1 };
    let line = problems.line(number);
    let words = plain_words(error);
    if words.contains("nesting") || words.contains("recursion") {
        problems.error("too-deep", at, format!("this is nested deeper than {DEEPEST} levels"));
        return;
    }
    let (at, message, help) = if let Some((column, sign)) = reserved(line, marker.col()) {
        let quoted = match value_at(line, column).filter(|_| problems.quotes()) {
            Some(value) => format!("quote it: \"{value}\""),
            None => "quote it".to_owned(),
        };
        (Position { column: column as u32 + 1, ..at }, format!("a plain value cannot begin with `{sign}`"), quoted)
    } else if let Some((number, column)) = tab(problems, number, marker.col(), words.contains("tab")) {
        let at = Position { line: number as u32, column: column as u32 + 1, width: 1 };
        (at, "YAML indents with blanks, and this is a tab".to_owned(), "indent with blanks".to_owned())
    } else if let Some((column, strange)) = strange(line, problems.quotes()) {
        let message = format!("this is not YAML; the line holds {strange}");
        (Position { column: column as u32 + 1, ..at }, message, "type the line again by hand".to_owned())
    } else {
        let help = "check the indentation, the quotes and the brackets around here";
        (at, format!("this is not YAML: {words}"), help.to_owned())
    };
    problems.error_help("yaml-syntax", at, message, &help);
}

/// Where a reserved sign begins a value, at the place of the error or before it in the line; the column is from 0.
fn reserved(line: &str, column: usize) -> Option<(usize, char)> {
    if let Some(sign) = line.chars().nth(column).filter(|sign| RESERVED.contains(sign)) {
        return Some((column, sign));
    }
    let (key, rest) = line.split_once(": ")?;
    let value = rest.trim_start();
    let sign = value.chars().next().filter(|sign| RESERVED.contains(sign))?;
    let before = key.chars().count() + 2 + (rest.chars().count() - value.chars().count());
    (before <= column).then_some((before, sign))
}

/// The value that begins at a column, for quoting; `None` where quotes alone would not make it right.
fn value_at(line: &str, column: usize) -> Option<&str> {
    let (start, _) = line.char_indices().nth(column)?;
    let value = line[start..].split([' ', '\t', ',', ']', '}', '#']).next()?;
    (value.len() <= 80 && !value.contains(['"', '\\'])).then_some(value)
}

/// The tab that is the cause: at the error, or in the indentation of its line. If the parser's sentence names a
/// tab, also in that of one of the next lines.
fn tab(problems: &Problems<'_>, number: usize, column: usize, said: bool) -> Option<(usize, usize)> {
    let line = problems.line(number);
    if line.chars().nth(column) == Some('\t') {
        return Some((number, column));
    }
    let indented = |line: &str| line.chars().take_while(|c| matches!(c, ' ' | '\t')).position(|c| c == '\t');
    let lines = if said { number..number + NEAR } else { number..number + 1 };
    lines.into_iter().find_map(|number| indented(problems.line(number)).map(|column| (number, column)))
}

/// A character of the line that is the cause more often than not. In a file that may not be quoted, never a letter.
fn strange(line: &str, quotes: bool) -> Option<(usize, String)> {
    let (column, found) = line.chars().enumerate().find(|(_, c)| !c.is_ascii() || c.is_ascii_control())?;
    let may_be_named = quotes || !found.is_alphanumeric();
    may_be_named.then(|| strange_character(line)).flatten().map(|strange| (column, strange))
}

/// The parser's own sentence without its place, which the diagnostic shows anyway.
fn plain_words(error: &ScanError) -> String {
    let text = error.to_string();
    text.split(" at byte").next().unwrap_or(&text).split(" at char").next().unwrap_or_default().to_owned()
}
