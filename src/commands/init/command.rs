//! The straight line of `init`: choices, the files that exist, credentials, files, import, plan.
//!
//! It asks only where no flag says what to write and a person is at the terminal. It writes nothing before the last
//! check.

use std::path::{Path, PathBuf};

use ringform::model::Advice;
use ringform::run::{Environment, ExitStatus};

use crate::cli::{self, InitArgs, LogArgs};
use crate::commands::init::{before_writing, first_plan, questions};
use crate::starter::{self, InitChoices, ProjectKind, ProjectPlace, StarterLayout};
use crate::terminal::{block_on, environment, files, output, prompt, signals};

/// Runs the command.
pub(crate) fn run(args: &InitArgs, log: &LogArgs) -> anyhow::Result<ExitStatus> {
    let folder = args.folder.clone().unwrap_or_else(|| PathBuf::from("."));
    let place = ProjectPlace::find(&folder)?;
    let mut choices = InitChoices::from(args);
    if let Some(status) = refused(&place, &place.layout(&choices)?, &choices) {
        return Ok(status);
    }
    let mut env = environment()?;
    let asks = !args.has_choices() && prompt::can_ask();
    // The words of the listener are about requests. What becomes of the files is said here.
    signals::listen(&env, log.quiet || asks);
    block_on(async {
        if asks {
            // A signal must not end the process before it is said that nothing was written.
            env.shutdown.begin_requests();
            match questions::ask(&place, &env, log).await? {
                // The run begins when the questions end.
                Ok(chosen) => (choices, env.clock) = (chosen, environment()?.clock),
                Err(status) => return Ok(status),
            }
        } else {
            choices.endpoint = endpoint(&choices, &place, &env)?;
        }
        let mut layout = place.layout(&choices)?;
        if let Some(status) = refused(&place, &layout, &choices) {
            return Ok(status);
        }
        if asks {
            // The last question showed the notes.
            layout.notes.clear();
        }
        // The wizard has checked the credentials and the list.
        if choices.imports() && !(asks || before_writing::can_import(&place, &choices, &env, log).await?) {
            output::note("Nothing was written.");
            return Ok(ExitStatus::Error.or_interrupted(env.shutdown.is_stopped()));
        }
        write(&place, &layout, &choices, &env, args, log).await
    })
}

/// Writes the files, imports the clients, and shows the first plan.
async fn write(
    place: &ProjectPlace,
    layout: &StarterLayout,
    choices: &InitChoices,
    env: &Environment,
    args: &InitArgs,
    log: &LogArgs,
) -> anyhow::Result<ExitStatus> {
    starter::write_all(&layout.files)?;
    let ledger = starter::turn_on_ledger(&place.project, &choices.pipelines)?;
    output::print_text(&layout.files.iter().map(|file| format!("{}\n", files::shown(&file.path))).collect::<String>())?;
    if !log.quiet {
        layout.notes.iter().for_each(|note| output::note(note));
        if let Some(outer) = place.project.ancestors().skip(1).find(|above| above.join("ringform.yaml").exists()) {
            let outer = files::escaped(outer);
            output::note(&format!("note: the project in {outer} no longer reads the documents in this folder"));
        }
    }
    let status = match choices.imports() {
        true => first_plan::import_and_plan(place, choices, env, log).await?,
        false => ExitStatus::Done,
    };
    let kind = match (choices.imports(), place.had_project) {
        (true, _) => ProjectKind::Imported,
        (false, true) => ProjectKind::Existing,
        (false, false) => ProjectKind::Example,
    };
    let folder = args.folder.as_deref().map(named);
    let steps = match choices.demo {
        true => starter::demo_steps(folder.as_deref()),
        false => starter::next_steps(kind, folder.as_deref(), place.has_repository(), &choices.pipelines, ledger),
    };
    if !log.quiet && status != ExitStatus::Interrupted {
        steps.iter().for_each(|line| output::note(line));
    }
    Ok(status)
}

/// The endpoint of a new project: that of the flag, else that of the variable.
fn endpoint(choices: &InitChoices, place: &ProjectPlace, env: &Environment) -> anyhow::Result<Option<String>> {
    if choices.endpoint.is_some() || !place.writes_project(choices) {
        return Ok(choices.endpoint.clone());
    }
    let variable = env.variables.text("RINGFORM_ENDPOINT").map_err(anyhow::Error::msg)?;
    let endpoint = variable.map(|text| cli::endpoint(&text)).transpose();
    endpoint.map_err(|why| Advice::new(format!("RINGFORM_ENDPOINT: {why}"), "set it again or unset it").into())
}

/// The folder as a word for a shell, or a stand-in for one that needs quotes.
fn named(folder: &Path) -> String {
    let plain = folder.to_str().filter(|text| starter::is_plain(text) && !text.is_empty());
    plain.unwrap_or("DIR").to_owned()
}

/// Names the files that exist already; the status where there is one.
fn refused(place: &ProjectPlace, layout: &StarterLayout, choices: &InitChoices) -> Option<ExitStatus> {
    let lines = layout.refusal(place, choices)?;
    lines.iter().for_each(|line| output::note(line));
    Some(ExitStatus::Error)
}
