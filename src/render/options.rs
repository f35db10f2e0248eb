//! The options of the text formats: colour, width, and how much to show.
//!
//! Owns these values and their defaults for a pipe. The caller finds them out; this room reads no environment.

/// The choices of the reader for the text formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextOptions {
    /// Whether to use colour.
    pub color: bool,
    /// The number of columns. It moves the column of places and wraps lists of countries.
    pub width: usize,
    /// Whether lines must fit the width, as on a terminal. In a pipe they stay whole.
    pub wraps: bool,
    /// Whether to show warnings. A run that showed them before on the same screen does not repeat them.
    pub warnings: bool,
    /// Whether to name the items that are otherwise counted.
    pub verbose: bool,
    /// Whether to show requests, time and quota, which differ from run to run.
    pub requests: bool,
}

impl TextOptions {
    /// The options in a pipe: no colour and a fixed width.
    pub const PIPE: TextOptions =
        TextOptions { color: false, width: 100, wraps: false, warnings: true, verbose: false, requests: true };
}

impl Default for TextOptions {
    fn default() -> Self {
        TextOptions::PIPE
    }
}
