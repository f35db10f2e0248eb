//! The rules of annotations: their stable ids, their titles, and their security severity in code scanning.
//!
//! Owns the table of rules about clients. Problems of files keep the rules of `model::diagnostic`.

use crate::model::diagnostic::RULES;
use crate::model::{Difference, Direction, Origin, Severity};
use crate::render::wording::change::MarkBy;

/// A kind of annotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AnnotationRule<'p> {
    /// The stable kebab-case id. A saved plan may contain any text here.
    pub(crate) id: &'p str,
    /// The title in a few words.
    pub(crate) about: &'static str,
    /// The security severity from 0 to 10, by which code scanning sorts alerts; `None` without a security effect.
    pub(crate) security: Option<&'static str>,
}

const fn rule(id: &'static str, about: &'static str) -> AnnotationRule<'static> {
    AnnotationRule { id, about, security: None }
}

const fn security(id: &'static str, about: &'static str, severity: &'static str) -> AnnotationRule<'static> {
    AnnotationRule { id, about, security: Some(severity) }
}

pub(crate) const APPLIED: AnnotationRule<'static> = rule("applied", "applied");
pub(crate) const BLOCKED: AnnotationRule<'static> = rule("blocked", "blocked");
pub(crate) const CLIENT_FAILED: AnnotationRule<'static> = rule("client-failed", "failed");
pub(crate) const EXPIRED_WAIVER: AnnotationRule<'static> = rule("expired-waiver", "expired waiver");
pub(crate) const NOT_APPLIED: AnnotationRule<'static> = rule("not-applied", "not applied");
pub(crate) const RELEASED: AnnotationRule<'static> = rule("released", "released");
pub(crate) const SCHEDULED: AnnotationRule<'static> = rule("scheduled", "scheduled");
pub(crate) const SCHEDULED_SECURITY: AnnotationRule<'static> =
    security("scheduled-security", "scheduled security change", "5.0");
pub(crate) const RESOLVED: AnnotationRule<'static> = rule("resolved", "resolved");
const CONFLICT: AnnotationRule<'static> = rule("conflict", "conflict");
const CONFLICT_SECURITY: AnnotationRule<'static> = security("conflict-security", "security conflict", "8.0");
const DIFFERENCE: AnnotationRule<'static> = rule("difference", "difference");
const DIFFERENCE_SECURITY: AnnotationRule<'static> = security("difference-security", "security difference", "6.0");
const DRIFT: AnnotationRule<'static> = rule("drift", "drift");
const DRIFT_OPENED: AnnotationRule<'static> = security("drift-opened", "opened outside of git", "9.5");
const DRIFT_SECURITY: AnnotationRule<'static> = security("drift-security", "security drift", "8.0");
const OVERDUE: AnnotationRule<'static> = security("overdue-opening", "open past its end", "9.5");
const PENDING: AnnotationRule<'static> = rule("pending", "change");
const PENDING_SECURITY: AnnotationRule<'static> = security("pending-security", "security change", "5.0");

/// The rules about clients. Reports of code scanning show them beside those of `model::diagnostic`.
pub(crate) const CLIENT_RULES: [AnnotationRule<'static>; 19] = [
    APPLIED,
    BLOCKED,
    CLIENT_FAILED,
    CONFLICT,
    CONFLICT_SECURITY,
    DIFFERENCE,
    DIFFERENCE_SECURITY,
    DRIFT,
    DRIFT_OPENED,
    DRIFT_SECURITY,
    EXPIRED_WAIVER,
    NOT_APPLIED,
    OVERDUE,
    PENDING,
    PENDING_SECURITY,
    RELEASED,
    RESOLVED,
    SCHEDULED,
    SCHEDULED_SECURITY,
];

/// The rule of a difference. No origin hides what is open past the end of its entry, unless a write closes it.
pub(crate) fn of_difference(difference: &Difference, by: MarkBy) -> AnnotationRule<'static> {
    let risk = difference.risk();
    if is_overdue(difference, by) {
        return OVERDUE;
    }
    match (difference.origin, risk.severity) {
        (Origin::Pending, Severity::Info) => PENDING,
        (Origin::Pending, Severity::Security) => PENDING_SECURITY,
        (Origin::Unknown, Severity::Info) => DIFFERENCE,
        (Origin::Unknown, Severity::Security) => DIFFERENCE_SECURITY,
        (Origin::Conflict, Severity::Info) => CONFLICT,
        (Origin::Conflict, Severity::Security) => CONFLICT_SECURITY,
        (Origin::Drift, Severity::Info) => DRIFT,
        (Origin::Drift, Severity::Security) if risk.exposure == Some(Direction::Opens) => DRIFT_OPENED,
        (Origin::Drift, Severity::Security) => DRIFT_SECURITY,
    }
}

/// Whether the difference is open past the end of its entry, in a report of how live compares with git.
pub(crate) fn is_overdue(difference: &Difference, by: MarkBy) -> bool {
    by == MarkBy::Exposure && difference.is_overdue()
}

impl<'p> AnnotationRule<'p> {
    /// Whether it reports a success that needs no action.
    pub(crate) fn is_good(&self) -> bool {
        [APPLIED.id, RESOLVED.id].contains(&self.id)
    }

    /// Whether it reports an opening that outlived its end.
    pub(crate) fn is_overdue(&self) -> bool {
        self.id == OVERDUE.id
    }

    /// Whether ringform could not compare the client, or could not apply its changes.
    pub(crate) fn is_error(&self) -> bool {
        [CLIENT_FAILED.id, NOT_APPLIED.id, BLOCKED.id].contains(&self.id)
    }

    /// Whether it is about a waiver and not about a client.
    pub(crate) fn is_waiver(&self) -> bool {
        self.id == EXPIRED_WAIVER.id
    }

    /// Whether the client is not as declared: an error as above, or a difference.
    pub(crate) fn is_finding(&self) -> bool {
        let others = [APPLIED, RELEASED, RESOLVED, EXPIRED_WAIVER, SCHEDULED, SCHEDULED_SECURITY];
        !others.iter().any(|other| other.id == self.id)
    }

    /// The rule of a problem in a file.
    pub(crate) fn of_diagnostic(id: &'p str) -> AnnotationRule<'p> {
        let known = RULES.iter().find(|(known, _)| *known == id);
        AnnotationRule { id, about: known.map_or("a problem of the files", |(_, about)| about), security: None }
    }
}
