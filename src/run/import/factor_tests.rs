//! Tests of the step as a whole: on files of a folder, with writes that fail, lie or meet another writer.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use tempfile::TempDir;

use super::factor::factor;
use super::factor_outcome::{FactorError, FactorOutcome, NotEditedReason};
use crate::config::{self, ProjectRequest};
use crate::model::{Setting, State};
use crate::run::{Environment, ImportRequest, testing};

const PROJECT: &str =
    "# ours\nendpoint: https://pbx.example # here\nprofiles:\n  other: {timezone: UTC} # mine\nroute: client\n";

/// A project with these documents of clients from 1.
fn project(text: &str, documents: usize) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("ringform.yaml"), text).unwrap();
    fs::create_dir(folder.path().join("clients")).unwrap();
    for id in 1..=documents {
        let music = if id % 4 == 0 { "7" } else { "null" };
        let text = format!(
            "client: \"{id}\"\nsettings:\n  geo_list: [\"RU\"]\n  timezone: Europe/Moscow\n  hold_music: {music}\n"
        );
        fs::write(folder.path().join(format!("clients/{id}.yaml")), text).unwrap();
    }
    folder
}

fn files(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for folder in [folder.to_owned(), folder.join("clients")] {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap).filter(|entry| entry.path().is_file()) {
            found.insert(entry.file_name().into_string().unwrap(), fs::read_to_string(entry.path()).unwrap());
        }
    }
    found
}

/// What each client declares.
fn effective(folder: &Path) -> Vec<(String, Vec<(Setting, State)>)> {
    let loaded = config::load(&ProjectRequest { cwd: folder.to_owned(), ..ProjectRequest::default() });
    assert!(!loaded.has_errors(), "{:?}", loaded.diagnostics);
    let of = |one: &crate::model::Declaration| {
        (one.client.to_string(), one.managed.iter().map(|one| (one.setting, one.wanted.clone())).collect())
    };
    loaded.declarations.iter().map(of).collect()
}

fn run_in(folder: &Path, change: impl FnOnce(&mut Environment)) -> Result<FactorOutcome, FactorError> {
    let mut env = Environment { folder: folder.to_owned(), ..testing::environment(&[]) };
    change(&mut env);
    factor(&ImportRequest::default(), &folder.join("clients"), &folder.join("ringform.yaml"), &env)
}

fn run(folder: &TempDir) -> Result<FactorOutcome, FactorError> {
    run_in(folder.path(), |_| {})
}

thread_local! {
    /// How many writes still work.
    static WRITES: Cell<usize> = const { Cell::new(0) };
}

fn breaking(path: &Path, bytes: &[u8]) -> io::Result<()> {
    match WRITES.get() {
        0 => Err(io::Error::other("the disk is full")),
        left => {
            WRITES.set(left - 1);
            fs::write(path, bytes)
        }
    }
}

#[test]
fn comments_stay_and_nothing_that_is_declared_changes() {
    let folder = project(PROJECT, 7);
    let before = effective(folder.path());
    let outcome = run(&folder).unwrap();
    assert_eq!((outcome.documents, outcome.shortened, outcome.profiles.len()), (7, 7, 1));
    let files = files(folder.path());
    let added = "  common:\n    geo_list: [\"RU\"]\n    timezone: Europe/Moscow\n    hold_music: null\n";
    assert_eq!(files["ringform.yaml"], PROJECT.replace("route", &format!("{added}route")));
    assert_eq!(files["1.yaml"], "client: \"1\"\nprofiles: [\"common\"]\n");
    assert_eq!(files["4.yaml"], "client: \"4\"\nprofiles: [\"common\"]\nsettings:\n  hold_music: 7\n");
    assert_eq!(effective(folder.path()), before);
    let again = run(&folder).unwrap();
    assert_eq!((again.shortened, self::files(folder.path())), (0, files), "a second run changes nothing");
}

