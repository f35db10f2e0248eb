//! Texts that look alike and differ: composed and decomposed letters, letters of two scripts, invisible characters.
//!
//! Owns the comparison and the words that name the differences by code point. It must not know fields or files.

/// Letters of other scripts that look like an ASCII letter, or like each other.
const TWINS: [(&str, &str); 2] = [
    ("АВЕКМНОРСТУХЅІЈаеорсухѕіјԁһԛԝ", "ABEKMHOPCTYXSIJaeopcyxsijdhqw"),
    ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧοϲνρ‐‑‒–—−’‘“”", "ABEZHIKMNOPTYXocvp------''\"\""),
];

/// The most places that are named.
const MOST: usize = 3;

/// A character and what has no width of its own behind it: combining marks and invisible characters.
type Cluster = Vec<char>;

/// Names, by code point, wherein `found` differs from a `wanted` text that looks the same: `character 1 is U+0418 U+0306, not
/// U+0419`. `None` for equal texts and for texts that people can tell apart.
pub fn difference(found: &str, wanted: &str) -> Option<String> {
    // A text may have a mebibyte, and a name has a line.
    if found == wanted || found.len() > 4_096 || wanted.len() > 4_096 {
        return None;
    }
    let (found, wanted) = (clusters(found), clusters(wanted));
    if found.len() != wanted.len() || !found.iter().zip(&wanted).all(|(one, other)| look_alike(one, other)) {
        return None;
    }
    let mut places = found.iter().zip(&wanted).enumerate().filter(|(_, (one, other))| one != other);
    let named: Vec<String> = places
        .by_ref()
        .take(MOST)
        .map(|(at, (one, other))| match at {
            0 if one.first() == Some(&START) => format!("before its first character is {}", codes(one, other)),
            0 if other.first() == Some(&START) => format!("before its first character is {}", codes(one, other)),
            _ => format!("character {at} is {}", codes(one, other)),
        })
        .collect();
    let more = match places.count() {
        0 => String::new(),
        count => format!(", and {count} more"),
    };
    Some(format!("{}{more}", named.join(", ")))
}

/// The first cluster holds what stands before the first visible character.
const START: char = '\u{0}';

fn clusters(text: &str) -> Vec<Cluster> {
    let mut clusters = vec![vec![START]];
    for c in text.chars() {
        match clusters.last_mut() {
            Some(last) if has_no_width(c) => last.push(c),
            _ => clusters.push(vec![c]),
        }
    }
    clusters
}

fn has_no_width(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}'
        | '\u{2066}'..='\u{2069}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}')
        || is_mark(c)
}

fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36F}')
}

fn look_alike(one: &Cluster, other: &Cluster) -> bool {
    let base = |cluster: &Cluster| cluster.first().copied().unwrap_or(START);
    let (first, second) = (base(one), base(other));
    let marks = |cluster: &Cluster| cluster.iter().any(|c| is_mark(*c));
    // A letter with its own mark in it, beside a letter and a combining mark.
    let is_composed = |composed: &Cluster, parts: &Cluster| {
        marks(parts) && !marks(composed) && base(composed).is_alphabetic() && !base(composed).is_ascii()
    };
    match marks(one) == marks(other) {
        true => plain(first) == plain(second),
        false => is_composed(one, other) || is_composed(other, one),
    }
}

/// The character that people see.
fn plain(c: char) -> char {
    if c.is_whitespace() {
        return ' ';
    }
    let twin = |(others, ascii): &(&str, &str)| {
        let at = others.chars().position(|other| other == c)?;
        ascii.chars().nth(at)
    };
    TWINS.iter().find_map(twin).unwrap_or(c)
}

fn codes(found: &Cluster, wanted: &Cluster) -> String {
    let of = |cluster: &Cluster| {
        let shown = cluster.iter().filter(|c| **c != START);
        let codes: Vec<String> = shown.map(|c| format!("U+{:04X}", u32::from(*c))).collect();
        if codes.is_empty() { "nothing".to_owned() } else { codes.join(" ") }
    };
    format!("{}, not {}", of(found), of(wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twins_are_pairs() {
        assert!(TWINS.iter().all(|(others, ascii)| others.chars().count() == ascii.chars().count()));
    }

    #[test]
    fn only_texts_that_look_alike_have_their_difference_named() {
        let said = |found: &str, wanted: &str| difference(found, wanted).unwrap_or_default();
        assert_eq!(said("И\u{306}ошкар", "Йошкар"), "character 1 is U+0418 U+0306, not U+0419");
        assert_eq!(said("Йошкар", "И\u{306}ошкар"), "character 1 is U+0419, not U+0418 U+0306");
        assert_eq!(said("\u{410}cme", "Acme"), "character 1 is U+0410, not U+0041");
        assert_eq!(said("Acme\u{200b}", "Acme"), "character 4 is U+0065 U+200B, not U+0065");
        assert_eq!(said("\u{feff}Acme", "Acme"), "before its first character is U+FEFF, not nothing");
        assert_eq!(said("A\u{a0}B", "A B"), "character 2 is U+00A0, not U+0020");
        assert_eq!(said("a–b", "a-b"), "character 2 is U+2013, not U+002D");
        assert!(said("асеорх", "aceopx").ends_with(", and 3 more"));
        for (found, wanted) in [("a", "a"), ("a", "b"), ("Ромашка", "Ромашки"), ("ab", "abc"), ("", "a"), ("e", "é")]
        {
            assert_eq!(difference(found, wanted), None, "{found} {wanted}");
        }
    }
}
