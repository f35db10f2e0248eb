//! The `documents` of a project file: which files the walk takes.
//!
//! Owns the meaning of its globs, for a file and for a folder that cannot be opened. It must not know which names a
//! document may have or where the walk goes.

use std::path::Path;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

/// The globs of a project.
#[derive(Clone, Debug)]
pub(crate) struct Globs {
    files: GlobSet,
    /// The folders below which `files` may find something; `None` where the globs do not show it.
    folders: Option<GlobSet>,
}

impl Globs {
    /// The globs of a list; `None` where one of them is not valid.
    pub(crate) fn of(texts: &[String]) -> Option<Globs> {
        let above: Vec<String> = texts.iter().flat_map(|text| folders(text)).collect();
        Some(Globs { files: set(texts)?, folders: set(&above) })
    }

    /// Whether the walk takes a file of this name, below the project's folder.
    pub(crate) fn find(&self, name: &Path) -> bool {
        self.files.is_match(name)
    }

    /// Whether there may be such a file below this folder.
    pub(crate) fn may_find_below(&self, folder: &Path) -> bool {
        self.folders.as_ref().is_none_or(|folders| folders.is_match(folder))
    }
}

/// The globs of all folders on the way to the files of a glob. It is cut at each `/`. In `{a/b,c}` that is not the end
/// of a part: the pieces are not valid globs, and every folder may lead to a file.
fn folders(glob: &str) -> Vec<String> {
    let parts: Vec<&str> = glob.split('/').collect();
    // `**` finds files at any depth.
    let end = parts.len() - usize::from(parts.last() != Some(&"**"));
    (1..=end).map(|end| parts[..end].join("/")).collect()
}

/// As in a shell: `*` stays in its folder, `**` does not.
fn set(globs: &[String]) -> Option<GlobSet> {
    let mut set = GlobSetBuilder::new();
    for glob in globs {
        set.add(GlobBuilder::new(glob).literal_separator(true).build().ok()?);
    }
    set.build().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_counts_where_a_glob_may_find_something_below_it() {
        let rows = [
            ("clients/**", "clients", true),
            ("clients/**", "clients/a/b", true),
            ("clients/**", "vendor", false),
            ("clients/*.yaml", "clients", true),
            ("clients/*.yaml", "clients/a", false),
            ("*/pbx/*.yaml", "a", true),
            ("*/pbx/*.yaml", "a/pbx", true),
            ("*/pbx/*.yaml", "a/b", false),
            ("**/pbx.yaml", "a/b", true),
            ("a/**/b/*.yaml", "a/x/y", true),
            ("*.yaml", "clients", false),
            ("**", "any", true),
            ("{a,b}/*.yaml", "b", true),
            ("{a,b}/*.yaml", "c", false),
            // The cut pieces are not valid, so any folder may lead to a file.
            ("{a/b,c}/*.yaml", "z", true),
        ];
        for (glob, folder, expected) in rows {
            let globs = Globs::of(&[glob.to_owned()]).unwrap();
            assert_eq!(globs.may_find_below(Path::new(folder)), expected, "{glob} {folder}");
        }
        assert!(!Globs::of(&[]).unwrap().may_find_below(Path::new("any")));
    }
}
