//! Guard test files: from a located tree to cases.
//!
//! Owns the keys of a case. Declared values are read as in a client document, live values as an answer of the API. It
//! must not know what a guard means.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value as Json;

use crate::config::sections::document;
use crate::config::sections::entries::SectionEntries;
use crate::config::sections::inheritance::Inheritance;
use crate::config::sections::keys::GUARD_CASE;
use crate::config::sections::layers::{self, FoldedLayers, OwnLayer};
use crate::config::sections::temporary::{self, RunCalendar};
use crate::config::sections::{settings, terms};
use crate::config::yaml::mapping::{self, MappingEntry};
use crate::config::yaml::{Problems, YamlContent, YamlDocument, YamlNode};
use crate::model::{
    DatedEntry, DayZone, FieldKind, GuardCase, GuardVerdict, Layer, LiveSettings, ManagedField, Place, Setting,
    SettingSet, Untrusted,
};

/// The help for a field that no guard can judge.
const READ_ONLY: &str = "guards judge only settings; remove the field";

/// Reads the documents of one file: each is a list of cases. `guards` are the names of the project's guards, where
/// the project file is valid.
pub(crate) fn read(
    documents: &[YamlDocument],
    guards: Option<&BTreeSet<Arc<str>>>,
    zone: &DayZone,
    problems: &mut Problems<'_>,
) -> Vec<GuardCase> {
    let mut cases = Vec::new();
    for document in documents {
        let items = match &document.root.content {
            YamlContent::Empty | YamlContent::Null | YamlContent::Broken => continue,
            YamlContent::List(items) => items,
            _ => {
                let message = format!("a guard test file is a list of cases, found {}", document.root.what());
                let help = "write `- {name: …, live: {…}, declared: {…}, expect: deny}`, one a case";
                problems.error_help("bad-guard-test", document.root.at, message, help);
                continue;
            }
        };
        cases.extend(items.iter().filter_map(|item| case(item, guards, zone, problems)));
    }
    cases
}

fn case(
    item: &YamlNode,
    guards: Option<&BTreeSet<Arc<str>>>,
    zone: &DayZone,
    problems: &mut Problems<'_>,
) -> Option<GuardCase> {
    let before = problems.errors();
    let entries = SectionEntries::read(item, &GUARD_CASE, problems)?;
    let name = entries.required("name", problems).and_then(|entry| mapping::text(entry, "a text", problems));
    let name = name.map(Untrusted::from);
    let labels = entries.get("labels").map(|entry| document::labels(entry, problems)).unwrap_or_default();
    let live = entries.required("live", problems).map(|entry| live(&entry.value, problems));
    let declared = entries
        .required("declared", problems)
        .map(|entry| settings::under("`declared`", &entry.value, &Layer::Settings, READ_ONLY, problems));
    let dated = dated(&entries, zone, problems);
    let expected = entries.required("expect", problems).and_then(|entry| expected(entry, problems));
    let guard = entries.get("guard").and_then(|entry| guard(entry, guards, problems));
    if problems.errors() > before {
        return None;
    }
    let place = problems.place(item.at);
    let declared = fold(declared?, dated, &place, problems);
    let FoldedLayers { managed: declared, dated } = declared.filter(|_| problems.errors() == before)?;
    Some(GuardCase { name: name?, labels, live: live?, declared, dated, expected: expected?, guard, place })
}

/// The dated entries of a case, and the instant at which it is judged. A test must not depend on the day it runs on.
fn dated(
    entries: &SectionEntries,
    zone: &DayZone,
    problems: &mut Problems<'_>,
) -> Option<(Arc<[DatedEntry]>, RunCalendar)> {
    let at = entries.get("at").map(|entry| (terms::time(entry, "bad-guard-test", problems), entry.key_at));
    match (entries.get("temporary"), at) {
        (Some(entry), Some((at, _))) => {
            let calendar = RunCalendar { at: at?.begin(zone), zone: zone.clone() };
            Some((temporary::read(entry, &calendar, problems), calendar))
        }
        (Some(entry), None) => {
            let message = "`temporary` needs `at`: the day or the instant at which the guards judge".to_owned();
            problems.error_help("bad-guard-test", entry.key_at, message, "write `at: 2026-12-01` beside it");
            None
        }
        (None, Some((_, key_at))) => {
            let message = "`at` has no effect without `temporary`".to_owned();
            problems.error_help("bad-guard-test", key_at, message, "remove it, or add `temporary`");
            None
        }
        (None, None) => None,
    }
}

