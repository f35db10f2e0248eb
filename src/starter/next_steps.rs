//! What to do after `init`, line by line.

use crate::cli::Pipeline;

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

/// The next steps. `had_project` says whether the project existed before.
pub(crate) fn next_steps(had_project: bool, pipelines: &[Pipeline]) -> Vec<String> {
    let mut lines = vec![String::new(), "Next:".to_owned()];
    let mut line = |text: &str| lines.push(format!("  {text}"));
    if !had_project {
        line(
            "put App ID and App Secret into RINGFORM_APP_ID and RINGFORM_APP_SECRET; `ringform auth check` tries them",
        );
        line("`ringform import 12 13` writes documents from live clients in place of the example clients/me.yaml");
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
