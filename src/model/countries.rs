//! The value of `geo_list`: countries from whose addresses a SIP account may be used, or every country.
//!
//! Owns the set of countries, its spellings and its one canonical form. Order, case and ASCII blanks (spaces, tabs, line
//! breaks) never make a difference. Codes are ISO 3166 alpha-2, current ones, and `XK`, which IP-location data use for Kosovo.

use std::fmt;

use crate::model::flaw::Flaw;
use crate::model::text::{quote, strange_character};

/// A country code: two upper-case ASCII letters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code([u8; 2]);

impl Code {
    /// The country with this code, in any case.
    pub fn find(text: &str) -> Option<Code> {
        let bytes: [u8; 2] = text.as_bytes().try_into().ok()?;
        let code = Code(bytes.map(|b| b.to_ascii_uppercase()));
        (code.0 == *b"XK" || rust_iso3166::from_alpha2(code.as_str()).is_some()).then_some(code)
    }

    /// The two letters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("??")
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A set of countries, never empty, or all of them. Equal sets are equal values whatever their spelling was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Countries {
    /// `*`: every country; the provider's own list is then ignored (API: field table).
    All,
    /// These, sorted, each once.
    Some(Box<[Code]>),
}

impl Countries {
    /// The set as the API takes it: sorted upper-case codes with single blanks, or `*`.
    pub fn canonical(&self) -> String {
        match self {
            Countries::All => "*".to_owned(),
            Countries::Some(codes) => codes.iter().map(Code::as_str).collect::<Vec<_>>().join(" "),
        }
    }

    /// The codes, sorted; empty for `*`.
    pub fn codes(&self) -> &[Code] {
        match self {
            Countries::All => &[],
            Countries::Some(codes) => codes,
        }
    }

    /// Whether it lets this country in; `*` lets each in.
    pub fn holds(&self, code: Code) -> bool {
        match self {
            Countries::All => true,
            Countries::Some(codes) => codes.contains(&code),
        }
    }

    /// Codes of `self` that `other` lacks; empty unless both are lists.
    pub fn without(&self, other: &Countries) -> Vec<Code> {
        match (self, other) {
            (Countries::Some(mine), Countries::Some(theirs)) => {
                mine.iter().filter(|code| !theirs.contains(code)).copied().collect()
            }
            (Countries::All, _) | (_, Countries::All) => Vec::new(),
        }
    }

    /// The countries of both; `None` where they have none in common.
    pub fn common(&self, other: &Countries) -> Option<Countries> {
        match (self, other) {
            (Countries::All, set) | (set, Countries::All) => Some(set.clone()),
            (Countries::Some(mine), Countries::Some(theirs)) => {
                let codes: Box<[Code]> = mine.iter().filter(|code| theirs.contains(code)).copied().collect();
                (!codes.is_empty()).then_some(Countries::Some(codes))
            }
        }
    }

    /// Both together.
    pub fn with(&self, other: &Countries) -> Countries {
        match (self, other) {
            (Countries::Some(mine), Countries::Some(theirs)) => {
                Countries::of(mine.iter().chain(theirs).copied().collect())
            }
            (Countries::All, _) | (_, Countries::All) => Countries::All,
        }
    }

    /// Reads a live text; `None` when it is odd. A code given twice is one country.
    pub fn live(text: &str) -> Option<Countries> {
        let mut words = text.split_ascii_whitespace().peekable();
        if words.peek() == Some(&"*") {
            return (words.count() == 1).then_some(Countries::All);
        }
        let codes = words.map(Code::find).collect::<Option<Vec<_>>>()?;
        (!codes.is_empty()).then(|| Countries::of(codes))
    }

    /// Reads what people wrote: the words of a text or the items of a list. All flaws together.
    ///
    /// `listed` says whether the words were items of a YAML list: then a flaw names its item, and `*` is not allowed.
    pub fn declared<'a>(words: impl Iterator<Item = &'a str>, listed: bool) -> Result<Countries, Vec<Flaw>> {
        // An item that is a block (`- |`) ends in a line break.
        let words: Vec<&str> = words.map(str::trim_ascii).collect();
        if !listed && words == ["*"] {
            return Ok(Countries::All);
        }
        let mut codes: Vec<Code> = Vec::with_capacity(words.len());
        let mut flaws = Vec::new();
        for (item, word) in words.iter().enumerate() {
            let flaw = match Code::find(word) {
                Some(code) if codes.contains(&code) => {
                    Flaw::new(format!("country `{}` is named twice", code.as_str())).help("remove one of the two")
                }
                Some(code) => {
                    codes.push(code);
                    continue;
                }
                None => unknown(word, words.len() == 1),
            };
            flaws.push(if listed { flaw.item(item) } else { flaw });
        }
        if words.is_empty() {
            flaws.push(Flaw::new("the list of countries is empty").help(
                "write null for the provider's default, or name the countries; an empty list would not close anything",
            ));
        }
        if flaws.is_empty() { Ok(Countries::of(codes)) } else { Err(flaws) }
    }

