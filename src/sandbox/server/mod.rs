//! Connections and requests: start and end, the accept loop, one request from head to answer, the bytes on the connection.

pub(crate) mod accept;
pub(crate) mod connection;
pub(crate) mod lifecycle;
pub(crate) mod options;
pub(crate) mod phase;
pub(crate) mod request;
pub(crate) mod script;
