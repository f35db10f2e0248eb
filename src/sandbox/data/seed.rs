//! Seeds: the clients and applications that a simulator starts from.
//!
//! Owns the file format and its checks. `index` completes every client to its 28 fields.

use super::fields::{self, ApiType};
use super::generate;
use super::regular::read_regular;
use crate::sandbox::account::app::SeedApp;
use anyhow::{Context as _, bail, ensure};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

/// A client as it is stored.
pub(crate) type StoredClient = Map<String, Value>;

/// The clients of a store, by id. Each is shared, so that a copy of the map is cheap.
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
/// - `apps`: if present, only these applications and tokens work. If absent, every App ID and App Secret get a token,
///   and every bearer token reaches every client. The keys of an application:
///   - `token`: a ready bearer token. With it `app_id` and `app_secret` may be absent.
///   - `clients`: the ids that the application reaches. Absent: all.
///   - `me`: the client that `@me` names. Absent: the first.
///   - `access`: `full` or `read_only`. `level`: `all` or `call_api`. `blocked`: whether the user is blocked.
///   - `dealer`: the dealer's id, if the user is a dealer and has no client of its own.
/// - `quota`: requests per application in one window of `quota_window_s` seconds (3600).
/// - `token_rate`: requests a second that `/oauth/token` takes (20, as in the wiki). 0: any number.
/// - `clients`: each needs an `id`, a whole number from 1. Missing fields of the 28 get defaults; other keys are kept.
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
    /// - The file cannot be read or parsed, or holds an unknown key.
    /// - A client has no id, or two clients have the same id.
    /// - An application names a client that does not exist.
    ///
    /// The error names the file and the place: line and column, or `clients[2]`.
    pub fn load(path: &Path) -> anyhow::Result<Seed> {
        Seed::read(path).with_context(|| format!("the seed {} is not valid", path.display()))
    }

    fn read(path: &Path) -> anyhow::Result<Seed> {
        let bytes = read_regular(path)?;
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

    /// Generates `clients` clients with the ids from 1. The same arguments give the same seed.
    pub fn generate(clients: u64, seed: u64) -> Seed {
        Seed { clients: generate::clients(clients, seed), ..Seed::default() }
    }

    /// A seed of these clients, without applications. `start` checks them.
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
            ensure!(index.insert(id, Arc::new(client)).is_none(), "clients[{at}]: the id {id} occurs twice");
        }
        Ok(index)
    }

    /// Refuses a boolean in a text field: some YAML readers turn an unquoted `NO` (Norway) into false.
    fn check_words(&self) -> anyhow::Result<()> {
        for (at, client) in self.clients.iter().enumerate() {
            for (key, value) in client.as_object().into_iter().flatten() {
                let text = fields::kind(key) == Some(ApiType::Text);
                ensure!(!(text && value.is_boolean()), "clients[{at}].{key} is a boolean; if you mean text, quote it");
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
            ensure!(new, "apps[{at}]: the app_id occurs twice");
            let new = app.token.as_ref().is_none_or(|token| tokens.insert(token));
            ensure!(new, "apps[{at}]: the token occurs twice");
            for id in app.clients.iter().flatten().chain(&app.me) {
                ensure!(clients.contains_key(id), "apps[{at}] names the client {id}, which is missing from clients");
            }
        }
        Ok(())
    }

    /// The checks of [`Seed::load`], for a seed that was not read from a file.
    pub(crate) fn checked(&self) -> anyhow::Result<StoredClients> {
        let clients = self.index()?;
        self.check_apps(&clients)?;
        Ok(clients)
    }
}
