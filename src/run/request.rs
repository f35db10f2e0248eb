//! What a run is asked to do, as plain values.
//!
//! Owns the types of a request, one for each kind of run. It must not depend on the command line: the caller of a run fills these in.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::api::Secret;
use crate::config::{Project, ProjectRequest};
use crate::model::{CalendarTime, ClientId, GuardOverride, RunInstant, SendLimits, SettingSet};
use crate::plan::select::Selection;
use crate::plan::{Plan, SendScope};
use crate::run::Environment;

/// What plan, apply and drift have in common.
#[derive(Clone, Debug, Default)]
pub struct RunRequest {
    /// The files.
    pub files: FileOptions,
    /// The clients and fields.
    pub selection: Selection,
    /// The connection.
    pub connection: ConnectionOptions,
    /// The revision to compare with.
    pub base: BaseOptions,
    /// Which changes a run may send.
    pub sending: SendScope,
    /// A file outside of the project whose rules bind as well.
    pub floor: Option<PathBuf>,
    /// The guards of the project that this run passes.
    pub overrides: Vec<GuardOverride>,
    /// Who runs it, and why.
    pub attribution: Attribution,
    /// How the run uses the ledger.
    pub ledger: LedgerOptions,
    /// The instant to judge by; `None` for the start of the run.
    pub at: Option<CalendarTime>,
    /// Whether the report names the commit of the work tree, which costs calls of git.
    pub names_commit: bool,
}

impl RunRequest {
    /// The project to load, and the instant to judge it at.
    pub(super) fn project(&self, env: &Environment) -> ProjectRequest {
        let request = self.files.request(env);
        let named = self.at.clone().map(RunInstant::Named);
        ProjectRequest { at: named.unwrap_or(request.at), ..request }
    }

    /// The instant that the request names, with days of the project's zone; `None` for the start of the run, and where
    /// no project is known.
    pub(super) fn named_instant(&self, project: Option<&Project>) -> Option<Timestamp> {
        self.at.as_ref().zip(project).map(|(at, project)| at.begin(&project.zone))
    }
}

/// Who runs a command, and why, in the words of its caller.
#[derive(Clone, Debug, Default)]
pub struct Attribution {
    /// Who; `None` for the person whom the CI system, git or the system names.
    pub actor: Option<String>,
    /// Why.
    pub reason: Option<String>,
}

/// How a run uses the ledger of its project.
#[derive(Clone, Debug, Default)]
pub struct LedgerOptions {
    /// Whether the run leaves it out.
    pub is_left_out: bool,
    /// For a run that writes: how it begins. `None` judges by the local copy and changes nothing.
    pub begins: Option<LedgerBeginning>,
}

/// How a run that writes begins in the ledger.
#[derive(Clone, Debug, Default)]
pub struct LedgerBeginning {
    /// The run whose claim ends now.
    pub take_over: Option<String>,
    /// Whether an older commit than the recorded one may be applied.
    pub allow_older: bool,
}

/// Which files a run reads.
#[derive(Clone, Debug, Default)]
pub struct FileOptions {
    /// Project folders, folders inside one, or single files; none means the working folder.
    pub paths: Vec<PathBuf>,
    /// The project file to use where there are several.
    pub project: Option<PathBuf>,
    /// The files that the caller writes after the run. A run that reads one of them does not start.
    pub outputs: Vec<PathBuf>,
}

impl FileOptions {
    /// The same for `config`, seen from the working folder.
    pub(super) fn request(&self, env: &Environment) -> ProjectRequest {
        ProjectRequest {
            cwd: env.folder.clone(),
            paths: self.paths.clone(),
            project: self.project.clone(),
            git: env.git.clone(),
            outputs: self.outputs.clone(),
            at: RunInstant::Started(env.clock.started_at),
        }
    }
}

/// How a run reaches the API.
#[derive(Clone, Debug, Default)]
pub struct ConnectionOptions {
    /// The address that wins over RINGFORM_ENDPOINT and the project file.
    pub endpoint: Option<String>,
    /// How many clients at a time; `None` for the limit of the project.
    pub concurrency: Option<usize>,
    /// Certificates to trust besides those of the system, in PEM.
    pub ca_file: Option<PathBuf>,
    /// How long a run waits at most for the reset of a used-up quota.
    pub wait_quota: Duration,
    /// Whether credentials may run a command.
    pub allow_command: bool,
}

