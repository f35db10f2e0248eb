//! What to do after `init`, line by line.

use crate::cli::Pipeline;
use crate::starter::ledger::{LedgerSwitch, ledger_line};

/// The next steps with a simulator. `folder` is the argument that names the project, where there is one.
pub(crate) fn demo_steps(folder: Option<&str>) -> Vec<String> {
    let at = folder.map(|folder| format!(" {folder}")).unwrap_or_default();
    vec![
        String::new(),
        "Next, without an account, because a simulator answers in place of the API:".to_owned(),
        format!("  `ringform plan{at}` shows how the simulated clients differ from their documents"),
        format!("  `ringform apply{at}` asks, then sends the changes"),
        format!("  `ringform sandbox --reset{at}` puts the simulated clients back to seed.json"),
        "  `ringform init` in another folder starts a project for live clients".to_owned(),
    ]
}

/// The project that the next steps are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ProjectKind {
    /// A new one, with an example of a client.
    Example,
    /// A new one, with documents of live clients.
    Imported,
    /// One that existed before.
    Existing,
}

/// The next steps. `folder` is the argument that names the project, where there is one; `has_repository` whether git knows
/// that folder; `ledger` what became of the ledger of a project that existed before.
pub(crate) fn next_steps(
    kind: ProjectKind,
    folder: Option<&str>,
    has_repository: bool,
    pipelines: &[Pipeline],
    ledger: LedgerSwitch,
) -> Vec<String> {
    let mut lines = vec![String::new()];
    if ledger == LedgerSwitch::TurnedOn {
        lines.push("The ledger is turned on at the end of ringform.yaml.".to_owned());
    }
    lines.push(folder.map_or_else(|| "Next:".to_owned(), |folder| format!("Next, in the folder {folder}:")));
    let mut line = |text: &str| lines.push(format!("  {text}"));
    match kind {
        ProjectKind::Example => {
            line(
                "put App ID and App Secret into RINGFORM_APP_ID and RINGFORM_APP_SECRET; `ringform auth check` tries them",
            );
            line("`ringform import 12 13` writes documents from live clients in place of the example clients/me.yaml");
            line("`ringform plan` shows what would change; nothing is sent before `ringform apply`");
        }
        ProjectKind::Imported => {
            line(match has_repository {
                true => "commit the folder: from now on git decides these settings",
                false => "`git init`, then commit the folder: from now on git decides these settings",
            });
            line(
                "change a value in clients/; `ringform plan` shows the difference, and `ringform apply` asks and sends it",
            );
            line(
                "`ringform drift` shows what was changed outside of git, and `ringform adopt` writes it into the files",
            );
        }
        ProjectKind::Existing => {}
    }
    if ledger == LedgerSwitch::ByHand
        && let Some(key) = ledger_line(pipelines)
    {
        line(&format!("add the line `{key}` to the project file"));
    }
    for pipeline in pipelines {
        line(match pipeline {
            Pipeline::Github => {
                "GitHub: set RINGFORM_GIT in the workflows to the address of your copy of ringform; put the secrets into the environments ringform-read and ringform-write"
            }
            Pipeline::Gitlab => {
                "GitLab: set RINGFORM_GIT in .gitlab-ci.yml to the address of your copy of ringform; make the variables that its head names, and a schedule"
            }
            Pipeline::Cron => {
                "cron: the head of each file in .deploy/cron says where it belongs; ringform-close runs every 15 minutes"
            }
            Pipeline::Kubernetes => {
                "Kubernetes: build the image and make the secrets that the heads of both files name"
            }
        });
    }
    match ledger_line(pipelines) {
        None => line("`ringform init --ci github` (or gitlab, cron, kubernetes) adds a pipeline"),
        Some("ledger: git") => {
            line("the first apply creates the branch ringform-ledger: the apply job needs the right to push it");
            line("protect that branch so that only the apply job may push it; docs/ci.md shows how");
        }
        Some(_) => {
            line("the first `ringform apply` in the clone of that machine creates the branch ringform-ledger there")
        }
    }
    lines
}
