//! The commands that pages name in a sentence: each one exists, and has the flags that the page gives it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::{links, markdown};

/// Flags that every command has, and those of other programs.
const OTHER_FLAGS: [&str; 6] = ["help", "version", "-", "auto-approve", "buffer", "file"];

/// The flags of each command, by its words, as the manual page has them.
fn commands() -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO_BIN_EXE_ringform")).arg("man").env_clear().output().unwrap();
    let manual = String::from_utf8(output.stdout).unwrap().replace("\\-", "-");
    let mut found = BTreeMap::new();
    for section in manual.split(".SH \"RINGFORM ").skip(1) {
        let (name, text) = section.split_once('"').unwrap();
        let is_flag = |c: char| c.is_ascii_alphanumeric() || c == '-';
        let flags = text.split("--").skip(1).map(|rest| rest.split(|c| !is_flag(c)).next().unwrap().to_owned());
        found.insert(name.to_lowercase(), flags.collect());
    }
    found
}

/// The code in the sentences of a page, each with its line.
fn code(text: &str) -> Vec<(usize, String)> {
    let lines = markdown::prose(text).into_iter();
    lines.flat_map(|(at, line)| line.split('`').skip(1).step_by(2).map(move |code| (at, code.to_owned()))).collect()
}

#[test]
fn sentences_name_commands_and_flags_that_exist() {
    let commands = commands();
    assert!(commands.len() > 15 && commands["plan"].contains("detailed-exitcode"), "{commands:?}");
    let all: BTreeSet<&String> = commands.values().flatten().collect();
    let mut wrong = Vec::new();
    for page in links::pages() {
        // A changelog also names what is gone.
        if page == "CHANGELOG.md" {
            continue;
        }
        for (line, code) in code(&links::text(&page)) {
            let words: Vec<&str> = code.split_whitespace().collect();
            let Some(first) = words.first() else { continue };
            let is_command = *first == "ringform" || commands.contains_key(*first) || first.starts_with("--");
            if !is_command {
                continue;
            }
            let named = words.iter().skip(usize::from(*first == "ringform"));
            let names: Vec<&str> = named.copied().take(2).collect();
            let known = [names.join(" "), names.first().unwrap_or(&"").to_string()];
            let known = known.iter().find_map(|name| commands.get(name.as_str()));
            let is_bare = names.first().is_none_or(|name| name.starts_with('-'));
            if known.is_none() && !is_bare {
                wrong.push(format!("{page}:{line}: `{code}` is not a command"));
            }
            for word in words.iter().filter_map(|word| word.strip_prefix("--")) {
                let flag = word.split('=').next().unwrap().to_owned();
                let exists = known.map_or_else(|| all.contains(&flag), |flags| flags.contains(&flag));
                if !exists && !OTHER_FLAGS.contains(&flag.as_str()) {
                    wrong.push(format!("{page}:{line}: `{code}` has no flag --{flag}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// The text of all files below a folder.
fn all_text(folder: &Path) -> String {
    let mut text = String::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        text += &if path.is_dir() { all_text(&path) } else { fs::read_to_string(&path).unwrap() };
    }
    text
}

#[test]
fn pages_name_variables_that_exist() {
    let known = all_text(Path::new("src")) + &all_text(Path::new("examples"));
    let is_name = |c: char| c.is_ascii_uppercase() || c == '_';
    let mut wrong = BTreeSet::new();
    for page in links::pages().iter().filter(|page| *page != "CHANGELOG.md") {
        for rest in links::text(page).split("RINGFORM_").skip(1) {
            let name: String = format!("RINGFORM_{}", rest.split(|c| !is_name(c)).next().unwrap());
            // A name of the reader's own choice, and one that only earlier examples had.
            if ["RINGFORM_DEPLOY_KEY", "RINGFORM_TAG_TOKEN"].contains(&name.as_str()) {
                continue;
            }
            // The program joins `_FILE` to a name.
            if !known.contains(&format!("{}\"", name.trim_end_matches("_FILE"))) && !known.contains(&name) {
                wrong.insert(format!("{page}: {name}"));
            }
        }
    }
    assert_eq!(wrong, BTreeSet::new());
}
