//! Tests of the factoring: its thresholds by examples, its promises over random fleets.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::*;
use crate::model::{Setting, State, value};

type Managed = BTreeMap<usize, State>;

fn state(setting: Setting, raw: &Json) -> State {
    value::live(setting.kind(), raw)
}

/// Settings out of JSON: a key that is absent is not managed.
fn settings(values: &Json) -> Vec<(Setting, State)> {
    let known = |setting: Setting| Some((setting, state(setting, values.get(setting.name())?)));
    Setting::ALL.into_iter().filter_map(known).collect()
}

fn client(labels: &[(&str, &str)], values: Json) -> FactorClient {
    let labels = labels.iter().map(|(key, value)| (Arc::from(*key), Arc::from(*value))).collect();
    FactorClient { labels, settings: settings(&values), is_factored: false }
}

fn existing(profiles: &[(&str, Json)], defaults: &[&str]) -> ExistingProfiles {
    let profile = |(name, values): &(&str, Json)| {
        (Arc::from(*name), ExistingProfile { settings: settings(values), ..ExistingProfile::default() })
    };
    ExistingProfiles {
        profiles: profiles.iter().map(profile).collect(),
        defaults: defaults.iter().map(|name| Arc::from(*name)).collect(),
    }
}

/// The project file afterwards.
fn with_new(mut existing: ExistingProfiles, factoring: &Factoring) -> ExistingProfiles {
    for profile in factoring.profiles.iter().filter(|profile| !profile.exists) {
        let settings = profile.settings().map(|(setting, state)| (setting, state.clone())).collect();
        let made = ExistingProfile { settings, ..ExistingProfile::default() };
        assert!(existing.profiles.insert(profile.name.clone(), made).is_none(), "{} is replaced", profile.name);
    }
    existing
}

/// What a document declares, by the rules of a project and without the code of the factoring. A setting of a dated
/// entry that nothing hides is an error.
fn resolved(
    client: &FactorClient,
    document: &FactoredDocument,
    existing: &ExistingProfiles,
) -> Result<Managed, String> {
    let mut managed = Managed::new();
    let mut dated = BTreeSet::new();
    let names = document.profiles.as_ref().unwrap_or(&existing.defaults);
    if names.iter().collect::<BTreeSet<_>>().len() != names.len() {
        return Err(format!("a name twice: {names:?}"));
    }
    for name in names {
        let profile = existing.profiles.get(name).ok_or(format!("no profile {name}"))?;
        for (setting, state) in &profile.settings {
            managed.insert(setting.index(), state.clone());
            dated.remove(&setting.index());
        }
        dated.extend(profile.dated.iter().map(Setting::index));
    }
    for (setting, state) in client.settings.iter().filter(|(setting, _)| document.settings.contains(*setting)) {
        managed.insert(setting.index(), state.clone());
        dated.remove(&setting.index());
    }
    for setting in document.ignore.iter() {
        if document.settings.contains(setting) {
            return Err(format!("{setting} is set and ignored"));
        }
        managed.remove(&setting.index());
        dated.remove(&setting.index());
    }
    dated.is_empty().then_some(managed).ok_or_else(|| "an entry has an effect".to_owned())
}

fn original(client: &FactorClient) -> Managed {
    client.settings.iter().map(|(setting, state)| (setting.index(), state.clone())).collect()
}

fn names(factoring: &Factoring) -> Vec<&str> {
    factoring.profiles.iter().map(|profile| &*profile.name).collect()
}

fn shares(profile: &SharedProfile) -> Vec<(&'static str, Json, usize, usize)> {
    let row = |one: &SharedValue| (one.setting.name(), one.state.to_json(), one.holders, one.clients);
    profile.values.iter().map(row).collect()
}

