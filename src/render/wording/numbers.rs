//! Words for numbers: plural forms, thousands, durations, and lists that end in "and N more".
//!
//! Owns the grammar that all formats share. It knows no plan.

use std::fmt::Display;

/// A number with separated thousands: `20,000`.
pub fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A number and its noun in the right form: `1 client`, `3 clients`, `0 clients`.
pub fn count(n: usize, one: &str) -> String {
    match n {
        1 => format!("1 {one}"),
        n => format!("{} {one}s", number(n as u64)),
    }
}

/// `is` or `are`.
pub(crate) fn are(n: usize) -> &'static str {
    if n == 1 { "is" } else { "are" }
}

/// The first `most` items and the number of the others: `1, 2, 3 and 7 more`.
pub(crate) fn some<T: Display>(items: impl ExactSizeIterator<Item = T>, most: usize) -> String {
    let left = items.len().saturating_sub(most);
    let shown: Vec<String> = items.take(most).map(|item| item.to_string()).collect();
    match left {
        0 => shown.join(", "),
        left if shown.is_empty() => format!("{} more", number(left as u64)),
        left => format!("{} and {} more", shown.join(", "), number(left as u64)),
    }
}

/// A duration for people: `0.8 s`, `12.3 s`, `30 min`, `2 min 05 s`, `1 h 02 min`.
pub(crate) fn duration(ms: u64) -> String {
    match ms {
        0..60_000 => format!("{}.{} s", ms / 1000, ms % 1000 / 100),
        60_000..3_600_000 if (ms / 1000).is_multiple_of(60) => format!("{} min", ms / 60_000),
        60_000..3_600_000 => format!("{} min {:02} s", ms / 60_000, ms / 1000 % 60),
        _ => format!("{} h {:02} min", ms / 3_600_000, ms / 60_000 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_nouns() {
        assert_eq!([0, 999, 1000, 20_000, 1_234_567].map(number), ["0", "999", "1,000", "20,000", "1,234,567"]);
        assert_eq!([0, 1, 2].map(|n| count(n, "client")), ["0 clients", "1 client", "2 clients"]);
    }

    #[test]
    fn lists_say_what_they_leave_out() {
        assert_eq!(some([1, 2].iter(), 2), "1, 2");
        assert_eq!(some([1, 2, 3].iter(), 2), "1, 2 and 1 more");
    }

    #[test]
    fn durations() {
        assert_eq!(
            [840, 12_345, 60_000, 125_000, 3_720_000].map(duration),
            ["0.8 s", "12.3 s", "1 min", "2 min 05 s", "1 h 02 min"]
        );
    }
}
