//! Colours of the terminal forms: one table of labels.
//!
//! Owns what each kind of text looks like. Whether there is colour at all was decided by the caller; without it nothing is added.

use std::fmt::Display;

use anstyle::{AnsiColor, Style};

/// What a piece of text is; the table below says how it looks.
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

/// The text in its colours, or as it is. The text is escaped already.
pub(super) fn paint(color: bool, label: TextStyle, text: impl Display) -> String {
    if !color || label == TextStyle::Plain {
        return text.to_string();
    }
    let style = style(label);
    format!("{style}{text}{style:#}")
}
