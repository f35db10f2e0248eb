//! The file system, as far as several rooms need it: how a file is opened that ringform reads, and which file a path
//! means.
//!
//! Owns the rule that no read waits for a FIFO or starts a device. It must not know what a file is for.

mod open;
mod path;

pub use open::{NOT_REGULAR, open_found, open_input, open_regular, read_in_place, read_input, read_stream};
pub use path::{FileIdentity, PathEnd, cross_links, folder, follow_links};
