//! The project file: ringform.yaml.
//!
//! Owns its keys except credentials, guards and waivers, which have modules of their own. No message may hold a
//! line of the file or a value of its secret parts.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::config::find::globs::{Globs, WrittenGlob};
use crate::config::find::names::PROJECT as PROJECT_FILE;
use crate::config::git::Repository;
use crate::config::sections::credentials::{self, Credential};
use crate::config::sections::entries::SectionEntries;
use crate::config::sections::inheritance::{Inheritance, Profile, known_profiles};
use crate::config::sections::keys::{DEFAULTS, LIMITS, PROJECT};
use crate::config::sections::limits::{self, Limits};
use crate::config::sections::template::Template;
use crate::config::sections::temporary::{self, RunCalendar};
use crate::config::sections::{guards, layers, ledger, settings, waivers};
use crate::config::yaml::mapping::{self, MappingEntry};
use crate::config::yaml::{Problems, YamlContent, YamlDocument};
use crate::git::GitEnvironment;
use crate::model::{
    DayZone, FieldKind, Guard, Layer, LedgerConfig, RawValue, Revision, Route, RunInstant, SettingSet, Waiver, value,
};
use jiff::Timestamp;

/// A project, as its file says.
#[derive(Clone, Debug)]
pub struct Project {
    /// The folder of the file.
    pub root: PathBuf,
    /// The file's name.
    pub file: Arc<str>,
    /// The repository around the folder, for all questions of this run to git.
    pub repository: Repository,
    /// Where the API is; `None` when the file leaves it to the command line.
    pub endpoint: Option<Template>,
    /// Which of the API's two paths to use.
    pub route: Route,
    /// The credentials by name.
    pub credentials: BTreeMap<Arc<str>, Credential>,
    /// The credentials of documents that name none; `None` for those of the environment.
    pub default_credentials: Option<Arc<str>>,
    /// Bounds on requests, and on what an apply may send.
    pub limits: Limits,
    /// Rules that a plan must pass.
    pub guards: Vec<Guard>,
    /// Drift that raises no alert. Only `drift` uses them.
    pub waivers: Vec<Waiver>,
    /// Where the ledger is; `None` for a project without one.
    pub ledger: Option<LedgerConfig>,
    /// The zone that days are counted in.
    pub zone: DayZone,
    /// The instant of the run: dated settings and waivers are judged at it.
    pub at: Timestamp,
    pub(crate) documents: Option<Globs>,
    pub(crate) inheritance: Arc<Inheritance>,
}

impl Project {
    /// The commit of the work tree around the project, as [`Repository::revision`] reads it.
    pub fn revision(&self) -> Option<Revision> {
        self.repository.revision()
    }

    /// The defaults of a project, for a folder without a project file.
    pub fn without_file(folder: PathBuf, git: GitEnvironment, at: &RunInstant) -> Project {
        let mut problems = Problems::of_project(PROJECT_FILE.into(), "");
        let repository = Repository::around(&folder, git);
        read(folder, PROJECT_FILE.into(), repository, &[], at, &mut problems)
    }

    /// The settings that the default profiles manage, plainly or for a time, in every document that names no profiles.
    pub fn default_profile_settings(&self) -> SettingSet {
        let names = self.inheritance.default_profiles.iter();
        let profiles = names.filter_map(|name| self.inheritance.profiles.get(name));
        profiles
            .flat_map(|profile| {
                let dated = profile.entries.iter().flat_map(|entry| &entry.settings).map(|value| value.setting);
                profile.settings.iter().map(|managed| managed.setting).chain(dated)
            })
            .collect()
    }
}

