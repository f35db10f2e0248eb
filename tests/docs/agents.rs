//! AGENTS.md names files, tests and commands that exist, and stays short.

use std::fs;
use std::path::Path;

use crate::{links, markdown};

/// The words in backticks, outside of blocks.
fn quoted(text: &str) -> Vec<String> {
    let prose: Vec<&str> = markdown::prose(text).into_iter().map(|(_, line)| line).collect();
    prose.join("\n").split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn agents_md_is_short_and_names_what_exists() {
    let text = links::text("AGENTS.md");
    assert!(text.lines().count() <= 90, "{} lines", text.lines().count());
    let mut missing = Vec::new();
    for word in quoted(&text) {
        let is_path = word.contains('/') || [".md", ".toml"].iter().any(|end| word.ends_with(end));
        if is_path && !word.contains([' ', '*', '<', '(']) && !Path::new(&word).exists() {
            missing.push(word);
        }
    }
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn the_commands_of_agents_md_exist() {
    let text = links::text("AGENTS.md");
    let modules =
        fs::read_to_string("tests/suite/main.rs").unwrap() + &fs::read_to_string("tests/docs/main.rs").unwrap();
    let manifest = fs::read_to_string("Cargo.toml").unwrap();
    let mut count = 0;
    for line in markdown::blocks(&text).iter().flat_map(|block| &block.lines) {
        let command = line.split(" # ").next().unwrap().trim();
        let words: Vec<&str> = command.split_whitespace().skip_while(|word| word.contains('=')).collect();
        let Some(first) = words.first() else { continue };
        count += 1;
        match *first {
            "cargo" => assert!(["build", "test", "clippy", "fmt", "run", "check"].contains(&words[1]), "{command}"),
            path => assert!(Path::new(path).is_file(), "{command}"),
        }
        if words.get(1) == Some(&"test")
            && let Some(filter) = words.last().filter(|word| words.len() > 2 && !word.starts_with('-'))
        {
            let is_target =
                Path::new("tests").join(filter).is_dir() || manifest.contains(&format!("name = \"{filter}\""));
            assert!(is_target || modules.contains(&format!("mod {filter};")), "{command}");
        }
    }
    assert!(count >= 5, "{count} commands");
}
