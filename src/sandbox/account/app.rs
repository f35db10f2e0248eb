//! Who may do what: the applications of a seed and their users.

use crate::sandbox::answer::refusal::ApiRefusal;
use serde::Deserialize;
use std::fmt;

/// An application and the user who created it. API: a trusted application belongs to one user.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SeedApp {
    #[serde(default)]
    pub(crate) app_id: Option<String>,
    #[serde(default)]
    pub(crate) app_secret: Option<String>,
    /// A ready bearer token, good for ever.
    #[serde(default)]
    pub(crate) token: Option<String>,
    /// The ids it reaches; none declared: all.
    #[serde(default)]
    pub(crate) clients: Option<Vec<u64>>,
    /// What `@me` stands for; without it the first client it reaches.
    #[serde(default)]
    pub(crate) me: Option<u64>,
    #[serde(default)]
    pub(crate) access: UserAccess,
    #[serde(default)]
    pub(crate) level: AppLevel,
    #[serde(default)]
    pub(crate) blocked: bool,
    /// The id of the dealer that the user is, if it is one: a dealer has no client of its own, so `@me` fails.
    #[serde(default)]
    pub(crate) dealer: Option<u64>,
}

impl fmt::Debug for SeedApp {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Neither the secret nor the token: a seed may be written with real ones by mistake.
        out.debug_struct("App").field("app_id", &self.app_id).field("clients", &self.clients).finish_non_exhaustive()
    }
}

/// The access of a user. API: `read_only` allows GET alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum UserAccess {
    #[default]
    Full,
    ReadOnly,
}

/// The access level of an application. API: `Call API` or `All`; too low a level is the likely cause of `app_access_type_deny`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AppLevel {
    #[default]
    All,
    CallApi,
}

impl SeedApp {
    /// Whether the app may use the API at all, then whether it may touch a client's settings in this way.
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

    /// The client of the user; none for a dealer, or where it reaches none. `first` is the first client of all.
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
