//! The document that import writes for a live client.
//!
//! Owns its content and its file name. It declares all seven settings, null too, and expects the domain: the client's
//! owner can change the name. Of the name only letters, digits and hyphens reach the file name.

use std::sync::Arc;

use serde_json::Value as Json;

use crate::config::Draft;
use crate::model::{ClientId, FieldRow, Live, Setting, SettingSet, State, Untrusted};
use crate::run::import::jobs::ImportJob;

/// What the document leaves out: a setting that stays unmanaged, or the domain.
#[derive(Clone, Debug, PartialEq)]
pub enum ImportWarning {
    /// Its value cannot be declared.
    NotDeclarable {
        /// The setting.
        setting: Setting,
        /// Its raw value, as JSON.
        value: Untrusted,
    },
    /// The answer lacks it.
    Missing(Setting),
    /// The client has no domain that can be expected.
    NoDomain,
}

/// The field that tells clients apart and that their owners cannot change.
const DOMAIN: &str = "domain";

/// `12-ringme-test.yaml`: the id, and of the name what no folder can be left with.
pub(super) fn file_name(id: u64, live: &Live) -> String {
    let name = live.name.as_ref().map(|name| name.raw()).unwrap_or_default();
    let mut slug = String::new();
    for c in name.chars().flat_map(char::to_lowercase).take(48) {
        match c.is_alphanumeric() || c == '_' {
            true => slug.push(c),
            false if !slug.is_empty() && !slug.ends_with('-') => slug.push('-'),
            false => {}
        }
    }
    match slug.trim_end_matches('-') {
        "" => format!("{id}.yaml"),
        slug => format!("{id}-{slug}.yaml"),
    }
}

/// What a document inherits from its project.
#[derive(Debug, Default)]
pub(super) struct DocumentDefaults {
    /// The credentials of a document that names none.
    pub(super) credentials: Option<Arc<str>>,
    /// What the default profiles manage.
    pub(super) settings: SettingSet,
}

/// The content of the document. It names credentials only where the project's default is another.
pub(super) fn draft(job: &ImportJob, live: &Live, defaults: &DocumentDefaults) -> (Draft, Vec<ImportWarning>) {
    let (mut warnings, client) = (Vec::new(), job.client);
    let mut draft = Draft {
        client,
        labels: job.labels.clone(),
        credentials: job.credentials.clone().filter(|name| Some(name) != defaults.credentials.as_ref()),
        expect: Vec::new(),
        settings: Vec::new(),
        odd: Vec::new(),
        ignore: SettingSet::default(),
    };
    // The number of the token's client is pinned too: the same token may later belong to another client.
    let wanted = ["id", DOMAIN].into_iter().filter(|name| *name != "id" || client == ClientId::Me);
    for row in wanted.filter_map(FieldRow::find) {
        // An empty or odd value makes no useful expectation.
        match live.field(row) {
            Some(state @ State::Is(_)) => draft.expect.push((row, state)),
            Some(State::NotSet | State::Odd(_)) | None if row.name == DOMAIN => warnings.push(ImportWarning::NoDomain),
            Some(State::NotSet | State::Odd(_)) | None => {}
        }
    }
    for setting in Setting::ALL {
        let state = live.settings.state(setting);
        // What the document cannot declare, a default profile would manage.
        if !matches!(state, Some(State::Is(_) | State::NotSet)) && defaults.settings.contains(setting) {
            draft.ignore.insert(setting);
        }
        match state {
            Some(State::Odd(raw)) => {
                warnings.push(ImportWarning::NotDeclarable { setting, value: json(&raw) });
                draft.odd.push((setting, raw));
            }
            Some(state) => draft.settings.push((setting, state)),
            None => warnings.push(ImportWarning::Missing(setting)),
        }
    }
    (draft, warnings)
}

fn json(raw: &Json) -> Untrusted {
    raw.to_string().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::FieldMask;

    fn live(body: &str) -> Live {
        Live::parse(body.as_bytes(), FieldMask::all()).unwrap()
    }

    #[test]
    fn no_name_leaves_the_folder() {
        let table = [
            (r#""ringme test""#, "12-ringme-test.yaml"),
            (r#""../../etc/passwd""#, "12-etc-passwd.yaml"),
            (r#""Привет, мир!""#, "12-привет-мир.yaml"),
            (r#""--""#, "12.yaml"),
            ("null", "12.yaml"),
        ];
        for (name, file) in table {
            assert_eq!(file_name(12, &live(&format!(r#"{{"id":12,"name":{name}}}"#))), file, "{name}");
        }
    }

    #[test]
    fn files_of_two_clients_never_have_one_name_in_any_case() {
        let names = ["", "x", "1", "2-x", "-2", "X", "12", "１", "é", "e\u{301}", ".yaml", "_1", "İ"];
        let ids = [1, 2, 11, 12, 112, 121, 1221, u64::MAX >> 1];
        let mut owners = std::collections::BTreeMap::new();
        for id in ids {
            for name in names {
                let name = serde_json::Value::from(name);
                let file = file_name(id, &live(&format!(r#"{{"id":{id},"name":{name}}}"#))).to_uppercase();
                assert_eq!(*owners.entry(file.clone()).or_insert(id), id, "{file}");
            }
        }
        assert!(owners.len() > ids.len());
    }

    #[test]
    fn what_cannot_be_declared_is_a_warning_and_stays_unmanaged() {
        let job = ImportJob::of_client(ClientId::Me, None);
        let (draft, warnings) = draft(&job, &live(r#"{"id":12,"hold_music":"loud"}"#), &DocumentDefaults::default());
        let odd = ImportWarning::NotDeclarable { setting: Setting::HoldMusic, value: "\"loud\"".into() };
        assert!(warnings.contains(&odd), "{warnings:?}");
        assert_eq!(warnings.len(), Setting::ALL.len() + 1);
        assert!(warnings.contains(&ImportWarning::NoDomain), "{warnings:?}");
        assert_eq!(draft.expect.len(), 1);
        assert!(draft.settings.is_empty());
    }
}
