//! What the ledger holds of a client after a run.
//!
//! Owns the one table that turns a result into records. A field that git and live agree on gets the agreed value. A PUT
//! whose fate is unknown leaves its value in doubt. Everything else keeps what the record held before.

use crate::model::{LiveSettings, RecordedClient, RecordedField, Setting, State, value};
use crate::plan::{ApplyResult, Change, ClientPlan};

/// What the ledger holds of a client after a run that ended with this result. `in_doubt`: the run sent a PUT and does
/// not know its fate. `release`: the run covers the whole project, so fields that no declaration manages leave the
/// record.
pub fn after_run(before: &RecordedClient, client: &ClientPlan, in_doubt: bool, release: bool) -> RecordedClient {
    let mut after = before.clone();
    if release {
        let gone: Vec<Setting> = before.fields().map(|(setting, _)| setting).collect();
        let stays = |setting: &Setting| client.managed.contains(*setting) || client.not_selected.contains(*setting);
        gone.into_iter().filter(|setting| !stays(setting)).for_each(|setting| after.remove(setting));
    }
    for setting in client.managed.iter() {
        let change = client.changes.iter().find(|change| change.difference.setting == setting);
        match change {
            Some(change) => changed(&mut after, client, change, in_doubt),
            None => in_sync(&mut after, client, setting),
        }
    }
    after
}

/// The values that a run may have left which was taken over: what it sent, and what the API stored instead.
pub fn doubts(client: &ClientPlan, in_doubt: bool) -> Vec<(Setting, State)> {
    if !client.result.is_some_and(ApplyResult::is_stored) && !in_doubt {
        return Vec::new();
    }
    let sent = client.to_send().map(|change| (change.difference.setting, change.sent().clone()));
    let stored = client.to_send().filter_map(|change| {
        let setting = change.difference.setting;
        Some((setting, stored(client, setting)?))
    });
    sent.chain(stored).collect()
}

/// A field that live holds as declared.
fn in_sync(after: &mut RecordedClient, client: &ClientPlan, setting: Setting) {
    let moved = client.details.iter().flat_map(|details| &details.collateral).any(|one| one.field == setting);
    if client.error.is_some() || moved {
        return;
    }
    if let Some(live) = live(client.live.as_ref(), setting) {
        after.set(setting, RecordedField::agreed(live));
    }
}

/// A field that differed when the run planned it.
fn changed(after: &mut RecordedClient, client: &ClientPlan, change: &Change, in_doubt: bool) {
    let (setting, was_sent) = (change.difference.setting, !change.withheld);
    let sent = change.sent();
    let agreed = |state: State| RecordedField::agreed(state);
    match client.result {
        // Live was found to hold what a PUT would have brought, or a PUT brought it.
        Some(ApplyResult::Applied | ApplyResult::Unchanged) if was_sent => after.set(setting, agreed(sent.clone())),
        Some(ApplyResult::NotConverged | ApplyResult::Collateral) if was_sent => {
            after.set(setting, agreed(stored(client, setting).unwrap_or_else(|| sent.clone())));
        }
        _ => {
            settle(after, setting, &change.difference.live);
            if in_doubt && was_sent {
                after.field_mut(setting).doubt(sent.clone());
            }
        }
    }
}

/// A read that finds the recorded value or one in doubt settles the field: the value is recorded, and no doubt is left.
fn settle(after: &mut RecordedClient, setting: Setting, live: &State) {
    let found = after.field(setting).is_some_and(|field| field.value.is_some() && field.may_have_left(live));
    if found {
        after.set(setting, RecordedField::agreed(live.clone()));
    }
}

/// What the API stored where it is something else than what was sent.
fn stored(client: &ClientPlan, setting: Setting) -> Option<State> {
    let details = client.details.as_ref()?;
    let found = details.not_converged.iter().find(|one| one.field == setting)?;
    Some(value::live(setting.kind(), &found.stored))
}

