//! Who runs apply, and in which job.
//!
//! Owns which variables of CI systems say so. All of it is text of strangers. It must not read the process: the caller
//! hands the variables in.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Untrusted;
use crate::run::environment::Variables;

/// The job of a CI system.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CiJob {
    /// `github` or `gitlab`.
    pub provider: String,
    /// A link to the job.
    pub link: Option<Untrusted>,
    /// A link to the pull request or merge request, where the job is of one.
    pub pull_request: Option<Untrusted>,
}

/// The person whom a CI system names, and its job; `None` outside of the known systems.
pub(super) fn of_ci(variables: &Variables) -> Option<(Option<Untrusted>, CiJob)> {
    let get = |name: &str| variables.get(name);
    if get("GITHUB_ACTIONS").as_deref() == Some("true") {
        let repository = [get("GITHUB_SERVER_URL"), get("GITHUB_REPOSITORY")];
        let repository = repository.into_iter().collect::<Option<Vec<String>>>().map(|parts| parts.join("/"));
        let link = |below: String| repository.as_ref().map(|repository| format!("{repository}/{below}").into());
        let number = get("GITHUB_REF").and_then(|name| {
            name.strip_prefix("refs/pull/")?.split('/').next().filter(|number| is_number(number)).map(str::to_owned)
        });
        let job = CiJob {
            provider: "github".to_owned(),
            link: get("GITHUB_RUN_ID").and_then(|run| link(format!("actions/runs/{run}"))),
            pull_request: number.and_then(|number| link(format!("pull/{number}"))),
        };
        let actor = get("GITHUB_TRIGGERING_ACTOR").or_else(|| get("GITHUB_ACTOR"));
        return Some((actor.map(Untrusted::from), job));
    }
    if get("GITLAB_CI").as_deref() == Some("true") {
        let request = [get("CI_MERGE_REQUEST_PROJECT_URL"), get("CI_MERGE_REQUEST_IID")];
        let request = request.into_iter().collect::<Option<Vec<String>>>();
        let job = CiJob {
            provider: "gitlab".to_owned(),
            link: get("CI_JOB_URL").map(Untrusted::from),
            pull_request: request.map(|parts| parts.join("/-/merge_requests/").into()),
        };
        let actor = match (get("GITLAB_USER_NAME").or_else(|| get("GITLAB_USER_LOGIN")), get("GITLAB_USER_EMAIL")) {
            (Some(name), Some(mail)) => Some(format!("{name} <{mail}>")),
            (name, mail) => name.or(mail),
        };
        return Some((actor.map(Untrusted::from), job));
    }
    None
}

/// The user of the system, where neither a CI system nor git names a person.
pub(super) fn of_system(variables: &Variables) -> Untrusted {
    let names = ["USER", "LOGNAME", "USERNAME"];
    names.iter().find_map(|name| variables.get(name)).unwrap_or_else(|| "unknown".to_owned()).into()
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
        assert_eq!(job.link, Some("https://git.example/acme/pbx/actions/runs/77".into()));
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
        assert_eq!((actor, job.link, job.pull_request), (None, None, None));
        let odd = variables(&[("GITHUB_ACTIONS", "true"), ("GITHUB_REF", "refs/pull/x/merge")]);
        assert_eq!(of_ci(&odd).unwrap().1.pull_request, None);
        assert_eq!(of_ci(&variables(&[("CI", "true")])), None);
        assert_eq!(of_system(&variables(&[("LOGNAME", "noc")])), "noc".into());
        assert_eq!(of_system(&variables(&[])), "unknown".into());
    }
}
