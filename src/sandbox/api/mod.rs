//! The API as its wiki documents it: paths, resources and the semantics that the wiki leaves open. Must not depend
//! on faults or connections.

pub(crate) mod client_api;
pub(crate) mod route;
pub(crate) mod semantics;
pub(crate) mod zones;
