//! Arguments become requests.
//!
//! Owns the one conversion from the command line to what `run` takes.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use ringform::model::{GuardOverride, LimitKind, SendLimits};
use ringform::plan::SendScope;
use ringform::plan::select::Selection;
use ringform::plan::send::ClosingScope;
use ringform::run::{
    ApplyRequest, Attribution, AuditRequest, AuthRequest, BaseOptions, ConnectionOptions, DriftRequest, FileOptions,
    ImportRequest, LedgerBeginning, LedgerOptions, PastRunName, RunRequest, UndoRequest,
};

use crate::cli::adopt::AdoptArgs;
use crate::cli::audit::AuditArgs;
use crate::cli::guard::GuardTestArgs;
use crate::cli::offline::{ResolveArgs, SandboxArgs, ValidateArgs};
use crate::cli::online::{ApplyArgs, AuthCheckArgs, DriftArgs, ImportArgs, PlanArgs};
use crate::cli::shared::{
    AttributionArgs, BaseArgs, CompareArgs, ConnectArgs, FileArgs, OutputArgs, OverrideArgs, SelectArgs, SendArgs,
};
use crate::cli::undo::UndoArgs;

impl From<&FileArgs> for FileOptions {
    fn from(args: &FileArgs) -> FileOptions {
        FileOptions { paths: args.paths.clone(), project: args.project.clone(), outputs: Vec::new() }
    }
}

impl From<&GuardTestArgs> for FileOptions {
    fn from(args: &GuardTestArgs) -> FileOptions {
        FileOptions { paths: args.paths.clone(), project: args.project.clone(), outputs: Vec::new() }
    }
}

impl From<&SandboxArgs> for FileOptions {
    fn from(args: &SandboxArgs) -> FileOptions {
        FileOptions {
            paths: args.folder.iter().cloned().collect(),
            project: args.project.clone(),
            ..FileOptions::default()
        }
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
        SendScope {
            only: args.only.iter().copied().collect(),
            overwrite: args.overwrite_drift.clone(),
            ..SendScope::default()
        }
    }
}

impl From<&AttributionArgs> for Attribution {
    fn from(args: &AttributionArgs) -> Attribution {
        Attribution { actor: args.actor.clone(), reason: args.reason.clone() }
    }
}

