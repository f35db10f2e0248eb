//! Changes of the settings that decide who can place calls; the first section of clients.
//!
//! Owns their order by severity. Each line links to the card of the client.

use std::io::{self, Write};

use crate::model::Direction;
use crate::plan::{Change, Plan};
use crate::render::grouping::clients::{ClientGroup, ClientGroups};
use crate::render::grouping::places::OldValue;
use crate::render::html::client::{MOST_SINGLE, anchor};
use crate::render::html::fragments::{more, name};
use crate::render::html::value::{is_grave, origins};
use crate::render::html::{difference, place_group, value};
use crate::render::wording::change::MarkBy;
use crate::render::wording::difference::DifferenceView;
use crate::render::wording::numbers::count;

const MOST: usize = 200;

/// The section; nothing without security changes.
pub(super) fn security(plan: &Plan, groups: &ClientGroups<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut lines: Vec<(&Change, String)> = Vec::new();
    for (at, group) in groups.places.iter().enumerate() {
        let link = |value: &OldValue<'_>| {
            format!("<a href=\"#{}\">{}</a>", place_group::anchor(at), count(value.clients.len(), "client"))
        };
        let values = group.values.iter().filter(|value| is_grave(value.change));
        lines.extend(values.map(|value| (value.change, link(value))));
    }
    for (at, same) in groups.many.iter().enumerate() {
        let n = count(same.clients.len(), "client");
        lines.extend(grave(same).map(|change| (change, format!("<a href=\"#g{at}\">{n}</a>"))));
    }
    for (at, group) in groups.alone.iter().enumerate() {
        let client = group.sample();
        let who = format!("client {} {}", client.client_id, name(client.name.as_ref()));
        let link = match at < MOST_SINGLE {
            true => format!("<a href=\"#{}\">{}</a>", anchor(at), who.trim_end()),
            false => who,
        };
        lines.extend(grave(group).map(|change| (change, link.clone())));
    }
    if lines.is_empty() {
        return Ok(());
    }
    // Stable: equal changes stay in the order of the plan.
    let by = MarkBy::of(plan);
    lines.sort_by_key(|(change, _)| std::cmp::Reverse(by.direction_of(change)));
    let origins = origins(lines.iter().map(|(change, _)| *change));
    writeln!(out, "<section id=\"security\" class=\"for-security {origins}\" aria-labelledby=\"h-security\">")?;
    writeln!(out, "<h2 id=\"h-security\">Security</h2>")?;
    writeln!(out, "<p class=\"soft\">These settings decide who can place calls at a client’s cost.</p>")?;
    writeln!(out, "<ul class=\"alerts\">")?;
    for (change, who) in lines.iter().take(MOST) {
        let view = DifferenceView::of_change(change, by);
        let [before, after] = view.values();
        let (before, after) = value::pair(before, after);
        let word = match view.direction() {
            Some(Direction::Opens | Direction::Closes) => difference::mark(&view),
            Some(Direction::Unclear) | None if view.mark().1 == "overdue" => difference::mark(&view),
            Some(Direction::Unclear) | None => value::tag("red", "unclear"),
        };
        writeln!(
            out,
            "<li class=\"{}\"><span>{word}</span><code>{}</code><span>{}<span class=\"arrow\" aria-hidden=\"true\">→</span>\
             <span class=\"vh\"> becomes </span>{} {}</span><span class=\"who\">{who}</span></li>",
            value::origin_class(view.difference.origin),
            view.difference.setting,
            before,
            after,
            difference::origin(view.difference.origin),
        )?;
    }
    writeln!(out, "</ul>")?;
    more(lines.len().saturating_sub(MOST), "security changes", out)?;
    writeln!(out, "</section>")
}

fn grave<'p>(group: &ClientGroup<'p>) -> impl Iterator<Item = &'p Change> {
    group.changes.iter().copied().filter(|change| is_grave(change))
}
