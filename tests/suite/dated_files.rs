//! `temporary` and `zone` as people write them, at one fixed instant: every problem at its place, with a help that
//! leads to a valid entry.

use ringform::config::{self, Loaded, ProjectRequest};
use ringform::model::{Diagnostic, RunInstant};

/// The instant of these runs.
pub(crate) const NOW: &str = "2026-11-27T12:00:00Z";
/// A valid rest of an entry.
const TERMS: &str = "until: 2026-12-14, owner: anna, reason: a trip";

/// Loads ringform.yaml with these lines and one document for client 12 with those.
pub(crate) fn load(project: &str, document: &str, at: &str) -> Loaded {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("clients")).unwrap();
    std::fs::write(folder.path().join("ringform.yaml"), format!("endpoint: https://pbx.example\n{project}")).unwrap();
    std::fs::write(folder.path().join("clients/12.yaml"), format!("client: 12\n{document}")).unwrap();
    let at = RunInstant::Started(at.parse().unwrap());
    config::load(&ProjectRequest { cwd: folder.path().to_owned(), at, ..ProjectRequest::default() })
}

/// `RULE LINE:COLUMN: summary; help`, and `(other LINE:COLUMN)` for a second place.
fn sentence(one: &Diagnostic) -> String {
    let place = one.range.as_ref().unwrap();
    let (summary, help) = (one.summary.raw(), one.help.as_ref().map(|help| help.raw()).unwrap_or_default());
    let other = one.other.as_ref().map(|other| format!(" (other {}:{})", other.line, other.column)).unwrap_or_default();
    format!("{} {}:{}: {summary}; {help}{other}", one.rule, place.line, place.column)
}

/// The problems of ringform.yaml, of which no line is shown, and of a document.
pub(crate) fn of_document(project: &str, document: &str) -> Vec<String> {
    let loaded = load(project, document, NOW);
    let has_line = |one: &Diagnostic| one.line.is_some() == (one.range.as_ref().unwrap().file.raw() != "ringform.yaml");
    assert!(loaded.diagnostics.iter().all(has_line), "{:?}", loaded.diagnostics);
    loaded.diagnostics.iter().map(sentence).collect()
}

/// A document that manages three fields, with these entries: the first is line 4 of the file.
fn entries(lines: &str) -> Vec<String> {
    of_document("", &format!("settings: {{geo_list: [RU], hold_music: 5, timezone: UTC}}\ntemporary:\n{lines}"))
}

/// One entry with these settings. The settings begin in column 16.
fn settings(settings: &str) -> Vec<String> {
    entries(&format!("  - {{settings: {settings}, {TERMS}}}\n"))
}

/// One entry that sets hold_music, with these terms. They begin in column 33.
fn terms(terms: &str) -> Vec<String> {
    entries(&format!("  - {{settings: {{hold_music: 7}}, {terms}}}\n"))
}

/// One entry with this `until`, whose value is in column 40.
fn until(until: &str) -> Vec<String> {
    terms(&format!("until: {until}, owner: anna, reason: r"))
}

#[track_caller]
pub(crate) fn assert_wrong(found: &[String], expected: &[&str]) {
    let is_expected = |(found, expected): (&String, &&str)| found.starts_with(*expected);
    let all = found.len() == expected.len() && found.iter().zip(expected).all(is_expected);
    assert!(all, "expected {expected:#?}\nfound {found:#?}");
}

#[test]
fn valid_entries_have_no_problem() {
    for lines in ["", "  []\n", "  null\n"] {
        assert_wrong(&entries(lines), &[]);
    }
    for values in ["{hold_music: null}", "{hold_music: 7, timezone: Europe/Moscow, geo_list: {add: [tr, GE]}}"] {
        assert_wrong(&settings(values), &[]);
    }
    for times in ["2026-12-14", "2026-11-28T00:00Z", "2026-12-24T18:00+03", "\"2027-01-06T10:00:01-03:30\""] {
        assert_wrong(&until(times), &[]);
    }
    // One day, from its begin to its end.
    assert_wrong(&terms("from: 2026-12-14, until: 2026-12-14, owner: o, reason: r"), &[]);
    // Anchors and merge keys: three entries, of which the alias equals the first.
    let anchored = format!(
        "  - &trip {{settings: {{geo_list: {{add: [TR]}}}}, {TERMS}}}\n  - {{<<: *trip, from: 2026-12-20, until: \
         2027-01-05}}\n  - *trip\n"
    );
    assert_wrong(&entries(&anchored), &[]);
    assert_wrong(&of_document("zone: America/Sao_Paulo\n", "settings: {timezone: UTC}\n"), &[]);
}

