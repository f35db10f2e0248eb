//! What entries of `temporary` act on: layers, `ignore`, each other. ringform.yaml is never quoted.

use ringform::model::{Declaration, Setting};

use crate::dated_files::{NOW, assert_wrong, load, of_document};

/// A valid rest of an entry.
const TERMS: &str = "owner: anna, reason: a trip";

/// An entry on one line.
fn entry(settings: &str, times: &str) -> String {
    format!("  - {{settings: {{{settings}}}, {times}, {TERMS}}}\n")
}

/// The problems of a document that manages three fields, with these entries: the first is line 4 of the file.
fn entries(lines: &[String]) -> Vec<String> {
    let plain = "settings: {geo_list: [RU], hold_music: 5, timezone: UTC}";
    of_document("", &format!("{plain}\ntemporary:\n{}", lines.concat()))
}

/// A profile `p` with these plain fields, one a line, and entries. The first entry is in line 6
/// of ringform.yaml where there is one field.
fn profile(plain: &[&str], entries: &[String]) -> String {
    let plain: String = plain.iter().map(|field| format!("    {field}\n")).collect();
    let entries: String = entries.iter().map(|entry| format!("  {entry}")).collect();
    format!("profiles:\n  p:\n{plain}    temporary:\n{entries}")
}

#[test]
fn two_entries_of_one_layer_never_give_a_field_two_values_at_one_time() {
    let of = |value: &str, times: &str| entry(&format!("hold_music: {value}"), times);
    let first = of("7", "from: 2026-12-01, until: 2026-12-10");
    let two = "two entries give `hold_music` two values at one time; the other is in line";
    let help = "let one end before the other begins, or give both the same value";
    for second in [
        of("8", "from: 2026-12-10, until: 2026-12-12"),
        of("8", "until: 2026-12-01T00:00:01Z"),
        of("null", "from: 2026-12-03, until: 2026-12-04"),
    ] {
        let (before, after) = (entries(&[first.clone(), second.clone()]), entries(&[second, first.clone()]));
        let names_both = |found: &[String]| {
            assert_wrong(found, &["temporary-collision "]);
            assert!(found[0].contains(&format!("{two} ")) && found[0].contains(help), "{found:?}");
            let places = [&found[0][20..24], &found[0][found[0].len() - 5..found[0].len() - 1]].map(str::to_owned);
            assert!(places == ["4:29", "5:29"] || places == ["5:29", "4:29"], "{found:?}");
        };
        names_both(&before);
        names_both(&after);
    }
    for second in [
        of("8", "from: 2026-12-11, until: 2026-12-12"),
        of("8", "until: 2026-12-01T00:00Z"),
        of("7", "from: 2026-12-05, until: 2026-12-12"),
        entry("timezone: null", "from: 2026-12-05, until: 2026-12-12"),
    ] {
        assert_wrong(&entries(&[first.clone(), second]), &[]);
    }
    // Of three, the long one collides with both; the two do not touch.
    let long = of("9", "until: 2026-12-30");
    let third = of("8", "from: 2026-12-20, until: 2026-12-21");
    let expected = format!("temporary-collision 6:29: {two} 5; {help} (other 5:29)");
    let found = entries(&[first.clone(), long.clone(), third]);
    assert_wrong(&found, &[&format!("temporary-collision 4:29: {two} 5; {help} (other 5:29)"), &expected]);
    // An equal value between two others hides none of them.
    let same = of("9", "from: 2026-12-02, until: 2026-12-03");
    assert_wrong(
        &entries(&[long, same, of("8", "from: 2026-12-29, until: 2027-01-03")]),
        &[&format!("temporary-collision 6:29: {two} 4; {help} (other 4:29)")],
    );
    // Additions unite, and other layers win or lose by their order.
    let add = |code: &str| entry(&format!("geo_list: {{add: [{code}]}}"), "until: 2026-12-10");
    assert_wrong(&entries(&[add("TR"), add("GE"), add("TR")]), &[]);
    let project = profile(&["hold_music: 1"], &[of("2", "until: 2026-12-10")]);
    let document = format!("profiles: [p]\ntemporary:\n{}", of("3", "until: 2026-12-10"));
    assert_wrong(&of_document(&project, &document), &[]);
    // In a profile both places are in ringform.yaml.
    let project = profile(&["hold_music: 1"], &[of("2", "until: 2026-12-10"), of("3", "until: 2026-12-12")]);
    assert_wrong(
        &of_document(&project, "profiles: [p]\n"),
        &[&format!("temporary-collision 7:31: {two} 6; {help} (other 6:31)")],
    );
}

