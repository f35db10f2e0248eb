//! The declaration of one client: profiles, defaults and `ignore` are already folded in.
//!
//! Owns the shape that `config` produces and `plan` compares. Every value has the layer and the place it came from.
//! It must not know YAML or files.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value as Json;

use crate::model::{
    ClientId, ClientKey, DatedDeclaration, EntryInLayer, FieldMask, FieldRow, ManagedField, Place, SettingSet, State,
};

/// The settings that one client document wants.
#[derive(Clone, Debug, PartialEq)]
pub struct Declaration {
    /// Which client.
    pub client: ClientId,
    /// The name of the credential to use; `None` where none is declared and the environment serves.
    pub credentials: Option<Arc<str>>,
    /// For selection and guards.
    pub labels: BTreeMap<Arc<str>, Arc<str>>,
    /// The first line of the document.
    pub place: Place,
    /// Which document of its file it is, from 0: clients are in this order.
    pub document: u32,
    /// The managed fields, in the order of [`crate::model::Setting::ALL`], each once.
    pub managed: Vec<ManagedField>,
    /// Fields that must match before anything is sent.
    pub expect: Vec<Expectation>,
    /// Fields that the document ignores although a profile sets them.
    pub ignored: SettingSet,
    /// What its dated settings do; `None` for a client without one. `managed` has their effect at the run's instant.
    pub dated: Option<Box<DatedDeclaration>>,
}

/// One field that must match.
#[derive(Clone, Debug, PartialEq)]
pub struct Expectation {
    /// The field, read-only.
    pub row: &'static FieldRow,
    /// The value that it must have: never [`State::Odd`].
    pub wanted: State,
    /// Where that is written.
    pub place: Place,
}

impl Declaration {
    /// Which client it declares.
    pub fn key(&self) -> ClientKey {
        ClientKey::new(self.client, self.credentials.as_ref())
    }

    /// The set of managed fields.
    pub fn managed_set(&self) -> SettingSet {
        self.managed.iter().map(|managed| managed.setting).collect()
    }

    /// Its dated entries with an effect on a managed field, and these fields. So `--field` leaves out the others.
    pub fn managed_entries(&self) -> impl Iterator<Item = EntryInLayer<'_>> {
        let managed = self.managed_set();
        let entries = self.dated.iter().flat_map(|dated| dated.entries());
        let narrowed = entries.map(move |one| EntryInLayer { settings: one.settings.common(managed), ..one });
        narrowed.filter(|one| !one.settings.is_empty())
    }

    /// Whether the document itself has dated settings; those of its profiles do not count.
    pub fn has_own_entries(&self) -> bool {
        let is_own = |one: EntryInLayer<'_>| one.entry.place.file == self.place.file;
        self.dated.as_deref().is_some_and(|dated| dated.entries().any(is_own))
    }

    /// Which fields of an answer the expectations need.
    pub fn keep(&self) -> FieldMask {
        let mut keep = FieldMask::default();
        for expected in &self.expect {
            keep.add(expected.row);
        }
        keep
    }

    /// The expectations as JSON, in the order they are written.
    pub fn expect_json(&self) -> serde_json::Map<String, Json> {
        self.expect.iter().map(|expected| (expected.row.name.to_owned(), expected.wanted.to_json())).collect()
    }
}

/// The part of a declaration that decides whether an earlier finding of its client still counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclaredClient {
    /// The client.
    pub client: ClientId,
    /// Its credential's name; `None` for the environment.
    pub credentials: Option<Arc<str>>,
    /// The fields that it manages.
    pub managed: SettingSet,
}

impl DeclaredClient {
    /// Which client it is.
    pub fn key(&self) -> ClientKey {
        ClientKey::new(self.client, self.credentials.as_ref())
    }
}

impl From<&Declaration> for DeclaredClient {
    fn from(declaration: &Declaration) -> DeclaredClient {
        let credentials = declaration.credentials.clone();
        DeclaredClient { client: declaration.client, credentials, managed: declaration.managed_set() }
    }
}
