//! What `init` is asked to write, by flags or by the answers of a person.

use std::path::PathBuf;

use ringform::model::ClientId;
use ringform::model::guard::BuiltIn;

use crate::cli::{InitArgs, Pipeline};

/// What a new project is to hold.
#[derive(Clone, Debug, Default)]
pub(crate) struct InitChoices {
    /// The address of the API; `None` for that of the starter project.
    pub endpoint: Option<String>,
    /// The clients to import.
    pub clients: Vec<ClientId>,
    /// The file that names the clients to import.
    pub from: Option<PathBuf>,
    /// The guards; `None` for those of the starter project.
    pub guards: Option<Vec<&'static BuiltIn>>,
    /// The pipelines, each once.
    pub pipelines: Vec<Pipeline>,
    /// Whether the project has a simulator.
    pub demo: bool,
}

impl InitChoices {
    /// Whether clients are imported once the project is written.
    pub(crate) fn imports(&self) -> bool {
        !self.clients.is_empty() || self.from.is_some()
    }

    /// Whether a choice is about the project itself, and not only about its pipelines.
    pub(crate) fn changes_project(&self) -> bool {
        self.imports() || self.endpoint.is_some() || self.guards.is_some()
    }
}

impl From<&InitArgs> for InitChoices {
    fn from(args: &InitArgs) -> InitChoices {
        InitChoices {
            endpoint: args.endpoint.clone(),
            clients: args.clients.clone(),
            from: args.from.clone(),
            guards: (!args.guards.is_empty()).then(|| args.guards.clone()),
            pipelines: each_once(&args.ci),
            demo: args.demo,
        }
    }
}

/// The same in their order, each once.
pub(super) fn each_once<T: Copy + PartialEq>(all: &[T]) -> Vec<T> {
    let mut once: Vec<T> = Vec::new();
    for one in all {
        if !once.contains(one) {
            once.push(*one);
        }
    }
    once
}
