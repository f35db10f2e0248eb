//! What `init` writes: the starter project and the pipelines.
//!
//! Owns which example lands where. The texts are the files under examples/, byte for byte, so what can be copied from there and
//! what `init` writes never differ; only the project's folder is put in where the repository holds it in a subfolder.

use std::path::{Path, PathBuf};

use crate::cli::Pipeline;

/// One file to write.
#[derive(Debug)]
pub(crate) struct File {
    /// Where.
    pub path: PathBuf,
    /// What.
    pub text: String,
    /// Whether it is a program.
    pub runs: bool,
}

/// An example, and where it lands.
struct Example {
    under: Under,
    path: &'static str,
    text: &'static str,
}

/// What the path of an example is relative to.
#[derive(Clone, Copy, PartialEq)]
enum Under {
    /// The project.
    Project,
    /// The top of the repository: GitHub and GitLab look nowhere else.
    Repository,
}

/// The part of an example that names the project's folder in the repository, and the word after it that marks the place.
const HERE: [(&str, &str); 2] = [
    (": . # the project's folder in the repository", ": "),
    ("/checkout/pbx # and the project's folder in the repository", "/checkout/pbx/"),
];

macro_rules! example {
    ($under:ident, $path:literal, $file:literal) => {
        Example { under: Under::$under, path: $path, text: include_str!(concat!("../../examples/", $file)) }
    };
}

const PROJECT: &[Example] = &[
    example!(Project, "ringform.yaml", "starter/ringform.yaml"),
    example!(Project, "clients/me.yaml", "starter/clients/me.yaml"),
];

const GITHUB: &[Example] = &[
    example!(Repository, ".github/workflows/ringform-plan.yml", "ci/github/ringform-plan.yml"),
    example!(Repository, ".github/workflows/ringform-apply.yml", "ci/github/ringform-apply.yml"),
    example!(Repository, ".github/workflows/ringform-drift.yml", "ci/github/ringform-drift.yml"),
];

const GITLAB: &[Example] = &[example!(Repository, ".gitlab-ci.yml", "ci/gitlab/gitlab-ci.yml")];

// A hidden folder: whatever `documents` says, nothing in it is taken for a client document.
const CRON: &[Example] = &[
    example!(Project, ".deploy/cron/ringform-drift", "ci/cron/ringform-drift"),
    example!(Project, ".deploy/cron/ringform-drift.service", "ci/cron/ringform-drift.service"),
    example!(Project, ".deploy/cron/ringform-drift.timer", "ci/cron/ringform-drift.timer"),
    example!(Project, ".deploy/cron/crontab", "ci/cron/crontab"),
];

const KUBERNETES: &[Example] = &[example!(Project, ".deploy/kubernetes/cronjob.yaml", "ci/kubernetes/cronjob.yaml")];

/// Where things are.
#[derive(Debug)]
pub(crate) struct Ground<'a> {
    /// The project.
    pub project: &'a Path,
    /// The top of the repository; the project itself where there is none.
    pub repository: &'a Path,
    /// The project's folder in the repository, with `/`; empty at its top.
    pub within: &'a str,
}

/// The files of the project itself.
pub(crate) fn project(ground: &Ground<'_>) -> Vec<File> {
    files(PROJECT, ground)
}

/// The files of a pipeline.
pub(crate) fn pipeline(of: Pipeline, ground: &Ground<'_>) -> Vec<File> {
    let examples = match of {
        Pipeline::Github => GITHUB,
        Pipeline::Gitlab => GITLAB,
        Pipeline::Cron => CRON,
        Pipeline::Kubernetes => KUBERNETES,
    };
    files(examples, ground)
}

fn files(examples: &[Example], ground: &Ground<'_>) -> Vec<File> {
    let file = |example: &Example| {
        let root = match example.under {
            Under::Project => ground.project,
            Under::Repository => ground.repository,
        };
        let runs = example.text.starts_with("#!");
        File { path: root.join(example.path), text: put_in(example.text, ground.within), runs }
    };
    examples.iter().map(file).collect()
}

fn put_in(text: &str, within: &str) -> String {
    if within.is_empty() {
        return text.to_owned();
    }
    HERE.iter().fold(text.to_owned(), |text, (marked, before)| text.replace(marked, &format!("{before}{within}")))
}

/// Whether a folder can stand in a pipeline as it is: plain in YAML and to every shell.
pub(crate) fn is_plain(within: &str) -> bool {
    !within.starts_with('-') && within.chars().all(|c| c.is_alphanumeric() || "/._-".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> impl Iterator<Item = &'static Example> {
        [PROJECT, GITHUB, GITLAB, CRON, KUBERNETES].into_iter().flatten()
    }

    #[test]
    fn at_the_top_of_a_repository_the_examples_are_written_as_they_are() {
        assert!(all().all(|example| put_in(example.text, "") == example.text));
    }

    #[test]
    fn every_pipeline_that_stands_at_the_top_says_where_the_project_is() {
        for example in all().filter(|example| example.under == Under::Repository) {
            let text = put_in(example.text, "infra/pbx");
            assert!(text.contains(": infra/pbx\n"), "{}", example.path);
            assert!(!text.contains("project's folder in the repository"), "{}", example.path);
        }
        assert!(put_in(KUBERNETES[0].text, "infra/pbx").contains("workingDir: /checkout/pbx/infra/pbx\n"));
    }

    #[test]
    fn a_folder_with_a_blank_or_a_quote_is_not_plain() {
        assert!(is_plain("infra/pbx-2_a.b") && is_plain("инфра") && is_plain(""));
        assert!(!is_plain("a b") && !is_plain("a\"b") && !is_plain("$HOME") && !is_plain("-x") && !is_plain("a\nb"));
    }
}
