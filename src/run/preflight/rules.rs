//! The rules that bind a run: guards, limits and waivers of the project, of its base and of the floor.
//!
//! Owns the one place that puts these sources together, so that none can loosen another. It must not read files.

use crate::config::Project;
use crate::model::{Declaration, Diagnostic, Floor, GuardOverride, SendLimits, SettingSet, Waiver};
use crate::plan::{GuardList, refused_overrides};
use crate::run::preflight::baseline::RunBase;

/// The rules that bind a run.
#[derive(Debug)]
pub(in crate::run) struct BindingRules {
    /// The guards that judge.
    pub(in crate::run) guards: GuardList,
    /// Of each limit the strictest bound.
    pub(in crate::run) limits: SendLimits,
    /// The waivers that count.
    pub(in crate::run) waivers: Vec<Waiver>,
    /// The fields that no waiver covers.
    pub(in crate::run) never_waived: SettingSet,
    /// A warning for each waiver of the project that the floor does not let count.
    pub(in crate::run) waiver_warnings: Vec<Diagnostic>,
}

impl BindingRules {
    /// The rules of a run that reads no base.
    pub(in crate::run) fn without_base(project: &Project, floor: Floor, today: &str) -> BindingRules {
        BindingRules::of(project, None, floor, &[], today)
    }

    /// The rules of a project, its base and its floor on this day. Labels decide which guards judge a declaration.
    pub(super) fn of(
        project: &Project,
        base: Option<&RunBase>,
        floor: Floor,
        declarations: &[Declaration],
        today: &str,
    ) -> BindingRules {
        let (guards, waivers) = match base {
            Some(base) => (base.guards(project), base.waivers(project)),
            None => (GuardList::new(&project.guards, &[]), project.waivers.clone()),
        };
        // Earlier labels count for every guard with labels, so they come after the last of them.
        let guards = guards.with_floor(&floor.guards);
        let guards = match base {
            Some(base) => base.with_labels(guards, declarations),
            None => guards,
        };
        let of_base = base.map(RunBase::limits).unwrap_or_default();
        let limits = SendLimits::strictest([&project.limits.sending, &of_base, &floor.limits]);
        let (waivers, waiver_warnings) = floor.counted(waivers, today);
        BindingRules { guards, limits, waivers, never_waived: floor.never_waived, waiver_warnings }
    }

    /// With the overrides of this run, or an error for each that it may not have.
    pub(in crate::run) fn with_overrides(self, overrides: &[GuardOverride]) -> Result<BindingRules, Vec<Diagnostic>> {
        let refused = refused_overrides(&self.guards, overrides);
        match refused.is_empty() {
            true => Ok(BindingRules { guards: self.guards.with_overrides(overrides), ..self }),
            false => Err(refused),
        }
    }
}
