//! A journey in two legs, as `plan --at` shows it: at each instant the plan is that of a document that someone writes by
//! hand for it.

use serde_json::{Value as Json, json};

use crate::world::World;

/// A journey: TR, then GE without a gap.
struct Journey {
    zone: &'static str,
    /// `from` and `until` of both legs.
    legs: [[&'static str; 2]; 2],
    /// When the first begins, the second takes over, and the second ends.
    steps: [&'static str; 3],
}

const fn journey(zone: &'static str, legs: [[&'static str; 2]; 2], steps: [&'static str; 3]) -> Journey {
    Journey { zone, legs, steps }
}

const JOURNEYS: &[Journey] = &[
    // A day of 23 hours, and one of 25.
    journey(
        "Europe/Berlin",
        [["2026-03-28", "2026-03-29"], ["2026-03-30", "2026-03-31"]],
        ["2026-03-27T23:00:00Z", "2026-03-29T22:00:00Z", "2026-03-31T22:00:00Z"],
    ),
    journey(
        "Europe/Berlin",
        [["2026-10-24", "2026-10-25"], ["2026-10-26", "2026-10-26"]],
        ["2026-10-23T22:00:00Z", "2026-10-25T23:00:00Z", "2026-10-26T23:00:00Z"],
    ),
    // Days that begin at 01:00, and days whose last hour comes twice.
    journey(
        "America/Sao_Paulo",
        [["2018-11-02", "2018-11-03"], ["2018-11-04", "2018-11-05"]],
        ["2018-11-02T03:00:00Z", "2018-11-04T03:00:00Z", "2018-11-06T02:00:00Z"],
    ),
    journey(
        "America/Sao_Paulo",
        [["2018-02-17", "2018-02-17"], ["2018-02-18", "2018-02-18"]],
        ["2018-02-17T02:00:00Z", "2018-02-18T03:00:00Z", "2018-02-19T03:00:00Z"],
    ),
    journey(
        "Africa/Cairo",
        [["2023-04-27", "2023-04-27"], ["2023-04-28", "2023-04-28"]],
        ["2023-04-26T22:00:00Z", "2023-04-27T22:00:00Z", "2023-04-28T21:00:00Z"],
    ),
    journey(
        "Africa/Cairo",
        [["2023-10-26", "2023-10-26"], ["2023-10-27", "2023-10-27"]],
        ["2023-10-25T21:00:00Z", "2023-10-26T22:00:00Z", "2023-10-27T22:00:00Z"],
    ),
    // A day that the zone left out: 30 December 2011.
    journey(
        "Pacific/Apia",
        [["2011-12-29", "2011-12-30"], ["2011-12-31", "2011-12-31"]],
        ["2011-12-29T10:00:00Z", "2011-12-30T10:00:00Z", "2011-12-31T10:00:00Z"],
    ),
    // The leap day, and the last day of a year.
    journey(
        "UTC",
        [["2028-02-29", "2028-02-29"], ["2028-03-01", "2028-03-01"]],
        ["2028-02-29T00:00:00Z", "2028-03-01T00:00:00Z", "2028-03-02T00:00:00Z"],
    ),
    journey(
        "Asia/Kathmandu",
        [["2026-12-31", "2026-12-31"], ["2027-01-01", "2027-01-01"]],
        ["2026-12-30T18:15:00Z", "2026-12-31T18:15:00Z", "2027-01-01T18:15:00Z"],
    ),
    // Instants of other zones than that of the project, with and without minutes of their offset.
    journey(
        "Europe/Moscow",
        [["2026-12-01T10:00+05:45", "2026-12-05T12:00-05"], ["2026-12-05T20:00:00+03", "2026-12-31T23:59:59Z"]],
        ["2026-12-01T04:15:00Z", "2026-12-05T17:00:00Z", "2026-12-31T23:59:59Z"],
    ),
];

/// What a plan says of the client and of all clients, without places, layers and causes.
fn facts(document: &Json) -> Json {
    let client = &document["clients"][0];
    let fact = |change: &Json| {
        let mut change = change.clone();
        for key in ["layer", "source", "because", "opens_for_days"] {
            change.as_object_mut().unwrap().remove(key);
        }
        change
    };
    let changes: Vec<Json> = client["changes"].as_array().unwrap().iter().map(fact).collect();
    let of_client = ["status", "put", "managed", "live", "blocked"].map(|key| client[key].clone());
    json!([changes, of_client, document["summary"]])
}

fn second_before(instant: &str) -> String {
    (instant.parse::<jiff::Timestamp>().unwrap() - jiff::SignedDuration::from_secs(1)).to_string()
}

#[test]
fn a_journey_in_legs_is_at_each_instant_the_document_written_by_hand() {
    for Journey { zone, legs, steps } in JOURNEYS {
        let mut world = World::new().live(12, json!({"geo_list": "KZ RU", "hold_music": 7}));
        world = world.project(&format!("zone: {zone}"));
        let write = |world: &World, codes: &str, entries: &str| {
            let text = format!("client: 12\nsettings: {{geo_list: [{codes}], hold_music: 8}}\n{entries}");
            world.write("clients/12.yaml", text.as_bytes());
        };
        let plan = |world: &mut World, flags: &str| world.run(&format!("plan --format json {flags}")).ok().json();
        let by_hand = ["RU", "RU, TR", "GE, RU"].map(|codes| {
            write(&world, codes, "");
            facts(&plan(&mut world, ""))
        });
        let entry = |[from, until]: &[&str; 2], code: &str| {
            let times = format!("from: \"{from}\", until: \"{until}\"");
            format!("- {{settings: {{geo_list: {{add: [{code}]}}}}, {times}, owner: anna, reason: fair}}\n")
        };
        // The order of the entries makes no difference.
        write(&world, "RU", &format!("temporary:\n{}{}", entry(&legs[1], "GE"), entry(&legs[0], "TR")));
        let [first, second, end] = steps;
        for (at, leg, next) in [
            (second_before(first), 0, Some(first)),
            ((*first).to_owned(), 1, Some(second)),
            (legs[0][0].to_owned(), 1, Some(second)),
            (second_before(second), 1, Some(second)),
            ((*second).to_owned(), 2, Some(end)),
            (legs[1][0].to_owned(), 2, Some(end)),
            (second_before(end), 2, Some(end)),
            ((*end).to_owned(), 0, None),
        ] {
            let found = plan(&mut world, &format!("--at {at}"));
            assert_eq!(facts(&found), by_hand[leg], "{zone} at {at}");
            assert_eq!(found["clients"][0]["valid_until"], json!(next), "{zone} at {at}");
        }
    }
}
