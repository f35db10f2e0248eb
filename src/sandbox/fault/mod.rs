//! Faults on demand: their names and conditions, and what each does to an answer. Connections play the faults below
//! HTTP.

pub(crate) mod corrupt;
pub(crate) mod kind;
pub(crate) mod short_circuit;
pub(crate) mod table;
pub(crate) mod text;
pub(crate) mod trigger;
pub(crate) mod units;
