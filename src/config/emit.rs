//! Declarations to YAML: the documents that `import` writes, and settings for a diff.
//!
//! Owns the quoting, so that a document reads the same under YAML 1.1 and 1.2: a 1.1 reader takes `NO` for false. It
//! quotes every country, every list item, and every text that is not plainly a zone, an address or a word. Odd values
//! become comments of one line.

use std::sync::Arc;

use serde_json::Value as Json;

use crate::model::{ClientId, FieldKind, FieldRow, Setting, SettingSet, State, Value};

/// Keys and values of labels, in the order they are written.
pub type ClientLabels = Box<[(Arc<str>, Arc<str>)]>;

/// The content of a client document.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The client.
    pub client: ClientId,
    /// The labels, each key once.
    pub labels: ClientLabels,
    /// The credentials to name; `None` for the project's default.
    pub credentials: Option<Arc<str>>,
    /// Read-only fields that must match.
    pub expect: Vec<(&'static FieldRow, State)>,
    /// The settings.
    pub settings: Vec<(Setting, State)>,
    /// Live values that cannot be declared; written as comments.
    pub odd: Vec<(Setting, Json)>,
    /// Settings that no layer below the document may manage either.
    pub ignore: SettingSet,
}

/// The text of a client document.
pub fn write_document(draft: &Draft) -> String {
    let mut text = format!("client: {}\n", quoted(&draft.client.to_string()));
    let mut line = |part: String| text.push_str(&part);
    if !draft.labels.is_empty() {
        line("labels:\n".to_owned());
        for (key, value) in &draft.labels {
            line(format!("  {}: {}\n", word(key), word(value)));
        }
    }
    if let Some(name) = &draft.credentials {
        line(format!("credentials: {}\n", quoted(name)));
    }
    if !draft.expect.is_empty() {
        line("expect:\n".to_owned());
        for (row, state) in &draft.expect {
            line(format!("  {}: {}\n", row.name, scalar(row.kind, state)));
        }
    }
    line("settings:\n".to_owned());
    for setting in Setting::ALL {
        if let Some((_, state)) = draft.settings.iter().find(|(known, _)| *known == setting) {
            line(format!("  {setting}: {}\n", scalar(setting.kind(), state)));
        }
        if let Some((_, raw)) = draft.odd.iter().find(|(known, _)| *known == setting) {
            line(format!("  # {setting} holds {}, which cannot be declared: not managed\n", ascii(&raw.to_string())));
        }
    }
    if !draft.ignore.is_empty() {
        let names: Vec<&str> = draft.ignore.iter().map(Setting::name).collect();
        line(format!("ignore: [{}]\n", names.join(", ")));
    }
    text
}

/// Only the settings, one a line. Odd values are written as JSON.
pub fn write_settings(settings: &[(Setting, State)]) -> String {
    settings.iter().map(|(setting, state)| format!("{setting}: {}\n", scalar(setting.kind(), state))).collect()
}

/// A value of a setting on one line of YAML.
pub(crate) fn scalar(kind: FieldKind, state: &State) -> String {
    match state {
        State::NotSet => "null".to_owned(),
        State::Odd(raw) => ascii(&raw.to_string()),
        State::Is(Value::Countries(set)) if !set.codes().is_empty() => {
            let codes: Vec<String> = set.codes().iter().map(|code| quoted(code.as_str())).collect();
            format!("[{}]", codes.join(", "))
        }
        State::Is(value) => match value.to_json() {
            Json::String(text) if matches!(kind, FieldKind::Zone | FieldKind::Email) && is_plain(&text) => plain(&text),
            Json::String(text) => quoted(&text),
            other => other.to_string(),
        },
    }
}

/// A text that every YAML reader takes for a text: it begins with a letter and holds a `/` or an `@`.
fn is_plain(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.contains(['/', '@'])
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"/@._+-".contains(&b))
}

/// A text that people choose, without quotes where it is a plain word in each version of YAML.
fn word(text: &str) -> String {
    /// What YAML 1.1 or 1.2 takes for something else than a text. A word that begins with a digit is quoted anyway.
    const NOT_TEXTS: [&str; 9] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];
    let is_plain = text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
        && !NOT_TEXTS.iter().any(|other| text.eq_ignore_ascii_case(other));
    if is_plain { text.to_owned() } else { quoted(text) }
}

/// Asks the YAML emitter about a plain text, so that everything it would quote is quoted.
fn plain(text: &str) -> String {
    match serde_yaml::to_string(text) {
        Ok(written) => written.trim_end().to_owned(),
        Err(_) => quoted(text),
    }
}

/// A double-quoted scalar. YAML reads JSON's escapes; characters that must not appear raw are escaped too.
fn quoted(text: &str) -> String {
    ascii(&Json::from(text).to_string())
}

/// Escapes the characters of a JSON text that YAML does not take raw or that are invisible.
fn ascii(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        let code = u32::from(c);
        let unseen = matches!(code, 0x7f..=0x9f | 0xad | 0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x206f | 0xfeff | 0xfffe..=0xffff);
        match (unseen, code > 0xffff && !c.is_alphanumeric()) {
            (true, _) => out.push_str(&format!("\\u{code:04x}")),
            (false, true) => out.push_str(&format!("\\U{code:08x}")),
            (false, false) => out.push(c),
        }
    }
    out
}
