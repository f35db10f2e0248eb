//! Rows of CSV, RFC 4180.
//!
//! Owns the quoting. A spreadsheet takes a cell that begins with `=`, `+`, `-`, `@`, a tab or CR for a formula, so such
//! a cell gets a `'` before it.

use std::io::{self, Write};

/// Writes one row. Its cells are escaped for a terminal already, because people print such files too.
pub(super) fn row(cells: &[String], out: &mut dyn Write) -> io::Result<()> {
    let cells: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
    write!(out, "{}\r\n", cells.join(","))
}

fn quoted(cell: &str) -> String {
    let mark = if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    match cell.contains(['"', ',', '\r', '\n']) {
        true => format!("\"{mark}{}\"", cell.replace('"', "\"\"")),
        false => format!("{mark}{cell}"),
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_cell_is_quoted_where_it_must_be_and_is_never_a_formula() {
        let table = [
            ("", ""),
            ("plain text", "plain text"),
            ("a,b", "\"a,b\""),
            ("a\"b", "\"a\"\"b\""),
            ("a\nb", "\"a\nb\""),
            ("=1+1", "'=1+1"),
            ("+7 495", "'+7 495"),
            ("-5", "'-5"),
            ("@me", "'@me"),
            ("\tx", "'\tx"),
            ("\rx", "\"'\rx\""),
            ("=HYPERLINK(\"a\",1)", "\"'=HYPERLINK(\"\"a\"\",1)\""),
            ("a=b", "a=b"),
        ];
        for (cell, expected) in table {
            assert_eq!(quoted(cell), expected, "{cell:?}");
        }
    }
}
