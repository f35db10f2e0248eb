//! The applications of a seed: their users and what they may do.
//!
//! Owns the checks of access. It must not depend on stored clients.

use crate::sandbox::answer::refusal::ApiRefusal;
use serde::Deserialize;
use std::fmt;

/// An application and its user. API: a trusted application belongs to the user who created it.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SeedApp {
    #[serde(default)]
    pub(crate) app_id: Option<String>,
    #[serde(default)]
    pub(crate) app_secret: Option<String>,
    /// A ready bearer token that never expires.
    #[serde(default)]
    pub(crate) token: Option<String>,
    /// The ids of the clients it reaches. Absent: all.
    #[serde(default)]
    pub(crate) clients: Option<Vec<u64>>,
    /// The client that `@me` names. Absent: the first client it reaches.
    #[serde(default)]
    pub(crate) me: Option<u64>,
    #[serde(default)]
    pub(crate) access: UserAccess,
    #[serde(default)]
    pub(crate) level: AppLevel,
    #[serde(default)]
    pub(crate) blocked: bool,
    /// The dealer's id, if the user is a dealer. A dealer has no client of its own, so `@me` fails.
    #[serde(default)]
    pub(crate) dealer: Option<u64>,
}

impl fmt::Debug for SeedApp {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Without the secret and the token: a seed may hold real ones by mistake.
        out.debug_struct("App").field("app_id", &self.app_id).field("clients", &self.clients).finish_non_exhaustive()
    }
}

/// The access of a user. API: `read_only` allows only GET.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum UserAccess {
    #[default]
    Full,
    ReadOnly,
}

/// The access level of an application. API: `Call API` or `All`.
/// Too low a level is the likely cause of `app_access_type_deny`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AppLevel {
    #[default]
    All,
    CallApi,
}

impl SeedApp {
    /// Refuses what the user or the application has no right to. `write`: a PUT.
    pub(crate) fn admits(&self, write: bool) -> Result<(), ApiRefusal> {
        if self.blocked {
            return Err(ApiRefusal::UserBlocked);
        }
        if self.level == AppLevel::CallApi {
            return Err(ApiRefusal::AppAccess);
        }
        if write && self.access == UserAccess::ReadOnly {
            return Err(ApiRefusal::UserAccess);
        }
        Ok(())
    }

    pub(crate) fn reaches(&self, id: u64) -> bool {
        self.clients.as_ref().is_none_or(|clients| clients.contains(&id))
    }

    /// The client of the user; none for a dealer and for an application that reaches no client.
    /// `first` is the first client of the store.
    pub(crate) fn own_client(&self, first: Option<u64>) -> Option<u64> {
        if self.dealer.is_some() {
            return None;
        }
        let reached = || match &self.clients {
            Some(clients) => clients.first().copied(),
            None => first,
        };
        self.me.or_else(reached)
    }
}
