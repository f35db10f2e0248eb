//! Totals of a plan or a report, and the sentences that say them.
//!
//! Owns the counts of clients, settings, results and coverage, so that all formats say the same. It never counts a
//! failed client as compared, and never reports success while a client failed.

use crate::model::{Direction, value};
use crate::plan::{ApplyResult, BlockedKind, Change, ClientPlan, DocumentKind, Origin, Plan, Status, Summary};
use crate::render::wording::change::{RELEASED, marked};
use crate::render::wording::dated_totals::DatedTotals;
use crate::render::wording::numbers::{are, count, number};
use crate::render::wording::undone::UndoneWords;

/// The results of apply in the order of the report, and their words.
pub(crate) const OUTCOMES: [(ApplyResult, &str); 8] = [
    (ApplyResult::Applied, "applied"),
    (ApplyResult::Unchanged, "unchanged"),
    (ApplyResult::Stale, "stale"),
    (ApplyResult::Refused, "refused"),
    (ApplyResult::NotConverged, "not converged"),
    (ApplyResult::Collateral, "collateral"),
    (ApplyResult::Failed, "failed"),
    (ApplyResult::Skipped, "skipped"),
];

/// The word for a result.
pub(crate) fn word(outcome: ApplyResult) -> &'static str {
    OUTCOMES.iter().find(|(one, _)| *one == outcome).map_or("unknown", |(_, word)| word)
}

/// The counts of a plan.
#[derive(Clone, Debug, Default)]
pub(crate) struct Totals {
    /// The plan's own totals.
    pub(crate) summary: Summary,
    /// Clients that a guard or a conflict blocks.
    pub(crate) blocked: usize,
    /// Unsettled conflicts: each blocks its client.
    pub(crate) unsettled: usize,
    /// Clients that ringform did not read, because the change does not touch them.
    pub(crate) unaffected: usize,
    /// Clients that the work tree does not declare any more.
    pub(crate) released_clients: usize,
    /// Clients of the run that the report leaves out, because they had nothing to send.
    pub(crate) left_out: usize,
    /// Changed fields that the run withholds.
    pub(crate) withheld: usize,
    /// Whether the run sends only what closes the PBX.
    only_closing: bool,
    /// Whether there is a base.
    pub(crate) has_base: bool,
    /// Whether a base or a ledger says where differences come from.
    pub(crate) has_origins: bool,
    /// Whether ringform read no client and compared the declarations with the base.
    pub(crate) offline: bool,
    /// Changes that open the PBX: those that would be sent, or, in a report, those that were.
    pub(crate) opens: usize,
    /// Changes that close it, in the same way.
    pub(crate) closes: usize,
    /// Drift that live has more open than declared, and that no write has taken back.
    pub(crate) exposed: usize,
    /// Fields of clients that are not as expected and that live has more open than declared.
    pub(crate) unconfirmed_exposed: usize,
    /// Managed fields of clients that are not as expected.
    pub(crate) unconfirmed: usize,
    /// Clients that are not as expected.
    unconfirmed_clients: usize,
    /// Whether this is a report of drift: nothing is written.
    pub(crate) is_drift: bool,
    /// Managed fields that were compared with live.
    pub(crate) compared: usize,
    /// Managed fields of clients that failed.
    pub(crate) uncompared: usize,
    /// What it says of dated settings.
    dated: DatedTotals,
    /// The past run that an undo takes back.
    undo: Option<UndoneWords>,
    /// Settings that apply stored.
    pub(crate) stored: usize,
    /// Whether this is the report of an apply.
    pub(crate) is_report: bool,
    /// How many clients have each result, in the order of [`OUTCOMES`].
    pub(crate) outcomes: [usize; 8],
}

impl Totals {
    /// Counts a plan.
    pub(crate) fn of(plan: &Plan) -> Totals {
        let mut totals = Totals {
            summary: plan.summary(),
            released_clients: plan.released_clients.len(),
            unaffected: plan.unaffected.unwrap_or(0),
            has_base: plan.base.is_some(),
            has_origins: plan.has_origins(),
            offline: plan.is_offline(),
            is_report: plan.is_report(),
            is_drift: plan.kind == DocumentKind::Drift,
            left_out: plan.left_out.clients,
            // A client that is left out had nothing to send.
            withheld: plan.left_out.changes.max(plan.left_out.to_change),
            only_closing: plan.clients.iter().any(|client| client.only_closing),
            dated: DatedTotals::of(plan),
            undo: plan.undo.as_ref().map(UndoneWords::of),
            ..Totals::default()
        };
        if let Some(at) = OUTCOMES.iter().position(|(one, _)| *one == ApplyResult::Unchanged) {
            totals.outcomes[at] = totals.left_out;
        }
        plan.clients.iter().for_each(|client| totals.add(client));
        totals
    }

