//! YAML text to located nodes, and the problems of one file.

mod conflict;
pub(crate) mod lines;
pub(crate) mod mapping;
pub(crate) mod node;
mod parse;
pub(crate) mod problems;
mod syntax;

pub(crate) use node::{Position, YamlContent, YamlDocument, YamlNode};
pub(crate) use parse::read;
pub(crate) use problems::Problems;
