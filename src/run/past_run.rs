//! The past run that an undo takes back: found by its name, or read from a file.
//!
//! Owns every check between a report and what it says: whole, of apply, of this project and of this endpoint.

use std::path::Path;

use crate::config::Project;
use crate::files::read_stream;
use crate::ledger::layout::is_run;
use crate::model::{Diagnostic, Untrusted, io_cause};
use crate::plan::undo::PastRun;
use crate::plan::{DocumentKind, Plan, document};
use crate::run::preflight::EndpointChoice;
use crate::run::saved_plan::is_same_folder;
use crate::run::{Environment, PastRunName, RunRequest};

const NAME_REPORT: &str = "name a report that `apply --format json=FILE` wrote";

/// What the past run changed. `now` is the report so far of this run, with its commit.
pub(super) fn find(
    name: &PastRunName,
    project: &Project,
    now: &Plan,
    request: &RunRequest,
    env: &Environment,
) -> Result<PastRun, Vec<Diagnostic>> {
    let endpoint = EndpointChoice::new(&request.connection, env).target(project)?.label();
    let report = match name {
        PastRunName::File(file) => of_file(file, env),
        PastRunName::Run(run) => Err(error(format!("no report of run {run} was found"), NAME_REPORT)),
    };
    let report = report.map_err(|problem| vec![problem])?;
    check(&report, now, &endpoint).map_err(|problem| vec![problem])?;
    Ok(PastRun::of_report(&report))
}

/// Reads the report of a file.
fn of_file(file: &Path, env: &Environment) -> Result<Plan, Diagnostic> {
    let name = file.to_string_lossy();
    let bytes = read_stream(&env.folder.join(file))
        .map_err(|why| error(format!("cannot read {name}: {}", io_cause(&why)), NAME_REPORT))?;
    let report = document::load(&bytes).map_err(|why| error(format!("{name}: {}", why.what), NAME_REPORT))?;
    if report.kind != DocumentKind::Report {
        let what = format!("{name} is {} and not the report of an apply", report.kind.about());
        return Err(error(what, NAME_REPORT));
    }
    match is_run(&report.run.id) {
        true => Ok(report),
        false => Err(error(format!("{name} does not name its run by letters, digits and `-`"), NAME_REPORT)),
    }
}

/// Checks that a report is of this project and of this endpoint.
fn check(report: &Plan, now: &Plan, endpoint: &Untrusted) -> Result<(), Diagnostic> {
    let run = &report.run.id;
    if report.project != now.project || !is_same_folder(report.revision.as_ref(), now.revision.as_ref()) {
        let what = format!("run {run} was of another project, {}", report.project.raw());
        return Err(error(what, "run undo in the folder of that project"));
    }
    if report.endpoint != *endpoint {
        let what = format!("run {run} was at {}, and this project is at {}", report.endpoint.raw(), endpoint.raw());
        return Err(error(what, "its values belong to the clients of that endpoint: undo it there"));
    }
    Ok(())
}

fn error(what: String, help: &str) -> Diagnostic {
    Diagnostic::error("undo", None, what).help(help.to_owned())
}
