//! Openings that outlive their end: `drift` reports them whatever their origin, waiver or age, and `apply` closes them.

use serde_json::{Value as Json, json};

use crate::drifting::{SOON, webhook};
use crate::ledger::site::Site;
use crate::world::{Ran, World};

const AGAIN: &str = "drift --since last.json --format json=last.json";

/// The end of an entry whose last day is 2020-02-01.
const END: &str = "2020-02-02T00:00:00Z";

/// The document of client 12 with one entry of this last day.
fn document(settings: &str, given: &str, until: &str) -> String {
    let entry =
        format!("{{settings: {given}, from: 2020-01-01, until: {until}, owner: anna, reason: fair in Tbilisi}}");
    format!("client: 12\nsettings: {settings}\ntemporary:\n  - {entry}\n")
}

/// Client 12, which declares RU and Turkey until this day, and is live as `geo`.
fn trip(geo: &str, until: &str) -> World {
    World::new()
        .live(12, json!({"geo_list": geo}))
        .file("clients/12.yaml", &document("{geo_list: [RU]}", "{geo_list: {add: [TR]}}", until))
}

fn set_until(world: &World, until: &str) {
    let text = document("{geo_list: [RU]}", "{geo_list: {add: [TR]}}", until);
    world.write("clients/12.yaml", text.as_bytes());
}

/// The findings of the last report: field, origin, state, and since when they are overdue.
fn findings(world: &World) -> Vec<[String; 4]> {
    let report: Json = serde_json::from_str(&world.read("last.json")).unwrap();
    let found = report["run"]["drift"]["findings"].as_array().unwrap().iter();
    let word = |json: &Json| json.as_str().unwrap_or("-").to_owned();
    found.map(|one| ["field", "origin", "state", "overdue_since"].map(|key| word(&one[key]))).collect()
}

fn change(ran: &Ran, field: &str) -> Json {
    let client = ran.client("12");
    let changes = client["changes"].as_array().unwrap().clone();
    changes.into_iter().find(|one| one["field"] == field).unwrap_or_else(|| panic!("{field}: {client}"))
}

fn waiver(field: &str) -> String {
    format!("waivers: [{{client: 12, {field}owner: noc, reason: moving, until: 2099-12-31}}]")
}

#[test]
fn a_difference_says_which_end_or_begin_caused_it() {
    let ended = trip("RU TR", "2020-02-01").run("plan --format json").ok();
    let one = change(&ended, "geo_list");
    assert_eq!((&one["severity"], &one["overdue_since"]), (&json!("security"), &json!(END)));
    let because = &one["because"];
    assert_eq!((&because["temporary"], &because["until"]), (&json!("ended"), &json!("2020-02-01")));
    assert_eq!((&because["owner"], &because["source"]["line"]), (&json!("anna"), &json!(4)));
    let began = change(&trip("RU", "2099-12-31").run("plan --format json").ok(), "geo_list");
    assert_eq!((&began["because"]["temporary"], &began["overdue_since"]), (&json!("began"), &json!(null)));
    assert_eq!((&began["layer"], &began["after"]), (&json!("temporary until 2099-12-31 (anna)"), &json!("RU TR")));
    let other = change(&trip("RU BY", "2020-02-01").run("plan --format json").ok(), "geo_list");
    assert_eq!((&other["because"], &other["overdue_since"]), (&json!(null), &json!(null)));
}

#[test]
fn no_waiver_and_no_fail_on_new_silences_what_outlived_its_end() {
    for field in ["", "field: geo_list, "] {
        let mut world = trip("RU TR", "2020-02-01").project(&waiver(field));
        let ran = world.run(AGAIN).status(2);
        ran.prints(&["Drift: 1 new (1 security, 1 overdue).", "2099-12-31", "noc", "moving"]);
        assert_eq!(findings(&world), [["geo_list", "drift", "new", END]]);
        for _ in 0..2 {
            world.run(&format!("{AGAIN} --fail-on new")).status(2).prints(&["1 continuing (1 security, 1 overdue)"]);
            assert_eq!(findings(&world), [["geo_list", "drift", "continuing", END]]);
        }
        let report: Json = serde_json::from_str(&world.read("last.json")).unwrap();
        assert_eq!(report["run"]["drift"]["findings"][0]["waived"]["owner"], "noc");
        // What is open otherwise stays waived.
        world.server().set(12, "geo_list", json!("RU BY"));
        world.run(&format!("{AGAIN} --fail-on new")).ok().prints(&["1 waived"]);
        world.server().set(12, "geo_list", json!("*"));
        world.run(&format!("{AGAIN} --fail-on new")).status(2).prints(&["1 new"]);
        world.server().set(12, "geo_list", json!("RU"));
        world.run(&format!("{AGAIN} --fail-on new")).ok().prints(&["1 resolved"]);
    }
}