#[test]
fn wherever_the_writes_end_every_client_declares_the_same_and_the_next_run_goes_on() {
    let whole = project(PROJECT, 7);
    run(&whole).unwrap();
    for writes in 0..=8 {
        let folder = project(PROJECT, 7);
        let before = effective(folder.path());
        WRITES.set(writes);
        let result = run_in(folder.path(), |env| env.persist = breaking);
        match result {
            Err(FactorError::NotEdited { why: NotEditedReason::NotWritten(_), .. }) => assert_eq!(writes, 0),
            Ok(outcome) => assert_eq!((outcome.shortened, outcome.not_written.len()), (writes - 1, 8 - writes)),
            Err(error) => panic!("{error:?}"),
        }
        assert_eq!(effective(folder.path()), before, "after {writes} writes");
        run(&folder).unwrap();
        assert_eq!(files(folder.path()), files(whole.path()), "after {writes} writes");
    }
    // A signal ends it before the first write.
    let folder = project(PROJECT, 7);
    let before = files(folder.path());
    let result = run_in(folder.path(), |env| env.shutdown.stop());
    assert!(matches!(result, Err(FactorError::Interrupted)), "{result:?}");
    assert_eq!(files(folder.path()), before);
}

#[test]
fn a_document_that_would_declare_something_else_puts_every_file_back() {
    let folder = project(PROJECT, 5);
    let before = files(folder.path());
    // A write that is not what it should be stands for a fault of the factoring.
    let lying = |path: &Path, bytes: &[u8]| {
        let text = String::from_utf8(bytes.to_owned()).unwrap();
        let is_second = path.ends_with("2.yaml") && text.contains("profiles");
        fs::write(path, if is_second { text.replace("common", "other") } else { text })
    };
    let result = run_in(folder.path(), |env| env.persist = lying);
    let Err(FactorError::Mismatch { client, left }) = result else { panic!("{result:?}") };
    // The file that differs from what was written is left to the people, with the profile that it may name.
    let names: Vec<_> = left.iter().map(|file| file.file_name().unwrap().to_str().unwrap()).collect();
    assert_eq!((client.to_string().as_str(), names), ("2", vec!["2.yaml", "ringform.yaml"]));
    let after = files(folder.path());
    assert!([1, 3, 4, 5].iter().all(|id| after[&format!("{id}.yaml")] == before[&format!("{id}.yaml")]));
    // Where every file is as it was written, all are put back: here the folder becomes another project meanwhile.
    let folder = project(PROJECT, 5);
    let before = files(folder.path());
    let lying = |path: &Path, bytes: &[u8]| {
        fs::write(path, bytes)?;
        if path.ends_with("3.yaml") { fs::write(path.with_file_name("ringform.yaml"), "") } else { Ok(()) }
    };
    let result = run_in(folder.path(), |env| env.persist = lying);
    assert!(matches!(&result, Err(FactorError::Mismatch { left, .. }) if left.is_empty()), "{result:?}");
    fs::remove_file(folder.path().join("clients/ringform.yaml")).unwrap();
    assert_eq!(files(folder.path()), before);
}

#[test]
fn what_people_change_is_left_to_them() {
    let folder = project(PROJECT, 6);
    let edited = |id: u32, text: &str| fs::write(folder.path().join(format!("clients/{id}.yaml")), text).unwrap();
    edited(5, "client: \"5\" # mine\nsettings:\n  geo_list: [\"RU\"]\n");
    // One document is changed while the profiles are written.
    let meeting = |path: &Path, bytes: &[u8]| {
        fs::write(path, bytes)?;
        match path.ends_with("ringform.yaml") {
            true => fs::write(path.with_file_name("clients").join("6.yaml"), "client: 6\nsettings: {hold_music: 1}\n"),
            false => Ok(()),
        }
    };
    let outcome = run_in(folder.path(), |env| env.persist = meeting).unwrap();
    assert_eq!((outcome.documents, outcome.shortened, outcome.changed.len()), (5, 4, 1));
    let files = files(folder.path());
    assert_eq!(files["5.yaml"], "client: \"5\" # mine\nsettings:\n  geo_list: [\"RU\"]\n");
    assert_eq!(files["6.yaml"], "client: 6\nsettings: {hold_music: 1}\n");
}

