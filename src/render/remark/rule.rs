//! The kinds of remarks: their stable ids, what each is about, and how grave code scanning takes them.
//!
//! Owns one table for what clients are found to be; problems of files keep the rules of `model::diagnostic`.

use crate::model::diagnostic::RULES;
use crate::model::{Direction, Severity};
use crate::plan::{Change, Origin};

/// A kind of remark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RemarkRule<'p> {
    /// The stable kebab-case id; of a diagnostic read from a file, whatever stood there.
    pub(crate) id: &'p str,
    /// What it is about, in a few words; they begin the title of an annotation.
    pub(crate) about: &'static str,
    /// How grave it is for security, from 0 to 10, as code scanning sorts alerts; `None`: it is no question of security.
    pub(crate) security: Option<&'static str>,
}

const fn rule(id: &'static str, about: &'static str) -> RemarkRule<'static> {
    RemarkRule { id, about, security: None }
}

const fn security(id: &'static str, about: &'static str, grave: &'static str) -> RemarkRule<'static> {
    RemarkRule { id, about, security: Some(grave) }
}

pub(crate) const APPLIED: RemarkRule<'static> = rule("applied", "applied");
pub(crate) const BLOCKED: RemarkRule<'static> = rule("blocked", "blocked");
pub(crate) const CLIENT_FAILED: RemarkRule<'static> = rule("client-failed", "failed");
pub(crate) const EXPIRED_WAIVER: RemarkRule<'static> = rule("expired-waiver", "expired waiver");
pub(crate) const NOT_APPLIED: RemarkRule<'static> = rule("not-applied", "not applied");
pub(crate) const RELEASED: RemarkRule<'static> = rule("released", "released");
pub(crate) const RESOLVED: RemarkRule<'static> = rule("resolved", "resolved");
const CONFLICT: RemarkRule<'static> = rule("conflict", "conflict");
const CONFLICT_SECURITY: RemarkRule<'static> = security("conflict-security", "security conflict", "8.0");
const DIFFERENCE: RemarkRule<'static> = rule("difference", "difference");
const DIFFERENCE_SECURITY: RemarkRule<'static> = security("difference-security", "security difference", "6.0");
const DRIFT: RemarkRule<'static> = rule("drift", "drift");
const DRIFT_OPENED: RemarkRule<'static> = security("drift-opened", "opened behind git's back", "9.5");
const DRIFT_SECURITY: RemarkRule<'static> = security("drift-security", "security drift", "8.0");
const PENDING: RemarkRule<'static> = rule("pending", "change");
const PENDING_SECURITY: RemarkRule<'static> = security("pending-security", "security change", "5.0");

/// The rule of a change.
pub(crate) fn of_change(change: &Change) -> RemarkRule<'static> {
    let risk = change.difference.risk();
    match (change.difference.origin, risk.severity) {
        (Origin::Pending, Severity::Info) => PENDING,
        (Origin::Pending, Severity::Security) => PENDING_SECURITY,
        (Origin::Unknown, Severity::Info) => DIFFERENCE,
        (Origin::Unknown, Severity::Security) => DIFFERENCE_SECURITY,
        (Origin::Drift | Origin::Conflict, severity) => {
            let opened = risk.exposure == Some(Direction::Opens);
            of_drift(Some(change.difference.origin), severity == Severity::Security, opened)
        }
    }
}

/// The rule of a finding.
pub(crate) fn of_drift(origin: Option<Origin>, grave: bool, opened: bool) -> RemarkRule<'static> {
    match (origin, grave) {
        (Some(Origin::Conflict), false) => CONFLICT,
        (Some(Origin::Conflict), true) => CONFLICT_SECURITY,
        (_, false) => DRIFT,
        (_, true) if opened => DRIFT_OPENED,
        (_, true) => DRIFT_SECURITY,
    }
}

impl<'p> RemarkRule<'p> {
    /// Whether it tells of something done and nothing is left to do.
    pub(crate) fn is_good(&self) -> bool {
        [APPLIED.id, RESOLVED.id].contains(&self.id)
    }

    /// Whether it is the trouble of one client: something that could not be compared or brought about.
    pub(crate) fn is_error(&self) -> bool {
        [CLIENT_FAILED.id, NOT_APPLIED.id, BLOCKED.id].contains(&self.id)
    }

    /// Whether it speaks of a waiver and not of a client.
    pub(crate) fn is_waiver(&self) -> bool {
        self.id == EXPIRED_WAIVER.id
    }

    /// Whether the client is not as it should be: the trouble above, or a difference.
    pub(crate) fn is_finding(&self) -> bool {
        ![APPLIED.id, RELEASED.id, RESOLVED.id, EXPIRED_WAIVER.id].contains(&self.id)
    }

    /// The rule of a problem in a file.
    pub(crate) fn of_diagnostic(id: &'p str) -> RemarkRule<'p> {
        let known = RULES.iter().find(|(known, _)| *known == id);
        RemarkRule { id, about: known.map_or("a problem of the files", |(_, about)| about), security: None }
    }
}
