//! A problem of one declared value, before its place is known.
//!
//! Owns the sentence and the help. It must not know files or rules: `config` turns it into a diagnostic.

/// One thing wrong with a declared value. The message is one sentence; the help says what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// Which item of the list is meant, from 0; `None` for the whole value.
    pub item: Option<usize>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// Whether the help is to clear the field by null. That is wrong where a value is only compared.
    pub is_cleared_by_null: bool,
}

impl Flaw {
    /// A flaw of the whole value.
    pub fn new(message: impl Into<String>) -> Flaw {
        Flaw { item: None, message: message.into(), help: None, is_cleared_by_null: false }
    }

    /// Adds what to do.
    pub fn help(mut self, help: impl Into<String>) -> Flaw {
        self.help = Some(help.into());
        self
    }

    /// Adds the help to clear the field by null.
    pub fn null_help(self, help: impl Into<String>) -> Flaw {
        Flaw { is_cleared_by_null: true, ..self.help(help) }
    }

    /// Names the list item that is meant.
    pub fn item(mut self, item: usize) -> Flaw {
        self.item = Some(item);
        self
    }
}
