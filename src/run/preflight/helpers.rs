//! The files of the repository that the commands of credentials name.
//!
//! Owns which paths an argument vector can name, seen from the folder in which the command runs. `config` compares them
//! with the base.

use std::fs::Metadata;
use std::path::{Path, PathBuf};

use crate::config::{ChangedFile, Credential, Project};
use crate::model::{Diagnostic, Place, Untrusted};
use crate::run::Environment;
use crate::run::preflight::baseline::RunBase;

/// What separates a path from the rest of an argument, as in `--file=a.sh` and `sh -c "./a.sh; ./b.sh"`.
const SEPARATORS: &str = " \t\r\n=:,;|&<>()[]{}\"'`@$\\#%!";

impl RunBase {
    /// Errors about commands whose program or argument names a file of the repository that differs from the base: a
    /// change could run what it likes, and read the secret.
    pub(super) fn changed_helpers(&self, project: &Project, env: &Environment) -> Vec<Diagnostic> {
        let mut owners = Vec::new();
        let mut paths = Vec::new();
        for (name, credential) in &project.credentials {
            if let Credential::Command { argv } = credential {
                let named = named_paths(argv, &env.folder, env.variables.get("PATH").as_deref());
                owners.extend(named.iter().map(|_| name));
                paths.extend(named);
            }
        }
        if paths.is_empty() {
            return Vec::new();
        }
        let changed = match self.baseline.changed_files(project, &paths) {
            Ok(changed) => changed,
            Err(errors) => return errors,
        };
        let mut found: Vec<Diagnostic> = Vec::new();
        for (name, changed) in owners.into_iter().zip(changed).filter_map(|(name, one)| Some((name, one?))) {
            let ChangedFile { file, revision } = changed;
            let summary = format!(
                "{} differs from {revision}, and the command of the credentials `{name}` names it: nothing is sent",
                file.raw()
            );
            if found.iter().all(|one| one.summary.raw() != summary) {
                let place = Place::new(Untrusted::from(&*project.file), 1, 1);
                let help = "have the change of this file approved, then run with --trust-project".to_owned();
                found.push(Diagnostic::error("untrusted-project", place, summary).help(help));
            }
        }
        found
    }
}

/// The paths that the commands of all credentials can name.
pub(super) fn named_by_commands(project: &Project, env: &Environment) -> Vec<PathBuf> {
    let search = env.variables.get("PATH");
    let paths = |credential: &Credential| match credential {
        Credential::Command { argv } => named_paths(argv, &env.folder, search.as_deref()),
        Credential::App { .. } | Credential::Token { .. } => Vec::new(),
    };
    project.credentials.values().flat_map(paths).collect()
}

/// The paths that a command can name: its program, each argument, and each part of an argument.
fn named_paths(argv: &[String], folder: &Path, search: Option<&str>) -> Vec<PathBuf> {
    let Some((program, arguments)) = argv.split_first() else { return Vec::new() };
    let mut paths = match program.contains('/') {
        true => vec![folder.join(program)],
        false => searched(program, folder, search.unwrap_or_default()),
    };
    for argument in arguments {
        // In a script `.` is a command; as an argument of its own it is a folder.
        let parts = argument.split(|c| SEPARATORS.contains(c)).filter(|part| !matches!(*part, "." | ".."));
        // `-f./a.sh` names a file too.
        let behind_flag = argument.strip_prefix('-').and_then(|rest| rest.char_indices().nth(1)).map(|(at, _)| at + 1);
        let behind_flag = behind_flag.and_then(|at| argument.get(at..));
        let mut named: Vec<&str> = parts.chain(behind_flag).chain([argument.as_str()]).collect();
        named.retain(|text| !text.is_empty() && !text.contains('\0'));
        named.sort_unstable();
        named.dedup();
        paths.extend(named.into_iter().map(|text| folder.join(text)));
    }
    paths
}

/// Where the system looks for a program: every file of this name up to the first that can be run.
fn searched(program: &str, folder: &Path, search: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for part in search.split(if cfg!(windows) { ';' } else { ':' }) {
        let file = folder.join(part).join(program);
        let Ok(about) = file.metadata() else { continue };
        found.push(file);
        if about.is_file() && may_run(&about) {
            break;
        }
    }
    found
}

#[cfg(unix)]
fn may_run(about: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    about.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn may_run(_about: &Metadata) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn named(argv: &[&str]) -> Vec<String> {
        let argv: Vec<String> = argv.iter().map(|word| (*word).to_owned()).collect();
        let paths = named_paths(&argv, Path::new("/srv/pbx"), None);
        paths.into_iter().map(|path| path.display().to_string()).collect()
    }

    #[test]
    fn every_part_of_an_argument_can_name_a_file() {
        assert_eq!(named(&["./a.sh"]), ["/srv/pbx/./a.sh"]);
        assert_eq!(named(&["/bin/sh", "b.sh"]), ["/bin/sh", "/srv/pbx/b.sh"]);
        for argument in
            ["--file=t/c.sh", "-ft/c.sh", "cd x; t/c.sh", "@t/c.sh", "a:t/c.sh", "'t/c.sh'", "$(t/c.sh)", "t/c.sh\ny"]
        {
            let named = named(&["sh", argument]);
            assert!(named.contains(&"/srv/pbx/t/c.sh".to_owned()), "{argument}: {named:?}");
        }
        assert_eq!(named(&["sh", "-c", ". t/c.sh"]).iter().filter(|path| path.ends_with("/.")).count(), 0);
        assert_eq!(named(&["make", "."]), ["/srv/pbx/."]);
        assert_eq!(named(&["pass", "-"]), ["/srv/pbx/-"]);
        assert_eq!(named(&["pass", ""]), Vec::<String>::new());
        assert_eq!(named(&[]), Vec::<String>::new());
    }

    #[test]
    fn a_program_without_a_slash_is_looked_for_as_the_system_does() {
        let folder = tempfile::tempdir().unwrap();
        for (name, mode) in [("one", 0o644), ("two", 0o755), ("three", 0o755)] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
            let file = folder.path().join(name).join("helper");
            std::fs::write(&file, "").unwrap();
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
        }
        let found = searched("helper", folder.path(), "none:one:two:three");
        assert_eq!(found, [folder.path().join("one/helper"), folder.path().join("two/helper")]);
    }
}
