//! Waivers: findings that people accept for a time, of one field of a client or of the whole client.
//!
//! Owns the shape of a waiver and when it holds. It must not know clocks: the instant comes in as a value. Owner and
//! reason are untrusted.

use std::sync::Arc;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{CalendarTime, ClientId, ClientKey, Place, Setting, SettingSet, Untrusted};

/// Who accepted a finding, why and until when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Waived {
    /// The person or team that accepts it.
    pub owner: Untrusted,
    /// Why it is accepted.
    pub reason: Untrusted,
    /// As written: the last day on which it holds, in the project's `zone`, or the instant at which it ends.
    pub until: CalendarTime,
}

/// A waiver of the project file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Waiver {
    /// The client.
    pub client: ClientId,
    /// The credential's name, of `@me` only; `null` for the environment, and for a number.
    #[serde(default)]
    pub credentials: Option<Arc<str>>,
    /// The field; `null`: the whole client, a read that fails included.
    pub field: Option<Setting>,
    /// Who, why and until when.
    #[serde(flatten)]
    pub terms: Waived,
    /// Where it is written.
    pub source: Place,
    /// The first instant at which it no longer holds, by the zone of its project file. Documents do not have it: they
    /// list ended waivers only.
    #[serde(skip)]
    pub end: Timestamp,
}

impl Waiver {
    /// Whether it has ended at this instant.
    pub fn is_expired(&self, at: Timestamp) -> bool {
        self.end <= at
    }

    /// Which client it is of: `@me` is another client under each credential.
    pub fn key(&self) -> ClientKey {
        ClientKey::new(self.client, self.credentials.as_ref())
    }

    /// Whether it covers this field of this client; `None` is a client that could not be read.
    pub fn covers(&self, client: &ClientKey, field: Option<Setting>) -> bool {
        let same = self.client == client.client() && self.credentials.as_deref() == client.credentials();
        same && (self.field.is_none() || self.field == field)
    }

    /// The waiver as far as these waivers of a revision hold it too: until the earlier of the two ends. `None` where
    /// they hold none of its scope. The zones of the two project files may differ, so instants are compared.
    pub fn as_held_by(&self, revision: &[Waiver]) -> Option<Waiver> {
        let held = revision.iter().filter(|then| then.covers(&self.key(), self.field));
        let last = held.max_by_key(|then| then.end)?;
        let mut counted = self.clone();
        if last.end < self.end {
            counted.end = last.end;
            counted.terms.until.clone_from(&last.terms.until);
        }
        Some(counted)
    }
}

