//! Where the ledger of a run is.
//!
//! Owns which section counts: that of a floor, else with a base that of the revision, else that of the work tree. A
//! change must not choose its own memory. It must not call git.

use crate::config::Project;
use crate::model::{Diagnostic, Floor, LedgerConfig, Place};
use crate::run::preflight::baseline::RunBase;

/// The section `ledger` that counts.
#[derive(Clone, Debug, Default)]
pub(in crate::run) struct LedgerSection<'s> {
    /// What it says; `None` without a ledger.
    pub(in crate::run) config: Option<&'s LedgerConfig>,
    /// A warning where another section is written, and does not count.
    pub(in crate::run) diagnostics: Vec<Diagnostic>,
}

impl<'s> LedgerSection<'s> {
    /// The section of a run over this project.
    pub(in crate::run) fn of(
        project: Option<&'s Project>,
        base: Option<&'s RunBase>,
        floor: &'s Floor,
    ) -> LedgerSection<'s> {
        let Some(project) = project else { return LedgerSection::default() };
        let now = project.ledger.as_ref();
        if let Some(config) = &floor.ledger {
            let other = now.filter(|now| !now.is_same(config));
            let warn = |now: &LedgerConfig| {
                let summary = "the section `ledger` does not count: the floor holds another one";
                let help = "remove the section, or write it as in the floor".to_owned();
                Diagnostic::warning("ledger", now.place.clone(), summary).help(help)
            };
            return LedgerSection { config: Some(config), diagnostics: other.map(warn).into_iter().collect() };
        }
        let then = base.and_then(|base| base.rules().next().and_then(|(_, then)| then));
        let (Some(base), Some(then)) = (base, then) else {
            return LedgerSection { config: now, diagnostics: Vec::new() };
        };
        let then = then.ledger.as_ref();
        LedgerSection { config: then, diagnostics: changed(project, then, &base.revision).into_iter().collect() }
    }
}

/// The warning about a change of the section.
fn changed(project: &Project, then: Option<&LedgerConfig>, revision: &str) -> Option<Diagnostic> {
    let now = project.ledger.as_ref();
    let review = "review this part of the change too";
    let (summary, why) = match (then, now) {
        (None, None) => return None,
        (Some(then), Some(now)) if then.is_same(now) => return None,
        (None, Some(_)) => (
            format!("the section `ledger` is not in {revision}, so this run goes without a ledger"),
            format!("it counts when {revision} has it"),
        ),
        (Some(_), now) => (
            format!(
                "this change {} the section `ledger`: that of {revision} counts",
                if now.is_some() { "changes" } else { "removes" }
            ),
            "once merged, it escapes the guards of the commit that was applied last".to_owned(),
        ),
    };
    let place = now.map(|now| now.place.clone());
    let place = place.unwrap_or_else(|| Place::new((&*project.file).into(), 1, 1));
    Some(Diagnostic::warning("rules-changed", place, summary).help(format!("{review}: {why}")))
}
