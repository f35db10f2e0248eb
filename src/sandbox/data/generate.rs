//! Generated clients for load tests and demonstrations: plausible, varied, and the same for the same seed.

use super::fields;
use crate::sandbox::random::RandomSequence;
use serde_json::{Map, Value, json};

const TRADES: [&str; 12] = [
    "Logistics",
    "Dental",
    "Bakery",
    "Motors",
    "Legal",
    "Print",
    "Travel",
    "Optics",
    "Flowers",
    "Media",
    "Steel",
    "Farm",
];
const BRANDS: [&str; 12] =
    ["North", "Amber", "Volga", "Baltic", "Granite", "Orion", "Ural", "Harbour", "Cedar", "Polar", "Delta", "Summit"];
const ZONES: [&str; 10] = [
    "Europe/Moscow",
    "Europe/Samara",
    "Asia/Yekaterinburg",
    "Asia/Omsk",
    "Asia/Novosibirsk",
    "Asia/Vladivostok",
    "Europe/Minsk",
    "Asia/Almaty",
    "Europe/Kaliningrad",
    "UTC",
];
const COUNTRIES: [&str; 8] = ["RU", "BY", "KZ", "AM", "GE", "UZ", "RS", "KG"];

/// Clients with the ids 1 to `count`.
pub(crate) fn clients(count: u64, seed: u64) -> Vec<Value> {
    let mut random = RandomSequence::new(seed);
    (1..=count).map(|id| client(id, &mut random)).collect()
}

fn client(id: u64, random: &mut RandomSequence) -> Value {
    let (brand, trade) = (*random.pick(&BRANDS), *random.pick(&TRADES));
    let host = format!("{}-{}-{id}.example.net", brand.to_lowercase(), trade.to_lowercase());
    let mut client = Map::new();
    let mut put = |name: &str, value: Value| drop(client.insert(name.to_owned(), value));
    put("id", json!(id));
    put("name", json!(format!("{brand} {trade} {id}")));
    put("domain", json!(format!("sip.{host}")));
    put("email", json!(format!("office@{host}")));
    put("create_date", json!(date(random)));
    put("type", json!(if random.below(5) == 0 { "F" } else { "J" }));
    put("timezone", json!(random.pick(&ZONES)));
    put("geo_list", countries(random));
    put("dial_rule_id", sometimes(random, 70, 400));
    put("hold_music", sometimes(random, 40, 900));
    put("sip_network_permission_id", sometimes(random, 15, 120));
    let notify = random.below(100) < 60;
    put("disk_space_notify_email", if notify { json!(format!("ops@{host}")) } else { Value::Null });
    put("disk_space_notify_threshold", if notify { json!(70 + random.below(6) * 5) } else { Value::Null });
    fields::complete(id, &mut client);
    Value::Object(client)
}

fn date(random: &mut RandomSequence) -> String {
    let (year, month, day) = (2012 + random.below(13), 1 + random.below(12), 1 + random.below(28));
    format!("{year}-{month:02}-{day:02} {:02}:{:02}:{:02}", random.below(24), random.below(60), random.below(60))
}

/// Mostly one to four countries, sometimes none, rarely all.
fn countries(random: &mut RandomSequence) -> Value {
    match random.below(100) {
        0 => json!("*"),
        1..=9 => Value::Null,
        _ => {
            let start = random.below(COUNTRIES.len() as u64);
            let codes: Vec<&str> = (0..=random.below(4))
                .map(|step| COUNTRIES[((start + step) % COUNTRIES.len() as u64) as usize])
                .collect();
            json!(codes.join(" "))
        }
    }
}

/// An id up to `largest` for `percent` of the clients, null for the others.
fn sometimes(random: &mut RandomSequence, percent: u64, largest: u64) -> Value {
    let (draw, id) = (random.below(100), 1 + random.below(largest));
    if draw < percent { json!(id) } else { Value::Null }
}
