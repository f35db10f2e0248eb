//! The architecture: which room may know which, and the size of files and functions.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Room → rooms that it may name in a path. A room may always name itself. `main` and `lib` are the files of that name.
const ARROWS: [(&str, &[&str]); 18] = [
    ("model", &[]),
    ("files", &[]),
    ("git", &["model", "files"]),
    ("config", &["model", "files", "git"]),
    ("plan", &["model"]),
    ("api", &["model", "files", "plan"]),
    ("journal", &["model", "files", "plan"]),
    ("ledger", &["model", "plan", "git"]),
    ("render", &["model", "plan"]),
    ("manual", &["model", "config", "plan", "render"]),
    ("sandbox", &[]),
    ("run", &["model", "files", "git", "config", "plan", "api", "journal", "ledger", "sandbox"]),
    ("cli", &["model", "config", "plan", "render", "run", "sandbox", "manual"]),
    ("terminal", &["model", "files", "config", "plan", "render", "run", "cli"]),
    ("starter", &["model", "cli", "terminal"]),
    (
        "commands",
        &["model", "files", "config", "plan", "render", "run", "sandbox", "manual", "cli", "terminal", "starter"],
    ),
    ("main", &["cli", "commands", "run", "starter", "terminal"]),
    ("lib", &[]),
];

/// Commands never call each other.
const COMMANDS: &str = "commands";

/// A source file: its path below src, its modules and its code without comments and texts.
struct Source {
    path: PathBuf,
    /// `["plan", "client"]` for src/plan/client.rs and for src/plan/client/mod.rs.
    module: Vec<String>,
    text: String,
    code: String,
}

impl Source {
    fn room(&self) -> &str {
        self.module.first().map_or("", String::as_str)
    }

    /// Whether only tests read the file: a fixture, or a folder of tests.
    fn is_test(&self) -> bool {
        self.path
            .components()
            .any(|part| matches!(part.as_os_str().to_str(), Some("tests" | "tests.rs" | "testing.rs" | "fixture.rs")))
    }
}

fn sources() -> Vec<Source> {
    let mut found = Vec::new();
    gather(Path::new("src"), &mut found);
    found.sort_by(|one: &Source, other| one.path.cmp(&other.path));
    assert!(found.len() > 100, "the tests look at nothing");
    found
}

fn gather(folder: &Path, found: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            gather(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let below = path.strip_prefix("src").unwrap().with_extension("");
            let mut module: Vec<String> =
                below.components().map(|part| part.as_os_str().to_str().unwrap().to_owned()).collect();
            if module.last().is_some_and(|last| last == "mod") {
                module.pop();
            }
            found.push(Source { code: code_of(&text), path, module, text });
        }
    }
}

/// The code without comments, and with empty texts. Line breaks stay.
fn code_of(text: &str) -> String {
    let mut code = String::new();
    let mut rest = text.char_indices().peekable();
    while let Some((at, c)) = rest.next() {
        let here = &text[at..];
        let before = text[..at].chars().next_back();
        let raw = (c == 'r' && !before.is_some_and(|c| c.is_alphanumeric() || c == '_'))
            .then(|| here[1..].len() - here[1..].trim_start_matches('#').len())
            .filter(|marks| here[1 + marks..].starts_with('"'));
        let length = if here.starts_with("//") {
            here.find('\n').unwrap_or(here.len())
        } else if let Some(marks) = raw {
            let end = format!("\"{}", "#".repeat(marks));
            let start = 2 + marks;
            start + here[start..].find(&end).map_or(here.len() - start, |found| found + end.len())
        } else if c == '"' {
            let mut escaped = false;
            let end = here[1..].char_indices().find(|(_, c)| {
                let ends = *c == '"' && !escaped;
                escaped = *c == '\\' && !escaped;
                ends
            });
            end.map_or(here.len(), |(end, _)| end + 2)
        } else if let Some(length) = literal(here) {
            length
        } else {
            code.push(c);
            continue;
        };
        code.extend(here[..length].chars().filter(|c| *c == '\n'));
        code.push(' ');
        while rest.peek().is_some_and(|(next, _)| *next < at + length) {
            rest.next();
        }
    }
    code
}

/// The length of a character literal such as `'"'` or `'\n'`; a lifetime is none.
fn literal(text: &str) -> Option<usize> {
    let inner = text.strip_prefix('\'')?;
    let first = inner.chars().next()?;
    let body = if first == '\\' { 1 + inner[1..].chars().next()?.len_utf8() } else { first.len_utf8() };
    let rest = &inner[body..];
    match first {
        '\\' => rest.find('\'').filter(|end| *end < 12).map(|end| 1 + body + end + 1),
        _ => rest.starts_with('\'').then_some(1 + body + 1),
    }
}