    fn add(&mut self, client: &ClientPlan) {
        self.blocked += usize::from(!client.blocked.is_empty());
        self.unsettled += client.blocked.iter().filter(|blocked| blocked.kind == BlockedKind::Conflict).count();
        self.withheld += client.changes.len() - client.to_send().count();
        // A report counts only what was sent.
        let landed = client.result.is_some_and(ApplyResult::is_stored);
        for change in &client.changes {
            let risk = change.difference.risk();
            let counts = !change.withheld && !self.is_drift && (landed || !self.is_report);
            let effect = effect(client, change);
            self.opens += usize::from(counts && effect == Some(Direction::Opens));
            self.closes += usize::from(counts && effect == Some(Direction::Closes));
            let drifted = match change.difference.origin {
                Origin::Drift => true,
                Origin::Conflict | Origin::Unknown => self.is_drift,
                Origin::Pending => false,
            };
            let is_left = !(self.is_report && counts);
            match change.difference.overdue_since().filter(|_| is_left) {
                Some(since) => self.dated.add_overdue(since),
                None => self.exposed += usize::from(drifted && is_left && risk.exposure == Some(Direction::Opens)),
            }
        }
        self.unconfirmed_exposed += client.unconfirmed.iter().filter(|one| one.difference.is_exposed()).count();
        match client.status() {
            Status::Failed if client.is_unconfirmed() => {
                self.unconfirmed += client.managed.len();
                self.unconfirmed_clients += 1;
            }
            Status::Failed => self.uncompared += client.managed.len(),
            Status::InSync | Status::Change => self.compared += client.managed.len(),
        }
        if let Some(outcome) = client.result {
            if outcome == ApplyResult::Applied {
                self.stored += client.to_send().count();
            }
            if let Some(at) = OUTCOMES.iter().position(|(one, _)| *one == outcome) {
                self.outcomes[at] += 1;
            }
        }
    }

    /// How many clients are not done: all but `applied` and `unchanged`, and those without a result.
    pub(crate) fn undone(&self) -> usize {
        let done = OUTCOMES.iter().zip(self.outcomes).filter(|((outcome, _), _)| outcome.is_good());
        self.summary.clients - done.map(|(_, n)| n).sum::<usize>()
    }

    /// The totals as one sentence.
    pub(crate) fn headline(&self) -> String {
        let Summary { clients, in_sync, to_change, failed, changes, security, .. } = self.summary;
        if let Some(undo) = self.undo.as_ref().filter(|_| clients == 0) {
            return undo.nothing();
        }
        if clients == 0 && self.unaffected > 0 {
            return "No clients: this change touches none.".to_owned();
        }
        if clients == 0 {
            return "No clients: nothing was compared.".to_owned();
        }
        if self.is_report {
            return self.report_headline();
        }
        let all = count(clients, "client");
        let mut parts = Vec::new();
        if to_change > 0 {
            let origins = self.origins();
            let comma = if origins.is_empty() { ", " } else { "; " };
            let grave =
                if security > 0 { format!("{comma}{} security", number(security as u64)) } else { String::new() };
            let stopped =
                if self.blocked > 0 { format!("; {} blocked", number(self.blocked as u64)) } else { String::new() };
            parts.push(format!(
                "{} to change ({}{origins}{grave}{stopped})",
                number(to_change as u64),
                count(changes, "setting")
            ));
        } else if failed == 0 {
            let compared = count(self.compared, "setting");
            // A guard can stop a client for a dated setting that begins later: then apply refuses it, and the plan
            // fails.
            if self.blocked > 0 {
                let blocked = number(self.blocked as u64);
                return format!("{all}: no difference now, but {blocked} blocked; {compared} compared.");
            }
            if self.offline {
                return format!("No difference: {all} {} declared as at the base.", are(clients));
            }
            let as_declared = if clients == 1 { "is as declared" } else { "are as declared" };
            return format!("No difference: {all} {as_declared}, {compared} compared.");
        } else if in_sync > 0 {
            let in_sync = number(in_sync as u64);
            return format!("{all}: no difference in {in_sync}, but {} could not be compared.", number(failed as u64));
        }
        if in_sync > 0 {
            parts.push(format!("{} in sync", number(in_sync as u64)));
        }
        if failed > 0 {
            parts.push(format!("{} failed", number(failed as u64)));
        }
        format!("{all}: {}.", parts.join(", "))
    }

