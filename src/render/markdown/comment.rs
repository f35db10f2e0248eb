//! The plan as a comment on a pull request.
//!
//! Owns the order and the size of the comment: counts first, security changes before others, equal changes of many
//! clients once, failures by cause, everything else folded. The text does not depend on the run, so a comment changes
//! only if the state changes. Text that does not fit is counted.

use std::io::{self, Write};

use crate::model::Diagnostic;
use crate::plan::{ApplyResult, Plan};
use crate::render::escape::{cut, markdown as plain, markdown_code as code};
use crate::render::grouping::blocked::blocked_groups;
use crate::render::grouping::clients::{ClientGroups, FailureCause};
use crate::render::grouping::findings::unreported;
use crate::render::grouping::similar::alike;
use crate::render::markdown::names::{NAME, NAMED, SENTENCE, ids};
use crate::render::markdown::section::{MarkdownSection, SizeLimit, items};
use crate::render::markdown::{drift, scheduled, table, unconfirmed};
use crate::render::totals::{Totals, word};
use crate::render::wording::attribution::attribution;
use crate::render::wording::instant::judged_at;
use crate::render::wording::numbers::{count, number};
use crate::render::wording::place::{overridden, place};

/// Writes the comment, or the summary of a step.
pub(in crate::render) fn markdown(plan: &Plan, page: SizeLimit, out: &mut dyn Write) -> io::Result<()> {
    let totals = Totals::of(plan);
    let groups = unreported(plan);
    let head = head(plan, &totals);
    let after = [
        scheduled::section(plan, page.part(15)),
        blocked(plan, &totals, page),
        wrong(&groups, page),
        unconfirmed::section(plan, page.part(10)),
        failures(&groups, page),
        diagnostics(&plan.diagnostics, page),
    ];
    let after = after.map(MarkdownSection::finish);
    // The changes take the room that the other sections leave, so changes never displace failures.
    let used = page.length(&head) + after.iter().map(|(_, length)| length).sum::<usize>();
    // With findings, the table has only the changes of the change set.
    let found = plan.run.drift.as_ref().map(|report| drift::section(plan, report, page.rest_part(used, 75)).finish());
    let (found, length) = found.unwrap_or_default();
    let mut changes = page.rest(used + length);
    table::write(plan, &groups, totals.is_report, &mut changes);
    let text = [head, found, changes.finish().0].into_iter().chain(after.map(|(text, _)| text)).collect::<String>();
    writeln!(out, "{}", text.trim_end())
}

fn head(plan: &Plan, totals: &Totals) -> String {
    let what = match (totals.is_report, &plan.run.drift, &plan.undo) {
        (true, ..) => "ringform apply",
        (false, Some(_), _) => "ringform drift",
        (false, None, Some(_)) => "ringform undo",
        (false, None, None) => "ringform plan",
    };
    // In a drift report the findings show the alarms.
    let alarms = totals.alarms().into_iter().filter(|_| plan.run.drift.is_none());
    let alarms: String = alarms.map(|alarm| format!("**⚠ {alarm}**\n\n")).collect();
    let overrides = plan.run.overrides.iter().map(|one| plain(&cut(&overridden(one), SENTENCE)));
    let overrides: String = overrides.map(|line| format!("**⚠ {line}**\n\n")).collect();
    let who = attribution(plan).map(|who| format!("{}\n\n", plain(&who))).unwrap_or_default();
    let mut head = format!("**{what}:** {}\n\n{who}{alarms}{overrides}", totals.headline());
    let has_origins = totals.has_origins;
    let notes = totals.notes();
    // With origins the notes are the main answer: each has a line of its own.
    if has_origins {
        head.extend(notes.iter().map(|note| format!("- {note}\n")));
        head.push_str(if notes.is_empty() { "" } else { "\n" });
    }
    let mut lines: Vec<String> =
        totals.coverage().into_iter().chain(notes.into_iter().filter(|_| !has_origins)).collect();
    lines.extend(judged_at(plan));
    if let Some(base) = &plan.base {
        // `main...` ends with dots already.
        let end = if base.raw().ends_with('.') { "" } else { "." };
        lines.push(format!("Base: {}{end}", code(&cut(base, NAME))));
    }
    if let Some(shard) = plan.shard {
        lines.push(format!("Shard {} of {}.", shard.index, shard.count));
    }
    if !lines.is_empty() {
        head.push_str(&format!("{}\n\n", lines.join(" ")));
    }
    head
}

