//! A floor file, from its path to rules.
//!
//! Owns the rule that a project cannot choose its own floor: neither the file nor a link on the way to it may be inside
//! of the project. Nothing of the file is ever shown.

use std::fs;
use std::path::Path;

use crate::config::sections::floor;
use crate::config::text::read_text;
use crate::config::yaml::{self, Problems};
use crate::files::cross_links;
use crate::model::{Diagnostic, Floor, Untrusted};

/// Reads a floor. `shown` is the path as people wrote it, `root` the folder of the project where there is one.
pub fn load_floor(path: &Path, shown: &str, root: Option<&Path>) -> Result<Floor, Vec<Diagnostic>> {
    let name = Untrusted::from(shown);
    if let Some(root) = root.map(|root| fs::canonicalize(root).unwrap_or_else(|_| root.to_owned()))
        && leads_through(path, &root)
    {
        let summary = format!("the floor {shown} is inside of the project, which could change it");
        let help = "name a file outside of the project that a change of the project cannot reach";
        return Err(vec![Diagnostic::error("bad-floor", None, summary).help(help.to_owned())]);
    }
    let text = match read_text(path, &name) {
        Ok(text) => text,
        Err(error) => return Err(vec![Diagnostic { line: None, ..*error }]),
    };
    // As with a project file, no line of it is shown.
    let mut problems = Problems::of_project(name, &text);
    let documents = yaml::read(&text, &mut problems);
    let floor = floor::read(&documents, &mut problems);
    if problems.errors() > 0 {
        return Err(problems.into_list());
    }
    // A file without rules is more often a failed copy than a choice.
    if floor == Floor::default() {
        let error = Diagnostic::error("bad-floor", None, format!("the floor {shown} holds no rule"));
        return Err(vec![error.help("write guards, limits, max_waiver, never_waived or ledger".to_owned())]);
    }
    Ok(floor)
}

/// Whether the file at a path, or a link on the way to it, is inside of a folder without links.
fn leads_through(path: &Path, root: &Path) -> bool {
    let mut is_inside = false;
    let real = cross_links(path, &mut |link, _| is_inside |= link.starts_with(root));
    // Where a circle of links leads is not known, so it counts as inside.
    is_inside || real.is_none_or(|real| real.starts_with(root))
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_path_is_inside_where_its_file_or_a_link_on_the_way_is() {
        let folder = tempfile::tempdir().unwrap();
        let top = fs::canonicalize(folder.path()).unwrap();
        let root = top.join("project");
        fs::create_dir_all(root.join("sub")).unwrap();
        fs::create_dir(top.join("out")).unwrap();
        for file in ["project/floor.yaml", "out/floor.yaml", "project-2.yaml"] {
            fs::write(top.join(file), "").unwrap();
        }
        for (link, target) in [
            ("project/to-file", "../out/floor.yaml"),
            ("project/to-folder", "../out"),
            ("out/to-inside", "../project/floor.yaml"),
            ("out/to-link", "../project/to-file"),
            ("out/to-own", "floor.yaml"),
            ("out/project", "../project"),
            ("out/circle", "circle"),
        ] {
            symlink(target, top.join(link)).unwrap();
        }
        for (path, inside) in [
            ("out/floor.yaml", false),
            ("out/to-own", false),
            ("project-2.yaml", false),
            ("project/../out/floor.yaml", false),
            ("out/nosuch.yaml", false),
            ("project/floor.yaml", true),
            ("project/nosuch.yaml", true),
            ("out/../project/floor.yaml", true),
            ("project/to-file", true),
            ("project/to-folder/floor.yaml", true),
            ("out/to-inside", true),
            ("out/to-link", true),
            ("out/project/floor.yaml", true),
            ("out/circle", true),
        ] {
            assert_eq!(leads_through(&top.join(path), &root), inside, "{path}");
        }
    }
}
