//! Waivers of `@me`, which is another client under each credential.

use serde_json::{Value as Json, json};

use crate::world::{Ran, World};

/// Two credentials, each with an `@me` whose hold music drifted.
fn world(waivers: &str, defaults: &str) -> World {
    let seed = json!({"apps": [
        {"app_id": "one", "app_secret": "s3cr3t-of-app", "me": 12},
        {"app_id": "two", "app_secret": "s3cr3t-of-app", "me": 13}
    ]});
    let credentials =
        |name: &str, id: &str| format!("{name}: {{app_id: {id}, app_secret: \"${{RINGFORM_APP_SECRET}}\"}}");
    let (acme, globex) = (credentials("acme", "one"), credentials("globex", "two"));
    let document = |name: &str| format!("client: \"@me\"\ncredentials: {name}\nsettings: {{hold_music: 8}}\n");
    World::new()
        .seed(seed)
        .live(12, json!({"hold_music": 7}))
        .live(13, json!({"hold_music": 7}))
        .project(&format!("credentials:\n  {acme}\n  {globex}\n{defaults}\nwaivers:\n{waivers}"))
        .file("a.yaml", &document("acme"))
        .file("b.yaml", &document("globex"))
}

fn waiver(keys: &str, until: &str) -> String {
    format!("  - {{client: \"@me\", {keys}owner: noc, reason: moving, until: {until}}}\n")
}

/// Which findings a waiver covers, by credentials.
fn waived(ran: &Ran) -> Vec<(String, bool)> {
    let findings = ran.json()["run"]["drift"]["findings"].clone();
    let of = |one: &Json| (one["credentials"].as_str().unwrap().to_owned(), !one["waived"].is_null());
    let mut all: Vec<(String, bool)> = findings.as_array().unwrap().iter().map(of).collect();
    all.sort();
    all
}

fn rules(ran: &Ran) -> Vec<Json> {
    ran.json()["diagnostics"].as_array().unwrap().iter().map(|one| one["rule"].clone()).collect()
}

#[test]
fn a_waiver_names_the_me_of_one_credential() {
    let far = "2099-12-31";
    for (keys, defaults, expected) in [
        ("credentials: acme, ", "", [true, false]),
        ("credentials: globex, ", "", [false, true]),
        ("credentials: globex, field: hold_music, ", "", [false, true]),
        // As in a document, the default credentials are meant where none are named.
        ("", "defaults: {credentials: globex}", [false, true]),
    ] {
        let ran = world(&waiver(keys, far), defaults).run("drift --format json").status(2);
        let [acme, globex] = expected;
        assert_eq!(waived(&ran), [("acme".to_owned(), acme), ("globex".to_owned(), globex)], "{keys} {defaults}");
        assert_eq!(rules(&ran), [""; 0], "{keys} {defaults}");
    }
    let both = waiver("credentials: acme, ", far) + &waiver("credentials: globex, ", far);
    let ran = world(&both, "").run("drift --format json").status(0);
    assert_eq!(waived(&ran), [("acme".to_owned(), true), ("globex".to_owned(), true)]);
}

#[test]
fn a_waiver_of_me_without_credentials_covers_no_client_of_a_named_credential() {
    let mut world = world(&waiver("", "2099-12-31"), "");
    for (line, status) in [("drift --format json", 2), ("validate --format json", 0)] {
        let ran = world.run(line).status(status);
        assert_eq!(rules(&ran), ["idle-waiver"], "{line}");
        let warning = ran.json()["diagnostics"][0].clone();
        assert_eq!(warning["summary"], "a waiver is of client @me, which no document declares");
        assert!(warning["help"].as_str().unwrap().ends_with("acme or globex"), "{warning}");
    }
    assert_eq!(waived(&world.run("drift --format json")), [("acme".to_owned(), false), ("globex".to_owned(), false)]);
}

#[test]
fn credentials_of_a_waiver_are_checked() {
    for (waivers, rule, words) in [
        (waiver("credentials: acm, ", "2099-12-31"), "unknown-credentials", "acme"),
        (waiver("credentials: , ", "2099-12-31"), "empty-value", "credentials"),
        (waiver("credentials: acme, ", "2099-12-31").replace("\"@me\"", "12"), "bad-waiver", "all credentials"),
        (waiver("credentials: acme, ", "2099-12-31").repeat(2), "duplicate-item", "remove"),
    ] {
        let ran = world(&waivers, "").run("validate --format json").status(1);
        assert_eq!(rules(&ran)[0], rule, "{waivers}");
        assert!(ran.stdout.contains(words), "{waivers}: {}", ran.stdout);
    }
}

#[test]
fn an_expired_waiver_of_me_names_its_credentials_in_every_format() {
    let mut world = world(&waiver("credentials: acme, ", "2020-12-31"), "");
    let ran = world.run("drift --format json").status(2);
    assert_eq!(ran.json()["run"]["drift"]["expired_waivers"][0]["credentials"], "acme");
    for format in ["text", "markdown", "html", "junit"] {
        let ran = world.run(&format!("drift --format {format}")).status(2);
        assert!(ran.stdout.contains("me of acme"), "{format}: {}", ran.stdout);
    }
}

#[test]
fn a_new_waiver_of_another_me_is_a_change_of_the_rules() {
    let far = "2099-12-31";
    let mut world = world(&waiver("credentials: acme, ", far), "").repository();
    let text = world.read("ringform.yaml");
    world.write("ringform.yaml", text.replace("credentials: acme, owner", "credentials: globex, owner").as_bytes());
    let ran = world.run("plan --base HEAD --format json");
    assert_eq!(rules(&ran), ["rules-changed"]);
    assert!(ran.stdout.contains("@me of globex"), "{}", ran.stdout);
}

#[test]
fn two_projects_of_one_repository_have_two_alerts_for_one_client() {
    let mut world = World::new().live(12, json!({"hold_music": 7}));
    world.start();
    let project = world.read("ringform.yaml");
    std::fs::remove_file(world.path("ringform.yaml")).unwrap();
    for folder in ["a", "b"] {
        world.write(&format!("{folder}/ringform.yaml"), project.as_bytes());
        world.write(&format!("{folder}/staging.ringform.yaml"), project.as_bytes());
        world.write(&format!("{folder}/12.yaml"), b"client: 12\nsettings: {hold_music: 8}\n");
    }
    let mut world = world.repository();
    let alerts = |world: &mut World, line: &str| -> Vec<String> {
        let projects = ["a/ringform.yaml", "b/ringform.yaml", "a/staging.ringform.yaml", "b/staging.ringform.yaml"];
        let alert = |project: &str| {
            let log = world.run(&format!("{line} --project {project} --format sarif")).json();
            let results = log["runs"][0]["results"].as_array().unwrap().clone();
            assert_eq!(results.len(), 1, "{line} {project}: {log}");
            results[0]["partialFingerprints"]["ringform/v1"].as_str().unwrap().to_owned()
        };
        projects.map(alert).to_vec()
    };
    for line in ["plan", "drift", "validate"] {
        if line == "validate" {
            for folder in ["a", "b"] {
                world.write(&format!("{folder}/12.yaml"), b"client: 12\nsettings: {hold_music: 0}\n");
            }
        }
        let all = alerts(&mut world, line);
        let different: std::collections::BTreeSet<&String> = all.iter().collect();
        assert_eq!(different.len(), 4, "{line}: {all:?}");
        assert_eq!(all, alerts(&mut world, line), "{line}: the same alerts in the next run");
    }
}
