//! What an answer holds: the refusals of the API, the body, the headers. Must not depend on other folders of
//! the simulator.

pub(crate) mod content;
pub(crate) mod gzip;
pub(crate) mod quota_headers;
pub(crate) mod refusal;
