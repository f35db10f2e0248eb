//! `documents:` of ringform.yaml: globs that take and globs that exclude, in the work tree and at a revision.

use std::fs;

use serde_json::{Value as Json, json};

use crate::world::{Ran, World};

/// Three clients in two folders.
fn world(documents: &str) -> World {
    let world = World::new().project(&format!("documents: {documents}"));
    [("clients/12.yaml", 12), ("clients/13.YAML", 13), ("archive/deep/14.Yml", 14)]
        .into_iter()
        .fold(world.live(12, json!({})).live(13, json!({})).live(14, json!({})), |world, (path, id)| {
            world.file(path, &format!("client: {id}\nsettings: {{timezone: UTC}}\n"))
        })
}

fn planned(ran: &Ran) -> Vec<Json> {
    ran.json()["clients"].as_array().unwrap().iter().map(|client| client["client_id"].clone()).collect()
}

/// The warnings as `line:column text`.
fn warnings(ran: &Ran) -> Vec<String> {
    let of = |one: &Json| {
        assert_eq!((&one["rule"], &one["severity"]), (&json!("unmatched-glob"), &json!("warning")), "{one}");
        assert_eq!(one["range"]["file"], "ringform.yaml");
        format!("{}:{} {}", one["range"]["line"], one["range"]["column"], one["summary"].as_str().unwrap())
    };
    ran.json()["diagnostics"].as_array().unwrap().iter().map(of).collect()
}

#[test]
fn an_exclusion_leaves_a_client_out_wherever_it_is_in_the_list() {
    for (documents, clients) in [
        (r#"["**"]"#, &["14", "12", "13"][..]),
        (r#"["**", "!clients/13.YAML"]"#, &["14", "12"]),
        (r#"["!clients/13.YAML", "**"]"#, &["14", "12"]),
        (r#"["!clients/13.YAML"]"#, &["14", "12"]),
        (r#"["!archive/"]"#, &["12", "13"]),
        (r#"["!archive/**"]"#, &["12", "13"]),
        (r#"["!./archive/**", "./clients/12.*"]"#, &["12"]),
        (r#"["!**/deep/**"]"#, &["12", "13"]),
        (r#"["clients/", "!clients/12.yaml"]"#, &["13"]),
    ] {
        let ran = world(documents).run("plan --format json").ok();
        assert_eq!(planned(&ran), clients, "{documents}");
        assert_eq!(warnings(&ran), [""; 0], "{documents}");
    }
    // A PATH names its file, whatever `documents` says.
    let mut world = world(r#"["!clients/13.YAML"]"#);
    assert_eq!(planned(&world.run("plan clients/13.YAML --format json").ok()), ["13"]);
    world.run("plan clients archive clients/13.YAML --format json").ok();
}

#[test]
fn a_glob_that_matches_nothing_is_a_warning_that_names_it() {
    for (documents, expected) in [
        (r#"["clients/**", "extr/**"]"#, &["2:27 no document matches the glob `extr/**`"][..]),
        (r#"["**", "!clients/offices.yaml"]"#, &["2:19 no document matches the glob `!clients/offices.yaml`"]),
        (r#"["!archiv/"]"#, &["2:13 no document matches the glob `!archiv/`"]),
        (r#"["clients/*.yaml", "clients/*.YAML", "!vendor/**"]"#, &["2:49 no document matches the glob `!vendor/**`"]),
        // A glob that another one excludes whole has matched.
        (r#"["**", "archive/**", "!archive/**"]"#, &[]),
    ] {
        let ran = world(documents).run("plan --format json").ok();
        assert_eq!(warnings(&ran), expected, "{documents}");
        let ran = world(documents).run("validate --format json").ok();
        assert_eq!(warnings(&ran), expected, "{documents}");
        // The run of a part does not see what the rest would match.
        assert_eq!(warnings(&world(documents).run("validate clients --format json").ok()), [""; 0], "{documents}");
        assert_eq!(warnings(&world(documents).run("validate ringform.yaml --format json").ok()), expected);
    }
    let mut world = world(r#"["clients"]"#);
    world.run("validate").status(1).says(&["no documents found", "the glob `clients`", "write \"clients/**\""]);
}

#[test]
fn what_looks_like_an_exclusion_and_is_none_is_an_error_with_the_next_step() {
    for (documents, says) in [
        (r#"["**", !clients/13.YAML]"#, "quote it"),
        ("\n- '**'\n- !clients/13.YAML", "quote it"),
        ("\n- '**'\n- !archive/**", "quote it"),
        ("\n- '**'\n- ! x", "quote it"),
        (r#"["**", "!"]"#, "write the files to leave out"),
        (r#"["**", "!!clients/13.YAML"]"#, "write one `!`"),
        (r#"["**", "! clients/13.YAML"]"#, "remove the blank"),
    ] {
        world(documents).run("plan").status(1).sends_nothing().says(&["ringform.yaml:", says]);
    }
}

#[test]
fn what_an_exclusion_leaves_out_need_not_be_readable() {
    let link = |world: &World, name: &str| std::os::unix::fs::symlink("nowhere", world.path(name)).unwrap();
    let mut excluded = world(r#"["**", "!archive/**", "!clients/old-*"]"#).file("clients/old-1.yaml", "");
    link(&excluded, "archive/gone.yaml");
    link(&excluded, "clients/old-2.yaml");
    assert_eq!(planned(&excluded.run("plan --format json").ok()), ["12", "13"]);
    link(&excluded, "clients/gone.yaml");
    excluded.run("plan").status(1).sends_nothing().says(&["clients/gone.yaml cannot be read"]);
}

#[test]
fn exclusions_count_at_a_revision_and_for_the_rest_of_the_project() {
    let mut world = world(r#"["**", "!archive/**"]"#).repository();
    world.write("archive/bad.yaml", b"cleint: 1\n");
    world.commit("an archive that no rule reads");
    // At the base the file is excluded too, so it breaks nothing there.
    let ran = world.run("plan --base HEAD --format json").ok();
    assert_eq!(warnings(&ran), [""; 0]);
    assert_eq!(ran.client("12")["changes"][0]["origin"], "drift");
    // A PATH that narrows the run: what is excluded elsewhere is not declared and not broken either.
    let ran = world.run("plan clients/12.yaml --base HEAD --format json").ok();
    assert_eq!((planned(&ran), warnings(&ran)), (vec![json!("12")], vec![]));
    // A client that a change excludes is one that the project no longer declares.
    let text = world.read("ringform.yaml").replace("!archive/**\"", "!archive/**\", \"!clients/13.YAML\"");
    fs::write(world.path("ringform.yaml"), text).unwrap();
    let ran = world.run("plan --base HEAD --format json").says(&[]);
    assert_eq!(ran.json()["released_clients"][0]["client_id"], "13", "{}", ran.stdout);
}
