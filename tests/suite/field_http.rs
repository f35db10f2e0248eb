//! HTTP and credentials as the field has them: gateways that give up, tokens that end, variables that hold nonsense.

use serde_json::json;

use crate::world::World;

fn one() -> World {
    World::new().live(12, json!({"geo_list": "RU"})).declared(12, "{geo_list: [RU, KZ]}")
}

#[test]
fn a_gateway_that_gave_up_is_asked_again() {
    for code in [408, 425, 520, 522, 524] {
        let mut world = one().fault(&format!("server-error={code},times=1,on=get"));
        world.run("plan").ok().prints(&["RU → KZ RU"]).requests(1, 2, 0);
    }
}

#[test]
fn a_write_that_a_gateway_gave_up_on_is_read_again() {
    for code in [408, 425, 520, 524] {
        // It was stored: reading confirms it.
        let mut world = one().fault(&format!("server-error-after={code},times=1,on=put"));
        let ran = world.run("apply --yes --format json").ok().requests(1, 2, 1);
        assert_eq!(ran.results(), ["applied"], "{code}");
        // It was not: ringform sends it once more.
        let mut world = one().fault(&format!("server-error={code},times=1,on=put"));
        let ran = world.run("apply --yes --format json").ok().requests(1, 2, 2);
        assert_eq!(ran.results(), ["applied"], "{code}");
    }
}

fn fleet_with_a_ready_token(clients: u64) -> World {
    let mut world = World::new()
        .seed(json!({"apps": [{"app_id": "a", "app_secret": "b", "token": "tok-1"}]}))
        .env("RINGFORM_APP_ID", "")
        .env("RINGFORM_APP_SECRET", "")
        .env("RINGFORM_TOKEN", "tok-1");
    for id in 1..=clients {
        world = world.live(id, json!({})).declared(id, "{timezone: UTC}");
    }
    world
}

#[test]
fn a_ready_token_that_is_revoked_in_the_middle_of_a_run_is_not_used_further() {
    let mut world = fleet_with_a_ready_token(60).fault("unauthorized,on=get,after=20");
    world.run("plan --concurrency 1").status(1).requests(0, 23, 0);
    // With eight requests at a time, those on their way come on top, and a late success among them starts the count anew.
    let mut world = fleet_with_a_ready_token(60).fault("unauthorized,on=get,after=20");
    world.run("plan --concurrency 8").status(1);
    assert!(world.server().counts().read <= 20 + 3 + 2 * 8, "{} reads", world.server().counts().read);
    let mut world = fleet_with_a_ready_token(60).fault("unauthorized,on=put,after=20");
    let ran = world.run("apply --yes --format json --concurrency 1").status(1).requests(0, 60, 23);
    assert_eq!(ran.results().iter().filter(|result| *result == "applied").count(), 20);
}

#[test]
fn one_client_that_answers_401_does_not_end_a_ready_token() {
    let mut world = fleet_with_a_ready_token(12);
    for id in [3, 4, 8, 9] {
        world = world.fault(&format!("unauthorized,on=get,client={id}"));
    }
    let ran = world.run("plan --concurrency 1 --format json").status(1).requests(0, 12, 0);
    let json = ran.json();
    let failed = json["clients"].as_array().unwrap().iter().filter(|client| !client["error"].is_null()).count();
    assert_eq!(failed, 4);
}

#[test]
fn a_ready_token_revoked_after_40_of_150_answers_costs_a_few_more_requests() {
    let mut world = fleet_with_a_ready_token(150).fault("unauthorized,on=get,after=40");
    world.run("plan").status(1);
    let reads = world.server().counts().read;
    // Three refusals in a row end it. Requests on their way come on top.
    assert!((43..40 + 3 + 2 * 32).contains(&reads), "{reads} reads");
    let mut world = fleet_with_a_ready_token(150).fault("unauthorized,on=get,after=40");
    world.run("plan --concurrency 4").status(1);
    assert!(world.server().counts().read <= 40 + 3 + 2 * 4, "{} reads", world.server().counts().read);
}
