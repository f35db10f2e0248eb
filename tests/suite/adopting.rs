//! `adopt`: live values into the files that declare them. Every test compares whole files: what is not edited stays.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use serde_json::json;

use crate::asking::answered;
use crate::world::World;

#[test]
fn live_values_go_into_the_file_and_the_plan_is_empty() {
    let live = json!({"geo_list": "BY KZ NO RU", "timezone": "Asia/Omsk", "hold_music": null, "dial_rule_id": 20});
    let text = "# head\r\nclient: 12   # я\r\nsettings:\r\n  geo_list: [BY, RU] # home\r\n  # zone\r\n  \
                timezone: 'UTC'\r\n  hold_music: 7\r\n  dial_rule_id: 20\r\n# tail";
    let mut world = World::new().live(12, live).file("clients/12.yaml", text);
    fs::set_permissions(world.path("clients/12.yaml"), fs::Permissions::from_mode(0o640)).unwrap();
    let ran = world.run("adopt --yes").ok().requests(1, 1, 0);
    let after =
        text.replace("[BY, RU]", "[BY, KZ, \"NO\", RU]").replace("'UTC'", "'Asia/Omsk'").replace(": 7", ": null");
    assert_eq!(world.read("clients/12.yaml"), after);
    assert_eq!(fs::metadata(world.path("clients/12.yaml")).unwrap().permissions().mode() & 0o777, 0o640);
    ran.prints(&["--- a/clients/12.yaml", "+++ b/clients/12.yaml", "-  hold_music: 7", "+  hold_music: null"]).says(&[
        "! opens: client 12 geo_list: \"BY RU\" → \"BY KZ NO RU\"",
        "1 file written",
        "shows no difference",
    ]);
    world.run("plan --detailed-exitcode").ok();
    world.run("adopt --yes").ok().says(&["No difference to adopt among 1 client."]);
    assert_eq!(world.read("clients/12.yaml"), after);
}

#[test]
fn a_value_of_a_profile_becomes_an_override_beside_it() {
    let project = "profiles: {standard: {geo_list: [RU], timezone: UTC}}\ndefaults: {profiles: [standard]}";
    let files = [
        ("client: 12\n", "client: 12\nsettings:\n  geo_list: \"*\"\n  timezone: Asia/Omsk\n"),
        ("{client: 12}", "{client: 12, settings: {geo_list: \"*\", timezone: Asia/Omsk}}"),
        (
            "client: 12\nsettings: # own\nlabels: {a: b}\n",
            "client: 12\nsettings: # own\n  geo_list: \"*\"\n  timezone: Asia/Omsk\nlabels: {a: b}\n",
        ),
        (
            "client: 12\nsettings:\n    timezone: UTC\nlabels:\n    a: b",
            "client: 12\nsettings:\n    timezone: Asia/Omsk\n    geo_list: \"*\"\nlabels:\n    a: b",
        ),
    ];
    for (before, after) in files {
        let mut world = World::new().live(12, json!({"geo_list": "*", "timezone": "Asia/Omsk"}));
        world = world.project(project).file("clients/12.yaml", before);
        world.start();
        let of_project = world.read("ringform.yaml");
        world.run("adopt -y").ok().says(&["! opens: client 12 geo_list: \"RU\" → \"*\""]);
        assert_eq!(world.read("clients/12.yaml"), after);
        assert_eq!(world.read("ringform.yaml"), of_project);
        world.run("plan --detailed-exitcode").ok();
    }
}

#[test]
fn one_document_of_several_changes_and_a_selection_narrows() {
    let text =
        "client: 12\nsettings: {timezone: UTC, hold_music: 7}\n---\n\n---\nclient: 13\nsettings: {timezone: UTC}\n";
    let mut world = World::new()
        .live(12, json!({"timezone": "Asia/Omsk", "hold_music": 8}))
        .live(13, json!({"timezone": "Asia/Omsk"}))
        .file("clients/all.yaml", text);
    world.run("adopt --yes --client 13").ok().requests(1, 1, 0);
    let of_13 = text.replace("UTC}", "Asia/Omsk}");
    assert_eq!(world.read("clients/all.yaml"), of_13);
    world
        .run("adopt --yes --field hold_music")
        .ok()
        .says(&["`ringform plan` still shows 1 difference of these clients"]);
    assert_eq!(world.read("clients/all.yaml"), of_13.replace("music: 7", "music: 8"));
}

