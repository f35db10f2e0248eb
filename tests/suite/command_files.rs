//! A `command` credential that runs a file of the repository: with `--base` a change of that file sends nothing.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use serde_json::json;

use crate::world::World;

/// Writes a script that prints the credential.
fn script(world: &World, file: &str, mark: &str) {
    world.write(file, format!("#!/bin/sh\n# {mark}\necho '{{\"token\": \"t0ken\"}}'\n").as_bytes());
    fs::set_permissions(world.path(file), fs::Permissions::from_mode(0o755)).unwrap();
}

/// A project in `pbx` whose credential is this command; scripts in `pbx/tools`, and a link to one.
fn world(command: &str) -> World {
    let line = format!("credentials: {{default: {{command: {command}}}}}");
    let mut world = World::new().project(&line).live(12, json!({"timezone": "UTC"}));
    world = world.file("pbx/clients/12.yaml", "client: 12\nsettings: {timezone: UTC}\n");
    world.start();
    fs::rename(world.path("ringform.yaml"), world.path("pbx/ringform.yaml")).unwrap();
    for file in ["pbx/tools/token.sh", "pbx/tools/lib.sh", "other/token.sh"] {
        script(&world, file, "first");
    }
    symlink("token.sh", world.path("pbx/tools/link.sh")).unwrap();
    world.repository()
}

/// Whether a run with a base goes on to use the command.
#[track_caller]
fn is_trusted(world: &mut World, folder: &str, line: &str) -> Result<(), String> {
    let before = world.server().counts();
    let folder = world.path(folder);
    let output = world.command(&format!("{line} --allow-command")).current_dir(folder).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    if !stderr.contains("untrusted-project") {
        return Ok(());
    }
    let after = world.server().counts();
    assert_eq!((output.status.code(), before.token, before.read), (Some(1), after.token, after.read), "{stderr}");
    Err(stderr)
}

type Edit = fn(&World);

#[test]
fn a_changed_file_that_a_command_names_sends_nothing() {
    let mend: Edit = |world| script(world, "pbx/tools/token.sh", "second");
    // The command, the change, the folder in which the run starts, and the file that the error names.
    let table: Vec<(&str, Edit, &str, Option<&str>)> = vec![
        ("[./tools/token.sh]", |_| {}, "pbx", None),
        ("[./tools/token.sh]", mend, "pbx", Some("pbx/tools/token.sh")),
        ("[sh, tools/token.sh]", mend, "pbx", Some("pbx/tools/token.sh")),
        ("[sh, -c, \". tools/token.sh; true\"]", mend, "pbx", Some("pbx/tools/token.sh")),
        ("[env, A=1, sh, \"-ftools/token.sh\"]", mend, "pbx", Some("pbx/tools/token.sh")),
        ("[sh, \"--file=tools/token.sh\"]", mend, "pbx", Some("pbx/tools/token.sh")),
        // A path is seen from where the run starts, not from the project.
        ("[sh, pbx/tools/token.sh]", mend, "", Some("pbx/tools/token.sh")),
        ("[sh, ../other/token.sh]", |world| script(world, "other/token.sh", "x"), "pbx", Some("other/token.sh")),
        ("[sh, tools/token.sh]", |world| script(world, "pbx/tools/lib.sh", "second"), "pbx", None),
        // Links: what they lead to, and where they lead.
        ("[./tools/link.sh]", mend, "pbx", Some("pbx/tools/token.sh")),
        ("[./tools/link.sh]", |_| {}, "pbx", None),
        (
            "[./tools/link.sh]",
            |world| {
                fs::remove_file(world.path("pbx/tools/link.sh")).unwrap();
                symlink("/bin/true", world.path("pbx/tools/link.sh")).unwrap();
            },
            "pbx",
            Some("pbx/tools/link.sh"),
        ),
        // Files that git does not track, and files that are gone.
        ("[sh, tools/new.sh]", |world| script(world, "pbx/tools/new.sh", "new"), "pbx", Some("pbx/tools/new.sh")),
        ("[sh, tools/new.sh]", |_| {}, "pbx", None),
        (
            "[sh, tools/token.sh]",
            |world| fs::remove_file(world.path("pbx/tools/token.sh")).unwrap(),
            "pbx",
            Some("pbx/tools/token.sh"),
        ),
        // A folder is all that is below it.
        (
            "[make, -C, tools]",
            |world| script(world, "pbx/tools/deep/Makefile", "x"),
            "pbx",
            Some("pbx/tools/deep/Makefile"),
        ),
        ("[make, -C, tools]", |world| script(world, "other/token.sh", "x"), "pbx", None),
        ("[make, -C, tools]", |_| {}, "pbx", None),
    ];
    for (command, edit, folder, file) in table {
        let mut world = world(command);
        edit(&world);
        for line in ["plan --base main", "apply --base main --yes", "drift --base main"] {
            let path = if folder.is_empty() { " pbx" } else { "" };
            let found = is_trusted(&mut world, folder, &format!("{line}{path}"));
            match (&found, file) {
                (Ok(()), None) => {}
                (Err(why), Some(file)) => {
                    let sentence =
                        format!("{file} differs from main, and the command of the credentials `default` names it");
                    assert!(why.contains(&sentence), "{command}: {why}");
                }
                (_, _) => panic!("{command} {file:?}: {found:?}"),
            }
            assert_eq!(is_trusted(&mut world, folder, &format!("{line}{path} --trust-project")), Ok(()), "{command}");
        }
    }
}

#[test]
fn a_program_that_path_finds_in_the_repository_counts_too() {
    let mut world = world("[token.sh]");
    let search = format!("{}:{}", world.path("pbx/tools").display(), std::env::var("PATH").unwrap());
    world = world.env("PATH", &search);
    assert_eq!(is_trusted(&mut world, "pbx", "plan --base main"), Ok(()));
    script(&world, "pbx/tools/token.sh", "second");
    assert!(is_trusted(&mut world, "pbx", "plan --base main").unwrap_err().contains("pbx/tools/token.sh differs"));
}

#[test]
fn the_tip_of_the_branch_counts_and_git_is_asked_only_for_files_of_the_repository() {
    let mut world = world("[./tools/token.sh]");
    world.git(&["checkout", "-q", "-b", "change"]);
    world.git(&["checkout", "-q", "main"]);
    script(&world, "pbx/tools/token.sh", "mended");
    world.commit("a flaw is mended");
    world.git(&["checkout", "-q", "change"]);
    let why = is_trusted(&mut world, "pbx", "plan --base main...").unwrap_err();
    assert!(why.contains("pbx/tools/token.sh differs from main,"), "{why}");

    let scripts = tempfile::tempdir().unwrap();
    let count = |command: &str, scripts: &Path| {
        let calls = scripts.join("calls");
        let mut world = self::world(command).git_script(scripts, &format!("echo \"$@\" >> {}", calls.display()));
        fs::write(&calls, "").unwrap();
        assert_eq!(is_trusted(&mut world, "pbx", "plan --base main"), Ok(()));
        fs::read_to_string(&calls).unwrap().lines().count()
    };
    let outside = count("[\"/bin/true\"]", scripts.path());
    assert_eq!(count("[./tools/token.sh]", scripts.path()), outside + 1);
}
