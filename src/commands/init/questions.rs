//! The wizard of `init`: performs its steps at the terminal and at the API.

use ringform::run::{self, Environment, ExitStatus};

use crate::cli::{self, LogArgs};
use crate::commands::init::before_writing;
use crate::starter::wizard::{Wizard, WizardFacts, WizardStep};
use crate::starter::{InitChoices, KNOWN_ENDPOINTS, ProjectPlace};
use crate::terminal::prompt::{self, TypedLine};
use crate::terminal::{files, output};

/// Asks until the choices are complete; a status where it ends without them. It writes no file.
pub(super) async fn ask(
    place: &ProjectPlace,
    env: &Environment,
    log: &LogArgs,
) -> anyhow::Result<Result<InitChoices, ExitStatus>> {
    let variables = run::credential_variables(env);
    // Neither the endpoint nor a guard changes what the credentials or a list come to.
    let example = before_writing::unwritten(place, &InitChoices::default())?;
    let home = env.variables.get("HOME").map(Into::into);
    let facts = WizardFacts { endpoints: endpoints(env), variables: variables.clone(), home };
    let (mut wizard, mut step) = Wizard::begin(facts);
    loop {
        step = match step {
            WizardStep::Ask(question) => {
                output::note(&question.above);
                match prompt::ask(question.prompt, &env.shutdown).await? {
                    TypedLine::Text(line) => wizard.answer(&line),
                    // A line that no question takes.
                    TypedLine::NotUtf8 => wizard.answer("\u{fffd}"),
                    TypedLine::End => return Ok(Err(ended("the input ended", ExitStatus::Error))),
                    TypedLine::Interrupted => return Ok(Err(ended("interrupted", ExitStatus::Interrupted))),
                }
            }
            WizardStep::CheckCredentials(endpoint) => {
                output::note(&format!("\nCredentials: {} of the environment.", variables.join(" and ")));
                let verdict = before_writing::check_credentials(&example, Some(&endpoint), env, log).await?;
                if env.shutdown.is_stopped() {
                    return Ok(Err(ended("interrupted", ExitStatus::Interrupted)));
                }
                wizard.credentials_checked(verdict)
            }
            WizardStep::CheckClients(file) => {
                let checked = before_writing::check_list(&example, &file, env, log);
                wizard.clients_checked(checked.map(|found| output::note(&format!("  {found}"))))
            }
            WizardStep::CheckFiles(choices) => wizard.files_checked(lines(place, &choices)),
            WizardStep::Write(choices) => return Ok(Ok(*choices)),
            WizardStep::Stop(why) => return Ok(Err(ended(why, ExitStatus::Error))),
        }
    }
}

fn ended(why: &str, status: ExitStatus) -> ExitStatus {
    output::note(&format!("{why}: nothing was written"));
    status
}

/// The endpoints to offer: that of the environment comes first.
fn endpoints(env: &Environment) -> Vec<String> {
    let of_environment = env.variables.get("RINGFORM_ENDPOINT").and_then(|text| cli::endpoint(&text).ok());
    let known = KNOWN_ENDPOINTS.iter().map(|known| (*known).to_owned());
    let mut endpoints: Vec<String> = of_environment.iter().cloned().collect();
    endpoints.extend(known.filter(|known| of_environment.as_ref() != Some(known)));
    endpoints
}

/// What these choices write, one line each, or why they cannot.
fn lines(place: &ProjectPlace, choices: &InitChoices) -> Result<Vec<String>, String> {
    let layout = place.layout(choices).map_err(|error| format!("{error:#}"))?;
    let existing: Vec<String> = layout.existing().iter().map(|path| files::shown(path)).collect();
    if !existing.is_empty() {
        return Err(format!("{} already exists; choose without that pipeline", existing.join(", ")));
    }
    let mut lines: Vec<String> = layout.files.iter().map(|file| files::shown(&file.path)).collect();
    if choices.imports() {
        let clients = files::shown(&place.project.join("clients"));
        lines.push(format!("{clients}/ (a document for each imported client)"));
    }
    lines.extend(layout.notes.iter().map(|note| (*note).to_owned()));
    Ok(lines)
}
