//! Why a run did not start.
//!
//! Owns the error that every run returns before its work begins. It holds facts; commands choose the words and the escapes.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use crate::model::Untrusted;
use crate::plan::Plan;
use crate::plan::load::LoadError;

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
    /// The file is the report of an apply.
    IsReport,
    /// The plan was made without reading live clients.
    IsOffline,
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

impl From<anyhow::Error> for NotStarted {
    fn from(error: anyhow::Error) -> NotStarted {
        NotStarted::Failed(error)
    }
}
