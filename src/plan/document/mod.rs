//! The document that plans, reports and saved files share.
//!
//! Holds its type, its JSON with schema and digest, the reading of a saved file, and the merging of shards.

mod digest;
mod json;
pub(super) mod load;
mod merge;
pub(super) mod plan;
mod schema;

pub use digest::{of_clients as digest_of_clients, of_plan as digest};
pub use load::{LoadError, load};
pub use merge::{merge, of_one_kind};
pub use plan::{
    DocumentKind, FORMAT_VERSION, Plan, QuotaUsage, ReleasedClient, Requests, Run, Shard, Summary, UndoneRun,
};
pub use schema::plan_schema;
