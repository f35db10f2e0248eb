//! Limits on what an apply may send: bounds, each with its source.
//!
//! Owns the kinds of limits and the one rule that combines their sources: of two bounds the stricter holds. It must not
//! know what a plan would change.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::str::FromStr;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::number::digits;
use crate::model::{Place, Untrusted};

/// A percentage is kept in millionths of a percent, so that it has no rounding.
const ONE_PERCENT: u64 = 1_000_000;

/// What a limit bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub enum LimitKind {
    /// The changed settings, all clients together.
    #[serde(rename = "max_changes")]
    Changes,
    /// The changed clients.
    #[serde(rename = "max_changed_clients")]
    ChangedClients,
    /// The changed clients as a percentage of those that the run selects, in millionths of a percent.
    #[serde(rename = "max_changed_share")]
    ChangedShare,
    /// The changes that open the PBX.
    #[serde(rename = "max_opening")]
    Opening,
    /// The clients that are neither applied nor unchanged.
    #[serde(rename = "max_failures")]
    Failures,
    /// The clients that are written first, one at a time.
    #[serde(rename = "canary")]
    Canary,
    /// The age of a read that a PUT may rely on, in milliseconds.
    #[serde(rename = "max_read_age")]
    ReadAge,
}

impl LimitKind {
    /// Every kind.
    pub const ALL: [LimitKind; 7] = [
        LimitKind::Changes,
        LimitKind::ChangedClients,
        LimitKind::ChangedShare,
        LimitKind::Opening,
        LimitKind::Failures,
        LimitKind::Canary,
        LimitKind::ReadAge,
    ];

    /// The key under `limits`. A number and a percentage of changed clients share one.
    pub fn key(self) -> &'static str {
        match self {
            LimitKind::Changes => "max_changes",
            LimitKind::ChangedClients | LimitKind::ChangedShare => "max_changed_clients",
            LimitKind::Opening => "max_opening",
            LimitKind::Failures => "max_failures",
            LimitKind::Canary => "canary",
            LimitKind::ReadAge => "max_read_age",
        }
    }

    /// The flag of the same meaning.
    pub fn flag(self) -> String {
        format!("--{}", self.key().replace('_', "-"))
    }

    /// An amount, as people write it.
    pub fn show(self, amount: u64) -> String {
        match self {
            LimitKind::ChangedShare => {
                let fraction = format!("{:06}", amount % ONE_PERCENT);
                let fraction = fraction.trim_end_matches('0');
                let point = if fraction.is_empty() { "" } else { "." };
                format!("{}{point}{fraction}%", amount / ONE_PERCENT)
            }
            LimitKind::ReadAge if amount.is_multiple_of(1000) => format!("{}s", amount / 1000),
            LimitKind::ReadAge => format!("{amount}ms"),
            _ => amount.to_string(),
        }
    }

    /// Orders amounts: the stricter is the smaller. Of two canaries the larger is the stricter.
    fn rank(self, amount: u64) -> u64 {
        if self == LimitKind::Canary { u64::MAX - amount } else { amount }
    }
}

/// How many clients a plan may change: a number, or a percentage of those that the run selects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientShare {
    /// This many.
    Clients(u64),
    /// So many millionths of a percent.
    Percent(u64),
}

impl ClientShare {
    /// Its kind and its amount.
    pub fn limit(self) -> (LimitKind, u64) {
        match self {
            ClientShare::Clients(number) => (LimitKind::ChangedClients, number),
            ClientShare::Percent(millionths) => (LimitKind::ChangedShare, millionths),
        }
    }

    /// Whether so many of `selected` clients are more than a percentage, given in millionths of a percent.
    pub fn is_more(clients: u64, selected: u64, millionths: u64) -> bool {
        u128::from(clients) * u128::from(100 * ONE_PERCENT) > u128::from(millionths) * u128::from(selected)
    }
}

impl FromStr for ClientShare {
    type Err = String;

    fn from_str(text: &str) -> Result<ClientShare, String> {
        let share = match text.strip_suffix('%') {
            Some(percent) => percentage(percent).map(ClientShare::Percent),
            None => digits(text).map(ClientShare::Clients),
        };
        share.ok_or_else(|| format!("`{text}` is neither a number of clients nor a percentage such as 10%"))
    }
}

/// Reads `10` or `12.5`, from 0 to 100 with at most six decimals.
fn percentage(text: &str) -> Option<u64> {
    let (whole, decimals) = match text.split_once('.') {
        Some((_, "")) => return None,
        Some((whole, decimals)) => (whole, decimals),
        None => (text, ""),
    };
    if decimals.len() > 6 || !decimals.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let decimals: u64 = format!("{decimals:0<6}").parse().ok()?;
    let millionths = digits(whole)?.checked_mul(ONE_PERCENT)?.checked_add(decimals)?;
    (millionths <= 100 * ONE_PERCENT).then_some(millionths)
}

