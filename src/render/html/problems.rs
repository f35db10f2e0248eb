//! Problems of the files, those that say the same together.

use std::io::{self, Write};

use crate::model::{Diagnostic, Level};
use crate::render::grouping::similar::alike;
use crate::render::html::fragments::{MOST_CARDS, more, text};
use crate::render::html::value;
use crate::render::wording::numbers::number;
use crate::render::wording::place::place;

/// Problems of one level, alike ones together.
pub(super) fn problems(list: &[Diagnostic], level: Level, out: &mut dyn Write) -> io::Result<()> {
    let mut alike = alike(list);
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
        writeln!(out, "<span class=\"where\"><code>{}</code></span></header>", text(&first.rule.as_str().into()))?;
        if let Some(help) = &first.help {
            writeln!(out, "<p class=\"note\">{}</p>", text(help))?;
        }
        let places = same.iter().flat_map(|one| one.range.iter().chain(&one.other));
        let places: Vec<String> = places.take(20).map(|range| text(&place(range))).collect();
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
