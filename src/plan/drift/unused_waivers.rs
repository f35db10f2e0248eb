//! Waivers that cover no client and no field: most often a mistyped number, or a document that was removed.
//!
//! Owns the warnings about them. The caller must ask only when all documents of the project were read.

use crate::model::{DeclaredClient, Diagnostic, Waiver};

/// A warning for each waiver of a client that nothing declares, or of a field that its client does not manage.
pub fn unused_waivers<'a>(
    waivers: &'a [Waiver],
    declared: &'a [DeclaredClient],
) -> impl Iterator<Item = Diagnostic> + 'a {
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
