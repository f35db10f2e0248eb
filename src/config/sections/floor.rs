//! The floor file: from a located tree to rules.
//!
//! Owns its keys. Guards and limits are read as in a project file. No message may hold a line or a word of the file.

use crate::config::sections::entries::SectionEntries;
use crate::config::sections::keys::{FLOOR, FLOOR_LIMITS};
use crate::config::sections::{guards, ledger, limits, settings};
use crate::config::yaml::mapping::{self, MappingEntry};
use crate::config::yaml::{Problems, YamlDocument};
use crate::model::guard::RuleSource;
use crate::model::{Floor, Guard, LimitSource, number};

/// The longest span that makes sense: more days than the calendar of anyone's contract.
const MOST_DAYS: u64 = 3_660;

/// Reads the documents of a floor file: exactly one.
pub(crate) fn read(documents: &[YamlDocument], problems: &mut Problems<'_>) -> Floor {
    if let Some(second) = documents.get(1) {
        let help = "remove the second `---`";
        problems.error_help("bad-shape", second.root.at, "a floor file holds one document".to_owned(), help);
    }
    let Some(document) = documents.first() else { return Floor::default() };
    let Some(entries) = SectionEntries::read(&document.root, &FLOOR, problems) else { return Floor::default() };
    let of = |key: &str| entries.get(key);
    let own = of("guards").map(|entry| guards::read(entry, problems)).unwrap_or_default();
    let sending = of("limits").map(|entry| limits::read(entry, &FLOOR_LIMITS, problems).sending).unwrap_or_default();
    Floor {
        guards: own.into_iter().map(|guard| Guard { source: RuleSource::Floor, ..guard }).collect(),
        limits: sending.of(&LimitSource::Floor),
        max_waiver: of("max_waiver").and_then(|entry| days(entry, problems)),
        never_waived: settings::set(
            &of("never_waived").map(|entry| settings::names(entry, problems)).unwrap_or_default(),
        ),
        ledger: of("ledger").and_then(|entry| ledger::read(entry, problems)),
    }
}

/// Reads `30d`: a waiver ends with a day, so its span has no other unit.
fn days(entry: &MappingEntry, problems: &mut Problems<'_>) -> Option<u32> {
    let text = mapping::text(entry, "days such as 30d", problems)?;
    let days = text.strip_suffix('d').and_then(number::digits).filter(|days| (1..=MOST_DAYS).contains(days));
    if days.is_none() {
        let message = "`max_waiver` is a number of days such as 30d".to_owned();
        problems.error("bad-floor", entry.value.at, message);
    }
    days.map(|days| days as u32)
}