#[test]
fn what_comes_back_after_an_entry_is_known() {
    let music = entry("hold_music: 7", "until: 2026-12-14");
    let trip = entry("geo_list: {add: [TR]}", "until: 2026-12-14");
    let own = |plain: &str, entry: &str| of_document("", &format!("{plain}\ntemporary:\n{entry}"));
    assert_wrong(
        &own("settings: {timezone: UTC}", &music),
        &["temporary-unmanaged 4:29: nothing manages `hold_music` without this entry, so what would come back is \
           unknown; declare a value of `hold_music` under `settings` or in a profile, or remove it from the entry"],
    );
    assert_wrong(
        &own("settings: {geo_list: null}", &trip),
        &["temporary-unmanaged 4:27: `geo_list` is null without this entry, so the list that would be added to is \
           unknown; declare a value of `geo_list`"],
    );
    // Null comes back as well as any other value.
    assert_wrong(&own("settings: {hold_music: null}", &music), &[]);
    // An ended entry and a future one are judged alike.
    for times in ["from: 2026-11-01, until: 2026-11-02", "from: 2027-11-01, until: 2027-11-02"] {
        assert_wrong(
            &own("settings: {timezone: UTC}", &entry("hold_music: 7", times)),
            &["temporary-unmanaged 4:29: "],
        );
    }
    // A profile's entry is an error of the document that inherits it, once a field, and names the entry's place.
    let project = profile(&["timezone: UTC"], &[music.clone(), music.clone(), trip.clone()]);
    let declare = |field: &str, place: &str| {
        format!(
            "temporary-unmanaged 1:1: nothing manages `{field}` without an entry of its profile, so what would come \
             back is unknown; declare a value of `{field}` under `settings` or in a profile, or put it under \
             `ignore` (other {place})"
        )
    };
    assert_wrong(
        &of_document(&project, "profiles: [p]\n"),
        &[&declare("hold_music", "6:31"), &declare("geo_list", "8:29")],
    );
    for document in [
        "profiles: [p]\nignore: [hold_music, geo_list]\n",
        "profiles: [p]\nsettings: {hold_music: 1, geo_list: null}\n",
        "settings: {hold_music: 1}\n",
    ] {
        assert_wrong(&of_document(&project, document), &[]);
    }
}

/// The declared value of a setting, and the layer that it comes from.
fn declared(one: &Declaration, setting: Setting) -> (String, String) {
    let found = one.managed.iter().find(|managed| managed.setting == setting).unwrap();
    (found.wanted.to_json().to_string().replace('"', ""), found.layer.text())
}

#[test]
fn layers_act_in_order_and_ignored_fields_have_none() {
    let music = |value: &str| entry(&format!("hold_music: {value}"), "until: 2026-12-14");
    let add = |codes: &str| entry(&format!("geo_list: {{add: [{codes}]}}"), "until: 2026-12-13");
    let of = |project: &str, document: &str, setting| {
        let loaded = load(project, document, NOW);
        assert!(!loaded.has_errors(), "{:?}", loaded.diagnostics);
        let (value, layer) = declared(&loaded.declarations[0], setting);
        format!("{value} {layer}")
    };
    let project = profile(&["hold_music: 1", "geo_list: [RU]"], &[music("2"), add("TR")]);
    let (geo, hold) = (Setting::GeoList, Setting::HoldMusic);
    assert_eq!(of(&project, "profiles: [p]\n", hold), "2 temporary until 2026-12-14 (anna)");
    assert_eq!(of(&project, "profiles: [p]\n", geo), "RU TR temporary until 2026-12-13 (anna)");
    // A later plain value hides an earlier layer's entry.
    assert_eq!(of(&project, "profiles: [p]\nsettings: {hold_music: 9, geo_list: [KZ]}\n", hold), "9 settings");
    assert_eq!(of(&project, "profiles: [p]\nsettings: {hold_music: 9, geo_list: [KZ]}\n", geo), "KZ settings");
    // Additions of all layers unite; of values the later layer wins.
    let own = format!("profiles: [p]\ntemporary:\n{}{}", music("3"), add("GE"));
    assert_eq!(of(&project, &own, hold), "3 temporary until 2026-12-14 (anna)");
    assert_eq!(of(&project, &own, geo), "GE RU TR temporary until 2026-12-13 (anna)");
    let loaded = load(&project, "profiles: [p]\nignore: [hold_music]\n", NOW);
    assert_eq!(loaded.declarations[0].managed.len(), 1);
    // A document's own entry under `ignore` contradicts itself.
    let own = format!("profiles: [p]\nignore: [hold_music]\ntemporary:\n{}", music("3"));
    assert_wrong(
        &of_document(&project, &own),
        &["set-and-ignored 5:29: `hold_music` is under both `temporary` and `ignore`; remove it from one of the two"],
    );
}

