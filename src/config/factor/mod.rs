//! Which settings of a fleet become profiles, and what each document still says.
//!
//! Owns the thresholds and the names of the profiles that `import --factor` makes. Everything here is a pure function:
//! documents and profiles come in as values. It must not know files, YAML or a field by name.

mod factoring;
mod fleet;
mod names;
mod shared;
#[cfg(test)]
mod tests;

pub use factoring::{FactoredDocument, Factoring, SharedProfile, SharedValue, factor};
pub use fleet::{ExistingProfile, ExistingProfiles, FEWEST, FactorClient};
