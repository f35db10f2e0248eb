//! Several documents as one.

use super::*;
use crate::plan::document::{DocumentKind, merge};
use crate::plan::{Plan, QuotaUsage, Shard};

fn shard(index: u32, count: u32) -> Plan {
    let mut client = planned(Setting::GeoList, &json!("RU"), &json!("BY"));
    client.client_id = ClientId::parse(&(100 + index).to_string()).unwrap();
    client.source.file = format!("clients/{index}.yaml").into();
    let mut plan = Plan { clients: vec![client], shard: Some(Shard { index, count }), ..Plan::default() };
    plan.run.started_at = format!("2026-11-24T10:00:0{index}Z");
    plan.run.duration_ms = u64::from(index) * 100;
    plan.run.requests.total = 2;
    plan
}

#[test]
fn shards_become_one_plan_in_the_order_of_files() {
    let (merged, gaps) = merge(vec![shard(2, 3), shard(3, 3), shard(1, 3)]).unwrap();
    assert_eq!(gaps, Vec::<String>::new());
    let ids: Vec<String> = merged.clients.iter().map(|client| client.client_id.to_string()).collect();
    assert_eq!(ids, ["101", "102", "103"]);
    assert_eq!((merged.shard, merged.run.duration_ms, merged.run.requests.total), (None, 300, 6));
    assert_eq!(merged.run.started_at, "2026-11-24T10:00:01Z");
}

#[test]
fn every_gap_is_named() {
    let unsharded = || Plan { shard: None, ..shard(9, 9) };
    let table = [
        (vec![shard(1, 2)], vec!["shard 2/2 is missing: its clients are not in this report"]),
        (
            vec![shard(1, 1), shard(1, 1)],
            vec!["shard 1/1 is given more than once", "1 client is in more than one of these plans"],
        ),
        (
            vec![shard(1, 1), shard(2, 2)],
            vec![
                "the plans are shards of different divisions",
                "shard 1/2 is missing: its clients are not in this report",
            ],
        ),
        (vec![shard(1, 1), unsharded()], vec!["the plans are shards of different divisions"]),
        (vec![unsharded()], vec![]),
    ];
    for (plans, expected) in table {
        let shards: Vec<_> = plans.iter().map(|plan| plan.shard).collect();
        assert_eq!(merge(plans).unwrap().1, expected, "{shards:?}");
    }
}

#[test]
fn another_revision_is_a_gap_and_another_project_endpoint_or_kind_an_error() {
    let other = |change: fn(&mut Plan)| {
        let mut plan = shard(2, 2);
        change(&mut plan);
        merge(vec![shard(1, 2), plan]).map(|(_, gaps)| gaps)
    };
    assert_eq!(other(|_| ()), Ok(vec![]));
    let revision = "the plans are of different revisions: run all shards on one commit";
    assert_eq!(other(|plan| plan.base = Some("main".into())), Ok(vec![revision.to_owned()]));
    assert!(other(|plan| plan.endpoint = "https://b".into()).unwrap_err().contains("different projects or endpoints"));
    assert!(other(|plan| plan.project = "b.yaml".into()).unwrap_err().contains("different projects or endpoints"));
    let kinds = other(|plan| plan.kind = DocumentKind::Drift).unwrap_err();
    assert!(kinds.contains("kind plan") && kinds.contains("kind drift"), "{kinds}");
    assert!(merge(Vec::new()).is_err());
}

#[test]
fn the_lowest_quota_of_a_credential_counts() {
    let with = |index, quota: &[(&str, u64)]| {
        let mut plan = shard(index, 2);
        let usage = |(name, lowest): &(&str, u64)| QuotaUsage {
            credentials: Some((*name).to_owned()),
            remaining_lowest: *lowest,
            limit: None,
            resets_in_s: None,
        };
        plan.run.quota = quota.iter().map(usage).collect();
        plan
    };
    let (merged, _) = merge(vec![with(1, &[("b", 7), ("a", 5)]), with(2, &[("a", 3), ("b", 9)])]).unwrap();
    let lowest: Vec<_> =
        merged.run.quota.iter().map(|one| (one.credentials.as_deref().unwrap(), one.remaining_lowest)).collect();
    assert_eq!(lowest, [("a", 3), ("b", 7)]);
}
