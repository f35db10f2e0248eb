//! Places and reasons in words.

use crate::model::Place;
use crate::plan::{Blocked, BlockedKind};

/// A place as people click it: `clients/acme.yaml:7`; still untrusted.
pub(crate) fn place(place: &Place) -> String {
    format!("{}:{}", place.file.raw(), place.line)
}

/// What stops a client, in one still untrusted sentence: `guard no-open-geo: every country may register`.
pub(crate) fn reason(blocked: &Blocked) -> String {
    let kind = match blocked.kind {
        BlockedKind::Guard => "guard",
        BlockedKind::Conflict => "conflict",
    };
    format!("{kind} {}: {}", blocked.name.raw(), blocked.message.raw())
}
