//! Places and reasons in words.

use crate::model::{GuardOverride, Place, Untrusted};
use crate::plan::{Blocked, BlockedKind};

/// A place that an editor or a terminal can open: `clients/acme.yaml:7`.
pub(crate) fn place(place: &Place) -> Untrusted {
    format!("{}:{}", place.file.raw(), place.line).into()
}

/// That a run passes a guard, in one sentence.
pub(crate) fn overridden(one: &GuardOverride) -> Untrusted {
    format!("guard {} was overridden: {}", one.guard.raw(), one.reason.raw()).into()
}

/// What blocks a client, in one sentence: `guard no-open-geo: every country may register`.
pub(crate) fn reason(blocked: &Blocked) -> Untrusted {
    let kind = match blocked.kind {
        BlockedKind::Guard => "guard",
        BlockedKind::Conflict => "conflict",
        BlockedKind::Closing => "--only-closing",
    };
    format!("{kind} {}: {}", blocked.name.raw(), blocked.message.raw()).into()
}
