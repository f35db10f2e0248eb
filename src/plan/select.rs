//! The selection of clients and fields for a run.
//!
//! Owns `--client`, `--label`, `--field` and `--shard`. A selection narrows declarations before anything is read, and
//! names the parts of it that matched nothing. The hash behind shards is fixed and documented: N jobs cover every
//! client once.

use std::collections::BTreeMap;
use std::str::FromStr;

use globset::{Glob, GlobMatcher};

use crate::model::{Declaration, SettingSet};
use crate::plan::document::plan::Shard;

/// The selection of the command line; the default selects everything.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Globs over client ids; a client that fits one is in.
    pub clients: Vec<GlobMatcher>,
    /// Labels: for each key a client must have one of the values named for it.
    pub labels: Vec<(String, String)>,
    /// Fields to compare; empty for all.
    pub fields: SettingSet,
    /// Which part of the fleet.
    pub shard: Option<Shard>,
}

impl Selection {
    /// Narrows the declarations. `Err` names every `--client` and `--label` that matched nothing; an empty shard is not
    /// an error.
    pub fn apply(&self, declarations: &mut Vec<Declaration>) -> Result<(), Vec<String>> {
        let unmatched: Vec<String> = self.unmatched(declarations).collect();
        if !unmatched.is_empty() {
            return Err(unmatched);
        }
        let found = declarations.len();
        declarations.retain(|declaration| self.names(declaration));
        if found > 0 && declarations.is_empty() {
            return Err(vec!["no client fits all of --client and --label together".to_owned()]);
        }
        if let Some(shard) = self.shard {
            declarations.retain(|declaration| shard_of(declaration, shard.count) == shard.index);
        }
        if !self.fields.is_empty() {
            for declaration in declarations {
                declaration.managed.retain(|managed| self.fields.contains(managed.setting));
            }
        }
        Ok(())
    }

    /// Whether `--client` and `--label` let this declaration in.
    fn names(&self, declaration: &Declaration) -> bool {
        let mut wanted: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (key, value) in &self.labels {
            wanted.entry(key).or_default().push(value);
        }
        let id = if self.clients.is_empty() { String::new() } else { declaration.client.to_string() };
        (self.clients.is_empty() || self.clients.iter().any(|glob| glob.is_match(&id)))
            && wanted
                .iter()
                .all(|(key, values)| declaration.labels.get(*key).is_some_and(|value| values.contains(&value.as_ref())))
    }

    /// Whether the selection covers a declaration, one of another revision too. `--field` does not count: a client is
    /// covered as a whole.
    pub fn covers(&self, declaration: &Declaration) -> bool {
        self.names(declaration) && self.shard.is_none_or(|shard| shard_of(declaration, shard.count) == shard.index)
    }

    fn unmatched<'a>(&'a self, declarations: &'a [Declaration]) -> impl Iterator<Item = String> + 'a {
        let ids: Vec<String> = match self.clients.is_empty() {
            true => Vec::new(),
            false => declarations.iter().map(|declaration| declaration.client.to_string()).collect(),
        };
        let clients = self.clients.iter().filter(move |glob| !ids.iter().any(|id| glob.is_match(id)));
        let labels = self.labels.iter().filter(|(key, value)| {
            !declarations.iter().any(|one| one.labels.get(key.as_str()).is_some_and(|has| **has == **value))
        });
        clients
            .map(|glob| format!("--client {} matches no client", glob.glob()))
            .chain(labels.map(|(key, value)| format!("--label {key}={value} matches no client")))
    }
}

/// A glob over client ids, such as `12*`.
pub fn client_glob(text: &str) -> Result<GlobMatcher, String> {
    Glob::new(text).map(|glob| glob.compile_matcher()).map_err(|error| error.to_string())
}

/// The shard, from 1, that a client belongs to: FNV-1a64 of the bytes of `client`, for `@me` of `@me/CREDENTIALS`,
/// modulo N.
pub fn shard_of(declaration: &Declaration, count: u32) -> u32 {
    let name = match declaration.client.number() {
        Some(id) => id.to_string(),
        None => format!("@me/{}", declaration.credentials.as_deref().unwrap_or("default")),
    };
    (fnv1a64(name.as_bytes()) % u64::from(count.max(1))) as u32 + 1
}

/// FNV-1a with 64 bits: small, public and the same in every language, so that others can compute a client's shard.
pub fn fnv1a64(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Shard, String> {
        let parts = text.split_once('/').and_then(|(index, count)| Some((index.parse().ok()?, count.parse().ok()?)));
        match parts {
            Some((index, count)) if (1..=count).contains(&index) => Ok(Shard { index, count }),
            Some(_) | None => Err(format!("`{text}` is not a shard: write I/N with I from 1 to N, such as 2/5")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_the_published_one() {
        assert_eq!(fnv1a64(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a64(b"a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(fnv1a64(b"foobar"), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn shards_are_numbered_from_one() {
        assert_eq!("2/5".parse(), Ok(Shard { index: 2, count: 5 }));
        for text in ["0/5", "6/5", "5", "a/b", "1/0", "-1/2", "1/2/3", ""] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
    }
}
