//! Guards under test: the verdict of the project's guards on the cases of a team.
//!
//! Owns how a case becomes a client plan, and how the guards' answers become one verdict. The guards themselves judge
//! as in every plan, through [`guards::judge`], so a test shows what a run would do.

use std::sync::Arc;

use serde::Serialize;

use crate::model::guard_case::{GuardCase, GuardVerdict};
use crate::model::{ClientId, Declaration, Guard, Live, Origin, Place, SettingSet, Untrusted};
use crate::plan::client::ClientPlan;
use crate::plan::compare::scheduled_changes;
use crate::plan::guard_list::GuardList;
use crate::plan::guards;

/// The client of every case. A case describes no real client, so it needs no number.
const CLIENT: ClientId = ClientId::Me;

/// The result of one case.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GuardCaseResult {
    /// The name of the case.
    pub name: Untrusted,
    /// Where the case begins.
    pub source: Place,
    /// Whether the verdict is the expected one.
    pub passed: bool,
    /// The verdict that the team expects.
    pub expected: GuardVerdict,
    /// The verdict of the guards.
    pub actual: GuardVerdict,
    /// The guard that the case asks; `null` for all.
    pub guard: Option<Untrusted>,
    /// What the guards said, in their order.
    pub guards: Vec<GuardStatement>,
}

/// What one guard said of a case.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GuardStatement {
    /// The guard.
    pub name: Untrusted,
    /// Its verdict: `warn` or `deny`.
    pub verdict: GuardVerdict,
    /// Its message.
    pub message: Untrusted,
}

/// Judges one case. A case that names a guard asks only that one.
pub fn judge_case(guards: &[Guard], case: &GuardCase) -> GuardCaseResult {
    let client = client(case);
    let asked = guards.iter().filter(|guard| case.guard.as_ref().is_none_or(|name| *name == guard.name));
    let statements: Vec<GuardStatement> = asked.flat_map(|guard| statements(guard, &client)).collect();
    let actual = statements.iter().map(|one| one.verdict).max().unwrap_or(GuardVerdict::Pass);
    GuardCaseResult {
        name: case.name.clone(),
        source: case.place.clone(),
        passed: actual == case.expected,
        expected: case.expected,
        actual,
        guard: case.guard.as_ref().map(|name| Untrusted::new(Arc::clone(name))),
        guards: statements,
    }
}

/// What one guard says of a client. Guards judge independently, so each is asked alone.
fn statements(guard: &Guard, client: &ClientPlan) -> Vec<GuardStatement> {
    let mut client = client.clone();
    let warnings = guards::judge(&GuardList::new(std::slice::from_ref(guard), &[]), &mut client);
    let say = |verdict, message| GuardStatement { name: Untrusted::new(guard.name.clone()), verdict, message };
    let about_client = format!("client {CLIENT}: ");
    let denied = client.blocked.into_iter().map(|blocked| say(GuardVerdict::Deny, blocked.message));
    let warned = warnings.into_iter().map(|warning| {
        let message = warning.summary.raw().strip_prefix(&about_client).map(Untrusted::from);
        say(GuardVerdict::Warn, message.unwrap_or(warning.summary))
    });
    denied.chain(warned).collect()
}

/// The plan of the client that a case describes.
fn client(case: &GuardCase) -> ClientPlan {
    let declaration = Declaration {
        client: CLIENT,
        credentials: None,
        labels: case.labels.clone(),
        place: case.place.clone(),
        document: 0,
        managed: case.declared.clone(),
        expect: Vec::new(),
        ignored: SettingSet::default(),
        dated: case.dated.clone(),
    };
    let mut live = Live::default();
    live.id = Some(1);
    live.settings = case.live.clone();
    let mut client = ClientPlan::read(&declaration, live, Origin::Unknown);
    // A case is a change set of its own: all of its entries are new.
    client.scheduled = scheduled_changes(None, &declaration, SettingSet::default()).into_boxed_slice();
    client
}
