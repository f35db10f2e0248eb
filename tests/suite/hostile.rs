//! Files that try to hurt: huge, deep, unreadable, with secrets in the wrong place; and what they may cost.

use std::time::{Duration, Instant};

use crate::world::{Ran, World};

/// Validates one document and returns its run, which must be quick whatever the document holds.
#[track_caller]
fn quick(document: &str) -> Ran {
    let mut world = World::new().file("clients/a.yaml", document);
    world.start();
    let begun = Instant::now();
    let ran = world.run("validate").status(1);
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
    ran
}

#[test]
fn thousands_of_problems_cost_seconds_and_are_bounded() {
    quick(&"---\na: b\n".repeat(30_000)).says(&["a.yaml:2:1", "is not a key", "more problems of this file"]);
    quick(&"---\na: *\n".repeat(30_000)).says(&["a.yaml:2:4", "more problems of this file"]);
    quick(&format!("[{}]\n", "*a,".repeat(300_000))).says(&["names no anchor", "more problems of this file"]);
    // As many as a person might make are all told.
    let ran = quick(&"---\na: b\n".repeat(2_000));
    assert_eq!(ran.stderr.matches("error[unknown-key]").count(), 2_000);
}

#[test]
fn long_words_are_measured_and_quoted_in_part() {
    for value in
        [format!("\"{}\"", "a/".repeat(1_000_000)), "a".repeat(1_000_000), format!("'{}'", "é".repeat(500_000))]
    {
        let ran = quick(&format!("client: 12\nsettings:\n  timezone: {value}\n  dial_rule_id: {value}\n"));
        ran.says(&["a.yaml:3:13", "a.yaml:4:17", "…` is not"]);
        let ran = quick(&format!("client: {value}\nsettings: {{timezone: UTC}}\n"));
        assert!(ran.stderr.len() < 2_000, "{}", ran.stderr.len());
    }
    let ran = quick(&format!("client: 12\nsettings:\n  ? {}\n  : UTC\n", "timezone".repeat(100_000)));
    ran.says(&["a.yaml:3:5", "unknown-key"]);
}

#[test]
fn a_caret_stands_in_long_lines_too() {
    let labels: Vec<String> = (0..60).map(|n| format!("метка-{n}: значение")).collect();
    let line = format!("settings: {{timezone: MSK}}, labels: {{{}}}", labels.join(", "));
    quick(&format!("{{client: 12, {line}}}\n")).says(&["a.yaml:1:35", "timezone: MSK", "^^^"]);
}

#[test]
fn old_line_ends_have_lines() {
    quick("client: 12\rsettings:\r  timezone: MSK\r").says(&["a.yaml:3:13", "3 |   timezone: MSK", "^^^"]);
}

#[test]
fn of_a_project_file_no_word_is_quoted() {
    for project in [
        "credentials: {default: {app_id: a, app_secret: *hunter2}}",
        "credentials: {default: {token: *hunter2 }}",
        "credentials: {default: {token: !hunter2 x}}",
        "profiles: {standard: {timezone: hunter2}}",
        "profiles: {standard: {geo_list: [hunter2, ZZ]}}",
        "profiles: {standard: {geo_list: \"RU hunter2\"}}",
        "profiles: {standard: {hold_music: \"hunter2 ` is b\"}}",
        "profiles: {standard: {disk_space_notify_email: hunter2}}",
        "profiles: {standard: {hunter2: 1}}",
        "defaults: {profiles: [hunter2]}",
        "defaults: {credentials: hunter2}",
        "guards: [hunter2]",
        "guards: [{name: x, field: hunter2, deny: {}}]",
        "guards: [{name: x, field: geo_list, deny: {}, labels: {hunter2: }}]",
        "guards: [{name: hunter2, field: geo_list, deny: {}}, {name: hunter2, field: geo_list, deny: {}}]",
        "documents: [hunter2, hunter2]",
        "limits: {hunter2: }",
        "limits: {timeout: hunter2}",
    ] {
        let text = format!("endpoint: https://pbx.example\n{project}\n");
        let mut world = World::new().file("ringform.yaml", &text).declared(12, "{timezone: UTC}");
        for line in ["validate", "plan --format json"] {
            let ran = world.run(line).status(1).says(&["ringform.yaml:2:"]);
            assert!(!format!("{}{}", ran.stdout, ran.stderr).contains("hunter2"), "{project}\n{}", ran.stderr);
        }
    }
}

#[test]
fn what_is_broken_has_no_consequences() {
    let mut world = World::new().file("clients/a.yaml", "client: 12\nsettings: !!map {timezone: UTC}\n");
    let ran = world.run("validate").status(1).says(&["error[tag]", "1 error in 1 file"]);
    assert!(!ran.stderr.contains("found a list"), "{}", ran.stderr);
    let mut world = World::new().file("clients/a.yaml", "client: 12\nsettings: {timezone: *tz}\n");
    let ran = world.run("validate").status(1).says(&["1 error in 1 file"]);
    assert!(!ran.stderr.contains("manages nothing"), "{}", ran.stderr);
    let mut world = World::new().file("clients/a.yaml", "client: 12\nsettings: {timezone: !x}\n");
    world.run("validate").status(1).says(&["error[tag]", "1 error in 1 file"]);
    let mut world = World::new().project("documents: [\"[\"]").declared(12, "{timezone: UTC}");
    let ran = world.run("validate").status(1).says(&["this is not a glob"]);
    assert!(!ran.stderr.contains("no document"), "{}", ran.stderr);
}

#[test]
fn reserved_signs_and_tabs_are_told_where_they_stand() {
    for (document, place, help) in [
        ("client: 12\nsettings: {geo_list: [*]}\n", "a.yaml:2:23", "quote it: \"*\""),
        ("client: 12\nsettings: {geo_list: [RU, *, BY]}\n", "a.yaml:2:27", "quote it: \"*\""),
        ("client: 12\nsettings: {geo_list: *}\n", "a.yaml:2:22", "quote it: \"*\""),
        ("client: 12\nsettings:\n  geo_list:\n  - *\n", "a.yaml:4:5", "quote it: \"*\""),
        ("{client: @me, settings: {timezone: UTC}}\n", "a.yaml:1:10", "quote it: \"@me\""),
        ("client: 12\nsettings:\n  hold_music: 1\n\ttimezone: UTC\n", "a.yaml:4:1", "indent with blanks"),
    ] {
        quick(document).says(&[place, help]);
    }
}

#[test]
fn two_documents_of_one_client_show_their_lines() {
    let mut world = World::new().declared(12, "{timezone: UTC}").file("z.yaml", "client: \"12\"  # again\n");
    let ran = world.run("validate").status(1);
    ran.says(&["z.yaml:1:9", "1 | client: \"12\"  # again", "^^^^", "clients/12.yaml:1:9"]);
}

#[test]
fn what_is_no_text_is_shown_as_far_as_it_can_be() {
    let mut world = World::new();
    world.write("clients/a.yaml", b"client: 12\nlabels: {\xd0\xb9: b\xff}\nsettings: {timezone: UTC}\n");
    world.run("validate").status(1).says(&["a.yaml:2:14", "2 | labels: {й: b", "this is not UTF-8"]);
    world.start();
    world.write("ringform.yaml", b"endpoint: https://hunter2.example/\xff\n");
    let ran = world.run("validate").status(1).says(&["ringform.yaml:1:35"]);
    assert!(!ran.stderr.contains("hunter2"));
}
