//! Past runs of apply, for `log` and `undo`.
//!
//! Holds the one type that the ledger and the journals fill, and the list that `log` shows. It must not know where a
//! run was recorded.

mod list;
mod run;

pub use list::{ClientChange, DayRange, RunList, RunListSource, day_of};
pub use run::{PastAuthor, PastChange, PastClient, PastResult, PastRun, PutFate, RunCounts, time_of};
