//! What a repository brings may neither show what is none of its business nor write where it has none.

use std::os::unix::fs::symlink;

use serde_json::json;

use crate::world::World;

const SECRET: &str = "hush-hush-77";

#[test]
fn of_a_file_that_a_link_leads_to_out_of_the_project_nothing_is_shown() {
    let outside = tempfile::tempdir().unwrap();
    let texts = [
        format!("{SECRET}\n"),
        format!("client: 12\ncredentials: {SECRET}\nsettings: {{geo_list: [{SECRET}], dial_rule_id: {SECRET}}}\n"),
        format!("client: {SECRET}\n"),
        format!("{SECRET}: &a *{SECRET}\n"),
        format!("client: 12\n{SECRET}: [1\n"),
        format!("\u{1}{SECRET}\n"),
    ];
    for (at, text) in texts.iter().enumerate() {
        let mut world = World::new().live(12, json!({})).file("clients/12.yaml", "client: 12\nsettings: {}\n");
        let file = outside.path().join(format!("{at}.yaml"));
        std::fs::write(&file, text).unwrap();
        symlink(&file, world.path("clients/s.yaml")).unwrap();
        for command in ["validate", "validate --format json", "plan --format markdown"] {
            let ran = world.run(command).status(1);
            for stream in [&ran.stdout, &ran.stderr] {
                assert!(!stream.to_lowercase().contains(SECRET), "{command} of {text:?}: {stream}");
            }
        }
    }
}

#[test]
fn a_plan_that_reaches_nobody_does_not_tell_what_variables_hold() {
    let mut world = World::new()
        .env("PLACE", SECRET)
        .file("clients/12.yaml", "client: 12\nsettings: {hold_music: 7}\n")
        .repository();
    for endpoint in ["sandbox:${PLACE}", "https://${PLACE}", "https://${PLACE}@h", "${PLACE}", "ftp://${PLACE}"] {
        world.write("ringform.yaml", format!("endpoint: \"{endpoint}\"\n").as_bytes());
        let ran = world.run("plan --base HEAD --offline --format json").ok();
        assert!(
            !ran.stdout.contains(SECRET) && !ran.stderr.contains(SECRET),
            "{endpoint}: {}{}",
            ran.stdout,
            ran.stderr
        );
        if endpoint != "https://${PLACE}" {
            let ran = world.run("plan").status(1);
            assert!(!ran.stdout.contains(SECRET) && !ran.stderr.contains(SECRET), "{endpoint}: {}", ran.stderr);
        }
    }
}

#[test]
fn a_journal_is_never_written_through_a_link() {
    let outside = tempfile::tempdir().unwrap();
    for link in [".ringform", ".ringform/journal"] {
        let mut world = World::new().live(12, json!({"hold_music": 7})).declared(12, "{hold_music: 8}");
        if link != ".ringform" {
            std::fs::create_dir(world.path(".ringform")).unwrap();
        }
        symlink(outside.path(), world.path(link)).unwrap();
        world.run("apply --yes").status(1).says(&["is a link"]);
        assert!(world.puts().is_empty(), "{link}");
        assert_eq!(std::fs::read_dir(outside.path()).unwrap().count(), 0, "{link}");
    }
}

#[test]
fn links_that_lead_in_countless_ways_to_one_folder_are_walked_once() {
    let mut world = World::new().live(12, json!({})).declared(12, "{hold_music: null}");
    for level in 0..40 {
        let folder = world.path(&format!("deep/{level}"));
        std::fs::create_dir_all(&folder).unwrap();
        for name in ["a", "b"] {
            symlink(format!("../{}", level + 1), folder.join(name)).unwrap();
        }
    }
    std::fs::create_dir_all(world.path("deep/40")).unwrap();
    world.write("deep/40/13.yaml", b"client: 13\nsettings: {hold_music: null}\n");
    world.run("validate").ok().prints(&["2 documents in 2 files"]);
}

#[test]
fn one_file_is_never_named_for_two_outputs() {
    let mut world = World::new().live(12, json!({})).declared(12, "{hold_music: 8}");
    for flags in ["--out z --format text=z", "--format json=z --format markdown=./z", "--format json=z --format html=z"]
    {
        world.run(&format!("plan {flags}")).status(1).sends_nothing().says(&["two outputs"]);
    }
    world.run("drift --since s --metrics s --format json=s").status(1).sends_nothing().says(&["two outputs"]);
    world.run("drift --since s --format json=s --format text=/dev/null --format html=/dev/null").status(2);
}

/// Every key of a project file, and values of every shape.
const PROJECT: &str = r#"endpoint: https://pbx.example
route: client
documents: ["clients/**"]
credentials:
  default: {app_id: "${ID}", app_secret: "${KEY}"}
  acme: {token: "${TOKEN}"}
  globex: {command: [helper, globex]}
defaults: {credentials: default, profiles: [standard]}
profiles:
  standard: {geo_list: [RU], timezone: UTC, dial_rule_id: 5, disk_space_notify_email: a@pbx.example}
limits: {concurrency: 32, requests_per_second: 0, timeout: 30s, max_read_age: 60s}
guards:
  - {name: mine, field: geo_list, deny: {to: "*"}, message: stop, labels: {city: moscow}}
  - open-geo
waivers:
  - {client: "@me", credentials: acme, field: geo_list, owner: noc, reason: moving, until: 2026-12-31}
"#;

#[test]
fn a_secret_at_any_place_of_the_project_file_is_not_shown() {
    let is_word = |c: char| c.is_ascii_alphanumeric() || "_@.*$:/-".contains(c);
    let mut words = Vec::new();
    let mut rest = PROJECT;
    while let Some(begin) = rest.find(|c: char| is_word(c)) {
        let from = PROJECT.len() - rest.len() + begin;
        let length = PROJECT[from..].find(|c: char| !is_word(c)).unwrap();
        let key = PROJECT[from..from + length].trim_end_matches(':').len();
        words.push(from..from + key);
        rest = &PROJECT[from + length..];
    }
    assert!(words.len() > 70, "{}", words.len());
    let forms: [fn(&str) -> String; 9] = [
        |secret| secret.to_owned(),
        |secret| format!("{secret}: x"),
        |secret| format!("[{secret}]"),
        |secret| format!("*{secret}"),
        |secret| format!("!{secret} x"),
        |secret| format!("\"${{{secret}\""),
        |secret| format!("\"{secret}\u{200b}\""),
        |secret| format!("\"{secret}` is {secret}\""),
        |secret| format!("'{secret}"),
    ];
    let mut world = World::new().file("clients/12.yaml", "client: 12\nsettings: {hold_music: 1}\n");
    let mut refused = 0;
    for (at, word) in words.iter().enumerate() {
        for form in [forms[0], forms[1 + at % 8]] {
            let text = [&PROJECT[..word.start], &form(SECRET), &PROJECT[word.end..]].concat();
            world.write("ringform.yaml", text.as_bytes());
            let ran = world.run("validate");
            refused += usize::from(ran.status == 1);
            let said = (ran.stdout + &ran.stderr).to_lowercase();
            // A glob that matches nothing is named: it is a pattern of file names.
            let said = said.replace(&format!("the glob `{SECRET}"), "");
            assert!(!said.contains(SECRET), "{text}\n{said}");
        }
    }
    assert!(refused > words.len(), "{refused}");
}
