//! The messages that the guide explains are messages of the program: each one is a text of its source.

use std::fs;
use std::path::Path;

use crate::{links, markdown};

/// The texts of the program as a reader sees them: without line breaks, and with `…` where a value is filled in.
fn program_texts(folder: &Path, found: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if !path.ends_with("tests") && !path.ends_with("sandbox") {
                program_texts(&path, found);
            }
            continue;
        }
        let source = fs::read_to_string(&path).unwrap();
        let code = joined(source.split("#[cfg(test)]\nmod tests").next().unwrap()).replace("\\\"", "\u{2033}");
        for text in code.split('"').skip(1).step_by(2) {
            found.push_str(&filled(text));
            found.push('\n');
        }
    }
}

/// Joins the lines of a text that goes on after a backslash, and leaves out comments, which may hold one quote.
fn joined(source: &str) -> String {
    let is_code = |line: &&str| !line.trim_start().starts_with("//");
    let code: String = source.split_inclusive('\n').filter(is_code).collect();
    let mut lines = code.replace("'\"'", "").split("\\\n").map(str::to_owned).collect::<Vec<_>>().into_iter();
    let first = lines.next().unwrap_or_default();
    lines.fold(first, |text, line| text + line.trim_start())
}

/// Puts `…` in the place of `{name}`.
fn filled(source: &str) -> String {
    let mut text = String::new();
    for part in source.split('{') {
        match part.split_once('}') {
            Some((name, rest)) if name.len() < 40 && !name.contains('\n') => {
                text.push('…');
                text.push_str(rest);
            }
            _ => text.push_str(part),
        }
    }
    text
}

#[test]
fn the_guide_explains_messages_that_exist() {
    let guide = links::text("docs/guide.md");
    let section = guide.split("\n## Troubleshooting by message\n").nth(1).expect("the guide has the section");
    let section = section.split("\n## ").next().unwrap();
    let mut program = String::new();
    program_texts(Path::new("src"), &mut program);
    let (mut count, mut missing) = (0, Vec::new());
    for (_, line) in markdown::prose(section) {
        let Some(cell) = line.strip_prefix("| `").and_then(|rest| rest.split('`').next()) else { continue };
        count += 1;
        if !program.contains(cell) {
            missing.push(cell);
        }
    }
    assert!((20..=35).contains(&count), "the guide explains {count} messages");
    assert!(missing.is_empty(), "no text of the program is like these:\n{}", missing.join("\n"));
}
