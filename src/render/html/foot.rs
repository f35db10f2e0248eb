//! Problems of files above, and at the foot what depends on the run: requests, time, quota.

use std::io::{self, Write};

use crate::model::{Diagnostic, Level};
use crate::plan::Plan;
use crate::render::group;
use crate::render::html::{MOST_CARDS, more, text, value};
use crate::render::phrase::{count, duration, number};

/// Problems of one level, alike ones together.
pub(super) fn problems(list: &[Diagnostic], level: Level, out: &mut dyn Write) -> io::Result<()> {
    let mut alike = group::alike(list);
    alike.retain(|group| group[0].severity == level);
    if alike.is_empty() {
        return Ok(());
    }
    let (id, title, class, word) = match level {
        Level::Error => ("errors", "Errors", "red", "error"),
        Level::Warning => ("warnings", "Warnings", "amber", "warning"),
    };
    writeln!(out, "<section id=\"{id}\" class=\"for-failed\" aria-labelledby=\"h-{id}\">")?;
    writeln!(out, "<h2 id=\"h-{id}\">{title}</h2>")?;
    for same in alike.iter().take(MOST_CARDS) {
        let first = same[0];
        writeln!(out, "<article class=\"card\"><header><h3>{}</h3> {}", text(&first.summary), value::tag(class, word))?;
        writeln!(out, "<span class=\"where\"><code>{}</code></span></header>", text(&first.rule))?;
        if let Some(help) = &first.help {
            writeln!(out, "<p class=\"note\">{}</p>", text(help))?;
        }
        let places = same.iter().flat_map(|one| one.range.iter().chain(&one.other));
        let places: Vec<String> = places.take(20).map(|place| text(&group::place(place))).collect();
        if !places.is_empty() {
            writeln!(out, "<p class=\"labels\">{}</p>", places.join(", "))?;
        }
        if same.len() > 1 {
            writeln!(out, "<p class=\"labels\">{} of this kind</p>", number(same.len() as u64))?;
        }
        writeln!(out, "</article>")?;
    }
    more(alike.len().saturating_sub(MOST_CARDS), "problems", out)?;
    writeln!(out, "</section>")
}

/// The footer.
pub(super) fn foot(plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
    let run = &plan.run;
    writeln!(out, "<footer><div class=\"wrap\"><h2>This run</h2>\n<dl class=\"rest\">")?;
    let mut line = |key: &str, value: String| writeln!(out, "<dt>{key}</dt><dd>{value}</dd>");
    line("Run", format!("<code>{}</code>, {}", text(&run.id), text(&run.started_at)))?;
    line("Took", duration(run.duration_ms))?;
    let requests = run.requests;
    let kinds = [
        (requests.token, "for tokens"),
        (requests.read, "to read"),
        (requests.write, "to write"),
        (requests.retries, "made again"),
    ];
    let kinds: Vec<String> =
        kinds.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{} {word}", number(*n))).collect();
    let kinds = if kinds.is_empty() { String::new() } else { format!(" ({})", kinds.join(", ")) };
    line("Requests", format!("{}{kinds}", count(requests.total as usize, "request")))?;
    for quota in run.quota.iter().take(100) {
        let who = quota.credentials.as_ref().map(|name| format!(" of {}", text(name))).unwrap_or_default();
        let reset =
            quota.resets_in_s.map(|s| format!(", reset in {}", duration(s.saturating_mul(1000)))).unwrap_or_default();
        line(&format!("Quota{who}"), format!("{} left at the lowest{reset}", number(quota.remaining_lowest)))?;
    }
    line("Made by", format!("ringform {}", text(&plan.ringform_version)))?;
    writeln!(out, "</dl></div></footer>")
}
