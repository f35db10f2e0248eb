//! Which endpoint a run uses.
//!
//! Owns the precedence: a simulator in the project file, then the flag, then RINGFORM_ENDPOINT, then the project file.
//! A variable may hold a secret, so a message never shows what it holds.

use std::path::PathBuf;

use crate::api::Endpoint;
use crate::config::{Project, Template};
use crate::model::{Diagnostic, Untrusted};
use crate::run::environment::Variables;
use crate::run::{ConnectionOptions, Environment};

/// Where requests go.
#[derive(Debug)]
pub(in crate::run) enum Target {
    /// To the API.
    Api(Endpoint),
    /// To the embedded simulator.
    Simulator {
        /// The file that it starts from.
        seed: PathBuf,
        /// The endpoint as reports name it.
        label: Untrusted,
    },
}

impl Target {
    /// The endpoint as reports name it: its address, or `sandbox:FILE`.
    pub(in crate::run) fn label(&self) -> Untrusted {
        match self {
            Target::Api(endpoint) => endpoint.text().into(),
            Target::Simulator { label, .. } => label.clone(),
        }
    }
}

/// What may override the endpoint of a project file.
#[derive(Clone, Copy, Debug)]
pub(in crate::run) struct EndpointChoice<'a> {
    flag: Option<&'a str>,
    variables: &'a Variables,
}

impl<'a> EndpointChoice<'a> {
    /// The choice of this run.
    pub(in crate::run) fn new(connection: &'a ConnectionOptions, env: &'a Environment) -> EndpointChoice<'a> {
        EndpointChoice { flag: connection.endpoint.as_deref(), variables: &env.variables }
    }

    /// Where the requests of this project go.
    pub(in crate::run) fn target(&self, project: &Project) -> Result<Target, Vec<Diagnostic>> {
        let lookup = |name: &str| self.variables.get(name);
        let filled = project.endpoint.as_ref().map(|template| (template, template.fill(&lookup)));
        if let Some((template, Ok(text))) = &filled
            && let Some(seed) = text.strip_prefix("sandbox:")
        {
            return simulator(project, template, seed, text);
        }
        let other = match self.flag {
            Some(flag) => Some(flag.to_owned()),
            None => {
                let variable = self.variables.text("RINGFORM_ENDPOINT");
                variable.map_err(|why| vec![Diagnostic::error("endpoint", None, why)])?
            }
        };
        let (text, template) = match (other, filled) {
            (Some(text), _) => (text, None),
            (None, Some((template, Ok(text)))) => (text, Some(template)),
            (None, Some((template, Err(missing)))) => {
                return Err(missing.into_iter().map(|name| self.missing_variable(&name, template)).collect());
            }
            (None, None) => return Err(vec![no_endpoint()]),
        };
        Endpoint::parse(&text).map(Target::Api).map_err(|why| vec![not_valid(why, template)])
    }

    fn missing_variable(&self, name: &str, template: &Template) -> Diagnostic {
        let why = self.variables.text(name).err().unwrap_or_else(|| format!("the variable {name} is not set"));
        Diagnostic::error("missing-variable", template.place().clone(), why).help(format!("set {name} and run again"))
    }

    /// The endpoint of an offline plan: as it is written. Everybody may read the plan, so it shows no value of a variable.
    pub(in crate::run) fn unfilled_label(&self, project: &Project) -> Untrusted {
        let written = project.endpoint.as_ref().filter(|_| self.flag.is_none());
        match written.filter(|template| template.variables().next().is_some()) {
            Some(template) => template.text().into(),
            None => self.target(project).map(|target| target.label()).unwrap_or_default(),
        }
    }

    /// Whether requests of the two projects go to different places. Flags and variables count for both.
    pub(super) fn differs(&self, then: &Project, now: &Project) -> bool {
        match (self.target(then), self.target(now)) {
            (Ok(then), Ok(now)) => then.label() != now.label(),
            // The connection reports what is missing or not valid.
            (_, _) => match (&then.endpoint, &now.endpoint) {
                (Some(then), Some(now)) => !then.is_same(now),
                (then, now) => then.is_some() != now.is_some(),
            },
        }
    }
}

fn simulator(project: &Project, template: &Template, seed: &str, label: &str) -> Result<Target, Vec<Diagnostic>> {
    let wrong = |summary: &str| {
        let error = Diagnostic::error("endpoint", template.place().clone(), summary);
        Err(vec![error.help("write sandbox:seed.json".to_owned())])
    };
    // Messages show the path of a seed, and the variable may hold a secret.
    if template.text().starts_with("sandbox:") && template.variables().next().is_some() {
        return wrong("`sandbox:` names a file and takes no variable");
    }
    if seed.is_empty() {
        return wrong("`sandbox:` names no seed");
    }
    Ok(Target::Simulator { seed: project.root.join(seed), label: label.into() })
}

/// The seed that the endpoint of a project names, once its variables are filled in.
pub(super) fn seed(project: &Project, variables: &Variables) -> Option<PathBuf> {
    let text = project.endpoint.as_ref()?.fill(&|name| variables.get(name)).ok()?;
    Some(project.root.join(text.strip_prefix("sandbox:")?))
}

/// An address of the API in its normal form. The error says what to do.
pub fn endpoint_address(text: &str) -> Result<String, String> {
    Endpoint::parse(text).map(|endpoint| endpoint.text().to_owned())
}

fn no_endpoint() -> Diagnostic {
    let help = "write `endpoint: https://…` into ringform.yaml, or give --endpoint or RINGFORM_ENDPOINT";
    Diagnostic::error("endpoint", None, "no endpoint is named").help(help.to_owned())
}

/// Why an address is not valid. The message does not quote an address that variables fill: they may hold a secret.
fn not_valid(why: String, template: Option<&Template>) -> Diagnostic {
    let place = template.map(|template| template.place().clone());
    let names: Vec<String> =
        template.into_iter().flat_map(Template::variables).map(|name| format!("${{{name}}}")).collect();
    if names.is_empty() {
        return Diagnostic::error("endpoint", place, why);
    }
    let (names, is) = (names.join(" and "), if names.len() == 1 { "is" } else { "are" });
    let summary = format!("the endpoint is not a valid URL once {names} {is} filled in");
    let help = "an endpoint is https://HOST, without user, query and fragment; http only on loopback".to_owned();
    Diagnostic::error("endpoint", place, summary).help(help)
}

/// What is wrong with the endpoint of the file, as far as the file itself shows it.
pub(in crate::run) fn wrong_endpoint(project: &Project) -> Option<Diagnostic> {
    let template = project.endpoint.as_ref().filter(|template| template.variables().next().is_none())?;
    let text = template.fill(&|_| None).ok().filter(|text| !text.starts_with("sandbox:"))?;
    Endpoint::parse(&text).err().map(|why| Diagnostic::error("endpoint", template.place().clone(), why))
}
