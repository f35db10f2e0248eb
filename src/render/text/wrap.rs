//! Lines that fit the width of a terminal.
//!
//! Owns where a line breaks. It breaks at blanks only, counts a wide character as two columns and a colour code as none.
//! Lines of YAML with a caret below them stay whole, because the caret counts their columns.

use std::io::{self, Write};

use unicode_width::UnicodeWidthChar;

use crate::render::options::TextOptions;

/// How far the continuation of a line is moved to the right.
const HANGING: usize = 4;

/// The text with every line broken that is wider than `width`. A single word may be wider.
pub fn wrap(text: &str, width: usize) -> String {
    let mut out = String::with_capacity(text.len() + 64);
    for line in text.split_inclusive('\n') {
        let (line, end) = line.strip_suffix('\n').map_or((line, ""), |line| (line, "\n"));
        if columns(line) <= width || is_snippet(line) {
            out.push_str(line);
        } else {
            wrap_line(line, width, &mut out);
        }
        out.push_str(end);
    }
    out
}

/// What `write` writes, wrapped where the options ask for it.
pub(super) fn fitting(
    options: &TextOptions,
    out: &mut dyn Write,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    if !options.wraps {
        return write(out);
    }
    let mut text = Vec::new();
    write(&mut text)?;
    out.write_all(wrap(&String::from_utf8_lossy(&text), options.width).as_bytes())
}

fn wrap_line(line: &str, width: usize, out: &mut String) {
    let (mut at, mut hanging, mut is_start) = (0, 0, true);
    for (blanks, word) in words(line) {
        let own = columns(&word);
        if is_start {
            hanging = (blanks + HANGING).min(width / 2);
        }
        if is_start || at + blanks + own <= width {
            out.push_str(&" ".repeat(blanks));
            at += blanks + own;
        } else {
            out.push('\n');
            out.push_str(&" ".repeat(hanging));
            at = hanging + own;
        }
        out.push_str(&word);
        is_start = false;
    }
}

/// The words of a line, each with the number of blanks before it. Colour codes belong to the word behind them, or to the
/// last one. A word that a CI system obeys at the start of a line is one with its neighbour.
fn words(line: &str) -> Vec<(usize, String)> {
    let mut words: Vec<(usize, String)> = Vec::new();
    let (mut blanks, mut codes) = (0, String::new());
    for (at, piece) in line.split(' ').enumerate() {
        blanks += usize::from(at > 0);
        match words.last_mut() {
            _ if columns(piece) == 0 => codes.push_str(piece),
            Some((_, last)) if is_command(piece) => {
                last.push_str(&format!("{}{}{piece}", " ".repeat(blanks), std::mem::take(&mut codes)));
                blanks = 0;
            }
            _ => words.push((std::mem::take(&mut blanks), std::mem::take(&mut codes) + piece)),
        }
    }
    if let Some((_, last)) = words.last_mut() {
        last.push_str(&codes);
    }
    words
}

/// How many columns a line takes on a terminal, without its colour codes.
pub(crate) fn columns(line: &str) -> usize {
    let mut width = 0;
    let mut is_code = false;
    for c in line.chars() {
        match (is_code, c) {
            (false, '\u{1b}') => is_code = true,
            (false, c) => width += c.width().unwrap_or(0),
            (true, c) => is_code = !c.is_ascii_alphabetic(),
        }
    }
    width
}

/// The text without its colour codes.
fn plain(line: &str) -> String {
    anstream::adapter::strip_str(line).to_string()
}

/// Whether a line is part of an extract of a file: `7 | timezone: MSK`.
fn is_snippet(line: &str) -> bool {
    let line = plain(line);
    let behind = line.trim_start().trim_start_matches(|c: char| c.is_ascii_digit());
    behind.trim_start().starts_with('|') && line.contains(" |")
}

fn is_command(word: &str) -> bool {
    let word = plain(word);
    word.starts_with("::") || word.contains("##[") || word.contains("##vso[")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_long_line_breaks_at_blanks_and_hangs() {
        assert_eq!(wrap("one two three\n", 9), "one two\n    three\n");
        assert_eq!(wrap("  ~ geo_list  BY → RU  a.yaml:7", 24), "  ~ geo_list  BY → RU\n      a.yaml:7");
        assert_eq!(wrap("short\n\n  lines\n", 9), "short\n\n  lines\n");
        assert_eq!(wrap("北京 北京 北京", 10), "北京 北京\n    北京");
        assert_eq!(wrap("a/path/that/is/too/long end", 10), "a/path/that/is/too/long\n    end");
        assert_eq!(wrap("\u{1b}[1mone\u{1b}[0m two", 7), "\u{1b}[1mone\u{1b}[0m two");
        assert_eq!(wrap("say ::error:: again", 10), "say ::error::\n    again");
        assert_eq!(wrap("12 | timezone: a b c d e f", 10), "12 | timezone: a b c d e f");
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_lines_fit(text in "([ a-zя北]{0,12}\n?){0,8}", width in 8..40_usize) {
            let wrapped = wrap(&text, width);
            for line in wrapped.lines() {
                let words = line.split_whitespace().count();
                prop_assert!(columns(line) <= width || words <= 1, "{line:?} is wider than {width}");
            }
            let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            prop_assert_eq!(words(&wrapped), words(&text));
            prop_assert_eq!(wrap(&wrapped, width).lines().count(), wrapped.lines().count());
        }
    }
}