#[test]
fn the_common_profile_holds_what_more_than_half_of_the_clients_hold() {
    let of = |zone: Json, music: Json| client(&[], json!({"timezone": zone, "hold_music": music, "geo_list": "RU"}));
    let mut fleet = vec![of(json!("UTC"), json!(null)); 3];
    fleet.extend([of(json!("Europe/Moscow"), json!(7)), of(json!("Asia/Omsk"), json!(null)), client(&[], json!({}))]);
    let factoring = factor(&fleet, &ExistingProfiles::default());
    assert_eq!(names(&factoring), ["common"]);
    let expected =
        vec![("geo_list", json!("RU"), 5, 5), ("timezone", json!("UTC"), 3, 5), ("hold_music", json!(null), 4, 5)];
    assert_eq!(shares(&factoring.profiles[0]), expected);
    assert_eq!(factoring.profiles[0].users, 5);
    let documents: Vec<&FactoredDocument> = factoring.documents.iter().flatten().collect();
    assert!(documents[0].settings.is_empty());
    let own: Vec<Setting> = documents[3].settings.iter().collect();
    assert_eq!(own, [Setting::Timezone, Setting::HoldMusic], "the differences stay");
    assert_eq!((documents[5].profiles.as_ref(), documents[5].ignore.len()), (None, 0), "no profile without a use");
    // Exactly half is not more than half.
    let half = [vec![of(json!("UTC"), json!(1)); 3], vec![of(json!("Asia/Omsk"), json!(2)); 3]].concat();
    let factoring = factor(&half, &ExistingProfiles::default());
    assert_eq!(shares(&factoring.profiles[0]), [("geo_list", json!("RU"), 6, 6)]);
}

#[test]
fn fewer_than_three_clients_make_no_profile() {
    for count in 0..5 {
        let factoring = factor(&vec![client(&[], json!({"hold_music": 1})); count], &ExistingProfiles::default());
        assert_eq!(names(&factoring).len(), usize::from(count >= FEWEST), "{count} clients");
        assert_eq!(factoring.documents.len(), count);
    }
}

#[test]
fn a_label_with_other_values_has_a_profile_of_its_own() {
    let of = |city, zone| client(&[("city", city), ("all", "yes")], json!({"timezone": zone, "dial_rule_id": 4}));
    let mut fleet = vec![of("moscow", "Europe/Moscow"); 8];
    fleet.extend(vec![of("Saint P.", "Europe/Moscow"); 4]);
    fleet.extend(vec![of("omsk", "Asia/Omsk"); 5]);
    let factoring = factor(&fleet, &ExistingProfiles::default());
    assert_eq!(names(&factoring), ["common", "city-omsk"]);
    assert_eq!(shares(&factoring.profiles[1]), [("timezone", json!("Asia/Omsk"), 5, 5)]);
    let last = factoring.documents[16].as_ref().unwrap();
    assert_eq!(last.profiles.as_deref().unwrap(), ["common".into(), "city-omsk".into()]);
    assert!(last.settings.is_empty());
    // Four of five are 80 % and not more.
    fleet[16] = of("omsk", "UTC");
    assert_eq!(names(&factor(&fleet, &ExistingProfiles::default())), ["common"]);
    // Two labels of the same clients need one profile.
    let twice = |city| client(&[("city", city), ("region", city)], json!({"timezone": format!("Asia/{city}")}));
    let fleet = [vec![twice("Omsk"); 3], vec![twice("Tomsk"); 3]].concat();
    assert_eq!(names(&factor(&fleet, &ExistingProfiles::default())), ["city-Omsk", "city-Tomsk"]);
}

#[test]
fn every_country_is_never_in_a_shared_profile() {
    let open = client(&[("a", "b")], json!({"geo_list": "*", "hold_music": 1}));
    let factoring = factor(&vec![open.clone(); 9], &ExistingProfiles::default());
    assert_eq!(shares(&factoring.profiles[0]), [("hold_music", json!(1), 9, 9)]);
    assert!(factoring.documents.iter().flatten().all(|one| one.settings.contains(Setting::GeoList)));
    // Nor does a document leave it to a profile that the project has.
    let existing = existing(&[("house", json!({"geo_list": "*"}))], &["house"]);
    let factoring = factor(&vec![open; 9], &existing);
    assert!(factoring.documents.iter().flatten().all(|one| one.settings.contains(Setting::GeoList)));
}

