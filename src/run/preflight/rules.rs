//! The rules that bind a run: guards, limits and waivers of the project, of its bases and of the floor.
//!
//! Owns the one place that puts these sources together, so that none can loosen another. It must not read files.

use crate::config::Project;
use crate::model::{Diagnostic, Floor, GuardOverride, SendLimits, SettingSet, Waiver};
use crate::plan::{GuardList, LabelledClient, refused_overrides};
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

/// The revisions whose rules bind as well as those of the work tree.
#[derive(Debug, Default)]
pub(in crate::run) struct RuleBases {
    /// The base that the request names.
    pub(super) named: Option<RunBase>,
    /// The commit that the ledger recorded last.
    pub(super) applied: Option<RunBase>,
}

impl RuleBases {
    /// The revisions of a saved plan, which judged its base when it was made.
    pub(in crate::run) fn of_saved(applied: Option<RunBase>) -> RuleBases {
        RuleBases { named: None, applied }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &RunBase> {
        self.named.iter().chain(&self.applied)
    }

    /// Of each limit the strictest bound.
    pub(super) fn limits(&self) -> SendLimits {
        SendLimits::strictest(&self.iter().map(RunBase::limits).collect::<Vec<_>>())
    }
}

impl BindingRules {
    /// The rules of a run that reads no revision.
    pub(in crate::run) fn without_base(project: &Project, floor: Floor) -> BindingRules {
        BindingRules::of(project, &RuleBases::default(), floor, std::iter::empty())
    }

    /// The rules of a project, its bases and its floor. Labels decide which guards judge a client.
    pub(in crate::run) fn of<'a>(
        project: &Project,
        bases: &RuleBases,
        floor: Floor,
        clients: impl Iterator<Item = LabelledClient<'a>> + Clone,
    ) -> BindingRules {
        let mut guards = match &bases.named {
            Some(base) => base.guards(project),
            None => GuardList::new(&project.guards, &[]),
        };
        if let Some(applied) = &bases.applied {
            guards = applied.with_guards(guards, project);
        }
        // Earlier labels count for every guard with labels, so they come after the last of them.
        guards = guards.with_floor(&floor.guards);
        guards = bases.iter().fold(guards, |guards, base| base.with_labels(guards, clients.clone()));
        let waivers = bases.iter().fold(project.waivers.clone(), |waivers, base| base.waivers(&waivers));
        let limits = SendLimits::strictest([&project.limits.sending, &bases.limits(), &floor.limits]);
        let (waivers, waiver_warnings) = floor.counted(waivers, project.at, &project.zone);
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
