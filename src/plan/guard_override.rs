//! Overrides of guards: which ones a run may have, and which had an effect.
//!
//! Owns the rule that only a guard of the work tree's project file can be overridden: never one of a revision. `guards`
//! judges the clients.

use crate::model::guard::{Guard, RuleSource};
use crate::model::{Diagnostic, GuardOverride};
use crate::plan::client::ClientPlan;
use crate::plan::guard_list::GuardList;
use crate::plan::guards;

/// An error for each override that the run may not have.
pub fn refused_overrides(list: &GuardList, overrides: &[GuardOverride]) -> Vec<Diagnostic> {
    overrides.iter().filter_map(|one| refused(list, one)).collect()
}

fn refused(list: &GuardList, one: &GuardOverride) -> Option<Diagnostic> {
    let of_name = || list.iter().filter(|guard| is_named(guard, one));
    if of_name().any(|guard| guard.source == RuleSource::Project) {
        return None;
    }
    let own: Vec<&str> = list.iter().filter(|guard| guard.source == RuleSource::Project).map(name).collect();
    let guards = match own.is_empty() {
        true => "the project has no guards; remove --override-guard".to_owned(),
        false => format!("the guards of the project are {}", own.join(", ")),
    };
    let summary = match of_name().next() {
        Some(guard) => format!("--override-guard cannot pass {}", guard.named()),
        None => format!("the project has no guard `{}` for --override-guard", one.guard.raw()),
    };
    Some(Diagnostic::error("override-guard", None, summary).help(guards))
}

/// A warning for each override of a guard that stopped no client.
pub fn unused_overrides(list: &GuardList, clients: &[ClientPlan]) -> Vec<Diagnostic> {
    let had_effect = |one: &GuardOverride| {
        let own = || list.iter().filter(|guard| list.reason(guard).is_some() && is_named(guard, one));
        // A guard over unmanaged fields also judges clients that this change removes.
        own().any(|guard| guard.when.unmanaged || clients.iter().any(|client| guards::stops(list, guard, client)))
    };
    let unused = list.overrides().iter().filter(|one| !had_effect(one));
    let warn = |one: &GuardOverride| {
        let summary =
            format!("--override-guard {} has no effect: the guard stops no client of this run", one.guard.raw());
        Diagnostic::warning("nothing-to-override", None, summary)
    };
    unused.map(warn).collect()
}

fn is_named(guard: &Guard, one: &GuardOverride) -> bool {
    *guard.name == *one.guard.raw()
}

fn name(guard: &Guard) -> &str {
    &guard.name
}
