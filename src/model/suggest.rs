//! "Did you mean": the nearest of a list of known names.
//!
//! Owns the one measure of nearness, so that keys, zones, profiles and fields guess alike. A guess that is not near is
//! worse than none: short names must be one edit away.

/// The known name nearest to `word`, if one is near enough to be meant. Case does not count.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = word.to_lowercase();
    let length = lower.chars().count();
    let allowed = match length {
        0..=3 => 1,
        4..=7 => 2,
        _ => 3,
    };
    known
        .into_iter()
        // Texts differ by at least what their lengths do, and a word of 16 MiB is not measured against anything.
        .filter(|name| name.chars().count().abs_diff(length) <= allowed)
        .map(|name| (strsim::damerau_levenshtein(&lower, &name.to_lowercase()), name))
        .filter(|(distance, name)| *distance <= allowed && *distance < name.chars().count())
        .min()
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_found_and_far_ones_are_not() {
        let known = ["timezone", "geo_list", "client"];
        assert_eq!(nearest("time_zone", known), Some("timezone"));
        assert_eq!(nearest("cleint", known), Some("client"));
        assert_eq!(nearest("GEO_LIST", known), Some("geo_list"));
        assert_eq!(nearest("hold", known), None);
        assert_eq!(nearest("", known), None);
        assert_eq!(nearest(&"timezone".repeat(1_000_000), known), None);
    }
}