#[test]
fn entries_that_are_long_old_or_idle_are_warnings() {
    let music = |times: &str| entry("hold_music: 7", times);
    let long = "this entry holds for longer than a year; declare a lasting value under `settings`, or end it earlier";
    for (times, column) in [
        ("from: 2026-12-01, until: 2027-12-01", Some(58)),
        ("from: 2026-12-01, until: 2027-11-30", None),
        // From 29 February a year lasts until 28 February.
        ("from: 2028-02-29, until: 2029-02-27", None),
        ("from: 2028-02-29, until: 2029-02-28", Some(58)),
        // Without a begin the year counts from the run.
        ("until: 2027-11-27T12:00Z", None),
        ("until: 2027-11-27T12:00:01Z", Some(40)),
    ] {
        let expected = column.map(|column| format!("long-temporary 4:{column}: {long}"));
        assert_wrong(&entries(&[music(times)]), &expected.iter().map(String::as_str).collect::<Vec<_>>());
    }
    let old = "old-temporary 4:40: this entry ended more than 30 days ago; remove it; git keeps its history";
    assert_wrong(&entries(&[music("until: 2026-10-28T12:00:00Z")]), &[]);
    assert_wrong(&entries(&[music("until: 2026-10-28T11:59:59Z")]), &[old]);
    let add = |codes: &str| vec![entry(&format!("geo_list: {{add: [{codes}]}}"), "until: 2026-12-14")];
    let both = "idle-addition 4:27: `geo_list` has RU without this entry too; remove RU from the entry";
    assert_wrong(&entries(&add("TR, RU")), &[both]);
    let every = "idle-addition 4:27: `geo_list` is `*` without this entry, so the entry adds nothing; \
                 remove `geo_list` from the entry";
    assert_wrong(&of_document("", &format!("settings: {{geo_list: \"*\"}}\ntemporary:\n{}", add("TR")[0])), &[every]);
    // The same in a profile, of which no word is quoted.
    let project = profile(&["geo_list: [RU]"], &add("RU, TR"));
    assert_wrong(
        &of_document(&project, "settings: {timezone: UTC}\n"),
        &[
            "idle-addition 6:29: `geo_list` has some of these countries without this entry too; remove the countries that \
           are declared anyway from the entry",
        ],
    );
}

#[test]
fn ringform_yaml_is_never_quoted() {
    let secret = ["hush", "2026-13-37", "20261231", "2026-12-01T10:99Z", "2026-12-01T10:00", "31.12.2026"];
    for word in secret {
        let entry =
            format!("  - {{settings: {{hold_music: {word}}}, until: {word}, {word}: 1, owner: o, reason: r}}\n");
        let found = of_document(&profile(&["hold_music: 1"], &[entry]), "profiles: [p]\n");
        assert!(found.len() >= 2, "{found:?}");
        for one in &found {
            let text = one.replace("2026-12-01T10:00Z", "").replace("2026-12-01T10:00+03:00", "");
            assert!(!text.contains(word), "{one}");
        }
    }
}

#[test]
fn temporary_at_another_place_leads_to_its_own() {
    let elsewhere = "write it in a client document, beside `settings`, or in a profile, beside its fields";
    let not_of = |place: &str, of: &str| format!("unknown-key {place}: `temporary` is not a key of {of}; {elsewhere}");
    let document = "settings: {timezone: UTC}\n";
    assert_wrong(&of_document("temporary: []\n", document), &[&not_of("2:1", "the project file")]);
    assert_wrong(&of_document("defaults: {temporary: []}\n", document), &[&not_of("2:12", "`defaults`")]);
    assert_wrong(
        &of_document("", "settings: {timezone: UTC, temporary: []}\n"),
        &[&not_of("2:27", "the settings that can be written")],
    );
    assert_wrong(
        &of_document("", "temporari: []\nsettings: {timezone: UTC}\n"),
        &["unknown-key 2:1: `temporari` is not a key of a client document; did you mean `temporary`?"],
    );
}

#[test]
fn a_zone_is_a_name_of_the_table() {
    let of = |zone: &str| of_document(&format!("zone: {zone}\n"), "settings: {timezone: UTC}\n");
    for zone in ["UTC", "Europe/Moscow", "\"Africa/Cairo\"", "Etc/GMT-3"] {
        assert_wrong(&of(zone), &[]);
    }
    let bad = |help: &str| format!("bad-zone 2:7: this is not an IANA time zone; {help}");
    assert_wrong(&of("Europe/Moskow"), &[&bad("did you mean `Europe/Moscow`?")]);
    assert_wrong(&of("utc"), &[&bad("did you mean `UTC`?")]);
    for zone in ["MSK", "12", "GMT+3", "+03:00"] {
        assert_wrong(&of(zone), &[&bad("names look like Europe/Moscow")]);
    }
    assert_wrong(&of("\" \""), &["bad-zone 2:7: the text holds only blanks; write a name such as Europe/Moscow"]);
    assert_wrong(&of(""), &["empty-value 2:1: `zone` has no value; write the name of a time zone"]);
    assert_wrong(&of("null"), &["bad-shape 2:7: expected the name of a time zone, found null"]);
    assert_wrong(&of("[UTC]"), &["bad-shape 2:7: expected the name of a time zone, found a list"]);
}
