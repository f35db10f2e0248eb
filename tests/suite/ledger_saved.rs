//! A saved plan with a ledger: which commit is recorded, which clients, and when the plan is refused.

use serde_json::json;

use crate::ledger_rules::{APPLY, Ledger, short};

#[test]
fn a_saved_plan_records_its_own_commit_and_the_clients_that_it_read_again() {
    let mut ledger = Ledger::new("");
    ledger.world.declare(12, "{geo_list: BY}");
    ledger.world.commit("open");
    let planned = ledger.head();
    ledger.world.run("plan --out p.json").ok();
    ledger.world.commit("later");
    ledger.world.run("apply --plan p.json --yes").ok().requests(1, 1, 1);
    assert_eq!(ledger.commit(), planned);
    assert_eq!(ledger.files(), ["README.md", "ringform.yaml/clients/default/12.json", "ringform.yaml/ledger.json"]);
    assert_eq!(ledger.file("clients/default/12.json"), json!({"geo_list": {"value": "BY"}}));
    let _ = (APPLY, short(&planned));
}
