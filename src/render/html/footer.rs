//! The footer: requests, time and quota of the run.

use std::io::{self, Write};

use crate::plan::Run;
use crate::render::html::fragments::text;
use crate::render::wording::numbers::{count, duration, number};

/// The footer.
pub(super) fn foot(run: &Run, ringform_version: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<footer><div class=\"wrap\"><h2>This run</h2>\n<dl class=\"rest\">")?;
    let mut line = |key: &str, value: String| writeln!(out, "<dt>{key}</dt><dd>{value}</dd>");
    line("Run", format!("<code>{}</code>, {}", text(&run.id.as_str().into()), text(&run.started_at.as_str().into())))?;
    line("Duration", duration(run.duration_ms))?;
    let requests = run.requests;
    let kinds = [
        (requests.token, "for tokens"),
        (requests.read, "to read"),
        (requests.write, "to write"),
        (requests.retries, "repeated"),
    ];
    let kinds: Vec<String> =
        kinds.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{} {word}", number(*n))).collect();
    let kinds = if kinds.is_empty() { String::new() } else { format!(" ({})", kinds.join(", ")) };
    line("Requests", format!("{}{kinds}", count(requests.total as usize, "request")))?;
    for quota in run.quota.iter().take(100) {
        let who =
            quota.credentials.as_ref().map(|name| format!(" of {}", text(&name.as_str().into()))).unwrap_or_default();
        let reset =
            quota.resets_in_s.map(|s| format!(", reset in {}", duration(s.saturating_mul(1000)))).unwrap_or_default();
        line(&format!("Quota{who}"), format!("{} left at the lowest{reset}", number(quota.remaining_lowest)))?;
    }
    line("Made by", format!("ringform {}", text(&ringform_version.into())))?;
    writeln!(out, "</dl></div></footer>")
}