/// The revision that a run compares with.
#[derive(Clone, Debug, Default)]
pub struct BaseOptions {
    /// Its name in git; `None` compares with none.
    pub revision: Option<String>,
    /// Whether to read only clients whose declaration differs from it.
    pub affected: bool,
    /// Whether to send requests though endpoint or credentials differ from it.
    pub trust_project: bool,
}

/// What apply is asked to do.
#[derive(Clone, Debug, Default)]
pub struct ApplyRequest {
    /// What it has in common with plan.
    pub run: RunRequest,
    /// A saved plan to apply in place of a new one.
    pub saved_plan: Option<PathBuf>,
    /// Whether to send without a question.
    pub yes: bool,
    /// Fields that may change along with a PUT.
    pub allow_collateral: SettingSet,
    /// The run with a collateral that this run may send after.
    pub after_collateral: Option<String>,
    /// Whether a person is at the terminal: then an earlier collateral is a warning.
    pub has_terminal: bool,
    /// The limits of its flags. They can only be stricter than those of the project.
    pub limits: SendLimits,
}

/// What undo is asked to do.
#[derive(Clone, Debug)]
pub struct UndoRequest {
    /// What it has in common with plan.
    pub run: RunRequest,
    /// The run to take back.
    pub past: PastRunName,
}

/// A past run of apply, as people name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PastRunName {
    /// By its name; its report is in the ledger or in the journals.
    Run(String),
    /// By the file of its report.
    File(PathBuf),
}

/// What drift is asked to do.
#[derive(Clone, Debug, Default)]
pub struct DriftRequest {
    /// What it has in common with plan.
    pub run: RunRequest,
    /// The report of the run before; the file may not exist yet.
    pub since: Option<PathBuf>,
    /// How many clients to read at most.
    pub budget: Option<u64>,
    /// Where to send new findings.
    pub notification: Option<Notification>,
}

/// A webhook and what to post to it.
#[derive(Clone, Debug)]
pub struct Notification {
    /// Its address, a secret.
    pub address: Secret,
    /// The flag or variable that names the address, for messages.
    pub named_by: &'static str,
    /// Writes the body out of a report.
    pub body: fn(&Plan, &mut Vec<u8>) -> io::Result<()>,
}

/// What import is asked to do.
#[derive(Clone, Debug, Default)]
pub struct ImportRequest {
    /// The files.
    pub files: FileOptions,
    /// The clients; none means `@me`.
    pub clients: Vec<ClientId>,
    /// A CSV file that names the clients in place of `clients`. A client that has a document is then skipped.
    pub from: Option<PathBuf>,
    /// Whether values that the documents share become profiles. A client that the project declares is then skipped.
    pub factor: bool,
    /// The folder to write to; `None` for `clients` in the project.
    pub out: Option<PathBuf>,
    /// Whether to replace files that exist.
    pub force: bool,
    /// The credentials to read with; `None` for the default of the project.
    pub credentials: Option<Arc<str>>,
    /// The connection.
    pub connection: ConnectionOptions,
}

/// What audit is asked to do.
#[derive(Clone, Debug, Default)]
pub struct AuditRequest {
    /// The files.
    pub files: FileOptions,
    /// The clients; none means those that the project declares, and `@me` outside of a project.
    pub clients: Vec<ClientId>,
    /// A list of clients in place of them.
    pub from: Option<PathBuf>,
    /// Which declared clients, where the request names none.
    pub selection: Selection,
    /// The credentials for clients that no document declares; `None` for the default of the project.
    pub credentials: Option<Arc<str>>,
    /// A file with guards that judge too.
    pub floor: Option<PathBuf>,
    /// The connection.
    pub connection: ConnectionOptions,
}

impl AuditRequest {
    /// Whether the request says which clients to read, whatever the project declares.
    pub(super) fn names_clients(&self) -> bool {
        !self.clients.is_empty() || self.from.is_some()
    }
}

/// What `auth check` is asked to do.
#[derive(Clone, Debug, Default)]
pub struct AuthRequest {
    /// The files.
    pub files: FileOptions,
    /// The connection.
    pub connection: ConnectionOptions,
}