/// Where a bound comes from. Of two equal bounds the earlier in this order names itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LimitSource {
    /// The project file of the work tree.
    Project,
    /// The project file at this revision.
    Base(Untrusted),
    /// The floor, a file outside of the project.
    Floor,
    /// A flag of the run.
    Flag,
}

/// One bound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitBound {
    /// The amount, in the unit of its kind.
    pub amount: u64,
    /// Where it comes from.
    pub source: LimitSource,
    /// Where it is written; `None` for a flag or a default.
    pub place: Option<Place>,
}

impl LimitBound {
    /// What holds it: `ringform.yaml:4`, `main (ringform.yaml:4)`, `the floor (rules.yaml:4)`.
    pub fn holder(&self) -> String {
        let written = self.place.as_ref().map(|place| format!("{}:{}", place.file.raw(), place.line));
        let inside = |name: &str| match &written {
            Some(written) => format!("{name} ({written})"),
            None => name.to_owned(),
        };
        match &self.source {
            LimitSource::Project => written.unwrap_or_else(|| "the project".to_owned()),
            LimitSource::Base(revision) => inside(revision.raw()),
            LimitSource::Floor => inside("the floor"),
            LimitSource::Flag => "the command line".to_owned(),
        }
    }
}

/// The limits of one source, or of several together: at most one bound of each kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SendLimits(BTreeMap<LimitKind, LimitBound>);

impl SendLimits {
    /// Adds a bound. Of two of one kind the stricter stays.
    pub fn add(&mut self, kind: LimitKind, bound: LimitBound) {
        let order = |one: &LimitBound| (kind.rank(one.amount), one.source.clone(), one.place.clone());
        match self.0.entry(kind) {
            Entry::Vacant(entry) => drop(entry.insert(bound)),
            Entry::Occupied(mut entry) if order(&bound) < order(entry.get()) => drop(entry.insert(bound)),
            Entry::Occupied(_) => {}
        }
    }

    /// The limits of flags; a flag that is not given has no amount.
    pub fn of_flags(flags: impl IntoIterator<Item = (LimitKind, Option<u64>)>) -> SendLimits {
        let mut limits = SendLimits::default();
        for (kind, amount) in flags {
            if let Some(amount) = amount {
                limits.add(kind, LimitBound { amount, source: LimitSource::Flag, place: None });
            }
        }
        limits
    }

