//! The starter project and the pipelines, as examples/ holds them.
//!
//! Owns which example goes where. Every text is a file under examples/, byte for byte. Only the folder of the project
//! and the branch are filled in, where they are not the top of the repository and `main`. `ledger` turns its line on.

use std::path::{Path, PathBuf};

use crate::cli::Pipeline;
use crate::starter::branch::put_branch;
use crate::starter::choices::InitChoices;
use crate::starter::project_text::project_text;

/// One file to write.
#[derive(Debug)]
pub(crate) struct StarterFile {
    /// Where.
    pub path: PathBuf,
    /// What.
    pub text: String,
    /// Whether it is a program.
    pub executable: bool,
}

/// An example, and where it goes.
struct Example {
    under: ExampleRoot,
    path: &'static str,
    text: &'static str,
}

/// What the path of an example is relative to.
#[derive(Clone, Copy, PartialEq)]
enum ExampleRoot {
    /// The project.
    Project,
    /// The top of the repository: GitHub and GitLab read no other folder.
    Repository,
}

/// The part of an example that names the project's folder in the repository, and the word after it that marks the
/// place.
const HERE: [(&str, &str); 2] = [
    (": . # the project's folder in the repository", ": "),
    ("/checkout/pbx # and the project's folder in the repository", "/checkout/pbx/"),
];

macro_rules! example {
    ($under:ident, $path:literal, $file:literal) => {
        Example { under: ExampleRoot::$under, path: $path, text: include_str!(concat!("../../examples/", $file)) }
    };
}

const PROJECT: &[Example] = &[
    example!(Project, "ringform.yaml", "starter/ringform.yaml"),
    example!(Project, "clients/me.yaml", "starter/clients/me.yaml"),
];

/// The project of `init --demo`: the quickstart, in which the simulator answers in place of the API.
const DEMO: &[Example] = &[
    example!(Project, "ringform.yaml", "quickstart/ringform.yaml"),
    example!(Project, "seed.json", "quickstart/seed.json"),
    example!(Project, "clients/acme.yaml", "quickstart/clients/acme.yaml"),
    example!(Project, "clients/offices.yaml", "quickstart/clients/offices.yaml"),
];

const GITHUB: &[Example] = &[
    example!(Repository, ".github/workflows/ringform-plan.yml", "ci/github/ringform-plan.yml"),
    example!(Repository, ".github/workflows/ringform-plan-fork.yml", "ci/github/ringform-plan-fork.yml"),
    example!(Repository, ".github/workflows/ringform-apply.yml", "ci/github/ringform-apply.yml"),
    example!(Repository, ".github/workflows/ringform-drift.yml", "ci/github/ringform-drift.yml"),
];

const GITLAB: &[Example] = &[
    example!(Repository, ".gitlab-ci.yml", "ci/gitlab/gitlab-ci.yml"),
    example!(Repository, ".gitlab/ringform-plan.yml", "ci/gitlab/ringform-plan.yml"),
    example!(Repository, ".gitlab/ringform-drift.yml", "ci/gitlab/ringform-drift.yml"),
];

// A hidden folder: whatever `documents` says, nothing in it is taken for a client document.
const CRON: &[Example] = &[
    example!(Project, ".deploy/cron/ringform-drift", "ci/cron/ringform-drift"),
    example!(Project, ".deploy/cron/ringform-drift.service", "ci/cron/ringform-drift.service"),
    example!(Project, ".deploy/cron/ringform-drift.timer", "ci/cron/ringform-drift.timer"),
    example!(Project, ".deploy/cron/ringform-close", "ci/cron/ringform-close"),
    example!(Project, ".deploy/cron/ringform-close.service", "ci/cron/ringform-close.service"),
    example!(Project, ".deploy/cron/ringform-close.timer", "ci/cron/ringform-close.timer"),
    example!(Project, ".deploy/cron/crontab", "ci/cron/crontab"),
];

const KUBERNETES: &[Example] = &[
    example!(Project, ".deploy/kubernetes/cronjob.yaml", "ci/kubernetes/cronjob.yaml"),
    example!(Project, ".deploy/kubernetes/ringform-close.yaml", "ci/kubernetes/ringform-close.yaml"),
];

