//! The branch that a pipeline works on, and how the workflows of GitHub write its name.
//!
//! Owns the look into `.git`, without the git program: `init` works where git is not installed.

use std::fs;
use std::path::Path;

/// The branch that workflows name where no other is known.
const MAIN: &str = "main";

/// A place of an example that names the branch: the text in the example, and the text for another branch.
type BranchPlace = (&'static str, fn(&str) -> String);

const PLACES: [BranchPlace; 3] = [
    ("branches: [main]", |branch| format!("branches: [{}]", pattern(branch))),
    ("'refs/heads/main'", |branch| format!("'refs/heads/{}'", branch.replace('\'', "''"))),
    ("and allow only main\n", |branch| format!("and allow only {branch}\n")),
];

/// The default branch of the repository: that of `origin` where the clone knows it, else the branch of HEAD.
pub(crate) fn default_branch(repository: &Path) -> Option<String> {
    let mut git = repository.join(".git");
    // In a linked work tree and in a submodule `.git` is a file.
    if let Some(link) = small_file(&git) {
        git = repository.join(link.strip_prefix("gitdir:")?.trim());
    }
    let common = small_file(&git.join("commondir")).map_or_else(|| git.clone(), |above| git.join(above.trim()));
    let of_origin = target(&common.join("refs/remotes/origin/HEAD"), "refs/remotes/origin/");
    of_origin.or_else(|| target(&git.join("HEAD"), "refs/heads/"))
}

/// The name that a symbolic reference leads to.
fn target(file: &Path, below: &str) -> Option<String> {
    let text = small_file(file)?;
    let name = text.strip_prefix("ref:")?.trim().strip_prefix(below)?;
    is_branch_name(name).then(|| name.to_owned())
}

/// The text of a regular file: a FIFO would wait for a writer.
fn small_file(path: &Path) -> Option<String> {
    let is_small = fs::metadata(path).is_ok_and(|data| data.is_file() && data.len() < 65_536);
    is_small.then(|| fs::read_to_string(path).ok()).flatten()
}

/// Whether git takes the name for a branch. `.invalid` is what HEAD holds where the references are in a table.
fn is_branch_name(name: &str) -> bool {
    let is_part = |part: &str| !part.is_empty() && !part.starts_with('.') && !part.ends_with(".lock");
    let is_wrong = |c: char| c.is_control() || c.is_whitespace() || "~^:?*[\\".contains(c);
    name.split('/').all(is_part)
        && !name.contains(is_wrong)
        && !name.contains("..")
        && !name.contains("@{")
        && !name.ends_with('.')
        && !name.starts_with('-')
}

/// Whether a workflow can name the branch. An expression of GitHub cannot hold `${{` as text.
pub(crate) fn can_be_named(branch: &str) -> bool {
    branch.chars().all(|c| c.is_ascii_graphic() || c.is_alphanumeric()) && !branch.contains("${{")
}

/// The text of an example for this branch.
pub(super) fn put_branch(text: &str, branch: Option<&str>) -> String {
    match branch.filter(|branch| *branch != MAIN) {
        Some(branch) => PLACES.iter().fold(text.to_owned(), |text, (main, other)| text.replace(main, &other(branch))),
        None => text.to_owned(),
    }
}

/// The branch as a pattern of GitHub, ready for a list of YAML. A backslash makes a character of patterns literal.
fn pattern(branch: &str) -> String {
    const WORDS: [&str; 8] = ["true", "false", "null", "yes", "no", "on", "off", "y"];
    let is_word = |c: char| c.is_ascii_alphanumeric() || "._/-".contains(c);
    let reserved = WORDS.iter().any(|word| branch.eq_ignore_ascii_case(word)) || branch.eq_ignore_ascii_case("n");
    if branch.starts_with(|c: char| c.is_ascii_alphabetic()) && branch.chars().all(is_word) && !reserved {
        return branch.to_owned();
    }
    let mut literal = String::new();
    for c in branch.chars() {
        if "*?+[]!\\".contains(c) {
            literal.push('\\');
        }
        literal.push(c);
    }
    format!("\"{}\"", literal.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_branch_is_written_so_that_yaml_reads_it_back() {
        let table = [
            ("trunk", "[trunk]", "trunk"),
            ("release/1.x", "[release/1.x]", "release/1.x"),
            ("1.0", "[\"1.0\"]", "1.0"),
            ("Null", "[\"Null\"]", "Null"),
            ("a,b", "[\"a,b\"]", "a,b"),
            ("a#b", "[\"a#b\"]", "a#b"),
            ("c++", "[\"c\\\\+\\\\+\"]", "c\\+\\+"),
            ("it's\"$(id)", "[\"it's\\\"$(id)\"]", "it's\"$(id)"),
            ("!x]", "[\"\\\\!x\\\\]\"]", "\\!x\\]"),
            ("ветка", "[\"ветка\"]", "ветка"),
        ];
        for (branch, written, read) in table {
            assert!(is_branch_name(branch) && can_be_named(branch), "{branch}");
            let text =
                put_branch("on:\n  push:\n    branches: [main]\nif: github.ref == 'refs/heads/main'\n", Some(branch));
            assert!(text.contains(&format!("branches: {written}\n")), "{text}");
            let yaml: serde_yaml::Value = serde_yaml::from_str(&text).unwrap();
            assert_eq!(yaml["on"]["push"]["branches"][0].as_str(), Some(read), "{text}");
            let quoted = branch.replace('\'', "''");
            assert_eq!(yaml["if"].as_str(), Some(&*format!("github.ref == 'refs/heads/{quoted}'")), "{text}");
        }
    }

    #[test]
    fn a_name_that_git_refuses_is_no_branch_and_an_expression_is_not_named() {
        for name in ["", "a b", "a\nb", "a..b", "a//b", ".invalid", "x.lock", "a:b", "x.", "@{u}", "-x", "a*b", "a\\b"]
        {
            assert!(!is_branch_name(name), "{name:?}");
        }
        assert!(!can_be_named("${{secrets.X}}") && !can_be_named("a\u{202e}b"));
    }
}