#[test]
fn an_origin_needs_a_base_and_narrows_to_its_differences() {
    let mut world = World::new()
        .live(12, json!({"geo_list": "RU", "timezone": "Asia/Omsk"}))
        .declared(12, "{geo_list: [RU], timezone: UTC}")
        .repository();
    world.run("adopt --yes --origin drift").status(1).says(&["--origin", "give `--base REV`"]).sends_nothing();
    world.declare(12, "{geo_list: [RU, BY], timezone: UTC}");
    world.run("adopt --yes --base HEAD --origin drift").ok();
    assert_eq!(world.read("clients/12.yaml"), "client: 12\nsettings: {geo_list: [RU, BY], timezone: Asia/Omsk}\n");
}

#[test]
fn the_answer_decides_and_without_a_terminal_yes_must_be_given() {
    let text = "client: 12\nsettings: {timezone: UTC}\n";
    let mut world = World::new().live(12, json!({"timezone": "Asia/Omsk"})).file("clients/12.yaml", text);
    world.run("adopt").status(1).says(&["adopt asks before it writes, and stdin is not a terminal"]).sends_nothing();
    for answer in ["no\n", "y\n", "\u{4}"] {
        let (status, said) = answered(&mut world, "adopt", answer);
        assert_eq!((status, world.read("clients/12.yaml").as_str()), (1, text), "{said}");
        assert!(said.contains("adopt would write 1 live value of 1 client into 1 file.\nNo value"), "{said}");
        assert!(said.contains("To write, type `yes`; anything else writes nothing."), "{said}");
    }
    let (status, said) = answered(&mut world, "adopt", "yes\n");
    assert_eq!((status, world.read("clients/12.yaml")), (0, text.replace("UTC", "Asia/Omsk")), "{said}");
    assert_eq!(world.puts().len(), 0);
}

#[test]
fn what_cannot_be_adopted_is_refused_and_other_files_are_written() {
    let omsk = json!({"timezone": "Asia/Omsk", "geo_list": "RU"});
    let mut world = World::new().project("profiles: {p: {timezone: UTC}}").live(19, omsk.clone());
    let files = [
        (11, "client: 11\nx: &z {timezone: UTC}\n", None),
        (12, "client: 12\nlabels: &l {a: b}\nsettings: &s {timezone: UTC}\n", Some("a YAML anchor is at this place")),
        (13, "client: 13\nsettings: {timezone: MSK}\n", None),
        (14, "client: 14\nsettings:\n  geo_list:\n    # home\n    - BY\n", Some("a comment belongs to what would go")),
        (15, "client: 15\nprofiles: [p]\nignore: [timezone]\nsettings: {hold_music: null}\n", None),
    ];
    for (id, text, why) in &files {
        if why.is_some() {
            world = world.live(*id, omsk.clone()).file(&format!("clients/{id}.yaml"), text);
        }
    }
    world = world.file("clients/19.yaml", "client: 19\nsettings: {timezone: UTC}\n");
    let ran = world.run("adopt --yes").status(1);
    for (_, _, why) in &files {
        assert!(why.is_none_or(|why| ran.stderr.contains(why)), "{why:?}: {}", ran.stderr);
    }
    ran.says(&[
        "error: client 12: timezone is not adopted",
        "help: write by hand: settings.timezone: Asia/Omsk",
        "help: write by hand: settings.geo_list: [\"RU\"]",
        "1 file written",
    ]);
    for (id, text, why) in &files {
        assert!(why.is_none() || world.read(&format!("clients/{id}.yaml")) == *text);
    }
    assert_eq!(world.read("clients/19.yaml"), "client: 19\nsettings: {timezone: Asia/Omsk}\n");
}

