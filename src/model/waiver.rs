//! Waivers: findings that people accept until a day, of one field of a client or of the whole client.
//!
//! Owns the shape of a waiver and when it holds. It must not know clocks: the day comes in as a value. Owner and reason
//! are untrusted.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{ClientId, ClientKey, Place, Setting, SettingSet, Untrusted};

/// Who accepted a finding, why and until when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Waived {
    /// The person or team that accepts it.
    pub owner: Untrusted,
    /// Why it is accepted.
    pub reason: Untrusted,
    /// The last day on which it holds, `YYYY-MM-DD` in UTC.
    pub until: String,
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
}

impl Waiver {
    /// Whether its last day has passed. Days are `YYYY-MM-DD`, so the order of their texts is their order.
    pub fn is_expired(&self, today: &str) -> bool {
        self.terms.until.as_str() < today
    }

    /// Which client it is of: `@me` is another client under each credential.
    pub fn key(&self) -> ClientKey {
        ClientKey::new(self.client, self.credentials.as_ref())
    }

    /// The client in words: `@me of acme`.
    pub fn client_words(&self) -> String {
        match &self.credentials {
            Some(credentials) => format!("{} of {credentials}", self.client),
            None => self.client.to_string(),
        }
    }

    /// Whether it covers this field of this client; `None` is a client that could not be read.
    pub fn covers(&self, client: &ClientKey, field: Option<Setting>) -> bool {
        let same = self.client == client.client() && self.credentials.as_deref() == client.credentials();
        same && (self.field.is_none() || self.field == field)
    }

    /// The waiver as far as these waivers of a revision hold it too: until the earlier of the two last days. `None`
    /// where they hold none of its scope.
    pub fn as_held_by(&self, revision: &[Waiver]) -> Option<Waiver> {
        let held = revision.iter().filter(|then| then.covers(&self.key(), self.field));
        let until = held.map(|then| &then.terms.until).max()?.min(&self.terms.until).clone();
        Some(Waiver { terms: Waived { until, ..self.terms.clone() }, ..self.clone() })
    }
}

/// The terms of the waiver that holds on this day: the field's own before the whole client's. `None` for the field is a
/// client that could not be read.
pub fn holding<'w>(
    waivers: &'w [Waiver],
    never_waived: SettingSet,
    today: &str,
    client: &ClientKey,
    field: Option<Setting>,
) -> Option<&'w Waived> {
    if field.is_some_and(|field| never_waived.contains(field)) {
        return None;
    }
    let holds = waivers.iter().filter(|waiver| waiver.covers(client, field) && !waiver.is_expired(today));
    holds.max_by_key(|waiver| waiver.field.is_some()).map(|waiver| &waiver.terms)
}

/// The last day of a waiver as it must be written: `YYYY-MM-DD`, a day of the calendar.
pub fn is_day(text: &str) -> bool {
    let shaped = text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    shaped && text.parse::<jiff::civil::Date>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiver(field: Option<Setting>) -> Waiver {
        let terms = Waived { owner: "noc".into(), reason: "moving".into(), until: "2026-12-31".into() };
        let client = ClientId::parse("12").unwrap();
        Waiver { client, credentials: None, field, terms, source: Place::new("ringform.yaml".into(), 9, 5) }
    }

    #[test]
    fn the_last_day_is_a_day_on_which_it_holds() {
        for (today, expired) in [("2026-12-30", false), ("2026-12-31", false), ("2027-01-01", true)] {
            assert_eq!(waiver(None).is_expired(today), expired, "{today}");
        }
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
        let until = |day: &str, field| {
            let mut one = waiver(field);
            one.terms.until = day.to_owned();
            one
        };
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
        ];
        for (row, (now, then, expected)) in table.into_iter().enumerate() {
            let found = now.as_held_by(&then);
            assert_eq!(found.map(|one| one.terms.until).as_deref(), expected, "row {row}");
        }
        let other = Waiver { client: ClientId::parse("13").unwrap(), ..waiver(geo) };
        assert_eq!(waiver(geo).as_held_by(&[other]), None);
    }

    #[test]
    fn days_are_of_the_calendar_and_written_in_one_way() {
        for text in ["2026-12-31", "2028-02-29", "0001-01-01"] {
            assert!(is_day(text), "{text}");
        }
        for text in
            ["2026-02-29", "2026-13-01", "2026-1-1", "31.12.2026", "20261231", "2026-12-31T00:00", "", "２０２６-1"]
        {
            assert!(!is_day(text), "{text}");
        }
    }
}
