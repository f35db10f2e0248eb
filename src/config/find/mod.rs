//! Which files: the project file, the documents of a project, and what their names mean.

pub(crate) mod globs;
pub(crate) mod names;
pub(crate) mod outputs;
pub(crate) mod project;
pub(crate) mod walk;

pub use names::is_project_file;
pub use outputs::{OutputClash, ProjectInput};
pub use project::{ProjectRequest, is_outside_of_projects};
