//! What a plan says of its dated settings as a whole: openings past their end, openings to come, and until when it is
//! valid.
//!
//! Owns these counts and their sentences. They hold no untrusted text.

use jiff::Timestamp;

use crate::model::{ClientId, Direction, instant_text};
use crate::plan::{ClientPlan, DocumentKind, Plan};
use crate::render::wording::dated::is_change_of;
use crate::render::wording::numbers::{are, count, number};

/// The dated settings of a plan, counted.
#[derive(Clone, Debug, Default)]
pub(crate) struct DatedTotals {
    overdue: usize,
    overdue_since: Option<Timestamp>,
    /// Scheduled settings that open the PBX and that no change of the plan shows.
    opens: usize,
    /// The first instant at which a declaration changes, its first client, and how many clients have it.
    valid_until: Option<(Timestamp, ClientId, usize)>,
}

impl DatedTotals {
    /// Counts the scheduled settings of a plan, and finds until when it is valid. `add_overdue` counts the rest.
    pub(crate) fn of(plan: &Plan) -> DatedTotals {
        let mut totals = DatedTotals::default();
        let can_be_applied = matches!(plan.kind, DocumentKind::Plan | DocumentKind::Offline);
        for client in &plan.clients {
            totals.opens += if plan.is_report() { 0 } else { opens(client) };
            let Some(until) = client.valid_until.filter(|_| can_be_applied) else { continue };
            totals.valid_until = match totals.valid_until {
                Some((first, ..)) if until < first => Some((until, client.client_id, 1)),
                Some((first, id, clients)) if until == first => Some((first, id, clients + 1)),
                None => Some((until, client.client_id, 1)),
                earlier => earlier,
            };
        }
        totals
    }

    /// Counts a setting that is open past the end of its entry.
    pub(crate) fn add_overdue(&mut self, since: Timestamp) {
        self.overdue += 1;
        self.overdue_since = Some(self.overdue_since.map_or(since, |earlier| earlier.min(since)));
    }

    /// That the PBX is open for longer than git says, or is about to open.
    pub(crate) fn alarms(&self) -> impl Iterator<Item = String> {
        let overdue = self.overdue_since.map(|since| {
            let (settings, since) = (count(self.overdue, "setting"), instant_text(since));
            let its = if self.overdue == 1 { "its entry" } else { "their entries" };
            format!("{settings} {} open past the end of {its}, since {since}.", are(self.overdue))
        });
        let opens = (self.opens > 0).then(|| {
            let open = if self.opens == 1 { "opens" } else { "open" };
            format!("{} {open} the PBX to more callers for a time.", count(self.opens, "scheduled setting"))
        });
        overdue.into_iter().chain(opens)
    }

    /// Until when the plan is valid; `None` where no declaration ever changes.
    pub(crate) fn validity(&self) -> Option<String> {
        let (until, client, clients) = self.valid_until?;
        let who = match clients {
            1 => format!("client {client} changes"),
            n => format!("client {client} and {} more change", number(n as u64 - 1)),
        };
        Some(format!("This plan is valid until {}, when {who}.", instant_text(until)))
    }
}

/// How many scheduled settings of a client open the PBX and are not among its changes.
fn opens(client: &ClientPlan) -> usize {
    let later = client.scheduled.iter().filter(|one| !is_change_of(one, client));
    later.filter(|one| one.effect() == Some(Direction::Opens)).count()
}
