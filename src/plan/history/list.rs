//! The list of past runs that `log` shows.
//!
//! Owns which runs belong to it, their order, and the changes of one client in them.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::model::ClientId;
use crate::plan::history::run::{PastChange, PastClient, PastRun};

/// Where the runs of a list are recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunListSource {
    /// The ledger.
    Ledger,
    /// The journals of this machine.
    Journals,
}

impl RunListSource {
    /// Its word in the JSON.
    pub fn name(self) -> &'static str {
        match self {
            RunListSource::Ledger => "ledger",
            RunListSource::Journals => "journals",
        }
    }
}

/// The day of a time, in UTC.
pub fn day_of(time: Timestamp) -> Date {
    TimeZone::UTC.to_datetime(time).date()
}

/// The days whose runs count, in UTC; both ends are included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DayRange {
    /// The first day; `None` for no bound.
    pub since: Option<Date>,
    /// The last day.
    pub until: Option<Date>,
}

impl DayRange {
    /// Whether a day is in the range.
    pub fn contains(self, day: Date) -> bool {
        self.since.is_none_or(|since| since <= day) && self.until.is_none_or(|until| day <= until)
    }

    /// Whether a day is in the range, or beside it.
    pub fn near(self, day: Date) -> bool {
        let beside = [day.yesterday(), Ok(day), day.tomorrow()];
        beside.into_iter().flatten().any(|day| self.contains(day))
    }

    /// Whether a run began in the range. A run without a time is in a range without bounds only.
    pub fn holds(self, run: &PastRun) -> bool {
        match run.time {
            Some(time) => self.contains(day_of(time)),
            None => self == DayRange::default(),
        }
    }
}

/// Past runs, newest first.
#[derive(Clone, Debug, PartialEq)]
pub struct RunList {
    /// Where they are recorded.
    pub source: RunListSource,
    /// The runs.
    pub runs: Vec<PastRun>,
    /// The one client whose changes are shown; `None` for the runs as a whole.
    pub client: Option<ClientId>,
}

/// One field of a client that a run changed, or tried to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClientChange<'r> {
    /// The run.
    pub run: &'r PastRun,
    /// The client.
    pub client: &'r PastClient,
    /// The field.
    pub change: &'r PastChange,
    /// Whether the run sent the field; otherwise it moved along.
    pub was_sent: bool,
}

impl ClientChange<'_> {
    /// What became of it, in one word.
    pub fn result(&self) -> &'static str {
        if self.was_sent { self.client.fate.name() } else { "moved" }
    }
}

impl RunList {
    /// A list of these runs: those that sent something or tried to, or all of them.
    pub fn new(source: RunListSource, runs: Vec<PastRun>, all: bool, days: DayRange) -> RunList {
        let mut runs: Vec<PastRun> =
            runs.into_iter().filter(|run| (all || run.has_sent()) && days.holds(run)).collect();
        runs.sort_by(|one, other| (other.time, &other.run).cmp(&(one.time, &one.run)));
        RunList { source, runs, client: None }
    }

    /// The fields of every PUT that was sent or tried, newest run first. Fields that moved along come behind those of
    /// their PUT where `moved` asks for them.
    pub fn changes(&self, moved: bool) -> impl Iterator<Item = ClientChange<'_>> {
        let clients = self.runs.iter().flat_map(|run| run.attempts().map(move |client| (run, client)));
        let chosen = clients.filter(|(_, client)| self.client.is_none_or(|wanted| client.client_id == wanted));
        chosen.flat_map(move |(run, client)| {
            let sent = client.changes.iter().map(|change| (change, true));
            let along = client.moved.iter().filter(move |_| moved).map(|change| (change, false));
            sent.chain(along).map(move |(change, was_sent)| ClientChange { run, client, change, was_sent })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Setting;
    use crate::plan::ApplyResult;
    use crate::plan::history::{PastResult, PutFate};
    use serde_json::json;

    fn run(name: &str, time: Option<&str>, fate: PutFate) -> PastRun {
        let client = PastClient {
            client_id: ClientId::parse("12").unwrap(),
            name: None,
            credentials: None,
            changes: vec![PastChange::sent(Setting::HoldMusic, Some(&json!(5)), &json!(7))],
            moved: vec![PastChange::sent(Setting::DialRuleId, Some(&json!(1)), &json!(2))],
            fate,
        };
        let time = time.map(|time| time.parse().unwrap());
        PastRun { run: name.to_owned(), time, clients: vec![client], ..PastRun::default() }
    }

    fn names(list: &RunList) -> Vec<&str> {
        list.runs.iter().map(|run| run.run.as_str()).collect()
    }

    #[test]
    fn runs_that_sent_nothing_are_left_out_and_the_newest_comes_first() {
        let runs = || {
            vec![
                run("a", Some("2026-11-24T00:00:00Z"), PutFate::Result(ApplyResult::Applied)),
                run("b", Some("2026-11-24T23:59:59Z"), PutFate::Result(ApplyResult::Refused)),
                run("c", Some("2026-11-25T00:00:00Z"), PutFate::InDoubt),
                PastRun { result: PastResult::Unreadable, clients: Vec::new(), ..run("d", None, PutFate::InDoubt) },
            ]
        };
        let day = |text: &str| Some(text.parse().unwrap());
        let all = DayRange::default();
        let table: [(bool, DayRange, &[&str]); 6] = [
            (false, all, &["c", "a", "d"]),
            (true, all, &["c", "b", "a", "d"]),
            (true, DayRange { since: day("2026-11-24"), until: day("2026-11-24") }, &["b", "a"]),
            (true, DayRange { since: day("2026-11-25"), until: None }, &["c"]),
            (true, DayRange { since: None, until: day("2026-11-23") }, &[]),
            (true, DayRange { since: day("2026-11-26"), until: day("2026-11-23") }, &[]),
        ];
        for (every, days, expected) in table {
            assert_eq!(names(&RunList::new(RunListSource::Ledger, runs(), every, days)), expected, "{every} {days:?}");
        }
    }

    #[test]
    fn the_changes_of_a_client_name_its_fields_and_those_that_moved_along() {
        let applied = run("a", None, PutFate::Result(ApplyResult::Collateral));
        let mut list = RunList::new(RunListSource::Ledger, vec![applied], true, DayRange::default());
        let of = |list: &RunList, moved: bool| -> Vec<(Setting, &'static str)> {
            list.changes(moved).map(|one| (one.change.field, one.result())).collect()
        };
        assert_eq!(of(&list, true), [(Setting::HoldMusic, "collateral"), (Setting::DialRuleId, "moved")]);
        assert_eq!(of(&list, false), [(Setting::HoldMusic, "collateral")]);
        list.client = Some(ClientId::Me);
        assert_eq!(of(&list, true), []);
    }
}
