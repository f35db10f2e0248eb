//! Clients that need no action: those in sync, and released ones.

use std::io::{self, Write};

use crate::model::Untrusted;
use crate::plan::Plan;
use crate::render::grouping::clients::ClientGroups;
use crate::render::html::fragments::{MOST_LINES, location, more, name, text};
use crate::render::html::{client, value};
use crate::render::wording::numbers::{are, count};
use crate::render::wording::place::place;

/// Clients whose document was removed since the base, or since the ledger recorded them.
pub(super) fn released(plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
    let gone = &plan.released_clients;
    if gone.is_empty() {
        return Ok(());
    }
    writeln!(out, "<section id=\"released\" class=\"o-released\" aria-labelledby=\"h-released\">")?;
    writeln!(out, "<h2 id=\"h-released\">Released</h2>")?;
    writeln!(
        out,
        "<p class=\"soft\">{} no longer declared. They were not read and stay as they are.</p>",
        format_args!("{} {}", count(gone.len(), "client"), are(gone.len()))
    )?;
    writeln!(out, "<div class=\"card o-released\"><ul class=\"who-list\">")?;
    for client in gone.iter().take(MOST_LINES) {
        let credentials = client
            .credentials
            .as_ref()
            .map(|name| format!(" ({})", text(&Untrusted::new(name.clone()))))
            .unwrap_or_default();
        writeln!(out, "<li>{}{credentials}{}</li>", client.client_id, location(client.source.as_ref()))?;
    }
    writeln!(out, "</ul></div>")?;
    more(gone.len().saturating_sub(MOST_LINES), "released clients", out)?;
    writeln!(out, "</section>")
}

/// Clients as declared, folded.
pub(super) fn in_sync(groups: &ClientGroups<'_>, out: &mut dyn Write) -> io::Result<()> {
    let clients = &groups.in_sync;
    if clients.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "<section id=\"sync\" class=\"for-sync\" aria-labelledby=\"h-sync\">\n<h2 id=\"h-sync\">In sync</h2>"
    )?;
    let open = if groups.places.is_empty() && groups.many.is_empty() && groups.alone.is_empty() && clients.len() <= 20 {
        " open"
    } else {
        ""
    };
    writeln!(
        out,
        "<details class=\"insync\"{open}><summary>{} as declared</summary><div class=\"card\">",
        count(clients.len(), "client")
    )?;
    writeln!(
        out,
        "<table><caption class=\"vh\">Clients in sync</caption><thead><tr><th scope=\"col\">Client</th><th scope=\"col\">Managed settings</th>\
         <th scope=\"col\">Written in</th></tr></thead><tbody>"
    )?;
    for client in clients.iter().take(MOST_LINES) {
        let settled = client::settled(client);
        let pairs: Vec<String> =
            settled.iter().map(|(setting, value)| format!("<span><span>{setting}</span>{value}</span>")).collect();
        let pairs = match pairs.is_empty() {
            true => "<span class=\"none\">none</span>".to_owned(),
            false => format!("<span class=\"pairs\">{}</span>", pairs.join(" ")),
        };
        let result = client.result.map(|_| value::tag("green", "unchanged")).unwrap_or_default();
        writeln!(
            out,
            "<tr><th scope=\"row\">{} {} {result}</th><td data-l=\"Settings\">{pairs}</td><td class=\"at\" data-l=\"Written in\"><span>{}</span></td></tr>",
            client.client_id,
            name(client.name.as_ref()),
            text(&place(&client.source))
        )?;
    }
    writeln!(out, "</tbody></table></div></details>")?;
    more(clients.len().saturating_sub(MOST_LINES), "clients in sync", out)?;
    writeln!(out, "</section>")
}
