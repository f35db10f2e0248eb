//! Waivers that cover no client and no field: most often a mistyped number, or a document that was removed.
//!
//! Owns the warnings about them. The caller must ask only when all documents of the project were read.

use crate::model::{ClientId, DeclaredClient, Diagnostic, Waiver};

/// A warning for each waiver of a client that nothing declares, or of a field that its client does not manage.
pub fn unused_waivers<'a>(
    waivers: &'a [Waiver],
    declared: &'a [DeclaredClient],
) -> impl Iterator<Item = Diagnostic> + 'a {
    waivers.iter().filter_map(|waiver| {
        let client = waiver.key();
        let documents = || declared.iter().filter(|known| known.key() == client);
        let why = match waiver.field {
            _ if documents().next().is_none() => format!("a waiver is of client {client}, which no document declares"),
            Some(field) if !documents().any(|known| known.managed.contains(field)) => {
                format!("a waiver is of `{field}`, which client {client} does not manage")
            }
            Some(_) | None => return None,
        };
        let help = other_credentials(waiver, declared).unwrap_or("mend or remove it: it covers nothing".to_owned());
        Some(Diagnostic::warning("idle-waiver", waiver.source.clone(), why).help(help))
    })
}

/// The help for a waiver of an `@me` that documents declare only under other credentials.
fn other_credentials(waiver: &Waiver, declared: &[DeclaredClient]) -> Option<String> {
    let of_me = declared.iter().filter(|known| known.client == ClientId::Me && waiver.client == ClientId::Me);
    let mut names = of_me.map(|known| known.credentials.as_deref()).collect::<Option<Vec<&str>>>()?;
    if names.is_empty() || names.contains(&waiver.credentials.as_deref().unwrap_or_default()) {
        return None;
    }
    names.sort_unstable();
    Some(format!("it covers nothing; name the credentials of the \"@me\" that it is of: {}", names.join(" or ")))
}
