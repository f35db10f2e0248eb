//! Edits of YAML text that keep every other byte.
//!
//! Owns the way from an edit to the bytes that it replaces, found by the spans of the parser's events. It checks that
//! the result is the wanted tree. It must not know any key, field or file.

mod check;
mod entry;
mod list;
mod locate;
#[cfg(test)]
mod random_tests;
mod refusal;
mod replace;
mod source;
mod splice;
mod style;
#[cfg(test)]
mod tests;
mod yaml_edit;

pub use refusal::{EditRefusal, EditRefusalKind};
pub use source::{WrittenDocuments, WrittenValue};
pub use yaml_edit::{YamlEdit, edit, edit_all};
