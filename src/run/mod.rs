//! One run, as a library call: plan, apply, undo, adopt, drift, audit, import, auth, validate, resolve.
//!
//! Owns the straight line of a run: request, files, base, trust, selection, connection, reads, writes, outcome. The
//! request and the environment come in as values. A run prints nothing, asks no clock and knows no terminal; it reports
//! events and returns results.

mod adopt;
mod apply;
mod apply_lock;
mod audit;
mod audit_scope;
mod auth;
mod collateral;
mod drift;
mod environment;
mod events;
mod guard_test;
mod identity;
mod import;
mod log;
mod not_started;
mod offline;
mod outcome;
mod past_run;
mod plan;
mod preflight;
mod project_seed;
mod read;
mod ready;
mod recording;
mod renewal;
mod request;
mod reread;
mod resolve;
mod saved_plan;
mod session;
#[cfg(test)]
mod testing;
mod undo;
mod unresolved;
mod unwritten;
mod validate;
mod warnings;
mod workers;
mod write;

pub use crate::api::{Secret, Shutdown, User};
pub use crate::git::{GitChildren, GitEnvironment};
pub use crate::journal::state_folder;
pub use adopt::{AdoptFile, AdoptOutcome, AdoptProposal, UnreadClient, adopt};
pub use apply::{Answer, apply};
pub use audit::{AuditOutcome, audit};
pub use auth::{AuthOutcome, CredentialCheck, auth, auth_before_writing};
pub use drift::drift;
pub use environment::{Clock, Environment, Persist, Variables};
pub use events::{AffectedClients, Listener, RunEvent};
pub use guard_test::{GuardTestOutcome, guard_test};
pub use import::{
    FactorError, FactorOutcome, ImportError, ImportOutcome, ImportResult, ImportWarning, ImportedClient,
    NotEditedReason, import,
};
pub use log::{LogOutcome, LogRequest, LogShown, log, log_verify};
pub use not_started::{NotStarted, SavedPlanFlaw};
pub use offline::plan_offline;
pub use outcome::{ExitRules, ExitStatus, RunOutcome};
pub use plan::plan;
pub use preflight::{CREDENTIAL_FILES, FLOOR_FILE, credential_variables, endpoint_address};
pub use project_seed::{ProjectSeed, project_seed};
pub use request::{
    ApplyRequest, Attribution, AuditRequest, AuthRequest, BaseOptions, ConnectionOptions, DriftRequest, FileOptions,
    ImportRequest, LedgerBeginning, LedgerOptions, Notification, PastRunName, RunRequest, UndoRequest,
};
pub use resolve::{ResolvedProject, resolve};
pub use session::simulator_state;
pub use undo::undo;
pub use unwritten::UnwrittenProject;
pub use validate::{Validation, validate};
