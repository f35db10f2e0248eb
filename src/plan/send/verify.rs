//! The state after a write, judged from the answers before and after it.
//!
//! Owns the comparison that follows every PUT: what was sent must be stored, and no other writable field may have
//! moved. API: whether PUT merges or replaces, and whether values are normalised, is not documented, so every answer is
//! checked.

use serde_json::Value as Json;

use crate::model::{Live, LiveSettings, Setting, SettingSet, State};
use crate::plan::compare::change::Change;
use crate::plan::send::result::{Collateral, NotConverged};

/// Whether an answer makes a further read unnecessary: all seven keys and the same id.
pub(in crate::plan) fn is_whole(answer: &Live, id: Option<u64>) -> bool {
    answer.id.is_some() && answer.id == id && answer.settings.missing().next().is_none()
}

/// What was sent and is stored differently.
pub(in crate::plan) fn not_converged(changes: &[Change], after: &LiveSettings) -> Vec<NotConverged> {
    changes
        .iter()
        .filter(|change| !change.withheld)
        .filter_map(|change| {
            let (field, sent) = (change.difference.setting, change.sent());
            let stored = after.state(field)?;
            (stored != *sent).then(|| NotConverged { field, sent: sent.to_json(), stored: stored.to_json() })
        })
        .collect()
}

/// What was not sent and moved all the same, except fields in `allowed`. A field that was set and is missing afterwards
/// has moved too: an API that replaces may drop the keys that it cleared.
pub(in crate::plan) fn collateral(
    sent: SettingSet,
    allowed: SettingSet,
    before: &LiveSettings,
    after: &LiveSettings,
) -> Vec<Collateral> {
    Setting::ALL
        .into_iter()
        .filter(|setting| !sent.contains(*setting) && !allowed.contains(*setting))
        .filter_map(|setting| {
            let (old, new) = (before.state(setting)?, after.state(setting));
            let moved = new.as_ref().map_or_else(|| is_set(&old), |new| *new != old);
            let after = new.as_ref().map_or(Json::Null, State::to_json);
            moved.then(|| Collateral { field: setting, before: old.to_json(), after })
        })
        .collect()
}

/// Whether a write had something to lose: a writable field that is set and not sent. Only such a write, come back
/// whole, proves that this API merges.
pub fn had_something_to_lose(sent: SettingSet, before: &LiveSettings) -> bool {
    Setting::ALL
        .into_iter()
        .any(|setting| !sent.contains(setting) && before.state(setting).as_ref().is_some_and(is_set))
}

fn is_set(state: &State) -> bool {
    matches!(state, State::Is(_) | State::Odd(_))
}
