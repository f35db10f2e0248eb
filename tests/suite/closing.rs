//! `apply --only-closing`: a run that can close and cannot open.

use serde_json::{Value as Json, json};

use crate::world::World;

const CLOSE: &str = "apply --only-closing --yes --format json";

/// Client 12 with this live list and this declared one; both as YAML or JSON.
fn world(live: Json, declared: &str) -> World {
    World::new().live(12, json!({"geo_list": live})).declared(12, &format!("{{geo_list: {declared}}}"))
}

#[test]
fn it_sends_what_live_and_git_both_have_where_that_removes_something() {
    let table = [
        // Live, declared, sent, result.
        (json!("RU TR"), "[RU]", Some("RU"), "applied"),
        (json!("RU TR"), "[RU, BY]", Some("RU"), "applied"),
        (json!("*"), "[RU, BY]", Some("BY RU"), "applied"),
        (json!("RU"), "[RU, BY]", None, "unchanged"),
        (json!("RU"), "\"*\"", None, "unchanged"),
        (json!("*"), "null", None, "unchanged"),
        (json!("RU TR"), "null", None, "unchanged"),
        (json!(null), "[RU]", None, "unchanged"),
        (json!(""), "[RU]", None, "unchanged"),
        (json!("RU"), "[RU]", None, "unchanged"),
        (json!("RU ZZ"), "[RU]", None, "refused"),
        (json!("TR"), "[RU]", None, "refused"),
    ];
    for (live, declared, sent, result) in table {
        let mut world = world(live.clone(), declared);
        let ran = world.run(CLOSE).status(i32::from(result == "refused"));
        let shown = format!("live {live}, declared {declared}: {}", ran.stdout);
        assert_eq!(ran.results(), [result], "{shown}");
        let puts: Vec<Json> = sent.into_iter().map(|codes| json!({"geo_list": codes})).collect();
        assert_eq!(world.puts(), puts, "{shown}");
        assert_eq!(ran.client("12")["put"], puts.first().cloned().unwrap_or_else(|| json!({})), "{shown}");
        if let Some(codes) = sent {
            assert_eq!(world.stored(12, "geo_list"), codes, "{shown}");
        }
    }
}
