//! Outputs that would replace a file that a command reads, as far as names, flags and variables show it.
//!
//! Owns these checks and their words. The run itself compares outputs with the documents that it finds.

use std::path::{Path, PathBuf};

use ringform::config::{self, OutputClash, ProjectInput};
use ringform::files::FileIdentity;
use ringform::model::{Advice, io_cause};
use ringform::render::Format;
use ringform::run::{self, GitEnvironment};

use crate::cli::CompareArgs;
use crate::terminal::files::{escaped, shown};
use crate::terminal::target::OutputTarget;

/// Folders in which only a program writes, and what they hold.
const OWN_FOLDERS: [(&str, &str); 2] = [(".git", "the repository of git"), (".ringform", "the state of ringform")];

/// A file that a command reads.
#[derive(Clone, Debug)]
pub(crate) struct InputFile<'a> {
    path: &'a Path,
    /// The words for it.
    named: &'static str,
    /// Whether the report of this run may replace it.
    is_last_report: bool,
}

impl<'a> InputFile<'a> {
    /// The file of an argument.
    pub(crate) fn of(path: Option<&'a PathBuf>, named: &'static str) -> Option<InputFile<'a>> {
        Some(InputFile { path: path?, named, is_last_report: false })
    }

    /// The files that plan, apply and drift have in common: the rules of --floor and the certificates of --ca-file.
    pub(crate) fn of_compare(args: &'a CompareArgs) -> [Option<InputFile<'a>>; 2] {
        let certificates = InputFile::of(args.connect.ca_file.as_ref(), "the file of --ca-file");
        [InputFile::floor(args.floor.floor.as_ref()), certificates]
    }

    /// The rules of --floor.
    pub(crate) fn floor(path: Option<&'a PathBuf>) -> Option<InputFile<'a>> {
        InputFile::of(path, "the file of --floor")
    }

    /// The last report of drift.
    pub(crate) fn last_report(path: Option<&'a PathBuf>) -> Option<InputFile<'a>> {
        let file = InputFile::of(path, "the file of --since, which only --format json may replace")?;
        Some(InputFile { is_last_report: true, ..file })
    }
}

/// A file that a command writes; without a format it is the file of a flag.
pub(crate) type OutputFile<'a> = (Option<Format>, &'a Path);

/// An output that would replace an input is wrong usage.
pub(crate) fn check<'a>(
    outputs: impl Iterator<Item = OutputFile<'a>>,
    inputs: &[Option<InputFile<'_>>],
) -> anyhow::Result<()> {
    let variables = run::CREDENTIAL_FILES
        .into_iter()
        .chain([run::FLOOR_FILE])
        .filter_map(|name| Some((name, PathBuf::from(std::env::var_os(name)?))));
    let variables: Vec<(&str, PathBuf)> = variables.collect();
    for (format, file) in outputs {
        // A device or a pipe is never replaced, and what cannot be followed is an error of its own.
        let Some(output) = FileIdentity::of(file) else { continue };
        if let Some(what) = by_name(output.real()) {
            return Err(error(file, &what));
        }
        let is = |path: &Path| FileIdentity::of(path).is_some_and(|input| output.is(&input));
        let may_replace = |input: &&InputFile<'_>| input.is_last_report && format == Some(Format::Json);
        if let Some(input) = inputs.iter().flatten().filter(|input| !may_replace(input)).find(|input| is(input.path)) {
            return Err(error(file, input.named));
        }
        if let Some((name, _)) = variables.iter().find(|(_, path)| is(path)) {
            return Err(error(file, &format!("the file that {name} names")));
        }
    }
    Ok(())
}

/// A folder of outputs must be one that can be made and written, and not one in which only a program writes.
pub(crate) fn check_folder(folder: &Path) -> anyhow::Result<()> {
    let whole = std::path::absolute(folder)?;
    // The folders that do not exist yet are made below the last one that exists.
    let found = whole.ancestors().find_map(|above| Some((above.canonicalize().ok()?, whole.strip_prefix(above).ok()?)));
    let (above, below) = found.unwrap_or((PathBuf::new(), &whole));
    if let Some(what) = own_folder(&above.join(below)) {
        let what = format!("{} is {what}", shown(folder));
        return Err(Advice::new(what, "name another folder with --out").into());
    }
    let checked = OutputTarget::Replaced(above.join("file")).check();
    checked.map_err(|error| {
        let what = format!("cannot write into {}: {}", shown(folder), io_cause(&error));
        Advice::new(what, "name another folder with --out").into()
    })
}

/// The error for an output that the run found among its files.
pub(crate) fn clash(clash: &OutputClash) -> anyhow::Error {
    error(&clash.output, named(clash.input, "this project").as_str())
}

/// The words for a file of a project.
fn named(input: ProjectInput, project: &str) -> String {
    match input {
        ProjectInput::ProjectFile => "the project file".to_owned(),
        ProjectInput::Document => format!("a client document of {project}"),
        ProjectInput::Seed => "the seed of the simulator".to_owned(),
        ProjectInput::GuardTest => format!("a file of guard tests of {project}"),
        ProjectInput::Helper => "a file that the command of a credential names".to_owned(),
    }
}

/// What a file is by its place and name alone.
fn by_name(real: &Path) -> Option<String> {
    if let Some(what) = own_folder(real) {
        return Some(what);
    }
    if config::is_project_file(real) {
        return Some("a project file".to_owned());
    }
    let (project, input) = config::project_of(real, &GitEnvironment::default())?;
    Some(named(input, &format!("the project {}", shown(&project))))
}

/// The words for a path in one of [`OWN_FOLDERS`].
fn own_folder(real: &Path) -> Option<String> {
    let (folder, holds) = OWN_FOLDERS.iter().find(|(folder, _)| real.iter().any(|part| part == *folder))?;
    Some(format!("inside of {folder}, {holds}"))
}

fn error(file: &Path, what: &str) -> anyhow::Error {
    Advice::new(format!("{} is {what}", escaped(file)), "name another file for this output").into()
}
