//! Clients by id in a comment, and how long names, sentences and lists may be.

use crate::model::ClientId;
use crate::plan::ClientPlan;
use crate::render::escape::markdown_code as code;
use crate::render::wording::numbers::some;

/// The most characters of a sentence that ringform did not write.
pub(super) const SENTENCE: usize = 300;

/// The most characters of a name or a path.
pub(super) const NAME: usize = 80;

/// How many clients are named in a list.
pub(super) const NAMED: usize = 20;

/// How many clients are named in a fold of their own.
pub(super) const LISTED: usize = 500;

/// The clients of a group: `client 12` or `clients 12, 13 and 7 more`.
pub(super) fn ids(clients: &[&ClientPlan], most: usize) -> String {
    named(&clients.iter().map(|client| client.client_id).collect::<Vec<_>>(), most)
}

pub(super) fn named(clients: &[ClientId], most: usize) -> String {
    let noun = if clients.len() == 1 { "client" } else { "clients" };
    format!("{noun} {}", some(clients.iter().map(|client| id(*client)), most))
}

/// A client's id. `@me` is code, because GitHub would notify a user of that name.
pub(super) fn id(client: ClientId) -> String {
    match client {
        ClientId::Number(number) => number.to_string(),
        ClientId::Me => code(&"@me".into()),
    }
}
