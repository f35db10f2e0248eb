//! The sections of values: `settings` of documents and profiles, and `expect`.
//!
//! Owns the way from a key and a node to a typed value of a field. The field table says which fields exist and
//! which values they accept; this module must not name a field.

use crate::config::sections::entries;
use crate::config::yaml::mapping::{self, MappingEntry};
use crate::config::yaml::{Position, Problems};
use crate::config::yaml::{YamlContent, YamlNode};
use crate::model::{
    Diagnostic, Expectation, FIELDS, FieldRow, Layer, ManagedField, RawValue, Setting, SettingSet, State, value,
};

/// The help for a read-only field under `settings`.
const UNDER_EXPECT: &str = "it belongs under `expect`, where it must match";
/// The help for an empty value that is compared and never sent.
const COMPARED_TO_NULL: &str = "write null if the field must not be set, or remove the key";

/// Reads a `settings` section: every valid entry, in the order of [`Setting::ALL`].
pub(crate) fn settings(node: &YamlNode, layer: &Layer, problems: &mut Problems<'_>) -> Vec<ManagedField> {
    under("`settings`", node, layer, UNDER_EXPECT, problems)
}

/// Reads settings under another key. `read_only` is the help for a field that cannot be written.
pub(crate) fn under(
    title: &str,
    node: &YamlNode,
    layer: &Layer,
    read_only: &str,
    problems: &mut Problems<'_>,
) -> Vec<ManagedField> {
    of_entries(mapping::section(node, title, problems), layer, read_only, problems)
}

/// The settings among these entries.
fn of_entries(
    entries: Vec<MappingEntry>,
    layer: &Layer,
    read_only: &str,
    problems: &mut Problems<'_>,
) -> Vec<ManagedField> {
    let mut managed = Vec::with_capacity(entries.len());
    for entry in entries {
        let Some(setting) = setting(&entry, read_only, problems) else { continue };
        if let Some(wanted) = typed(&entry, setting.row(), problems) {
            managed.push(ManagedField { setting, wanted, layer: layer.clone(), place: problems.place(entry.at()) });
        }
    }
    managed.sort_by_key(|managed| managed.setting);
    managed
}

/// Reads a profile: settings, and the entry of the one key beside them.
pub(crate) fn profile(
    node: &YamlNode,
    layer: &Layer,
    beside: &str,
    problems: &mut Problems<'_>,
) -> (Vec<ManagedField>, Option<MappingEntry>) {
    let mut entries = mapping::section(node, "a profile", problems);
    let other = entries.iter().position(|entry| &*entry.key == beside).map(|at| entries.remove(at));
    (of_entries(entries, layer, UNDER_EXPECT, problems), other)
}

/// The setting that a key names.
pub(crate) fn setting(entry: &MappingEntry, read_only: &str, problems: &mut Problems<'_>) -> Option<Setting> {
    let found = Setting::find(&entry.key);
    if found.is_none() {
        match FieldRow::find(&entry.key) {
            Some(row) => {
                let message = format!("`{}` cannot be written: PUT does not accept it", row.name);
                problems.error_help("read-only-field", entry.key_at, message, read_only);
            }
            None => {
                let names: Vec<&str> = Setting::ALL.iter().map(|setting| setting.name()).collect();
                entries::unknown(entry, "the settings that can be written", &names, problems);
            }
        }
    }
    found
}

/// Reads an `expect` section: only read-only fields.
pub(crate) fn expect(node: &YamlNode, problems: &mut Problems<'_>) -> Vec<Expectation> {
    let mut expected = Vec::new();
    for entry in mapping::section(node, "`expect`", problems) {
        match FieldRow::find(&entry.key) {
            Some(row) if row.write.is_none() => {
                if let Some(wanted) = typed(&entry, row, problems) {
                    expected.push(Expectation { row, wanted, place: problems.place(entry.at()) });
                }
            }
            Some(row) => {
                let message = format!("`{}` is a setting and not an expectation", row.name);
                problems.error_help(
                    "unknown-key",
                    entry.key_at,
                    message,
                    "put it under `settings`; `expect` takes read-only fields",
                );
            }
            None => {
                let read_only = FIELDS.iter().filter(|row| row.write.is_none()).map(|row| row.name);
                let word = problems.word(&entry.key, "this");
                let message = format!("{word} is not a read-only field");
                problems.unknown_name("unknown-key", entry.key_at, message, &entry.key, read_only);
            }
        }
    }
    expected
}

