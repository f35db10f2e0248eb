//! The table of a CSV file: its delimiter, its columns, and its rows with the lines where they begin.
//!
//! Owns the header row. It must not know what a cell means.

use crate::config::yaml::{Position, Problems};
use crate::model::text::quote;

/// A column of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    /// The id of the client; the only column that a list must have.
    Id,
    /// The name of its credentials.
    Credentials,
    /// Its labels.
    Labels,
}

impl Column {
    const ALL: [(Column, &str); 3] =
        [(Column::Id, "id"), (Column::Credentials, "credentials"), (Column::Labels, "labels")];

    fn find(name: &str) -> Option<Column> {
        let found = Column::ALL.iter().find(|(_, known)| name.trim().eq_ignore_ascii_case(known));
        found.map(|(column, _)| *column)
    }
}

/// What separates the cells. Of two that the header has equally often, the first.
const DELIMITERS: [u8; 3] = *b",;\t";
/// How many wrong columns an error names.
const MOST_NAMED: usize = 5;
const HELP: &str = "the first line names the columns id, credentials and labels in any order; only id is required";

/// A table whose header was read.
pub(super) struct ClientTable<'t> {
    text: &'t str,
    columns: Vec<Column>,
    reader: csv::Reader<&'t [u8]>,
    lines: LineCount,
}

/// One row. A caller fills the same value again, so that a million rows need no memory of their own.
#[derive(Default)]
pub(super) struct ListRow {
    cells: csv::StringRecord,
    /// The line where it begins, from 1.
    pub(super) line: u32,
    /// Where it begins, in bytes of the text.
    start: usize,
}

impl<'t> ClientTable<'t> {
    /// Reads the header of a text without a byte-order mark. Wrong columns are one error.
    pub(super) fn open(text: &'t str, problems: &mut Problems<'_>) -> Option<ClientTable<'t>> {
        let reader = csv::ReaderBuilder::new()
            .delimiter(delimiter(text))
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes());
        let mut table = ClientTable { text, columns: Vec::new(), reader, lines: LineCount { at: 0, line: 1 } };
        let mut header = ListRow::default();
        if !table.read(&mut header) {
            problems.error_help("bad-shape", FIRST, "this list has no rows".to_owned(), HELP);
            return None;
        }
        let names: Vec<&str> = header.cells.iter().collect();
        match wrong_columns(&names) {
            None => {
                table.columns = names.iter().filter_map(|name| Column::find(name)).collect();
                Some(table)
            }
            Some(message) => {
                problems.error_help("bad-shape", table.position(&header), message, HELP);
                None
            }
        }
    }

    /// Reads the next row into `row`; false at the end. Empty rows do not count.
    pub(super) fn read(&mut self, row: &mut ListRow) -> bool {
        // The text is UTF-8 and rows may have any length, so no error is left.
        while self.reader.read_record(&mut row.cells).unwrap_or(false) {
            if row.cells.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            let from = row.cells.position().map_or(0, |position| position.byte() as usize);
            let rest = self.text.as_bytes().get(from..).unwrap_or_default();
            // The reader counts empty lines as the begin of the row behind them.
            row.start = from + rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            row.line = self.lines.at(self.text, row.start);
            return true;
        }
        false
    }

    /// How many columns it has.
    pub(super) fn width(&self) -> usize {
        self.columns.len()
    }

    /// The cell of a column, without blanks around it; empty where the table lacks the column.
    pub(super) fn cell<'r>(&self, row: &'r ListRow, column: Column) -> &'r str {
        let index = self.columns.iter().position(|known| *known == column);
        index.and_then(|index| row.cells.get(index)).unwrap_or_default().trim_matches([' ', '\t'])
    }

    /// The place of a row: its first line, as wide as that.
    pub(super) fn position(&self, row: &ListRow) -> Position {
        let line = self.text.get(row.start..).unwrap_or_default();
        let line = line.split(['\r', '\n']).next().unwrap_or_default();
        Position { line: row.line, column: 1, width: line.chars().count() as u32 }
    }
}

impl ListRow {
    /// How many cells it has.
    pub(super) fn width(&self) -> usize {
        self.cells.len()
    }

    /// How many line breaks its cells hold.
    pub(super) fn line_breaks(&self) -> usize {
        let breaks = |cell: &str| cell.matches(['\r', '\n']).count() - cell.matches("\r\n").count();
        self.cells.iter().map(breaks).sum()
    }
}

const FIRST: Position = Position { line: 1, column: 1, width: 1 };

/// The delimiter that the header row has most often outside of quotes.
fn delimiter(text: &str) -> u8 {
    let header = text.trim_start_matches(['\r', '\n']);
    let mut counts = [0; DELIMITERS.len()];
    let mut is_quoted = false;
    for byte in header.bytes().take_while(|byte| !matches!(byte, b'\r' | b'\n')) {
        is_quoted ^= byte == b'"';
        if let Some(index) = DELIMITERS.iter().position(|known| *known == byte && !is_quoted) {
            counts[index] += 1;
        }
    }
    let most = counts.iter().max().copied().unwrap_or_default();
    counts.iter().position(|count| *count == most).map_or(b',', |index| DELIMITERS[index])
}

/// What is wrong with the columns, in one sentence. It quotes no file that is not a list: that may hold a secret.
fn wrong_columns(names: &[&str]) -> Option<String> {
    let known: Vec<Option<Column>> = names.iter().map(|name| Column::find(name)).collect();
    if known.iter().all(Option::is_none) {
        return Some("the first line does not name the columns of a list of clients".to_owned());
    }
    let named = |wrong: Vec<&str>| {
        let mut shown: Vec<String> = wrong.iter().take(MOST_NAMED).map(|name| quote(name)).collect();
        if wrong.len() > MOST_NAMED {
            shown.push(format!("{} more", wrong.len() - MOST_NAMED));
        }
        shown.join(", ")
    };
    let strange = || names.iter().zip(&known).filter(|(_, column)| column.is_none()).map(|(name, _)| *name);
    let mut wrong = Vec::new();
    match strange().count() {
        0 => {}
        1 => wrong.push(format!("{} is not a column of a list of clients", named(strange().collect()))),
        _ => wrong.push(format!("{} are not columns of a list of clients", named(strange().collect()))),
    }
    for (column, name) in Column::ALL {
        match known.iter().filter(|found| **found == Some(column)).count() {
            0 if column == Column::Id => wrong.push(format!("the column `{name}` is missing")),
            0 | 1 => {}
            count => wrong.push(format!("the column `{name}` is there {count} times")),
        }
    }
    Some(wrong.join("; ")).filter(|wrong| !wrong.is_empty())
}

/// Counts lines along a text, each byte once.
struct LineCount {
    at: usize,
    line: u32,
}

impl LineCount {
    /// The line of a place that is not before the last one. A line ends as in YAML: behind LF, CR and CR LF.
    fn at(&mut self, text: &str, place: usize) -> u32 {
        let bytes = text.as_bytes();
        while self.at < place {
            let is_end = match bytes.get(self.at) {
                Some(b'\n') => true,
                Some(b'\r') => bytes.get(self.at + 1) != Some(&b'\n'),
                Some(_) | None => false,
            };
            self.line += u32::from(is_end);
            self.at += 1;
        }
        self.line
    }
}
