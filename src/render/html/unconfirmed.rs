//! Differences of clients whose `expect` failed: a table from declared to live. Apply sends nothing of them.

use std::io::{self, Write};

use crate::plan::Plan;
use crate::render::grouping::unconfirmed::{UnconfirmedGroup, unconfirmed};
use crate::render::html::fragments::{MOST_LINES, more, name};
use crate::render::html::{difference, value};
use crate::render::wording::difference::DifferenceView;
use crate::render::wording::drift::unconfirmed_headline;
use crate::render::wording::numbers::some;

/// How many clients of one line have their numbers on the page.
const NAMED: usize = 12;

/// The section; nothing where there are none.
pub(super) fn differences(plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
    let groups = unconfirmed(plan);
    if groups.is_empty() {
        return Ok(());
    }
    let clients = plan.clients.iter().filter(|client| !client.unconfirmed.is_empty());
    let origins = value::origins(clients.clone().flat_map(|client| &client.unconfirmed));
    writeln!(
        out,
        "<section id=\"unconfirmed\" class=\"for-security for-failed {origins}\" aria-labelledby=\"h-unconfirmed\">"
    )?;
    writeln!(out, "<h2 id=\"h-unconfirmed\">Not confirmed</h2>")?;
    writeln!(out, "<p class=\"soft\">{}.</p>", unconfirmed_headline(clients.count()))?;
    writeln!(
        out,
        "<div class=\"card {origins}\"><table class=\"found\"><caption class=\"vh\">Not confirmed</caption>"
    )?;
    write!(out, "<thead><tr>")?;
    for head in ["Client", "Setting", "Declared", "Live", "Effect", "Written in"] {
        write!(out, "<th scope=\"col\">{head}</th>")?;
    }
    writeln!(out, "</tr></thead><tbody>")?;
    for group in groups.iter().take(MOST_LINES) {
        row(group, out)?;
    }
    writeln!(out, "</tbody></table></div>")?;
    more(groups.len().saturating_sub(MOST_LINES), "differences", out)?;
    writeln!(out, "</section>")
}

fn row(group: &UnconfirmedGroup<'_>, out: &mut dyn Write) -> io::Result<()> {
    let view = DifferenceView::of_unconfirmed(group.difference);
    let who = match group.clients.as_slice() {
        [client] => format!("{} {}", client.client_id, name(client.name.as_ref())),
        clients => some(clients.iter().map(|client| client.client_id), NAMED),
    };
    let location = match group.clients.len() {
        1 => difference::location(&view),
        _ => "their own documents".to_owned(),
    };
    writeln!(
        out,
        "<tr class=\"{}\"><th scope=\"row\">{who}</th><td data-l=\"Setting\"><code>{}</code></td>{}{}\
         <td class=\"at\" data-l=\"Written in\"><span>{location}</span></td></tr>",
        value::origin_class(view.difference.origin),
        view.difference.setting,
        difference::values(&view, ["Declared", "Live"]),
        difference::effect(Some(&view)),
    )
}
