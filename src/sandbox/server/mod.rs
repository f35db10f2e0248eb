//! Connections and requests: the start and the end, the accept loop, one request from head to answer, the bytes sent.

pub(crate) mod accept;
pub(crate) mod connection;
pub(crate) mod options;
pub(crate) mod phase;
pub(crate) mod request;
pub(crate) mod running;
pub(crate) mod script;
pub(crate) mod simulator;
pub(crate) mod start;
