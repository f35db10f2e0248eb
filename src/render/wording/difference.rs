//! One difference as a report shows it: in which order its values are read, what marks it, and what it says of its
//! origin and place.
//!
//! Owns what a change of a plan and a finding of drift share, so that each format draws both with one function. It knows
//! no format and escapes nothing.

use crate::model::countries::Code;
use crate::model::difference::only_in;
use crate::model::{Because, DatedEvent, Difference, Direction, Layer, Origin, State, Untrusted};
use crate::plan::Change;
use crate::plan::drift::Finding;
use crate::render::wording::change::{MarkBy, marked, signed};
use crate::render::wording::dated;
use crate::render::wording::place::place;

/// What a report says of a difference whose client is not as expected.
pub(crate) const UNCONFIRMED: &str = "not confirmed";

/// A difference and how its report reads it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DifferenceView<'d> {
    /// The difference.
    pub(crate) difference: &'d Difference,
    /// The value that git wants here: the declared one, or what a run that can only close sends of it.
    wanted: &'d State,
    direction: Option<Direction>,
    by: MarkBy,
    usage: ViewUsage,
    placed: bool,
    cause: CauseScope,
}

/// How many of the differences that a view covers have its cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CauseScope {
    /// All of them have one cause, written in one place.
    OnePlace,
    /// All of them have this cause, written in many places.
    ManyPlaces,
    /// They have different causes.
    Mixed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ViewUsage {
    /// A change: from live to declared.
    Change,
    /// A change that apply does not send.
    Withheld,
    /// A finding: from declared to live, in the order of events. Its origin is drift unless it says otherwise.
    Finding,
    /// A finding of a client that is not as expected.
    UnconfirmedFinding,
    /// A difference of such a client in a plan: from declared to live, because nothing is sent.
    Unconfirmed,
}