#[test]
fn a_project_file_that_may_not_be_edited_leaves_the_documents_plain() {
    let anchored = "profiles: &all\n  other: {timezone: UTC}\n";
    let merged = "base: &base {a: {timezone: UTC}}\nprofiles:\n  <<: *base\n";
    for text in [anchored, "profiles: !x {}\n", ""] {
        let folder = project(text, 4);
        let before = files(folder.path());
        match run(&folder) {
            Err(FactorError::NotEdited { lines, .. }) => {
                assert!(lines.starts_with("profiles:\n  common:\n    geo_list: [\"RU\"]\n"), "{lines}");
            }
            Err(FactorError::BrokenProject(_)) => assert!(text.contains('!')),
            other => panic!("{text}: {other:?}"),
        }
        assert_eq!(files(folder.path()), before);
        // Whoever writes the lines goes on with the next run.
        if text == anchored {
            let lines = "  common:\n    geo_list: [RU]\n    timezone: Europe/Moscow\n    hold_music: null\n";
            fs::write(folder.path().join("ringform.yaml"), format!("{text}{lines}")).unwrap();
            assert_eq!(run(&folder).unwrap().shortened, 4);
        }
    }
    for text in ["profiles: {}\n", "profiles: {other: {timezone: UTC}}\n", "profiles:\n", "zone: UTC\r\n", merged] {
        let folder = project(text, 4);
        match run(&folder) {
            Ok(outcome) => assert_eq!(outcome.shortened, 4, "{text}"),
            Err(error) => assert!(text == merged, "{text}: {error:?}"),
        }
    }
}

#[cfg(unix)]
#[test]
fn no_link_and_no_mode_is_overruled() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = project(PROJECT, 4);
    let file = folder.path().join("ringform.yaml");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o444)).unwrap();
    let result = run(&folder);
    assert!(matches!(result, Err(FactorError::NotEdited { why: NotEditedReason::ReadOnly, .. })), "{result:?}");
    let elsewhere = tempfile::tempdir().unwrap();
    let outside = elsewhere.path().join("shared.yaml");
    fs::rename(&file, &outside).unwrap();
    fs::set_permissions(&outside, fs::Permissions::from_mode(0o644)).unwrap();
    symlink(&outside, &file).unwrap();
    let result = run(&folder);
    assert!(matches!(result, Err(FactorError::NotEdited { why: NotEditedReason::LinkOutside, .. })), "{result:?}");
    assert_eq!(fs::read_to_string(&outside).unwrap(), PROJECT);
    // A document behind a link out of the folder stays; a link inside of the project stays a link.
    let folder = project(PROJECT, 4);
    let (file, inside) = (folder.path().join("ringform.yaml"), folder.path().join("real.txt"));
    fs::rename(&file, &inside).unwrap();
    symlink("real.txt", &file).unwrap();
    let document = folder.path().join("clients/2.yaml");
    fs::rename(&document, elsewhere.path().join("2.yaml")).unwrap();
    symlink(elsewhere.path().join("2.yaml"), &document).unwrap();
    assert_eq!(run(&folder).unwrap().documents, 3);
    assert!(fs::read_to_string(&inside).unwrap().contains("common:"));
    assert!(fs::symlink_metadata(&file).unwrap().is_symlink() && fs::symlink_metadata(&document).unwrap().is_symlink());
    // A folder outside of the project.
    let folder = project(PROJECT, 4);
    fs::rename(folder.path().join("clients"), elsewhere.path().join("clients")).unwrap();
    symlink(elsewhere.path().join("clients"), folder.path().join("clients")).unwrap();
    let result = run(&folder);
    assert!(matches!(result, Err(FactorError::FolderOutside(_))), "{result:?}");
}

#[test]
fn a_link_that_takes_the_place_of_a_document_is_not_replaced() {
    let folder = project(PROJECT, 4);
    let document = folder.path().join("clients/2.yaml");
    let result = run_in(folder.path(), |env| {
        env.persist = |path, bytes| {
            let document = path.with_file_name("clients").join("2.yaml");
            if path.ends_with("ringform.yaml") {
                fs::rename(&document, path.with_file_name("2.txt")).unwrap();
                std::os::unix::fs::symlink("../2.txt", &document).unwrap();
            }
            fs::write(path, bytes)
        };
    });
    let outcome = result.unwrap();
    assert_eq!((outcome.shortened, outcome.changed.len()), (3, 1), "{outcome:?}");
    assert!(fs::symlink_metadata(&document).unwrap().is_symlink());
    assert!(fs::read_to_string(&document).unwrap().contains("timezone: Europe/Moscow"));
}

#[test]
fn fewer_than_three_documents_stay() {
    for documents in 0..3 {
        let folder = project(PROJECT, documents);
        let before = files(folder.path());
        assert_eq!(run(&folder).unwrap().documents, documents);
        assert_eq!(files(folder.path()), before);
    }
}
