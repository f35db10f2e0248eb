//! Loads the YAML of a page as ringform would: as project file, client document, floor or guard tests.

use std::collections::BTreeSet;
use std::fs;
use std::process::{Command, Stdio};

use serde_yaml::{Mapping, Value as Yaml};

/// The day on which the examples are judged: their dated settings and waivers have not ended.
const DAY: &str = "2026-12-05";

const DOCUMENT_KEYS: [&str; 8] =
    ["client", "credentials", "expect", "ignore", "labels", "profiles", "settings", "temporary"];

/// Where a page shows a part of a project, this is the rest of it. It manages every field, and has the names that
/// documents use.
const PROJECT: &str = "
endpoint: https://apiproxy.telphin.ru
profiles:
  everything: {geo_list: [RU], timezone: Europe/Moscow, dial_rule_id: 19, hold_music: 7, sip_network_permission_id: 3,
    disk_space_notify_email: ops@example.com, disk_space_notify_threshold: 90}
defaults: {profiles: [everything]}
";

/// The project file that a page has shown last, if it was a whole one.
#[derive(Default)]
pub struct Documents {
    project: Option<Mapping>,
}

fn keys(mapping: &Mapping) -> BTreeSet<&str> {
    mapping.keys().filter_map(Yaml::as_str).collect()
}

fn mapping(text: &str) -> Mapping {
    serde_yaml::from_str(text).unwrap()
}

/// Puts a part of a project file over the whole one. Profiles join each other.
fn joined(mut whole: Mapping, part: &Mapping) -> Mapping {
    for (key, value) in part {
        match (whole.get_mut(key), value) {
            (Some(Yaml::Mapping(old)), Yaml::Mapping(new)) if key.as_str() == Some("profiles") => {
                old.extend(new.clone());
            }
            _ => drop(whole.insert(key.clone(), value.clone())),
        }
    }
    whole
}

impl Documents {
    /// Checks one block.
    pub fn check(&mut self, text: &str) -> Result<(), String> {
        let path = text.lines().next().and_then(|line| line.strip_prefix("# ")).unwrap_or_default();
        let value: Yaml = serde_yaml::from_str(text).map_err(|error| error.to_string())?;
        let file = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        let (project, document) = match value {
            Yaml::Sequence(_) => {
                let project = joined(mapping(PROJECT), &mapping("guards: [open-geo]"));
                return run(&["guard", "test"], &project, &[file("page.test.yaml", text)]);
            }
            // A page may show parts of both kinds of file in one block.
            Yaml::Mapping(all) => all.into_iter().partition::<Mapping, _>(|(key, _)| {
                !DOCUMENT_KEYS.contains(&key.as_str().unwrap_or_default())
                    || (key.as_str() == Some("profiles") && path == "ringform.yaml")
                    || (key.as_str() == Some("credentials") && path == "ringform.yaml")
            }),
            _ => return Err("neither a project file, nor a document, nor guard tests".to_owned()),
        };
        let is_whole = keys(&project).contains("endpoint");
        let rest = self.project.clone().filter(|_| !is_whole && path != "ringform.yaml");
        let whole = if is_whole { project } else { joined(rest.unwrap_or_else(|| mapping(PROJECT)), &project) };
        if is_whole {
            self.project = Some(whole.clone());
        }
        let mut document = document;
        if !document.contains_key("client") {
            document.insert("client".into(), 12.into());
        }
        let document = file("clients/page.yaml", &serde_yaml::to_string(&document).unwrap());
        run(&["validate", "--at", DAY], &whole, &[document])
    }
}

/// Runs the binary in a project of its own.
fn run(words: &[&str], project: &Mapping, files: &[(String, String)]) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("pbx");
    fs::create_dir_all(root.join("clients")).unwrap();
    fs::write(root.join("ringform.yaml"), serde_yaml::to_string(project).unwrap()).unwrap();
    for (path, text) in files {
        fs::write(root.join(path), text).unwrap();
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringform"));
    let output = command.args(words).current_dir(&root).env_clear().stdin(Stdio::null()).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    match output.status.success() {
        true => Ok(()),
        false => {
            Err(format!("`ringform {}` refuses it:\n{}{}", words.join(" "), text(&output.stderr), text(&output.stdout)))
        }
    }
}