/// Reads the value of a field; every flaw is an error at its place.
fn typed(entry: &MappingEntry, row: &'static FieldRow, problems: &mut Problems<'_>) -> Option<State> {
    of_node(&entry.value, entry.key_at, row, "bad-setting", problems)
}

/// Reads a node as a value of a field. An error for an empty value points at `key`.
pub(crate) fn of_node(
    node: &YamlNode,
    key: Position,
    row: &'static FieldRow,
    rule: &'static str,
    problems: &mut Problems<'_>,
) -> Option<State> {
    let before = problems.errors();
    // Expectations, guards and waivers compare a value; only a setting is cleared by null.
    let is_cleared = row.write.is_some() && rule == "bad-setting";
    let given = match &node.content {
        YamlContent::Broken => return None,
        YamlContent::Empty => {
            let message = format!("`{}` has no value", row.name);
            let help = if is_cleared { "write null to clear, or remove the key" } else { COMPARED_TO_NULL };
            problems.error_help("empty-value", key, message, help);
            return None;
        }
        YamlContent::Null => RawValue::Null,
        YamlContent::Text(text) => RawValue::Text(text),
        YamlContent::List(items) => {
            RawValue::List(items.iter().filter_map(|item| scalar(item, row, rule, problems)).collect())
        }
        YamlContent::Map(_) => {
            problems.error(rule, node.at, format!("expected {}, found a mapping", row.kind.wants()));
            return None;
        }
    };
    let items = match &node.content {
        YamlContent::List(items) => items.as_slice(),
        _ => &[],
    };
    // Items that are not scalars already have their errors; the rest cannot be judged as a whole list.
    let is_broken = items.iter().any(|item| matches!(item.content, YamlContent::Broken));
    if is_broken || (problems.errors() > before && !items.is_empty()) {
        return None;
    }
    match value::declared(row.kind, &given) {
        Ok(state) => Some(state),
        Err(flaws) => {
            for mut flaw in flaws {
                let at = flaw.item.and_then(|item| items.get(item)).map_or(node.at, |item| item.at);
                // Words that look like null to people and are not null in YAML.
                if node.text().is_some_and(|text| matches!(text, "Null" | "NULL")) {
                    let to_clear = if is_cleared { ", to clear" } else { "" };
                    flaw.help = Some(format!("write null, in small letters{to_clear}"));
                } else if flaw.is_cleared_by_null && !is_cleared {
                    flaw.help = Some(COMPARED_TO_NULL.to_owned());
                }
                problems.flaw(rule, at, flaw);
            }
            None
        }
    }
}

fn scalar<'n>(item: &'n YamlNode, row: &FieldRow, rule: &'static str, problems: &mut Problems<'_>) -> Option<&'n str> {
    match &item.content {
        YamlContent::Text(text) => Some(text),
        YamlContent::Broken => None,
        _ => {
            problems.error(rule, item.at, format!("expected one of {}, found {}", row.kind.wants(), item.what()));
            None
        }
    }
}

/// Reads a list of settings, such as `ignore`.
pub(crate) fn names(entry: &MappingEntry, problems: &mut Problems<'_>) -> Vec<(Setting, Position)> {
    let mut found = Vec::new();
    for (name, at) in mapping::names(entry, "settings", problems) {
        match Setting::find(&name) {
            Some(setting) => found.push((setting, at)),
            None => {
                let message = format!("{} is not a setting", problems.word(&name, "this"));
                let known = Setting::ALL.iter().map(|setting| setting.name());
                problems.unknown_name("unknown-key", at, message, &name, known);
            }
        }
    }
    found
}

/// Warns of a setting that needs another one, as the field table says, where only one of the two is set.
pub(crate) fn half_warning(managed: &[ManagedField]) -> Option<Diagnostic> {
    let of = |setting: Setting| managed.iter().find(|managed| managed.setting == setting);
    let is_set = |managed: &ManagedField| managed.wanted != State::NotSet;
    let (half, lacks, without) = managed.iter().filter(|one| is_set(one)).find_map(|one| {
        let (partner, without) = one.setting.row().partner?;
        (!of(partner).is_some_and(is_set)).then_some((one, partner, without))
    })?;
    let unless = match of(lacks) {
        Some(_) => "",
        None => " unless the client has one already",
    };
    let message = format!("`{}` is set without `{lacks}`: {without}{unless}", half.setting);
    let help = format!("set `{lacks}` too, or leave both out");
    Some(Diagnostic::warning("half-warning", half.place.clone(), message).help(help))
}

/// The settings of a list, as a set.
pub(crate) fn set(named: &[(Setting, Position)]) -> SettingSet {
    named.iter().map(|(setting, _)| *setting).collect()
}
