//! One difference on the page: its values, its mark and its origin. A change of a plan, a finding of drift and a line of
//! the security section are drawn by the same functions.
//!
//! Owns the cells of a difference. It knows no table: the caller names the columns.

use crate::plan::Origin;
use crate::render::html::fragments::text;
use crate::render::html::value::{pair, tag};
use crate::render::wording::difference::{DifferenceView, UNCONFIRMED};

/// The cells of the two values, in the order of reading.
pub(super) fn values(view: &DifferenceView<'_>, heads: [&str; 2]) -> String {
    let [first, second] = view.values();
    let (first, second) = pair(first, second);
    let [one, other] = heads;
    format!("<td data-l=\"{one}\"><span>{first}</span></td><td data-l=\"{other}\"><span>{second}</span></td>")
}

/// The cell of the mark and the origin; `None`: the client could not be read.
pub(super) fn effect(view: Option<&DifferenceView<'_>>) -> String {
    let (tags, because) = view.map(|view| (tags(view), because(view))).unwrap_or_default();
    let nil = if tags.is_empty() && because.is_empty() { " class=\"nil\"" } else { "" };
    format!("<td data-l=\"Effect\"{nil}><span>{tags}{because}</span></td>")
}

/// Since when it is overdue, the mark, the origin, whether the client is as expected, and whether apply sends it.
fn tags(view: &DifferenceView<'_>) -> String {
    let unconfirmed = if view.is_unconfirmed() { tag("amber", UNCONFIRMED) } else { String::new() };
    let withheld = if view.is_withheld() { tag("", "not sent") } else { String::new() };
    let overdue = view.overdue().map(|text| tag("red", &text)).unwrap_or_default();
    let mark = if overdue.is_empty() || view.mark().1 != "overdue" { mark(view) } else { String::new() };
    let tags = [overdue, mark, origin(view.difference.origin), unconfirmed, withheld];
    tags.into_iter().filter(|tag| !tag.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Why it differs, below its tags; empty where no entry explains it.
pub(super) fn because(view: &DifferenceView<'_>) -> String {
    view.because(text).map(|text| format!(" <span class=\"soft\">{text}</span>")).unwrap_or_default()
}

/// The mark as a tag. Empty where there is nothing to say.
pub(super) fn mark(view: &DifferenceView<'_>) -> String {
    match view.mark() {
        (true, _) => tag("red", &view.marked("security", "")),
        (false, "") => String::new(),
        (false, word) => tag("green", word),
    }
}

/// The origin as a tag; empty without a base.
pub(super) fn origin(origin: Origin) -> String {
    match origin {
        Origin::Pending => tag("blue", "pending"),
        Origin::Drift => tag("amber", "drift"),
        Origin::Conflict => tag("red", "conflict"),
        Origin::Unknown => String::new(),
    }
}

/// The place of the declaration.
pub(super) fn location(view: &DifferenceView<'_>) -> String {
    view.place(text)
}