#[test]
fn odd_and_ignored_and_dated_values_stay_out_of_the_files() {
    let rows = [
        ("settings: {timezone: UTC}\n", json!({"timezone": "MSK\u{1b}[5m"}), "live holds \"MSK\\u001b[5m\"", ""),
        ("profiles: [p]\nignore: [timezone]\n", json!({"timezone": "Asia/Omsk"}), "`ignore`", "--field timezone"),
        (
            "settings: {geo_list: [RU]}\ntemporary:\n  \
             - {settings: {geo_list: {add: [KZ]}}, until: 2999-12-02, owner: o, reason: r}\n",
            json!({"geo_list": "RU BY"}),
            "an entry of `temporary` explains it",
            "",
        ),
        (
            "settings: {geo_list: [RU]}\ntemporary:\n  \
             - {settings: {geo_list: {add: [KZ]}}, until: 2020-12-02, owner: o, reason: r}\n",
            json!({"geo_list": "RU KZ"}),
            "(clients/12.yaml:4), so the entry is the declaration",
            "",
        ),
    ];
    for (settings, live, why, flags) in rows {
        let text = format!("client: 12\n{settings}");
        let mut world =
            World::new().live(12, live).project("profiles: {p: {timezone: UTC}}").file("clients/12.yaml", &text);
        world.run(&format!("adopt --yes {flags}")).status(1).says(&["is not adopted", why]);
        assert_eq!(world.read("clients/12.yaml"), text);
    }
}

#[test]
fn failed_clients_are_reported_and_others_are_adopted() {
    let mut world = World::new()
        .live(12, json!({"timezone": "Asia/Omsk", "domain": "a.example.com"}))
        .live(13, json!({"timezone": "Asia/Omsk"}))
        .file("clients/12.yaml", "client: 12\nexpect: {domain: b.example.com}\nsettings: {timezone: UTC}\n")
        .declared(13, "{timezone: UTC}")
        .declared(14, "{timezone: UTC}");
    world.run("adopt --yes").status(1).says(&["client 12 failed", "client 14 failed", "1 file written"]);
    assert!(world.read("clients/12.yaml").contains("UTC") && world.read("clients/13.yaml").contains("Omsk"));
}

#[test]
fn files_that_are_not_ours_to_write_are_refused() {
    let text = "client: 12\nsettings: {timezone: UTC}\n";
    let elsewhere = tempfile::tempdir().unwrap();
    let omsk = json!({"timezone": "Asia/Omsk"});
    // A link out of the project.
    let mut world = World::new().live(12, omsk.clone()).file("clients/note.txt", "");
    fs::write(elsewhere.path().join("x.yaml"), text).unwrap();
    symlink(elsewhere.path().join("x.yaml"), world.path("clients/12.yaml")).unwrap();
    world.run("adopt --yes").status(1).says(&["the file is outside of the project"]);
    assert_eq!(fs::read_to_string(elsewhere.path().join("x.yaml")).unwrap(), text);
    // A read-only file.
    let mut world = World::new().live(12, omsk.clone()).file("clients/12.yaml", text);
    fs::set_permissions(world.path("clients/12.yaml"), fs::Permissions::from_mode(0o444)).unwrap();
    world.run("adopt --yes").status(1).says(&["the file is read-only"]);
    assert_eq!(world.read("clients/12.yaml"), text);
    // A link inside of the project stays a link, and a file that two paths reach is written once.
    let mut world = World::new().live(12, omsk.clone()).file("data/12.txt", text).file("clients/note.txt", "");
    symlink("../data/12.txt", world.path("clients/12.yaml")).unwrap();
    world.run("adopt --yes clients/12.yaml clients").ok().says(&["1 file written"]);
    assert!(fs::symlink_metadata(world.path("clients/12.yaml")).unwrap().is_symlink());
    assert_eq!(world.read("data/12.txt"), text.replace("UTC", "Asia/Omsk"));
    // A client that is declared twice, and a file that is not YAML: nothing is written and nothing is sent.
    for other in [text, "client: [\n"] {
        let mut world = World::new().live(12, omsk.clone()).file("clients/12.yaml", text).file("clients/a.yaml", other);
        world.run("adopt --yes").status(1).sends_nothing();
        assert_eq!(world.read("clients/12.yaml"), text);
    }
}

