//! Which files a run is about: PATHs, links, several project files, names that are no text.

#![cfg(unix)]

use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;

use crate::world::World;

fn document(id: u32) -> String {
    format!("client: {id}\nsettings: {{timezone: UTC}}\n")
}

#[test]
fn a_project_file_can_be_named_from_anywhere() {
    let mut world = World::new()
        .file("ringform.yaml", "endpoint: https://outer.example\n")
        .file("outer.yaml", &document(1))
        .file("p/staging.ringform.yaml", "documents: [\"./docs/**\"]\n")
        .file("p/docs/deep/a.yaml", &document(2))
        .file("p/b.yaml", &document(3));
    for line in ["--project p/staging", "--project p/staging.ringform.yaml", "--project ./p/../p/staging p"] {
        let ran = world.run(&format!("validate {line} --format json")).ok();
        assert_eq!(ran.json()["project"], "staging.ringform.yaml", "{line}");
        let ran = world.run(&format!("resolve {line}")).ok().prints(&["client 2", "docs/deep/a.yaml:1:1"]);
        assert!(!ran.stdout.contains("client 3"), "{line}");
    }
    // As PATH it means itself, whatever stands above it.
    let ran = world.run("validate p/staging.ringform.yaml --format json").ok();
    assert_eq!(ran.json()["project"], "staging.ringform.yaml");
    world.run("validate --project p/staging outer.yaml").status(1).says(&["outer.yaml is not part of the project"]);
    world.run("validate p/staging.ringform.yaml outer.yaml").status(1).says(&["two projects"]);
    world.run("validate --project staging ringform.yaml").status(1).says(&["two projects"]);
    world
        .run("validate --project p/nosuch")
        .status(1)
        .says(&["the project file p/nosuch.ringform.yaml does not exist"]);
}

#[test]
fn one_folder_under_two_names_is_one_project() {
    let mut world = World::new().file("clients/a.yaml", &document(1)).file("real/b.yaml", &document(2));
    world.start();
    symlink(world.folder(), world.path("real/.again")).unwrap();
    symlink("..", world.path("real/circle")).unwrap();
    // As Emacs marks a file that is being edited.
    symlink("user@host.1234", world.path("clients/.#a.yaml")).unwrap();
    symlink("../real", world.path("clients/linked")).unwrap();
    world.run("validate . real/.again clients/linked").ok().prints(&["2 documents in 2 files"]);
    world
        .run("validate real/b.yaml clients/linked/b.yaml real/.again/real/b.yaml")
        .ok()
        .prints(&["1 document in 1 file"]);
}

#[test]
fn names_that_are_no_text_are_not_lost() {
    let mut world = World::new();
    world.start();
    for (name, id) in [(&b"a\xff.yaml"[..], 0), (b"a\xfe.yaml", 12), (b"b\x1b[31m\n.yaml", 0)] {
        std::fs::write(world.folder().join(std::ffi::OsStr::from_bytes(name)), document(id)).unwrap();
    }
    let ran =
        world.run("validate").status(1).says(&["a\\xFF.yaml:1:9", "b\\u{1b}[31m\\n.yaml:1:9", "2 errors in 2 files"]);
    assert!(!ran.stderr.contains('\u{1b}'));
}

#[test]
fn globs_are_those_of_a_shell() {
    let mut world = World::new()
        .project("documents: [\"clients/*.yaml\"]")
        .file("clients/a.yaml", &document(1))
        .file("clients/deep/b.yaml", &document(2));
    world.run("validate").ok().prints(&["1 document in 1 file"]);
    world.run("validate clients/deep/b.yaml").ok().prints(&["1 document in 1 file"]);
    let mut world = World::new().project("documents:").file("a.yaml", &document(1));
    world.run("validate").ok();
    let mut world = World::new().project("documents: []").file("a.yaml", &document(1));
    world.run("validate").status(1).says(&["no document", "`documents:`"]);
}

#[test]
fn what_cannot_be_read_is_told_in_few_words() {
    let mut world = World::new().file("a.yaml", &document(1)).file("p/b.yaml", &document(2));
    world.start();
    symlink("nosuch", world.path("z.yaml")).unwrap();
    symlink("nosuch", world.path("p/ringform.yaml")).unwrap();
    let ran = world.run("validate").status(1);
    ran.says(&["z.yaml cannot be read: no such file or directory", "z.yaml:1:1"]);
    world.run("validate p").status(1).says(&["ringform.yaml cannot be read: no such file"]);
}

#[test]
fn an_endpoint_that_no_request_may_go_to_is_told_offline() {
    for endpoint in ["http://pbx.example", "https://user:hunter2@pbx.example", "pbx.example"] {
        let text = format!("endpoint: {endpoint}\n");
        let mut world = World::new().file("ringform.yaml", &text).declared(12, "{timezone: UTC}");
        let ran = world.run("validate").status(1).says(&["error[endpoint]", "ringform.yaml:1:11"]);
        assert!(!ran.stderr.contains("hunter2"));
    }
    let mut world = World::new().file("ringform.yaml", "endpoint: ${NOT_SET}\n").declared(12, "{timezone: UTC}");
    world.run("validate").ok();
}
