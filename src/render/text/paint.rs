//! Colours of the terminal forms: one table of labels.
//!
//! Owns the style of each kind of text. The caller decides on colour; without colour the text gets no codes.

use std::fmt::Display;

use anstyle::{AnsiColor, Style};

/// The kind of a piece of text. The table below has its style.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TextStyle {
    Plain,
    Heading,
    Added,
    Changed,
    Removed,
    Grave,
    Odd,
    Faint,
    Good,
    Bad,
    Hunk,
}

fn style(label: TextStyle) -> Style {
    let colour = |colour: AnsiColor| colour.on_default();
    match label {
        TextStyle::Plain => Style::new(),
        TextStyle::Heading => Style::new().bold(),
        TextStyle::Added | TextStyle::Good => colour(AnsiColor::Green),
        TextStyle::Changed | TextStyle::Odd => colour(AnsiColor::Yellow),
        TextStyle::Removed => colour(AnsiColor::Red),
        TextStyle::Grave | TextStyle::Bad => colour(AnsiColor::Red).bold(),
        TextStyle::Faint => Style::new().dimmed(),
        TextStyle::Hunk => colour(AnsiColor::Cyan),
    }
}

/// The text with colour codes, or unchanged. The text is escaped already.
pub(super) fn paint(color: bool, label: TextStyle, text: impl Display) -> String {
    if !color || label == TextStyle::Plain {
        return text.to_string();
    }
    let style = style(label);
    format!("{style}{text}{style:#}")
}
