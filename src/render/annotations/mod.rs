//! Annotations: what CI systems mark at a line of a file.
//!
//! Owns the list of annotations of a plan or a report, and the three formats that show it: GitHub, JUnit and SARIF.

pub(super) mod annotation;
mod client;
mod difference;
mod drift;
pub(super) mod github;
pub(super) mod junit;
pub(super) mod list;
mod path;
mod rule;
pub(super) mod sarif;
mod scheduled;

pub(crate) use rule::CLIENT_RULES;
