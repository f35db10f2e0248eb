//! The project file: ringform.yaml.
//!
//! Owns its keys but for credentials, guards and waivers, which have modules of their own. No line of the file and no value of its secret
//! parts ever stands in a message.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::config::credentials::{self, Credential};
use crate::config::globs::{self, Globs};
use crate::config::mapping::{self, Entry};
use crate::config::problems::Problems;
use crate::config::template::Template;
use crate::config::yaml::Document;
use crate::config::{document, guards, settings, waivers};
use crate::model::{Guard, Layer, ManagedField, Waiver};

const KEYS: [&str; 9] =
    ["endpoint", "route", "documents", "credentials", "defaults", "profiles", "limits", "guards", "waivers"];

/// A project, as its file says.
#[derive(Clone, Debug)]
pub struct Project {
    /// The folder of the file.
    pub root: PathBuf,
    /// The file's name.
    pub file: Arc<str>,
    /// Where the API is; `None` when the file leaves it to the command line.
    pub endpoint: Option<Template>,
    /// Which of the API's two paths to use.
    pub route: Route,
    /// The credentials by name.
    pub credentials: BTreeMap<Arc<str>, Credential>,
    /// The credentials of documents that name none; `None` for those of the environment.
    pub default_credentials: Option<Arc<str>>,
    /// Bounds on how requests are made.
    pub limits: Limits,
    /// Rules that a plan must pass.
    pub guards: Vec<Guard>,
    /// What `drift` may find and nobody is to be called for. Other commands do not look at them.
    pub waivers: Vec<Waiver>,
    pub(super) documents: Option<Globs>,
    pub(super) shape: Arc<Shape>,
}

/// The API's two paths for one resource.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Route {
    /// `…/client/{id}/client/`
    #[default]
    Client,
    /// `…/client/client_info/{id}/`
    ClientInfo,
}

/// Bounds on how requests are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Clients at once.
    pub concurrency: usize,
    /// Requests a second; 0 for no limit of our own.
    pub requests_per_second: u32,
    /// How long one request may take.
    pub timeout: Duration,
    /// The oldest answer that a PUT may be sent by.
    pub max_read_age: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            concurrency: 32,
            requests_per_second: 0,
            timeout: Duration::from_secs(30),
            max_read_age: Duration::from_secs(60),
        }
    }
}

/// What documents need to know of their project.
#[derive(Debug, Default)]
pub(super) struct Shape {
    pub(super) credentials: BTreeSet<Arc<str>>,
    pub(super) default_credentials: Option<Arc<str>>,
    pub(super) profiles: BTreeMap<Arc<str>, Vec<ManagedField>>,
    pub(super) default_profiles: Vec<Arc<str>>,
}

/// Reads the documents of a project file: exactly one, or none for a project of defaults.
pub(super) fn read(root: PathBuf, file: Arc<str>, documents: &[Document], problems: &mut Problems<'_>) -> Project {
    if let Some(second) = documents.get(1) {
        problems.error_help(
            "bad-shape",
            second.root.at,
            "a project file holds one document".to_owned(),
            "remove the second `---`",
        );
    }
    let entries = match documents.first() {
        Some(one) => mapping::entries(&one.root, "the project file", problems).unwrap_or_default(),
        None => Vec::new(),
    };
    for entry in entries.iter().filter(|entry| !KEYS.contains(&&*entry.key)) {
        mapping::unknown(entry, "the project file", &KEYS, problems);
    }
    let of = |key: &str| entries.iter().find(|entry| &*entry.key == key);
    let endpoint = of("endpoint").and_then(|entry| endpoint(entry, problems));
    let route = of("route").map(|entry| route(entry, problems)).unwrap_or_default();
    let documents = of("documents").and_then(|entry| globs::read(entry, problems));
    let credentials = of("credentials").map(|entry| credentials::read(&entry.value, problems)).unwrap_or_default();
    let mut shape = Shape {
        credentials: credentials.keys().cloned().collect(),
        default_credentials: credentials.get_key_value("default").map(|(name, _)| name.clone()),
        ..Shape::default()
    };
    if let Some(entry) = of("profiles") {
        shape.profiles = profiles(entry, problems);
    }
    if let Some(entry) = of("defaults") {
        defaults(entry, &mut shape, problems);
    }
    Project {
        root,
        file,
        endpoint,
        route,
        default_credentials: shape.default_credentials.clone(),
        limits: of("limits").map(|entry| limits(entry, problems)).unwrap_or_default(),
        guards: of("guards").map(|entry| guards::read(entry, problems)).unwrap_or_default(),
        waivers: of("waivers").map(|entry| waivers::read(entry, problems)).unwrap_or_default(),
        credentials,
        documents,
        shape: Arc::new(shape),
    }
}