fn live(settings: Option<&LiveSettings>, setting: Setting) -> Option<State> {
    settings?.state(setting)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::fixture::{client, recorded};
    use crate::model::Failure;
    use crate::model::FailureKind;
    use crate::plan::{Collateral, Details, NotConverged};
    use serde_json::{Value as Json, json};

    /// The record of `hold_music` after a run: before, live, declared, result, in doubt → after. `-` is no record.
    #[test]
    fn each_result_leaves_its_record() {
        use ApplyResult::*;
        const NONE: &str = "-";
        let table: [(&str, i64, i64, ApplyResult, bool, &str); 20] = [
            (NONE, 7, 7, Unchanged, false, "7"),
            ("5", 7, 7, Unchanged, false, "7"),
            ("5?7", 7, 7, Unchanged, false, "7"),
            ("5", 5, 7, Applied, false, "7"),
            (NONE, 5, 7, Applied, false, "7"),
            ("5?6", 6, 7, Applied, false, "7"),
            // A recheck found the declared value.
            ("5", 5, 7, Unchanged, false, "7"),
            // Live is as recorded, or as a doubted PUT left it: that settles the field.
            ("5?6", 6, 7, Refused, false, "6"),
            ("5?6", 5, 7, Skipped, false, "5"),
            // Drift that was not sent keeps the record.
            ("5", 9, 7, Stale, false, "5"),
            ("5", 9, 7, Refused, false, "5"),
            ("5?6", 9, 7, Skipped, false, "5?6"),
            (NONE, 9, 7, Stale, false, NONE),
            (NONE, 9, 7, Failed, false, NONE),
            // Unknown fate.
            ("5", 5, 7, Failed, true, "5?7"),
            ("5?6", 5, 7, Failed, true, "5?7"),
            ("5?6", 9, 7, Failed, true, "5?6?7"),
            (NONE, 5, 7, Failed, true, "?7"),
            ("5?7", 9, 7, Failed, true, "5?7"),
            ("7", 9, 7, Failed, true, "7"),
        ];
        for (before, live, declared, result, in_doubt, expected) in table {
            let mut client = client("12", &[(Setting::HoldMusic, json!(live), json!(declared))]);
            client.finish(result, None);
            let after = after_run(&recorded(&[(Setting::HoldMusic, before)]), &client, in_doubt, true);
            let expected = recorded(&[(Setting::HoldMusic, expected)]);
            assert_eq!(after, expected, "{before}, live {live}, declared {declared}, {result:?}");
        }
    }

    /// Every result, for a change that the run sends and for one that it withholds, with a PUT of known and of unknown
    /// fate: before `5?6`, live 9, declared 7. Only a result of a sent change moves the record.
    #[test]
    fn every_result_sent_or_withheld_in_doubt_or_not_follows_the_table() {
        use ApplyResult::*;
        let rows = [
            // Result, sent, sent and in doubt; what a withheld change leaves is always what the record held.
            (Applied, "7", "7"),
            (Unchanged, "7", "7"),
            (NotConverged, "8", "8"),
            (Collateral, "7", "7"),
            (Stale, "5?6", "5?6?7"),
            (Refused, "5?6", "5?6?7"),
            (Failed, "5?6", "5?6?7"),
            (Skipped, "5?6", "5?6?7"),
        ];
        let mut seen = 0;
        for (result, sent, doubted) in rows {
            for (withheld, in_doubt) in [(false, false), (false, true), (true, false), (true, true)] {
                let mut client = client("12", &[(Setting::HoldMusic, json!(9), json!(7))]);
                client.changes[0].withheld = withheld;
                let stored = crate::plan::NotConverged { field: Setting::HoldMusic, sent: json!(7), stored: json!(8) };
                let not_converged = if result == ApplyResult::NotConverged { vec![stored] } else { vec![] };
                client.finish(result, Some(Details { not_converged, ..Details::default() }));
                let expected = match (withheld, in_doubt) {
                    (true, _) => "5?6",
                    (false, false) => sent,
                    (false, true) => doubted,
                };
                let after = after_run(&recorded(&[(Setting::HoldMusic, "5?6")]), &client, in_doubt, true);
                let expected = recorded(&[(Setting::HoldMusic, expected)]);
                assert_eq!(after, expected, "{result:?}, withheld {withheld}, in doubt {in_doubt}");
                seen += 1;
            }
        }
        assert_eq!(seen, 32);
    }

    #[test]
    fn a_change_that_the_run_withholds_keeps_its_record_whatever_the_result() {
        for (before, live, expected) in [("5", 9, "5"), ("5?9", 9, "9"), ("-", 9, "-")] {
            let fields = [(Setting::HoldMusic, json!(live), json!(7)), (Setting::DialRuleId, json!(1), json!(2))];
            let mut client = client("12", &fields);
            client.changes.iter_mut().filter(|one| one.difference.setting == Setting::HoldMusic).for_each(|one| {
                one.withheld = true;
            });
            client.finish(ApplyResult::Applied, None);
            let after = after_run(&recorded(&[(Setting::HoldMusic, before)]), &client, false, true);
            let expected = recorded(&[(Setting::HoldMusic, expected), (Setting::DialRuleId, "2")]);
            assert_eq!(after, expected, "{before}");
        }
    }

    #[test]
    fn what_the_api_stored_is_recorded_and_a_field_that_moved_along_keeps_its_record() {
        let fields = [
            (Setting::HoldMusic, json!(5), json!(7)),
            (Setting::DialRuleId, json!(1), json!(2)),
            (Setting::Timezone, json!("UTC"), json!("UTC")),
        ];
        let mut client = client("12", &fields);
        let stored = NotConverged { field: Setting::HoldMusic, sent: json!(7), stored: json!(8) };
        let moved = Collateral { field: Setting::Timezone, before: json!("UTC"), after: Json::Null };
        let details = Details { not_converged: vec![stored], collateral: vec![moved], ..Details::default() };
        client.finish(ApplyResult::Collateral, Some(details));
        let before = recorded(&[(Setting::HoldMusic, "5"), (Setting::Timezone, "\"Asia/Omsk\"")]);
        let after = after_run(&before, &client, false, true);
        let expected = [(Setting::HoldMusic, "8"), (Setting::DialRuleId, "2"), (Setting::Timezone, "\"Asia/Omsk\"")];
        assert_eq!(after, recorded(&expected));
    }

    #[test]
    fn a_run_that_was_taken_over_leaves_doubts_only_where_it_sent() {
        use ApplyResult::*;
        let state = |json: i64| value::live(Setting::HoldMusic.kind(), &json!(json));
        for (result, in_doubt, expected) in [
            (Applied, false, vec![7]),
            (Failed, true, vec![7]),
            (NotConverged, false, vec![7, 8]),
            (Failed, false, vec![]),
            (Skipped, false, vec![]),
            (Unchanged, false, vec![]),
            (Refused, false, vec![]),
            (Stale, false, vec![]),
        ] {
            let mut client = client("12", &[(Setting::HoldMusic, json!(5), json!(7))]);
            let stored = crate::plan::NotConverged { field: Setting::HoldMusic, sent: json!(7), stored: json!(8) };
            let not_converged = if result == NotConverged { vec![stored] } else { vec![] };
            client.finish(result, Some(Details { not_converged, ..Details::default() }));
            let expected: Vec<_> = expected.into_iter().map(|json| (Setting::HoldMusic, state(json))).collect();
            assert_eq!(doubts(&client, in_doubt), expected, "{result:?}");
        }
    }

    #[test]
    fn a_client_that_could_not_be_read_keeps_its_record_and_a_field_that_is_not_managed_leaves_it() {
        let before = recorded(&[(Setting::HoldMusic, "5?6"), (Setting::Timezone, "\"UTC\"")]);
        let mut client = client("12", &[(Setting::HoldMusic, json!(5), json!(5))]);
        client.error = Some(Box::new(Failure::new(FailureKind::Interrupted, "no answer")));
        client.live = None;
        client.finish(ApplyResult::Failed, None);
        assert_eq!(after_run(&before, &client, false, true), recorded(&[(Setting::HoldMusic, "5?6")]));
        assert_eq!(after_run(&before, &client, false, false), before, "a partial run releases nothing");
        client.not_selected = [Setting::Timezone].into_iter().collect();
        assert_eq!(after_run(&before, &client, false, true), before);
    }
}
