//! Dated settings in words: the layer of an entry, what its begin or end did, and what a change set schedules.
//!
//! Owns these words, and how long a text of an entry may be. It escapes nothing: `draw` escapes each text of strangers.

use jiff::Timestamp;

use crate::model::{Because, DatedEvent, Layer, Untrusted, instant_text};
use crate::plan::ClientPlan;
use crate::plan::scheduled::ScheduledChange;
use crate::render::escape::cut;
use crate::render::wording::change::{signed, state};
use crate::render::wording::place::place;

/// The most characters of an owner.
const OWNER: usize = 60;

/// The most characters of a day or an instant as it is written.
const TIME: usize = 40;

/// The most characters of a reason.
const REASON: usize = 200;

/// The most characters of a value that is not a list of countries.
const VALUE: usize = 30;

/// `temporary until 2026-12-14 (anna)`
pub(crate) fn temporary(until: &str, owner: &Untrusted) -> Untrusted {
    let until = cut(&until.into(), TIME).raw().into();
    Untrusted::new(Layer::Temporary { until, owner: cut(owner, OWNER) }.text())
}

/// What the begin or the end of an entry did.
pub(crate) fn event(event: DatedEvent) -> &'static str {
    match event {
        DatedEvent::Began => "began",
        DatedEvent::Ended => "ended",
    }
}

/// `temporary until 2026-12-14 (anna) ended, clients/acme.yaml:9`; `sourced` says whether its place is shown.
pub(crate) fn because(because: &Because, sourced: bool, draw: impl Fn(&Untrusted) -> String) -> String {
    let Because { temporary: what, until, owner, source } = because;
    let entry = format!("{} {}", draw(&temporary(until.raw(), owner)), event(*what));
    if sourced { format!("{entry}, {}", draw(&place(source))) } else { entry }
}

/// `overdue since 2026-12-14T21:00:00Z`
pub(crate) fn overdue(since: Timestamp) -> String {
    format!("overdue since {}", instant_text(since))
}

/// Whether the entry holds now, and a change of the client has its value.
pub(crate) fn is_change_of(scheduled: &ScheduledChange, client: &ClientPlan) -> bool {
    client.changes.iter().map(|change| &change.difference).any(|one| {
        let is_same = one.setting == scheduled.setting && one.place == scheduled.source;
        is_same && matches!(one.layer, Layer::Temporary { .. })
    })
}

/// What an entry does to its field: the countries that it brings, or the two values.
pub(crate) fn scheduled_values(change: &ScheduledChange, most: usize) -> Untrusted {
    if let (Some(before), Some(after)) = (change.before.countries(), change.after.countries()) {
        let codes = signed(&after.without(before), &before.without(after), most);
        if !codes.is_empty() {
            return codes.into();
        }
    }
    let [before, after] = [&change.before, &change.after].map(|value| cut(&state(value), VALUE));
    format!("{} → {}", before.raw(), after.raw()).into()
}

/// When an entry holds, as it is written: `from 2026-12-01 until 2026-12-14`.
pub(crate) fn scheduled_time(change: &ScheduledChange) -> Untrusted {
    let until = cut(&change.until, TIME);
    match &change.from {
        Some(from) => format!("from {} until {}", cut(from, TIME).raw(), until.raw()).into(),
        None => format!("until {}", until.raw()).into(),
    }
}

/// The instants of an entry: `2026-11-30T21:00:00Z – 2026-12-14T21:00:00Z`.
pub(crate) fn scheduled_instants(change: &ScheduledChange) -> String {
    let end = instant_text(change.ends_at);
    match change.begins_at {
        Some(begin) => format!("{} – {end}", instant_text(begin)),
        None => format!("– {end}"),
    }
}

/// Who answers for an entry, and why: `anna: trade fair in Tbilisi`.
pub(crate) fn scheduled_terms(change: &ScheduledChange) -> Untrusted {
    format!("{}: {}", cut(&change.owner, OWNER).raw(), cut(&change.reason, REASON).raw()).into()
}
