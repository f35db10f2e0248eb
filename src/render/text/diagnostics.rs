//! Problems in files for a terminal: the problem, the line with a caret, and the help.
//!
//! Owns the layout of a diagnostic. annotate-snippets draws it. That crate cleans only some of its texts, so every text
//! is escaped here first. It gets the one line and never the file.

use std::collections::BTreeSet;
use std::io::{self, Write};

use annotate_snippets::{AnnotationKind, Group, Level as Title, Origin, Renderer, Snippet};

use crate::model::{Diagnostic, Level, Place, Untrusted};
use crate::render::escape::{is_log_command, is_unsafe, terminal};
use crate::render::options::TextOptions;
use crate::render::text::wrap::fitting;
use crate::render::wording::numbers::count;

/// A line longer than this gets no caret, only its place: a line may have 16 MiB.
const FAR: u32 = 2_000;

/// How much of a line is shown behind the caret, at most.
const BEHIND: usize = 200;

/// Writes all problems and their number.
pub fn diagnostics(list: &[Diagnostic], options: &TextOptions, out: &mut dyn Write) -> io::Result<()> {
    fitting(options, out, |out| {
        for one in list {
            diagnostic(one, options, out)?;
            writeln!(out)?;
        }
        match totals(list) {
            Some(totals) => writeln!(out, "{totals}"),
            None => Ok(()),
        }
    })
}

/// `3 errors, 1 warning in 2 files`; `None` when there is nothing to count.
fn totals(list: &[Diagnostic]) -> Option<String> {
    let errors = list.iter().filter(|one| one.is_error()).count();
    let parts = [(errors, "error"), (list.len() - errors, "warning")];
    let parts: Vec<String> = parts.into_iter().filter(|(n, _)| *n > 0).map(|(n, word)| count(n, word)).collect();
    let files: BTreeSet<_> = list.iter().filter_map(|one| one.range.as_ref()).map(|range| &range.file).collect();
    match (parts.is_empty(), files.len()) {
        (true, _) => None,
        (false, 0) => Some(parts.join(", ")),
        (false, files) => Some(format!("{} in {}", parts.join(", "), count(files, "file"))),
    }
}

/// Writes one problem, without a blank line after it.
pub(super) fn diagnostic(one: &Diagnostic, options: &TextOptions, out: &mut dyn Write) -> io::Result<()> {
    let clean = |text: &Untrusted| terminal(text).to_string();
    let level = match one.severity {
        Level::Error => Title::ERROR,
        Level::Warning => Title::WARNING,
    };
    let mut group = Group::with_title(level.primary_title(clean(&one.summary)).id(clean(&one.rule.as_str().into())));
    match (&one.range, &one.line) {
        (Some(range), Some(line)) if range.column <= FAR => {
            let shown = SnippetLine::of(line.raw(), range);
            let caret = AnnotationKind::Primary.span(shown.start..shown.end);
            let snippet = Snippet::source(shown.text).path(clean(&range.file)).line_start(range.line as usize);
            group = group.element(snippet.annotation(caret));
        }
        (Some(range), _) => group = group.element(origin(range)),
        (None, _) => {}
    }
    if let Some(help) = &one.help {
        group = group.element(Title::HELP.message(clean(help)));
    }
    let mut report = vec![group];
    if let Some(other) = &one.other {
        let first =
            if one.rule.starts_with("duplicate-") { "the first one is here" } else { "the related place is here" };
        report.push(Group::with_title(Title::NOTE.secondary_title(first)).element(origin(other)));
    }
    let renderer = if options.color { Renderer::styled() } else { Renderer::plain() };
    writeln!(out, "{}", renderer.term_width(options.width).render(&report).trim_end())
}

/// A place without its line.
fn origin(place: &Place) -> Origin<'static> {
    let path = terminal(&place.file).to_string();
    Origin::path(path).line(place.line as usize).char_column(place.column as usize)
}

/// A line for display, and its bytes under the caret.
///
/// The renderer counts the column in this text, so every character stays one character.
struct SnippetLine {
    text: String,
    start: usize,
    end: usize,
}

impl SnippetLine {
    fn of(line: &str, place: &Place) -> SnippetLine {
        let from = (place.column.max(1) - 1) as usize;
        let to = from + place.width.max(1) as usize;
        let line = line.trim_end_matches(['\n', '\r']);
        let mut shown = SnippetLine { text: String::new(), start: usize::MAX, end: usize::MAX };
        for (at, (byte, c)) in line.char_indices().enumerate().take(to + BEHIND) {
            if at == from {
                shown.start = shown.text.len();
            }
            if at == to {
                shown.end = shown.text.len();
            }
            let command = line[..byte].ends_with('#') && is_log_command(&line[byte..]);
            // The renderer replaces a tab with blanks and moves the caret.
            shown.text.push(if c == '\t' { c } else { visible(c, command) });
        }
        // A caret behind the end of the line gets a blank of its own.
        if shown.start == usize::MAX {
            shown.start = shown.text.len();
            shown.text.push(' ');
        }
        shown.end = shown.end.min(shown.text.len());
        shown
    }
}

/// Replaces one character by one: the picture of a control, or the replacement character.
fn visible(c: char, command: bool) -> char {
    match c {
        '\0'..'\u{20}' => char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{FFFD}'),
        '\u{7F}' => '\u{2421}',
        c if is_unsafe(c) || command => '\u{FFFD}',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::SnippetLine;
    use crate::model::Place;

    fn under(line: &str, column: u32, width: u32) -> String {
        let place = Place { width, ..Place::new("a.yaml".into(), 1, column) };
        let shown = SnippetLine::of(line, &place);
        shown.text[shown.start..shown.end].to_owned()
    }

    #[test]
    fn the_caret_covers_the_place_of_the_problem() {
        assert_eq!(under("client: 12", 9, 2), "12");
        assert_eq!(under("\ta: b\r\n", 5, 1), "b");
        assert_eq!(under("имя: 北京 x", 6, 2), "北京");
        assert_eq!(under("a\u{1b}b: c", 6, 1), "c");
        assert_eq!(under("a\u{9b}b: c", 2, 2), "\u{FFFD}b");
        assert_eq!(under("a:", 3, 1), " ");
        assert_eq!(under("a:", 99, 5), " ");
        assert_eq!(under("", 1, 1), " ");
        assert_eq!(under("abc", 2, 50), "bc");
        assert_eq!(under(&format!("{}x{}", "a".repeat(5000), "b".repeat(5000)), 5001, 1), "x");
        assert_eq!(under("a ##[b", 4, 2), "\u{FFFD}[");
    }
}
