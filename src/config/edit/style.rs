//! How a new scalar is written: in the style of the value it replaces, where that is safe.
//!
//! Owns the quoting. A plain scalar must read as the same text under YAML 1.1 and 1.2: a 1.1 reader takes `NO` for
//! false.

use granit_parser::ScalarStyle;

use crate::config::edit::source::SourceNode;

/// Words that a reader of YAML 1.1 or 1.2 takes for null or a truth value.
const RESERVED: [&str; 11] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"];

/// The text of a new scalar. `raw` is how the edit writes it, `old` the style found at its place.
pub(super) fn scalar(new: &SourceNode, raw: &str, old: Option<ScalarStyle>, in_flow: bool) -> String {
    let Some(text) = new.text().filter(|_| !new.is_null()) else { return raw.to_owned() };
    let is_simple = text.chars().all(|c| !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}'));
    match old {
        Some(ScalarStyle::SingleQuoted) if is_simple => format!("'{}'", text.replace('\'', "''")),
        Some(ScalarStyle::DoubleQuoted) => double_quoted(text, raw, new),
        Some(ScalarStyle::Plain) if is_plain_safe(text) => text.to_owned(),
        _ if new.style() == Some(ScalarStyle::Plain) && in_flow && text.contains([',', '[', ']', '{', '}']) => {
            double_quoted(text, raw, new)
        }
        _ => raw.to_owned(),
    }
}

/// A key, plain where that is safe.
pub(super) fn key(text: &str) -> String {
    if is_plain_safe(text) { text.to_owned() } else { json(text) }
}

fn double_quoted(text: &str, raw: &str, new: &SourceNode) -> String {
    if new.style() == Some(ScalarStyle::DoubleQuoted) { raw.to_owned() } else { json(text) }
}

/// YAML reads the escapes of JSON.
fn json(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Whether every reader takes the plain scalar for this text.
fn is_plain_safe(text: &str) -> bool {
    let is_word = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_alphabetic())
            && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/@._+-".contains(&byte))
    };
    // Several words, such as `NO SE`, are a text for every reader.
    text.split(' ').all(is_word) && !RESERVED.iter().any(|word| text.eq_ignore_ascii_case(word))
}
