//! The JSON Schema of the plan document, read off the struct that is written.

use serde_json::Value as Json;

/// schemas/plan.schema.json.
pub fn plan_schema() -> Json {
    schemars::schema_for!(crate::plan::document::json::DocumentJson<'_>).to_value()
}
