//! Durations and sizes in the values of faults: `200ms`, `3s`, `2m`, `1h`, `64KiB`, `2MiB`.

use anyhow::{Context as _, bail};
use std::time::Duration;

/// Parses a duration. A number without a unit is refused: it could mean seconds or milliseconds.
pub(crate) fn duration(text: &str) -> anyhow::Result<Duration> {
    let (digits, unit) = split(text);
    let number: u64 = digits.parse().with_context(|| format!("`{text}` is not a duration such as 200ms or 3s"))?;
    let seconds = |factor: u64| number.checked_mul(factor).map(Duration::from_secs);
    let duration = match unit {
        "ms" => Some(Duration::from_millis(number)),
        "s" => seconds(1),
        "m" => seconds(60),
        "h" => seconds(3600),
        _ => bail!("`{text}` is not a duration such as 200ms or 3s"),
    };
    duration.with_context(|| format!("`{text}` is too long"))
}

/// Parses a number of bytes.
pub(crate) fn size(text: &str) -> anyhow::Result<usize> {
    let (digits, unit) = split(text);
    let number: usize = digits.parse().with_context(|| format!("`{text}` is not a size such as 2MiB"))?;
    let factor: usize = match unit {
        "" | "B" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        _ => bail!("`{text}` is not a size such as 2MiB"),
    };
    number.checked_mul(factor).with_context(|| format!("`{text}` is too large"))
}

fn split(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()))
}
