//! The report that merge requests of GitLab show (`artifacts:reports:terraform`).
//!
//! Owns its three counts. Whoever may see a merge request may read the file, so no name and no value stands in it.

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