#[test]
fn default_profiles_stay_the_lowest_layer() {
    let fleet = vec![client(&[], json!({"timezone": "UTC", "hold_music": 1})); 4];
    let house = json!({"timezone": "UTC", "geo_list": "RU"});
    let factoring = factor(&fleet, &existing(&[("house", house.clone())], &["house"]));
    assert_eq!(shares(&factoring.profiles[0]), [("hold_music", json!(1), 4, 4)]);
    let document = factoring.documents[0].as_ref().unwrap();
    assert_eq!(document.profiles.as_deref().unwrap(), ["house".into(), "common".into()]);
    assert_eq!(document.ignore.iter().collect::<Vec<_>>(), [Setting::GeoList]);
    // What the defaults give already needs no name.
    let fleet = vec![client(&[], house.clone()); 4];
    let factoring = factor(&fleet, &existing(&[("house", house)], &["house"]));
    assert_eq!(factoring.profiles, []);
    let document = factoring.documents[0].as_ref().unwrap();
    assert_eq!((document.profiles.as_ref(), document.settings.len()), (None, 0));
}

#[test]
fn a_profile_that_exists_is_used_when_equal_and_never_changed() {
    let fleet = vec![client(&[], json!({"hold_music": 1})); 3];
    let of = |profiles: &[(&str, Json)], defaults: &[&str]| {
        let factoring = factor(&fleet, &existing(profiles, defaults));
        let profile = factoring.profiles[0].clone();
        (profile.name.to_string(), profile.exists)
    };
    let (equal, other) = (json!({"hold_music": 1}), json!({"hold_music": 2}));
    assert_eq!(of(&[("common", equal.clone())], &[]), ("common".to_owned(), true));
    assert_eq!(of(&[("common", other.clone())], &[]), ("common-2".to_owned(), false));
    assert_eq!(of(&[("common", json!({}))], &[]), ("common-2".to_owned(), false));
    assert_eq!(of(&[("common", other.clone()), ("common-2", equal.clone())], &[]), ("common-2".to_owned(), true));
    // A list may not name a profile twice.
    let above = [("common", equal), ("x", other)];
    assert_eq!(of(&above, &["common", "x"]), ("common-2".to_owned(), false));
    let mut dated = existing(&[("common", json!({"hold_music": 1}))], &[]);
    dated.profiles.get_mut("common").unwrap().dated.insert(Setting::Timezone);
    assert_eq!(names(&factor(&fleet, &dated)), ["common-2"], "its entries would change more than the document did");
}

#[test]
fn names_are_safe_and_unique() {
    let wanted = |key: &str, value: &str| names::wanted(Some(&(key.into(), value.into()))).to_string();
    let table = [
        ("city", "moscow", "city-moscow"),
        ("город", "Нижний Новгород", "город-Нижний-Новгород"),
        ("a: b", "{x}\n", "a-b-x"),
        ("2026", "01-02", "label-2026-01-02"),
        ("~", "\"", "label"),
    ];
    for (key, value, name) in table {
        assert_eq!(wanted(key, value), name, "{key} {value}");
    }
    assert!(wanted("k", &"x".repeat(500)).len() < 60);
    let of = |label, zone| client(&[("k", label)], json!({"timezone": zone}));
    let fleet = [vec![of("a.b", "Asia/Omsk"); 3], vec![of("a b", "UTC"); 3]].concat();
    assert_eq!(names(&factor(&fleet, &ExistingProfiles::default())), ["k-a-b", "k-a-b-2"]);
}

