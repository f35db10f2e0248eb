//! Laws of undo, over random declarations and answers of an API that merges.

use proptest::prelude::*;
use ringform::model::{Declaration, DeclaredClient, Live, Setting, SettingSet, State};
use ringform::plan::history::{PastAuthor, PastRun};
use ringform::plan::undo::{self, UndoScope};
use ringform::plan::{ApplyResult, ClientPlan, DocumentKind, Origin, Plan};
use serde_json::Value as Json;

use crate::fixtures::{declaration, live};
use crate::laws_plan::{answered, declared, put};

/// The run of an apply of this client.
fn applied(mut client: ClientPlan) -> PastRun {
    let result = if client.is_to_send() { ApplyResult::Applied } else { ApplyResult::Unchanged };
    client.finish(result, None);
    let report = Plan { kind: DocumentKind::Report, clients: vec![client], ..Plan::default() };
    PastRun::of_report("20261124T100000Z-00aa11", &report, PastAuthor::default())
}

/// The plan that takes a run back, and how many fields it leaves alone; no plan where nothing is to be read.
fn undone(past: &PastRun, declaration: &Declaration, live: Live) -> (Option<ClientPlan>, usize) {
    let (all, selected) = ([DeclaredClient::from(declaration)], [declaration.clone()]);
    let scope = UndoScope { declared: &all, whole: true, selected: &selected, fields: SettingSet::default() };
    let targets = undo::targets(past, &scope);
    let Some(target) = targets.declarations.first() else { return (None, targets.left.len()) };
    let mut client = ClientPlan::read(target, live, Origin::Unknown);
    let moved = undo::settle(&mut client, past, &scope);
    (Some(client), targets.left.len() + moved.len())
}

fn states(answer: &Json) -> Vec<Option<State>> {
    Setting::ALL.into_iter().map(|setting| live(answer).settings.state(setting)).collect()
}

proptest! {
    #[test]
    fn an_undo_restores_what_can_be_sent_and_an_undo_of_it_what_was_applied(
        managed in declared(), before in answered()
    ) {
        let declaration = declaration(&managed);
        let client = ClientPlan::read(&declaration, live(&before), Origin::Unknown);
        let after = put(&before, &client);
        let odd = client.changes.iter().filter(|change| matches!(change.difference.live, State::Odd(_))).count();
        let past = applied(client);
        let (undo, left) = undone(&past, &declaration, live(&after));
        prop_assert_eq!(left, odd);
        let Some(undo) = undo else {
            prop_assert_eq!(undo::changed(&past), odd);
            return Ok(());
        };
        prop_assert_eq!(undo.managed, undo.patch().map(|patch| patch.settings()).unwrap_or_default());
        let restored = put(&after, &undo);
        for (setting, (was, is)) in Setting::ALL.into_iter().zip(states(&before).into_iter().zip(states(&restored))) {
            let was_left = matches!(was, Some(State::Odd(_))) && managed.iter().any(|(one, _)| *one == setting);
            prop_assert!(was_left || was == is, "{} was {:?} and is {:?}", setting, was, is);
        }
        let (again, left) = undone(&applied(undo), &declaration, live(&restored));
        prop_assert_eq!(left, 0);
        let reapplied = again.map_or(restored.clone(), |again| put(&restored, &again));
        prop_assert_eq!(states(&reapplied), states(&after));
    }

    #[test]
    fn an_undo_changes_only_what_live_holds_as_the_run_left_it(
        managed in declared(), before in answered(), now in answered()
    ) {
        let declaration = declaration(&managed);
        let client = ClientPlan::read(&declaration, live(&before), Origin::Unknown);
        let sent: Vec<(Setting, State)> =
            client.changes.iter().map(|change| (change.difference.setting, change.difference.declared.clone())).collect();
        let (undo, _) = undone(&applied(client), &declaration, live(&now));
        for difference in undo.iter().flat_map(|undo| &undo.changes).map(|change| &change.difference) {
            prop_assert!(sent.contains(&(difference.setting, difference.live.clone())));
            let was = live(&before).settings.state(difference.setting);
            prop_assert_eq!(Some(&difference.declared), was.as_ref());
        }
    }

    #[test]
    fn a_run_that_sent_nothing_has_no_way_back(managed in declared(), before in answered(), result in 0..5usize) {
        use ApplyResult::{Failed, Refused, Skipped, Stale, Unchanged};
        let declaration = declaration(&managed);
        let mut client = ClientPlan::read(&declaration, live(&before), Origin::Unknown);
        client.finish([Unchanged, Stale, Refused, Skipped, Failed][result], None);
        let report = Plan { kind: DocumentKind::Report, clients: vec![client], ..Plan::default() };
        let past = PastRun::of_report("20261124T100000Z-00aa11", &report, PastAuthor::default());
        prop_assert_eq!(undo::changed(&past), 0);
        prop_assert_eq!(undone(&past, &declaration, live(&before)), (None, 0));
    }
}
