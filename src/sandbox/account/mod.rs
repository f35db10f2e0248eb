//! Applications, their tokens, their rights and their quota. Must not depend on stored clients or
//! faults.

pub(crate) mod app;
pub(crate) mod quota;
pub(crate) mod tokens;
