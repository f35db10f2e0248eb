//! A strict reader of RFC 5545, written from its text and not from ours. Whatever the grammar does not allow panics.

use std::collections::BTreeMap;

/// One component: its properties by name, in the order of their lines, and the components in it.
#[derive(Debug, Default)]
pub struct Component {
    pub name: String,
    pub properties: Vec<(String, String)>,
    pub inner: Vec<Component>,
}

impl Component {
    /// The value of a property that must be there exactly once.
    #[track_caller]
    pub fn one(&self, name: &str) -> &str {
        let found: Vec<&str> = self.properties.iter().filter(|(key, _)| key == name).map(|(_, of)| &**of).collect();
        assert_eq!(found.len(), 1, "{name} in {self:?}");
        found[0]
    }

    /// A value of the type TEXT, without its escapes (3.3.11).
    #[track_caller]
    pub fn text(&self, name: &str) -> String {
        let raw = self.one(name);
        let mut out = String::new();
        let mut chars = raw.chars();
        while let Some(c) = chars.next() {
            match c {
                '\\' => match chars.next() {
                    Some('n' | 'N') => out.push('\n'),
                    Some(c @ ('\\' | ';' | ',')) => out.push(c),
                    other => panic!("an escape of {other:?} in {raw}"),
                },
                ';' | ',' => panic!("{c} without an escape in {raw}"),
                c => out.push(c),
            }
        }
        out
    }

    /// A date and time in UTC (3.3.5, form 2), as RFC 3339.
    #[track_caller]
    pub fn utc(&self, name: &str) -> String {
        let raw = self.one(name);
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        assert!(raw.len() == 16 && &raw[8..9] == "T" && &raw[15..] == "Z", "{raw}");
        assert!(digits(&raw[..8]) && digits(&raw[9..15]), "{raw}");
        let [year, month, day] = [&raw[..4], &raw[4..6], &raw[6..8]];
        let text = format!("{year}-{month}-{day}T{}:{}:{}Z", &raw[9..11], &raw[11..13], &raw[13..15]);
        text.parse::<jiff::Timestamp>().unwrap();
        text
    }
}

/// Reads a stream that holds one calendar, and returns its events.
#[track_caller]
pub fn read(stream: &[u8]) -> Vec<Component> {
    let calendar = components(&content_lines(stream));
    assert_eq!((calendar.name.as_str(), calendar.one("VERSION")), ("VCALENDAR", "2.0"));
    assert!(!calendar.text("PRODID").is_empty());
    assert!(!calendar.inner.is_empty(), "a calendar holds at least one component (3.4)");
    let mut uids: BTreeMap<String, usize> = BTreeMap::new();
    let events: Vec<Component> = calendar.inner.into_iter().filter(|inner| inner.name == "VEVENT").collect();
    for event in &events {
        event.utc("DTSTAMP");
        event.utc("DTSTART");
        *uids.entry(event.text("UID")).or_default() += 1;
    }
    assert!(uids.values().all(|count| *count == 1), "{uids:?}");
    events
}

/// The lines of the stream, unfolded (3.1).
fn content_lines(stream: &[u8]) -> Vec<String> {
    let whole = std::str::from_utf8(stream).unwrap();
    assert!(whole.ends_with("\r\n"), "the last line has no end");
    let mut lines: Vec<String> = Vec::new();
    let mut rest = stream.strip_suffix(b"\r\n").unwrap();
    loop {
        let end = rest.windows(2).position(|pair| pair == b"\r\n");
        let line = &rest[..end.unwrap_or(rest.len())];
        assert!(line.len() <= 75, "{} octets in a line", line.len());
        // Not split within a character, and no control but the tab (3.1, 3.3.11).
        let line = std::str::from_utf8(line).unwrap();
        assert!(line.chars().all(|c| !c.is_control() || c == '\t'), "{line:?}");
        match line.strip_prefix([' ', '\t']) {
            Some(more) => lines.last_mut().unwrap().push_str(more),
            None => lines.push(line.to_owned()),
        }
        match end {
            Some(end) => rest = &rest[end + 2..],
            None => return lines,
        }
    }
}

/// The one component that the lines make.
fn components(lines: &[String]) -> Component {
    let mut open: Vec<Component> = Vec::new();
    let mut done: Option<Component> = None;
    for line in lines {
        assert!(done.is_none(), "{line:?} after the end");
        let (name, value) = line.split_once(':').unwrap_or_else(|| panic!("no colon in {line:?}"));
        let name = name.split(';').next().unwrap();
        let is_name = |c: char| c.is_ascii_uppercase() || c == '-';
        assert!(!name.is_empty() && name.chars().all(is_name), "{line:?}");
        match name {
            "BEGIN" => open.push(Component { name: value.to_owned(), ..Component::default() }),
            "END" => {
                let closed = open.pop().unwrap();
                assert_eq!(closed.name, value);
                match open.last_mut() {
                    Some(outer) => outer.inner.push(closed),
                    None => done = Some(closed),
                }
            }
            _ => open.last_mut().unwrap().properties.push((name.to_owned(), value.to_owned())),
        }
    }
    done.unwrap()
}
