//! Changes that one declared place causes: one card with the new value, the old values, and the clients of each.
//!
//! Owns the card, and the reasons that block its clients.

use std::io::{self, Write};

use crate::render::grouping::clients::ClientGroups;
use crate::render::grouping::places::{OldValue, PlaceGroup};
use crate::render::html::fragments::{MOST_CARDS, MOST_LINES, more, name, text, who};
use crate::render::html::value::{is_grave, result};
use crate::render::html::{difference, value};
use crate::render::wording::change::MarkBy;
use crate::render::wording::numbers::{count, number};

/// The id of the card of a declared place.
pub(super) fn anchor(at: usize) -> String {
    format!("p{at}")
}

/// The cards of all declared places, and what blocks their clients.
pub(super) fn cards(groups: &ClientGroups<'_>, by: MarkBy, is_report: bool, out: &mut dyn Write) -> io::Result<()> {
    for (at, group) in groups.places.iter().enumerate().take(MOST_CARDS) {
        card(at, group, by, is_report, out)?;
    }
    more(groups.places.len().saturating_sub(MOST_CARDS), "declared places", out)?;
    for group in groups.blocked.iter().take(MOST_CARDS) {
        let n = count(group.clients.len(), "client");
        writeln!(out, "<article class=\"card\"><p class=\"stop\">{n} stopped by {}</p>", text(&group.reason))?;
        writeln!(out, "<details><summary>Which {n}</summary>")?;
        who(&group.clients, out)?;
        writeln!(out, "</details>\n</article>")?;
    }
    Ok(())
}

fn card(at: usize, group: &PlaceGroup<'_>, by: MarkBy, is_report: bool, out: &mut dyn Write) -> io::Result<()> {
    let grave = if group.values.iter().any(|one| is_grave(one.change)) { " sec" } else { "" };
    let origins = value::origins(group.values.iter().map(|one| one.change));
    writeln!(out, "<article class=\"card{grave} {origins}\" id=\"{}\">", anchor(at))?;
    let sample = group.view(by);
    let (n, setting) = (number(group.count() as u64), sample.difference.setting);
    let outcome = result(group.result);
    writeln!(out, "<header><h3>{n} clients: <code>{setting}</code></h3> {outcome}")?;
    writeln!(out, "<span class=\"where\">{}</span></header>", difference::location(&sample))?;
    let heads = if is_report { ["Before", "Wanted"] } else { ["Live", "Declared"] };
    writeln!(
        out,
        "<table class=\"changes\"><caption class=\"vh\">Old values of {setting}</caption><thead><tr><th scope=\"col\">Clients</th>\
         <th scope=\"col\">{}</th><th scope=\"col\">{}</th><th scope=\"col\">Effect</th></tr></thead><tbody>",
        heads[0], heads[1]
    )?;
    for one in group.values.iter().take(MOST_LINES) {
        row(one, by, heads, out)?;
    }
    writeln!(out, "</tbody></table>")?;
    more(group.values.len().saturating_sub(MOST_LINES), "old values", out)?;
    writeln!(out, "</article>")
}

fn row(one: &OldValue<'_>, by: MarkBy, heads: [&str; 2], out: &mut dyn Write) -> io::Result<()> {
    let view = one.view(by);
    write!(out, "<tr class=\"{}\"><th scope=\"row\">", value::origin_class(view.difference.origin))?;
    match &one.clients[..] {
        [client] => write!(out, "{} {}", client.client_id, name(client.name.as_ref()))?,
        clients => {
            writeln!(out, "<details><summary>{}</summary>", count(clients.len(), "client"))?;
            who(clients, out)?;
            write!(out, "</details>")?;
        }
    }
    writeln!(out, "</th>{}{}</tr>", difference::values(&view, heads), difference::effect(Some(&view)))
}
