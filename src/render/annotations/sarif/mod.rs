//! SARIF 2.1.0, as code scanning reads it: the log of a plan, and the types of the schema.

pub(in crate::render) mod log;
mod schema;
