//! The top of the page: the verdict, the counts, the source, and the filters.
//!
//! Owns the sentence that a reader sees first. It never reports success while a client failed.

use std::io::{self, Write};

use crate::model::{instant_text, short_commit};
use crate::plan::{DocumentKind, Plan, Summary};
use crate::render::escape::cut;
use crate::render::grouping::clients::ClientGroups;
use crate::render::html::fragments::text;
use crate::render::totals::Totals;
use crate::render::wording::attribution::attribution;
use crate::render::wording::numbers::{count, number};
use crate::render::wording::place::overridden;

/// The longest link of the facts, in characters.
const LINK: usize = 120;

/// The verdict and the counts of the top and of the filters.
pub(super) struct PageHeader {
    /// The heading. It contains no untrusted text.
    pub(super) verdict: String,
    totals: Totals,
    released: usize,
    shown_failed: usize,
    in_sync: usize,
}

impl PageHeader {
    pub(super) fn of(plan: &Plan, groups: &ClientGroups<'_>) -> PageHeader {
        let totals = Totals::of(plan);
        PageHeader {
            verdict: verdict(plan, &totals),
            released: totals.summary.released + plan.released_clients.len(),
            shown_failed: groups.causes.iter().map(|cause| cause.clients.len()).sum(),
            in_sync: groups.in_sync.len(),
            totals,
        }
    }
}

fn verdict(plan: &Plan, totals: &Totals) -> String {
    let summary = totals.summary;
    let errors = plan.diagnostics.iter().filter(|one| one.is_error()).count();
    if errors > 0 && summary.clients == 0 {
        return format!("Nothing was compared: {}", count(errors, "error"));
    }
    if summary.clients == 0 && plan.undo.is_some() {
        return "Nothing to undo".to_owned();
    }
    if summary.clients == 0 {
        return "No clients were compared".to_owned();
    }
    if totals.is_report {
        return match (totals.undone(), totals.stored) {
            (0, 0) => "Nothing had to be changed".to_owned(),
            (0, stored) if plan.undo.is_some() => format!("{} put back", count(stored, "setting")),
            (0, stored) => format!("{} changed, all as declared", count(stored, "setting")),
            (n, _) => format!("{} {} attention", count(n, "client"), if n == 1 { "needs" } else { "need" }),
        };
    }
    let failed = match summary.failed {
        0 => String::new(),
        n => format!("{} failed", count(n, "client")),
    };
    let changed = match summary.to_change {
        0 => String::new(),
        1 if plan.run.drift.is_some() => "1 client differs from git".to_owned(),
        n if plan.run.drift.is_some() => format!("{} differ from git", count(n, "client")),
        n => format!("{} to change", count(n, "client")),
    };
    match (changed.is_empty(), failed.is_empty()) {
        (true, true) if totals.blocked > 0 => format!("{} stopped", count(totals.blocked, "client")),
        (true, true) => "Everything is as declared".to_owned(),
        (true, false) => failed,
        (false, true) => changed,
        (false, false) => format!("{changed}, {} failed", number(summary.failed as u64)),
    }
}

/// The header.
pub(super) fn head(plan: &Plan, view: &PageHeader, out: &mut dyn Write) -> io::Result<()> {
    let totals = &view.totals;
    let kind = match plan.kind {
        DocumentKind::Plan if plan.undo.is_some() => "Plan of an undo",
        DocumentKind::Plan => "Plan",
        DocumentKind::Offline => "Offline plan",
        DocumentKind::Drift => "Drift report",
        DocumentKind::Report => "Report of an apply",
        DocumentKind::Validation => "Validation",
    };
    writeln!(out, "<header class=\"top\"><div class=\"wrap\">\n<p class=\"kind\">ringform · {kind}</p>")?;
    writeln!(out, "<h1>{}</h1>\n<p class=\"lead\">{}</p>", view.verdict, totals.headline())?;
    for line in totals.coverage().into_iter().chain(totals.notes()) {
        writeln!(out, "<p class=\"lead\">{line}</p>")?;
    }
    if let Some(who) = attribution(plan) {
        writeln!(out, "<p class=\"lead\">{}</p>", text(&who))?;
    }
    alarms(view, out)?;
    for one in &plan.run.overrides {
        writeln!(out, "<p class=\"alarm\">{}</p>", text(&overridden(one)))?;
    }
    tiles(view, out)?;
    facts(plan, out)?;
    writeln!(out, "</div></header>")
}

/// The warnings that the PBX is open or is going to open.
fn alarms(view: &PageHeader, out: &mut dyn Write) -> io::Result<()> {
    for alarm in view.totals.alarms() {
        writeln!(out, "<p class=\"alarm\">{alarm}</p>")?;
    }
    Ok(())
}

