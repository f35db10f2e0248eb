//! `ringform init`: writes a starter project and pipelines. It asks nothing, so it works in a pipe too.

use std::path::{Path, PathBuf};

use ringform::model::Advice;
use ringform::run::ExitStatus;

use crate::cli::{InitArgs, LogArgs, Pipeline};
use crate::starter::{self, StarterFolders};
use crate::terminal::{files, output};

/// Runs the command.
pub(crate) fn run(args: &InitArgs, log: &LogArgs) -> anyhow::Result<ExitStatus> {
    let folder = args.folder.clone().unwrap_or_else(|| PathBuf::from("."));
    let project = starter::resolved(&folder)?;
    let repository = project.ancestors().find(|above| above.join(".git").exists()).unwrap_or(&project);
    let within = project.strip_prefix(repository).unwrap_or(Path::new("")).to_str().map(|text| text.replace('\\', "/"));
    let within = match within.filter(|within| starter::is_plain(within)) {
        Some(within) => within,
        None if args.ci.is_empty() => String::new(),
        None => {
            let what = format!("a pipeline cannot name the folder {} without quotes", files::shown(&project));
            return Err(Advice::new(what, "use letters, digits, `-`, `_` and `.` for its name").into());
        }
    };
    let folders = StarterFolders { project: &project, repository, within: &within };
    let had_project = starter::is_project(&project);
    // A project that exists already gets only the pipelines.
    let mut all = if had_project && !args.ci.is_empty() { Vec::new() } else { starter::project(&folders) };
    let mut pipelines: Vec<Pipeline> = Vec::new();
    for pipeline in &args.ci {
        if !pipelines.contains(pipeline) {
            pipelines.push(*pipeline);
            all.extend(starter::pipeline(*pipeline, &folders));
        }
    }
    let existing = starter::existing(&all);
    if !existing.is_empty() {
        return Ok(refuse(&existing, had_project && args.ci.is_empty()));
    }
    starter::write_all(&all)?;
    output::print_text(&all.iter().map(|file| format!("{}\n", files::shown(&file.path))).collect::<String>())?;
    if !log.quiet {
        if let Some(outer) = project.ancestors().skip(1).find(|above| above.join("ringform.yaml").exists()) {
            let outer = files::escaped(outer);
            output::note(&format!("note: the project in {outer} no longer reads the documents in this folder"));
        }
        starter::next_steps(had_project, &pipelines).iter().for_each(|line| output::note(line));
    }
    Ok(ExitStatus::Done)
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
