//! Entries of the rule ids that only `github`, `junit` and `sarif` use.
//!
//! Owns what each of them means. Which rule a client or a difference gets is `render`'s.

use crate::manual::entry::{EntryKind, ManualEntry};
use crate::render::CLIENT_RULES;

/// Each rule, and what it reports.
const MEANINGS: [(&str, &str); 19] = [
    ("applied", "apply sent the changes of the client, and live holds them."),
    ("blocked", "A guard or a conflict stops the client, so apply sends it nothing."),
    ("client-failed", "ringform could not read the client, or could not compare its answer."),
    ("conflict", "A field was changed in git and outside of git, to two different values."),
    ("conflict-security", "A security field was changed in git and outside of git, to two different values."),
    ("difference", "Live differs from git; without a base or a ledger the run cannot say which side changed."),
    (
        "difference-security",
        "Live differs from git in a security field; without a base or a ledger the run cannot say which side changed.",
    ),
    ("drift", "A field was changed outside of git."),
    ("drift-opened", "A security field was changed outside of git, so that more callers can use the account."),
    (
        "drift-security",
        "A security field was changed outside of git; the change does not open, or the values do not show it.",
    ),
    ("expired-waiver", "A waiver has ended, so its drift raises alerts again."),
    ("not-applied", "apply did not bring the client to its declared values; the result says why."),
    ("overdue-opening", "Live still holds an opening after the end of its dated setting."),
    ("pending", "The change set brings a new value; live does not have it yet."),
    ("pending-security", "The change set brings a new value of a security field; live does not have it yet."),
    ("released", "The work tree no longer manages a field or a client that the base or the ledger manages."),
    ("resolved", "The report before has a finding that this run no longer finds."),
    ("scheduled", "The change set adds a dated setting that begins or ends later."),
    ("scheduled-security", "The change set adds a dated setting of a security field that begins or ends later."),
];

/// The entries of all of them.
pub(super) fn entries() -> impl Iterator<Item = ManualEntry> {
    CLIENT_RULES.into_iter().map(|rule| {
        let meaning = MEANINGS.into_iter().find(|(id, _)| *id == rule.id);
        ManualEntry {
            holds: Some("rule of github, junit and sarif".to_owned()),
            severity: rule.security.map(|number| format!("{number} in code scanning, from 0 to 10")),
            ..ManualEntry::new(
                EntryKind::Annotation,
                rule.id,
                meaning.map_or_else(String::new, |(_, about)| about.to_owned()),
                "docs/formats.md#levels",
            )
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_has_its_meaning_and_no_other() {
        let rules: Vec<&str> = CLIENT_RULES.iter().map(|rule| rule.id).collect();
        assert_eq!(MEANINGS.map(|(id, _)| id).to_vec(), rules);
    }
}
