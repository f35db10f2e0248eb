//! Why a run did not start.
//!
//! Owns the error that every run returns before its work begins. It holds facts; commands choose the words and the
//! escapes.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;

use crate::config::OutputClash;
use crate::model::Untrusted;
use crate::plan::document::LoadError;
use crate::plan::{DocumentKind, Plan};

/// Why a run did not start.
#[derive(Debug)]
pub enum NotStarted {
    /// Files, base, trust or connection have problems. The diagnostics of the report name them.
    Problems(Box<Plan>),
    /// The saved plan cannot be applied.
    SavedPlan {
        /// The file of the plan.
        file: PathBuf,
        /// What is wrong with it.
        flaw: SavedPlanFlaw,
    },
    /// The caller would replace a file that the run reads. It must write nothing.
    OutputIsInput(OutputClash),
    /// The project file declares no credentials of this name.
    UndeclaredCredentials(Arc<str>),
    /// Anything else. Its text is not escaped.
    Failed(anyhow::Error),
}

/// Why a saved plan cannot be applied.
#[derive(Debug)]
pub enum SavedPlanFlaw {
    /// The file cannot be read.
    Unreadable(io::Error),
    /// The file holds no valid plan.
    NotValid(LoadError),
    /// The file holds a document of another kind than a plan. The text says why that kind is not applied.
    OtherKind(&'static str),
    /// The plan judges by an instant that `--at` named, and not by the start of its run.
    OtherInstant(Timestamp),
    /// A path names a document, and a saved plan is applied whole.
    NamesDocument(PathBuf),
    /// The plan was made for another project.
    OtherProject,
    /// The plan was made for another endpoint.
    OtherEndpoint {
        /// The endpoint of the plan.
        planned: Untrusted,
        /// The endpoint of the project.
        now: Untrusted,
    },
    /// The plan names credentials that the project file does not declare.
    UndeclaredCredentials(Arc<str>),
}

impl NotStarted {
    /// The same for a run of apply: its document is a report, although nothing was sent.
    pub(super) fn into_report(self) -> NotStarted {
        match self {
            NotStarted::Problems(mut report) => {
                report.kind = DocumentKind::Report;
                NotStarted::Problems(report)
            }
            other => other,
        }
    }
}

impl From<anyhow::Error> for NotStarted {
    fn from(error: anyhow::Error) -> NotStarted {
        NotStarted::Failed(error)
    }
}