/// Runs adopt on a terminal, does something while it asks, and answers yes. Returns the exit status and stderr.
fn adopted_after(world: &mut World, meanwhile: impl FnOnce(&World)) -> (Option<i32>, String) {
    use std::io::Read;
    let mut command = world.command("adopt");
    let (mut keyboard, terminal) = crate::asking::typed("");
    let mut child = command
        .stdin(terminal)
        .stderr(std::process::Stdio::piped())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    drop(command);
    let mut stderr = child.stderr.take().unwrap();
    let mut said = String::new();
    let mut byte = [0];
    while !said.ends_with("writes nothing.\n") && stderr.read(&mut byte).unwrap() == 1 {
        said.push(char::from(byte[0]));
    }
    meanwhile(world);
    std::io::Write::write_all(&mut keyboard, b"yes\n").unwrap();
    stderr.read_to_string(&mut said).unwrap();
    (child.wait().unwrap().code(), said)
}

#[test]
fn a_file_that_changes_before_the_answer_is_refused() {
    let text = "client: 12\nsettings: {timezone: UTC}\n";
    let mut world = World::new().live(12, json!({"timezone": "Asia/Omsk"})).file("clients/12.yaml", text);
    let changed = format!("{text}# by hand\n");
    let (status, said) = adopted_after(&mut world, |world| fs::write(world.path("clients/12.yaml"), &changed).unwrap());
    assert!(said.contains("the file changed on disk since the diff was shown"), "{said}");
    assert_eq!((status, world.read("clients/12.yaml")), (Some(1), changed));
}

#[test]
fn a_link_that_takes_the_place_of_a_file_or_its_folder_is_not_followed() {
    let text = "client: 12\nsettings: {timezone: UTC}\n";
    for place in ["clients/12.yaml", "clients"] {
        let elsewhere = tempfile::tempdir().unwrap();
        let (outside, is_folder) = (elsewhere.path().join("12.yaml"), place == "clients");
        fs::write(&outside, text).unwrap();
        let mut world = World::new().live(12, json!({"timezone": "Asia/Omsk"})).file("clients/12.yaml", text);
        let (status, said) = adopted_after(&mut world, |world| {
            fs::rename(world.path(place), world.path("before")).unwrap();
            symlink(if is_folder { elsewhere.path() } else { &outside }, world.path(place)).unwrap();
        });
        assert!(said.contains("the file cannot be read again: a link is in its place"), "{said}");
        assert!(said.contains("help: write by hand: settings.timezone: Asia/Omsk"), "{said}");
        assert_eq!((status, fs::read_to_string(&outside).unwrap().as_str()), (Some(1), text));
        assert!(fs::symlink_metadata(world.path(place)).unwrap().is_symlink());
    }
}

#[test]
fn guards_that_refuse_what_would_be_declared_warn_before_the_question() {
    let guards = "guards:\n  - {name: no-open-geo, field: geo_list, deny: {to: \"*\"}}";
    let mut world = World::new().live(12, json!({"geo_list": "*"})).declared(12, "{geo_list: [RU]}").project(guards);
    world.run("adopt --yes").ok().says(&["no-open-geo", "refuses as a change", "! opens: client 12"]);
    assert_eq!(world.read("clients/12.yaml"), "client: 12\nsettings: {geo_list: \"*\"}\n");
}

#[test]
fn a_fleet_is_written_only_for_its_number() {
    let mut world = World::new();
    let mut documents = String::new();
    for id in 1..=50 {
        world = world.live(id, json!({"hold_music": 8, "geo_list": if id == 50 { "*" } else { "BY RU" }}));
        documents.push_str(&format!("client: {id}\nsettings: {{geo_list: [RU], hold_music: 7}}\n---\n"));
    }
    let mut world = world.file("clients/all.yaml", &documents);
    let (status, said) = answered(&mut world, "adopt", "yes\n");
    assert_eq!((status, world.read("clients/all.yaml") == documents), (1, true), "{said}");
    let (status, said) = answered(&mut world, "adopt", "50\n");
    // What opens to every country comes first, and a long list is cut.
    assert!(said.contains("! opens: client 50 geo_list: \"RU\" → \"*\"\n! opens: client 1 geo_list"), "{said}");
    assert!(said.contains("! opens: and 30 more values\n"), "{said}");
    let (some, all) = documents.rsplit_once("[RU]").unwrap();
    let after = format!("{}\"*\"{all}", some.replace("[RU]", "[BY, RU]")).replace("music: 7", "music: 8");
    assert_eq!((status, world.read("clients/all.yaml")), (0, after), "{said}");
}
