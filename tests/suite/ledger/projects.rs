//! Several projects in one repository, and several clients behind one word.

use serde_json::json;

use crate::ledger::site::{Said, Site, origins};
use crate::repository::git_in;
use crate::world::World;

/// Two projects, `north` and `south shop`, in one repository.
fn two_projects() -> Site {
    let world = World::new().live(12, json!({"hold_music": 7})).live(13, json!({"hold_music": 7}));
    let site = Site::new(world);
    let project = site.world.read("ringform.yaml");
    for (name, id) in [("north", 12), ("south shop", 13)] {
        site.world.write(&format!("{name}/ringform.yaml"), project.as_bytes());
        let document = format!("client: {id}\nsettings: {{hold_music: 8}}\n");
        site.world.write(&format!("{name}/clients/{id}.yaml"), document.as_bytes());
    }
    std::fs::remove_file(site.world.path("ringform.yaml")).unwrap();
    site.merge("two projects");
    site
}

#[test]
fn two_projects_share_the_branch_and_neither_stops_the_other() {
    let mut site = two_projects();
    let (north, south) = (site.world.path("north"), site.world.path("south shop"));
    // A claim of one project that lives is of no concern to the other.
    let started = jiff::Timestamp::now();
    let claim = json!({
        "run": "20261127T090000Z-00aa11", "actor": "anna", "commit": "0", "digest": "", "puts": [],
        "started_at": started.to_string(), "lease_end": (started + jiff::SignedDuration::from_hours(1)).to_string(),
    });
    site.run_in(&north, "apply --yes").status(0);
    site.edit(&[("north/ringform.yaml/open/20261127T090000Z-00aa11.json", Some(&claim.to_string()))]);
    site.run_in(&south, "apply --yes").status(0);
    site.world.server().set(12, "hold_music", json!(5));
    site.run_in(&north, "apply --yes").status(1).says(&["20261127T090000Z-00aa11"]);
    site.run_in(&north, "apply --yes --take-over 20261127T090000Z-00aa11").status(0);
    assert_eq!(site.file("north/ringform.yaml/clients/default/12.json"), json!({"hold_music": {"value": 8}}));
    assert_eq!(site.file("south shop/ringform.yaml/clients/default/13.json"), json!({"hold_music": {"value": 8}}));
}

#[test]
fn two_projects_that_claim_at_the_same_moment_both_proceed() {
    let mut site = two_projects();
    // A push waits until the other project has read as well.
    let folder = tempfile::tempdir().unwrap();
    let lines = "case \" $* \" in *\" push \"*)\n  echo >> AT/arrived\n  tries=0\n  \
                 while [ $(wc -l < AT/arrived) -lt 2 ] && [ $tries -lt 2000 ]; do sleep 0.005; tries=$((tries + 1)); done\n\
                 esac";
    site.git_script(folder.path(), &lines.replace("AT", folder.path().to_str().unwrap()));
    let (one, two) = (site.clone_of("one", &[]), site.clone_of("two", &[]));
    let children = [site.spawn(&one.join("north"), "apply --yes"), site.spawn(&two.join("south shop"), "apply --yes")];
    for child in children {
        Said::of(child.wait_with_output().unwrap()).status(0);
    }
    assert_eq!((site.world.stored(12, "hold_music"), site.world.stored(13, "hold_music")), (json!(8), json!(8)));
    assert!(!site.paths().iter().any(|path| path.contains("/open/")));
    assert_eq!(site.paths().iter().filter(|path| path.contains("/runs/")).count(), 2);
    let subjects = git_in(&site.remote(), &["log", "--format=%s", "ringform-ledger"]);
    assert_eq!(subjects.lines().filter(|line| line.starts_with("begin: ")).count(), 2, "{subjects}");
}

#[test]
fn me_under_two_credentials_is_two_records_and_a_number_is_one() {
    let seed = json!({"apps": [
        {"app_id": "one", "app_secret": "s3cr3t-of-app", "me": 12},
        {"app_id": "two", "app_secret": "s3cr3t-of-app", "me": 13}
    ]});
    let credentials =
        |name: &str, id: &str| format!("  \"{name}\": {{app_id: {id}, app_secret: \"${{RINGFORM_APP_SECRET}}\"}}");
    let document = |client: &str, name: &str, music: u64| {
        format!("client: {client}\ncredentials: {name}\nsettings: {{hold_music: {music}}}\n")
    };
    let world = World::new()
        .seed(seed)
        .live(12, json!({"hold_music": 7}))
        .live(13, json!({"hold_music": 7}))
        .live(14, json!({"hold_music": 7}))
        .project(&format!("credentials:\n{}\n{}", credentials("acme", "one"), credentials("globex", "two")))
        .file("a.yaml", &document("\"@me\"", "acme", 8))
        .file("b.yaml", &document("\"@me\"", "globex", 9))
        .file("c.yaml", &document("14", "acme", 8));
    let mut site = Site::new(world);
    site.run("apply --yes").ok().requests(2, 3, 3);
    let record =
        |site: &Site, path: &str| site.file(&format!("ringform.yaml/clients/{path}.json"))["hold_music"].clone();
    assert_eq!(record(&site, "acme/@me"), json!({"value": 8}));
    assert_eq!(record(&site, "globex/@me"), json!({"value": 9}));
    // Each is judged by its own record. Client 14 moves to other credentials, and its record follows.
    site.world.server().set(13, "hold_music", json!(5));
    site.world.write("a.yaml", document("\"@me\"", "acme", 3).as_bytes());
    site.world.write("c.yaml", document("14", "globex", 3).as_bytes());
    site.merge("second");
    let ran = site.run("apply --yes --format json").ok();
    let mut found: Vec<String> =
        origins(&ran.json()).into_iter().map(|(id, _, origin)| format!("{id} {origin}")).collect();
    found.sort();
    assert_eq!(found, ["14 pending", "@me drift", "@me pending"]);
    assert_eq!(record(&site, "globex/14"), json!({"value": 3}));
    let files = site.paths().into_iter().filter(|path| path.contains("/clients/")).count();
    assert_eq!(files, 3, "{:?}", site.paths());
}