/// Every path of the code that begins with `crate`, `ringform`, `super` or `self`, its groups spread out: the module paths from
/// the root of the crate, with the line.
fn paths(source: &Source) -> Vec<(usize, Vec<String>)> {
    let mut found = Vec::new();
    for start in ["crate", "ringform", "super", "self"] {
        for (at, _) in source.code.match_indices(&format!("{start}::")) {
            if source.code[..at].chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') {
                continue;
            }
            let line = source.code[..at].matches('\n').count() + 1;
            let mut spread = Vec::new();
            spread_out(&mut Vec::new(), &source.code[at..], &mut spread);
            found.extend(spread.into_iter().filter_map(|path| Some((line, absolute(source, path)?))));
        }
    }
    found
}

/// Spreads `a::{b, c::d}` out into `a::b` and `a::c::d`. Returns how much of the text it has read.
fn spread_out(prefix: &mut Vec<String>, text: &str, found: &mut Vec<Vec<String>>) -> usize {
    let mut at = 0;
    let depth = prefix.len();
    loop {
        let name: String = text[at..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        at += name.len();
        if !name.is_empty() {
            prefix.push(name);
        }
        if !text[at..].starts_with("::") {
            break;
        }
        at += 2;
        if text[at..].starts_with('{') {
            at += 1;
            loop {
                at += text[at..].len() - text[at..].trim_start_matches([' ', '\n', ',']).len();
                if text[at..].is_empty() || text[at..].starts_with('}') {
                    break;
                }
                let read = spread_out(prefix, &text[at..], found);
                at += read.max(1);
            }
            prefix.truncate(depth);
            return at + 1;
        }
    }
    found.push(prefix.clone());
    prefix.truncate(depth);
    at
}

/// The path from the root of the crate. A `mod` inside a file is not followed: `super` there leads one level too high, which finds
/// nothing in the rooms.
fn absolute(source: &Source, path: Vec<String>) -> Option<Vec<String>> {
    let (first, rest) = path.split_first()?;
    let mut module = match first.as_str() {
        "crate" | "ringform" => Vec::new(),
        _ => source.module.clone(),
    };
    if first == "super" {
        module.pop();
    }
    for name in rest {
        match name.as_str() {
            "super" => drop(module.pop()),
            "self" => {}
            name => module.push(name.to_owned()),
        }
    }
    Some(module)
}

#[test]
fn paths_are_found_in_groups_and_not_in_texts() {
    let text =
        "use crate::{a::{self, B}, c};\nlet x = \"crate::no\"; // crate::no\nringform::d::E::new('\"', super::f)";
    let source = Source {
        path: PathBuf::from("src/room/file.rs"),
        module: vec!["room".to_owned(), "file".to_owned()],
        code: code_of(text),
        text: text.to_owned(),
    };
    let found: BTreeSet<String> =
        paths(&source).into_iter().map(|(line, path)| format!("{line} {}", path.join("::"))).collect();
    let expected = ["1 a", "1 a::B", "1 c", "3 d::E::new", "3 room::f"].map(str::to_owned);
    assert_eq!(found, BTreeSet::from(expected));
}

#[test]
fn imports_point_one_way() {
    let arrows: BTreeMap<&str, &[&str]> = ARROWS.into_iter().collect();
    let mut wrong = Vec::new();
    let mut seen = 0;
    for source in sources() {
        let room = source.room();
        let Some(may_know) = arrows.get(room) else {
            wrong.push(format!("{room} has no row"));
            continue;
        };
        for (line, path) in paths(&source) {
            let Some(other) = path.first().filter(|other| arrows.contains_key(other.as_str())) else { continue };
            seen += 1;
            // The files of a command's own folder may name each other.
            let sibling = room == COMMANDS
                && other == COMMANDS
                && path.get(1).is_some_and(|command| source.module.get(1).is_some_and(|own| own != command));
            if sibling || (other != room && !may_know.contains(&other.as_str())) {
                let path = path.join("::");
                wrong.push(format!("{}:{line}: {room} may not know `{path}`", source.path.display()));
            }
        }
    }
    assert!(seen > 300, "the test looks at {seen} paths only");
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn no_two_files_import_each_other() {
    let sources = sources();
    let files: BTreeMap<&[String], &Path> = sources.iter().map(|source| (&*source.module, &*source.path)).collect();
    let names = re_exports(&sources);
    let mut imports: BTreeSet<(&Path, &Path)> = BTreeSet::new();
    for source in sources.iter().filter(|source| !source.is_test() && !source.path.ends_with("mod.rs")) {
        let tests = source.text.lines().position(|line| line == "mod tests {").unwrap_or(usize::MAX);
        for (_, path) in paths(source).into_iter().filter(|(line, _)| *line <= tests) {
            let path = original(path, &names);
            let file = (1..=path.len()).rev().find_map(|end| files.get(&path[..end]).copied());
            if let Some(other) = file.filter(|other| !other.ends_with("mod.rs") && *other != source.path) {
                imports.insert((&source.path, other));
            }
        }
    }
    let pairs: Vec<String> = imports
        .iter()
        .filter(|(one, other)| one < other && imports.contains(&(*other, *one)))
        .map(|(one, other)| format!("{} and {}", one.display(), other.display()))
        .collect();
    assert!(imports.len() > 200, "the test sees {} imports only", imports.len());
    assert_eq!(pairs, Vec::<String>::new());
}

/// The names that maps (`mod.rs`) re-export, with the paths that they stand for.
fn re_exports(sources: &[Source]) -> BTreeMap<Vec<String>, Vec<String>> {
    let mut names = BTreeMap::new();
    for source in sources.iter().filter(|source| source.path.ends_with("mod.rs")) {
        for (at, _) in source.code.match_indices("use ") {
            let mut spread = Vec::new();
            spread_out(&mut vec!["self".to_owned()], &source.code[at + 4..], &mut spread);
            for mut path in spread {
                if matches!(path.get(1).map(String::as_str), Some("crate" | "super" | "self")) {
                    path.remove(0);
                }
                let Some(path) = absolute(source, path) else { continue };
                let name: Vec<String> = source.module.iter().chain(path.last()).cloned().collect();
                if name != path {
                    names.insert(name, path);
                }
            }
        }
    }
    names
}

/// A path without re-exports.
fn original(mut path: Vec<String>, names: &BTreeMap<Vec<String>, Vec<String>>) -> Vec<String> {
    for _ in 0..8 {
        let Some((end, target)) = (1..=path.len()).find_map(|end| Some((end, names.get(&path[..end])?))) else { break };
        path = target.iter().chain(&path[end..]).cloned().collect();
    }
    path
}

#[test]
fn a_type_name_is_defined_once() {
    let mut files: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for source in sources().iter().filter(|source| !source.is_test()) {
        let words: Vec<&str> =
            source.code.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|w| !w.is_empty()).collect();
        for pair in words.windows(2).filter(|pair| matches!(pair[0], "struct" | "enum" | "trait" | "type")) {
            if pair[1].starts_with(|c: char| c.is_ascii_uppercase()) {
                files.entry(pair[1].to_owned()).or_default().push(source.path.display().to_string());
            }
        }
    }
    // Names of the standard library that a trait asks for.
    let given = ["Err", "Error", "Item", "Output", "Target", "IntoIter"];
    let twice: Vec<String> = files
        .iter()
        .filter(|(name, files)| files.len() > 1 && !given.contains(&name.as_str()))
        .map(|(name, files)| format!("{name}: {}", files.join(", ")))
        .collect();
    assert!(twice.len() <= 6, "{} type names are defined more than once:\n{}", twice.len(), twice.join("\n"));
}

#[test]
fn files_and_functions_are_short() {
    const FILE: usize = 400;
    const FUNCTION: usize = 80;
    const COMMAND: usize = 120;
    let mut long = Vec::new();
    for source in sources() {
        let lines = source.text.lines().count();
        let most = if source.room() == COMMANDS { COMMAND } else { FILE };
        if lines > most {
            long.push(format!("{}: {lines} lines, at most {most}", source.path.display()));
        }
        for (name, lines) in functions(&source.code).into_iter().filter(|(_, lines)| *lines > FUNCTION) {
            long.push(format!("{}: {name} has {lines} lines, at most {FUNCTION}", source.path.display()));
        }
    }
    assert_eq!(long, Vec::<String>::new());
}

/// The functions of a code as rustfmt writes it, and how many lines each has.
fn functions(code: &str) -> Vec<(String, usize)> {
    let lines: Vec<&str> = code.lines().collect();
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let trimmed = line.trim_start();
        let Some(at) = trimmed.find("fn ").filter(|at| *at == 0 || trimmed[..*at].ends_with(' ')) else { continue };
        let indent = line.len() - trimmed.len();
        let name: String = trimmed[at + 3..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        let ends = |line: &str| line.len() - line.trim_start().len() == indent && line.trim_start().starts_with('}');
        if !trimmed.trim_end().ends_with(['}', ';'])
            && let Some(end) = lines[start + 1..].iter().position(|line| ends(line))
        {
            found.push((name, end + 2));
        }
    }
    found
}

#[test]
fn the_maps_hold_no_logic() {
    let with_logic: Vec<String> = sources()
        .iter()
        .filter(|source| source.path.ends_with("mod.rs") && !source.is_test())
        .filter(|source| source.code.lines().any(|line| line.contains("fn ") || line.contains("impl ")))
        .map(|source| source.path.display().to_string())
        .collect();
    assert_eq!(with_logic, Vec::<String>::new());
}

#[test]
fn the_pure_core_does_no_input_or_output() {
    let words = ["std::fs", "std::net", "std::env", "std::process", "reqwest", "tokio", "SystemTime", "Instant::now"];
    let mut wrong = Vec::new();
    for source in sources() {
        let more: &[&str] = match source.room() {
            "model" | "plan" => &words,
            // A run gets folder, variables and time as values, and prints nothing. Its fixtures read the clock of the test.
            "run" if !source.is_test() => {
                &["std::env", "io::stdout", "io::stderr", "io::stdin", "Instant::now", "Timestamp::now"]
            }
            _ => &[],
        };
        let found = more.iter().filter(|word| source.code.contains(**word));
        wrong.extend(found.map(|word| format!("{} uses {word}", source.path.display())));
    }
    assert_eq!(wrong, Vec::<String>::new());
}
