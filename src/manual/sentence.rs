//! Texts of the tables as sentences, and headings as anchors.
//!
//! Owns only these two forms. It must not know any table.

/// A text of a table as a sentence: it begins with a capital and ends with a full stop. Code and names stay as they are.
pub(super) fn sentence(text: &str) -> String {
    let text = text.replace('\n', " ");
    let text = text.trim_end_matches('.');
    let first_word = text.split(' ').next().unwrap_or_default();
    let is_plain = first_word.chars().all(|c| c.is_ascii_lowercase() || c == '-' || c == ',');
    let is_name = first_word.starts_with('-') || first_word == "ringform";
    match text.chars().next().filter(|_| is_plain && !is_name) {
        Some(first) => format!("{}{}.", first.to_ascii_uppercase(), &text[first.len_utf8()..]),
        None => format!("{text}."),
    }
}

/// The anchor that a heading gets on a page: lower-case letters, digits, `-` and `_`.
pub fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c.to_ascii_lowercase() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_becomes_a_sentence() {
        for (text, expected) in [
            ("a key has no value", "A key has no value."),
            ("Sent, stored, nothing else moved.", "Sent, stored, nothing else moved."),
            ("--override-guard names a guard", "--override-guard names a guard."),
            ("`none` keeps it", "`none` keeps it."),
            ("ringform reads it", "ringform reads it."),
            ("1 runs it", "1 runs it."),
            ("two\nlines", "Two lines."),
        ] {
            assert_eq!(sentence(text), expected);
        }
    }

    #[test]
    fn a_heading_becomes_an_anchor() {
        assert_eq!(anchor("`deny` and `warn` of a guard"), "deny-and-warn-of-a-guard");
        assert_eq!(anchor("`geo_list` of an entry of `temporary`"), "geo_list-of-an-entry-of-temporary");
        assert_eq!(anchor("ringform.yaml"), "ringformyaml");
    }
}
