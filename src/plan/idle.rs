//! Waivers that can cover nothing: most often a number that was mistyped, or a document that is gone.
//!
//! Owns the warnings about them. Whether all documents were looked at is for the caller to know.

use crate::model::{Diagnostic, Waiver};
use crate::plan::since::DeclaredClient;

/// A warning for each waiver of a client that nothing declares, or of a field that its client does not manage.
pub fn idle<'a>(waivers: &'a [Waiver], declared: &'a [DeclaredClient]) -> impl Iterator<Item = Diagnostic> + 'a {
    waivers.iter().filter_map(|waiver| {
        let client = waiver.client;
        let documents = || declared.iter().filter(|known| known.client == client);
        let why = match waiver.field {
            _ if documents().next().is_none() => format!("a waiver is of client {client}, which no document declares"),
            Some(field) if !documents().any(|known| known.managed.contains(field)) => {
                format!("a waiver is of `{field}`, which client {client} does not manage")
            }
            Some(_) | None => return None,
        };
        let help = "mend or remove it: it covers nothing".to_owned();
        Some(Diagnostic::warning("idle-waiver", waiver.source.clone(), why).help(help))
    })
}
