//! A project whose file is not written yet.
//!
//! Owns what can be known of it before: whether its text is valid, and which clients a list names for it.

use std::path::{Path, PathBuf};

use crate::config::{self, ClientList, Loaded};
use crate::model::{Diagnostic, Untrusted};
use crate::run::{Environment, FileOptions};

/// A project whose file is not written yet.
#[derive(Clone, Debug)]
pub struct UnwrittenProject {
    /// Its folder, which may not exist.
    pub folder: PathBuf,
    /// The text of its ringform.yaml.
    pub text: String,
}

impl UnwrittenProject {
    /// The project as a run would load it.
    pub(super) fn load(&self, env: &Environment) -> Loaded {
        config::load_project_text(&self.folder, &self.text, &FileOptions::default().request(env))
    }

    /// The clients of a list, as an import into this project would read them.
    ///
    /// # Errors
    ///
    /// The text or the list is not valid.
    pub fn client_list(&self, from: &Path, env: &Environment) -> Result<ClientList, Vec<Diagnostic>> {
        let loaded = self.load(env);
        let Some(project) = loaded.project else { return Err(loaded.diagnostics) };
        let name = Untrusted::from(from.display().to_string());
        config::load_client_list(&env.folder.join(from), &name, &project, project.default_credentials.as_ref())
    }
}
