//! A live value as a document writes it.
//!
//! Owns the form of a country list: a list stays a list and a text a text, countries that stay keep their order and
//! spelling.

use crate::config::edit::WrittenValue;
use crate::config::emit;
use crate::model::countries::{Code, Countries};
use crate::model::{Setting, State, Value};

/// The value of a setting on one line of YAML, in the form of what is written at its place.
pub fn adopted_value(setting: Setting, live: &State, written: Option<&WrittenValue>) -> String {
    let State::Is(Value::Countries(Countries::Some(codes))) = live else { return emit::scalar(setting.kind(), live) };
    let (words, is_text): (Vec<&str>, bool) = match written {
        Some(WrittenValue::List(items)) => (items.iter().map(String::as_str).collect(), false),
        Some(WrittenValue::Scalar(text)) => (text.split_ascii_whitespace().collect(), true),
        None => (Vec::new(), false),
    };
    let old: Option<Vec<Code>> = words.iter().map(|word| Code::find(word.trim_ascii())).collect();
    let Some(old) = old.filter(|old| !old.is_empty()) else { return emit::scalar(setting.kind(), live) };
    let words = ordered(&old, &words, codes);
    match is_text {
        true => format!("\"{}\"", words.join(" ")),
        false => {
            let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
            format!("[{}]", quoted.join(", "))
        }
    }
}

/// The words of the new list. A sorted list stays sorted; in another one the new countries come last.
fn ordered<'w>(old: &[Code], words: &[&'w str], live: &'w [Code]) -> Vec<&'w str> {
    let is_sorted = old.is_sorted();
    let stay =
        old.iter().zip(words).filter(|(code, _)| live.contains(code)).map(|(code, word)| (*code, word.trim_ascii()));
    let new = live.iter().filter(|code| !old.contains(code)).map(|code| (*code, code.as_str()));
    let mut all: Vec<(Code, &str)> = stay.chain(new).collect();
    if is_sorted {
        all.sort_by_key(|(code, _)| *code);
    }
    all.into_iter().map(|(_, word)| word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{FieldKind, value};

    #[test]
    fn a_country_list_keeps_its_form_and_order() {
        let list = |words: &[&str]| Some(WrittenValue::List(words.iter().map(|word| (*word).to_owned()).collect()));
        let text = |text: &str| Some(WrittenValue::Scalar(text.to_owned()));
        let rows = [
            ("BY NO RU", list(&["RU", "BY"]), "[\"RU\", \"BY\", \"NO\"]"),
            ("BY NO RU", list(&["BY", "RU"]), "[\"BY\", \"NO\", \"RU\"]"),
            ("BY RU", list(&["ru", "KZ"]), "[\"ru\", \"BY\"]"),
            ("BY RU", text("RU KZ"), "\"RU BY\""),
            ("BY RU", text("*"), "[\"BY\", \"RU\"]"),
            ("BY RU", None, "[\"BY\", \"RU\"]"),
            ("*", list(&["RU"]), "\"*\""),
            ("", list(&["RU"]), "null"),
        ];
        for (live, written, expected) in rows {
            let state = value::live(FieldKind::Countries, &live.into());
            assert_eq!(adopted_value(Setting::GeoList, &state, written.as_ref()), expected, "{live} {written:?}");
        }
    }
}
