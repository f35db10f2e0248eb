//! Pieces of a comment that know how long they may be.
//!
//! Owns the arithmetic of the limit. GitHub drops a comment that is too long as a whole, so a piece that does not fit is left out
//! and counted, and what was opened is always closed. Lengths are UTF-16 units: never fewer than characters.

use crate::render::phrase::number;

/// The longest comment that we write. GitHub's limit is 65,536; the rest is for what others put around it.
pub(super) const PAGE: usize = 60_000;

/// What every section keeps for its last lines.
const CLOSING: usize = 300;

/// Lines by their number: how many there are, and how to make one.
pub(super) struct Lines<'a>(pub(super) usize, pub(super) &'a dyn Fn(usize) -> String);

/// A part of the comment.
#[derive(Debug)]
pub(super) struct Section {
    text: String,
    left: usize,
}

impl Section {
    /// A section of at most so many UTF-16 units.
    pub(super) fn new(limit: usize) -> Section {
        Section { text: String::new(), left: limit.saturating_sub(CLOSING) }
    }

    /// Adds a line if it fits.
    pub(super) fn push(&mut self, line: &str) -> bool {
        let cost = length(line) + 1;
        if cost > self.left {
            return false;
        }
        self.left -= cost;
        self.end(line);
        true
    }

    /// Adds a short line for which room was kept.
    fn end(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// Adds lines under a head: the first `open` of them in sight, the others folded; what does not fit is counted. Only lines
    /// that are shown are ever made. `noun` is what one line tells of, such as `change`; `under` stands above the folded lines
    /// again (a table's head).
    pub(super) fn folded(&mut self, head: &str, under: &str, lines: Lines<'_>, open: usize, noun: &str) {
        let Lines(all, line) = lines;
        if all == 0 {
            return;
        }
        let mut shown = 0;
        // A single folded line is not worth the fold.
        let open = if all <= open + 1 { all } else { open };
        if self.push(head) {
            while shown < open && self.push(&line(shown)) {
                shown += 1;
            }
        }
        if shown == open && shown < all {
            let summary = format!("\n<details><summary>{} more {noun}s</summary>\n", number((all - shown) as u64));
            if self.push(&format!("{summary}\n{under}{}", line(shown))) {
                shown += 1;
                while shown < all && self.push(&line(shown)) {
                    shown += 1;
                }
                self.end("\n</details>");
            }
        }
        self.end("");
        self.more(all - shown, noun);
    }

    /// A fold around one line, if it fits.
    pub(super) fn fold(&mut self, summary: &str, line: &str) {
        self.push(&format!("<details><summary>{summary}</summary>\n\n{line}\n\n</details>\n"));
    }

    fn more(&mut self, left_out: usize, noun: &str) {
        if left_out > 0 {
            let s = if left_out == 1 { "" } else { "s" };
            self.end(&format!("And {} more {noun}{s}, too many for a comment.\n", number(left_out as u64)));
        }
    }

    /// The text, with how many units it has.
    pub(super) fn finish(self) -> (String, usize) {
        let length = length(&self.text);
        (self.text, length)
    }
}

fn length(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}
