//! What decides who can place calls, before everything else.
//!
//! Owns the order of gravity. Each line leads to the card that has the client in full.

use std::io::{self, Write};

use crate::model::{Direction, Severity};
use crate::plan::{Change, Plan};
use crate::render::group::Groups;
use crate::render::html::client::{MOST_TOLD, anchor};
use crate::render::html::{more, name, value};
use crate::render::phrase::count;
use crate::render::wording::MarkBy;

const MOST: usize = 200;

/// The section; nothing where no change is grave.
pub(super) fn security(plan: &Plan, groups: &Groups<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut lines: Vec<(&Change, String)> = Vec::new();
    for (at, same) in groups.many.iter().enumerate() {
        let n = count(same.clients.len(), "client");
        lines.extend(grave(&same.sample().changes).map(|change| (change, format!("<a href=\"#g{at}\">{n}</a>"))));
    }
    for (at, client) in groups.alone.iter().enumerate() {
        let who = format!("client {} {}", client.client_id, name(client.name.as_ref()));
        let link = match at < MOST_TOLD {
            true => format!("<a href=\"#{}\">{}</a>", anchor(at), who.trim_end()),
            false => who,
        };
        lines.extend(grave(&client.changes).map(|change| (change, link.clone())));
    }
    if lines.is_empty() {
        return Ok(());
    }
    // Stable: equals stay in the order of the plan.
    let by = MarkBy::of(plan);
    lines.sort_by_key(|(change, _)| std::cmp::Reverse(by.direction(&change.difference)));
    let origins = origins(lines.iter().map(|(change, _)| *change));
    writeln!(out, "<section id=\"security\" class=\"for-security {origins}\" aria-labelledby=\"h-security\">")?;
    writeln!(out, "<h2 id=\"h-security\">Security</h2>")?;
    writeln!(out, "<p class=\"soft\">These settings decide who can place calls at a client’s cost.</p>")?;
    writeln!(out, "<ul class=\"alerts\">")?;
    for (change, who) in lines.iter().take(MOST) {
        let (before, after) = value::pair(&change.difference.live, &change.difference.declared);
        let word = match by.direction(&change.difference) {
            Some(Direction::Opens | Direction::Closes) => value::mark(&change.difference, by),
            Some(Direction::Unclear) | None => value::tag("red", "unclear"),
        };
        writeln!(
            out,
            "<li class=\"{}\"><span>{word}</span><code>{}</code><span>{}<span class=\"arrow\" aria-hidden=\"true\">→</span>\
             <span class=\"vh\"> becomes </span>{} {}</span><span class=\"who\">{who}</span></li>",
            value::origin_class(change.difference.origin),
            change.difference.setting,
            before,
            after,
            value::origin(change.difference.origin),
        )?;
    }
    writeln!(out, "</ul>")?;
    more(lines.len().saturating_sub(MOST), "security changes", out)?;
    writeln!(out, "</section>")
}

fn grave(changes: &[Change]) -> impl Iterator<Item = &Change> {
    changes.iter().filter(|change| change.difference.risk().severity == Severity::Security)
}

/// The classes of all origins among some changes, each once.
pub(super) fn origins<'c>(changes: impl Iterator<Item = &'c Change>) -> String {
    let mut classes: Vec<&str> = changes.map(|change| value::origin_class(change.difference.origin)).collect();
    classes.sort_unstable();
    classes.dedup();
    classes.join(" ")
}
