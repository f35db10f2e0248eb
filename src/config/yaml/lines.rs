//! The lines of one file, found through an index.
//!
//! Owns where lines begin: behind LF, CR and CR LF, as YAML defines it. A file of 16 MiB can have a problem in
//! every line, so an index finds a line without a search from the start.

use std::cell::OnceCell;

/// A text and, from the first use on, the starts of its lines.
#[derive(Debug)]
pub(crate) struct LineIndex<'t> {
    text: &'t str,
    starts: OnceCell<Vec<u32>>,
}

impl<'t> LineIndex<'t> {
    /// Of a text that is smaller than 4 GiB.
    pub(crate) fn of(text: &'t str) -> Self {
        LineIndex { text, starts: OnceCell::new() }
    }

    /// A line by its number from 1, without its end; empty where there is none.
    pub(crate) fn get(&self, number: usize) -> &'t str {
        let starts = self.starts.get_or_init(|| starts(self.text));
        let Some(start) = number.checked_sub(1).and_then(|index| starts.get(index)) else { return "" };
        let end = starts.get(number).map_or(self.text.len(), |end| *end as usize);
        self.text.get(*start as usize..end).unwrap_or_default().trim_end_matches(['\r', '\n'])
    }

    /// The number of the line that holds a byte, from 1, and where that line starts.
    pub(crate) fn line_at(&self, at: usize) -> (u32, usize) {
        let starts = self.starts.get_or_init(|| starts(self.text));
        let number = starts.partition_point(|start| *start as usize <= at);
        (number as u32, number.checked_sub(1).and_then(|index| starts.get(index)).map_or(0, |start| *start as usize))
    }
}

fn starts(text: &str) -> Vec<u32> {
    let bytes = text.as_bytes();
    let mut starts = vec![0];
    for (at, byte) in bytes.iter().enumerate() {
        if *byte == b'\n' || (*byte == b'\r' && bytes.get(at + 1) != Some(&b'\n')) {
            starts.push(at as u32 + 1);
        }
    }
    starts
}

/// A byte-order mark at the start is not content, and columns count from behind it.
pub(crate) fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::LineIndex;

    #[test]
    fn lines_end_as_yaml_has_it() {
        let lines = LineIndex::of("a\nb\r\n\rc\u{85}d\u{2028}e\n");
        let found: Vec<&str> = (0..=6).map(|number| lines.get(number)).collect();
        assert_eq!(found, ["", "a", "b", "", "c\u{85}d\u{2028}e", "", ""]);
        assert_eq!(LineIndex::of("").get(1), "");
    }
}
