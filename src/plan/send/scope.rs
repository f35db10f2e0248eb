//! The part of a plan that may be sent.
//!
//! Owns `--only` and `--overwrite-drift`; `closing_scope` owns `--only-closing`. All act while a plan is made: a change
//! that is left out stays in the plan and is marked as withheld. So the text, the body of the PUT and a saved plan
//! never disagree. A conflict blocks its client, also where its field would not be sent.

use std::collections::BTreeSet;
use std::str::FromStr;
use std::sync::Arc;

use jiff::Timestamp;

use crate::model::{ClientId, ClientKey, Declaration, Origin, Setting, SettingSet, Waiver};
use crate::plan::client::{BlockedKind, ClientPlan};
use crate::plan::send::closing_scope::ClosingScope;

/// `CLIENT` or `CLIENT/FIELD`: the conflicts that the declared value wins. `@me:CREDENTIALS` is one of several `@me`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overwrite {
    /// The client.
    pub client: ClientId,
    /// The credential's name, of `@me` only; `None` where the run has one `@me`.
    pub credentials: Option<Arc<str>>,
    /// The field; `None` for every field of the client.
    pub field: Option<Setting>,
}

impl FromStr for Overwrite {
    type Err = String;

    fn from_str(text: &str) -> Result<Overwrite, String> {
        let (client, field) = text.split_once('/').map_or((text, None), |(client, field)| (client, Some(field)));
        let (client, credentials) = match client.strip_prefix("@me:") {
            Some("") => return Err("write the name of the credentials behind `@me:`".to_owned()),
            Some(name) => ("@me", Some(Arc::from(name))),
            None => (client, None),
        };
        let client = ClientId::parse(client).map_err(|flaw| flaw.help.unwrap_or(flaw.message))?;
        let field = match field.map(|field| (field, Setting::find(field))) {
            None => None,
            Some((_, Some(setting))) => Some(setting),
            Some((_, None)) => return Err("write CLIENT or CLIENT/FIELD, such as 12/geo_list".to_owned()),
        };
        Ok(Overwrite { client, credentials, field })
    }
}

impl std::fmt::Display for Overwrite {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.client)?;
        if let Some(credentials) = &self.credentials {
            write!(f, ":{credentials}")?;
        }
        self.field.map_or(Ok(()), |field| write!(f, "/{field}"))
    }
}

/// What may be sent; the default is everything that no conflict blocks.
#[derive(Clone, Debug, Default)]
pub struct SendScope {
    /// The origins that are sent; none means all.
    pub only: BTreeSet<Origin>,
    /// The conflicts that no longer block.
    pub overwrite: Vec<Overwrite>,
    /// Whether the run has an `@me` of several credentials: then `@me` alone names none of them.
    pub has_several_me: bool,
    /// Of a run that can only close: what it leaves out. `None` for every other run.
    pub closing: Option<ClosingScope>,
}

impl SendScope {
    /// The same scope for a run over these declarations.
    pub fn among(&self, declarations: &[Declaration]) -> SendScope {
        let mut of_me = declarations.iter().filter(|one| one.client == ClientId::Me).map(|one| &one.credentials);
        let first = of_me.next();
        SendScope { has_several_me: of_me.any(|other| Some(other) != first), ..self.clone() }
    }

    /// The same scope with the waivers of a run that can only close. No other run sends by waivers.
    pub fn with_waivers(self, waivers: &[Waiver], never_waived: SettingSet, at: Timestamp) -> SendScope {
        let with = |_| ClosingScope { waivers: waivers.to_vec(), never_waived, at };
        SendScope { closing: self.closing.map(with), ..self }
    }

    /// Marks the changes that are withheld, and lifts the conflicts that `--overwrite-drift` names.
    pub fn mark(&self, client: &mut ClientPlan) {
        let key = client.key();
        for change in &mut client.changes {
            // A lifted conflict is sent, also where `--only` leaves conflicts out.
            let settled =
                change.difference.origin == Origin::Conflict && self.lifts(&key, change.difference.setting.name());
            change.withheld = !self.only.is_empty() && !self.only.contains(&change.difference.origin) && !settled;
        }
        client.blocked.retain(|blocked| blocked.kind != BlockedKind::Conflict || !self.lifts(&key, blocked.name.raw()));
        if let Some(closing) = &self.closing {
            closing.mark(client);
        }
    }

    fn lifts(&self, client: &ClientKey, field: &str) -> bool {
        let covers = |one: &&Overwrite| one.field.is_none_or(|setting| setting.name() == field);
        self.overwrite.iter().filter(|one| self.names(one, client)).any(|one| covers(&one))
    }

    /// Whether an overwrite names this client.
    fn names(&self, one: &Overwrite, client: &ClientKey) -> bool {
        let is_named = match &one.credentials {
            Some(name) => client.credentials() == Some(&**name),
            None => one.client != ClientId::Me || !self.has_several_me,
        };
        one.client == client.client() && is_named
    }

    /// Values of `--overwrite-drift` that lift no conflict.
    pub fn unused_overrides<'a>(&'a self, clients: &'a [ClientPlan]) -> impl Iterator<Item = &'a Overwrite> {
        self.overwrite.iter().filter(move |one| {
            let mut own = clients.iter().filter(|client| self.names(one, &client.key()));
            !own.any(|client| {
                client.changes.iter().any(|change| {
                    change.difference.origin == Origin::Conflict
                        && one.field.is_none_or(|field| field == change.difference.setting)
                })
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_to_overwrite_is_a_client_or_a_field_of_it() {
        for text in ["12", "12/geo_list", "@me", "@me/timezone", "@me:acme", "@me:acme/timezone"] {
            assert_eq!(text.parse::<Overwrite>().unwrap().to_string(), text);
        }
        for text in ["", "012", "12/", "12:acme", "@me:", "@me:/timezone", "12/domain", "12/geo_list/x", "/geo_list"] {
            assert!(text.parse::<Overwrite>().is_err(), "{text}");
        }
    }
}
