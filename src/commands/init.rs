//! `ringform init`: writes a starter project, and pipelines that were asked for.
//!
//! It asks nothing, so it works the same on a terminal and in a pipe. What stands there already is never touched: everything in the
//! way is named at once, and then nothing is written.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::cli::{Init, Pipeline, Talk};
use crate::commands::starter::{self, File, Ground};
use crate::commands::{Exit, files, output};

/// Runs the command.
pub(crate) fn run(args: &Init, talk: &Talk) -> anyhow::Result<Exit> {
    let folder = args.folder.clone().unwrap_or_else(|| PathBuf::from("."));
    let project = resolved(&folder)?;
    let repository = project.ancestors().find(|above| above.join(".git").exists()).unwrap_or(&project);
    let within = project.strip_prefix(repository).unwrap_or(Path::new("")).to_str().map(|text| text.replace('\\', "/"));
    let within = match within.filter(|within| starter::is_plain(within)) {
        Some(within) => within,
        None if args.ci.is_empty() => String::new(),
        None => bail!(
            "the folder {} has a name that cannot stand in a pipeline as it is; give it one of letters, digits, `-`, `_` and `.`",
            files::escaped(&project)
        ),
    };
    let ground = Ground { project: &project, repository, within: &within };
    // A project that stands already gets the pipeline alone.
    let known = is_project(&project);
    let mut files = if known && !args.ci.is_empty() { Vec::new() } else { starter::project(&ground) };
    let mut pipelines: Vec<Pipeline> = Vec::new();
    for pipeline in &args.ci {
        if !pipelines.contains(pipeline) {
            pipelines.push(*pipeline);
            files.extend(starter::pipeline(*pipeline, &ground));
        }
    }
    let in_the_way = in_the_way(&files);
    if !in_the_way.is_empty() {
        for path in &in_the_way {
            output::note(&format!("error: {} stands there already", shown(path)));
        }
        let help = match known && args.ci.is_empty() {
            true => "the folder holds a project; `ringform init --ci WHERE` adds a pipeline to it",
            false => "move it away, or run init in an empty folder and copy what you need",
        };
        output::note(&format!("  help: {help}. Nothing was written."));
        return Ok(Exit::Error);
    }
    write_all(&files)?;
    output::print(&files.iter().map(|file| format!("{}\n", shown(&file.path))).collect::<String>())?;
    if !talk.quiet {
        if let Some(outer) = project.ancestors().skip(1).find(|above| above.join("ringform.yaml").exists()) {
            output::note(&format!("note: the project in {} does not look in here any more", files::escaped(outer)));
        }
        for line in next_steps(known, &pipelines) {
            output::note(&line);
        }
    }
    Ok(Exit::Done)
}

/// The folder as it really lies, though it may not exist yet: a pipeline must know where it stands in its repository.
fn resolved(folder: &Path) -> anyhow::Result<PathBuf> {
    let absolute = std::path::absolute(folder).context("cannot tell which folder this is")?;
    let mut missing = Vec::new();
    let mut existing = absolute.as_path();
    loop {
        match fs::canonicalize(existing) {
            Ok(real) => {
                if !real.is_dir() {
                    bail!("{} is no folder", files::escaped(existing));
                }
                return Ok(missing.iter().rev().fold(real, |path: PathBuf, name| path.join(name)));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => match (existing.parent(), existing.file_name()) {
                (Some(parent), Some(name)) => {
                    missing.push(name.to_owned());
                    existing = parent;
                }
                (_, _) => bail!("{} has no folder that exists above it", files::escaped(folder)),
            },
            Err(error) => bail!("cannot look at {}: {error}", files::escaped(existing)),
        }
    }
}

fn is_project(folder: &Path) -> bool {
    let Ok(entries) = fs::read_dir(folder) else { return false };
    entries.flatten().any(|entry| {
        let name = entry.file_name();
        name.to_str().is_some_and(|name| name == "ringform.yaml" || name.ends_with(".ringform.yaml"))
    })
}

/// What stands where a file or one of its folders has to be. A link that leads nowhere stands there too.
fn in_the_way(files: &[File]) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = Vec::new();
    for file in files {
        let taken = fs::symlink_metadata(&file.path).is_ok().then_some(file.path.as_path());
        let no_folder = file.path.ancestors().skip(1).find(|above| fs::symlink_metadata(above).is_ok());
        for path in taken.into_iter().chain(no_folder.filter(|above| !above.is_dir())) {
            if !found.iter().any(|known| known == path) {
                found.push(path.to_owned());
            }
        }
    }
    found
}

/// Writes all of the files, or none.
fn write_all(files: &[File]) -> anyhow::Result<()> {
    for (at, file) in files.iter().enumerate() {
        if let Err(error) = write_new(file) {
            for written in files.iter().take(at) {
                // Nothing more can be done about one that stays.
                drop(fs::remove_file(&written.path));
            }
            return Err(error.context(format!("cannot write {}; nothing was written", shown(&file.path))));
        }
    }
    Ok(())
}

/// Writes a file whole, and only where there is none: one that came up since we looked stays as it is.
fn write_new(file: &File) -> anyhow::Result<()> {
    let folder = file.path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".ringform-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(if file.runs { 0o777 } else { 0o666 }));
    let mut out = builder.tempfile_in(folder)?;
    out.write_all(file.text.as_bytes())?;
    out.as_file().sync_all()?;
    out.persist_noclobber(&file.path).map_err(|error| error.error)?;
    Ok(())
}

/// A path for people: from the current folder where it lies below it.
fn shown(path: &Path) -> String {
    let here = std::env::current_dir().and_then(fs::canonicalize);
    files::escaped(here.ok().and_then(|here| path.strip_prefix(here).ok()).unwrap_or(path))
}

fn next_steps(known: bool, pipelines: &[Pipeline]) -> Vec<String> {
    let mut lines = vec![String::new(), "Next:".to_owned()];
    let mut line = |text: &str| lines.push(format!("  {text}"));
    if !known {
        line(
            "put App ID and App Secret into RINGFORM_APP_ID and RINGFORM_APP_SECRET; `ringform auth check` tries them",
        );
        line("edit clients/me.yaml, or remove it and write documents from live clients: `ringform import 12 13`");
        line("`ringform plan` shows what would change; nothing is sent before `ringform apply`");
    }
    for pipeline in pipelines {
        line(match pipeline {
            Pipeline::Github => {
                "GitHub: set RINGFORM_GIT in the workflows; put the secrets into the environments ringform-read and ringform-write"
            }
            Pipeline::Gitlab => {
                "GitLab: set RINGFORM_GIT in .gitlab-ci.yml; make the variables that its head names, and a schedule"
            }
            Pipeline::Cron => "cron: the head of each file in .deploy/cron says where it belongs on the machine",
            Pipeline::Kubernetes => {
                "Kubernetes: build the image and make the two secrets that the head of cronjob.yaml names"
            }
        });
    }
    match pipelines.is_empty() {
        true => line("`ringform init --ci github` (or gitlab, cron, kubernetes) adds a pipeline"),
        false => {
            line("once the live clients agree with git: `git tag ringform-applied && git push origin ringform-applied`")
        }
    }
    lines
}
