//! Text that strangers chose: client names, messages of the API, file names and keys that a pull request brings.
//!
//! Owns the one type that holds such text. It has no `Display`: code that prints it must name an escape of
//! `render::escape`, else it does not compile. `Debug` escapes, so logs are safe too.

use std::fmt;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Text that we did not write. Cheap to clone; ordered by its bytes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Untrusted(Arc<str>);

impl Untrusted {
    /// Wraps a text as it is.
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        Untrusted(text.into())
    }

    /// The text with nothing escaped: for comparing, for opening files and for escapes to work on, never for printing.
    pub fn raw(&self) -> &str {
        &self.0
    }

    /// A sentence made of this text; it is untrusted too.
    pub fn map(&self, sentence: impl FnOnce(&str) -> String) -> Untrusted {
        Untrusted::new(sentence(&self.0))
    }

    /// Several texts as one, with `between` between them.
    pub fn join<'t>(texts: impl IntoIterator<Item = &'t Untrusted>, between: &str) -> Untrusted {
        let texts: Vec<&str> = texts.into_iter().map(Untrusted::raw).collect();
        Untrusted::new(texts.join(between))
    }

    /// Whether the text is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Default for Untrusted {
    fn default() -> Self {
        Untrusted::new("")
    }
}

impl fmt::Debug for Untrusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0.escape_debug())
    }
}

impl From<&str> for Untrusted {
    fn from(text: &str) -> Self {
        Untrusted::new(text)
    }
}

impl From<String> for Untrusted {
    fn from(text: String) -> Self {
        Untrusted::new(text)
    }
}

/// Names of characters that look like others or like nothing, as people meet them in text pasted from chats and wikis.
const STRANGE: &[(char, &str)] = &[
    ('\t', "tab"),
    ('\n', "line break"),
    ('\r', "carriage return"),
    ('\u{00A0}', "no-break space"),
    ('\u{00AD}', "soft hyphen"),
    ('\u{200B}', "zero-width space"),
    ('\u{200C}', "zero-width non-joiner"),
    ('\u{200D}', "zero-width joiner"),
    ('\u{200E}', "left-to-right mark"),
    ('\u{200F}', "right-to-left mark"),
    ('\u{202F}', "narrow no-break space"),
    ('\u{2010}', "hyphen that is not `-`"),
    ('\u{2011}', "no-break hyphen"),
    ('\u{2013}', "en dash"),
    ('\u{2014}', "em dash"),
    ('\u{2018}', "curly quote"),
    ('\u{2019}', "curly quote"),
    ('\u{201C}', "curly quote"),
    ('\u{201D}', "curly quote"),
    ('\u{2060}', "word joiner"),
    ('\u{3000}', "ideographic space"),
    ('\u{FEFF}', "byte-order mark"),
    ('\u{FFFD}', "replacement character"),
];

/// Names the first character of `text` that a plain ASCII value cannot hold, such as `U+00A0 (no-break space)`.
///
/// Look-alike letters of other scripts (a Cyrillic `В` for `B`) are named by their code point too. A tab counts as
/// strange.
pub fn strange_character(text: &str) -> Option<String> {
    let found = text.chars().find(|c| !c.is_ascii() || c.is_ascii_control())?;
    let code = format!("U+{:04X}", u32::from(found));
    let name = STRANGE.iter().find(|(c, _)| *c == found).map(|(_, name)| *name);
    Some(match name {
        Some(name) => format!("{code} ({name})"),
        None if found.is_alphanumeric() => format!("{code} (`{found}`, not an ASCII character)"),
        None => code,
    })
}

/// How much of a text is quoted in a message: a value may have 16 MiB.
const QUOTED: usize = 80;

/// A text in backticks for a message, cut where it is long.
pub fn quote(text: &str) -> String {
    match text.char_indices().nth(QUOTED) {
        Some((end, _)) => format!("`{}…`", &text[..end]),
        None => format!("`{text}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_short() {
        assert_eq!(quote("RU"), "`RU`");
        assert_eq!(quote(&"я".repeat(QUOTED)), format!("`{}`", "я".repeat(QUOTED)));
        assert_eq!(quote(&"я".repeat(QUOTED + 1)), format!("`{}…`", "я".repeat(QUOTED)));
    }

    #[test]
    fn debug_escapes_what_terminals_obey() {
        assert_eq!(format!("{:?}", Untrusted::from("a\u{1b}[31m\u{9b}\n")), "\"a\\u{1b}[31m\\u{9b}\\n\"");
    }

    #[test]
    fn strange_characters_are_named_by_code_point() {
        assert_eq!(strange_character("RU BY"), None);
        assert_eq!(strange_character("RU\u{a0}BY").as_deref(), Some("U+00A0 (no-break space)"));
        assert_eq!(strange_character("\u{412}Y").as_deref(), Some("U+0412 (`В`, not an ASCII character)"));
        assert_eq!(strange_character("a\tb").as_deref(), Some("U+0009 (tab)"));
    }
}
