//! A floor: rules from outside of a project that the project can add to and not lower.
//!
//! Owns the shape of a floor, how two of them combine, and which waivers count under one. It must not know files or
//! clocks: the instant comes in as a value.

use jiff::{Span, Timestamp};

use crate::model::{CalendarTime, DayZone, Diagnostic, Guard, LedgerConfig, SendLimits, Setting, SettingSet, Waiver};

/// The rules of one floor, or of several together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Floor {
    /// Guards that judge as well as those of the project.
    pub guards: Vec<Guard>,
    /// Limits; of two the stricter holds.
    pub limits: SendLimits,
    /// The longest that a waiver may still run, in days.
    pub max_waiver: Option<u32>,
    /// The fields whose waivers do not count.
    pub never_waived: SettingSet,
    /// Where the ledger is, whatever the project says.
    pub ledger: Option<LedgerConfig>,
}

impl Floor {
    /// Both floors together: each rule of each binds. Of two ledgers the first counts; the caller refuses two that differ.
    pub fn join(mut self, other: Floor) -> Floor {
        self.guards.extend(other.guards);
        self.limits = SendLimits::strictest([&self.limits, &other.limits]);
        self.max_waiver = self.max_waiver.into_iter().chain(other.max_waiver).min();
        self.never_waived = self.never_waived.iter().chain(other.never_waived.iter()).collect();
        self.ledger = self.ledger.or(other.ledger);
        self
    }

    /// The same rules without the text of their authors, for runs whose readers may not know it. Such a run names the
    /// guards and shows neither their messages nor the places of limits.
    pub fn without_text(mut self) -> Floor {
        self.guards.iter_mut().for_each(|guard| guard.message = None);
        self.limits = self.limits.without_places();
        self
    }

    /// The waivers that count at this instant, and a warning for each that does not, or not for all that it covers. A
    /// waiver that runs longer than the floor allows does not count until its end is near enough. Days are those of the
    /// project's zone.
    pub fn counted(&self, waivers: Vec<Waiver>, at: Timestamp, zone: &DayZone) -> (Vec<Waiver>, Vec<Diagnostic>) {
        let last = self.max_waiver.and_then(|days| last_day(at, days, zone));
        let mut counted = Vec::with_capacity(waivers.len());
        let mut warnings = Vec::new();
        for waiver in waivers {
            let too_long = last.as_ref().filter(|last| waiver.end > last.end(zone));
            if let (Some(last), Some(days)) = (too_long, self.max_waiver) {
                let what = format!("it ends after {last}, and the floor allows {days} days from now");
                let help = format!("let it end on {last} or earlier");
                warnings.push(warning(&waiver, &format!("does not count: {what}"), help));
                continue;
            }
            match waiver.field {
                Some(field) if self.never_waived.contains(field) => {
                    let help = format!("correct `{field}` of the client, and remove the waiver");
                    warnings.push(warning(&waiver, &format!("does not count: the floor never waives `{field}`"), help));
                    continue;
                }
                None if !self.never_waived.is_empty() => {
                    let fields: Vec<&str> = self.never_waived.iter().map(Setting::name).collect();
                    let what = format!("does not cover {}: the floor never waives it", fields.join(", "));
                    warnings.push(warning(&waiver, &what, "waive single fields".to_owned()));
                }
                Some(_) | None => {}
            }
            counted.push(waiver);
        }
        (counted, warnings)
    }
}

fn warning(waiver: &Waiver, what: &str, help: String) -> Diagnostic {
    let of = waiver.field.map(|field| format!("`{field}` of ")).unwrap_or_default();
    let summary = format!("the waiver of {of}client {} {what}", waiver.client);
    Diagnostic::warning("floor-waiver", waiver.source.clone(), summary).help(help)
}