#[test]
fn a_time_is_a_day_or_an_instant_of_the_calendar() {
    const SPELLINGS: &str = "write a day such as 2026-12-01, or an instant";
    let at_40 = |message: &str| format!("bad-temporary 4:40: {message}");
    for (text, message) in [
        ("2026-02-30", "the day 2026-02-30 does not exist; the last day of that month is 2026-02-28"),
        ("2027-02-29", "the day 2027-02-29 does not exist; the last day of that month is 2027-02-28"),
        ("2026-13-01", "the month 13 does not exist; write YYYY-MM-DD; did you mean 2026-01-13?"),
        ("01.12.2026", "the year comes first in a day; write 2026-12-01"),
        ("tomorrow", "a word is not a day"),
        ("2026-12-01T10:00", "the time has no offset from UTC; write 2026-12-01T10:00Z for UTC"),
        ("2026-12-01T25:00Z", "the time 25:00 does not exist"),
        ("\" \"", "the text holds only blanks; write a day"),
        ("\"~\"", "the text is not a day or an instant"),
    ] {
        assert_wrong(&until(text), &[&at_40(message)]);
    }
    assert_wrong(&until(""), &[&format!("empty-value 4:33: `until` has no value; {SPELLINGS}")]);
    for (text, found) in [("null", "null"), ("\"\"", "an empty text"), ("[2026-12-14]", "a list")] {
        let message = format!("bad-shape 4:40: `until` must be a day or an instant, found {found}; {SPELLINGS}");
        assert_wrong(&until(text), &[&message]);
    }
    assert_wrong(&until("!date 2026-12-14"), &["tag 4:40: "]);
}

#[test]
fn an_entry_ends_after_it_begins() {
    let ended = "this entry ends before it begins, or as it begins; let `until` be later than `from`";
    for (times, column) in [
        ("from: 2026-12-14, until: 2026-12-13", 58),
        ("from: 2026-12-14T10:00Z, until: 2026-12-14T10:00Z", 65),
        ("from: 2026-12-14T10:00Z, until: 2026-12-14T12:59:59+03:00", 65),
        // The day ends where the next one begins, and this is its first instant.
        ("from: 2026-12-15T00:00Z, until: 2026-12-14", 65),
    ] {
        let found = terms(&format!("{times}, owner: anna, reason: r"));
        assert_wrong(&found, &[&format!("bad-temporary 4:{column}: {ended}")]);
    }
    // In Moscow that day ends three hours earlier.
    let document = "settings: {timezone: UTC}\ntemporary:\n  - {settings: {timezone: null}, from: \
                    2026-12-14T21:00Z, until: 2026-12-14, owner: a, reason: r}\n";
    assert_wrong(&of_document("", document), &[]);
    assert_wrong(&of_document("zone: Europe/Moscow\n", document), &[&format!("bad-temporary 4:66: {ended}")]);
}

#[test]
fn an_entry_needs_its_keys_and_none_is_empty() {
    let needs = |key: &str| format!("missing-key 4:5: an entry of `temporary` needs `{key}`; add `{key}:`");
    let needs: Vec<String> = ["settings", "until", "owner", "reason"].iter().map(|key| needs(key)).collect();
    assert_wrong(&entries("  - {}\n"), &needs.iter().map(String::as_str).collect::<Vec<_>>());
    for (item, found) in [("", "nothing"), ("null", "null"), ("text", "text"), ("[a]", "a list")] {
        let message = format!("bad-shape 4:5: an entry of `temporary` must be a mapping, found {found}");
        assert_wrong(&entries(&format!("  - {item}\n")), &[&message]);
    }
    for lines in ["  {until: 2026-12-14}\n", "  text\n"] {
        assert_wrong(&entries(lines), &["bad-temporary 4:3: `temporary` is a list; write `- {settings: "]);
    }
    let terms_of = |owner: &str, reason: &str| terms(&format!("until: 2026-12-14, owner: {owner}, reason: {reason}"));
    assert_wrong(
        &terms_of("", "null"),
        &[
            "empty-value 4:52: `owner` has no value; write who answers for it",
            "bad-shape 4:69: `reason` must be a text, found null; write why it is needed",
        ],
    );
    assert_wrong(
        &terms_of("\" \"", "''"),
        &["bad-temporary 4:59: `owner` holds only blanks; ", "bad-shape 4:72: `reason` must be a text, found an empty"],
    );
    assert_wrong(&terms_of("[anna]", "r"), &["bad-shape 4:59: `owner` must be a text, found a list; "]);
    assert_wrong(&terms("from: , until: 2026-12-14, owner: o, reason: r"), &["empty-value 4:33: `from` has no value"]);
    assert_wrong(
        &terms("from: null, until: 2026-12-14, owner: o, reason: r"),
        &["bad-shape 4:39: `from` must be a day or an instant, found null"],
    );
    assert_wrong(
        &terms("untill: 2026-12-14, form: 2026-12-01, owner: o, reason: r"),
        &[
            "unknown-key 4:33: `untill` is not a key of an entry of `temporary`; did you mean `until`?",
            "unknown-key 4:53: `form` is not a key of an entry of `temporary`; did you mean `from`?",
        ],
    );
    assert_wrong(
        &terms("until: 2026-12-14, until: 2026-12-15, owner: o, reason: r"),
        &["duplicate-key 4:52: `until` is twice in this mapping"],
    );
    assert_wrong(&entries(&format!("  - !trip {{settings: {{hold_music: 7}}, {TERMS}}}\n")), &["tag 4:5: "]);
}

