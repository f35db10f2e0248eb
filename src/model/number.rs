//! Whole numbers: ids and percentages, strict where people write them and lenient where the API answers them.
//!
//! Owns the one reading of digits. Words, signs, separators, exponents, other bases and leading zeros are not numbers
//! here, whatever a YAML library would make of them.

use serde_json::Value as Json;

/// The largest id: the API's `long` is a signed 64-bit number.
pub const MAX_ID: u64 = i64::MAX as u64;

/// Reads a declared whole number: decimal digits without sign, separator or leading zero. `None` for anything else.
pub fn digits(text: &str) -> Option<u64> {
    let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    if plain { text.parse().ok() } else { None }
}

/// The number that a text that is not a plain number probably meant, for the help of an error: `019` → 19, `1_000` →
/// 1000, `90%` → 90.
pub fn meant(text: &str) -> Option<u64> {
    let bare = text.trim().trim_start_matches('+').trim_end_matches('%').trim_end();
    let whole = match bare.split_once('.') {
        Some((whole, zeros)) if !zeros.is_empty() && zeros.bytes().all(|b| b == b'0') => whole,
        Some(_) => return None,
        None => bare,
    };
    let joined: String = whole.chars().filter(|c| *c != '_' && *c != ' ').collect();
    let trimmed = joined.trim_start_matches('0');
    digits(if trimmed.is_empty() && !joined.is_empty() { "0" } else { trimmed })
}

/// Reads a live whole number from 1: a JSON integer, a float with zero fraction, or text of digits with blanks
/// around.
pub fn live(json: &Json) -> Option<u64> {
    match json {
        Json::Number(number) => match number.as_u64() {
            Some(whole) => Some(whole),
            // Beyond 2^53 a float no longer names one whole number, so it is not taken for one.
            None => number
                .as_f64()
                .filter(|f| f.fract() == 0.0 && *f >= 0.0 && *f <= 9_007_199_254_740_992.0)
                .map(|f| f as u64),
        },
        Json::String(text) => digits(text.trim_matches(' ')),
        Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn declared_numbers_are_plain_digits() {
        assert_eq!(digits("19"), Some(19));
        assert_eq!(digits("0"), Some(0));
        for text in ["", "019", "0x13", "1_000", "5e1", "19.0", "+5", "-1", " 19", "19 ", "१९", "18446744073709551616"]
        {
            assert_eq!(digits(text), None, "{text}");
        }
    }

    #[test]
    fn the_help_reads_what_was_meant() {
        let cases = [("019", 19), ("1_000", 1000), ("90%", 90), ("19.0", 19), ("+5", 5), ("1 000", 1000), ("00", 0)];
        for (text, number) in cases {
            assert_eq!(meant(text), Some(number), "{text}");
        }
        for text in ["0x13", "5e1", "90.5", "-1", "", "x", "."] {
            assert_eq!(meant(text), None, "{text}");
        }
    }

    #[test]
    fn live_numbers_are_lenient_in_listed_ways_only() {
        for json in [json!(90), json!("90"), json!(90.0), json!(" 90 ")] {
            assert_eq!(live(&json), Some(90), "{json}");
        }
        for text in
            [r#""090""#, r#""+90""#, r#""90.0""#, "90.5", "-90", "true", "[90]", "1e300", "18446744073709551616"]
        {
            assert_eq!(live(&serde_json::from_str(text).unwrap()), None, "{text}");
        }
    }
}
