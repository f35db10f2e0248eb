//! Limits of a base, as a saved plan keeps them.
//!
//! Owns their form in the document: an apply of the plan does not read the revision again, and they bind all the same.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{LimitBound, LimitKind, LimitSource, Place, SendLimits, Untrusted};

/// A bound of a revision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BaseLimit {
    /// What it bounds.
    pub limit: LimitKind,
    /// How much it allows: a number, millionths of a percent or milliseconds.
    pub amount: u64,
    /// The revision that has it, as the run names it.
    pub revision: Untrusted,
    /// Where it is written there; `null` for a default.
    pub source: Option<Place>,
}

/// The bounds of revisions among these limits. A default that is not stricter than `now` is none.
pub fn of_limits(limits: &SendLimits, now: &SendLimits) -> Vec<BaseLimit> {
    let bounds = LimitKind::ALL.into_iter().filter_map(|kind| Some((kind, limits.get(kind)?)));
    let kept = |(limit, bound): (LimitKind, &LimitBound)| {
        let is_stricter = || now.get(limit).is_none_or(|own| SendLimits::is_looser(limit, own, bound));
        let LimitSource::Base(revision) = &bound.source else { return None };
        let source = bound.place.clone();
        (source.is_some() || is_stricter()).then(|| BaseLimit {
            limit,
            amount: bound.amount,
            revision: revision.clone(),
            source,
        })
    };
    bounds.filter_map(kept).collect()
}

/// The limits that a saved plan keeps.
pub fn to_limits(saved: &[BaseLimit]) -> SendLimits {
    let mut limits = SendLimits::default();
    for one in saved {
        let source = LimitSource::Base(one.revision.clone());
        limits.add(one.limit, LimitBound { amount: one.amount, source, place: one.source.clone() });
    }
    limits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_saved_plan_keeps_the_written_limits_and_a_stricter_default() {
        let place = Some(Place::new("ringform.yaml".into(), 4, 3));
        let bound = |amount, place| LimitBound { amount, source: LimitSource::Base("main".into()), place };
        let mut base = SendLimits::default();
        base.add(LimitKind::Canary, bound(2, place.clone()));
        base.add(LimitKind::ReadAge, bound(60_000, None));
        for (own, kinds) in [
            (60_000, &[LimitKind::Canary][..]),
            (5_000, &[LimitKind::Canary]),
            (7_200_000, &[LimitKind::Canary, LimitKind::ReadAge]),
        ] {
            let now = SendLimits::of_flags([(LimitKind::ReadAge, Some(own))]);
            let saved = of_limits(&base, &now);
            assert_eq!(saved.iter().map(|one| one.limit).collect::<Vec<_>>(), kinds, "{own}");
            let again = to_limits(&saved);
            assert!(kinds.iter().all(|kind| again.get(*kind) == base.get(*kind)), "{own}");
            assert!(of_limits(&now, &base).is_empty(), "a flag is no limit of a base");
        }
    }
}
