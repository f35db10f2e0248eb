//! Who runs a command, why, and in which job.
//!
//! Owns which variables of CI systems say so, and how much of their text a report holds. All of it is text of
//! strangers. It must not read the process: the caller hands the variables in.

use crate::config::Project;
use crate::model::{CiJob, Untrusted};
use crate::plan::{QuotaUsage, Requests, Run};
use crate::run::environment::{Environment, Variables};
use crate::run::request::RunRequest;

/// The longest name, reason or link that a report holds, in characters.
const LONGEST: usize = 500;

/// The run's part of a report. The actor is the one whom the request or the CI system names: to ask git would cost plan
/// and drift a process.
pub(super) fn run(request: &RunRequest, env: &Environment, requests: Requests, quota: Vec<QuotaUsage>) -> Run {
    let (person, ci) = of_ci(&env.variables).unzip();
    let attribution = &request.attribution;
    Run {
        actor: attribution.actor.as_deref().and_then(bounded).or(person.flatten()),
        reason: attribution.reason.as_deref().and_then(bounded),
        ci,
        overrides: request.overrides.clone(),
        ..env.run(requests, quota)
    }
}

/// Who runs apply: as [`run`], else the person of the user's git settings, else the user of the system.
pub(super) fn actor_of_apply(request: &RunRequest, env: &Environment, project: &Project) -> Option<Untrusted> {
    let named = run(request, env, Requests::default(), Vec::new()).actor;
    let of_git = || project.repository.person().as_deref().and_then(bounded);
    named.or_else(of_git).or_else(|| of_system(&env.variables))
}

/// A text of strangers that is not empty, cut with `…` where it is long.
fn bounded(text: &str) -> Option<Untrusted> {
    let text = text.trim();
    let cut = || text.chars().take(LONGEST - 1).chain(['…']).collect::<String>();
    let is_long = text.char_indices().nth(LONGEST).is_some();
    (!text.is_empty()).then(|| if is_long { cut().into() } else { text.into() })
}

/// A link to a page of the CI system. An address that is not of the web, or that holds a user or a password, is none.
fn link(text: &str) -> Option<Untrusted> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    (!host.is_empty() && !host.contains('@')).then(|| bounded(text)).flatten()
}

/// The person whom a CI system names, and its job; `None` outside of the known systems.
fn of_ci(variables: &Variables) -> Option<(Option<Untrusted>, CiJob)> {
    if variables.get("GITHUB_ACTIONS").as_deref() == Some("true") {
        return Some(of_github(variables));
    }
    (variables.get("GITLAB_CI").as_deref() == Some("true")).then(|| of_gitlab(variables))
}

fn of_github(variables: &Variables) -> (Option<Untrusted>, CiJob) {
    let server = variables.get("GITHUB_SERVER_URL");
    let repository = server.zip(variables.get("GITHUB_REPOSITORY")).map(|(server, name)| format!("{server}/{name}"));
    let page = |below: String| repository.as_ref().and_then(|repository| link(&format!("{repository}/{below}")));
    let run = variables.get("GITHUB_RUN_ID").filter(|run| is_number(run));
    let reference = variables.get("GITHUB_REF").unwrap_or_default();
    let request = reference.strip_prefix("refs/pull/").and_then(|rest| rest.split('/').next());
    let job = CiJob {
        provider: "github".to_owned(),
        job: run.and_then(|run| page(format!("actions/runs/{run}"))),
        pull_request: request.filter(|number| is_number(number)).and_then(|number| page(format!("pull/{number}"))),
    };
    let actor = variables.get("GITHUB_TRIGGERING_ACTOR").or_else(|| variables.get("GITHUB_ACTOR"));
    (actor.as_deref().and_then(bounded), job)
}

