//! The digest of a document: SHA-256 over canonical JSON.
//!
//! Owns the canonical form: one object of `clients`, `endpoint`, `format_version` and `kind`, with sorted keys, no
//! blanks, UTF-8. A document of `--at` has its instant as `at` before them, because it must not become one of now. The
//! digest finds damage and hand edits. It is not a signature.

use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use crate::plan::client::ClientPlan;
use crate::plan::document::plan::{FORMAT_VERSION, Plan};

/// The digest of a plan in memory: `sha256:` and 64 hex digits. It hashes one client at a time, so memory stays flat.
pub fn of_plan(plan: &Plan) -> serde_json::Result<String> {
    of_clients(plan, &plan.clients)
}

/// The digest of a document that holds only these clients of a plan.
pub fn of_clients<'c>(plan: &Plan, clients: impl IntoIterator<Item = &'c ClientPlan>) -> serde_json::Result<String> {
    let clients = clients.into_iter().map(serde_json::to_value);
    let at = serde_json::to_value(plan.run.at)?;
    of(&at, clients, &plan.endpoint.raw().into(), &FORMAT_VERSION.into(), &plan.kind.name().into())
}

/// The digest that a document read from a file should carry, over all its keys, unknown ones too.
pub(super) fn of_document(document: &Json) -> serde_json::Result<String> {
    let empty = Vec::new();
    let clients = document.get("clients").and_then(Json::as_array).unwrap_or(&empty).iter().cloned().map(Ok);
    let part = |key: &str| document.get(key).cloned().unwrap_or(Json::Null);
    let at = document.get("run").and_then(|run| run.get("at")).unwrap_or(&Json::Null);
    of(at, clients, &part("endpoint"), &part("format_version"), &part("kind"))
}

fn of(
    at: &Json,
    clients: impl Iterator<Item = serde_json::Result<Json>>,
    endpoint: &Json,
    version: &Json,
    kind: &Json,
) -> serde_json::Result<String> {
    let mut hash = Sha256::new();
    hash.update(b"{");
    if !at.is_null() {
        hash.update(b"\"at\":");
        hash.update(serde_json::to_vec(at)?);
        hash.update(b",");
    }
    hash.update(b"\"clients\":[");
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
    hash.update(b",\"kind\":");
    hash.update(serde_json::to_vec(kind)?);
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
        let text = r#"{ "kind":"plan", "format_version":"2.0", "clients":[{"b":1,"a":[ 2.50,"é"]}], "endpoint":"e" }"#;
        let document: Json = serde_json::from_str(text).unwrap();
        let canonical = r#"{"clients":[{"a":[2.50,"é"],"b":1}],"endpoint":"e","format_version":"2.0","kind":"plan"}"#;
        let hex: String = Sha256::digest(canonical).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(of_document(&document).unwrap(), format!("sha256:{hex}"));
    }

    #[test]
    fn other_keys_do_not_count_and_these_do() {
        let one = json!({"clients": [], "endpoint": "a", "format_version": "2.0", "kind": "plan"});
        let digest = |key: &str, value: Json| {
            let mut other = one.clone();
            other[key] = value;
            of_document(&other).unwrap()
        };
        let same = of_document(&one).unwrap();
        assert_eq!(digest("run", json!({"id": 1})), same);
        assert_eq!(digest("run", json!({"id": 1, "at": null})), same);
        assert_ne!(digest("run", json!({"at": "2026-12-05T00:00:00Z"})), same);
        for (key, value) in [
            ("endpoint", json!("b")),
            ("kind", json!("report")),
            ("format_version", json!("2.1")),
            ("clients", json!([1])),
        ] {
            assert_ne!(digest(key, value), same, "{key}");
        }
    }
}
