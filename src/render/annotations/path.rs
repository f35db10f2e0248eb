//! Paths as CI systems want them: from the top of the repository, with `/`.
//!
//! Owns the joining of the project's folder with a file of the plan. Outside of a repository the path stays relative to
//! the project. It reads no disk.

use crate::model::Untrusted;
use crate::plan::Plan;

/// The path of a file that the plan names, from the top of the repository.
pub(crate) fn path(plan: &Plan, file: &Untrusted) -> Untrusted {
    let folder = plan.revision.as_ref().map_or("", |revision| revision.folder.raw());
    let file = match file.raw() {
        absolute if absolute.starts_with('/') => return file.clone(),
        relative => relative,
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(file.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/").into()
}

#[cfg(test)]
mod tests {
    use super::path;
    use crate::model::Revision;
    use crate::plan::Plan;

    #[test]
    fn paths_begin_at_the_top_of_the_repository() {
        let at = |folder: &str| {
            let revision = Revision { commit: "c".into(), dirty: false, folder: folder.into() };
            Plan { revision: Some(revision), ..Plan::default() }
        };
        for (folder, file, expected) in [
            ("", "clients/acme.yaml", "clients/acme.yaml"),
            ("infra/pbx/", "clients/acme.yaml", "infra/pbx/clients/acme.yaml"),
            ("infra/pbx/", "./clients//acme.yaml", "infra/pbx/clients/acme.yaml"),
            ("infra/pbx/", "../shared/acme.yaml", "infra/shared/acme.yaml"),
            ("", "../acme.yaml", "../acme.yaml"),
            ("infra/", "/elsewhere/acme.yaml", "/elsewhere/acme.yaml"),
        ] {
            assert_eq!(path(&at(folder), &file.into()).raw(), expected, "{folder} {file}");
        }
        assert_eq!(path(&Plan::default(), &"clients/acme.yaml".into()).raw(), "clients/acme.yaml");
    }
}
