//! YAML from the field: mistakes that people and their tools make, each with the words that lead to the cause.

use serde_json::json;

use crate::files::{settings, wrong};
use crate::world::World;

#[test]
fn a_tag_is_named_at_its_own_place() {
    settings("  timezone: !env TZ\n", &["3:13 tag"], &["`!env` is a YAML tag", "remove the tag"]);
    settings("  timezone: !!str UTC\n", &["3:13 tag"], &["`!!str`"]);
    settings("  timezone: ! UTC\n", &["3:13 tag"], &["`!`"]);
    settings("  timezone: !<tag:x,1:y> UTC\n", &["3:13 tag"], &["`!<tag:x,1:y>`"]);
    settings("  timezone: !vault |\n    $ANSIBLE_VAULT;1.1\n    6162\n", &["3:13 tag"], &["`!vault`"]);
    settings("  geo_list: !set\n  - RU\n", &["3:13 tag"], &["`!set`"]);
    settings("  geo_list: [!c RU]\n", &["3:14 tag"], &["`!c`"]);
    settings("  !key timezone: UTC\n", &["3:3 tag"], &["`!key`"]);
    settings("  timezone: &tz !env TZ\n", &["3:17 tag"], &["`!env`"]);
    wrong("client: 12\nsettings: !vault\n\n  timezone: UTC\n", &["2:11 tag"], &["`!vault`"]);
    wrong("client: 12\nsettings: !include common.yaml\n", &["2:11 tag"], &["`!include`"]);
    wrong("--- !vault\nclient: 12\nsettings: {timezone: UTC}\n", &["1:5 tag"], &["`!vault`"]);
    wrong("!doc\nclient: 12\nsettings: {timezone: UTC}\n", &["1:1 tag"], &["`!doc`"]);
}

#[test]
fn any_ascii_blank_separates_countries_declared_or_live() {
    for (number, text) in
        ["|\n    RU\n    BY\n", ">\n    RU\n\n    BY\n", "\"RU\\tBY\"\n", "'RU\n\n    BY'\n", "[\"RU\\n\", BY]\n"]
            .into_iter()
            .enumerate()
    {
        for live in ["BY RU", "RU\nBY\n", "RU\tBY", "\r\nBY \r\nRU"] {
            let mut world = World::new().live(12, json!({"geo_list": live}));
            world.write("clients/12.yaml", format!("client: 12\nsettings:\n  geo_list: {text}").as_bytes());
            let ran = world.run("plan --format json").ok();
            assert_eq!(ran.client("12")["status"], "in_sync", "{number} {live:?}\n{}", ran.stdout);
        }
    }
    settings("  geo_list: |\n    RU\n    UK\n", &["4:5 bad-setting"], &["`UK`", "`GB`"]);
    settings("  geo_list: \"RU\\u00A0BY\"\n", &["3:13 bad-setting"], &["U+00A0 (no-break space)"]);
}

#[test]
fn a_zone_with_other_separators_is_recognised() {
    for (text, zone) in [
        ("Asia\\Omsk", "Asia/Omsk"),
        ("Asia_Omsk", "Asia/Omsk"),
        ("New York", "America/New_York"),
        ("\"New\u{a0}York\"", "America/New_York"),
        ("Europe/Moscow.", "Europe/Moscow"),
    ] {
        settings(&format!("  timezone: {text}\n"), &["3:13 bad-setting"], &[&format!("did you mean `{zone}`?")]);
    }
}

#[test]
fn an_expectation_clears_nothing() {
    let help = "write null if the field must not be set, or remove the key";
    for (text, place) in [("''", "2:17 bad-setting"), ("' '", "2:17 bad-setting"), ("", "2:11 empty-value")] {
        let document = format!("client: 12\nexpect: {{ name: {text} }}\nsettings: {{timezone: UTC}}\n");
        wrong(&document, &[place], &[help]);
    }
    wrong("client: 12\nexpect: {id: 0}\nsettings: {timezone: UTC}\n", &["2:14 bad-setting"], &[help]);
}

