//! The API as its wiki documents it: paths, resources and the semantics that the wiki leaves open. Knows no faults and no connections.

pub(crate) mod client_api;
pub(crate) mod route;
pub(crate) mod semantics;
pub(crate) mod zones;
