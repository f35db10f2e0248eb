//! Who ran a command and why, in words.

use crate::model::Untrusted;
use crate::plan::Plan;
use crate::render::escape::cut;

/// The longest name and the longest reason of the line, in characters.
const NAME: usize = 60;
const REASON: usize = 120;

/// Who and why, in one line. A plan says it only where a reason was given. Overrides show their reason, so it is not
/// repeated.
pub(crate) fn attribution(plan: &Plan) -> Option<Untrusted> {
    let run = &plan.run;
    let reason = run.reason.as_ref().filter(|reason| !run.overrides.iter().any(|one| one.reason == **reason));
    let reason = reason.map(|reason| cut(reason, REASON));
    let actor = run.actor.as_ref().filter(|_| plan.is_report() || reason.is_some()).map(|actor| cut(actor, NAME));
    match (actor, reason) {
        (Some(actor), Some(reason)) => Some(format!("By {}: {}", actor.raw(), reason.raw()).into()),
        (Some(actor), None) => Some(actor.map(|actor| format!("By {actor}"))),
        (None, reason) => reason.map(|reason| reason.map(|reason| format!("Reason: {reason}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::GuardOverride;
    use crate::plan::{DocumentKind, Run};

    #[test]
    fn a_report_names_the_actor_and_a_plan_only_beside_a_reason() {
        let long = "y".repeat(10_000);
        let cut_reason = format!("By anna: {}…", "y".repeat(119));
        type Row<'t> = (DocumentKind, Option<&'t str>, Option<&'t str>, Option<&'t str>);
        let table: [Row<'_>; 8] = [
            (DocumentKind::Report, None, None, None),
            (DocumentKind::Report, Some("anna"), None, Some("By anna")),
            (DocumentKind::Report, Some("anna"), Some("ticket 4711"), Some("By anna: ticket 4711")),
            (DocumentKind::Report, None, Some("ticket 4711"), Some("Reason: ticket 4711")),
            (DocumentKind::Report, Some("anna"), Some(&long), Some(&cut_reason)),
            (DocumentKind::Plan, Some("anna"), None, None),
            (DocumentKind::Plan, Some("anna"), Some("ticket 4711"), Some("By anna: ticket 4711")),
            (DocumentKind::Report, Some("anna"), Some("fair"), Some("By anna")),
        ];
        for (kind, actor, reason, expected) in table {
            let overrides = vec![GuardOverride { guard: "open-geo".into(), reason: "fair".into() }];
            let (actor, reason) = (actor.map(Untrusted::from), reason.map(Untrusted::from));
            let plan = Plan { kind, run: Run { actor, reason, overrides, ..Run::default() }, ..Plan::default() };
            assert_eq!(attribution(&plan), expected.map(Untrusted::from), "{kind:?}");
        }
    }
}
