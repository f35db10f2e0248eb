//! The sections of project files and client documents: from located nodes to typed values.

mod credentials;
pub(crate) mod document;
mod entries;
pub(crate) mod floor;
pub(crate) mod guard_case;
mod guards;
pub(crate) mod inheritance;
mod key_row;
pub mod keys;
mod layers;
mod ledger;
mod limits;
pub(crate) mod project;
pub(crate) mod settings;
mod template;
mod temporary;
mod terms;
mod waivers;

pub use credentials::Credential;
pub use limits::{Limits, parse_duration};
pub use project::Project;
pub use template::Template;
