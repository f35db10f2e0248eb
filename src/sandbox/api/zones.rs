//! Old names of time zones and the current names that a PBX may store instead.
//!
//! A sample of the links in the IANA data, enough for an API that normalises. It must not decide which names are valid.

const LINKS: [(&str, &str); 22] = [
    ("US/Pacific", "America/Los_Angeles"),
    ("US/Eastern", "America/New_York"),
    ("US/Central", "America/Chicago"),
    ("US/Mountain", "America/Denver"),
    ("US/Alaska", "America/Anchorage"),
    ("US/Hawaii", "Pacific/Honolulu"),
    ("W-SU", "Europe/Moscow"),
    ("GB", "Europe/London"),
    ("Europe/Kiev", "Europe/Kyiv"),
    ("Europe/Belfast", "Europe/London"),
    ("Asia/Calcutta", "Asia/Kolkata"),
    ("Asia/Saigon", "Asia/Ho_Chi_Minh"),
    ("Asia/Katmandu", "Asia/Kathmandu"),
    ("Asia/Rangoon", "Asia/Yangon"),
    ("Japan", "Asia/Tokyo"),
    ("PRC", "Asia/Shanghai"),
    ("Turkey", "Europe/Istanbul"),
    ("Poland", "Europe/Warsaw"),
    ("Etc/UTC", "UTC"),
    ("Etc/GMT", "UTC"),
    ("Zulu", "UTC"),
    ("GMT", "UTC"),
];

/// The current name of `zone`; unchanged where the sample lacks it.
pub(crate) fn canonical(zone: &str) -> &str {
    LINKS.iter().find(|(alias, _)| *alias == zone).map_or(zone, |(_, name)| name)
}
