//! Fixtures of this room: an environment with a fixed time and no chance, projects, declarations and findings.

use std::path::Path;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::api::Shutdown;
use crate::config::{self, Project, ProjectRequest};
use crate::git::GitEnvironment;
use crate::model::{DatedCause, Declaration, DeclaredClient, Failure, FailureKind, Live, SettingSet};
use crate::plan::drift::{self, Finding, FindingCause, FindingState, RunContext};
use crate::plan::{ClientPlan, DriftReport, Origin};
use crate::run::environment::{Clock, Environment, Variables};

fn timestamp() -> Timestamp {
    "2026-01-02T03:04:05Z".parse().unwrap()
}

/// An environment with these variables, in the system's folder for temporary files.
pub(super) fn environment(variables: &[(&str, &str)]) -> Environment {
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Environment {
        folder: std::env::temp_dir(),
        variables: Variables::from_iter(variables),
        git: GitEnvironment::default(),
        clock: Clock {
            started_at: timestamp(),
            started: Instant::now(),
            timestamp,
            instant: Instant::now,
            started_uptime: Duration::ZERO,
            uptime: || Duration::ZERO,
        },
        random_seed: 7,
        version: "0.0.0",
        shutdown: Shutdown::new(),
        open_files: None,
        persist: |path, bytes| std::fs::write(path, bytes),
    }
}

/// The project of this text, in a folder of its own.
pub(super) fn project(folder: &Path, text: &str) -> Project {
    std::fs::write(folder.join("ringform.yaml"), text).unwrap();
    let request = ProjectRequest { cwd: folder.to_owned(), ..ProjectRequest::default() };
    let loaded = config::load_project(&request);
    assert!(!loaded.has_errors(), "{:?}", loaded.diagnostics);
    loaded.project.unwrap()
}

/// The declaration of one client with these settings.
pub(super) fn declaration(client: &str, settings: &str) -> Declaration {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("ringform.yaml"), "endpoint: https://pbx.example\n").unwrap();
    std::fs::create_dir(folder.path().join("clients")).unwrap();
    let text = format!("client: {client}\nsettings: {settings}\n");
    std::fs::write(folder.path().join("clients/one.yaml"), text).unwrap();
    let mut loaded = config::load(&ProjectRequest { cwd: folder.path().to_owned(), ..ProjectRequest::default() });
    assert!(!loaded.has_errors(), "{:?}", loaded.diagnostics);
    loaded.declarations.remove(0)
}

/// A drift report with one finding: of a field, or of a read that failed. `turns` says whether the fleet is read in turns.
pub(super) fn drift_report(state: FindingState, is_field: bool, is_waived: bool, turns: bool) -> DriftReport {
    const WAIVERS: &str = "waivers:\n  - {client: 12, reason: r, owner: o, until: 2099-12-31}\n";
    let folder = tempfile::tempdir().unwrap();
    let waivers = project(folder.path(), WAIVERS).waivers;
    let declaration = declaration("12", "{hold_music: null}");
    let client = match is_field {
        true => {
            let live = Live::parse(br#"{"id":12,"hold_music":7}"#, Default::default()).unwrap();
            ClientPlan::read(&declaration, live, Origin::Drift)
        }
        false => ClientPlan::failed(&declaration, Failure::new(FailureKind::Api, "it failed")),
    };
    let declared = [DeclaredClient::from(&declaration)];
    let context = RunContext {
        at: "2026-01-02T03:04:05Z",
        instant: "2026-01-02T03:04:05Z".parse().unwrap(),
        declared: &declared,
        selected: &declared,
        whole: true,
        waivers: if is_waived { &waivers } else { &[] },
        never_waived: SettingSet::default(),
        budget: turns.then_some(1),
    };
    let mut report = drift::compare(&[client], None, &context);
    assert_eq!(report.findings.len(), 1);
    report.findings[0].state = state;
    report
}

/// The same finding as an opening that outlived its end.
pub(super) fn make_overdue(finding: &mut Finding) {
    let FindingCause::Difference(difference) = &mut finding.cause else { panic!("a failed read is never overdue") };
    difference.dated = DatedCause { overdue_since: Some(timestamp()), ..DatedCause::default() }.or_none();
}
