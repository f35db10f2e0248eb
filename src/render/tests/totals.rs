//! Tests of the totals: what a report says that the sent writes did.

use serde_json::json;

use super::corpus;
use crate::model::Setting;
use crate::plan::{ApplyResult, Details, DocumentKind, NotConverged, Plan};
use crate::render::totals::Totals;

#[test]
fn a_report_judges_what_the_api_stored() {
    let table = [
        // before, declared, stored, opens, closes
        ("BY RU", json!("BY KZ RU"), None, 1, 0),
        ("BY RU", json!("BY KZ RU"), Some("BY RU"), 0, 0),
        ("BY RU", json!("BY KZ RU"), Some("BY"), 0, 1),
        ("BY RU", json!(null), Some("BY RU"), 0, 0),
        ("BY RU", json!("BY"), Some("*"), 1, 0),
        ("BY RU", json!("BY"), Some("BY RU"), 0, 0),
        ("*", json!("BY"), Some("BY RU"), 0, 1),
    ];
    for (before, declared, stored, opens, closes) in table {
        let client = corpus::client(1, "x", &[(Setting::GeoList, declared.clone())], json!({"geo_list": before}));
        let result = if stored.is_some() { ApplyResult::NotConverged } else { ApplyResult::Applied };
        let mut client = corpus::done(client, result, None);
        client.details = Some(Box::new(Details {
            not_converged: stored
                .iter()
                .map(|stored| NotConverged { field: Setting::GeoList, sent: declared.clone(), stored: json!(stored) })
                .collect(),
            ..Details::default()
        }));
        let totals = Totals::of(&Plan { kind: DocumentKind::Report, ..corpus::plan(vec![client]) });
        assert_eq!((totals.opens, totals.closes), (opens, closes), "{before} {declared} {stored:?}");
    }
}
