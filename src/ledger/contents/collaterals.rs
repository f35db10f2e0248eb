//! The runs of a project that ended with a collateral, as `ledger.json` lists them.
//!
//! Owns what a run may change of the list: it only grows, and a run that was allowed after another is named once. It
//! must not know where the list is kept.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ledger::contents::layout::is_run;

/// The runs that ended with a collateral, each with the run that was allowed after it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LedgerCollaterals(BTreeMap<String, Option<String>>);

impl LedgerCollaterals {
    /// Whether no run is listed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The runs that no other run was allowed after, oldest first.
    pub fn open(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter(|(_, by)| by.is_none()).map(|(run, _)| run.as_str())
    }

    /// The run that was allowed after this one.
    pub fn acknowledged_by(&self, run: &str) -> Option<&str> {
        self.0.get(run)?.as_deref()
    }

    /// Lists a run.
    pub fn add(&mut self, run: &str) {
        self.0.entry(run.to_owned()).or_insert(None);
    }

    /// Lists a run, and the run that was allowed after it.
    pub fn acknowledge(&mut self, run: &str, by: &str) {
        self.0.entry(run.to_owned()).or_insert(None).get_or_insert_with(|| by.to_owned());
    }

    /// The list with what a run adds to it.
    pub(in crate::ledger) fn with(&self, added: &LedgerCollaterals) -> LedgerCollaterals {
        let mut all = self.clone();
        for (run, by) in &added.0 {
            match by {
                Some(by) => all.acknowledge(run, by),
                None => all.add(run),
            }
        }
        all
    }

    /// Whether every name is that of a run.
    pub(in crate::ledger) fn is_valid(&self) -> bool {
        self.0.iter().all(|(run, by)| is_run(run) && by.as_deref().is_none_or(is_run))
    }

    /// Whether a run may have left this list as `after`. `moved`: its report has a collateral.
    pub(in crate::ledger) fn may_become(&self, after: &LedgerCollaterals, run: &str, moved: bool) -> bool {
        let stays = self.0.keys().all(|run| after.0.contains_key(run));
        let fits = |(listed, by): (&String, &Option<String>)| {
            let is_own = listed == run;
            let by_this = by.is_none() || by.as_deref() == Some(run);
            match self.0.get(listed) {
                Some(Some(before)) => by.as_deref() == Some(before),
                Some(None) => by_this && !is_own || by.is_none(),
                None => by_this && (!is_own || moved && by.is_none()),
            }
        };
        stays && after.0.iter().all(fits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(rows: &[(&str, Option<&str>)]) -> LedgerCollaterals {
        LedgerCollaterals(rows.iter().map(|(run, by)| ((*run).to_owned(), by.map(str::to_owned))).collect())
    }

    #[test]
    fn a_run_adds_and_acknowledges_and_takes_nothing_back() {
        let before = list(&[("a", Some("b")), ("c", None)]);
        let added = list(&[("a", Some("z")), ("c", Some("d")), ("d", None)]);
        let after = before.with(&added);
        assert_eq!(after, list(&[("a", Some("b")), ("c", Some("d")), ("d", None)]));
        assert_eq!(after.open().collect::<Vec<_>>(), ["d"]);
        assert_eq!(
            (after.acknowledged_by("c"), after.acknowledged_by("d"), after.acknowledged_by("x")),
            (Some("d"), None, None)
        );
        assert_eq!(after.with(&list(&[("c", None)])), after, "an old journal opens nothing again");
        assert!(before.may_become(&after, "d", true));
    }

    #[test]
    fn an_edit_is_not_what_a_run_leaves() {
        let before = list(&[("a", Some("b")), ("c", None)]);
        for (after, moved, may) in [
            (&[("a", Some("b")), ("c", None)][..], false, true),
            // A journal of its machine showed an older run.
            (&[("a", Some("b")), ("b", None), ("c", None)], false, true),
            (&[("a", Some("b")), ("b", Some("d")), ("c", Some("d"))], false, true),
            (&[("a", Some("b")), ("c", None), ("d", None)], true, true),
            (&[("a", Some("b")), ("c", None), ("d", None)], false, false),
            (&[("a", Some("b")), ("c", None), ("d", Some("d"))], true, false),
            (&[("a", Some("b"))], false, false),
            (&[("a", None), ("c", None)], false, false),
            (&[("a", Some("d")), ("c", None)], false, false),
            (&[("a", Some("b")), ("c", Some("x"))], false, false),
            (&[("a", Some("b")), ("c", None), ("x", Some("y"))], false, false),
        ] {
            assert_eq!(before.may_become(&list(after), "d", moved), may, "{after:?}, {moved}");
        }
    }
}
