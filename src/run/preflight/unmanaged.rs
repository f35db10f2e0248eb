//! What a change stops managing: security fields, and whole clients.
//!
//! Owns the warning about each of them, and the error where a guard denies that. Nothing is sent for what is not
//! managed, so no guard over changes sees it.

use std::collections::BTreeMap;

use crate::model::{Declaration, Diagnostic, Place, Setting, SettingSet};
use crate::plan::compare::by_client;
use crate::plan::guards::{denies_release, security_settings};
use crate::plan::select::Selection;
use crate::plan::{DocumentKind, GuardList};
use crate::run::preflight::baseline::RunBase;

/// How many clients one message names.
const MOST_NAMED: usize = 5;

/// What one message is about: the field, `None` for whole clients; its place at the base; the guard that denies it.
type Cause = (Option<Setting>, Option<Place>, Option<String>);

impl RunBase {
    /// A warning for each cause: a place at the base whose field clients give up, or the documents that are gone.
    pub(super) fn unmanaged(
        &self,
        declarations: &[Declaration],
        guards: &GuardList,
        selection: &Selection,
        kind: DocumentKind,
    ) -> Vec<Diagnostic> {
        // Guards judge what a run sends, and drift sends nothing.
        let denied = |labels: &[&_], settings: SettingSet| match kind {
            DocumentKind::Drift => None,
            _ => denies_release(guards, labels, settings).map(|guard| guard.named()),
        };
        let base = by_client(&self.baseline.declarations);
        let mut causes: BTreeMap<Cause, Vec<&Declaration>> = BTreeMap::new();
        for now in declarations {
            let Some(then) = base.get(&now.key()) else { continue };
            for setting in given_up(then, now, selection.fields) {
                let place = then.managed.iter().find(|one| one.setting == setting).map(|one| one.place.clone());
                let guard = denied(&[&then.labels, &now.labels], [setting].into_iter().collect());
                causes.entry((Some(setting), place, guard)).or_default().push(now);
            }
        }
        for then in self.baseline.gone.iter().filter(|one| selection.covers(one)) {
            causes.entry((None, None, denied(&[&then.labels], then.managed_set()))).or_default().push(then);
        }
        causes.into_iter().map(|(cause, clients)| self.unmanaged_warning(&cause, &clients)).collect()
    }

    fn unmanaged_warning(&self, (setting, place, guard): &Cause, clients: &[&Declaration]) -> Diagnostic {
        let at = |place: &Place| format!("{}:{}:{}", place.file.raw(), place.line, place.column);
        let named = clients.iter().take(MOST_NAMED).map(|one| match setting {
            Some(_) => one.client.to_string(),
            None => format!("{} ({})", one.client, at(&one.place)),
        });
        let mut named = named.collect::<Vec<_>>().join(", ");
        if clients.len() > MOST_NAMED {
            named = format!("{named} and {} more", clients.len() - MOST_NAMED);
        }
        let (s, revision) = (if clients.len() == 1 { "" } else { "s" }, &self.revision);
        let summary = match (setting, place) {
            (Some(setting), Some(place)) => {
                let declared = format!("{revision} declares it in {}", at(place));
                format!("client{s} {named}: this change stops managing {setting}; {declared}")
            }
            (_, _) => format!("this change stops managing client{s} {named}; {revision} declares {}", them(clients)),
        };
        // What is gone has no place in the work tree.
        let range = setting.and_then(|_| clients.first()).map(|one| one.place.clone());
        match guard {
            None => Diagnostic::warning("unmanaged-by-change", range, summary).help(
                "live keeps its value, and ringform does not see later changes of it; review whether that is intended"
                    .to_owned(),
            ),
            Some(guard) => Diagnostic::error("unmanaged-by-change", range, summary)
                .help(format!("{guard} denies it: declare it again, or change the guard in a merge of its own")),
        }
    }
}

fn them(clients: &[&Declaration]) -> &'static str {
    if clients.len() == 1 { "it" } else { "them" }
}

/// The security fields that a client managed at the base and does not manage now, as far as the run reads them.
fn given_up(then: &Declaration, now: &Declaration, fields: SettingSet) -> Vec<Setting> {
    let (before, after) = (then.managed_set(), now.managed_set());
    let is_read = |setting: &Setting| fields.is_empty() || fields.contains(*setting);
    security_settings()
        .filter(|setting| before.contains(*setting) && !after.contains(*setting))
        .filter(is_read)
        .collect()
}