    /// That the PBX is open to more callers, or is about to be: what a reader must see first.
    pub(crate) fn alarms(&self) -> Vec<String> {
        let mut alarms = Vec::new();
        if self.exposed > 0 {
            let was = if self.exposed == 1 { "was" } else { "were" };
            alarms.push(format!("{} {was} opened to more callers outside of git.", count(self.exposed, "setting")));
        }
        if self.unconfirmed_exposed > 0 {
            let n = self.unconfirmed_exposed;
            let are = if n == 1 { "is" } else { "are" };
            let settings = count(n, "setting");
            alarms.push(format!("{settings} {are} more open than declared, at clients that are not as expected."));
        }
        if self.opens > 0 {
            let verb = match (self.is_report, self.opens) {
                (true, _) => "opened",
                (false, 1) => "opens",
                (false, _) => "open",
            };
            let closed = match self.closes {
                n if self.is_report && n > 0 => format!(", {} closed it", number(n as u64)),
                _ => String::new(),
            };
            alarms.push(format!("{} {verb} the PBX to more callers{closed}.", count(self.opens, "change")));
        }
        alarms.extend(self.dated.alarms());
        alarms
    }

    /// How many changes there are of each origin: `: 2 ▸ pending, 1 ≠ drift`; empty without a base.
    fn origins(&self) -> String {
        let Summary { pending, drift, conflict, .. } = self.summary;
        let counts = [(pending, Origin::Pending), (drift, Origin::Drift), (conflict, Origin::Conflict)];
        let words: Vec<String> = counts
            .into_iter()
            .filter(|(n, _)| *n > 0)
            .map(|(n, origin)| format!("{} {}", number(n as u64), marked(origin)))
            .collect();
        if words.is_empty() { String::new() } else { format!(": {}", words.join(", ")) }
    }

    fn report_headline(&self) -> String {
        let clients = self.summary.clients;
        let all = count(clients, "client");
        let mut parts = Vec::new();
        for ((outcome, word), n) in OUTCOMES.into_iter().zip(self.outcomes) {
            if n == self.summary.clients && outcome == ApplyResult::Unchanged && self.withheld > 0 {
                return format!("Nothing to send: {all}, nothing was changed.");
            }
            if let Some(undo) = self.undo.as_ref().filter(|_| n == clients && outcome == ApplyResult::Unchanged) {
                return format!("Nothing to do: {all} {} as before run {}, nothing was changed.", are(n), undo.run);
            }
            if n == self.summary.clients && outcome == ApplyResult::Unchanged {
                return format!("Nothing to do: {all} {} as declared, nothing was changed.", are(n));
            }
            if n == 0 {
                continue;
            }
            let stored = match outcome {
                ApplyResult::Applied => format!(" ({})", count(self.stored, "setting")),
                _ => String::new(),
            };
            parts.push(format!("{} {word}{stored}", number(n as u64)));
        }
        let counted: usize = self.outcomes.iter().sum();
        if counted < self.summary.clients {
            parts.push(format!("{} without a result", number((self.summary.clients - counted) as u64)));
        }
        format!("{all}: {}.", parts.join(", "))
    }

    /// What was compared and what was not; `None` if the headline says all of it.
    pub(crate) fn coverage(&self) -> Option<String> {
        let Summary { clients, failed, .. } = self.summary;
        let (read, failed) = (clients - self.left_out - failed, failed - self.unconfirmed_clients);
        let settings = |n| count(n, "managed setting");
        let unconfirmed = match self.unconfirmed_clients {
            0 => None,
            1 => Some(format!("Not confirmed: {} of 1 client that is not as expected.", settings(self.unconfirmed))),
            n => Some(format!(
                "Not confirmed: {} of {} that are not as expected.",
                settings(self.unconfirmed),
                count(n, "client")
            )),
        };
        let compared = match (read, failed) {
            (0, 0) => None,
            (_, 0) if !self.is_report && self.summary.to_change == 0 && unconfirmed.is_none() => None,
            (0, _) => Some(format!("Nothing was compared: {} could not be read.", settings(self.uncompared))),
            (_, 0) => Some(format!("Compared: {} of {}.", settings(self.compared), count(read, "client"))),
            (_, _) => Some(format!(
                "Compared: {} of {}. Not compared: {} of {}.",
                settings(self.compared),
                count(read, "client"),
                settings(self.uncompared),
                count(failed, "failed client"),
            )),
        };
        let said: Vec<String> = compared.into_iter().chain(unconfirmed).collect();
        (!said.is_empty()).then(|| said.join(" "))
    }