/// Reads the documents of a project file: exactly one, or none for a project of defaults.
pub(crate) fn read(
    root: PathBuf,
    file: Arc<str>,
    repository: Repository,
    documents: &[YamlDocument],
    at: &RunInstant,
    problems: &mut Problems<'_>,
) -> Project {
    if let Some(second) = documents.get(1) {
        problems.error_help(
            "bad-shape",
            second.root.at,
            "a project file holds one document".to_owned(),
            "remove the second `---`",
        );
    }
    let entries = documents.first().and_then(|one| SectionEntries::read(&one.root, &PROJECT, problems));
    let of = |key: &str| entries.as_ref().and_then(|entries| entries.get(key));
    let endpoint = of("endpoint").and_then(|entry| endpoint(entry, problems));
    let route = of("route").map(|entry| route(entry, problems)).unwrap_or_default();
    let documents = of("documents").and_then(|entry| documents_globs(entry, problems));
    let credentials = of("credentials").map(|entry| credentials::read(&entry.value, problems)).unwrap_or_default();
    let zone = of("zone").and_then(|entry| zone(entry, problems)).unwrap_or_default();
    let at = at.resolve(&zone);
    let mut inheritance = Inheritance {
        calendar: RunCalendar { zone: zone.clone(), at },
        credentials: credentials.keys().cloned().collect(),
        default_credentials: credentials.get_key_value("default").map(|(name, _)| name.clone()),
        ..Inheritance::default()
    };
    if let Some(entry) = of("profiles") {
        inheritance.profiles = profiles(entry, &inheritance.calendar, problems);
    }
    if let Some(entry) = of("defaults") {
        defaults(entry, &mut inheritance, problems);
    }
    let limits = of("limits").map(|entry| limits::read(entry, &LIMITS, problems)).unwrap_or_default();
    Project {
        root,
        file,
        repository,
        endpoint,
        route,
        default_credentials: inheritance.default_credentials.clone(),
        limits: limits.with_default_age(),
        guards: of("guards").map(|entry| guards::read(entry, problems)).unwrap_or_default(),
        waivers: of("waivers").map(|entry| waivers::read(entry, &inheritance, problems)).unwrap_or_default(),
        ledger: of("ledger").and_then(|entry| ledger::read(entry, problems)),
        credentials,
        zone,
        at,
        documents,
        inheritance: Arc::new(inheritance),
    }
}

fn endpoint(entry: &MappingEntry, problems: &mut Problems<'_>) -> Option<Template> {
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

fn route(entry: &MappingEntry, problems: &mut Problems<'_>) -> Route {
    let word = mapping::text(entry, "client or client_info", problems);
    let route = word.and_then(Route::find);
    if word.is_some() && route.is_none() {
        let help = "write client or client_info";
        problems.error_help("bad-shape", entry.value.at, "this is not a route".to_owned(), help);
    }
    route.unwrap_or_default()
}

/// Reads the list of globs; `None` where it is left out or wrong.
fn documents_globs(entry: &MappingEntry, problems: &mut Problems<'_>) -> Option<Globs> {
    // An empty value counts as absent; an empty list is deliberate.
    if matches!(entry.value.content, YamlContent::Empty | YamlContent::Null) {
        return None;
    }
    let before = problems.errors();
    let mut globs = Vec::new();
    for (text, at) in mapping::names(entry, "globs", problems) {
        match WrittenGlob::read(&text, problems.place(at)) {
            Ok(glob) => globs.push(glob),
            Err(help) => problems.error_help("bad-shape", at, "this is not a glob".to_owned(), help),
        }
    }
    // The files of a wrong glob are unknown, so "no document" would be a false report.
    if problems.errors() > before { None } else { Globs::of(globs) }
}

/// The zone that days are counted in.
fn zone(entry: &MappingEntry, problems: &mut Problems<'_>) -> Option<DayZone> {
    let text = mapping::text(entry, "the name of a time zone", problems)?;
    match value::declared(FieldKind::Zone, &RawValue::Text(text)) {
        Ok(_) => DayZone::find(text),
        Err(flaws) => {
            for mut flaw in flaws {
                if flaw.is_cleared_by_null {
                    flaw.help = Some("write a name such as Europe/Moscow, or remove the key".to_owned());
                }
                problems.flaw("bad-zone", entry.value.at, flaw);
            }
            None
        }
    }
}

fn profiles(entry: &MappingEntry, calendar: &RunCalendar, problems: &mut Problems<'_>) -> BTreeMap<Arc<str>, Profile> {
    let mut profiles = BTreeMap::new();
    for profile in mapping::section(&entry.value, "`profiles`", problems) {
        let name: Arc<str> = Arc::from(&*profile.key);
        let layer = Layer::Profile(name.clone());
        let (settings, dated) = settings::profile(&profile.value, &layer, "temporary", problems);
        let entries = dated.map(|entry| temporary::read(&entry, calendar, problems)).unwrap_or_default();
        layers::idle_additions(&entries, &settings, problems);
        profiles.insert(name, Profile { settings, entries });
    }
    profiles
}

fn defaults(entry: &MappingEntry, inheritance: &mut Inheritance, problems: &mut Problems<'_>) {
    for default in SectionEntries::read_or_empty(&entry.value, &DEFAULTS, problems).iter() {
        match &*default.key {
            "credentials" => {
                let Some(name) = mapping::text(default, "the name of credentials", problems) else { continue };
                match inheritance.credentials.get(name) {
                    Some(name) => inheritance.default_credentials = Some(name.clone()),
                    None => {
                        let near =
                            crate::model::suggest::nearest(name, inheritance.credentials.iter().map(|name| &**name));
                        let message = "no such credentials are declared here".to_owned();
                        problems.error_near("unknown-credentials", default.value.at, message, near);
                    }
                }
            }
            "profiles" => inheritance.default_profiles = known_profiles(default, inheritance, problems),
            _ => {}
        }
    }
}