fn endpoint(entry: &Entry, problems: &mut Problems<'_>) -> Option<Template> {
    let text = mapping::text(entry, "the address of the API", problems)?;
    let template = Template::parse(text, problems.place(entry.at()));
    if template.is_none() {
        problems.error_help(
            "endpoint",
            entry.value.at,
            "a `${` is not closed or holds no name".to_owned(),
            "write ${NAME}",
        );
    }
    template
}

fn route(entry: &Entry, problems: &mut Problems<'_>) -> Route {
    match mapping::text(entry, "client or client_info", problems) {
        Some("client") | None => Route::Client,
        Some("client_info") => Route::ClientInfo,
        Some(_) => {
            problems.error_help(
                "bad-shape",
                entry.value.at,
                "this is no route".to_owned(),
                "write client or client_info",
            );
            Route::Client
        }
    }
}

fn profiles(entry: &Entry, problems: &mut Problems<'_>) -> BTreeMap<Arc<str>, Vec<ManagedField>> {
    let mut profiles = BTreeMap::new();
    for profile in mapping::section(&entry.value, "`profiles`", problems) {
        let name: Arc<str> = Arc::from(&*profile.key);
        let settings = settings::settings(&profile.value, &Layer::Profile(name.clone()), problems);
        profiles.insert(name, settings);
    }
    profiles
}

fn defaults(entry: &Entry, shape: &mut Shape, problems: &mut Problems<'_>) {
    for default in mapping::section(&entry.value, "`defaults`", problems) {
        match &*default.key {
            "credentials" => {
                let Some(name) = mapping::text(&default, "the name of credentials", problems) else { continue };
                match shape.credentials.get(name) {
                    Some(name) => shape.default_credentials = Some(name.clone()),
                    None => {
                        let near = crate::model::suggest::nearest(name, shape.credentials.iter().map(|name| &**name));
                        let message = "no such credentials are declared here".to_owned();
                        problems.error_near("unknown-credentials", default.value.at, message, near);
                    }
                }
            }
            "profiles" => shape.default_profiles = document::known_profiles(&default, shape, problems),
            _ => mapping::unknown(&default, "`defaults`", &["credentials", "profiles"], problems),
        }
    }
}

fn limits(entry: &Entry, problems: &mut Problems<'_>) -> Limits {
    let mut limits = Limits::default();
    let known = ["concurrency", "requests_per_second", "timeout", "max_read_age"];
    for limit in mapping::section(&entry.value, "`limits`", problems) {
        if !known.contains(&&*limit.key) {
            mapping::unknown(&limit, "`limits`", &known, problems);
            continue;
        }
        let Some(text) = mapping::text(&limit, "a number or a duration", problems) else { continue };
        let number = crate::model::number::digits(text);
        let duration = parse_duration(text);
        let wants = match (&*limit.key, number, duration) {
            ("concurrency", Some(n @ 1..=1024), _) => {
                limits.concurrency = n as usize;
                continue;
            }
            ("requests_per_second", Some(n @ 0..=1_000_000), _) => {
                limits.requests_per_second = n as u32;
                continue;
            }
            ("timeout", _, Some(duration)) if !duration.is_zero() => {
                limits.timeout = duration;
                continue;
            }
            ("max_read_age", _, Some(duration)) => {
                limits.max_read_age = duration;
                continue;
            }
            ("concurrency", _, _) => "a whole number from 1 to 1024",
            ("requests_per_second", _, _) => "a whole number from 0 to 1000000",
            ("timeout", _, _) => "a duration above zero such as 30s",
            (_, _, _) => "a duration such as 60s",
        };
        let message = format!("`{}` is {wants}", limit.key);
        problems.error("bad-limit", limit.value.at, message);
    }
    limits
}

/// Reads `500ms`, `30s`, `10m` or `2h`: whole numbers, at most a day.
pub fn parse_duration(text: &str) -> Option<Duration> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let number = crate::model::number::digits(number)?;
    let millis = match unit {
        "ms" => number,
        "s" => number.checked_mul(1000)?,
        "m" => number.checked_mul(60_000)?,
        "h" => number.checked_mul(3_600_000)?,
        _ => return None,
    };
    (millis <= 86_400_000).then(|| Duration::from_millis(millis))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_units() {
        assert_eq!(parse_duration("500ms"), Some(Duration::from_millis(500)));
        assert_eq!(parse_duration("30s"), Some(Duration::from_secs(30)));
        assert_eq!(parse_duration("10m"), Some(Duration::from_secs(600)));
        assert_eq!(parse_duration("1h"), Some(Duration::from_secs(3600)));
        assert_eq!(parse_duration("0s"), Some(Duration::ZERO));
        for text in ["", "30", "s", "-1s", "1.5s", "30 s", "01s", "99999h", "1d"] {
            assert_eq!(parse_duration(text), None, "{text}");
        }
    }
}