    /// Further notes: drift and conflicts, released fields and clients, changes left out, and clients that are not
    /// done.
    pub(crate) fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        let Summary { drift, conflict, released, .. } = self.summary;
        if self.is_report && self.opens == 0 && self.closes > 0 {
            notes.push(format!("{} closed the PBX to some callers.", count(self.closes, "change")));
        }
        notes.extend(self.dated.validity());
        if self.offline {
            notes.push("Offline: the declarations were compared with the base only; nothing was read.".to_owned());
        }
        if self.has_origins && drift > 0 {
            let was = if drift == 1 { "was" } else { "were" };
            let drift = count(drift, "setting");
            let or = if self.has_base { ", or the base is not applied yet" } else { "" };
            notes.push(format!("≠ {drift} {was} changed outside of git{or}."));
        }
        if self.has_origins && conflict > 0 {
            let (is, its) = if conflict == 1 { ("is", "its client") } else { ("are", "their clients") };
            let conflict = count(conflict, "setting");
            let then = match (self.unsettled, self.is_report) {
                (0, _) => String::new(),
                (_, false) => format!("; apply refuses {its}"),
                (_, true) => format!("; apply refused {its}"),
            };
            notes.push(format!(
                "‼ {conflict} {is} in conflict: this change touches what was also changed outside of git{then}."
            ));
        }
        if self.left_out > 0 {
            let (n, is) = (self.left_out, are(self.left_out));
            notes.push(format!("{} had nothing to send and {is} not in this report.", count(n, "client")));
        }
        notes.extend(self.undo.iter().flat_map(|undo| undo.notes(self.summary.changes)));
        if self.unaffected > 0 && self.undo.is_none() {
            let (n, was) = (self.unaffected, if self.unaffected == 1 { "was" } else { "were" });
            let them = if n == 1 { "it" } else { "them" };
            notes.push(format!("{} {was} not read: this change does not touch {them}.", count(n, "client")));
        }
        if self.withheld > 0 && self.only_closing {
            let (sent, withheld, is) = (self.summary.changes, number(self.withheld as u64), are(self.withheld));
            notes.push(format!("{} to send; {withheld} {is} left out: --only-closing.", count(sent, "setting")));
        } else if self.withheld > 0 {
            let all = self.summary.changes;
            let (sent, is) = (number((all - self.withheld) as u64), are(self.withheld));
            let withheld = number(self.withheld as u64);
            notes.push(format!("{sent} of {} to send; {withheld} {is} left out by --only.", count(all, "setting")));
        }
        if released > 0 {
            let n = released;
            let left =
                if n == 1 { "no longer managed and left as it is" } else { "no longer managed and left as they are" };
            notes.push(format!("{RELEASED} {} released: {left}.", count(n, "setting")));
        }
        if self.released_clients > 0 {
            let n = self.released_clients;
            let left =
                if n == 1 { "no longer declared and left as it is" } else { "no longer declared and left as they are" };
            notes.push(format!("{RELEASED} {} released: {left}.", count(n, "client")));
        }
        if self.is_report && self.undone() > 0 {
            let n = self.undone();
            let attention = if n == 1 { "needs attention" } else { "need attention" };
            let as_wanted = if self.undo.is_some() { "undone" } else { "as declared" };
            notes.push(format!("Not everything is {as_wanted}: {} {attention}.", count(n, "client")));
        }
        notes
    }
}

/// What the write of a change does or did. A value that the API did not store as sent is judged by what it stored.
fn effect(client: &ClientPlan, change: &Change) -> Option<Direction> {
    let setting = change.difference.setting;
    let differing = client.details.iter().flat_map(|details| &details.not_converged);
    match differing.into_iter().find(|one| one.field == setting) {
        Some(one) => change.difference.effect_of_storing(&value::live(setting.kind(), &one.stored)),
        None => change.effect(),
    }
}
