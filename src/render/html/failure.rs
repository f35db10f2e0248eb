//! Clients that ringform could not compare or apply, by cause.

use std::io::{self, Write};

use crate::model::FailureKind;
use crate::render::grouping::clients::{ClientGroups, FailureCause};
use crate::render::html::fragments::{MOST_CARDS, more, text, who};
use crate::render::html::value;
use crate::render::totals;
use crate::render::wording::numbers::count;

/// The section; the most frequent cause first. Nothing without failures.
pub(super) fn failures(groups: &ClientGroups<'_>, out: &mut dyn Write) -> io::Result<()> {
    if groups.causes.is_empty() {
        return Ok(());
    }
    let failed: usize = groups.causes.iter().map(|cause| cause.clients.len()).sum();
    writeln!(out, "<section id=\"failed\" class=\"for-failed\" aria-labelledby=\"h-failed\">")?;
    let is_report = groups.causes.iter().any(|cause| cause.outcome.is_some());
    let title = if is_report { "Not done" } else { "Failed" };
    writeln!(
        out,
        "<h2 id=\"h-failed\">{title}</h2>\n<p class=\"soft\">{}, by cause. A failed client never counts as different or in sync.</p>",
        count(failed, "client")
    )?;
    for cause in groups.causes.iter().rev().take(MOST_CARDS) {
        card(cause, out)?;
    }
    let left: usize = groups.causes.iter().rev().skip(MOST_CARDS).map(|cause| cause.clients.len()).sum();
    more(left, "failed clients", out)?;
    writeln!(out, "</section>")
}

fn card(cause: &FailureCause<'_>, out: &mut dyn Write) -> io::Result<()> {
    let word = cause.outcome.map(totals::word).or(cause.kind.map(kind)).unwrap_or("failed");
    writeln!(out, "<article class=\"card\"><header><h3>{}</h3> {}", text(&cause.message), value::tag("red", word))?;
    let http = cause.http_status.map(|status| format!("HTTP {status} ")).unwrap_or_default();
    let status = cause.status.map(|status| format!("<code>{}</code>", text(status))).unwrap_or_default();
    writeln!(out, "<span class=\"where\">{http}{status}</span></header>")?;
    if let Some(help) = &cause.help {
        writeln!(out, "<p class=\"note\">{}</p>", text(help))?;
    }
    let open = if cause.clients.len() <= 10 { " open" } else { "" };
    writeln!(out, "<details{open}><summary>{}</summary>", count(cause.clients.len(), "client"))?;
    who(&cause.clients, out)?;
    writeln!(out, "</details>\n</article>")
}

/// A kind of failure in words.
fn kind(kind: FailureKind) -> &'static str {
    match kind {
        FailureKind::Api => "refused by the API",
        FailureKind::Connection => "no connection",
        FailureKind::Timeout => "timed out",
        FailureKind::BadAnswer => "unusable answer",
        FailureKind::Redirect => "redirected",
        FailureKind::Quota => "quota used up",
        FailureKind::Credentials => "no credentials",
        FailureKind::WrongClient => "wrong client",
        FailureKind::IncompleteAnswer => "incomplete answer",
        FailureKind::DuplicateClient => "declared twice",
        FailureKind::Expect => "not as expected",
        FailureKind::Journal => "no journal",
        FailureKind::Interrupted => "interrupted",
    }
}
