//! Every page is in the index, and every link of every page leads to a file and a heading that exist.

use std::fs;
use std::path::{Path, PathBuf};

use crate::markdown;

/// The pages for readers: the Markdown of the top level and of docs/, by path.
pub fn pages() -> Vec<String> {
    let mut found = Vec::new();
    for folder in ["", "docs/"] {
        for entry in fs::read_dir(Path::new(".").join(folder)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if Path::new(&name).extension().is_some_and(|extension| extension == "md") {
                found.push(format!("{folder}{name}"));
            }
        }
    }
    found.sort();
    found
}

pub fn text(path: &str) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A path of a link without `..`.
fn resolved(page: &str, target: &str) -> PathBuf {
    let mut path = Path::new(page).parent().unwrap().to_owned();
    for part in target.split('/') {
        match part {
            ".." => assert!(path.pop(), "{page}: {target} leads out of the repository"),
            "." | "" => {}
            part => path.push(part),
        }
    }
    path
}

#[test]
fn every_link_leads_somewhere() {
    let mut broken = Vec::new();
    for page in pages() {
        for (line, target) in markdown::links(&text(&page)) {
            if target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            let (path, anchor) = target.split_once('#').unwrap_or((&target, ""));
            let path = if path.is_empty() { PathBuf::from(&page) } else { resolved(&page, path) };
            let has_anchor = || markdown::anchors(&fs::read_to_string(&path).unwrap()).iter().any(|one| one == anchor);
            if !path.exists() || (!anchor.is_empty() && !has_anchor()) {
                broken.push(format!("{page}:{line}: {target}"));
            }
        }
    }
    assert!(broken.is_empty(), "links that lead nowhere:\n{}", broken.join("\n"));
}

#[test]
fn the_index_has_every_page_of_the_docs() {
    let index = text("docs/README.md");
    let linked: Vec<String> = markdown::links(&index).into_iter().map(|(_, target)| target).collect();
    let mut missing = pages();
    missing.retain(|page| {
        page.strip_prefix("docs/").is_some_and(|name| name != "README.md" && !linked.iter().any(|one| one == name))
    });
    assert_eq!(missing, Vec::<String>::new(), "docs/README.md has no link to these pages");
    assert!(markdown::links(&text("README.md")).iter().any(|(_, target)| target == "docs/README.md"));
}
