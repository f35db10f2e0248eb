//! Failures by their cause: the number of clients, the reason, the help, and the clients.
//!
//! Owns the layout of one cause. Few clients are shown with name and file, many by their ids.

use std::io::{self, Write};

use crate::plan::ClientPlan;
use crate::render::grouping::clients::FailureCause;
use crate::render::grouping::similar::MANY;
use crate::render::options::TextOptions;
use crate::render::text::names::{NAMED, called, sentence, who};
use crate::render::text::paint::{TextStyle, paint};
use crate::render::totals::word;
use crate::render::wording::numbers::{count, some};

/// Writes a cause, without a blank line after it.
pub(super) fn write(cause: &FailureCause<'_>, options: &TextOptions, out: &mut dyn Write) -> io::Result<()> {
    let result = cause.outcome.map_or("failed", word);
    let head = format!("✗ {} {result}", count(cause.clients.len(), "client"));
    let head = paint(options.color, TextStyle::Bad, head);
    let answer = answer(cause);
    let answer =
        if answer.is_empty() { answer } else { paint(options.color, TextStyle::Faint, format_args!("  ({answer})")) };
    writeln!(out, "{head}: {}{answer}", sentence(&cause.message))?;
    if let Some(help) = &cause.help {
        writeln!(out, "  help: {}", sentence(help))?;
    }
    if cause.clients.len() <= MANY || options.verbose {
        for client in &cause.clients {
            writeln!(out, "  {}{}", who(client, options), fields(client))?;
        }
        return Ok(());
    }
    writeln!(out, "  clients {}", some(cause.clients.iter().map(|client| client.client_id), NAMED))
}

/// The HTTP status and the status of the API, where the sentence does not name them.
fn answer(cause: &FailureCause<'_>) -> String {
    let (http, word) = cause.unnamed_status();
    [http.map(|status| format!("HTTP {status}")), word.map(called)].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// The settings that apply did not store.
fn fields(client: &ClientPlan) -> String {
    if client.changes.is_empty() {
        return String::new();
    }
    let names: Vec<&str> = client.changes.iter().map(|change| change.difference.setting.name()).collect();
    format!("  ({})", names.join(", "))
}
