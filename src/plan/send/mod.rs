//! Sending: what of a plan may be sent, the body of a PUT, and the judgement of its answer.
//!
//! Holds the scope, the limits, the forecast, the recheck before a PUT, the exchange of one write, and the check after
//! it.

mod body;
pub(super) mod closing;
mod closing_scope;
mod exchange;
mod forecast;
mod limits;
pub(super) mod patch;
mod recheck;
mod replan;
pub(super) mod result;
mod scope;
pub(super) mod verify;

pub use body::PutBody;
pub use closing::{ClosingPatch, NotClosed};
pub use closing_scope::ClosingScope;
pub use exchange::{Event, Exchange, NextAction, Pause, TRIES};
pub use forecast::{Forecast, forecast};
pub use limits::{ExceededLimit, exceeded, limit_name, loosened, looser_flags};
pub use patch::Patch;
pub use recheck::{ClearedPatch, Recheck, recheck};
pub use replan::ReplanRules;
pub use result::{ApplyResult, Collateral, ConfirmedBy, Details, NotConverged};
pub use scope::{Overwrite, SendScope};
pub use verify::had_something_to_lose;
