//! Errors in words: causes without the operating system's numbers, and the next step.
//!
//! Owns the text of an error that another library made. It must not know what a run does about it.

use std::error::Error;
use std::fmt;
use std::io;

/// What happened, and what to do about it.
#[derive(Debug)]
pub struct Advice {
    what: String,
    help: String,
}

impl Advice {
    /// What happened, and the next step. Both are one sentence without a full stop.
    pub fn new(what: impl Into<String>, help: impl Into<String>) -> Advice {
        Advice { what: what.into(), help: help.into() }
    }

    /// Splits a sentence of the form `what; next step` at its last semicolon.
    pub fn of_sentence(text: &str) -> Advice {
        let (what, help) = text.rsplit_once("; ").unwrap_or((text, ""));
        Advice::new(what, help)
    }

    /// The next step that a chain of causes names, from the outermost cause on.
    pub fn help_of<'e>(mut chain: impl Iterator<Item = &'e (dyn Error + 'static)>) -> Option<&'e str> {
        let advice = chain.find_map(|cause| cause.downcast_ref::<Advice>())?;
        Some(advice.help.as_str()).filter(|help| !help.is_empty())
    }
}

impl fmt::Display for Advice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl Error for Advice {}

/// The cause of an error, without the operating system's number and without the path: the message names the path.
pub fn io_cause(error: &io::Error) -> String {
    let mut cause: &dyn Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    without_number(&cause.to_string())
}

/// What happened and each cause of it, the outermost first.
pub fn causes<'e>(chain: impl Iterator<Item = &'e (dyn Error + 'static)>) -> Vec<String> {
    let mut causes: Vec<String> = Vec::new();
    for cause in chain {
        let text = match cause.downcast_ref::<io::Error>() {
            Some(error) if error.raw_os_error().is_some() => io_cause(error),
            Some(_) | None => without_number(&cause.to_string()),
        };
        // Some errors repeat the text of their cause.
        if causes.last().is_none_or(|last| !last.ends_with(&text)) {
            causes.push(text);
        }
    }
    causes
}

/// A text without the operating system's number at its end. Its sentence begins with a small letter; a path before it
/// stays as it is.
fn without_number(text: &str) -> String {
    let Some((text, _)) = text.split_once(" (os error") else { return text.to_owned() };
    let (path, sentence) = text.rsplit_once(": ").map_or(("", text), |(path, sentence)| (path, sentence));
    let between = if path.is_empty() { "" } else { ": " };
    let mut letters = sentence.chars();
    let first = letters.next().map(|letter| letter.to_ascii_lowercase());
    format!("{path}{between}{}{}", first.map(String::from).unwrap_or_default(), letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_has_its_next_step_behind_the_last_semicolon() {
        for (text, what, help) in [("a; b; do c", "a; b", Some("do c")), ("a", "a", None)] {
            let advice = Advice::of_sentence(text);
            let chain = [&advice as &(dyn Error + 'static)];
            assert_eq!((advice.to_string().as_str(), Advice::help_of(chain.into_iter())), (what, help));
        }
    }

    #[derive(Debug)]
    struct Outer(io::Error);

    impl fmt::Display for Outer {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "cannot read a.yaml")
        }
    }

    impl Error for Outer {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&self.0)
        }
    }

    #[test]
    fn causes_have_no_numbers_of_the_operating_system() {
        let words = |error: Outer| causes([&error as &(dyn Error + 'static), &error.0].into_iter());
        let missing = words(Outer(io::Error::from_raw_os_error(2)));
        assert_eq!(missing, ["cannot read a.yaml", "no such file or directory"]);
        let named = io::Error::other(format!("a/B.yaml: {}", io::Error::from_raw_os_error(13)));
        assert_eq!(words(Outer(named)), ["cannot read a.yaml", "a/B.yaml: permission denied"]);
        let own = words(Outer(io::Error::other("B is a link; remove it")));
        assert_eq!(own, ["cannot read a.yaml", "B is a link; remove it"]);
    }
}
