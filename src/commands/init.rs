//! `ringform init`: writes a starter project and pipelines. It asks nothing, so it works in a pipe too.

use std::path::{Path, PathBuf};

use ringform::model::{Advice, Untrusted};
use ringform::render::escape;
use ringform::run::ExitStatus;

use crate::cli::{InitArgs, LogArgs, Pipeline};
use crate::starter::{self, StarterFolders};
use crate::terminal::{files, output};

/// Runs the command.
pub(crate) fn run(args: &InitArgs, log: &LogArgs) -> anyhow::Result<ExitStatus> {
    let folder = args.folder.clone().unwrap_or_else(|| PathBuf::from("."));
    let project = starter::resolved(&folder)?;
    let repository = project.ancestors().find(|above| above.join(".git").exists()).unwrap_or(&project);
    let within = within(&project, repository, &args.ci)?;
    let branch = branch(repository, args, log)?;
    let folders = StarterFolders { project: &project, repository, within: &within, branch: branch.as_deref() };
    let had_project = starter::is_project(&project);
    let mut pipelines: Vec<Pipeline> = Vec::new();
    for pipeline in &args.ci {
        if !pipelines.contains(pipeline) {
            pipelines.push(*pipeline);
        }
    }
    let mut all = match (args.demo, had_project && !args.ci.is_empty()) {
        (true, _) => starter::demo(&folders),
        // A project that exists already gets the pipelines, and the line of the ledger.
        (false, true) => Vec::new(),
        (false, false) => starter::project(&folders, &pipelines),
    };
    all.extend(pipelines.iter().flat_map(|pipeline| starter::pipeline(*pipeline, &folders)));
    let existing = starter::existing(&all);
    if !existing.is_empty() {
        return Ok(refuse(&existing, had_project && args.ci.is_empty() && !args.demo));
    }
    if args.demo && had_project {
        let what = format!("{} holds a project already", files::escaped(&project));
        return Err(Advice::new(what, "run `ringform init --demo` in an empty folder").into());
    }
    starter::write_all(&all)?;
    let ledger = starter::turn_on_ledger(&project, &pipelines)?;
    output::print_text(&all.iter().map(|file| format!("{}\n", files::shown(&file.path))).collect::<String>())?;
    if !log.quiet {
        if let Some(outer) = project.ancestors().skip(1).find(|above| above.join("ringform.yaml").exists()) {
            let outer = files::escaped(outer);
            output::note(&format!("note: the project in {outer} no longer reads the documents in this folder"));
        }
        let steps = match args.demo {
            true => starter::demo_steps(args.folder.as_deref().map(named).as_deref()),
            false => starter::next_steps(had_project, &pipelines, ledger),
        };
        steps.iter().for_each(|line| output::note(line));
    }
    Ok(ExitStatus::Done)
}

/// The project's folder in the repository, with `/`, as pipelines name it.
fn within(project: &Path, repository: &Path, pipelines: &[Pipeline]) -> anyhow::Result<String> {
    let within = project.strip_prefix(repository).unwrap_or(Path::new("")).to_str().map(|text| text.replace('\\', "/"));
    match within.filter(|within| starter::is_plain(within)) {
        Some(within) => Ok(within),
        None if pipelines.is_empty() => Ok(String::new()),
        None => {
            let what = format!("a pipeline cannot name the folder {} without quotes", files::escaped(project));
            Err(Advice::new(what, "use letters, digits, `-`, `_` and `.` for its name").into())
        }
    }
}

/// The branch for workflows that name one. The pipelines other than those of GitHub name none.
fn branch(repository: &Path, args: &InitArgs, log: &LogArgs) -> anyhow::Result<Option<String>> {
    if !args.ci.contains(&Pipeline::Github) {
        return Ok(None);
    }
    let branch = starter::default_branch(repository);
    match &branch {
        Some(branch) if !starter::can_be_named(branch) => {
            let branch = Untrusted::from(branch.as_str());
            let what = format!("a workflow cannot name the branch {}", escape::terminal(&branch));
            return Err(Advice::new(what, "rename the branch").into());
        }
        Some(_) => {}
        None if log.quiet => {}
        None => output::note(
            "note: git names no branch here, so the workflows name `main`; change it where your branch has another name",
        ),
    }
    Ok(branch)
}

/// The folder as a word for a shell, or a stand-in for one that needs quotes.
fn named(folder: &Path) -> String {
    let plain = folder.to_str().filter(|text| starter::is_plain(text) && !text.is_empty());
    plain.unwrap_or("DIR").to_owned()
}

/// Names the files that exist already.
fn refuse(existing: &[PathBuf], add_pipeline: bool) -> ExitStatus {
    for path in existing {
        output::note(&format!("error: {} already exists", files::shown(path)));
    }
    let help = match add_pipeline {
        true => "the folder holds a project; `ringform init --ci WHERE` adds a pipeline to it",
        false => "move it away, or run init in an empty folder and copy what you need",
    };
    output::note(&format!("  help: {help}. Nothing was written."));
    ExitStatus::Error
}
