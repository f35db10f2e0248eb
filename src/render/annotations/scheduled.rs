//! The annotation of a dated setting that a change set brings, at the line of its entry.
//!
//! Owns its sentence and its level. What a change of this run shows already gets no second annotation.

use crate::model::{Direction, Untrusted};
use crate::plan::ClientPlan;
use crate::plan::scheduled::ScheduledChange;
use crate::render::annotations::annotation::{AnnotatedClient, Annotation, AnnotationLevel, AnnotationRank};
use crate::render::annotations::rule;
use crate::render::wording::dated::{is_change_of, scheduled_terms, scheduled_time, scheduled_values};

/// The most countries that are named.
const CODES: usize = 12;

/// Adds the annotations of a client's dated settings.
pub(super) fn annotations<'p>(client: &'p ClientPlan, who: AnnotatedClient<'p>, list: &mut Vec<Annotation<'p>>) {
    for (nth, change) in client.scheduled.iter().enumerate().filter(|(_, change)| !is_change_of(change, client)) {
        let (level, rank, rule) = match change.effect() {
            Some(Direction::Opens | Direction::Unclear) => {
                (AnnotationLevel::Warning, AnnotationRank::Security, rule::SCHEDULED_SECURITY)
            }
            Some(Direction::Closes) => (AnnotationLevel::Note, AnnotationRank::Change, rule::SCHEDULED_SECURITY),
            None => (AnnotationLevel::Note, AnnotationRank::Change, rule::SCHEDULED),
        };
        let annotation = who.annotation(level, rank, rule, Some(change.setting), sentence(change), &change.source);
        // One field may have many entries. The number keeps them apart, and holds no value and no line.
        let fingerprint = who.fingerprint("scheduled", &format!("{} {nth}", change.setting));
        list.push(Annotation { fingerprint, ..annotation });
    }
}

fn sentence(change: &ScheduledChange) -> Untrusted {
    let [values, time, terms] = [scheduled_values(change, CODES), scheduled_time(change), scheduled_terms(change)];
    let effect = match change.effect() {
        Some(Direction::Opens) => "; security: opens",
        Some(Direction::Unclear) => "; security",
        Some(Direction::Closes) => "; closes",
        None => "",
    };
    format!("{} is scheduled: {} {}{effect}; {}", change.setting, values.raw(), time.raw(), terms.raw()).into()
}
