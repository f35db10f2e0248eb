//! The digest of a plan: SHA-256 over canonical JSON.
//!
//! Owns the canonical form: one object of `clients`, `endpoint` and `format_version`, keys sorted, no blanks, UTF-8. It finds
//! damage and hand edits; it is no signature.

use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use crate::plan::document::{FORMAT_VERSION, Plan};
use crate::plan::wire::WireClient;

/// The digest of a plan in memory: `sha256:` and 64 hex digits. Clients are hashed one at a time, so memory stays flat.
pub fn of_plan(plan: &Plan) -> serde_json::Result<String> {
    let clients = plan.clients.iter().map(|client| serde_json::to_value(WireClient::from(client)));
    of(clients, &Json::from(plan.endpoint.raw()), &Json::from(FORMAT_VERSION))
}

/// The digest that a document read from a file should carry, over all it holds, keys that we do not know too.
pub fn of_document(document: &Json) -> serde_json::Result<String> {
    let empty = Vec::new();
    let clients = document.get("clients").and_then(Json::as_array).unwrap_or(&empty).iter().cloned().map(Ok);
    let part = |key: &str| document.get(key).cloned().unwrap_or(Json::Null);
    of(clients, &part("endpoint"), &part("format_version"))
}

fn of(
    clients: impl Iterator<Item = serde_json::Result<Json>>,
    endpoint: &Json,
    version: &Json,
) -> serde_json::Result<String> {
    let mut hash = Sha256::new();
    hash.update(b"{\"clients\":[");
    for (index, client) in clients.enumerate() {
        if index > 0 {
            hash.update(b",");
        }
        // serde_json keeps maps sorted (its `preserve_order` is off; a test below holds that).
        hash.update(serde_json::to_vec(&client?)?);
    }
    hash.update(b"],\"endpoint\":");
    hash.update(serde_json::to_vec(endpoint)?);
    hash.update(b",\"format_version\":");
    hash.update(serde_json::to_vec(version)?);
    hash.update(b"}");
    let hex: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(format!("sha256:{hex}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_canonical_form_is_sorted_and_tight() {
        let document: Json =
            serde_json::from_str(r#"{ "format_version":"1.0", "clients":[{"b":1,"a":[ 2.50,"é"]}], "endpoint":"e" }"#)
                .unwrap();
        let expected = Sha256::digest(
            "{\"clients\":[{\"a\":[2.50,\"é\"],\"b\":1}],\"endpoint\":\"e\",\"format_version\":\"1.0\"}",
        );
        let hex: String = expected.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(of_document(&document).unwrap(), format!("sha256:{hex}"));
    }

    #[test]
    fn other_keys_do_not_count_and_these_do() {
        let one = json!({"clients": [], "endpoint": "a", "format_version": "1.0"});
        let mut other = one.clone();
        other["run"] = json!({"id": 1});
        assert_eq!(of_document(&one).unwrap(), of_document(&other).unwrap());
        other["endpoint"] = json!("b");
        assert_ne!(of_document(&one).unwrap(), of_document(&other).unwrap());
    }
}
