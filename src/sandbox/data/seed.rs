//! Seeds: what a simulator starts from.
//!
//! Owns the file format and its checks. A seed is complete once it is read: each client has an id and all 28 fields.

use super::fields::{self, ApiType};
use super::generate;
use crate::sandbox::account::app::SeedApp;
use anyhow::{Context as _, bail, ensure};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

/// A client as it is stored.
pub(crate) type StoredClient = Map<String, Value>;

/// The clients of a store, by id. Each is shared, so that a copy of the whole is cheap.
pub(crate) type StoredClients = BTreeMap<u64, Arc<StoredClient>>;

/// The clients, applications and limits that a simulator starts from.
///
/// As a file it is JSON or YAML, with these keys:
///
/// ```json
/// {"apps": [{"app_id": "…", "app_secret": "…", "token": "…", "clients": [12, 13], "me": 12,
///            "access": "full", "level": "all", "blocked": false, "dealer": null}],
///  "quota": 10000, "quota_window_s": 3600, "token_rate": 20,
///  "clients": [{"id": 12, "name": "ringme_test", "geo_list": "RU BY"}]}
/// ```
///
/// - `apps`: without it every App ID and App Secret get a token and every bearer token reaches every client. With it nothing else does.
///   `token` is a ready bearer token (with it `app_id` and `app_secret` may be absent), `clients` the ids that the app reaches (absent: all),
///   `me` the client that `@me` stands for (absent: the first), `access` `full` or `read_only`, `level` `all` or `call_api`, `blocked` whether
///   the user is, `dealer` the dealer's id where the user is one and has no client of its own.
/// - `quota`: requests that an app may make in one window of `quota_window_s` seconds (3600). `token_rate`: how many requests a second
///   `/oauth/token` takes (20, as the wiki says; 0: any number).
/// - `clients`: each needs an `id`, a whole number from 1. Of the 28 fields those not given are filled in, other keys are kept and answered.
#[derive(Clone, Debug, Default)]
pub struct Seed {
    pub(crate) apps: Vec<SeedApp>,
    pub(crate) quota: Option<u64>,
    pub(crate) quota_window_s: Option<u64>,
    pub(crate) token_rate: Option<u64>,
    pub(crate) clients: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedFile {
    #[serde(default)]
    apps: Vec<SeedApp>,
    #[serde(default)]
    quota: Option<u64>,
    #[serde(default)]
    quota_window_s: Option<u64>,
    #[serde(default)]
    token_rate: Option<u64>,
    #[serde(default)]
    clients: Vec<Value>,
}

impl Seed {
    /// Reads a seed: YAML where the name ends in `.yaml` or `.yml`, else JSON.
    ///
    /// # Errors
    ///
    /// A file that cannot be read or parsed, an unknown key, a client without an id, two clients with one id, or an app that names a client
    /// that is not there. The error names the file and the place (line and column, or `clients[2]`).
    pub fn load(path: &Path) -> anyhow::Result<Seed> {
        let seed = Seed::read(path).with_context(|| format!("the seed {} cannot be used", path.display()))?;
        Ok(seed)
    }

    fn read(path: &Path) -> anyhow::Result<Seed> {
        let bytes = std::fs::read(path)?;
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        let yaml = path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml");
        let file: SeedFile = if yaml { serde_yaml::from_slice(bytes)? } else { serde_json::from_slice(bytes)? };
        let SeedFile { apps, quota, quota_window_s, token_rate, clients } = file;
        let seed = Seed { apps, quota, quota_window_s, token_rate, clients };
        seed.check_words()?;
        let clients = seed.index()?;
        seed.check_apps(&clients)?;
        Ok(seed)
    }

    /// Makes up `clients` clients with the ids from 1 on. The same arguments give the same seed.
    pub fn generate(clients: u64, seed: u64) -> Seed {
        Seed { clients: generate::clients(clients, seed), ..Seed::default() }
    }

    /// A seed of these clients and no apps. They are checked when a simulator is started from it.
    pub fn from_clients(clients: Vec<Value>) -> Seed {
        Seed { clients, ..Seed::default() }
    }

    /// The clients by id, complete.
    pub(crate) fn index(&self) -> anyhow::Result<StoredClients> {
        let mut index = StoredClients::new();
        for (at, client) in self.clients.iter().enumerate() {
            let Value::Object(client) = client else { bail!("clients[{at}] is not an object") };
            let id = match client.get("id") {
                None => bail!("clients[{at}] has no id"),
                Some(id) => id.as_u64().filter(|id| (1..=i64::MAX.unsigned_abs()).contains(id)),
            };
            let id = id.with_context(|| format!("clients[{at}]: id must be a whole number from 1"))?;
            let mut client = client.clone();
            fields::complete(id, &mut client);
            ensure!(index.insert(id, Arc::new(client)).is_none(), "clients[{at}]: id {id} was there before");
        }
        Ok(index)
    }

    /// YAML reads `NO` as a word or as false, by the reader's taste; a seed that means Norway must not turn into a boolean unseen.
    fn check_words(&self) -> anyhow::Result<()> {
        for (at, client) in self.clients.iter().enumerate() {
            for (key, value) in client.as_object().into_iter().flatten() {
                let text = fields::kind(key) == Some(ApiType::Text);
                ensure!(!(text && value.is_boolean()), "clients[{at}].{key} is a boolean; quote it if it is a word");
            }
        }
        Ok(())
    }

    fn check_apps(&self, clients: &StoredClients) -> anyhow::Result<()> {
        let (mut ids, mut tokens) = (BTreeSet::new(), BTreeSet::new());
        for (at, app) in self.apps.iter().enumerate() {
            let pair = app.app_id.is_some() && app.app_secret.is_some();
            let half = app.app_id.is_some() != app.app_secret.is_some();
            ensure!(!half && (pair || app.token.is_some()), "apps[{at}] needs app_id and app_secret, or token");
            let new = app.app_id.as_ref().is_none_or(|id| ids.insert(id));
            ensure!(new, "apps[{at}]: the app_id was there before");
            let new = app.token.as_ref().is_none_or(|token| tokens.insert(token));
            ensure!(new, "apps[{at}]: the token was there before");
            for id in app.clients.iter().flatten().chain(&app.me) {
                ensure!(clients.contains_key(id), "apps[{at}] names the client {id}, which is not in clients");
            }
        }
        Ok(())
    }

    /// What [`Seed::load`] checks, for seeds that were made otherwise.
    pub(crate) fn checked(&self) -> anyhow::Result<StoredClients> {
        let clients = self.index()?;
        self.check_apps(&clients)?;
        Ok(clients)
    }
}