/// The day that is so many days after this instant; `None` where the calendar ends before.
fn last_day(at: Timestamp, days: u32, zone: &DayZone) -> Option<CalendarTime> {
    let span = Span::new().try_days(i64::from(days)).ok()?;
    let day = zone.date_of(at).checked_add(span).ok()?;
    CalendarTime::parse(&day.to_string()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ClientId, LimitBound, LimitKind, LimitSource, Place, Waived};

    const NOW: &str = "2026-12-15T10:00:00Z";

    fn waiver(field: Option<Setting>, until: &str, zone: &DayZone) -> Waiver {
        let until = CalendarTime::parse(until).unwrap();
        let end = until.end(zone);
        let terms = Waived { owner: "noc".into(), reason: "moving".into(), until };
        let client = ClientId::parse("12").unwrap();
        Waiver { client, credentials: None, field, terms, source: Place::new("ringform.yaml".into(), 9, 5), end }
    }

    /// Whether the waiver counts at an instant; one that does not has a warning.
    fn counts(floor: &Floor, until: &str, at: &str, zone: &str) -> bool {
        let zone = DayZone::find(zone).unwrap();
        let (counted, warnings) = floor.counted(vec![waiver(None, until, &zone)], at.parse().unwrap(), &zone);
        assert_eq!(counted.len() + warnings.len(), 1, "{until}");
        counted.len() == 1
    }

    #[test]
    fn a_waiver_counts_while_its_end_is_near_enough() {
        let rows = [
            ("2026-12-14", true),
            ("2026-12-15", true),
            ("2027-01-14", true),
            ("2027-01-15", false),
            ("2099-12-31", false),
            ("2027-01-14T23:59Z", true),
            ("2027-01-15T00:00Z", true),
            ("2027-01-15T00:01Z", false),
            ("2027-01-15T01:00+03:00", true),
        ];
        let floor = Floor { max_waiver: Some(30), ..Floor::default() };
        for (until, expected) in rows {
            assert_eq!(counts(&floor, until, NOW, "UTC"), expected, "{until}");
        }
        assert!(counts(&floor, "2027-01-15", "2026-12-16T00:00:00Z", "UTC"), "a day later it counts");
        assert!(counts(&floor, "2027-01-15", "2026-12-15T21:00:00Z", "Europe/Moscow"), "there the next day has begun");
        for days in [3_000_000, u32::MAX] {
            let floor = Floor { max_waiver: Some(days), ..Floor::default() };
            assert!(counts(&floor, "9999-12-31", NOW, "UTC"), "{days} days: the calendar ends before");
        }
    }

    #[test]
    fn a_field_is_never_waived_alone_and_a_whole_client_without_it() {
        let floor = Floor { never_waived: [Setting::GeoList].into_iter().collect(), ..Floor::default() };
        let zone = DayZone::default();
        let of = |field| floor.counted(vec![waiver(field, "2026-12-15", &zone)], NOW.parse().unwrap(), &zone);
        let (counted, warnings) = of(Some(Setting::GeoList));
        assert!(counted.is_empty() && warnings[0].summary.raw().contains("never waives `geo_list`"), "{warnings:?}");
        let (counted, warnings) = of(Some(Setting::Timezone));
        assert!(counted.len() == 1 && warnings.is_empty());
        let (counted, warnings) = of(None);
        assert!(counted.len() == 1 && warnings[0].summary.raw().contains("does not cover geo_list"), "{warnings:?}");
    }

    #[test]
    fn of_two_floors_each_rule_binds() {
        let floor = |days, field: Setting, amount| {
            let mut limits = SendLimits::default();
            limits.add(LimitKind::Changes, LimitBound { amount, source: LimitSource::Floor, place: None });
            let never_waived = [field].into_iter().collect();
            Floor { limits, max_waiver: days, never_waived, ..Floor::default() }
        };
        for (one, other) in [(Some(30), Some(7)), (Some(7), None), (None, Some(7))] {
            let both = floor(one, Setting::GeoList, 5).join(floor(other, Setting::Timezone, 3));
            assert_eq!((both.max_waiver, both.limits.amount(LimitKind::Changes)), (Some(7), Some(3)));
            assert!(both.never_waived.contains(Setting::GeoList) && both.never_waived.contains(Setting::Timezone));
        }
    }
}
