//! What the base says of a client: origin, released fields, and whether the client is known.

use super::*;
use crate::model::{ClientKey, SettingSet};
use crate::plan::Origins;

/// The declarations at the base, whether the base is whole, and the origin of one difference of client 12.
#[test]
fn a_client_is_judged_by_the_base_that_names_it() {
    let geo = Setting::GeoList;
    let of = |wanted: &str| declaration(&[(geo, json!(wanted))]);
    let other = Declaration { client: ClientId::parse("13").unwrap(), ..of("RU") };
    let table = [
        (vec![of("RU")], true, Origin::Drift),
        (vec![of("KZ")], true, Origin::Pending),
        (vec![of("BY")], true, Origin::Conflict),
        (vec![declaration(&[(Setting::Timezone, json!("UTC"))])], true, Origin::Pending),
        // The base does not name the client: it is new, unless part of the base could not be read.
        (vec![other.clone()], true, Origin::Pending),
        (vec![other], false, Origin::Unknown),
        (vec![], true, Origin::Pending),
        (vec![], false, Origin::Unknown),
        (vec![of("RU")], false, Origin::Drift),
    ];
    let now = of("RU");
    for (base, whole, expected) in table {
        let origins = Origins::by(&base, whole, std::slice::from_ref(&now), SettingSet::default());
        let client = ClientPlan::read(&now, live(&[(geo, Some(json!("KZ")))]), origins.of(&now));
        let found: Vec<Origin> = client.changes.iter().map(|change| change.difference.origin).collect();
        assert_eq!(found, [expected], "base {base:?}, whole {whole}");
        assert_eq!(client.blocked.len(), usize::from(expected == Origin::Conflict));
    }
}

#[test]
fn without_a_base_every_difference_has_the_given_origin() {
    let now = declaration(&[(Setting::GeoList, json!("RU"))]);
    for origin in [Origin::Unknown, Origin::Drift] {
        let origins = Origins::always(origin);
        let client = ClientPlan::read(&now, live(&[(Setting::GeoList, Some(json!("KZ")))]), origins.of(&now));
        assert_eq!(client.changes[0].difference.origin, origin);
    }
}

#[test]
fn a_field_that_is_no_longer_managed_is_released_with_its_live_value() {
    let then = declaration(&[(Setting::GeoList, json!("RU")), (Setting::HoldMusic, json!(7))]);
    let now = declaration(&[(Setting::GeoList, json!("RU"))]);
    let released = |fields: SettingSet| {
        let origins = Origins::by(std::slice::from_ref(&then), true, std::slice::from_ref(&now), fields);
        let answer = live(&[(Setting::GeoList, Some(json!("RU"))), (Setting::HoldMusic, Some(json!(8)))]);
        let client = ClientPlan::read(&now, answer, origins.of(&now));
        client.released.iter().map(|one| (one.field, one.live.clone())).collect::<Vec<_>>()
    };
    assert_eq!(released(SettingSet::default()), [(Setting::HoldMusic, json!(8))]);
    assert_eq!(released([Setting::HoldMusic].into_iter().collect()), [(Setting::HoldMusic, json!(8))]);
    assert_eq!(released([Setting::GeoList].into_iter().collect()), []);
}

/// `@me` may be a number under another name: a client that the base seems to lack may be one that was renamed.
#[test]
fn a_lost_client_makes_a_new_one_unknown_where_either_is_me() {
    let me = || ClientKey::new(ClientId::Me, Some(&"acme".into()));
    let number = |id: &str| ClientKey::new(ClientId::parse(id).unwrap(), None);
    let table = [
        ("12", vec![], Origin::Pending),
        ("12", vec![number("13")], Origin::Pending),
        ("12", vec![me()], Origin::Unknown),
        ("@me", vec![number("13")], Origin::Unknown),
        ("@me", vec![me()], Origin::Unknown),
        ("@me", vec![], Origin::Pending),
    ];
    for (id, lost, expected) in table {
        let mut now = declaration(&[(Setting::GeoList, json!("RU"))]);
        now.client = ClientId::parse(id).unwrap();
        let lost = lost.into_iter().collect();
        let origins = Origins::by(&[], true, std::slice::from_ref(&now), SettingSet::default()).with_lost(&lost);
        let client = ClientPlan::read(&now, live(&[]), origins.of(&now));
        assert_eq!(client.changes[0].difference.origin, expected, "{id}, lost {lost:?}");
    }
}
