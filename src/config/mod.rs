//! Files to declarations.
//!
//! Owns everything between the bytes of a project and its declarations, in the work tree or at a git revision. `find`
//! finds the files, `yaml` reads them as located nodes, `sections` turns nodes into typed values, `git` reads a
//! revision, `emit` writes documents, `edit` changes values in place. `load` collects all problems of all files. The
//! room must not know HTTP, the environment or a field by name. Texts and file names are untrusted.

mod adopted_value;
mod batch;
mod client_list;
mod edit;
mod emit;
mod example;
mod find;
mod floor;
mod git;
mod guard_tests;
mod load;
mod schema;
mod sections;
#[cfg(test)]
mod tests;
mod text;
mod yaml;

pub use adopted_value::adopted_value;
pub use client_list::{ClientList, ListedClient, load_client_list};
pub use edit::{EditRefusal, EditRefusalKind, WrittenDocuments, WrittenValue, YamlEdit, edit, edit_all};
pub use emit::{ClientLabels, Draft, write_document, write_settings};
pub use example::is_untouched_example;
pub use find::{OutputClash, ProjectInput, ProjectRequest, is_outside_of_projects, is_project_file};
pub use floor::load_floor;
pub use git::{Baseline, BranchTip, ChangedFile, Repository, base};
pub(crate) use git::{applied_project, is_shallow};
pub use guard_tests::{GuardTests, load_guard_tests};
pub use load::{Loaded, declarations_of, load, load_project, load_project_text, project_of};
pub use schema::{client_schema, project_schema};
pub use sections::{Credential, Limits, Project, Template, keys, parse_duration};
