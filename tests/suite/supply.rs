//! What is linked into the program: licences and sources as deny.toml allows them, without a further tool.

use std::process::Command;

use serde_json::Value as Json;

/// The texts of one list in deny.toml: of an entry with a reason its name.
fn list(name: &str) -> Vec<String> {
    let text = std::fs::read_to_string("deny.toml").unwrap();
    let list = text.split(&format!("\n{name} = [\n")).nth(1).unwrap().split("\n]").next().unwrap();
    list.lines().map(|line| line.split('"').nth(1).unwrap().to_owned()).collect()
}

/// Whether an SPDX expression is met by the allowed licences. `OR` binds weaker than `AND`, brackets group.
fn allowed(expression: &str, allow: &[String]) -> bool {
    let text = expression.trim();
    for (word, any) in [(" OR ", true), (" AND ", false)] {
        let parts = split(text, word);
        if parts.len() > 1 {
            return if any {
                parts.iter().any(|part| allowed(part, allow))
            } else {
                parts.iter().all(|part| allowed(part, allow))
            };
        }
    }
    match text.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')) {
        Some(inner) => allowed(inner, allow),
        None => allow.iter().any(|known| known == text),
    }
}

fn split<'a>(text: &'a str, word: &str) -> Vec<&'a str> {
    let (mut depth, mut start, mut parts) = (0, 0, Vec::new());
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ if depth == 0 && text[at..].starts_with(word) && at >= start => {
                parts.push(&text[start..at]);
                start = at + word.len();
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

#[test]
fn expressions_are_read_as_spdx_has_them() {
    let allow = ["MIT".to_owned(), "ISC".to_owned(), "Apache-2.0 WITH LLVM-exception".to_owned()];
    for good in ["MIT", "GPL-3.0 OR MIT", "MIT AND ISC", "(GPL-3.0 OR MIT) AND ISC", "Apache-2.0 WITH LLVM-exception"] {
        assert!(allowed(good, &allow), "{good}");
    }
    for bad in ["GPL-3.0", "MIT AND GPL-3.0", "(GPL-3.0 OR BSD-4-Clause) AND MIT", "Apache-2.0", ""] {
        assert!(!allowed(bad, &allow), "{bad}");
    }
}

#[test]
fn everything_that_is_linked_is_allowed() {
    let (allow, banned) = (list("allow"), list("deny"));
    assert!(allow.len() > 5 && banned.iter().any(|name| name == "openssl-sys"));
    let host = if cfg!(all(target_arch = "x86_64", target_os = "linux")) { "x86_64-unknown-linux-gnu" } else { return };
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let words = ["metadata", "--locked", "--format-version", "1", "--filter-platform", host];
    let output = Command::new(cargo).args(words).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Json = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    assert!(packages.len() > 100);
    let mut wrong = Vec::new();
    for package in packages {
        let (name, licence) = (package["name"].as_str().unwrap(), package["license"].as_str().unwrap_or_default());
        if !allowed(&licence.replace('/', " OR "), &allow) {
            wrong.push(format!("{name}: {licence}"));
        }
        match package["source"].as_str() {
            None => assert_eq!(name, "ringform"),
            Some(source) => {
                assert!(source.starts_with("registry+") && source.contains("crates.io"), "{name}: {source}")
            }
        }
        assert!(!banned.iter().any(|banned| banned == name), "{name} is banned");
    }
    assert_eq!(wrong, Vec::<String>::new());
}
