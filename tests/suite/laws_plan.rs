//! Laws of plans and saved plans, over random declarations and answers.

use proptest::prelude::*;
use ringform::model::{Declaration, Live, Setting, State};
use ringform::plan::{ClientPlan, Origin, Plan, Status, document};
use serde_json::{Value as Json, json};

use crate::fixtures::{answer, declaration, live, spellings};

pub fn declared() -> impl Strategy<Value = Vec<(Setting, State)>> {
    let one = spellings().into_iter().map(|of| {
        let setting = of.setting;
        proptest::option::of(proptest::sample::select(vec!["null", of.a, of.b]))
            .prop_map(move |text| text.map(|text| (setting, crate::fixtures::wanted(setting, text))))
            .boxed()
    });
    one.collect::<Vec<_>>().prop_map(|all| all.into_iter().flatten().collect())
}

pub fn answered() -> impl Strategy<Value = Json> {
    let one = spellings().into_iter().map(|of| {
        let mut raw: Vec<Json> = vec![json!(null), json!(""), of.live_a, of.live_b];
        raw.extend(of.live_a_otherwise);
        raw.extend(of.odd);
        let setting = of.setting;
        proptest::sample::select(raw).prop_map(move |raw| (setting, Some(raw))).boxed()
    });
    one.collect::<Vec<_>>().prop_map(|all| answer(&all))
}

/// What a merging API stores.
pub fn put(answer: &Json, client: &ClientPlan) -> Json {
    let mut stored = answer.clone();
    if let Some(patch) = client.patch() {
        let body: Json = serde_json::from_slice(&patch.body()).unwrap();
        for (key, value) in body.as_object().unwrap() {
            stored[key] = value.clone();
        }
    }
    stored
}

fn planned(declaration: &Declaration, live: Live) -> ClientPlan {
    ClientPlan::read(declaration, live, Origin::Unknown)
}

proptest! {
    #[test]
    fn a_put_holds_exactly_the_managed_fields_that_differ(managed in declared(), answer in answered()) {
        let client = planned(&declaration(&managed), live(&answer));
        let differing: Vec<&str> = managed
            .iter()
            .filter(|(setting, wanted)| live(&answer).settings.state(*setting).as_ref() != Some(wanted))
            .map(|(setting, _)| setting.name())
            .collect();
        let body: Json = client.patch().map(|patch| serde_json::from_slice(&patch.body()).unwrap()).unwrap_or(json!({}));
        let mut sent: Vec<&str> = body.as_object().unwrap().keys().map(String::as_str).collect();
        let mut expected = differing.clone();
        sent.sort_unstable();
        expected.sort_unstable();
        prop_assert_eq!(sent, expected);
        prop_assert_eq!(client.status() == Status::InSync, differing.is_empty());
    }

    #[test]
    fn applying_converges_and_a_second_plan_is_empty(managed in declared(), answer in answered()) {
        let declaration = declaration(&managed);
        let stored = put(&answer, &planned(&declaration, live(&answer)));
        prop_assert_eq!(planned(&declaration, live(&stored)).status(), Status::InSync);
    }

    #[test]
    fn a_saved_plan_reads_back_as_itself(managed in declared(), answer in answered()) {
        let plan = Plan { clients: vec![planned(&declaration(&managed), live(&answer))], ..Plan::default() };
        let text = serde_json::to_vec(&plan).unwrap();
        prop_assert_eq!(&document::load(&text).unwrap(), &plan);
        // Laid out otherwise it is the same plan.
        let pretty = serde_json::to_vec_pretty(&serde_json::from_slice::<Json>(&text).unwrap()).unwrap();
        prop_assert_eq!(&document::load(&pretty).unwrap(), &plan);
    }

    #[test]
    fn a_plan_that_was_touched_is_refused(managed in declared(), answer in answered(), at in any::<prop::sample::Index>(), to in any::<u8>()) {
        let plan = Plan { clients: vec![planned(&declaration(&managed), live(&answer))], ..Plan::default() };
        let mut text = serde_json::to_vec(&plan).unwrap();
        let at = at.index(text.len());
        text[at] = to;
        if let Ok(read) = document::load(&text) {
            // Only what the digest leaves out may differ: then `put` still follows from the changes.
            for (one, other) in read.clients.iter().zip(&plan.clients) {
                prop_assert_eq!(one, other);
            }
        }
        prop_assert!(document::load(&text[..at]).is_err());
    }

    #[test]
    fn any_bytes_are_refused_or_a_plan(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(document::load(&bytes).is_err());
    }
}

