//! A plan without reading: declared now against declared at the base.
//!
//! Owns the shape of such a client. Its `before` is what the base declares, "not set" where the base does not manage
//! the field; it does not read, so `live` is null and the plan can never be applied.

use serde_json::Value as Json;

use crate::model::{DatedCause, Declaration, Diagnostic, State};
use crate::plan::client::{self, ClientPlan};
use crate::plan::compare::change::{self, Change};
use crate::plan::compare::origin::OriginRule;

/// Plans one client, and warns of what such a plan cannot show: a field that is newly declared null.
pub fn plan_offline(declaration: &Declaration, by: OriginRule<'_>) -> (ClientPlan, Vec<Diagnostic>) {
    let mut plan = ClientPlan::unread(declaration);
    let mut warnings = Vec::new();
    for managed in &declaration.managed {
        let base = match by {
            OriginRule::Base(earlier) => earlier.wanted(managed.setting),
            OriginRule::Always(_) | OriginRule::Record(_) => None,
        };
        let mut change = change::change(managed, base.cloned().unwrap_or(State::NotSet), by);
        if let Some(Change { difference, .. }) = &mut change {
            // Nothing was read, so nothing is known of what live still holds.
            let cause = change::dated_cause(declaration.dated.as_deref(), by.dated(), difference);
            difference.dated = cause.and_then(|cause| DatedCause { overdue_since: None, ..*cause }.or_none());
        }
        plan.changes.extend(change);
        if base.is_none() && managed.wanted == State::NotSet {
            let summary = format!("client {}: {} is newly declared null", declaration.client, managed.setting);
            let warning = Diagnostic::warning("offline", managed.place.clone(), summary);
            warnings.push(warning.help("only a plan that reads shows what this clears".to_owned()));
        }
    }
    if let OriginRule::Base(earlier) = by {
        plan.released = client::released(&earlier.released, |_| Json::Null);
    }
    (plan, warnings)
}
