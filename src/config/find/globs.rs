//! The `documents` of a project file: which files the walk takes.
//!
//! Owns the meaning of its globs, for a file and for a folder that cannot be opened. It must not know which names a
//! document may have or where the walk goes.

use std::path::Path;
use std::sync::Arc;

use globset::{GlobBuilder, GlobMatcher, GlobSet, GlobSetBuilder};

use crate::model::Place;

/// One glob as it is written: `!` before a pattern excludes.
#[derive(Clone, Debug)]
pub(crate) struct WrittenGlob {
    /// The text, `!` included.
    pub(crate) text: String,
    pub(crate) place: Place,
    pattern: String,
    excludes: bool,
    matcher: GlobMatcher,
}

impl WrittenGlob {
    /// Reads a glob. The error says what to write.
    pub(crate) fn read(text: &str, place: Place) -> Result<WrittenGlob, &'static str> {
        const HELP: &str = "write a pattern such as \"clients/**\"";
        let (excludes, pattern) = text.strip_prefix('!').map_or((false, text), |rest| (true, rest));
        if excludes && pattern.trim().is_empty() {
            return Err("write the files to leave out behind `!`, as in \"!archive/**\"");
        }
        if excludes && pattern.starts_with('!') {
            return Err("write one `!`");
        }
        if pattern.starts_with(char::is_whitespace) {
            return Err(if excludes { "remove the blank behind `!`" } else { HELP });
        }
        let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
        // A folder means all files in it.
        let pattern = if pattern.ends_with('/') { format!("{pattern}**") } else { pattern.to_owned() };
        let matcher = glob(&pattern).ok_or(HELP)?.compile_matcher();
        Ok(WrittenGlob { text: text.to_owned(), place, pattern, excludes, matcher })
    }

    /// Whether it matches a file of this name, below the project's folder.
    pub(crate) fn matches(&self, name: &Path) -> bool {
        self.matcher.is_match(name)
    }

    /// Its pattern, when that is the plain name of a file or a folder.
    pub(crate) fn plain_name(&self) -> Option<&str> {
        (!self.pattern.contains(['*', '?', '[', '{', '\\'])).then_some(&self.pattern)
    }
}

/// The globs of a project.
#[derive(Clone, Debug)]
pub(crate) struct Globs {
    /// `None`: every document.
    wanted: Option<GlobSet>,
    excluded: GlobSet,
    /// The folders below which `wanted` may find something; `None` where the globs do not show it.
    folders: Option<GlobSet>,
    /// The globs that exclude everything below a folder.
    closed: GlobSet,
    written: Arc<[WrittenGlob]>,
}

impl Globs {
    /// The globs of a list. `None` where the whole of them is too large.
    pub(crate) fn of(written: Vec<WrittenGlob>) -> Option<Globs> {
        let of = |excludes: bool| written.iter().filter(move |one| one.excludes == excludes).map(|one| &*one.pattern);
        let above: Vec<String> = of(false).flat_map(folders).collect();
        let takes_all = of(false).next().is_none() && of(true).next().is_some();
        Some(Globs {
            wanted: if takes_all { None } else { Some(set(of(false))?) },
            excluded: set(of(true))?,
            folders: if takes_all { None } else { set(above.iter().map(String::as_str)) },
            closed: set(of(true).filter(|pattern| *pattern == "**" || pattern.ends_with("/**")))?,
            written: written.into(),
        })
    }

    /// Whether the walk takes a file of this name, below the project's folder.
    pub(crate) fn find(&self, name: &Path) -> bool {
        self.wanted.as_ref().is_none_or(|wanted| wanted.is_match(name)) && !self.excluded.is_match(name)
    }

    /// Whether there may be such a file below this folder.
    pub(crate) fn may_find_below(&self, folder: &Path) -> bool {
        let is_closed = self.closed.is_match(folder.join("any"));
        !is_closed && self.folders.as_ref().is_none_or(|folders| folders.is_match(folder))
    }

    /// The globs as they are written.
    pub(crate) fn written(&self) -> &[WrittenGlob] {
        &self.written
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
fn glob(pattern: &str) -> Option<globset::Glob> {
    GlobBuilder::new(pattern).literal_separator(true).build().ok()
}

fn set<'p>(patterns: impl Iterator<Item = &'p str>) -> Option<GlobSet> {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        set.add(glob(pattern)?);
    }
    set.build().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn globs(texts: &[&str]) -> Globs {
        let place = Place::new("ringform.yaml".into(), 1, 1);
        Globs::of(texts.iter().map(|text| WrittenGlob::read(text, place.clone()).unwrap()).collect()).unwrap()
    }

    #[test]
    fn an_exclusion_counts_wherever_it_is_in_the_list() {
        let rows: [(&[&str], &str, bool); 14] = [
            (&["**", "!clients/b.yaml"], "clients/b.yaml", false),
            (&["!clients/b.yaml", "**"], "clients/b.yaml", false),
            (&["!clients/b.yaml", "**"], "clients/a.yaml", true),
            (&["!clients/b.yaml"], "clients/a.yaml", true),
            (&["!clients/b.yaml"], "clients/b.yaml", false),
            (&["clients/**", "!**/draft-*"], "clients/x/draft-1.yaml", false),
            (&["clients/**", "!**/draft-*"], "other/a.yaml", false),
            (&["!archive/"], "archive/deep/a.yaml", false),
            (&["!archive/"], "archive.yaml", true),
            (&["!./archive/**"], "archive/a.yaml", false),
            (&["./clients/"], "clients/deep/a.yaml", true),
            (&["\\!odd.yaml"], "!odd.yaml", true),
            (&["[!a]*.yaml"], "b.yaml", true),
            (&[], "a.yaml", false),
        ];
        for (texts, name, expected) in rows {
            assert_eq!(globs(texts).find(Path::new(name)), expected, "{texts:?} {name}");
        }
    }

    #[test]
    fn what_is_not_a_glob_is_refused_with_the_next_step() {
        for (text, help) in [
            ("!", "behind `!`"),
            ("!  ", "behind `!`"),
            ("!!a", "one `!`"),
            ("! a", "remove the blank"),
            (" a", "a pattern"),
            ("[", "a pattern"),
            ("![", "a pattern"),
        ] {
            let error = WrittenGlob::read(text, Place::new("ringform.yaml".into(), 1, 1)).unwrap_err();
            assert!(error.contains(help), "{text:?}: {error}");
        }
    }

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
            // What is excluded whole is closed; what is excluded in part is not.
            ("!vendor/**", "vendor", false),
            ("!vendor/**", "vendor/a", false),
            ("!vendor/**", "other", true),
            ("!vendor/", "vendor", false),
            ("!vendor/*.yaml", "vendor", true),
            ("!**", "any", false),
        ];
        for (glob, folder, expected) in rows {
            assert_eq!(globs(&[glob]).may_find_below(Path::new(folder)), expected, "{glob} {folder}");
        }
        assert!(!globs(&[]).may_find_below(Path::new("any")));
        assert!(!globs(&["**", "!a/**"]).may_find_below(Path::new("a")));
        assert!(globs(&["**", "!a/**"]).may_find_below(Path::new("b")));
    }
}
