//! `import`: documents from live clients.

use serde_json::json;

use crate::world::World;

fn live() -> World {
    World::new()
        .live(12, json!({"name": "Север/Юг", "domain": "sip.example.com", "geo_list": "NO", "hold_music": 7, "timezone": "Europe/Moscow"}))
        .live(13, json!({"name": "../../etc/x", "geo_list": "*", "disk_space_notify_email": "on@example.com", "disk_space_notify_threshold": 90}))
        .live(14, json!({"name": "NO\n- evil: yes", "geo_list": "ZZ # ]", "timezone": "MSK\nclient: 1"}))
}

#[test]
fn a_plan_after_an_import_is_empty() {
    let mut world = live();
    let ran = world.run("import 12 13 14").ok().requests(1, 3, 0);
    ran.says(&["geo_list", "timezone", "stays unmanaged"]);
    let mut files: Vec<String> = std::fs::read_dir(world.path("clients"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    assert_eq!(files, ["12-север-юг.yaml", "13-etc-x.yaml", "14-no-evil-yes.yaml"]);
    let plan = world.run("plan --format json").ok().json();
    assert_eq!(plan["summary"]["in_sync"], 3);
    assert_eq!(plan["clients"][0]["managed"].as_array().unwrap().len(), 7);
    assert_eq!(plan["clients"][2]["managed"].as_array().unwrap().len(), 5);
    assert_eq!(plan["clients"][0]["expect"], json!({"domain": "sip.example.com"}));
}

#[test]
fn the_domain_is_pinned_and_not_the_name_which_its_owner_can_change() {
    let mut world = live();
    let ran = world.run("import 12 13").ok();
    assert!(!ran.stderr.contains("client 12 has no domain"), "{}", ran.stderr);
    assert!(world.read("clients/12-север-юг.yaml").contains("expect:\n  domain: \"sip.example.com\"\nsettings:"));
    world.server().set(12, "name", json!("renamed"));
    world.run("plan").ok().prints(&["No difference"]);
    world.server().set(12, "domain", json!("sip.elsewhere.example"));
    world.run("plan").status(1).prints(&["domain is \"sip.elsewhere.example\", expected \"sip.example.com\""]);
    for domain in [json!(null), json!(""), json!(" ")] {
        let mut world = World::new().live(12, json!({"name": "x", "domain": domain}));
        let ran = world.run("import 12").ok();
        ran.says(&["note: client 12 has no domain, so its document does not expect one"]);
        assert!(!world.read("clients/12-x.yaml").contains("expect"), "{domain}");
        world.run("plan").ok();
    }
    // The client of the token is pinned by its number too.
    let mut world = live();
    world.run("import").ok();
    let plan = world.run("plan --format json").ok();
    assert_eq!(plan.client("@me")["expect"], json!({"id": 12, "domain": "sip.example.com"}));
}

#[test]
fn nothing_is_overwritten_and_nobody_is_declared_twice() {
    let mut world = live();
    world.run("import 12").ok();
    let text = world.read("clients/12-север-юг.yaml");
    world.run("import 12").status(1).says(&["declares it already", "give --force to replace it"]);
    world.run("import 12 --force").ok();
    assert_eq!(world.read("clients/12-север-юг.yaml"), text);
    let mut world = live().declared(12, "{timezone: UTC}");
    world.run("import 12 --force").status(1).says(&["clients/12.yaml", "edit that file instead"]);
    let mut world = live().file("clients/13-etc-x.yaml", "# a note, not a document\n");
    world.run("import 13").status(1).says(&["--force"]);
    assert_eq!(world.read("clients/13-etc-x.yaml"), "# a note, not a document\n");
}

#[test]
fn import_replaces_no_document_with_settings_that_end() {
    let dated = "client: 12\nsettings: {hold_music: 1}\ntemporary:\n  - {settings: {hold_music: 2}, from: 2999-12-01, \
                 until: 2999-12-02, owner: o, reason: r}\n";
    let path = "clients/12-север-юг.yaml";
    for line in ["import 12", "import 12 --force"] {
        let mut world = live().file(path, dated);
        world.run(line).status(1).says(&[
            "has settings under `temporary`, which import never replaces",
            "edit that file, or remove its `temporary` first",
        ]);
        assert_eq!(world.read(path), dated);
    }
    // A file of another client that stands in the way, too.
    let mut world = live().file(path, &dated.replace("client: 12", "client: 99"));
    world.run("import 12 --force").status(1).says(&["has settings under `temporary`"]);
    // The entries of a profile are not part of the file.
    let entry = dated.split("temporary:\n").nth(1).unwrap();
    let profiles =
        format!("defaults: {{profiles: [p]}}\nprofiles:\n  p:\n    hold_music: 1\n    temporary:\n    {entry}");
    let mut world = live().project(&profiles).file(path, "client: 12\nsettings: {timezone: UTC}\n");
    world.run("import 12 --force").ok();
    assert!(world.read(path).contains("hold_music"));
}

#[test]
fn one_failing_id_does_not_stop_the_others() {
    let mut world = live();
    world.run("import 12 99 13").status(1).says(&["client 99"]).prints(&["client 12", "client 13"]);
    world.run("plan").ok().prints(&["2 clients"]);
}

#[test]
fn import_without_an_id_takes_the_client_of_the_token() {
    let mut world = live();
    world.run("import").ok();
    world.run("plan").ok().prints(&["No difference: 1 client"]);
}

#[test]
fn what_import_writes_it_can_read() {
    let mut world = World::new()
        .live(12, json!({"name": "  ", "domain": " ", "hold_music": 7}))
        .live(13, json!({"name": "\u{85}\u{2028}\u{feff}x: #y\u{0}", "domain": "null"}));
    world.run("import 12 13 12").ok();
    let plan = world.run("plan --format json").ok().json();
    assert_eq!(plan["summary"]["in_sync"], 2);
    assert_eq!(plan["clients"][0]["expect"], json!({}));
}

#[test]
fn the_client_of_the_token_is_not_declared_twice() {
    let mut world = World::new().live(12, json!({"name": "x"})).file("clients/me.yaml", "client: \"@me\"\n");
    world.run("import").status(1).says(&["clients/me.yaml", "edit that file instead"]);
    world.run("validate").ok();
}

/// A world with the untouched project of `init`, whose endpoint is the simulator.
fn starter() -> World {
    let mut world = live();
    world.start();
    std::fs::remove_file(world.path("ringform.yaml")).unwrap();
    world.run("init").ok();
    let endpoint = world.server().endpoint();
    world.env("RINGFORM_ENDPOINT", &endpoint)
}

#[test]
fn import_takes_the_place_of_the_untouched_example_of_init() {
    let ran = starter().run("validate").ok();
    assert_eq!((&*ran.stdout, &*ran.stderr), ("1 document in 1 file: valid.\n", ""));
    // The client of the token is 12, so the example and the document of 12 would be one client.
    for line in ["import 12", "import", "import 12 99"] {
        let mut world = starter();
        let ran = world.run(line).status(i32::from(line.contains("99")));
        ran.says(&["note: clients/me.yaml was the untouched example of `init` and is removed"]);
        assert!(!world.path("clients/me.yaml").exists());
        let plan = world.run("plan --detailed-exitcode").ok().prints(&["No difference: 1 client"]);
        assert_eq!(plan.stderr, "", "{line}");
        world.run("import 13").ok();
    }
}

#[test]
fn an_example_that_was_changed_or_has_no_successor_stays() {
    let mut world = starter();
    world.run("import 99").status(1);
    assert!(world.path("clients/me.yaml").exists());
    let changed = format!("{}\n# mine\n", world.read("clients/me.yaml"));
    world.write("clients/me.yaml", changed.as_bytes());
    world.run("import").status(1).says(&["clients/me.yaml", "edit that file instead"]);
    assert_eq!(world.read("clients/me.yaml"), changed);
    world.run("validate").ok().says(&["this document manages nothing"]);
}
