//! What a run with `--only-closing` sends of each client.
//!
//! Owns which changes such a run leaves out, and the sentences that say why. `closing` owns the value that it sends.

use jiff::Timestamp;

use crate::model::waiver::holding;
use crate::model::{ClientKey, Difference, Setting, SettingSet, Untrusted, Waived, Waiver};
use crate::plan::client::{Blocked, BlockedKind, ClientPlan};
use crate::plan::compare::change::Change;
use crate::plan::send::closing::{ClosingPatch, NotClosed};
use crate::plan::send::result::Details;

/// The waivers that such a run obeys.
#[derive(Clone, Debug, Default)]
pub struct ClosingScope {
    /// The waivers that count.
    pub waivers: Vec<Waiver>,
    /// The fields that no waiver covers.
    pub never_waived: SettingSet,
    /// The instant of the run.
    pub at: Timestamp,
}

impl ClosingScope {
    /// Marks what of a client is sent. The details of the client say what is not, and why. A conflict does not block:
    /// the value that is sent holds nothing that either side lacks.
    pub(super) fn mark(&self, client: &mut ClientPlan) {
        client.only_closing = true;
        client.blocked.retain(|blocked| blocked.kind != BlockedKind::Conflict);
        let key = client.key();
        let (mut reasons, mut others) = (Vec::new(), Vec::new());
        for change in &mut client.changes {
            let (setting, by_origin) = (change.difference.setting, change.withheld);
            let closing = ClosingPatch::from_difference(&change.difference);
            change.withheld = true;
            if let Err(NotClosed::OtherField(_)) = closing {
                others.push(setting);
            } else if by_origin {
                reasons.push(format!("{setting} is not sent: --only leaves its origin out").into());
            } else if let Some(waived) = self.waiver(&key, &change.difference) {
                reasons.push(of_waiver(setting, waived));
            } else {
                match closing {
                    Ok(patch) => send(change, patch, &mut reasons),
                    Err(why) if why.is_refused() => client.blocked.push(refusal(setting, why, &change.difference)),
                    Err(why) => reasons.push(why.reason(&change.difference)),
                }
            }
        }
        reasons.extend(of_others(&others));
        let message = (!reasons.is_empty()).then(|| Untrusted::join(&reasons, "; "));
        client.details = message.map(|message| Box::new(Details { message: Some(message), ..Details::default() }));
    }

    /// The waiver that keeps a field out. An opening that outlived its end has none.
    fn waiver(&self, client: &ClientKey, difference: &Difference) -> Option<&Waived> {
        if difference.is_overdue() {
            return None;
        }
        holding(&self.waivers, self.never_waived, self.at, client, Some(difference.setting))
    }
}

/// Sends a patch for a change. Where git declares more countries, the reasons name those that are not sent.
fn send(change: &mut Change, patch: ClosingPatch, reasons: &mut Vec<Untrusted>) {
    let added = change.difference.added();
    if !added.is_empty() {
        let (codes, is) =
            (added.iter().map(|code| code.as_str()).collect::<Vec<_>>(), if added.len() == 1 { "is" } else { "are" });
        reasons.push(format!("{} {is} not sent: --only-closing adds no country", codes.join(" ")).into());
    }
    change.withheld = false;
    change.closing = Some(Box::new(patch));
}

fn refusal(setting: Setting, why: NotClosed, difference: &Difference) -> Blocked {
    Blocked { kind: BlockedKind::Closing, name: setting.name().into(), message: why.reason(difference), revision: None }
}

fn of_waiver(setting: Setting, waived: &Waived) -> Untrusted {
    let Waived { owner, reason, until } = waived;
    format!("{setting} is not sent: a waiver of {} covers it until {until} ({})", owner.raw(), reason.raw()).into()
}

/// The sentence about fields that such a run never sends.
fn of_others(settings: &[Setting]) -> Option<Untrusted> {
    let names: Vec<&str> = settings.iter().map(|setting| setting.name()).collect();
    let is = if names.len() == 1 { "is" } else { "are" };
    let sentence = || format!("{} {is} not sent: --only-closing sends geo_list only", names.join(", "));
    (!names.is_empty()).then(|| sentence().into())
}