impl<'d> DifferenceView<'d> {
    /// A change, in a report with these marks.
    pub(crate) fn of_change(change: &'d Change, by: MarkBy) -> DifferenceView<'d> {
        let usage = if change.withheld { ViewUsage::Withheld } else { ViewUsage::Change };
        let (wanted, direction) = (change.sent(), by.direction_of(change));
        DifferenceView { wanted, direction, ..DifferenceView::of(&change.difference, by, usage) }
    }

    /// A finding; `None`: the client could not be read.
    pub(crate) fn of_finding(finding: &'d Finding) -> Option<DifferenceView<'d>> {
        let difference = finding.difference()?;
        let usage = if finding.unconfirmed { ViewUsage::UnconfirmedFinding } else { ViewUsage::Finding };
        Some(DifferenceView::of(difference, MarkBy::Exposure, usage))
    }

    /// A difference of a client whose `expect` failed.
    pub(crate) fn of_unconfirmed(difference: &'d Difference) -> DifferenceView<'d> {
        DifferenceView::of(difference, MarkBy::Exposure, ViewUsage::Unconfirmed)
    }

    fn of(difference: &'d Difference, by: MarkBy, usage: ViewUsage) -> DifferenceView<'d> {
        let (wanted, direction) = (&difference.declared, by.direction(difference));
        DifferenceView { difference, wanted, direction, by, usage, placed: true, cause: CauseScope::OnePlace }
    }

    /// What the write does, or how live compares with git.
    pub(crate) fn direction(&self) -> Option<Direction> {
        self.direction
    }

    /// The same for the differences of many clients: whether one place declares them, and what cause they share.
    pub(crate) fn of_many(self, placed: bool, cause: CauseScope) -> DifferenceView<'d> {
        DifferenceView { placed, cause, ..self }
    }

    /// Whether one place declares all the differences that it covers.
    pub(crate) fn is_placed(&self) -> bool {
        self.placed
    }

    /// Whether it is read from declared to live.
    fn is_from_declared(&self) -> bool {
        match self.usage {
            ViewUsage::Change | ViewUsage::Withheld => false,
            ViewUsage::Finding | ViewUsage::UnconfirmedFinding | ViewUsage::Unconfirmed => true,
        }
    }

    /// The two values in the order of reading.
    pub(crate) fn values(&self) -> [&'d State; 2] {
        match self.is_from_declared() {
            false => [&self.difference.live, self.wanted],
            true => [self.wanted, &self.difference.live],
        }
    }

    /// The countries that only the second value has, and those that only the first has. Empty unless both are lists.
    pub(crate) fn moved(&self) -> [Vec<Code>; 2] {
        let live = &self.difference.live;
        let (added, removed) = (only_in(self.wanted, live), only_in(live, self.wanted));
        match self.is_from_declared() {
            false => [added, removed],
            true => [removed, added],
        }
    }

    /// The countries in words: `+KZ −BY`, or only their numbers if they are more than `most`.
    pub(crate) fn countries(&self, most: usize) -> String {
        let [added, removed] = self.moved();
        signed(&added, &removed, most)
    }

    /// Whether it calls for attention, and its word; see [`MarkBy::mark`]. What is open past its end says so instead.
    pub(crate) fn mark(&self) -> (bool, &'static str) {
        match self.by {
            MarkBy::Exposure if self.difference.is_overdue() => (true, "overdue"),
            MarkBy::Effect | MarkBy::Exposure => self.by.mark(self.direction),
        }
    }

    /// The mark as one text: `alarm`, and before a word `alarm` with its separator. A calm difference has the word only.
    pub(crate) fn marked(&self, alarm: &str, before_word: &str) -> String {
        match self.mark() {
            (true, "") => alarm.to_owned(),
            (true, word) => format!("{before_word}{word}"),
            (false, word) => word.to_owned(),
        }
    }

    /// Whether its client is not as expected.
    pub(crate) fn is_unconfirmed(&self) -> bool {
        matches!(self.usage, ViewUsage::UnconfirmedFinding | ViewUsage::Unconfirmed)
    }

    /// Whether apply does not send it.
    pub(crate) fn is_withheld(&self) -> bool {
        self.usage == ViewUsage::Withheld
    }

    /// The origin in words. Empty where it goes without saying: a change without a base, a finding that is drift.
    pub(crate) fn origin(&self) -> String {
        match (self.usage, self.difference.origin) {
            (ViewUsage::Finding, Origin::Drift) => String::new(),
            (ViewUsage::Finding, Origin::Unknown) => "unknown origin".to_owned(),
            (ViewUsage::UnconfirmedFinding, Origin::Drift | Origin::Unknown) => UNCONFIRMED.to_owned(),
            (ViewUsage::UnconfirmedFinding, origin) => format!("{}, {UNCONFIRMED}", marked(origin)),
            (ViewUsage::Withheld, Origin::Unknown) => "not sent".to_owned(),
            (ViewUsage::Withheld, origin) => format!("{}, not sent", marked(origin)),
            (ViewUsage::Change | ViewUsage::Finding | ViewUsage::Unconfirmed, origin) => marked(origin).to_owned(),
        }
    }

    /// The place of the declaration, and before it the layer that holds it; empty where the places differ. `draw`
    /// escapes each of the two.
    pub(crate) fn place(&self, draw: impl Fn(&Untrusted) -> String) -> String {
        if !self.placed {
            return String::new();
        }
        let location = draw(&place(&self.difference.place));
        match &self.difference.layer {
            // The run that an undo takes back is named once for the whole plan.
            Layer::Settings | Layer::Undo(_) => location,
            Layer::Temporary { until, owner } => {
                let began = self.shared_cause().is_some_and(|because| self.is_of_layer(because));
                let began = if began { format!(" {}", dated::event(DatedEvent::Began)) } else { String::new() };
                format!("{}{began}, {location}", draw(&dated::temporary(until, owner)))
            }
            Layer::Profile(name) => format!("profile {}, {location}", draw(&Untrusted::new(name.clone()))),
        }
    }

    /// The entry whose begin or end caused it; `None` where `place` names it already. `draw` escapes each text.
    pub(crate) fn because(&self, draw: impl Fn(&Untrusted) -> String) -> Option<String> {
        let because = self.shared_cause().filter(|because| !(self.placed && self.is_of_layer(because)))?;
        Some(dated::because(because, self.cause == CauseScope::OnePlace, draw))
    }

    /// Since when it is open past the end of its entry: `overdue since 2026-12-14T21:00:00Z`.
    pub(crate) fn overdue(&self) -> Option<String> {
        let since = self.difference.overdue_since().filter(|_| self.cause != CauseScope::Mixed);
        since.map(dated::overdue)
    }

    /// Since when it is overdue, and why it differs; empty where no entry explains it.
    pub(crate) fn cause(&self, draw: impl Fn(&Untrusted) -> String) -> String {
        self.overdue().into_iter().chain(self.because(draw)).collect::<Vec<_>>().join(", ")
    }

    fn shared_cause(&self) -> Option<&'d Because> {
        self.difference.because().filter(|_| self.cause != CauseScope::Mixed)
    }

    /// Whether the entry declares the value, so that layer and place name it.
    fn is_of_layer(&self, because: &Because) -> bool {
        let is_dated = matches!(self.difference.layer, Layer::Temporary { .. });
        is_dated && because.temporary == DatedEvent::Began && because.source == self.difference.place
    }
}