#[test]
fn geo_list_is_only_added_to() {
    let help = "write {add: [TR, GE]}: the countries that join the declared ones";
    let never = format!("`geo_list` of an entry adds to what is declared, and never replaces it; {help}");
    for (value, column) in [("[TR]", 27), ("null", 27), ("\"*\"", 27), ("TR", 27), ("", 17)] {
        let found = settings(&format!("{{geo_list: {value}}}"));
        assert_wrong(&found, &[&format!("bad-temporary 4:{column}: {never}")]);
    }
    let add = |value: &str| settings(&format!("{{geo_list: {{add: {value}}}}}"));
    let every =
        |column| format!("bad-temporary 4:{column}: `*` means every country, and an entry never adds it; {help}");
    let gb =
        |column| format!("bad-temporary 4:{column}: `UK` is not an ISO 3166 alpha-2 country code; did you mean `GB`?");
    assert_wrong(&add("\"*\""), &[&every(33)]);
    assert_wrong(&add("[\"*\"]"), &[&every(34)]);
    assert_wrong(&add("[UK, \"*\"]"), &[&gb(34), &every(38)]);
    for (value, found) in [("TR", "text"), ("null", "null"), ("{a: b}", "a mapping")] {
        let message = format!("bad-temporary 4:33: `add` takes a list of country codes, found {found}; {help}");
        assert_wrong(&add(value), &[&message]);
    }
    assert_wrong(
        &add(""),
        &[&format!("bad-temporary 4:28: `add` takes a list of country codes, found nothing; {help}")],
    );
    assert_wrong(&add("[]"), &[&format!("bad-temporary 4:33: `add` names no country; {help}")]);
    assert_wrong(&add("[TR, tr]"), &["bad-temporary 4:38: country `TR` is named twice; remove one of the two"]);
    assert_wrong(&add("[[TR]]"), &["bad-temporary 4:34: "]);
    let keys = "is not a key of `geo_list` of an entry of `temporary`; did you mean `add`?";
    assert_wrong(&settings("{geo_list: {adds: [TR]}}"), &[&format!("unknown-key 4:28: `adds` {keys}")]);
    assert_wrong(&settings("{geo_list: {}}"), &["missing-key 4:27: `geo_list` of an entry of `temporary` needs `add`"]);
}

#[test]
fn other_fields_take_a_value() {
    let added = "`hold_music` takes a value: only a list of countries can be added to; write the value";
    assert_wrong(&settings("{hold_music: {add: [1]}}"), &[&format!("bad-temporary 4:29: {added}")]);
    assert_wrong(&settings("{hold_music: }"), &["empty-value 4:17: `hold_music` has no value; write null to clear"]);
    assert_wrong(&settings("{timezone: MSK}"), &["bad-setting 4:27: `MSK` is not an IANA time zone; "]);
    assert_wrong(&settings("{hold_musik: 7}"), &["unknown-key 4:17: `hold_musik` is not a key "]);
    assert_wrong(
        &settings("{domain: a.b}"),
        &["read-only-field 4:17: `domain` cannot be written: PUT does not accept it; an entry takes settings"],
    );
    let nothing = "this entry sets nothing; name a field, such as `geo_list: {add: [TR]}`, or remove the entry";
    for (value, column) in [("{}", 16), ("null", 16), ("", 6)] {
        assert_wrong(&settings(value), &[&format!("bad-temporary 4:{column}: {nothing}")]);
    }
    for (value, found) in [("text", "text"), ("[a]", "a list")] {
        let message = format!("bad-shape 4:16: `settings` of an entry must be a mapping, found {found}");
        assert_wrong(&settings(value), &[&message]);
    }
}

#[test]
fn all_problems_of_an_entry_and_of_its_neighbours_are_reported_together() {
    let found = entries(
        "  - {settings: {geo_list: {add: [UK, QQ]}, domain: x}, until: tomorrow, owner: , reason: r}\n  - text\n  - \
         {settings: {hold_music: x}, until: 2026-02-30, owner: o}\n",
    );
    let rules: Vec<&str> = found.iter().map(|one| one.split(": ").next().unwrap()).collect();
    assert_eq!(
        rules,
        [
            "bad-temporary 4:34",
            "bad-temporary 4:38",
            "read-only-field 4:44",
            "bad-temporary 4:63",
            "empty-value 4:73",
            "bad-shape 5:5",
            "missing-key 6:5",
            "bad-setting 6:29",
            "bad-temporary 6:40",
        ]
    );
}
