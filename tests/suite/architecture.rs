//! The house: which room may know which.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Room → rooms that it may import. A room may always import itself.
const ARROWS: [(&str, &[&str]); 10] = [
    ("model", &[]),
    ("config", &["model"]),
    ("plan", &["model"]),
    ("sandbox", &["model"]),
    ("api", &["model", "plan"]),
    ("journal", &["model", "plan"]),
    ("render", &["model", "plan"]),
    ("reconcile", &["model", "plan", "api", "journal"]),
    ("cli", &[]),
    ("commands", &["cli", "commands"]),
];

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(files(&path)),
            false if path.extension().is_some_and(|end| end == "rs") => found.push(path),
            false => {}
        }
    }
    found
}

#[test]
fn imports_point_one_way() {
    let arrows: BTreeMap<&str, &[&str]> = ARROWS.into_iter().collect();
    let mut wrong = Vec::new();
    let mut seen = 0;
    for (room, may_know) in &arrows {
        for file in files(&Path::new("src").join(room)) {
            for (number, line) in fs::read_to_string(&file).unwrap().lines().enumerate() {
                let code = line.split("//").next().unwrap_or_default();
                for (at, _) in code.match_indices("crate::") {
                    let rest = &code[at + "crate::".len()..];
                    let other: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                    seen += 1;
                    if other != **room && !may_know.contains(&other.as_str()) {
                        wrong.push(format!("{}:{}: {room} may not know `{other}`", file.display(), number + 1));
                    }
                }
            }
        }
    }
    assert!(seen > 100, "the test looks at nothing");
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn every_room_is_in_the_table() {
    for entry in fs::read_dir("src").unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if entry.path().is_dir() {
            assert!(ARROWS.iter().any(|(room, _)| *room == name), "{name} has no row");
        }
    }
}

#[test]
fn the_pure_core_does_no_input_or_output() {
    for room in ["model", "plan"] {
        for file in files(&Path::new("src").join(room)) {
            let text = fs::read_to_string(&file).unwrap();
            for word in
                ["std::fs", "std::net", "std::env", "std::process", "reqwest", "tokio", "SystemTime", "Instant::now"]
            {
                assert!(!text.contains(word), "{} uses {word}", file.display());
            }
        }
    }
}
