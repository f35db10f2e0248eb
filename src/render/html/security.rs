//! Changes of the settings that decide who can place calls; the first section of clients.
//!
//! Owns their order by severity. Each line links to the card of the client.

use std::io::{self, Write};

use crate::model::{Direction, Severity};
use crate::plan::{Change, Plan};
use crate::render::grouping::clients::ClientGroups;
use crate::render::html::client::{MOST_SINGLE, anchor};
use crate::render::html::fragments::{more, name};
use crate::render::html::value::origins;
use crate::render::html::{difference, value};
use crate::render::wording::change::MarkBy;
use crate::render::wording::difference::DifferenceView;
use crate::render::wording::numbers::count;

const MOST: usize = 200;

/// The section; nothing without security changes.
pub(super) fn security(plan: &Plan, groups: &ClientGroups<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut lines: Vec<(&Change, String)> = Vec::new();
    for (at, same) in groups.many.iter().enumerate() {
        let n = count(same.clients.len(), "client");
        lines.extend(grave(&same.sample().changes).map(|change| (change, format!("<a href=\"#g{at}\">{n}</a>"))));
    }
    for (at, client) in groups.alone.iter().enumerate() {
        let who = format!("client {} {}", client.client_id, name(client.name.as_ref()));
        let link = match at < MOST_SINGLE {
            true => format!("<a href=\"#{}\">{}</a>", anchor(at), who.trim_end()),
            false => who,
        };
        lines.extend(grave(&client.changes).map(|change| (change, link.clone())));
    }
    if lines.is_empty() {
        return Ok(());
    }
    // Stable: equal changes stay in the order of the plan.
    let by = MarkBy::of(plan);
    lines.sort_by_key(|(change, _)| std::cmp::Reverse(by.direction(&change.difference)));
    let origins = origins(lines.iter().map(|(change, _)| *change));
    writeln!(out, "<section id=\"security\" class=\"for-security {origins}\" aria-labelledby=\"h-security\">")?;
    writeln!(out, "<h2 id=\"h-security\">Security</h2>")?;
    writeln!(out, "<p class=\"soft\">These settings decide who can place calls at a client’s cost.</p>")?;
    writeln!(out, "<ul class=\"alerts\">")?;
    for (change, who) in lines.iter().take(MOST) {
        let view = DifferenceView::of_change(change, by);
        let [before, after] = view.values();
        let (before, after) = value::pair(before, after);
        let word = match by.direction(view.difference) {
            Some(Direction::Opens | Direction::Closes) => difference::mark(&view),
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

fn grave(changes: &[Change]) -> impl Iterator<Item = &Change> {
    changes.iter().filter(|change| change.difference.risk().severity == Severity::Security)
}