/// The terms of the waiver that holds at this instant: the field's own before the whole client's. `None` for the field
/// is a client that could not be read.
pub fn holding<'w>(
    waivers: &'w [Waiver],
    never_waived: SettingSet,
    at: Timestamp,
    client: &ClientKey,
    field: Option<Setting>,
) -> Option<&'w Waived> {
    if field.is_some_and(|field| never_waived.contains(field)) {
        return None;
    }
    let holds = waivers.iter().filter(|waiver| waiver.covers(client, field) && !waiver.is_expired(at));
    holds.max_by_key(|waiver| waiver.field.is_some()).map(|waiver| &waiver.terms)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::DayZone;

    fn waiver_until(field: Option<Setting>, until: &str, zone: &str) -> Waiver {
        let until = CalendarTime::parse(until).unwrap();
        let end = until.end(&DayZone::find(zone).unwrap());
        let terms = Waived { owner: "noc".into(), reason: "moving".into(), until };
        let client = ClientId::parse("12").unwrap();
        Waiver { client, credentials: None, field, terms, source: Place::new("ringform.yaml".into(), 9, 5), end }
    }

    fn waiver(field: Option<Setting>) -> Waiver {
        waiver_until(field, "2026-12-31", "UTC")
    }

    #[test]
    fn it_holds_through_its_last_day_in_the_zone_and_until_its_instant() {
        let table = [
            ("2026-12-31", "UTC", "2027-01-01T00:00:00Z"),
            ("2026-12-31", "Europe/Moscow", "2026-12-31T21:00:00Z"),
            ("2028-02-28", "America/Sao_Paulo", "2028-02-29T03:00:00Z"),
            // The day after begins at 01:00.
            ("2018-11-03", "America/Sao_Paulo", "2018-11-04T03:00:00Z"),
            ("2026-12-31T18:00+03:00", "America/Havana", "2026-12-31T15:00:00Z"),
        ];
        for (until, zone, end) in table {
            let (one, end): (Waiver, Timestamp) = (waiver_until(None, until, zone), end.parse().unwrap());
            let before = end - jiff::SignedDuration::from_nanos(1);
            assert_eq!([one.is_expired(before), one.is_expired(end)], [false, true], "{until} in {zone}");
        }
    }

    #[test]
    fn json_has_the_end_as_written() {
        let one = waiver_until(None, "2026-12-31T18:00+03", "UTC");
        let json = serde_json::to_value(&one).unwrap();
        assert_eq!((&json["until"], json.get("end")), (&"2026-12-31T18:00+03".into(), None));
        let again: Waiver = serde_json::from_value(json).unwrap();
        assert!(again.terms == one.terms && again.is_expired(Timestamp::UNIX_EPOCH));
    }

    #[test]
    fn a_waiver_of_a_field_covers_no_other_field() {
        let key = |id: &str| ClientKey::new(ClientId::parse(id).unwrap(), None);
        let (twelve, other) = (key("12"), key("13"));
        let fields = [Some(Setting::GeoList), Some(Setting::Timezone), None];
        assert!(fields.iter().all(|field| waiver(None).covers(&twelve, *field)));
        let one = waiver(Some(Setting::GeoList));
        assert_eq!(fields.map(|field| one.covers(&twelve, field)), [true, false, false]);
        assert!(!one.covers(&other, Some(Setting::GeoList)));
    }

    #[test]
    fn a_waiver_of_me_covers_the_client_of_its_credentials_only() {
        let [acme, globex]: [Arc<str>; 2] = ["acme".into(), "globex".into()];
        let me = |credentials| ClientKey::new(ClientId::Me, credentials);
        let of = |credentials: Option<&Arc<str>>| {
            let one = Waiver { client: ClientId::Me, credentials: credentials.cloned(), ..waiver(None) };
            [Some(&acme), Some(&globex), None].map(|credentials| one.covers(&me(credentials), None))
        };
        assert_eq!(of(Some(&acme)), [true, false, false]);
        assert_eq!(of(Some(&globex)), [false, true, false]);
        assert_eq!(of(None), [false, false, true]);
    }

    #[test]
    fn a_waiver_counts_as_far_as_the_revision_holds_it_too() {
        let until = |day: &str, field| waiver_until(field, day, "UTC");
        let moscow = |day: &str, field| waiver_until(field, day, "Europe/Moscow");
        let [geo, zone] = [Some(Setting::GeoList), Some(Setting::Timezone)];
        // The waiver now, those of the revision, and the day until which it counts.
        let table = [
            (until("2026-12-31", geo), vec![], None),
            (until("2026-12-31", geo), vec![until("2026-12-31", geo)], Some("2026-12-31")),
            (until("2099-12-31", geo), vec![until("2026-12-31", geo)], Some("2026-12-31")),
            (until("2026-01-31", geo), vec![until("2026-12-31", geo)], Some("2026-01-31")),
            (until("2026-12-31", geo), vec![until("2026-12-31", zone)], None),
            (until("2026-12-31", None), vec![until("2026-12-31", geo)], None),
            // A waiver of the whole client covers each of its fields.
            (until("2026-12-31", geo), vec![until("2026-06-30", None)], Some("2026-06-30")),
            (until("2026-12-31", geo), vec![until("2026-06-30", None), until("2026-09-30", geo)], Some("2026-09-30")),
            // One day, and its end is earlier in Moscow.
            (until("2026-12-31", geo), vec![moscow("2026-12-31", geo)], Some("2026-12-31")),
            (until("2026-12-31T22:00Z", geo), vec![moscow("2026-12-31", geo)], Some("2026-12-31")),
            (until("2026-12-31T20:00Z", geo), vec![moscow("2026-12-31", geo)], Some("2026-12-31T20:00Z")),
            // As texts the other one would be the earlier.
            (until("2026-12-31T23:00-05", geo), vec![until("2027-01-01T01:00Z", geo)], Some("2027-01-01T01:00Z")),
        ];
        for (row, (now, then, expected)) in table.into_iter().enumerate() {
            let found = now.as_held_by(&then);
            let end = then.iter().map(|one| one.end).max().map(|end| end.min(now.end));
            assert_eq!(found.as_ref().map(|one| one.terms.until.text()), expected, "row {row}");
            assert_eq!(found.map(|one| one.end), end.filter(|_| expected.is_some()), "row {row}");
        }
        let other = Waiver { client: ClientId::parse("13").unwrap(), ..waiver(geo) };
        assert_eq!(waiver(geo).as_held_by(&[other]), None);
    }
}
