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
    let tags = view.map(tags).unwrap_or_default();
    let nil = if tags.is_empty() { " class=\"nil\"" } else { "" };
    format!("<td data-l=\"Effect\"{nil}><span>{tags}</span></td>")
}

/// The mark, the origin, whether the client is as expected, and whether apply sends it.
fn tags(view: &DifferenceView<'_>) -> String {
    let unconfirmed = if view.is_unconfirmed() { tag("amber", UNCONFIRMED) } else { String::new() };
    let withheld = if view.is_withheld() { tag("", "not sent") } else { String::new() };
    let tags = [mark(view), origin(view.difference.origin), unconfirmed, withheld];
    tags.into_iter().filter(|tag| !tag.is_empty()).collect::<Vec<_>>().join(" ")
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
