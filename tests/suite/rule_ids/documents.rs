//! Rules about client documents, by `validate`.

use crate::rule_ids::{Row, assert_none, diagnostics, has_errors, row};
use crate::world::World;

pub(super) const PROJECT: &str = "endpoint: https://pbx.example
credentials: {acme: {token: \"${ACME_TOKEN}\"}}
profiles: {house: {geo_list: [RU]}}
";

/// A document for client 12 with these lines behind its first line.
fn client(lines: &str, expected: &[&str]) -> Row {
    row(format!("client: 12\n{lines}"), expected)
}

/// A document for client 12 with these lines of settings; the first is line 3 of the file.
fn settings(lines: &str, expected: &[&str]) -> Row {
    client(&format!("settings:\n{lines}"), expected)
}

pub(super) fn rows() -> Vec<Row> {
    let mut rows = yaml();
    rows.extend(keys());
    rows.extend(values());
    rows.extend(clients());
    rows.extend(sizes());
    rows.extend(temporary());
    rows
}

/// Entries of `temporary`. Their days are far from today, so no warning comes with time.
fn temporary() -> Vec<Row> {
    let entries = |lines: &str, expected: &[&str]| {
        client(&format!("settings: {{geo_list: [RU], hold_music: 5}}\ntemporary:\n{lines}"), expected)
    };
    let entry =
        |settings: &str, times: &str| format!("  - {{settings: {{{settings}}}, {times}, owner: o, reason: r}}\n");
    let day = "from: 2999-12-01, until: 2999-12-31";
    let two = [entry("hold_music: 6", day), entry("hold_music: 7", day)].concat();
    vec![
        entries(&entry("hold_music: 6", day), &[]),
        entries("  text\n", &["error bad-temporary 4:3"]),
        entries(&entry("geo_list: {add: [\"*\"]}", day), &["error bad-temporary 4:34"]),
        entries(&entry("hold_music: 6", "from: 2999-12-31, until: 2999-12-01"), &["error bad-temporary 4:58"]),
        entries(&two, &["error temporary-collision 5:29"]),
        entries(&entry("timezone: UTC", day), &["error temporary-unmanaged 4:27"]),
        entries(&entry("geo_list: {add: [RU]}", day), &["warning idle-addition 4:27"]),
        entries(&entry("hold_music: 6", "from: 2999-12-01, until: 3001-12-01"), &["warning long-temporary 4:58"]),
        entries(&entry("hold_music: 6", "until: 2020-12-01"), &["warning old-temporary 4:40"]),
    ]
}

/// Text that is not YAML, or is YAML that the program refuses.
fn yaml() -> Vec<Row> {
    vec![
        settings("  timezone: UTC\n", &[]),
        row("client: [\n", &["error yaml-syntax 1:9"]),
        settings("  geo_list: *\n", &["error yaml-syntax 3:13"]),
        row("client: @me\nsettings: {timezone: UTC}\n", &["error yaml-syntax 1:9"]),
        settings("\ttimezone: UTC\n", &["error yaml-syntax 3:1"]),
        // The next document of the file is still read.
        row(
            "client: [\n---\nclient: 012\nsettings: {timezone: UTC}\n",
            &["error yaml-syntax 1:9", "error bad-client 3:9"],
        ),
        // Both versions are in the file: its other problems are consequences.
        settings("<<<<<<< HEAD\n  timezone: MSK\n=======\n  timezone: UTC\n>>>>>>> b\n", &["error yaml-syntax 3:1"]),
        row("<<<<<<< HEAD\nclient: 12\n=======\nclient: 13\n>>>>>>> b\n", &["error yaml-syntax 1:1"]),
        settings("  timezone: UTC\n=======\n  hold_music: 1\n", &["error yaml-syntax 4:1"]),
        settings("  timezone: *zone\n", &["error bad-alias 3:13"]),
        client("labels: &all {city: *all}\n", &["error bad-alias 2:21"]),
        settings("  timezone: !!str UTC\n", &["error tag 3:13"]),
        client("settings: !!map {timezone: UTC}\n", &["error tag 2:11"]),
        row(b"client: 12\nsettings: {timezone: \xff}\n", &["error bad-text 2:22"]),
        row(b"\xff\xfec\0l\0", &["error bad-text 1:1"]),
        settings("  <<: text\n  timezone: UTC\n", &["error bad-merge 3:7"]),
        settings("  <<: [{timezone: UTC}, text]\n", &["error bad-merge 3:25"]),
        settings("  <<: {timezone: UTC}\n  <<: {hold_music: 1}\n", &["error duplicate-key 4:3"]),
        settings("  timezone: UTC\n  timezone: UTC\n", &["error duplicate-key 4:3"]),
        client("client: 13\nsettings: {timezone: UTC}\n", &["error duplicate-key 2:1"]),
    ]
}

/// Keys, sections and lists of names.
fn keys() -> Vec<Row> {
    vec![
        row("- client: 12\n", &["error bad-shape 1:1"]),
        row("client: [12]\nsettings: {timezone: UTC}\n", &["error bad-shape 1:9"]),
        row("client: null\nsettings: {timezone: UTC}\n", &["error bad-shape 1:9"]),
        client("settings: text\n", &["error bad-shape 2:11"]),
        client("labels: text\nsettings: {timezone: UTC}\n", &["error bad-shape 2:9"]),
        client("profiles: house\n", &["error bad-shape 2:11"]),
        client("profiles: [house, [house]]\n", &["error bad-shape 2:19"]),
        client("? [a]\n: b\nsettings: {timezone: UTC}\n", &["error bad-shape 2:3"]),
        row("settings: {timezone: UTC}\n", &["error missing-key 1:1"]),
        // A misspelt key is one problem and not two.
        row("cleint: 12\nsettings: {timezone: UTC}\n", &["error unknown-key 1:1"]),
        client("setings: {}\nsettings: {timezone: UTC}\n", &["error unknown-key 2:1"]),
        settings("  time_zone: UTC\n", &["error unknown-key 3:3"]),
        client("expect: {timezone: UTC}\nsettings: {timezone: UTC}\n", &["error unknown-key 2:10"]),
        client("expect: {nmae: x}\nsettings: {timezone: UTC}\n", &["error unknown-key 2:10"]),
        client("settings: {timezone: UTC}\nignore: [hold_musik]\n", &["error unknown-key 3:10"]),
        settings("  domain: sip.ringme.ru\n", &["error read-only-field 3:3"]),
        row("client:\nsettings: {timezone: UTC}\n", &["error empty-value 1:1"]),
        settings("  hold_music:\n", &["error empty-value 3:3"]),
        client("labels: {city: }\nsettings: {timezone: UTC}\n", &["error empty-value 2:10"]),
        client("credentials:\nsettings: {timezone: UTC}\n", &["error empty-value 2:1"]),
        client("profiles: [house, house]\n", &["error duplicate-item 2:19"]),
        client("settings: {timezone: UTC}\nignore: [hold_music, hold_music]\n", &["error duplicate-item 3:22"]),
        client("settings: {timezone: UTC}\nignore: [timezone]\n", &["error set-and-ignored 3:10"]),
        client("profiles: [hose]\n", &["error unknown-profile 2:12"]),
        client("credentials: acne\nsettings: {timezone: UTC}\n", &["error unknown-credentials 2:14"]),
    ]
}

/// Values of settings and of `expect`.
fn values() -> Vec<Row> {
    vec![
        settings("  geo_list: [RU, ZZ]\n", &["error bad-setting 3:18"]),
        settings("  geo_list: [UK, RU, RUS]\n", &["error bad-setting 3:14", "error bad-setting 3:22"]),
        settings("  geo_list: [RU, ru]\n", &["error bad-setting 3:18"]),
        settings("  geo_list: [\"*\"]\n", &["error bad-setting 3:14"]),
        settings("  timezone: MSK\n  dial_rule_id: 019\n", &["error bad-setting 3:13", "error bad-setting 4:17"]),
        settings("  timezone: {a: b}\n", &["error bad-setting 3:13"]),
        settings("  disk_space_notify_email: ops\n", &["error bad-setting 3:28"]),
        client("expect: {id: x}\nsettings: {timezone: UTC}\n", &["error bad-setting 2:14"]),
        settings("  disk_space_notify_threshold: 90\n", &["warning half-warning 3:32"]),
        settings("  disk_space_notify_email: a@b.example\n", &["warning half-warning 3:28"]),
        settings("  disk_space_notify_email: a@b.example\n  disk_space_notify_threshold: 90\n", &[]),
        settings("", &["warning manages-nothing 1:1"]),
        client("profiles: [house]\nignore: [geo_list]\n", &["warning manages-nothing 1:1"]),
    ]
}

/// Which client a document is of.
fn clients() -> Vec<Row> {
    let wrong = ["012", "1e3", "0x10", "1_0", "0", "-1", "\"@you\"", "9223372036854775808"];
    let of = |id| row(format!("client: {id}\nsettings: {{timezone: UTC}}\n"), &["error bad-client 1:9"]);
    let mut rows: Vec<Row> = wrong.into_iter().map(of).collect();
    let two = |one, other, expected: &[&str]| {
        let text = format!("client: {one}\nsettings: {{timezone: UTC}}\n---\nclient: {other}\nsettings: {{}}\n");
        row(text, expected)
    };
    let empty = "warning manages-nothing 4:1";
    rows.push(two("12", "\"12\"", &[empty, "error duplicate-client 4:9"]));
    rows.push(two("\"@me\"", "\"@me\"", &[empty, "error duplicate-client 4:9"]));
    rows.push(two("12", "\"@me\"", &[empty]));
    // A document with another problem counts too.
    let text = "client: 12\nsettings: {timezone: MSK}\n---\nclient: 12\nsettings: {timezone: UTC}\n";
    rows.push(row(text, &["error bad-setting 2:22", "error duplicate-client 4:9"]));
    rows
}

/// Files that would cost too much.
fn sizes() -> Vec<Row> {
    let ten = |name: &str| [name; 10].join(", ");
    let bomb = format!(
        "client: 12\nsettings:\n  a: &a [{}]\n  b: &b [{}]\n  c: &c [{}]\n  d: &d [{}]\n",
        ten("x"),
        ten("*a"),
        ten("*b"),
        ten("*c")
    );
    let unknown = ["error unknown-key 3:3", "error unknown-key 4:3", "error unknown-key 5:3", "error unknown-key 6:3"];
    let long = format!("client: 12\nlabels: {{{}}}\n", (0..5_001).map(|n| format!("k{n}: v, ")).collect::<String>());
    // What aliases stand for counts, not what is written out: 10,000 nodes, then one more.
    let aliases = |more: &str| {
        let nodes = vec!["x"; 99].join(", ");
        format!(
            "client: 12\nlabels:\n  a: &a [{nodes}]\n  b: [{}]\n  c: &c x\n  d: {more}\n",
            vec!["*a"; 100].join(", ")
        )
    };
    let labels = ["error bad-shape 3:9", "error bad-shape 4:6"];
    // An alias of a merge key counts too: the last one of 25 is too many.
    let keys: String = (0..200).map(|n| format!("k{n}: v, ")).collect();
    let first = format!("  <<: [&a {{{keys}}}, ");
    let merged = format!("client: 12\nlabels:\n{first}{}]\n", vec!["*a"; 25].join(", "));
    let merged_error = format!("error alias-bomb 3:{}", first.len() + 4 * 24 + 1);
    let lists = |depth| format!("client: 12\nsettings:\n  a: {}{}\n", "[".repeat(depth), "]".repeat(depth));
    let mut large = b"client: 12\nsettings: {timezone: UTC}\n#".to_vec();
    large.resize(16 * 1024 * 1024, b'#');
    let mut larger = large.clone();
    larger.push(b'#');
    let mut many: Vec<String> = (0..10_000).map(|n| format!("error bad-client {}:9", 2 * n + 1)).collect();
    many.push("error too-many 20001:9".to_owned());
    vec![
        row(bomb, &[&unknown[..], &["error alias-bomb 6:38"]].concat()),
        row(long, &["warning manages-nothing 1:1"]),
        row(aliases("x"), &labels),
        row(aliases("*c"), &[&labels[..], &["error alias-bomb 6:6"]].concat()),
        row(merged, &[&merged_error]),
        // The document and `settings` are two levels.
        row(lists(30), &["error unknown-key 3:3"]),
        row(lists(31), &["error unknown-key 3:3", "error too-deep 3:36"]),
        row(lists(1_000), &["error too-deep 3:70"]),
        row(large, &[]),
        row(larger, &["error too-large 1:1"]),
        Row { text: "client: 0\n---\n".repeat(10_005).into_bytes(), expected: many },
    ]
}

#[test]
fn documents_are_refused_at_the_place_of_the_problem() {
    let mut world = World::new().file("ringform.yaml", PROJECT);
    let mut wrong = Vec::new();
    for Row { text, expected } in rows() {
        world.write("clients/a.yaml", &text);
        let ran = world.run("validate --format json").sends_nothing();
        let found = diagnostics(&ran, "clients/a.yaml");
        if found != expected || ran.status != i32::from(has_errors(&expected)) {
            let shown = String::from_utf8_lossy(&text[..text.len().min(200)]).into_owned();
            let of = |list: &[String]| list.iter().rev().take(8).rev().cloned().collect::<Vec<_>>();
            wrong.push(format!("{shown}found {:?}\nexpected {:?}\n", of(&found), of(&expected)));
        }
    }
    assert_none(&wrong);
}
