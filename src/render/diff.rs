//! The difference as a unified diff of YAML: live on the one side, declared on the other.
//!
//! Owns the diff of the managed settings of each client that differs. How settings are spelt in YAML is the caller's to say;
//! what it returns is escaped line by line.

use std::io::{self, Write};

use similar::TextDiff;

use crate::model::{Setting, State};
use crate::plan::{ClientPlan, Plan};
use crate::render::Look;
use crate::render::escape::terminal;
use crate::render::paint::{Label, paint};

/// Settings and what they hold, in the order of the table.
pub type States = [Held];

type Held = (Setting, State);

/// Writes the diff of every client with a change. `settings_yaml` spells settings as a document would.
pub fn diff(
    plan: &Plan,
    settings_yaml: &dyn Fn(&States) -> String,
    look: &Look,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut out = io::BufWriter::new(out);
    for client in plan.clients.iter().filter(|client| !client.changes.is_empty()) {
        let (live, declared) = sides(client);
        one(client, &settings_yaml(&live), &settings_yaml(&declared), look, &mut out)?;
    }
    out.flush()
}

/// The managed settings, each live and declared. One that does not differ is on both sides as it is live.
fn sides(client: &ClientPlan) -> (Vec<Held>, Vec<Held>) {
    let pair = |setting| {
        if let Some(change) = client.changes.iter().find(|change| change.difference.setting == setting) {
            return Some(((setting, change.difference.live.clone()), (setting, change.difference.declared.clone())));
        }
        // A plan made without reading knows nothing of the settings that do not differ.
        let state = client.live.as_ref()?.state(setting)?;
        Some(((setting, state.clone()), (setting, state)))
    };
    client.managed.iter().filter_map(pair).unzip()
}

fn one(client: &ClientPlan, live: &str, declared: &str, look: &Look, out: &mut dyn Write) -> io::Result<()> {
    let id = client.client_id;
    let file = terminal(&client.source.file);
    let older = if client.live.is_some() { "live" } else { "base" };
    writeln!(out, "{}", paint(look.color, Label::Heading, format_args!("--- client {id} {older}")))?;
    writeln!(out, "{}", paint(look.color, Label::Heading, format_args!("+++ client {id} {file}")))?;
    let diff = TextDiff::from_lines(live, declared);
    for hunk in diff.unified_diff().context_radius(3).missing_newline_hint(false).iter_hunks() {
        writeln!(out, "{}", paint(look.color, Label::Hunk, hunk.header()))?;
        for change in hunk.iter_changes() {
            let (sign, label) = match change.tag() {
                similar::ChangeTag::Equal => (' ', Label::Plain),
                similar::ChangeTag::Delete => ('-', Label::Removed),
                similar::ChangeTag::Insert => ('+', Label::Added),
            };
            let line = change.value().trim_end_matches(['\n', '\r']);
            writeln!(out, "{}", paint(look.color, label, format_args!("{sign}{}", terminal(line))))?;
        }
    }
    Ok(())
}
