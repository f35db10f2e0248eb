//! A property that few clients of a fleet have.
//!
//! Owns its kinds and the thresholds. `fleet` finds the outliers.

use crate::model::countries::Code;

/// A fleet of fewer clients has no outliers.
pub(super) const FEWEST_CLIENTS: usize = 10;

/// Few clients are at most so many percent of the fleet.
const FEW_PERCENT: usize = 10;

/// Where more than so many percent of the lists have a country of their own, that is usual in this fleet.
const USUAL_PERCENT: usize = 50;

/// What few clients of a fleet have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OutlierKind {
    /// `geo_list` is `*`.
    Open,
    /// A country that no other list of the fleet has. Only clients with a list count as the fleet.
    Country,
    /// No dial rule.
    DialRule,
    /// A trusted network.
    Network,
}

impl OutlierKind {
    /// Every kind, gravest first.
    pub const ALL: [OutlierKind; 4] =
        [OutlierKind::Open, OutlierKind::Country, OutlierKind::DialRule, OutlierKind::Network];

    /// The greatest share of the fleet that can have it as an outlier, in percent.
    pub(super) fn most_percent(self) -> usize {
        match self {
            OutlierKind::Country => USUAL_PERCENT,
            OutlierKind::Open | OutlierKind::DialRule | OutlierKind::Network => FEW_PERCENT,
        }
    }

    /// Its word in documents.
    pub fn word(self) -> &'static str {
        match self {
            OutlierKind::Open => "open",
            OutlierKind::Country => "country",
            OutlierKind::DialRule => "dial_rule",
            OutlierKind::Network => "network",
        }
    }
}

/// One property that few clients of the fleet have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outlier {
    /// Which.
    pub kind: OutlierKind,
    /// The countries that no other client has; empty for the other kinds.
    pub countries: Vec<Code>,
    /// How many clients have such a property.
    pub clients: usize,
    /// How many clients the fleet has.
    pub fleet: usize,
}
