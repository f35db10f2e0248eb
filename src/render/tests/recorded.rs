//! Plans by a ledger: origins without a base, and released fields and clients that have no place.

use serde_json::json;

use super::corpus::{client, in_sync, plan};
use super::support::rendered;
use crate::model::{ClientId, Setting};
use crate::plan::{DocumentKind, Origin, Plan, ReleasedClient, ReleasedField};
use crate::render::Format;
use crate::render::options::TextOptions;

/// A plan of a run with a ledger and no base.
fn recorded(kind: DocumentKind) -> Plan {
    let settings = [(Setting::HoldMusic, json!(7)), (Setting::Timezone, json!("UTC"))];
    let mut one = client(12, "acme", &settings, json!({"hold_music": 8, "timezone": "Asia/Omsk"}));
    one.changes[0].difference.origin = Origin::Drift;
    one.changes[1].difference.origin = Origin::Pending;
    let mut other = in_sync(13);
    other.released.push(ReleasedField { field: Setting::DialRuleId, live: json!(19), source: None });
    let mut plan = plan(vec![one, other]);
    plan.kind = kind;
    plan.released_clients.push(ReleasedClient {
        client_id: ClientId::parse("77").unwrap(),
        credentials: Some("acme".into()),
        source: None,
    });
    plan
}

#[test]
fn a_released_entry_without_a_place_is_whole_in_every_format() {
    for kind in [DocumentKind::Plan, DocumentKind::Report] {
        let plan = recorded(kind);
        for format in Format::ALL {
            let text = rendered(&plan, format, &TextOptions::default());
            for wrong in ["was at \n", "was at <", "<span class=\"labels\"></span>", "line=0"] {
                assert!(!text.contains(wrong), "{format:?}: {wrong} in\n{text}");
            }
            // These two shapes have no place for what is not managed.
            if !matches!(format, Format::Gitlab | Format::Terraform | Format::Prometheus) {
                assert!(text.contains("77") && text.contains("dial_rule_id"), "{format:?}:\n{text}");
            }
        }
        let text = rendered(&plan, Format::Text, &TextOptions::default());
        for line in
            ["· client 77 released: no longer declared\n", "· dial_rule_id released: no longer managed, live 19\n"]
        {
            assert!(text.contains(line), "{text}");
        }
    }
}

#[test]
fn origins_of_a_ledger_are_shown_as_those_of_a_base() {
    let plan = recorded(DocumentKind::Plan);
    let drift = "≠ 1 setting was changed outside of git.";
    assert!(rendered(&plan, Format::Text, &TextOptions::default()).contains(drift));
    let markdown = rendered(&plan, Format::Markdown, &TextOptions::default());
    for part in ["**▸ Pending", "**≠ Drift", drift] {
        assert!(markdown.contains(part), "{part} is not in\n{markdown}");
    }
    // Without a ledger and a base nothing says where a difference comes from.
    let mut plan = plan;
    for change in &mut plan.clients[0].changes {
        change.difference.origin = Origin::Unknown;
    }
    let markdown = rendered(&plan, Format::Markdown, &TextOptions::default());
    assert!(!markdown.contains("Origin") && !markdown.contains("Drift"), "{markdown}");
}
