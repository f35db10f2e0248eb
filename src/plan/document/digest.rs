//! The digest of a document: SHA-256 over canonical JSON.
//!
//! Owns the canonical form: one object of `clients`, `endpoint`, `format_version` and `kind`, with sorted keys, no
//! blanks, UTF-8. What limits an apply of the plan belongs to it too, where it has a value: `base_limits` and
//! `unaffected`. The digest finds damage and hand edits. It is not a signature.

use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use crate::plan::document::plan::{FORMAT_VERSION, Plan};

/// The digest of a plan in memory: `sha256:` and 64 hex digits. It hashes one client at a time, so memory stays flat.
pub(super) fn of_plan(plan: &Plan) -> serde_json::Result<String> {
    let clients = plan.clients.iter().map(serde_json::to_value);
    let parts = DigestParts {
        base_limits: serde_json::to_value(&plan.base_limits)?,
        endpoint: plan.endpoint.raw().into(),
        version: FORMAT_VERSION.into(),
        kind: plan.kind.name().into(),
        unaffected: plan.unaffected.into(),
    };
    of(clients, &parts)
}

/// The digest that a document read from a file should carry, over all its keys, unknown ones too.
pub(super) fn of_document(document: &Json) -> serde_json::Result<String> {
    let empty = Vec::new();
    let clients = document.get("clients").and_then(Json::as_array).unwrap_or(&empty).iter().cloned().map(Ok);
    let part = |key: &str| document.get(key).cloned().unwrap_or(Json::Null);
    let parts = DigestParts {
        base_limits: part("base_limits"),
        endpoint: part("endpoint"),
        version: part("format_version"),
        kind: part("kind"),
        unaffected: part("unaffected"),
    };
    of(clients, &parts)
}

/// Everything but the clients.
struct DigestParts {
    base_limits: Json,
    endpoint: Json,
    version: Json,
    kind: Json,
    unaffected: Json,
}

fn of(clients: impl Iterator<Item = serde_json::Result<Json>>, parts: &DigestParts) -> serde_json::Result<String> {
    let mut hash = Sha256::new();
    hash.update(b"{");
    let has_limits = !parts.base_limits.is_null() && parts.base_limits.as_array().is_none_or(|all| !all.is_empty());
    if has_limits {
        hash.update(b"\"base_limits\":");
        hash.update(serde_json::to_vec(&parts.base_limits)?);
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
    hash.update(b"]");
    let unaffected = Some(&parts.unaffected).filter(|count| !count.is_null()).map(|count| ("unaffected", count));
    let last = [("endpoint", &parts.endpoint), ("format_version", &parts.version), ("kind", &parts.kind)];
    for (key, value) in last.into_iter().chain(unaffected) {
        hash.update(format!(",\"{key}\":"));
        hash.update(serde_json::to_vec(value)?);
    }
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
        assert_eq!((digest("base_limits", json!([])), digest("unaffected", json!(null))), (same.clone(), same.clone()));
        for (key, value) in [
            ("endpoint", json!("b")),
            ("kind", json!("report")),
            ("format_version", json!("2.1")),
            ("clients", json!([1])),
            ("base_limits", json!([{"limit": "max_changes", "amount": 1}])),
            ("unaffected", json!(7)),
        ] {
            assert_ne!(digest(key, value), same, "{key}");
        }
    }
}