#[test]
fn a_webhook_gets_it_when_it_becomes_overdue_and_once() {
    let (address, received) = webhook("200 OK", 2);
    // Belarus was opened outside of git, and Turkey is open for the trip.
    let mut world = trip("RU BY TR", "2099-12-31").env("RINGFORM_NOTIFY_URL", &address).project(&waiver(""));
    world.run(AGAIN).ok();
    assert!(received.try_recv().is_err(), "it is waived");
    set_until(&world, "2020-02-01");
    world.run(&format!("{AGAIN} --fail-on new")).status(2).prints(&["1 new (1 security, 1 overdue)"]);
    let (_, report) = received.recv_timeout(SOON).unwrap();
    assert_eq!(report["run"]["drift"]["findings"][0]["overdue_since"], END);
    assert_eq!(findings(&world), [["geo_list", "drift", "new", END]]);
    for _ in 0..2 {
        world.run(&format!("{AGAIN} --fail-on new")).status(2);
    }
    assert!(received.try_recv().is_err(), "it continues");
}

#[test]
fn an_open_finding_that_becomes_overdue_is_new_again() {
    let mut world = trip("RU BY TR", "2099-12-31");
    world.run(AGAIN).status(2);
    world.run(&format!("{AGAIN} --fail-on new")).ok();
    set_until(&world, "2020-02-01");
    world.run(&format!("{AGAIN} --fail-on new")).status(2).prints(&["1 new"]);
    world.run(&format!("{AGAIN} --fail-on new")).status(2).prints(&["1 continuing"]);
}

#[test]
fn a_client_that_cannot_be_read_keeps_since_when() {
    let mut world = trip("RU TR", "2020-02-01").project(&waiver(""));
    world.run(AGAIN).status(2);
    world.server().fault("error=user_blocked,client=12,on=get".parse().unwrap());
    // The waiver covers the failed read. What was open when the client was last read still counts.
    world
        .run(&format!("{AGAIN} --fail-on new --metrics m.prom"))
        .status(2)
        .prints(&["1 not read (1 security, 1 overdue)", "found earlier:"]);
    assert_eq!(findings(&world)[1], ["geo_list", "drift", "unread", END]);
    let metrics = world.read("m.prom");
    for line in [
        "ringform_overdue_findings{project=\"FOLDER/ringform.yaml\"} 1",
        "state=\"unread\",severity=\"security\",waived=\"false\"} 1",
    ] {
        let folder = std::fs::canonicalize(world.folder()).unwrap();
        assert!(metrics.contains(&line.replace("FOLDER", folder.to_str().unwrap())), "{line}\n{metrics}");
    }
    world.server().clear_faults();
    world.server().set(12, "geo_list", json!("RU"));
    world.run(&format!("{AGAIN} --metrics m.prom")).ok();
    let overdue = world.read("m.prom");
    let overdue = overdue.lines().find(|line| line.starts_with("ringform_overdue_findings{")).unwrap();
    assert!(overdue.ends_with(" 0"), "{overdue}");
}

#[test]
fn drift_at_an_instant_judges_by_that_instant() {
    let mut world = trip("RU TR", "2020-02-01");
    for (at, status) in [("2020-02-01", 0), ("2020-02-01T23:59:59Z", 0), ("2020-02-02", 2), ("2099-01-01", 2)] {
        let ran = world.run(&format!("drift --at {at} --fail-on new --format json")).status(status);
        let found = &ran.json()["run"]["drift"]["findings"];
        let expected = if status == 2 { json!(END) } else { json!(null) };
        assert_eq!(found[0]["overdue_since"], expected, "{at}: {found}");
    }
    // Before its begin it is open without a reason.
    let ran = world.run("drift --at 2019-12-31 --format json").status(2);
    assert_eq!(ran.json()["run"]["drift"]["findings"][0]["overdue_since"], json!(null));
}

#[test]
fn a_renamed_client_under_a_waiver_is_overdue_too() {
    let text = document("{geo_list: [RU]}", "{geo_list: {add: [TR]}}", "2020-02-01") + "expect: {name: acme}\n";
    let mut world = World::new()
        .live(12, json!({"name": "mallory", "geo_list": "RU TR"}))
        .file("clients/12.yaml", &text)
        .project(&waiver(""));
    world.run(AGAIN).status(2).prints(&["1 new (1 security, 1 overdue), 1 waived", "not confirmed"]);
    assert_eq!(findings(&world)[0], ["geo_list", "drift", "new", END]);
    let ran = world.run("plan --format json").status(1);
    assert_eq!(ran.client("12")["unconfirmed"][0]["overdue_since"], END);
    // Without the waiver the client that is not as expected is an error, which wins.
    world.write("ringform.yaml", format!("endpoint: {}\n", world.server().endpoint()).as_bytes());
    world.run("drift").status(1);
}