/// What blocks clients, each reason once. In a report the refused clients are among the failures.
fn blocked(plan: &Plan, totals: &Totals, page: SizeLimit) -> MarkdownSection {
    let mut section = page.part(15);
    if totals.is_report || totals.blocked == 0 {
        return section;
    }
    let all = plan.clients.iter().flat_map(|client| client.blocked.iter().map(move |blocked| (client, blocked)));
    let lines: Vec<String> = blocked_groups(all)
        .iter()
        .map(|group| format!("- {} — {}", plain(&cut(&group.reason, SENTENCE)), ids(&group.clients, NAMED)))
        .collect();
    let head = format!("**Blocked: {}**\n", count(totals.blocked, "client"));
    items(&mut section, &head, &lines, "reason");
    section
}

/// Writes with a wrong result: a stored value differs from the sent one, or another field changed.
fn wrong(groups: &ClientGroups<'_>, page: SizeLimit) -> MarkdownSection {
    let mut section = page.part(15);
    let units = groups.many.iter().chain(&groups.alone).map(|group| group.clients.as_slice());
    let bad = units.filter(|unit| unit[0].result.is_some_and(|outcome| !outcome.is_good()));
    let lines: Vec<String> = bad
        .map(|unit| {
            let message = unit[0].details.as_deref().and_then(|details| details.message.as_ref());
            let message = message.map_or(String::new(), |message| plain(&cut(message, SENTENCE)));
            format!("- {} **{}**: {message}", ids(unit, NAMED), unit[0].result.map_or("", word))
        })
        .collect();
    items(&mut section, "**Stored values differ from sent values**\n", &lines, "write");
    section
}

/// Failures by cause, the most frequent first, because the first items are not folded.
fn failures(groups: &ClientGroups<'_>, page: SizeLimit) -> MarkdownSection {
    let mut section = page.part(20);
    let clients: usize = groups.causes.iter().map(|cause| cause.clients.len()).sum();
    let lines: Vec<String> = groups.causes.iter().rev().map(cause).collect();
    let report = groups.causes.iter().any(|cause| cause.outcome.is_some_and(|outcome| outcome != ApplyResult::Failed));
    let head = if report { "Not done" } else { "Failed" };
    items(&mut section, &format!("**{head}: {}**\n", count(clients, "client")), &lines, "cause");
    section
}

fn cause(cause: &FailureCause<'_>) -> String {
    let result = cause.outcome.map_or("failed", word);
    let (http, status) = cause.unnamed_status();
    let http = http.map(|status| format!("HTTP {status}"));
    let status = status.map(|status| code(&cut(status, NAME)));
    let answer = [http, status].into_iter().flatten().collect::<Vec<_>>().join(", ");
    let answer = if answer.is_empty() { answer } else { format!(" ({answer})") };
    let help = cause.help.as_ref().map(|help| format!(". Help: {}", plain(&cut(help, SENTENCE)))).unwrap_or_default();
    let message = plain(&cut(&cause.message, SENTENCE));
    let n = count(cause.clients.len(), "client");
    format!("- **{n} {result}**: {message}{answer} — {}{help}", ids(&cause.clients, NAMED))
}

/// Problems of the files and warnings of guards, similar ones together.
fn diagnostics(list: &[Diagnostic], page: SizeLimit) -> MarkdownSection {
    let mut section = page.part(15);
    let lines: Vec<String> = alike(list)
        .into_iter()
        .map(|like| {
            let first = like[0];
            let level = if first.is_error() { "error" } else { "warning" };
            let range = first.range.as_ref().map(|range| format!(" {}", code(&cut(&place(range), NAME))));
            let help = first.help.as_ref().map(|help| format!(". Help: {}", plain(&cut(help, SENTENCE))));
            let more = match like.len() {
                1 => String::new(),
                n => format!(" — and {} more like it", number(n as u64 - 1)),
            };
            let (rule, summary) =
                (code(&cut(&first.rule.as_str().into(), NAME)), plain(&cut(&first.summary, SENTENCE)));
            let (range, help) = (range.unwrap_or_default(), help.unwrap_or_default());
            format!("- {level} {rule}{range}: {summary}{more}{help}")
        })
        .collect();
    let errors = list.iter().filter(|one| one.is_error()).count();
    let counts = [(errors, "error"), (list.len() - errors, "warning")];
    let counts: Vec<String> = counts.into_iter().filter(|(n, _)| *n > 0).map(|(n, noun)| count(n, noun)).collect();
    items(&mut section, &format!("**{}**\n", counts.join(", ")), &lines, "kind");
    section
}