    /// The set of these codes.
    pub(in crate::model) fn of(mut codes: Vec<Code>) -> Countries {
        codes.sort_unstable();
        codes.dedup();
        Countries::Some(codes.into_boxed_slice())
    }
}

/// Names that people write for a country that has another code.
const MEANT: &[(&str, &str)] = &[("UK", "GB"), ("EN", "GB"), ("EL", "GR"), ("TP", "TL"), ("SU", "RU")];

fn unknown(word: &str, only: bool) -> Flaw {
    if word == "*" {
        let flaw = Flaw::new("`*` means every country and cannot be in a list or beside codes");
        return flaw.help(if only {
            "write \"*\" without the brackets"
        } else {
            "write only \"*\", or only the codes"
        });
    }
    let shown = quote(word);
    if let Some(strange) = strange_character(word) {
        return Flaw::new(format!("{shown} is not a country code: it holds {strange}"))
            .help("type the two letters again by hand");
    }
    let flaw = Flaw::new(format!("{shown} is not an ISO 3166 alpha-2 country code"));
    let upper = word.to_ascii_uppercase();
    if let Some((_, code)) = MEANT.iter().find(|(name, _)| *name == upper) {
        return flaw.help(format!("did you mean `{code}`?"));
    }
    if let Some(country) = rust_iso3166::from_alpha3(&upper) {
        return flaw.help(format!("write the two-letter code `{}`", country.alpha2));
    }
    if word.contains([',', ';', '|']) {
        return flaw.help("separate the codes by single blanks, or write a list");
    }
    flaw.help("codes have two letters, such as RU or KZ; the European Union and other groups have none")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn declared(text: &str) -> Result<Countries, Vec<Flaw>> {
        Countries::declared(text.split_ascii_whitespace(), false)
    }

    #[test]
    fn spellings_of_one_set_are_equal() {
        let canonical = declared("BY RU").unwrap();
        assert_eq!(canonical.canonical(), "BY RU");
        for text in ["RU BY", "ru  by", " RU BY ", "By rU", "RU\tBY", "RU\nBY\n", "\r\nRU\r\n\tBY"] {
            assert_eq!(declared(text).unwrap(), canonical);
            assert_eq!(Countries::live(text).unwrap(), canonical);
        }
        assert_eq!(Countries::live("RU BY RU").unwrap(), canonical);
        let holds = |set: &Countries| ["RU", "KZ"].map(|code| set.holds(Code::find(code).unwrap()));
        assert_eq!((holds(&canonical), holds(&Countries::All)), ([true, false], [true, true]));
    }

    #[test]
    fn what_two_sets_have_in_common_is_a_set_of_both_or_nothing() {
        let set = |text: &str| Countries::live(text).unwrap();
        for (one, other, common) in [
            ("RU BY", "BY KZ", "BY"),
            ("*", "RU BY", "BY RU"),
            ("*", "*", "*"),
            ("RU", "RU", "RU"),
            ("RU BY", "KZ", ""),
        ] {
            for (one, other) in [(one, other), (other, one)] {
                let found = set(one).common(&set(other)).map(|set| set.canonical()).unwrap_or_default();
                assert_eq!(found, common, "{one} and {other}");
            }
        }
    }

    #[test]
    fn norway_is_a_country_and_kosovo_has_a_code() {
        assert_eq!(declared("no").unwrap().canonical(), "NO");
        assert_eq!(declared("XK").unwrap().canonical(), "XK");
    }

    #[test]
    fn odd_live_lists_are_not_understood() {
        for text in ["", " ", "ZZ", "RU ZZ", "RU *", "* *", "RU,BY", "RUS", "RU\u{a0}BY", "RU\u{b}BY", "R", "\n"] {
            assert_eq!(Countries::live(text), None, "{text}");
        }
        assert_eq!(Countries::live(" * "), Some(Countries::All));
        assert_eq!(Countries::live("*\n"), Some(Countries::All));
    }

    #[test]
    fn each_flaw_has_a_help() {
        let help = |text: &str| declared(text).unwrap_err()[0].help.clone().unwrap_or_default();
        assert!(help("UK").contains("`GB`"));
        assert!(help("RUS").contains("`RU`"));
        assert!(help("RU,BY").contains("blanks"));
        assert!(help("RU *").contains("only"));
        assert_eq!(declared("ZZ QQ RU").unwrap_err().len(), 2);
        assert_eq!(declared("RU ru").unwrap_err()[0].message, "country `RU` is named twice");
        assert!(declared("").is_err());
        assert!(Countries::declared(["*"].into_iter(), true).is_err());
    }
}