#[test]
fn a_floor_that_forbids_the_waiver_changes_nothing() {
    let mut world = trip("RU TR", "2020-02-01").project(&waiver(""));
    let floor = tempfile::tempdir().unwrap();
    std::fs::write(floor.path().join("floor.yaml"), "never_waived: [geo_list]\n").unwrap();
    let floor = floor.path().join("floor.yaml").display().to_string();
    world.run(&format!("{AGAIN} --floor {floor}")).status(2).prints(&["1 new (1 security, 1 overdue)"]);
    world
        .run(&format!("{AGAIN} --floor {floor} --fail-on new"))
        .status(2)
        .prints(&["1 continuing (1 security, 1 overdue)"]);
    // Without the floor the waiver is shown, and nothing becomes new.
    world.run(&format!("{AGAIN} --fail-on new")).status(2).prints(&["1 continuing (1 security, 1 overdue)"]);
}

/// The document of client 12 with a list, a rule and music until this day.
fn holidays_until(until: &str) -> String {
    let plain = "{geo_list: [RU], dial_rule_id: 19, hold_music: 5}";
    document(plain, "{geo_list: {add: [TR]}, dial_rule_id: 21, hold_music: 77}", until)
}

/// These settings for a time that has ended; live still has all three.
fn holidays() -> World {
    World::new()
        .live(12, json!({"geo_list": "RU TR", "dial_rule_id": 21, "hold_music": 77}))
        .file("clients/12.yaml", &holidays_until("2020-02-01"))
}

#[test]
fn with_a_base_what_an_end_leaves_is_pending_and_apply_closes_it() {
    let mut world = holidays().repository();
    let ran = world.run("plan --base HEAD --format json").ok();
    for (field, overdue) in [("geo_list", json!(END)), ("dial_rule_id", json!(END)), ("hold_music", json!(null))] {
        let one = change(&ran, field);
        assert_eq!((&one["origin"], &one["because"]["temporary"]), (&json!("pending"), &json!("ended")), "{field}");
        assert_eq!(one["overdue_since"], overdue, "{field}");
    }
    world.run(&format!("{AGAIN} --base HEAD --fail-on new")).status(2);
    let is_pending = |field: &str| [field, "pending", "new", END].map(str::to_owned);
    assert_eq!(findings(&world), [is_pending("geo_list"), is_pending("dial_rule_id")]);
    // This change touches what the end left: no conflict.
    let plain = "{geo_list: [RU, KZ], dial_rule_id: 20, hold_music: 6}";
    world.declare(12, plain);
    let ran = world.run("plan --base HEAD --format json").ok();
    for field in ["geo_list", "dial_rule_id", "hold_music"] {
        assert_eq!(change(&ran, field)["origin"], "pending", "{field}");
    }
    world.git(&["checkout", "-q", "--", "clients"]);
    // What live never had by git is drift, as before.
    world.server().set(12, "hold_music", json!(78));
    assert_eq!(change(&world.run("plan --base HEAD --format json").ok(), "hold_music")["origin"], "drift");
    world.run("apply --base HEAD --only pending --yes").ok().requests(1, 1, 1);
    assert_eq!(world.puts(), [json!({"geo_list": "RU", "dial_rule_id": 19})]);
    world.run("drift --base HEAD --field geo_list").ok();
}

#[test]
fn an_offline_plan_compares_both_sides_at_one_instant() {
    let mut world = holidays().repository();
    let ran = world.run("plan --base HEAD --offline --format json").ok().sends_nothing();
    assert_eq!(ran.client("12")["changes"], json!([]));
    world.declare(12, "{geo_list: [RU, KZ], dial_rule_id: 19, hold_music: 5}");
    let ran = world.run("plan --base HEAD --offline --format json").ok();
    let one = change(&ran, "geo_list");
    assert_eq!((&one["before"], &one["origin"]), (&json!("RU"), &json!("pending")));
}