    /// The limits of several sources together: of each kind the strictest bound. The order does not matter.
    pub fn strictest<'l>(sources: impl IntoIterator<Item = &'l SendLimits>) -> SendLimits {
        let mut all = SendLimits::default();
        for (kind, bound) in sources.into_iter().flat_map(|source| &source.0) {
            all.add(*kind, bound.clone());
        }
        all
    }

    /// The same limits, from this source.
    pub fn of(&self, source: &LimitSource) -> SendLimits {
        let bounds = self.0.iter();
        SendLimits(
            bounds.map(|(kind, bound)| (*kind, LimitBound { source: source.clone(), ..bound.clone() })).collect(),
        )
    }

    /// The same limits, without where they are written.
    pub fn without_places(mut self) -> SendLimits {
        self.0.values_mut().for_each(|bound| bound.place = None);
        self
    }

    /// The bound of a kind.
    pub fn get(&self, kind: LimitKind) -> Option<&LimitBound> {
        self.0.get(&kind)
    }

    /// The amount of a kind.
    pub fn amount(&self, kind: LimitKind) -> Option<u64> {
        self.get(kind).map(|bound| bound.amount)
    }

    /// The oldest read that a PUT may rely on.
    pub fn max_read_age(&self) -> Option<Duration> {
        self.amount(LimitKind::ReadAge).map(Duration::from_millis)
    }

    /// Whether the first bound lets more through than the second.
    pub fn is_looser(kind: LimitKind, one: &LimitBound, other: &LimitBound) -> bool {
        kind.rank(one.amount) > kind.rank(other.amount)
    }

    /// The bounds that have no effect beside `others`, each with the stricter one. Bounds of different kinds are not
    /// compared: both hold.
    pub fn without_effect<'l>(
        &'l self,
        others: &'l SendLimits,
    ) -> impl Iterator<Item = (LimitKind, &'l LimitBound, &'l LimitBound)> {
        self.0.iter().filter_map(|(kind, own)| {
            let other = others.get(*kind)?;
            SendLimits::is_looser(*kind, own, other).then_some((*kind, own, other))
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bound(kind: LimitKind, amount: u64, source: LimitSource, line: Option<u32>) -> SendLimits {
        let mut limits = SendLimits::default();
        let place = line.map(|line| Place::new("ringform.yaml".into(), line, 1));
        limits.add(kind, LimitBound { amount, source, place });
        limits
    }

    fn any_limits() -> impl Strategy<Value = SendLimits> {
        let sources =
            vec![LimitSource::Project, LimitSource::Base("main".into()), LimitSource::Floor, LimitSource::Flag];
        let one = (proptest::sample::select(LimitKind::ALL.to_vec()), 0..4u64, proptest::sample::select(sources));
        proptest::collection::vec((one, proptest::option::of(1..3u32)), 0..6).prop_map(|all| {
            let all: Vec<SendLimits> =
                all.into_iter().map(|((kind, amount, source), line)| bound(kind, amount, source, line)).collect();
            SendLimits::strictest(&all)
        })
    }

    /// Whether the first amount lets through at most what the second does.
    fn is_as_strict(kind: LimitKind, one: u64, other: u64) -> bool {
        if kind == LimitKind::Canary { one >= other } else { one <= other }
    }

    proptest! {
        #[test]
        fn several_sources_bind_together_in_any_order(
            (sources, shuffled) in proptest::collection::vec(any_limits(), 0..5)
                .prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
        ) {
            let all = SendLimits::strictest(&sources);
            prop_assert_eq!(&all, &SendLimits::strictest(&shuffled));
            prop_assert_eq!(&all, &SendLimits::strictest([&all, &all]));
            for kind in LimitKind::ALL {
                for source in &sources {
                    let Some(own) = source.amount(kind) else { continue };
                    let held = all.amount(kind).expect("a bound of one source is a bound of all");
                    prop_assert!(is_as_strict(kind, held, own), "{kind:?}: {held} is looser than {own}");
                }
                // No bound comes from nowhere.
                let held = all.get(kind);
                prop_assert!(held.is_none() || sources.iter().any(|source| source.get(kind) == held));
            }
        }

        #[test]
        fn grouping_the_sources_changes_nothing(a in any_limits(), b in any_limits(), c in any_limits()) {
            let left = SendLimits::strictest([&SendLimits::strictest([&a, &b]), &c]);
            prop_assert_eq!(left, SendLimits::strictest([&a, &b, &c]));
        }

        #[test]
        fn a_bound_has_no_effect_exactly_where_the_others_are_stricter_without_it(
            flags in any_limits(), others in any_limits(),
        ) {
            let idle: Vec<LimitKind> = flags.without_effect(&others).map(|(kind, ..)| kind).collect();
            let all = SendLimits::strictest([&flags, &others]);
            for kind in LimitKind::ALL {
                let Some(own) = flags.amount(kind) else { continue };
                prop_assert_eq!(idle.contains(&kind), all.amount(kind) != Some(own), "{:?}", kind);
            }
        }
    }

    #[test]
    fn a_share_is_a_number_or_a_percentage() {
        let percent = |text: &str| match text.parse() {
            Ok(ClientShare::Percent(millionths)) => LimitKind::ChangedShare.show(millionths),
            other => panic!("{text}: {other:?}"),
        };
        assert_eq!("5".parse(), Ok(ClientShare::Clients(5)));
        for text in ["0%", "12.5%", "10%", "100%", "0.000001%"] {
            assert_eq!(percent(text), text);
        }
        assert_eq!(percent("12.50%"), "12.5%");
        let wrong = [
            "",
            "%",
            "-1",
            "+1",
            "05",
            "101%",
            "100.1%",
            "-1%",
            "NaN%",
            "1e1%",
            "5.%",
            ".5%",
            "ten",
            "5 %",
            "0.0000001%",
        ];
        for text in wrong {
            assert!(text.parse::<ClientShare>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_percentage_of_clients_is_exact() {
        let is_more = |clients, selected, text: &str| match text.parse().unwrap() {
            ClientShare::Percent(millionths) => ClientShare::is_more(clients, selected, millionths),
            ClientShare::Clients(_) => unreachable!(),
        };
        assert!(!is_more(2, 20, "10%") && is_more(3, 20, "10%"));
        assert!(!is_more(2, 3, "67%") && is_more(2, 3, "66%"));
        assert!(is_more(1, 1000, "0%") && !is_more(0, 0, "0%"));
        assert!(is_more(u64::MAX, 1, "100%") && !is_more(u64::MAX, u64::MAX, "100%"));
    }

    #[test]
    fn a_bound_names_what_holds_it() {
        let held = |source, line| bound(LimitKind::Canary, 1, source, line).get(LimitKind::Canary).unwrap().holder();
        assert_eq!(held(LimitSource::Project, Some(4)), "ringform.yaml:4");
        assert_eq!(held(LimitSource::Base("main".into()), Some(4)), "main (ringform.yaml:4)");
        assert_eq!(held(LimitSource::Base("main".into()), None), "main");
        assert_eq!(held(LimitSource::Floor, Some(4)), "the floor (ringform.yaml:4)");
        assert_eq!(LimitKind::ChangedShare.flag(), "--max-changed-clients");
    }
}
