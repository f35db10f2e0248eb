//! The flags that act on origins.
//!
//! Owns the rule that a run with them can say where each difference comes from. It reads nothing.

use crate::config::Project;
use crate::model::{Advice, Floor};
use crate::run::RunRequest;
use crate::run::preflight::ledger_section::LedgerSection;

/// `--only` and `--overwrite-drift` act on origins, so a run with them needs a base or a ledger.
pub(super) fn check_origin_flags(project: Option<&Project>, floor: &Floor, request: &RunRequest) -> Result<(), Advice> {
    let judges_by_origin = !request.sending.only.is_empty() || !request.sending.overwrite.is_empty();
    let has_section = project.is_none() || LedgerSection::of(project, None, floor).config.is_some();
    let has_ledger = has_section && !request.ledger.is_left_out;
    if has_ledger || request.base.revision.is_some() || !judges_by_origin {
        return Ok(());
    }
    let what = "--only, --origin and --overwrite-drift need to know where each difference comes from";
    Err(Advice::new(what, "give `--base REV`, or write `ledger: git` into ringform.yaml"))
}
