//! Applications, their tokens, their rights and their quota. Depends on the answers of the API, never on stored clients or faults.

pub(crate) mod app;
pub(crate) mod quota;
pub(crate) mod tokens;
