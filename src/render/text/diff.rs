//! The difference as a unified diff of YAML, from live to declared.
//!
//! Owns the diff of the managed settings of each client that differs. The caller provides the function
//! that writes settings as YAML; each line of its text is escaped here.

use std::io::{self, Write};

use similar::TextDiff;

use crate::model::{Setting, State, Untrusted};
use crate::plan::{ClientPlan, Plan};
use crate::render::escape::terminal;
use crate::render::options::TextOptions;
use crate::render::text::paint::{TextStyle, paint};

/// Settings with their states, in the order of the table.
pub type SettingStates = [SettingState];

type SettingState = (Setting, State);

/// Writes the diff of every client with a change. `settings_yaml` writes settings as in a document.
pub fn diff(
    plan: &Plan,
    settings_yaml: &dyn Fn(&SettingStates) -> String,
    options: &TextOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut out = io::BufWriter::new(out);
    for client in plan.clients.iter().filter(|client| !client.changes.is_empty()) {
        let (live, declared) = sides(client);
        one(client, &settings_yaml(&live), &settings_yaml(&declared), options, &mut out)?;
    }
    out.flush()
}

/// The managed settings, each live and declared. A setting without a difference has its live state on both sides.
fn sides(client: &ClientPlan) -> (Vec<SettingState>, Vec<SettingState>) {
    let pair = |setting| {
        if let Some(change) = client.changes.iter().find(|change| change.difference.setting == setting) {
            return Some(((setting, change.difference.live.clone()), (setting, change.difference.declared.clone())));
        }
        // An offline plan contains no state of settings without a difference.
        let state = client.live.as_ref()?.state(setting)?;
        Some(((setting, state.clone()), (setting, state)))
    };
    client.managed.iter().filter_map(pair).unzip()
}

fn one(client: &ClientPlan, live: &str, declared: &str, options: &TextOptions, out: &mut dyn Write) -> io::Result<()> {
    let id = client.client_id;
    let file = terminal(&client.source.file);
    let older = if client.live.is_some() { "live" } else { "base" };
    writeln!(out, "{}", paint(options.color, TextStyle::Heading, format_args!("--- client {id} {older}")))?;
    writeln!(out, "{}", paint(options.color, TextStyle::Heading, format_args!("+++ client {id} {file}")))?;
    hunks(live, declared, options, out)
}

/// Writes the unified diff of a file. The name and the lines are untrusted.
pub fn file_diff(
    name: &Untrusted,
    before: &str,
    after: &str,
    options: &TextOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    let name = terminal(name);
    writeln!(out, "{}", paint(options.color, TextStyle::Heading, format_args!("--- a/{name}")))?;
    writeln!(out, "{}", paint(options.color, TextStyle::Heading, format_args!("+++ b/{name}")))?;
    hunks(before, after, options, out)
}

fn hunks(before: &str, after: &str, options: &TextOptions, out: &mut dyn Write) -> io::Result<()> {
    let diff = TextDiff::from_lines(before, after);
    for hunk in diff.unified_diff().context_radius(3).missing_newline_hint(false).iter_hunks() {
        writeln!(out, "{}", paint(options.color, TextStyle::Hunk, hunk.header()))?;
        for change in hunk.iter_changes() {
            let (sign, label) = match change.tag() {
                similar::ChangeTag::Equal => (' ', TextStyle::Plain),
                similar::ChangeTag::Delete => ('-', TextStyle::Removed),
                similar::ChangeTag::Insert => ('+', TextStyle::Added),
            };
            let line = change.value().trim_end_matches(['\n', '\r']);
            writeln!(out, "{}", paint(options.color, label, format_args!("{sign}{}", terminal(&line.into()))))?;
        }
    }
    Ok(())
}
