//! What the text formats must know about the reader's terminal.
//!
//! Owns these values and their defaults for a pipe. The caller finds them out; this room reads no environment.

/// What the forms for people need to know and must not find out themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextOptions {
    /// Whether to use colour.
    pub color: bool,
    /// How many columns there are. It only moves the column of places and wraps lists of countries.
    pub width: usize,
    /// Whether to name what is otherwise only counted.
    pub verbose: bool,
    /// Whether to tell what differs from run to run: requests, time and quota.
    pub requests: bool,
}

impl TextOptions {
    /// The look in a pipe: no colour and a width that does not depend on where the program runs.
    pub const PIPE: TextOptions = TextOptions { color: false, width: 100, verbose: false, requests: true };
}

impl Default for TextOptions {
    fn default() -> Self {
        TextOptions::PIPE
    }
}