/// Values of a pool so small that clients share them; the first two are no value.
fn pool(setting: Setting, choice: u8) -> Option<Json> {
    let pools: [[Json; 4]; 7] = [
        [json!(null), json!("RU"), json!("BY RU"), json!("*")],
        [json!(null), json!("UTC"), json!("Europe/Moscow"), json!("Asia/Omsk")],
        [json!(null), json!(1), json!(2), json!(3)],
        [json!(null), json!(1), json!(2), json!(3)],
        [json!(null), json!(1), json!(2), json!(3)],
        [json!(null), json!(50), json!(80), json!(90)],
        [json!(null), json!("a@example.com"), json!("b@example.com"), json!("c@example.com")],
    ];
    // Low numbers are likely, so that values reach the thresholds.
    let index = [9, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3][usize::from(choice)];
    pools[setting.index()].get(index).cloned()
}

fn any_settings() -> impl Strategy<Value = Vec<(Setting, State)>> {
    proptest::array::uniform7(0u8..13).prop_map(|choices| {
        let of = |setting: Setting| Some((setting, state(setting, &pool(setting, choices[setting.index()])?)));
        Setting::ALL.into_iter().filter_map(of).collect()
    })
}

fn any_client() -> impl Strategy<Value = FactorClient> {
    let labels = proptest::collection::btree_map("[ab]", "[xy]", 0..3);
    (any_settings(), labels).prop_map(|(settings, labels)| FactorClient {
        settings,
        labels: labels.into_iter().map(|(key, value)| (key.into(), value.into())).collect(),
        is_factored: false,
    })
}

fn any_profiles() -> impl Strategy<Value = ExistingProfiles> {
    let names = || proptest::sample::select(vec!["common", "common-2", "a-x", "house"]);
    let profile = (any_settings(), any::<u8>(), any::<bool>()).prop_map(|(mut settings, dated, thin)| {
        settings.retain(|(setting, _)| !thin || setting.index() < 2);
        let dated = Setting::ALL.into_iter().filter(|one| dated & 0x8f & (1 << one.index()) != 0).collect();
        ExistingProfile { settings, dated }
    });
    let profiles = proptest::collection::btree_map(names(), profile, 0..4);
    (profiles, proptest::collection::vec(names(), 0..3)).prop_map(|(profiles, mut defaults)| {
        let mut seen = BTreeSet::new();
        defaults.retain(|name| profiles.contains_key(name) && seen.insert(*name));
        ExistingProfiles {
            profiles: profiles.into_iter().map(|(name, profile)| (name.into(), profile)).collect(),
            defaults: defaults.into_iter().map(Into::into).collect(),
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_client_declares_what_it_declared(
        mut fleet in proptest::collection::vec(any_client(), 0..24),
        before in any_profiles(),
        done in 0usize..24,
        turn in 0usize..24,
    ) {
        let factoring = factor(&fleet, &before);
        let after = with_new(before.clone(), &factoring);
        for (client, document) in fleet.iter().zip(&factoring.documents) {
            let document = document.as_ref().unwrap();
            prop_assert_eq!(resolved(client, document, &after), Ok(original(client)));
        }
        for profile in &factoring.profiles {
            prop_assert!(profile.exists || profile.users >= FEWEST, "{:?}", profile);
            prop_assert!(profile.settings().all(|(_, state)| state.to_json() != json!("*")));
            prop_assert!(profile.values.iter().all(|value| value.holders * 2 > value.clients));
        }
        // The order of the clients decides nothing.
        if !fleet.is_empty() {
            let turn = turn % fleet.len();
            fleet.rotate_left(turn);
            let mut turned = factor(&fleet, &before);
            turned.documents.rotate_right(turn);
            prop_assert_eq!(&turned, &factoring);
            fleet.rotate_right(turn);
        }
        // Once more, and after an interruption: the same profiles, and the same documents.
        for client in fleet.iter_mut().take(done) {
            client.is_factored = true;
        }
        let again = factor(&fleet, &after);
        prop_assert!(again.profiles.iter().all(|profile| profile.exists), "{:?}", again.profiles);
        for (first, second) in factoring.documents.iter().zip(&again.documents).skip(done) {
            prop_assert_eq!(first, second);
        }
    }
}
