//! Arguments become requests.
//!
//! Owns the one conversion from the command line to what `run` takes.

use std::path::PathBuf;
use std::time::Duration;

use ringform::plan::SendScope;
use ringform::plan::select::Selection;
use ringform::plan::send::SizeLimits;
use ringform::run::{
    ApplyRequest, AuthRequest, BaseOptions, ConnectionOptions, DriftRequest, FileOptions, ImportRequest, RunRequest,
};

use crate::cli::offline::{ResolveArgs, ValidateArgs};
use crate::cli::online::{ApplyArgs, AuthCheckArgs, DriftArgs, ImportArgs, PlanArgs};
use crate::cli::shared::{BaseArgs, ConnectArgs, FileArgs, OutputArgs, SelectArgs, SendArgs};

impl From<&FileArgs> for FileOptions {
    fn from(args: &FileArgs) -> FileOptions {
        FileOptions { paths: args.paths.clone(), project: args.project.clone(), outputs: Vec::new() }
    }
}

impl From<&SelectArgs> for Selection {
    fn from(args: &SelectArgs) -> Selection {
        Selection {
            clients: args.clients.clone(),
            labels: args.labels.clone(),
            fields: args.fields.iter().copied().collect(),
            shard: args.shard,
        }
    }
}

impl From<&ConnectArgs> for ConnectionOptions {
    fn from(args: &ConnectArgs) -> ConnectionOptions {
        ConnectionOptions {
            endpoint: args.endpoint.clone(),
            concurrency: args.concurrency.map(usize::from),
            ca_file: args.ca_file.clone(),
            wait_quota: args.wait_quota.unwrap_or(Duration::ZERO),
            allow_command: args.allow_command,
        }
    }
}

impl From<&BaseArgs> for BaseOptions {
    fn from(args: &BaseArgs) -> BaseOptions {
        BaseOptions { revision: args.base.clone(), affected: args.affected, trust_project: args.trust_project }
    }
}

impl From<&SendArgs> for SendScope {
    fn from(args: &SendArgs) -> SendScope {
        SendScope { only: args.only.iter().copied().collect(), overwrite: args.overwrite_drift.clone() }
    }
}

impl OutputArgs {
    /// Whether a format shows the commit or names files from the top of the repository.
    fn names_commit(&self) -> bool {
        self.formats.iter().any(|(format, _)| format.needs_revision())
    }
}

/// The files of a command that writes these outputs, and `other` beside its formats.
fn files(args: &FileArgs, output: &OutputArgs, other: Option<&PathBuf>) -> FileOptions {
    let outputs = output.formats.iter().filter_map(|(_, file)| file.as_ref()).chain(other);
    FileOptions { outputs: outputs.cloned().collect(), ..args.into() }
}

impl From<&ValidateArgs> for RunRequest {
    fn from(args: &ValidateArgs) -> RunRequest {
        RunRequest {
            files: files(&args.files, &args.output, None),
            names_commit: args.output.names_commit(),
            ..RunRequest::default()
        }
    }
}

impl From<&ResolveArgs> for RunRequest {
    fn from(args: &ResolveArgs) -> RunRequest {
        RunRequest { files: (&args.files).into(), selection: (&args.select).into(), ..RunRequest::default() }
    }
}

impl From<&PlanArgs> for RunRequest {
    fn from(args: &PlanArgs) -> RunRequest {
        RunRequest {
            files: files(&args.files, &args.output, args.out.as_ref()),
            selection: (&args.select).into(),
            connection: (&args.connect).into(),
            base: (&args.base).into(),
            sending: (&args.sending).into(),
            names_commit: args.out.is_some() || args.output.names_commit(),
        }
    }
}

impl From<&ApplyArgs> for ApplyRequest {
    fn from(args: &ApplyArgs) -> ApplyRequest {
        ApplyRequest {
            run: RunRequest {
                files: files(&args.files, &args.output, None),
                selection: (&args.select).into(),
                connection: (&args.connect).into(),
                base: (&args.base).into(),
                sending: (&args.sending).into(),
                names_commit: true,
            },
            saved_plan: args.plan.clone(),
            yes: args.yes,
            allow_collateral: args.allow_collateral.iter().copied().collect(),
            limits: SizeLimits { changes: args.max_changes, clients: args.max_changed_clients },
            max_failures: args.max_failures,
            canary: args.canary,
        }
    }
}

impl From<&DriftArgs> for DriftRequest {
    fn from(args: &DriftArgs) -> DriftRequest {
        DriftRequest {
            run: RunRequest {
                files: files(&args.files, &args.output, args.metrics.as_ref()),
                selection: (&args.select).into(),
                connection: (&args.connect).into(),
                base: (&args.base).into(),
                sending: SendScope::default(),
                names_commit: args.output.names_commit(),
            },
            since: args.since.clone(),
            budget: args.budget,
            notification: None,
        }
    }
}

impl From<&ImportArgs> for ImportRequest {
    fn from(args: &ImportArgs) -> ImportRequest {
        ImportRequest {
            files: FileOptions { project: args.project.clone(), ..FileOptions::default() },
            clients: args.clients.clone(),
            out: args.out.clone(),
            force: args.force,
            credentials: args.credentials.as_deref().map(Into::into),
            connection: (&args.connect).into(),
        }
    }
}

impl From<&AuthCheckArgs> for AuthRequest {
    fn from(args: &AuthCheckArgs) -> AuthRequest {
        AuthRequest { files: (&args.files).into(), connection: (&args.connect).into() }
    }
}