fn of_gitlab(variables: &Variables) -> (Option<Untrusted>, CiJob) {
    let request = variables.get("CI_MERGE_REQUEST_PROJECT_URL").zip(variables.get("CI_MERGE_REQUEST_IID"));
    let request = request.filter(|(_, number)| is_number(number));
    let job = CiJob {
        provider: "gitlab".to_owned(),
        job: variables.get("CI_JOB_URL").as_deref().and_then(link),
        pull_request: request.and_then(|(project, number)| link(&format!("{project}/-/merge_requests/{number}"))),
    };
    let name = variables.get("GITLAB_USER_NAME").or_else(|| variables.get("GITLAB_USER_LOGIN"));
    let actor = match (name, variables.get("GITLAB_USER_EMAIL")) {
        (Some(name), Some(mail)) => Some(format!("{name} <{mail}>")),
        (name, mail) => name.or(mail),
    };
    (actor.as_deref().and_then(bounded), job)
}

/// The user of the system, where neither a CI system nor git names a person.
fn of_system(variables: &Variables) -> Option<Untrusted> {
    let user = variables.get("USER").or_else(|| variables.get("LOGNAME")).or_else(|| variables.get("USERNAME"));
    user.as_deref().and_then(bounded)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(all: &[(&str, &str)]) -> Variables {
        all.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn github_and_gitlab_name_person_job_and_request() {
        let github = [
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_ACTOR", "anna"),
            ("GITHUB_SERVER_URL", "https://git.example"),
            ("GITHUB_REPOSITORY", "acme/pbx"),
            ("GITHUB_RUN_ID", "77"),
            ("GITHUB_REF", "refs/pull/12/merge"),
        ];
        let (actor, job) = of_ci(&variables(&github)).unwrap();
        assert_eq!(actor, Some("anna".into()));
        assert_eq!(job.job, Some("https://git.example/acme/pbx/actions/runs/77".into()));
        assert_eq!(job.pull_request, Some("https://git.example/acme/pbx/pull/12".into()));
        let gitlab = [
            ("GITLAB_CI", "true"),
            ("GITLAB_USER_NAME", "Anna"),
            ("GITLAB_USER_EMAIL", "anna@example.com"),
            ("CI_JOB_URL", "https://git.example/acme/pbx/-/jobs/7"),
            ("CI_MERGE_REQUEST_PROJECT_URL", "https://git.example/acme/pbx"),
            ("CI_MERGE_REQUEST_IID", "3"),
        ];
        let (actor, job) = of_ci(&variables(&gitlab)).unwrap();
        assert_eq!(actor, Some("Anna <anna@example.com>".into()));
        assert_eq!(job.pull_request, Some("https://git.example/acme/pbx/-/merge_requests/3".into()));
    }

    #[test]
    fn a_job_of_a_branch_has_no_request_and_missing_variables_are_no_errors() {
        let (actor, job) = of_ci(&variables(&[("GITHUB_ACTIONS", "true"), ("GITHUB_REF", "refs/heads/main")])).unwrap();
        assert_eq!((actor, job.job, job.pull_request), (None, None, None));
        let odd = variables(&[("GITHUB_ACTIONS", "true"), ("GITHUB_REF", "refs/pull/x/merge")]);
        assert_eq!(of_ci(&odd).unwrap().1.pull_request, None);
        assert_eq!(of_ci(&variables(&[("CI", "true")])), None);
        assert_eq!(of_system(&variables(&[("LOGNAME", "noc")])), Some("noc".into()));
        assert_eq!(of_system(&variables(&[])), None);
    }

    #[test]
    fn a_link_is_of_the_web_and_holds_no_password() {
        assert_eq!(link("https://git.example/a@b"), Some("https://git.example/a@b".into()));
        for text in
            ["", "git.example", "javascript:alert(1)", "https://", "https://bot:hush@git.example/a", "ssh://a/b"]
        {
            assert_eq!(link(text), None, "{text}");
        }
    }

    #[test]
    fn a_long_text_is_cut_with_a_sign_and_a_blank_one_is_none() {
        let raw = |text: &str| bounded(text).map(|text| text.raw().to_owned());
        assert_eq!(raw(&"ü".repeat(500)), Some("ü".repeat(500)));
        assert_eq!(raw(&"ü".repeat(10_000)), Some("ü".repeat(499) + "…"));
        assert_eq!((raw(" anna\n"), raw(" \n")), (Some("anna".to_owned()), None));
    }
}