/// The folders that examples go to.
#[derive(Debug)]
pub(super) struct StarterFolders<'a> {
    /// The project.
    pub project: &'a Path,
    /// The top of the repository; without a repository, the project itself.
    pub repository: &'a Path,
    /// The project's folder in the repository, with `/`; empty at its top.
    pub within: &'a str,
    /// The branch that pipelines work on, where it is known.
    pub branch: Option<&'a str>,
}

/// The files of the project itself. A project that imports clients has no example of one.
pub(super) fn project(folders: &StarterFolders<'_>, choices: &InitChoices) -> Vec<StarterFile> {
    let mut files = files(PROJECT, folders);
    files.truncate(if choices.imports() { 1 } else { files.len() });
    for file in files.iter_mut().take(1) {
        file.text = project_text(&file.text, choices);
    }
    files
}

/// The files of a project with a simulator.
pub(super) fn demo(folders: &StarterFolders<'_>) -> Vec<StarterFile> {
    let mut files = files(DEMO, folders);
    for file in &mut files {
        file.text = without_schema(&file.text).to_owned();
    }
    files
}

/// The text without the comment that names a schema: the path in it leads into the repository of ringform.
fn without_schema(text: &str) -> &str {
    match text.split_once('\n') {
        Some((first, rest)) if first.starts_with("# yaml-language-server:") => rest,
        _ => text,
    }
}

/// The files of a pipeline.
pub(super) fn pipeline(of: Pipeline, folders: &StarterFolders<'_>) -> Vec<StarterFile> {
    let examples = match of {
        Pipeline::Github => GITHUB,
        Pipeline::Gitlab => GITLAB,
        Pipeline::Cron => CRON,
        Pipeline::Kubernetes => KUBERNETES,
    };
    files(examples, folders)
}

fn files(examples: &[Example], folders: &StarterFolders<'_>) -> Vec<StarterFile> {
    let file = |example: &Example| {
        let root = match example.under {
            ExampleRoot::Project => folders.project,
            ExampleRoot::Repository => folders.repository,
        };
        let executable = example.text.starts_with("#!");
        let text = put_branch(&put_in(example.text, folders.within), folders.branch);
        StarterFile { path: root.join(example.path), text, executable }
    };
    examples.iter().map(file).collect()
}

fn put_in(text: &str, within: &str) -> String {
    if within.is_empty() {
        return text.to_owned();
    }
    HERE.iter().fold(text.to_owned(), |text, (marked, before)| text.replace(marked, &format!("{before}{within}")))
}

/// Whether a folder needs no quotes in a pipeline, neither in YAML nor in a shell.
pub(crate) fn is_plain(within: &str) -> bool {
    !within.starts_with('-') && within.chars().all(|c| c.is_alphanumeric() || "/._-".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> impl Iterator<Item = &'static Example> {
        [PROJECT, DEMO, GITHUB, GITLAB, CRON, KUBERNETES].into_iter().flatten()
    }

    #[test]
    fn at_the_top_of_a_repository_the_examples_are_written_as_they_are() {
        assert!(all().all(|example| put_in(example.text, "") == example.text));
    }

    #[test]
    fn every_pipeline_at_the_top_names_the_folder_of_the_project() {
        // The two files that .gitlab-ci.yml includes name no folder: it does.
        let included = |example: &&Example| example.path.starts_with(".gitlab/");
        for example in all().filter(|example| example.under == ExampleRoot::Repository && !included(example)) {
            let text = put_in(example.text, "infra/pbx");
            assert!(text.contains(": infra/pbx\n"), "{}", example.path);
            assert!(!text.contains("project's folder in the repository"), "{}", example.path);
        }
        for example in KUBERNETES {
            assert!(put_in(example.text, "infra/pbx").contains("workingDir: /checkout/pbx/infra/pbx\n"));
        }
    }

    #[test]
    fn a_folder_with_a_blank_or_a_quote_is_not_plain() {
        assert!(is_plain("infra/pbx-2_a.b") && is_plain("инфра") && is_plain(""));
        assert!(!is_plain("a b") && !is_plain("a\"b") && !is_plain("$HOME") && !is_plain("-x") && !is_plain("a\nb"));
    }
}