fn tiles(view: &PageHeader, out: &mut dyn Write) -> io::Result<()> {
    let summary = view.totals.summary;
    let Summary { pending, drift, conflict, .. } = summary;
    writeln!(out, "<ul class=\"tiles\">")?;
    let mut tile = |n: usize, word: &str, class: &str, always: bool| match n {
        0 if !always => Ok(()),
        n => {
            let class = if n == 0 { "" } else { class };
            writeln!(out, "<li class=\"{class}\"><b>{}</b> <span>{word}</span></li>", number(n as u64))
        }
    };
    tile(summary.clients, if summary.clients == 1 { "client" } else { "clients" }, "", true)?;
    tile(summary.in_sync, "in sync", "green", true)?;
    tile(summary.to_change, if view.totals.is_report { "had a difference" } else { "to change" }, "blue", true)?;
    tile(summary.failed, "failed", "red", true)?;
    tile(summary.security, if summary.security == 1 { "security change" } else { "security changes" }, "red", true)?;
    tile(pending, "pending", "blue", false)?;
    tile(drift, "drift", "amber", false)?;
    tile(conflict, if conflict == 1 { "conflict" } else { "conflicts" }, "red", false)?;
    tile(view.totals.blocked, "blocked", "amber", false)?;
    tile(view.released, "released", "", false)?;
    writeln!(out, "</ul>")
}

fn facts(plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<dl class=\"facts\">")?;
    let mut fact = |key: &str, value: String| match value.is_empty() {
        true => Ok(()),
        false => writeln!(out, "<div><dt>{key}</dt><dd>{value}</dd></div>"),
    };
    fact("Endpoint", text(&plan.endpoint))?;
    fact("Project", text(&plan.project))?;
    if let Some(base) = &plan.base {
        fact("Compared with", format!("<code>{}</code>", text(base)))?;
    }
    if let Some(revision) = &plan.revision {
        let dirty = if revision.dirty { " and changes on top" } else { "" };
        fact("Commit", format!("<code>{}</code>{dirty}", text(&short_commit(&revision.commit).into())))?;
    }
    if let Some(at) = plan.run.at {
        fact("Declared as of", instant_text(at))?;
    }
    if let Some(shard) = plan.shard {
        fact("Shard", format!("{} of {}", shard.index, shard.count))?;
    }
    let job = plan.run.ci.as_ref();
    if let Some(job) = job.and_then(|ci| ci.job.as_ref()) {
        fact("Job", text(&cut(job, LINK)))?;
    }
    if let Some(request) = job.and_then(|ci| ci.pull_request.as_ref()) {
        fact("Pull request", text(&cut(request, LINK)))?;
    }
    fact("Run", text(&plan.run.started_at.as_str().into()))?;
    writeln!(out, "</dl>")
}

/// Two rows of radio buttons, by kind and by origin. An empty kind or origin has no button.
pub(super) fn filters(view: &PageHeader, out: &mut dyn Write) -> io::Result<()> {
    let summary = view.totals.summary;
    if summary.clients == 0 {
        return Ok(());
    }
    writeln!(out, "<div class=\"filters\" role=\"search\" aria-label=\"Filters\"><div class=\"wrap\">")?;
    let with_changes = summary.clients - view.totals.left_out - view.shown_failed - view.in_sync;
    let kinds = [
        ("all", "All", summary.clients - view.totals.left_out),
        ("security", "Security", summary.security),
        ("change", "Changes", with_changes),
        ("failed", if view.totals.is_report { "Not done" } else { "Failed" }, view.shown_failed),
        ("sync", "In sync", view.in_sync),
    ];
    choice("Show", "show", &kinds, out)?;
    let Summary { pending, drift, conflict, .. } = summary;
    if pending + drift + conflict + view.released > 0 {
        let origins = [
            ("any", "Any", summary.changes),
            ("pending", "Pending", pending),
            ("drift", "Drift", drift),
            ("conflict", "Conflict", conflict),
            ("released", "Released", view.released),
        ];
        choice("Origin", "from", &origins, out)?;
    }
    writeln!(out, "</div></div>")
}

fn choice(legend: &str, group: &str, kinds: &[(&str, &str, usize)], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<fieldset><legend>{legend}</legend>")?;
    for (at, (id, word, n)) in kinds.iter().enumerate() {
        if at > 0 && *n == 0 {
            continue;
        }
        let checked = if at == 0 { " checked" } else { "" };
        let id = format!("{group}-{id}");
        write!(out, "<input type=\"radio\" name=\"{group}\" id=\"{id}\"{checked}>")?;
        writeln!(out, "<label for=\"{id}\">{word}<i>{}</i></label>", number(*n as u64))?;
    }
    writeln!(out, "</fieldset>")
}
