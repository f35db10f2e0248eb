//! The dated settings of a change set, and until when each client's plan is valid.
//!
//! Owns the two lists. A line has one dated setting, or one of many clients.

use std::io::{self, Write};

use jiff::Timestamp;

use crate::model::instant_text;
use crate::plan::{ClientPlan, DocumentKind, Plan};
use crate::render::grouping::dated::{ScheduledGroup, scheduled};
use crate::render::html::fragments::{MOST_LINES, more, name, text, who};
use crate::render::html::value::{pair, tag};
use crate::render::wording::dated::{scheduled_instants, scheduled_terms, scheduled_time};
use crate::render::wording::numbers::count;
use crate::render::wording::place::place;

/// The section; nothing where there are none.
pub(super) fn scheduled_settings(plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
    let groups = scheduled(plan);
    if groups.is_empty() {
        return Ok(());
    }
    writeln!(out, "<section id=\"scheduled\" class=\"for-security for-change\" aria-labelledby=\"h-scheduled\">")?;
    writeln!(out, "<h2 id=\"h-scheduled\">Scheduled</h2>")?;
    writeln!(out, "<p class=\"soft\">Dated settings that this change set brings, future ones too.</p>")?;
    writeln!(out, "<div class=\"card\"><table class=\"found\"><caption class=\"vh\">Scheduled</caption><thead><tr>")?;
    for head in ["Client", "Setting", "Without it", "While it holds", "Effect", "When"] {
        write!(out, "<th scope=\"col\">{head}</th>")?;
    }
    writeln!(out, "</tr></thead><tbody>")?;
    for group in groups.iter().take(MOST_LINES) {
        row(group, out)?;
    }
    writeln!(out, "</tbody></table></div>")?;
    more(groups.len().saturating_sub(MOST_LINES), "dated settings", out)?;
    writeln!(out, "</section>")
}

fn row(group: &ScheduledGroup<'_>, out: &mut dyn Write) -> io::Result<()> {
    let change = group.change;
    write!(out, "<tr><th scope=\"row\">")?;
    clients(&group.clients, out)?;
    let (before, after) = pair(&change.before, &change.after);
    let effect = match group.mark() {
        (true, "") => tag("red", "security"),
        (true, word) => tag("red", word),
        (false, "") => String::new(),
        (false, word) => tag("green", word),
    };
    let nil = if effect.is_empty() { " class=\"nil\"" } else { "" };
    let place = if group.placed { text(&place(&change.source)) } else { "its own document".to_owned() };
    writeln!(
        out,
        "</th><td data-l=\"Setting\"><code>{}</code></td><td data-l=\"Without it\"><span>{before}</span></td>\
         <td data-l=\"While it holds\"><span>{after}</span></td><td data-l=\"Effect\"{nil}><span>{effect}</span></td>\
         <td class=\"at\" data-l=\"When\"><span>{}</span></td></tr>",
        change.setting,
        text(&scheduled_time(change)),
    )?;
    writeln!(
        out,
        "<tr class=\"terms\"><td colspan=\"6\" data-l=\"Terms\"><span>{} · {} · {place}</span></td></tr>",
        scheduled_instants(change),
        text(&scheduled_terms(change)),
    )
}

fn clients(clients: &[&ClientPlan], out: &mut dyn Write) -> io::Result<()> {
    match clients {
        [client] => write!(out, "{} {}", client.client_id, name(client.name.as_ref())),
        clients => {
            writeln!(out, "<details><summary>{}</summary>", count(clients.len(), "client"))?;
            who(clients, out)?;
            write!(out, "</details>")
        }
    }
}

/// Until when the plan of each client is valid, folded. Nothing where no declaration ever changes, or where the
/// document cannot be applied.
pub(super) fn validity(plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
    let dated = plan.clients.iter().filter_map(|client| Some((client.valid_until?, client)));
    let mut all: Vec<(Timestamp, &ClientPlan)> = dated.collect();
    if all.is_empty() || !matches!(plan.kind, DocumentKind::Plan | DocumentKind::Offline) {
        return Ok(());
    }
    // Stable: clients of one instant stay in the order of the plan.
    all.sort_by_key(|(until, _)| *until);
    writeln!(out, "<section id=\"validity\" aria-labelledby=\"h-validity\">\n<h2 id=\"h-validity\">Valid until</h2>")?;
    writeln!(out, "<details><summary>{}</summary><ul class=\"who-list\">", count(all.len(), "client"))?;
    for (until, client) in all.iter().take(MOST_LINES) {
        let (id, name) = (client.client_id, name(client.name.as_ref()));
        writeln!(out, "<li>{id} {name} <span class=\"labels\">{}</span></li>", instant_text(*until))?;
    }
    writeln!(out, "</ul></details>")?;
    more(all.len().saturating_sub(MOST_LINES), "clients", out)?;
    writeln!(out, "</section>")
}