/// Each way of lying in a plan whose digest was computed again is found by what follows from the changes.
#[test]
fn a_forged_plan_is_refused_though_its_digest_fits() {
    use sha2::{Digest, Sha256};
    let managed = [(Setting::GeoList, crate::fixtures::wanted(Setting::GeoList, "RU KZ"))];
    let body = answer(&[(Setting::GeoList, Some(json!("RU")))]);
    let plan = Plan { clients: vec![planned(&declaration(&managed), live(&body))], ..Plan::default() };
    let honest = serde_json::to_value(&plan).unwrap();
    let forge = |change: &dyn Fn(&mut Json)| {
        let mut forged = honest.clone();
        change(&mut forged);
        let signed = json!({"clients": forged["clients"], "endpoint": forged["endpoint"], "format_version": forged["format_version"], "kind": forged["kind"]});
        let hex: String = Sha256::digest(signed.to_string()).iter().map(|byte| format!("{byte:02x}")).collect();
        forged["digest"] = json!(format!("sha256:{hex}"));
        document::load(forged.to_string().as_bytes())
    };
    assert!(forge(&|_| {}).is_ok());
    assert!(forge(&|plan| plan["clients"][0]["put"]["domain"] = json!("x")).is_err());
    assert!(forge(&|plan| plan["clients"][0]["put"]["geo_list"] = json!("*")).is_err());
    assert!(forge(&|plan| plan["clients"][0]["put"] = json!({})).is_err());
    assert!(forge(&|plan| plan["clients"][0]["changes"][0]["field"] = json!("domain")).is_err());
    assert!(forge(&|plan| plan["clients"][0]["changes"][0]["field"] = json!("timezone")).is_err());
    assert!(forge(&|plan| plan["clients"][0]["changes"][0]["after"] = json!("kz ru")).is_err());
    assert!(forge(&|plan| plan["clients"][0]["changes"][0]["after"] = json!("ZZ")).is_err());
    assert!(forge(&|plan| plan["clients"][0]["status"] = json!("in_sync")).is_err());
    assert!(forge(&|plan| plan["format_version"] = json!("3.0")).unwrap_err().what.contains("3.0"));
    let twice = forge(&|plan| {
        let client = plan["clients"][0].clone();
        plan["clients"].as_array_mut().unwrap().push(client);
    });
    assert!(twice.is_err());
    // Unconfirmed differences are of a client whose `expect` failed, and are nothing to send.
    let unconfirm = |plan: &mut Json| {
        let client = &mut plan["clients"][0];
        client["unconfirmed"] = client["changes"].take();
        (client["changes"], client["put"], client["status"]) = (json!([]), json!({}), json!("failed"));
        client["error"] =
            json!({"kind": "expect", "http_status": null, "status": null, "message": "another name", "help": null});
    };
    let read = forge(&|plan| unconfirm(plan)).unwrap();
    assert_eq!((read.clients[0].unconfirmed.len(), read.clients[0].patch().is_none()), (1, true));
    type Lie = (&'static str, fn(&mut Json));
    let lies: [Lie; 6] = [
        ("another failure", |client| client["error"]["kind"] = json!("api")),
        ("no failure", |client| (client["error"], client["status"]) = (json!(null), json!("in_sync"))),
        ("withheld", |client| client["unconfirmed"][0]["withheld"] = json!(true)),
        ("not managed", |client| client["managed"] = json!([])),
        ("doubled", |client| client["unconfirmed"] = json!([client["unconfirmed"][0], client["unconfirmed"][0]])),
        ("sent", |client| client["put"] = json!({"geo_list": "KZ RU"})),
    ];
    for (lie, change) in lies {
        let forged = forge(&|plan| {
            unconfirm(plan);
            change(&mut plan["clients"][0]);
        });
        assert!(forged.is_err(), "{lie}");
    }
    // A report of an earlier version has no such key.
    let earlier = forge(&|plan| {
        plan["clients"][0].as_object_mut().unwrap().remove("unconfirmed");
    });
    assert!(earlier.is_ok());
    // A newer minor version may bring keys that we do not know.
    assert!(forge(&|plan| plan["clients"][0]["later"] = json!(1)).is_ok());
}
