//! What file names mean: project files, documents, and names that are not text.
//!
//! Owns the rules for names. It must not know the file system.

use std::path::Path;

/// The name of the project file.
pub(crate) const PROJECT: &str = "ringform.yaml";

/// Whether a file is a project file, this one's or another's.
pub(crate) fn is_project(name: &str) -> bool {
    name == PROJECT || name.strip_suffix(PROJECT).is_some_and(|rest| rest.len() > 1 && rest.ends_with('.'))
}

/// Whether a path is that of a project file.
pub fn is_project_file(path: &Path) -> bool {
    is_project(&path.file_name().unwrap_or_default().to_string_lossy())
}

/// A file name as text; bytes that are not UTF-8 are written as `\\xFF`.
pub(crate) fn text_of(name: &[u8]) -> String {
    let mut text = String::new();
    for chunk in name.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02X}"));
        }
    }
    text
}

/// Whether a file of this name is a document, not a project file or a backup. Upper and lower case are the same, so that a
/// file keeps its meaning on a file system that does not tell them apart.
pub(crate) fn is_document(name: &str) -> bool {
    let ends = |end: &str| {
        let start = name.len().checked_sub(end.len());
        start.and_then(|start| name.get(start..)).is_some_and(|tail| tail.eq_ignore_ascii_case(end))
    };
    let is_yaml = ends(".yaml") || ends(".yml");
    is_yaml && !(ends(PROJECT) && is_project(&name.to_ascii_lowercase())) && !is_guard_test(name)
}

/// Whether a file of this name holds guard tests. Such a file is never a document.
pub(crate) fn is_guard_test(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let stem = name.strip_suffix(".test.yaml").or_else(|| name.strip_suffix(".test.yml"));
    stem.is_some_and(|stem| !stem.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn project_files_and_backups_are_not_documents() {
        for name in
            ["a.yaml", "a.yml", "ringform.yml", "xringform.yaml", "A.YAML", "a.Yml", "дом.YML", "xRingform.yaml"]
        {
            assert!(is_document(name), "{name}");
        }
        for name in [
            "ringform.yaml",
            "staging.ringform.yaml",
            "Ringform.YAML",
            "staging.ringform.YAML",
            "дом",
            "yaml",
            "",
            "a.yaml~",
            "a.yaml.bak",
            ".a.yaml.swp",
            "#a.yaml#",
            "a.json",
        ] {
            assert!(!is_document(name), "{name}");
        }
    }

    #[test]
    fn guard_tests_are_not_documents() {
        for name in ["guards.test.yaml", "a.test.yml", "a.b.TEST.Yaml"] {
            assert!(is_guard_test(name) && !is_document(name), "{name}");
        }
        for name in ["test.yaml", "atest.yaml", "a.test.yaml.bak", "a.tests.yaml", "a.test.json", ".test.yaml"] {
            assert!(!is_guard_test(name), "{name}");
        }
    }
}