impl OverrideArgs {
    /// One override for each guard, all for one reason.
    fn all(&self, attribution: &AttributionArgs) -> Vec<GuardOverride> {
        let reason = attribution.reason.as_deref().unwrap_or_default();
        let names: BTreeSet<&str> = self.guards.iter().map(String::as_str).collect();
        names.into_iter().map(|guard| GuardOverride { guard: guard.into(), reason: reason.into() }).collect()
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

impl CompareArgs {
    /// A request without what only some of the commands have. `other` is an output beside the formats.
    fn request(&self, output: &OutputArgs, other: Option<&PathBuf>) -> RunRequest {
        RunRequest {
            files: files(&self.files, output, other),
            selection: (&self.select).into(),
            connection: (&self.connect).into(),
            base: (&self.base).into(),
            floor: self.floor.floor.clone(),
            ledger: LedgerOptions { is_left_out: self.ledger.no_ledger, begins: None },
            names_commit: output.names_commit(),
            ..RunRequest::default()
        }
    }
}

impl From<&UndoArgs> for UndoRequest {
    fn from(args: &UndoArgs) -> UndoRequest {
        let run = RunRequest {
            files: files(&args.files, &args.output, args.out.as_ref()),
            selection: (&args.select).into(),
            connection: (&args.connect).into(),
            floor: args.floor.floor.clone(),
            ledger: LedgerOptions { is_left_out: args.ledger.no_ledger, begins: None },
            overrides: args.overrides.all(&args.attribution),
            attribution: (&args.attribution).into(),
            names_commit: true,
            ..RunRequest::default()
        };
        // The name of a run has neither of the two, and is UTF-8.
        let past = match args.past.to_str().filter(|name| !name.contains(['/', '.'])) {
            Some(run) => PastRunName::Run(run.to_owned()),
            None => PastRunName::File(args.past.clone()),
        };
        UndoRequest { run, past }
    }
}

impl From<&ValidateArgs> for RunRequest {
    fn from(args: &ValidateArgs) -> RunRequest {
        RunRequest {
            files: files(&args.files, &args.output, None),
            floor: args.floor.floor.clone(),
            at: args.instant.at.clone(),
            names_commit: args.output.names_commit(),
            ..RunRequest::default()
        }
    }
}

impl From<&ResolveArgs> for RunRequest {
    fn from(args: &ResolveArgs) -> RunRequest {
        RunRequest {
            files: (&args.files).into(),
            selection: (&args.select).into(),
            at: args.instant.at.clone(),
            ..RunRequest::default()
        }
    }
}

impl From<&PlanArgs> for RunRequest {
    fn from(args: &PlanArgs) -> RunRequest {
        RunRequest {
            sending: (&args.sending).into(),
            overrides: args.overrides.all(&args.attribution),
            attribution: (&args.attribution).into(),
            at: args.instant.at.clone(),
            names_commit: args.out.is_some() || args.output.names_commit(),
            ..args.compare.request(&args.output, args.out.as_ref())
        }
    }
}

impl From<&AdoptArgs> for RunRequest {
    fn from(args: &AdoptArgs) -> RunRequest {
        RunRequest {
            sending: SendScope { only: args.origins.iter().copied().collect(), ..SendScope::default() },
            ..args.compare.request(&OutputArgs::default(), None)
        }
    }
}

impl ApplyArgs {
    /// The limits of the flags.
    fn limits(&self) -> SendLimits {
        let flags = [
            (LimitKind::Changes, self.max_changes),
            (LimitKind::Opening, self.max_opening),
            (LimitKind::Failures, self.max_failures),
            (LimitKind::Canary, self.canary),
        ];
        let share = self.max_changed_clients.map(|share| share.limit()).map(|(kind, amount)| (kind, Some(amount)));
        SendLimits::of_flags(flags.into_iter().chain(share))
    }
}

impl From<&ApplyArgs> for ApplyRequest {
    fn from(args: &ApplyArgs) -> ApplyRequest {
        ApplyRequest {
            run: RunRequest {
                sending: SendScope { closing: args.only_closing.then(ClosingScope::default), ..(&args.sending).into() },
                ledger: LedgerOptions {
                    is_left_out: args.compare.ledger.no_ledger,
                    begins: Some(LedgerBeginning { take_over: args.take_over.clone(), allow_older: args.allow_older }),
                },
                overrides: args.overrides.all(&args.attribution),
                attribution: (&args.attribution).into(),
                names_commit: true,
                ..args.compare.request(&args.output, None)
            },
            saved_plan: args.plan.clone(),
            yes: args.yes,
            allow_collateral: args.allow_collateral.iter().copied().collect(),
            after_collateral: args.after_collateral.clone(),
            has_terminal: false,
            limits: args.limits(),
        }
    }
}

impl From<&DriftArgs> for DriftRequest {
    fn from(args: &DriftArgs) -> DriftRequest {
        DriftRequest {
            run: RunRequest {
                at: args.instant.at.clone(),
                ..args.compare.request(&args.output, args.metrics.as_ref())
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
            from: args.from.clone(),
            factor: args.factor,
            out: args.out.clone(),
            force: args.force,
            credentials: args.credentials.as_deref().map(Into::into),
            connection: (&args.connect).into(),
        }
    }
}

impl From<&AuditArgs> for AuditRequest {
    fn from(args: &AuditArgs) -> AuditRequest {
        let outputs = args.formats.iter().filter_map(|(_, file)| file.clone()).collect();
        AuditRequest {
            files: FileOptions { project: args.project.clone(), outputs, ..FileOptions::default() },
            clients: args.ids.clone(),
            from: args.from.clone(),
            selection: Selection {
                clients: args.clients.clone(),
                labels: args.labels.clone(),
                shard: args.shard,
                ..Selection::default()
            },
            credentials: args.credentials.as_deref().map(Into::into),
            floor: args.floor.floor.clone(),
            connection: (&args.connect).into(),
        }
    }
}

impl From<&AuthCheckArgs> for AuthRequest {
    fn from(args: &AuthCheckArgs) -> AuthRequest {
        AuthRequest { files: (&args.files).into(), connection: (&args.connect).into() }
    }
}
