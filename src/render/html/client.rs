//! Clients with a difference: one card each, or one for many that differ in the same way.
//!
//! Owns the card: the client, its blocks, its changes, its result, and its other managed settings, folded.

use std::io::{self, Write};

use serde_json::Value as Json;

use crate::model::{Setting, Untrusted, value as model_value};
use crate::plan::send::ConfirmedBy;
use crate::plan::{ClientPlan, Details, Plan};
use crate::render::grouping::clients::{ClientGroup, ClientGroups};
use crate::render::html::fragments::{MOST_CARDS, location, more, name, text, who};
use crate::render::html::value::{is_grave, result};
use crate::render::html::{difference, place_group, value};
use crate::render::wording::change::MarkBy;
use crate::render::wording::difference::DifferenceView;
use crate::render::wording::numbers::{count, number};
use crate::render::wording::place::{place, reason};

/// How many single clients have a card with an anchor.
pub(super) const MOST_SINGLE: usize = MOST_CARDS;

/// The id of the card of a single client.
pub(super) fn anchor(at: usize) -> String {
    format!("c{at}")
}

/// The section of all changes; nothing without changes.
pub(super) fn changes(plan: &Plan, groups: &ClientGroups<'_>, out: &mut dyn Write) -> io::Result<()> {
    let failed: usize = groups.causes.iter().map(|cause| cause.clients.len()).sum();
    let clients = plan.clients.len() - groups.in_sync.len() - failed;
    if clients == 0 {
        return Ok(());
    }
    let mut origins = value::origins(groups.changes());
    let mut singles = groups.many.iter().chain(&groups.alone);
    if singles.any(|group| !group.sample().released.is_empty()) {
        origins.push_str(" o-released");
    }
    let by = MarkBy::of(plan);
    let grave = if groups.changes().any(is_grave) { "for-security " } else { "" };
    writeln!(out, "<section id=\"changes\" class=\"for-change {grave}{origins}\" aria-labelledby=\"h-changes\">")?;
    let title = if plan.is_report() { "Planned changes" } else { "Changes" };
    writeln!(out, "<h2 id=\"h-changes\">{title}</h2>\n<p class=\"soft\">{}</p>", count(clients, "client"))?;
    place_group::cards(groups, by, plan.is_report(), out)?;
    for (at, same) in groups.many.iter().enumerate().take(MOST_CARDS) {
        many(at, same, by, out)?;
    }
    let left: usize = groups.many.iter().skip(MOST_CARDS).map(|same| same.clients.len()).sum();
    for (at, group) in groups.alone.iter().enumerate().take(MOST_SINGLE) {
        single(at, group, by, out)?;
    }
    more(left + groups.alone.len().saturating_sub(MOST_SINGLE), "clients with changes", out)?;
    writeln!(out, "</section>")
}

fn classes(group: &ClientGroup<'_>) -> String {
    let grave = if group.changes.iter().any(|change| is_grave(change)) { " sec" } else { "" };
    let released = if group.sample().released.is_empty() { "" } else { " o-released" };
    format!("card{grave} {}{released}", value::origins(group.changes.iter().copied()))
}

fn single(at: usize, group: &ClientGroup<'_>, by: MarkBy, out: &mut dyn Write) -> io::Result<()> {
    let client = group.sample();
    let (id, who) = (client.client_id, name(client.name.as_ref()));
    writeln!(out, "<article class=\"{}\" id=\"{}\">", classes(group), anchor(at))?;
    writeln!(out, "<header><h3>Client {id}<span>{who}</span></h3> {}", result(client.result))?;
    let location = text(&place(&client.source));
    writeln!(out, "<span class=\"where\">{location}</span></header>{}", labels(client))?;
    body(group, by, out)?;
    if client.details.as_ref().is_some_and(|details| details.confirmed_by == Some(ConfirmedBy::Reading)) {
        writeln!(out, "<p class=\"note soft\">Confirmed by reading the client again.</p>")?;
    }
    unchanged(client, out)?;
    writeln!(out, "</article>")
}

fn many(at: usize, same: &ClientGroup<'_>, by: MarkBy, out: &mut dyn Write) -> io::Result<()> {
    let sample = same.sample();
    writeln!(out, "<article class=\"{}\" id=\"g{at}\">", classes(same))?;
    let n = number(same.clients.len() as u64);
    writeln!(out, "<header><h3>{n} clients with the same changes</h3> {}</header>", result(sample.result))?;
    body(same, by, out)?;
    writeln!(out, "<details><summary>Which {n} clients</summary>")?;
    who(&same.clients, out)?;
    writeln!(out, "</details>\n</article>")
}