/// What the case declares at its instant; `None` where its entries cannot act.
fn fold(
    settings: Vec<ManagedField>,
    dated: Option<(Arc<[DatedEntry]>, RunCalendar)>,
    place: &Place,
    problems: &mut Problems<'_>,
) -> Option<FoldedLayers> {
    let Some((entries, calendar)) = dated else { return Some(FoldedLayers { managed: settings, dated: None }) };
    let before = problems.errors();
    let own = OwnLayer { settings, entries, place: place.clone() };
    let inheritance = Inheritance { calendar, ..Inheritance::default() };
    let folded = layers::fold(own, &[], &inheritance, SettingSet::default(), problems);
    (problems.errors() == before).then_some(folded)
}

/// The answer of the API. It holds all settings, so those that the case leaves out are null.
fn live(node: &YamlNode, problems: &mut Problems<'_>) -> LiveSettings {
    let mut values = [const { Some(Json::Null) }; Setting::ALL.len()];
    for entry in mapping::section(node, "`live`", problems) {
        if let Some(setting) = settings::setting(&entry, READ_ONLY, problems) {
            values[setting.index()] = answered(&entry, setting, problems);
        }
    }
    LiveSettings::new(&values)
}

/// A value as the API answers it. Any text is a valid answer, because a live value may be odd.
fn answered(entry: &MappingEntry, setting: Setting, problems: &mut Problems<'_>) -> Option<Json> {
    match &entry.value.content {
        YamlContent::Null => Some(Json::Null),
        YamlContent::Text(text) => Some(Json::from(&**text)),
        // The API answers countries as one text. People write the list that their documents have.
        YamlContent::List(items) if setting.kind() == FieldKind::Countries => {
            let codes: Option<Vec<&str>> = items.iter().map(YamlNode::text).collect();
            if codes.is_none() && !items.iter().any(|item| matches!(item.content, YamlContent::Broken)) {
                let message = format!("expected {}, found a list of something else", setting.kind().wants());
                problems.error("bad-guard-test", entry.value.at, message);
            }
            codes.map(|codes| Json::from(codes.join(" ")))
        }
        YamlContent::Broken => None,
        YamlContent::Empty => {
            let message = format!("`{setting}` has no value");
            let help = "write null if the field is not set, or remove the key";
            problems.error_help("empty-value", entry.key_at, message, help);
            None
        }
        YamlContent::List(_) | YamlContent::Map(_) => {
            let message = format!("expected {}, found {}", setting.kind().wants(), entry.value.what());
            problems.error("bad-guard-test", entry.value.at, message);
            None
        }
    }
}

fn expected(entry: &MappingEntry, problems: &mut Problems<'_>) -> Option<GuardVerdict> {
    let word = mapping::text(entry, "pass, warn or deny", problems)?;
    let found = GuardVerdict::ALL.into_iter().find(|verdict| verdict.word() == word);
    if found.is_none() {
        let message = format!("{} is not a verdict", problems.word(word, "this"));
        problems.error_help("bad-guard-test", entry.value.at, message, "write pass, warn or deny");
    }
    found
}

/// The name of a guard that the project has.
fn guard(entry: &MappingEntry, guards: Option<&BTreeSet<Arc<str>>>, problems: &mut Problems<'_>) -> Option<Arc<str>> {
    let name = mapping::text(entry, "the name of a guard", problems)?;
    let Some(guards) = guards else { return Some(Arc::from(name)) };
    let found = guards.get(name).cloned();
    if found.is_none() {
        let message = format!("the project has no guard {}", problems.word(name, "of this name"));
        let known = guards.iter().map(|guard| &**guard);
        problems.unknown_name("bad-guard-test", entry.value.at, message, name, known);
    }
    found
}
