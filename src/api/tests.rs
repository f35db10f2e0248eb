//! Trials over real connections.