fn labels(client: &ClientPlan) -> String {
    let mut parts: Vec<String> = client
        .labels
        .iter()
        .take(20)
        .map(|(key, value)| format!("{}={}", text(&Untrusted::new(key.clone())), text(&Untrusted::new(value.clone()))))
        .collect();
    parts.extend(client.credentials.iter().map(|name| format!("credentials {}", text(&Untrusted::new(name.clone())))));
    match parts.is_empty() {
        true => String::new(),
        false => format!("<p class=\"labels\">{}</p>", parts.join(" · ")),
    }
}

fn body(group: &ClientGroup<'_>, by: MarkBy, out: &mut dyn Write) -> io::Result<()> {
    let client = group.sample();
    for blocked in &group.blocked {
        writeln!(out, "<p class=\"stop\">Stopped by {}</p>", text(&reason(blocked)))?;
    }
    let heads = if client.result.is_some() { ["Before", "Wanted"] } else { ["Live", "Declared"] };
    if !group.changes.is_empty() {
        writeln!(
            out,
            "<table class=\"changes\"><caption class=\"vh\">Changes of client {}</caption><thead><tr><th scope=\"col\">Setting</th>\
             <th scope=\"col\">{}</th><th scope=\"col\">{}</th><th scope=\"col\">Effect</th><th scope=\"col\">Written in</th></tr></thead><tbody>",
            client.client_id, heads[0], heads[1]
        )?;
        for change in &group.changes {
            row(&group.view(change, by), heads, out)?;
        }
        writeln!(out, "</tbody></table>")?;
    }
    if let Some(fields) = group.elsewhere() {
        writeln!(out, "<p class=\"note soft\">Shown with other clients above: {fields}</p>")?;
    }
    for released in &client.released {
        let live = value::alone(&model_value::live(released.field.kind(), &released.live));
        writeln!(
            out,
            "<p class=\"note\">{} <code>{}</code> is no longer managed and stays {live}{}</p>",
            value::tag("", "released"),
            released.field,
            location(released.source.as_ref())
        )?;
    }
    match &client.details {
        Some(details) => aftermath(details, out),
        None => Ok(()),
    }
}

fn row(view: &DifferenceView<'_>, heads: [&str; 2], out: &mut dyn Write) -> io::Result<()> {
    let location = if view.is_placed() { difference::location(view) } else { "its own document".to_owned() };
    writeln!(
        out,
        "<tr class=\"{}\"><th scope=\"row\"><code>{}</code></th>{}{}\
         <td class=\"at\" data-l=\"Written in\"><span>{location}</span></td></tr>",
        value::origin_class(view.difference.origin),
        view.difference.setting,
        difference::values(view, heads),
        difference::effect(Some(view)),
    )
}

/// What apply found after the write.
fn aftermath(details: &Details, out: &mut dyn Write) -> io::Result<()> {
    if let Some(message) = &details.message {
        writeln!(out, "<p class=\"note\">{}</p>", text(message))?;
    }
    let mut line = |field: Setting, word: [&str; 3], values: [&Json; 2]| {
        let [one, other] = values.map(|json| value::alone(&model_value::live(field.kind(), json)));
        let [lead, first, second] = word;
        writeln!(out, "<p class=\"stop\">{lead} <code>{field}</code>: {first} {one}, {second} {other}</p>")
    };
    for wrong in &details.not_converged {
        line(wrong.field, ["Not stored as sent:", "sent", "stored"], [&wrong.sent, &wrong.stored])?;
    }
    for moved in &details.collateral {
        line(moved.field, ["Changed without being sent:", "was", "is"], [&moved.before, &moved.after])?;
    }
    Ok(())
}

/// The managed settings that are as declared, folded.
fn unchanged(client: &ClientPlan, out: &mut dyn Write) -> io::Result<()> {
    let settled = settled(client);
    if settled.is_empty() {
        return Ok(());
    }
    writeln!(out, "<details><summary>{} as declared</summary><dl class=\"rest\">", count(settled.len(), "setting"))?;
    for (setting, value) in settled {
        writeln!(out, "<dt><code>{setting}</code></dt><dd>{value}</dd>")?;
    }
    writeln!(out, "</dl></details>")
}

/// Managed settings without a difference, and their values.
pub(super) fn settled(client: &ClientPlan) -> Vec<(Setting, String)> {
    let changed = |setting| client.changes.iter().any(|change| change.difference.setting == setting);
    let Some(live) = &client.live else { return Vec::new() };
    let managed = Setting::ALL.into_iter().filter(|setting| client.managed.contains(*setting) && !changed(*setting));
    managed.filter_map(|setting| live.state(setting).map(|state| (setting, value::alone(&state)))).collect()
}
