//! Failures by their cause: how many clients, why, what to do, and which.
//!
//! Owns the layout of one cause. Few clients are told with name and file, many by their ids.

use std::io::{self, Write};

use crate::plan::ClientPlan;
use crate::render::Look;
use crate::render::group::{Cause, MANY};
use crate::render::paint::{Label, paint};
use crate::render::phrase::{count, some};
use crate::render::text::{NAMED, called, sentence, who};
use crate::render::totals::word;

/// Writes a cause, without a blank line after it.
pub(super) fn write(cause: &Cause<'_>, look: &Look, out: &mut dyn Write) -> io::Result<()> {
    let result = cause.outcome.map_or("failed", word);
    let head = format!("✗ {} {result}", count(cause.clients.len(), "client"));
    let head = paint(look.color, Label::Bad, head);
    let answer = answer(cause);
    let answer = if answer.is_empty() { answer } else { paint(look.color, Label::Faint, format_args!("  ({answer})")) };
    writeln!(out, "{head}: {}{answer}", sentence(&cause.message))?;
    if let Some(help) = cause.help {
        writeln!(out, "  help: {}", sentence(help))?;
    }
    if cause.clients.len() <= MANY || look.verbose {
        for client in &cause.clients {
            writeln!(out, "  {}{}", who(client, look), fields(client))?;
        }
        return Ok(());
    }
    writeln!(out, "  clients {}", some(cause.clients.iter().map(|client| client.client_id), NAMED))
}

/// The status of the answer and the API's own word.
fn answer(cause: &Cause<'_>) -> String {
    let http = cause.http_status.map(|status| format!("HTTP {status}"));
    let word = cause.status.map(called);
    [http, word].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// The settings that were not stored.
fn fields(client: &ClientPlan) -> String {
    if client.changes.is_empty() {
        return String::new();
    }
    let names: Vec<&str> = client.changes.iter().map(|change| change.difference.setting.name()).collect();
    format!("  ({})", names.join(", "))
}
