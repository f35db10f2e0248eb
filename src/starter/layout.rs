//! Where the files of `init` go, and which it writes for a choice.
//!
//! Owns the place of a project in its repository, and the problems of a choice that shows before anything is written.

use std::path::{Path, PathBuf};

use ringform::model::Advice;

use crate::cli::Pipeline;
use crate::starter::branch::{can_be_named, default_branch};
use crate::starter::choices::InitChoices;
use crate::starter::examples::{self, StarterFile, StarterFolders, is_plain};
use crate::starter::folder::{is_project, resolved};
use crate::starter::write::existing;
use crate::terminal::files::{escaped, shown};

/// The folder of a project that may not exist yet.
#[derive(Debug)]
pub(crate) struct ProjectPlace {
    /// The folder, without links.
    pub project: PathBuf,
    /// The top of the repository; without a repository, the folder itself.
    pub repository: PathBuf,
    /// Whether the folder holds a project file.
    pub had_project: bool,
}

/// What `init` writes for a choice.
#[derive(Debug)]
pub(crate) struct StarterLayout {
    /// The files, in the order in which they are named.
    pub files: Vec<StarterFile>,
    /// What the user should know about them.
    pub notes: Vec<&'static str>,
}

const NO_BRANCH: &str =
    "note: git names no branch here, so the workflows name `main`; change it where your branch has another name";

impl ProjectPlace {
    /// The place of this folder.
    pub(crate) fn find(folder: &Path) -> anyhow::Result<ProjectPlace> {
        let project = resolved(folder)?;
        let repository = project.ancestors().find(|above| above.join(".git").exists()).unwrap_or(&project).to_owned();
        let had_project = is_project(&project);
        Ok(ProjectPlace { project, repository, had_project })
    }

    /// Whether the folder is in a git work tree.
    pub(crate) fn has_repository(&self) -> bool {
        self.repository.join(".git").exists()
    }

    /// The files for these choices.
    pub(crate) fn layout(&self, choices: &InitChoices) -> anyhow::Result<StarterLayout> {
        let within = self.within(&choices.pipelines)?;
        let branch = self.branch(&choices.pipelines)?;
        let is_unknown = branch.is_none() && choices.pipelines.contains(&Pipeline::Github);
        let folders = StarterFolders {
            project: &self.project,
            repository: &self.repository,
            within: &within,
            branch: branch.as_deref(),
        };
        let mut files = match (choices.demo, self.writes_project(choices)) {
            (true, _) => examples::demo(&folders),
            (false, true) => examples::project(&folders, choices),
            (false, false) => Vec::new(),
        };
        files.extend(choices.pipelines.iter().flat_map(|pipeline| examples::pipeline(*pipeline, &folders)));
        Ok(StarterLayout { files, notes: if is_unknown { vec![NO_BRANCH] } else { Vec::new() } })
    }

    /// Whether these choices make a new project. One that exists already gets the pipelines, and the line of the ledger.
    pub(crate) fn writes_project(&self, choices: &InitChoices) -> bool {
        let only_pipelines = !choices.pipelines.is_empty() && !choices.changes_project();
        !(choices.demo || self.had_project && only_pipelines)
    }

    /// The project's folder in the repository, with `/`, as pipelines name it.
    fn within(&self, pipelines: &[Pipeline]) -> anyhow::Result<String> {
        let within = self.project.strip_prefix(&self.repository).unwrap_or(Path::new(""));
        let within = within.to_str().map(|text| text.replace('\\', "/"));
        match within.filter(|within| is_plain(within)) {
            Some(within) => Ok(within),
            None if pipelines.is_empty() => Ok(String::new()),
            None => {
                let what = format!("a pipeline cannot name the folder {} without quotes", escaped(&self.project));
                Err(Advice::new(what, "use letters, digits, `-`, `_` and `.` for its name").into())
            }
        }
    }

    /// The branch for workflows that name one. The pipelines other than those of GitHub name none.
    fn branch(&self, pipelines: &[Pipeline]) -> anyhow::Result<Option<String>> {
        if !pipelines.contains(&Pipeline::Github) {
            return Ok(None);
        }
        let branch = default_branch(&self.repository);
        if let Some(branch) = branch.as_deref().filter(|branch| !can_be_named(branch)) {
            let branch = escaped(Path::new(branch));
            return Err(Advice::new(format!("a workflow cannot name the branch {branch}"), "rename the branch").into());
        }
        Ok(branch)
    }
}

impl StarterLayout {
    /// The text of ringform.yaml; empty where none is written.
    pub(crate) fn project_text(&self) -> &str {
        let file = self.files.iter().find(|file| file.path.ends_with("ringform.yaml"));
        file.map_or("", |file| file.text.as_str())
    }

    /// The paths that exist already where a file or one of its folders has to be.
    pub(crate) fn existing(&self) -> Vec<PathBuf> {
        existing(&self.files)
    }

    /// What already exists and so stops `init`, line by line with the next step; `None` where nothing does.
    pub(crate) fn refusal(&self, place: &ProjectPlace, choices: &InitChoices) -> Option<Vec<String>> {
        let existing = self.existing();
        let holds_project = place.had_project && choices.demo;
        if existing.is_empty() && !holds_project {
            return None;
        }
        let mut lines: Vec<String> =
            existing.iter().map(|path| format!("error: {} already exists", shown(path))).collect();
        if existing.is_empty() {
            lines.push(format!("error: {} holds a project already", escaped(&place.project)));
        }
        let help = match (choices.demo, place.had_project, choices.pipelines.is_empty()) {
            (true, true, _) => "run `ringform init --demo` in an empty folder",
            (false, true, _) if choices.imports() => {
                "the folder holds a project; `ringform import` adds clients to it, and `ringform init --ci WHERE` a \
                 pipeline"
            }
            (false, true, true) => "the folder holds a project; `ringform init --ci WHERE` adds a pipeline to it",
            (_, _, _) => "move it away, or run init in an empty folder and copy what you need",
        };
        lines.push(format!("  help: {help}. Nothing was written."));
        Some(lines)
    }
}
