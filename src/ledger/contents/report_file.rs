//! The report of a run as the ledger keeps it.
//!
//! Owns what of the report stays: clients that had something to send or have another result than `unchanged`, and those
//! whose record the run changed. It must not know where the file lies.

use crate::plan::{ApplyResult, ClientPlan, Plan};

/// The file. `changed` says of each client of the report whether its record changes.
pub(in crate::ledger) fn write(report: &Plan, changed: &[bool]) -> Result<Vec<u8>, serde_json::Error> {
    let clients = report.clients.iter().zip(changed);
    let kept = clients.filter(|(client, changed)| **changed || has_outcome(client)).map(|(client, _)| client);
    let kept = kept.map(|client| {
        let live = client.live.as_ref().map(|live| live.only(client.managed));
        ClientPlan { live, ..client.clone() }
    });
    let mut bytes = serde_json::to_vec(&report.with_clients(kept.collect()))?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Whether the run did something with a client, or tried to.
fn has_outcome(client: &ClientPlan) -> bool {
    client.is_to_send() || client.result != Some(ApplyResult::Unchanged)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::fixture::client;
    use crate::model::Setting;
    use crate::plan::{DocumentKind, document};
    use serde_json::json;

    #[test]
    fn what_stays_is_a_document_whose_totals_count_the_whole_run() {
        let fields = |live: i64| [(Setting::HoldMusic, json!(live), json!(7))];
        let with = |id: &str, live: i64, result: ApplyResult| {
            let mut client = client(id, &fields(live));
            client.finish(result, None);
            client
        };
        let mut withheld = with("6", 5, ApplyResult::Unchanged);
        withheld.changes.iter_mut().for_each(|change| change.withheld = true);
        let rows = [
            (with("1", 7, ApplyResult::Unchanged), false, false),
            (with("2", 7, ApplyResult::Unchanged), true, true),
            (with("3", 5, ApplyResult::Applied), false, true),
            (with("4", 5, ApplyResult::Unchanged), false, true),
            (with("5", 5, ApplyResult::Refused), false, true),
            (withheld, false, false),
        ];
        let clients = rows.iter().map(|(client, ..)| client.clone()).collect();
        let report = Plan { kind: DocumentKind::Report, clients, ..Plan::default() };
        let changed: Vec<bool> = rows.iter().map(|(_, changed, _)| *changed).collect();
        let read = document::load(&write(&report, &changed).unwrap()).unwrap();
        let ids = |plan: &Plan| plan.clients.iter().map(|client| client.client_id.to_string()).collect::<Vec<_>>();
        let expected: Vec<String> =
            rows.iter().filter(|(.., stays)| *stays).map(|(client, ..)| client.client_id.to_string()).collect();
        assert_eq!(ids(&read), expected);
        assert_eq!(read.summary(), report.summary());
        assert_eq!((read.left_out.clients, read.left_out.in_sync, read.left_out.changes), (2, 1, 1));
        let again = document::load(&serde_json::to_vec(&read).unwrap()).unwrap();
        assert_eq!(again, read);
    }
}
