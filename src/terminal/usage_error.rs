//! A command line that is not valid, on stderr; help and version, on stdout.
//!
//! Owns the escape of arguments: whoever chose an argument chose a text that a terminal and the log of a CI job obey.

use std::ffi::OsString;

use ringform::model::Untrusted;
use ringform::render::escape;
use ringform::run::ExitStatus;

use crate::cli::{self, UsageError};
use crate::terminal::output;

/// Shows the error, the help or the version.
pub(crate) fn show(usage: &UsageError, args: &[OsString]) -> ExitStatus {
    // clap's own status for wrong usage is 2, which here means "there is a difference".
    if !usage.error.use_stderr() {
        drop(usage.error.print());
        return ExitStatus::Done;
    }
    match &usage.neighbour {
        Some((what, help)) => output::note(&format!("error: {what}\n  help: {help}. Nothing was run.")),
        None => refuse(&usage.error, args),
    }
    ExitStatus::Error
}

/// Shows clap's text in its colours. Where an argument holds what must be escaped, it is the text about the escaped
/// arguments.
fn refuse(error: &clap::Error, args: &[OsString]) {
    let escaped: Vec<OsString> = args.iter().map(escape_argument).collect();
    if escaped == args {
        drop(error.print());
        return;
    }
    match cli::parse(&escaped) {
        Err(same) if same.error.kind() == error.kind() => drop(same.error.print()),
        _ => output::note(&escape_lines(&error.to_string())),
    }
}

fn escape_argument(arg: &OsString) -> OsString {
    escape::terminal(&Untrusted::from(&*arg.to_string_lossy())).to_string().into()
}

/// Each line escaped: the text of an argument can still add lines, but none that anything obeys.
fn escape_lines(text: &str) -> String {
    let lines: Vec<String> =
        text.trim_end().lines().map(|line| escape::terminal(&Untrusted::from(line)).to_string()).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_of_an_error_is_obeyed() {
        let text = "error: \u{1b}[31m\n::error::x\n  tip: \u{202e}y\n\n";
        assert_eq!(escape_lines(text), "error: \\u{1b}[31m\n\\u{3a}:error::x\n  tip: \\u{202e}y");
    }
}
