//! Colours of the terminal forms: one table of labels.
//!
//! Owns what each kind of text looks like. Whether there is colour at all was decided by the caller; without it nothing is added.

use std::fmt::Display;

use anstyle::{AnsiColor, Style};

/// What a piece of text is; the table below says how it looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Label {
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

fn style(label: Label) -> Style {
    let colour = |colour: AnsiColor| colour.on_default();
    match label {
        Label::Plain => Style::new(),
        Label::Heading => Style::new().bold(),
        Label::Added | Label::Good => colour(AnsiColor::Green),
        Label::Changed | Label::Odd => colour(AnsiColor::Yellow),
        Label::Removed => colour(AnsiColor::Red),
        Label::Grave | Label::Bad => colour(AnsiColor::Red).bold(),
        Label::Faint => Style::new().dimmed(),
        Label::Hunk => colour(AnsiColor::Cyan),
    }
}

/// The text in its colours, or as it is. The text is escaped already.
pub(super) fn paint(color: bool, label: Label, text: impl Display) -> String {
    if !color || label == Label::Plain {
        return text.to_string();
    }
    let style = style(label);
    format!("{style}{text}{style:#}")
}
