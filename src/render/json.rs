//! The plan as one JSON document.
//!
//! Owns the spelling: two blanks of indentation, a newline at the end, no character that a terminal obeys, no command
//! of a CI log. [`crate::plan`] owns the content. The writer streams, so the whole text is never in memory.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, PrettyFormatter, Serializer};

use crate::plan::Plan;
use crate::render::escape::{is_log_command, is_unsafe};

/// Writes the document.
pub(super) fn json(plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
    document(plan, out)
}

/// Writes any value in the spelling of this format, for readers of the same programs.
pub fn document<T: Serialize + ?Sized>(value: &T, out: &mut dyn Write) -> io::Result<()> {
    let mut out = io::BufWriter::with_capacity(64 * 1024, out);
    let mut serializer = Serializer::with_formatter(&mut out, IndentedFormatter { pretty: PrettyFormatter::new() });
    value.serialize(&mut serializer)?;
    out.write_all(b"\n")?;
    out.flush()
}

/// Any value as a text in the spelling of this format.
pub(super) fn document_text<T: Serialize + ?Sized>(value: &T) -> String {
    let mut out = Vec::new();
    // Writing names and plain values into memory cannot fail.
    document(value, &mut out).ok();
    String::from_utf8(out).unwrap_or_default()
}

/// Writes any value on one line, for readers that take one line for the document.
pub(super) fn line<T: Serialize + ?Sized>(value: &T, out: &mut dyn Write) -> io::Result<()> {
    let mut out = io::BufWriter::with_capacity(64 * 1024, out);
    value.serialize(&mut Serializer::with_formatter(&mut out, OneLineFormatter))?;
    out.write_all(b"\n")?;
    out.flush()
}

/// As [`IndentedFormatter`], without indentation.
struct OneLineFormatter;

impl Formatter for OneLineFormatter {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, text: &str) -> io::Result<()> {
        write_escaped(out, text)
    }

    fn write_raw_fragment<W: ?Sized + Write>(&mut self, out: &mut W, text: &str) -> io::Result<()> {
        write_escaped(out, text)
    }
}

/// serde_json escapes what JSON requires. This formatter also escapes DEL, C1 controls, bidirectional and invisible
/// characters.
struct IndentedFormatter {
    pretty: PrettyFormatter<'static>,
}

/// Writes a piece of JSON and escapes every character that a terminal obeys. Such a character occurs in strings only.
fn write_escaped<W: ?Sized + Write>(out: &mut W, text: &str) -> io::Result<()> {
    let mut from = 0;
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        // `##[` is a command anywhere in the log of a CI job. Line feeds here are the indentation.
        if (is_unsafe(c) && c != '\n') || (c == '#' && before == '#' && is_log_command(&text[at..])) {
            out.write_all(&text.as_bytes()[from..at])?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
            from = at + c.len_utf8();
        }
        before = c;
    }
    out.write_all(&text.as_bytes()[from..])
}

impl Formatter for IndentedFormatter {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, text: &str) -> io::Result<()> {
        write_escaped(out, text)
    }

    fn write_raw_fragment<W: ?Sized + Write>(&mut self, out: &mut W, text: &str) -> io::Result<()> {
        write_escaped(out, text)
    }

    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.pretty.begin_array(out)
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.pretty.end_array(out)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.pretty.begin_array_value(out, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.pretty.end_array_value(out)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.pretty.begin_object(out)
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.pretty.end_object(out)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.pretty.begin_object_key(out, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.pretty.begin_object_value(out)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.pretty.end_object_value(out)
    }
}
