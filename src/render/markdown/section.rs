//! Sections of a comment with a limited length.
//!
//! Owns the arithmetic of the limits. GitHub drops a comment or a summary that is too long as a whole. So a piece that
//! does not fit is left out and counted, and every opened fold is closed. The unit of a comment is the UTF-16 unit, the
//! unit of a summary the byte.

use crate::render::wording::numbers::number;

/// The most text that a comment or a summary may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SizeLimit {
    limit: usize,
    unit: LengthUnit,
}

/// The unit of a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LengthUnit {
    Utf16,
    Byte,
}

impl SizeLimit {
    /// The longest comment. GitHub's limit is 65,536; the difference is for text that other tools add.
    pub(crate) const COMMENT: SizeLimit = SizeLimit { limit: 60_000, unit: LengthUnit::Utf16 };

    /// The most bytes of a step summary. GitHub's limit is 1 MiB (seen: "supports content up to a size of 1024k"); the
    /// difference is for text that other tools of the step add.
    const SUMMARY: u64 = 1_000_000;

    /// A summary with less room than this would say nothing useful.
    const LEAST: u64 = 6_000;

    /// The limit of a step summary that already has `used` bytes; `None` if too little room is left.
    pub(crate) fn summary(used: u64) -> Option<SizeLimit> {
        let left = SizeLimit::SUMMARY.saturating_sub(used);
        let limit = usize::try_from(left).ok()?;
        (left >= SizeLimit::LEAST).then_some(SizeLimit { limit, unit: LengthUnit::Byte })
    }

    /// How long a text is, in the unit of the limit.
    pub(super) fn length(self, text: &str) -> usize {
        match self.unit {
            LengthUnit::Utf16 => text.chars().map(char::len_utf16).sum(),
            LengthUnit::Byte => text.len(),
        }
    }

    /// A section that takes at most so many percent of the page.
    pub(super) fn part(self, percent: usize) -> MarkdownSection {
        self.section(self.limit / 100 * percent)
    }

    /// A section that takes the room that others leave.
    pub(super) fn rest(self, used: usize) -> MarkdownSection {
        self.section(self.limit.saturating_sub(used))
    }

    /// A section that takes at most so many percent of the room that others leave.
    pub(super) fn rest_part(self, used: usize, percent: usize) -> MarkdownSection {
        self.section(self.limit.saturating_sub(used) / 100 * percent)
    }

    fn section(self, limit: usize) -> MarkdownSection {
        MarkdownSection { text: String::new(), left: limit.saturating_sub(CLOSING), page: self }
    }

    fn noun(self) -> &'static str {
        match self.unit {
            LengthUnit::Utf16 => "a comment",
            LengthUnit::Byte => "this summary",
        }
    }
}

/// The room that every section reserves for its last lines.
const CLOSING: usize = 300;

/// The number of rows, and a function that makes one.
pub(super) struct RowSource<'a>(pub(super) usize, pub(super) &'a dyn Fn(usize) -> String);

/// A part of the comment.
#[derive(Debug)]
pub(super) struct MarkdownSection {
    text: String,
    left: usize,
    page: SizeLimit,
}

impl MarkdownSection {
    /// Adds a line if it fits.
    pub(super) fn push(&mut self, line: &str) -> bool {
        let cost = self.page.length(line) + 1;
        if cost > self.left {
            return false;
        }
        self.left -= cost;
        self.end(line);
        true
    }

    /// Adds a short line, for which room is reserved.
    fn end(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// Adds lines under a head: the first `open` of them visible, the others folded, the rest counted. It makes only
    /// lines that it shows. `noun` names one line, such as `change`. `under` is repeated above the folded lines (a
    /// table's head).
    pub(super) fn folded(&mut self, head: &str, under: &str, lines: RowSource<'_>, open: usize, noun: &str) {
        let RowSource(all, line) = lines;
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
            let page = self.page.noun();
            self.end(&format!("And {} more {noun}{s}, too many for {page}.\n", number(left_out as u64)));
        }
    }

    /// The text, with how many units it has.
    pub(super) fn finish(self) -> (String, usize) {
        let length = self.page.length(&self.text);
        (self.text, length)
    }
}

/// How many items of a list are visible.
const OPEN: usize = 10;

/// A list with a head, all but its first items folded.
pub(super) fn items(section: &mut MarkdownSection, head: &str, lines: &[String], noun: &str) {
    section.folded(head, "", RowSource(lines.len(), &|at| lines[at].clone()), OPEN, noun);
}