#[test]
fn an_expectation_that_looks_met_says_wherein_it_differs() {
    for (declared, live, why) in [
        ("Йошкар", "И\u{306}ошкар", Some("character 1 is U+0418 U+0306, not U+0419")),
        ("Acme", "\u{410}cme", Some("character 1 is U+0410, not U+0041")),
        ("Acme LLC", "Acme\u{a0}LLC", Some("character 5 is U+00A0, not U+0020")),
        ("Acme", "Apex", None),
    ] {
        let mut world = World::new().live(12, json!({"name": live}));
        let text = format!("client: 12\nexpect: {{name: \"{declared}\"}}\nsettings: {{timezone: UTC}}\n");
        world.write("clients/12.yaml", text.as_bytes());
        let ran = world.run("plan --format json").status(1);
        let message = ran.client("12")["error"]["message"].as_str().unwrap().to_owned();
        let note = why.map(|why| format!("(they look alike: {why})")).unwrap_or_default();
        assert_eq!(
            message,
            format!("name is \"{live}\", expected \"{declared}\"{}{note}", if why.is_some() { " " } else { "" })
        );
    }
}

#[test]
fn characters_that_look_like_others_are_named_in_every_field_and_key() {
    let blank = "U+00A0 (no-break space)";
    for (setting, column) in [
        ("geo_list: \"RU\u{a0}\"", 13),
        ("timezone: \"\u{a0}UTC\"", 13),
        ("dial_rule_id: \"1\u{a0}9\"", 17),
        ("hold_music: 1\u{a0}9", 15),
        ("sip_network_permission_id: 1\u{a0}9", 30),
        ("disk_space_notify_threshold: 9\u{a0}0", 32),
        ("disk_space_notify_email: ops@\u{a0}example.com", 28),
    ] {
        settings(&format!("  {setting}\n"), &[&format!("3:{column} bad-setting")], &[blank]);
    }
    let rest = "settings: {timezone: UTC}\n";
    settings("  time\u{a0}zone: UTC\n", &["3:3 unknown-key"], &[blank]);
    wrong(&format!("client: 1\u{a0}2\n{rest}"), &["1:9 bad-client"], &[blank]);
    wrong(&format!("client: 12\n{rest}label\u{a0}s: {{}}\n"), &["3:1 unknown-key"], &[blank]);
    wrong(&format!("client: 12\n{rest}ignore: [geo\u{a0}_list]\n"), &["3:10 unknown-key"], &[blank]);
    wrong(&format!("client: 12\n{rest}ignore: [ge\u{43e}_list]\n"), &["3:10 unknown-key"], &["U+043E, not U+006F"]);
    wrong(&format!("client: 12\n{rest}expect: {{n\u{430}me: x}}\n"), &["3:10 unknown-key"], &["U+0430, not U+0061"]);
    wrong(&format!("client: 12\n{rest}expect: {{id: 1\u{a0}2}}\n"), &["3:14 bad-setting"], &[blank]);
    wrong(&format!("client: 12\n{rest}expect: {{record_stereo: tru\u{435}}}\n"), &["3:25 bad-setting"], &["U+0435"]);
    wrong(&format!("client: 12\n{rest}credentials: a\u{a0}b\n"), &["3:14 unknown-credentials"], &[blank]);
    wrong(&format!("client: 12\n{rest}profiles: [a\u{200b}b]\n"), &["3:12 unknown-profile"], &["U+200B"]);
    let mut world = World::new().project("profiles: {\u{43c}\u{43e}\u{441}: {timezone: UTC}}");
    world.write("clients/a.yaml", "client: 12\nprofiles: [\u{43c}o\u{441}]\n".as_bytes());
    world.run("validate").status(1).says(&["character 2 is U+006F, not U+043E", "did you mean `мос`?"]);
}

#[test]
fn byte_order_marks_and_utf_16_are_named() {
    let rest = "settings: {timezone: UTC}\n";
    wrong(&format!("\u{feff}client: 12\n{rest}"), &[], &[]);
    wrong(&format!("client: 12\n{rest}\u{feff}labels: {{}}\n"), &["3:1 yaml-syntax"], &["U+FEFF (byte-order mark)"]);
    settings("  timezone: U\u{feff}TC\n", &["3:13 bad-setting"], &["U+FEFF (byte-order mark)"]);
    for (mark, big) in [("\u{feff}", false), ("\u{feff}", true), ("", false), ("", true)] {
        let units = format!("{mark}client: 12\n{rest}").encode_utf16().collect::<Vec<u16>>();
        let bytes = units.into_iter().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() });
        let mut world = World::new();
        world.write("clients/a.yaml", &bytes.collect::<Vec<u8>>());
        let ran = world.run("validate").status(1);
        ran.says(&["error[bad-text]", "a.yaml:1:1", "this is UTF-16 and not UTF-8", "save the file as UTF-8"]);
    }
    let twice = "  <<: {timezone: UTC}\n  <<: {hold_music: 1}\n";
    settings(twice, &["4:3 duplicate-key"], &["a second `<<` in one mapping", "write one `<<: [*first, *second]`"]);
}
