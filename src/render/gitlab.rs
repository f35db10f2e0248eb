//! The report that merge requests of GitLab show (`artifacts:reports:terraform`).
//!
//! Owns its three counts. All readers of a merge request can read the file, so it contains no name and no value.

use std::io::{self, Write};

use serde::Serialize;

use crate::plan::Plan;
use crate::render::json;

#[derive(Serialize)]
struct GitlabCounts {
    create: usize,
    update: usize,
    delete: usize,
}

/// Writes the counts: clients with a change are updates, and nothing is ever created or deleted.
pub(super) fn gitlab(plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
    json::document(&GitlabCounts { create: 0, update: plan.summary().to_change, delete: 0 }, out)
}
