//! The findings of `drift` by state: new, continuing, not read, resolved, waived; and expired waivers.
//!
//! Owns the order: new findings first, within a state the most severe first. A waived finding is in the waived part
//! only.

use std::cmp::Reverse;
use std::io::{self, Write};

use crate::model::Waiver;
use crate::plan::drift::{Finding, FindingState, Rolling};
use crate::plan::{Origin, Plan};
use crate::render::html::fragments::{MOST_LINES, more, name, text};
use crate::render::html::{difference, value};
use crate::render::wording::difference::DifferenceView;
use crate::render::wording::drift::unreadable;
use crate::render::wording::numbers::{count, duration, number};
use crate::render::wording::place::place;

/// The section; nothing for other commands than `drift`.
pub(super) fn findings(plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
    let Some(report) = &plan.run.drift else { return Ok(()) };
    let origins = "for-security for-change for-failed o-drift o-conflict";
    writeln!(out, "<section id=\"findings\" class=\"{origins}\" aria-labelledby=\"h-findings\">")?;
    writeln!(out, "<h2 id=\"h-findings\">Findings</h2>")?;
    match &report.since {
        Some(since) => {
            writeln!(out, "<p class=\"soft\">Compared with the report of {}.</p>", text(&since.as_str().into()))?
        }
        None => writeln!(out, "<p class=\"soft\">No earlier report was given: everything counts as new.</p>")?,
    }
    if report.findings.is_empty() {
        writeln!(out, "<p class=\"plain\">Nothing was found.</p>")?;
    }
    let states = [
        (FindingState::New, "New"),
        (FindingState::Continuing, "Continuing"),
        (FindingState::Unread, "Not read this time"),
        (FindingState::Resolved, "Resolved"),
    ];
    for (state, title) in states {
        table(title, report.findings.iter().filter(|one| one.state == state && !one.is_silenced()).collect(), out)?;
    }
    table("Waived", report.findings.iter().filter(|one| one.is_silenced()).collect(), out)?;
    waivers(&report.expired_waivers, out)?;
    if let Some(rolling) = &report.rolling {
        turns(rolling, out)?;
    }
    writeln!(out, "</section>")
}

fn table(title: &str, mut list: Vec<&Finding>, out: &mut dyn Write) -> io::Result<()> {
    if list.is_empty() {
        return Ok(());
    }
    // Stable: equal findings stay in the order of the report.
    list.sort_by_key(|one| Reverse((one.risk().severity, one.risk().exposure)));
    writeln!(
        out,
        "<h3 class=\"part\">{title} <span class=\"soft\">{}</span></h3>\n<div class=\"card o-drift o-conflict\">",
        number(list.len() as u64)
    )?;
    writeln!(out, "<table class=\"found\"><caption class=\"vh\">{title}</caption><thead><tr>")?;
    for head in ["Client", "Setting", "Declared", "Live", "Effect", "First seen"] {
        write!(out, "<th scope=\"col\">{head}</th>")?;
    }
    writeln!(out, "</tr></thead><tbody>")?;
    for one in list.iter().take(MOST_LINES) {
        row(one, out)?;
    }
    writeln!(out, "</tbody></table></div>")?;
    more(list.len().saturating_sub(MOST_LINES), "findings", out)
}

fn row(one: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let class = value::origin_class(one.origin().unwrap_or(Origin::Unknown));
    let view = DifferenceView::of_finding(one);
    write!(out, "<tr class=\"{class}\"><th scope=\"row\">{} {}</th>", one.client_id, name(one.name.as_ref()))?;
    match &view {
        Some(view) => {
            write!(out, "<td data-l=\"Setting\"><code>{}</code></td>", view.difference.setting)?;
            write!(out, "{}", difference::values(view, ["Declared", "Live"]))?;
        }
        None => write!(out, "<td data-l=\"Setting\" colspan=\"3\"><span>{}</span></td>", unreadable(one))?,
    }
    let seen = text(&one.first_seen.as_str().into());
    write!(out, "{}", difference::effect(view.as_ref()))?;
    writeln!(out, "<td class=\"at\" data-l=\"First seen\"><span>{seen}</span></td></tr>")?;
    let Some(waived) = &one.waived else { return Ok(()) };
    let [owner, until, reason] = [text(&waived.owner), text(&waived.until.text().into()), text(&waived.reason)];
    writeln!(
        out,
        "<tr class=\"terms {class}\"><td colspan=\"6\" data-l=\"Waiver\"><span>Waived by {owner} until {until}: {reason}</span></td></tr>"
    )
}

fn waivers(list: &[Waiver], out: &mut dyn Write) -> io::Result<()> {
    for waiver in list.iter().take(MOST_LINES) {
        let field = waiver.field.map(|field| format!(" <code>{field}</code>")).unwrap_or_default();
        let terms = &waiver.terms;
        writeln!(
            out,
            "<p class=\"stop\">The waiver of client {}{field} ended {}. Owner: {}. Reason: {} <span class=\"labels\">{}</span></p>",
            text(&waiver.key().to_string().into()),
            text(&terms.until.when().into()),
            text(&terms.owner),
            text(&terms.reason),
            text(&place(&waiver.source))
        )?;
    }
    more(list.len().saturating_sub(MOST_LINES), "waivers that ended", out)
}

fn turns(rolling: &Rolling, out: &mut dyn Write) -> io::Result<()> {
    let (read, all, budget) = (number(rolling.read), count(rolling.clients as usize, "client"), number(rolling.budget));
    let oldest = match (rolling.never, rolling.oldest_s) {
        (0, Some(seconds)) => {
            format!("Every client was read within {}.", duration(seconds.max(1).saturating_mul(1000)))
        }
        (0, None) => String::new(),
        (never, _) => format!(
            "{} read yet.",
            match never {
                1 => "1 client was never".to_owned(),
                n => format!("{} clients were never", number(n)),
            }
        ),
    };
    writeln!(out, "<p class=\"plain soft\">This run read {read} of {all}, with a budget of {budget}. {oldest}</p>")
}