#[test]
fn an_entry_that_is_removed_after_its_end_hides_nothing() {
    let mut world = holidays().repository();
    world.declare(12, "{geo_list: [RU], dial_rule_id: 19, hold_music: 5}");
    // REV still explains it, so a rule of which nobody can say how open it is counts too.
    world.run(&format!("{AGAIN} --base HEAD --fail-on new")).status(2);
    let is_pending = |field: &str| [field, "pending", "new", END].map(str::to_owned);
    assert_eq!(findings(&world), [is_pending("geo_list"), is_pending("dial_rule_id")]);
    let ran = world.run("plan --base HEAD --format json").ok();
    assert_eq!(change(&ran, "geo_list")["because"]["owner"], "anna");
    // Once REV has no entry either, live is drift.
    world.commit("removed");
    world.run(&format!("{AGAIN} --base HEAD")).status(2);
    let found = findings(&world);
    assert!(found.iter().all(|one| one[1] == "drift" && one[3] == "-"), "{found:?}");
    assert_eq!(found.len(), 3);
    world.run("drift").status(2);
}

#[test]
fn an_entry_that_is_shortened_ends_now() {
    let mut world = trip("RU TR", "2099-12-31").repository();
    world.run("drift --base HEAD").ok();
    set_until(&world, "2020-02-01");
    let ran = world.run("plan --base HEAD --format json").ok();
    let one = change(&ran, "geo_list");
    assert_eq!((&one["origin"], &one["overdue_since"]), (&json!("pending"), &json!(END)));
    world.run("drift --base HEAD").status(2);
    world.run("apply --base HEAD --only pending --yes").ok();
    assert_eq!(world.stored(12, "geo_list"), "RU");
    world.run("drift --base HEAD").ok();
    world.commit("the trip is over");
    // Prolonged again: the opening is pending, and drift has nothing to report.
    set_until(&world, "2099-12-31");
    world.run("drift --base HEAD").ok();
}

#[test]
fn with_a_ledger_live_holds_what_ringform_wrote() {
    let mut site = Site::new(trip("RU", "2099-12-31"));
    site.run("apply --yes").ok();
    assert_eq!(site.world.stored(12, "geo_list"), "RU TR");
    site.run("drift").ok();
    set_until(&site.world, "2020-02-01");
    site.merge("the trip is over");
    site.run(AGAIN).status(2);
    assert_eq!(findings(&site.world), [["geo_list", "pending", "new", END]]);
    // Removed right after its end: the list is more open than declared, whatever the origin.
    let text = site.world.read("clients/12.yaml");
    site.world.declare(12, "{geo_list: [RU]}");
    site.run(AGAIN).status(2);
    assert_eq!(findings(&site.world), [["geo_list", "pending", "continuing", "-"]]);
    site.world.write("clients/12.yaml", text.as_bytes());
    site.run("apply --only pending --yes").ok();
    assert_eq!(site.world.stored(12, "geo_list"), "RU");
    site.run("drift").ok();
}

#[test]
fn a_record_that_is_older_than_the_entry_shows_that_another_hand_opened_it() {
    let mut site = Site::new(World::new().live(12, json!({"geo_list": "BY"})).declared(12, "{geo_list: [RU]}"));
    site.run("apply --yes").ok();
    // The portal opened Turkey; the entry came and ended, and no apply ran meanwhile.
    site.world.server().set(12, "geo_list", json!("RU TR"));
    set_until(&site.world, "2020-02-01");
    site.merge("a trip");
    site.run(AGAIN).status(2);
    assert_eq!(findings(&site.world), [["geo_list", "drift", "new", END]]);
    let one = change(&site.run("plan --format json").ok(), "geo_list");
    assert_eq!((&one["origin"], &one["because"]["temporary"]), (&json!("drift"), &json!("ended")));
}

#[test]
fn with_a_ledger_the_base_explains_an_entry_that_is_removed_after_its_end() {
    let world = World::new().live(12, json!({"geo_list": "RU", "dial_rule_id": 19, "hold_music": 5}));
    let mut site = Site::new(world.file("clients/12.yaml", &holidays_until("2099-12-31")));
    site.run("apply --yes").ok();
    site.world.write("clients/12.yaml", holidays_until("2020-02-01").as_bytes());
    site.merge("the holidays are over");
    site.world.declare(12, "{geo_list: [RU], dial_rule_id: 19, hold_music: 5}");
    site.run(&format!("{AGAIN} --base HEAD")).status(2);
    let of = |field: &str, since: &str| [field, "pending", "new", since].map(str::to_owned);
    assert_eq!(findings(&site.world), [of("geo_list", END), of("dial_rule_id", END)]);
    // The record alone shows that ringform wrote it, and that the list is more open than declared.
    std::fs::remove_file(site.world.path("last.json")).unwrap();
    site.run(AGAIN).status(2);
    assert_eq!(findings(&site.world), [of("geo_list", "-")]);
}
