//! Questions to a person: the prompt on stderr, the answer from stdin.
//!
//! Owns the wait for a line, which a signal ends. It judges no answer.

use std::io::{self, BufRead, IsTerminal, Write as _};

use anyhow::Context;

use ringform::run::Shutdown;

/// What came in place of, or as, an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TypedLine {
    /// A line, without its line break.
    Text(String),
    /// A line that is not UTF-8.
    NotUtf8,
    /// The end of stdin.
    End,
    /// A signal.
    Interrupted,
}

/// Whether a person can see a question and answer it.
pub(crate) fn can_ask() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Shows the words before an answer, and waits for it.
pub(crate) async fn ask(prompt: &str, shutdown: &Shutdown) -> anyhow::Result<TypedLine> {
    let mut stderr = io::stderr();
    // A closed stderr leaves no way to report anything.
    drop(write!(stderr, "{prompt}").and_then(|()| stderr.flush()));
    let typed = line(shutdown).await?;
    if matches!(typed, TypedLine::End | TypedLine::Interrupted) {
        drop(writeln!(stderr));
    }
    Ok(typed)
}

/// Waits for one line of stdin.
pub(crate) async fn line(shutdown: &Shutdown) -> anyhow::Result<TypedLine> {
    let (sender, receiver) = tokio::sync::oneshot::channel();
    // A thread that the program does not join: a read of a terminal cannot be cancelled.
    let reader = std::thread::Builder::new().spawn(move || {
        let mut line = Vec::new();
        drop(sender.send(io::stdin().lock().read_until(b'\n', &mut line).map(|_| line)));
    });
    drop(reader.context("cannot wait for the answer")?);
    tokio::select! {
        biased;
        () = shutdown.stopped() => Ok(TypedLine::Interrupted),
        line = receiver => Ok(typed(line.context("cannot wait for the answer")?.context("cannot read the answer")?)),
    }
}

fn typed(line: Vec<u8>) -> TypedLine {
    if line.is_empty() {
        return TypedLine::End;
    }
    match String::from_utf8(line) {
        Ok(text) => TypedLine::Text(text.trim_end_matches(['\r', '\n']).to_owned()),
        Err(_) => TypedLine::NotUtf8,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_text_without_its_end_and_nothing_is_the_end_of_stdin() {
        let text = |text: &str| TypedLine::Text(text.to_owned());
        for (bytes, expected) in [
            (&b"yes\n"[..], text("yes")),
            (b"yes\r\n", text("yes")),
            (b"yes", text("yes")),
            (b"\n", text("")),
            (b"", TypedLine::End),
            (b"\xff\n", TypedLine::NotUtf8),
        ] {
            assert_eq!(typed(bytes.to_vec()), expected, "{bytes:?}");
        }
    }
}
