//! The form of messages: what happened, where, and the next step in a `help:` line.

use serde_json::json;

use crate::world::World;

/// A run that fails, and words of its next step.
const FAILING: [(&str, &str); 27] = [
    ("plan no-such-folder", "help:"),
    ("plan --project other.yaml", "help:"),
    ("plan --client 99", "help:"),
    ("plan --label city=nowhere", "help:"),
    ("plan --base no-such-revision", "help:"),
    ("plan --base HEAD --offline", "help:"),
    ("plan --format json --format html", "help: give the others a file"),
    ("plan --format json=no/such/folder/r.json", "help:"),
    ("plan --out no/such/folder/r.json", "help:"),
    ("plan --ca-file no.pem", "help:"),
    ("plan --shard 3/2", "--help"),
    ("plan --colour always", "--help"),
    ("plan empty", "help:"),
    ("plan broken", "help:"),
    ("plan secret", "help:"),
    ("apply", "help: give --yes"),
    ("apply --plan no.json --yes", "help:"),
    ("apply --plan clients/12.yaml --yes", "help:"),
    ("apply --plan folder.json --yes", "help:"),
    ("show no.json", "help:"),
    ("show clients/12.yaml", "help:"),
    ("drift --since clients/12.yaml", "help:"),
    ("drift --notify ftp://example.org", "help:"),
    ("import 12 --out clients", "help:"),
    ("import 99 --out other", "help:"),
    ("sandbox", "help: give --data FILE"),
    ("sandbox --data no.json", "help:"),
];

fn world() -> World {
    let world = World::new().live(12, json!({"geo_list": "RU"})).declared(12, "{geo_list: RU}");
    std::fs::create_dir_all(world.path("folder.json")).unwrap();
    world
        .file("empty/ringform.yaml", "endpoint: https://example.org\n")
        .file("broken/ringform.yaml", "endpoint: https://example.org\n")
        .file("broken/a.yaml", "client: 012\nsettings: {geo_list: XX, hold_musik: 7}\n")
        .file(
            "secret/ringform.yaml",
            "endpoint: https://127.0.0.1:1\ncredentials: {default: {token: '${NO_SUCH_TOKEN}'}}\n",
        )
        .file("secret/a.yaml", "client: 1\nsettings: {hold_music: 7}\n")
}

#[test]
fn every_error_says_what_where_and_the_next_step() {
    let mut wrong = Vec::new();
    for (line, next) in FAILING {
        let ran = world().run(line);
        let text = format!("{}{}", ran.stderr, ran.stdout);
        let mut flaw = |flaw: &str| wrong.push(format!("{line}: {flaw}\n{text}"));
        if ran.status != 1 {
            flaw("the status is not 1");
        }
        if !text.contains(next) {
            flaw("no next step");
        }
        if text.contains("os error") {
            flaw("a number of the operating system");
        }
        if text.contains("FOLDER") {
            flaw("an absolute path");
        }
        let doubled = ["..", ". .", ";;", ": :", ":.", " ;", "?.", "!."];
        let sentences = text.replace("...", "");
        if doubled.iter().any(|pair| sentences.contains(pair)) {
            flaw("doubled punctuation");
        }
        // A sentence that follows a full stop begins with a capital letter.
        let glued = |(at, _): (usize, &str)| {
            text[at + 2..].starts_with(char::is_lowercase) && text[..at].ends_with(char::is_alphanumeric)
        };
        if text.match_indices(". ").any(glued) {
            flaw("a full stop before a small letter");
        }
    }
    assert!(wrong.is_empty(), "{} of {} have another form\n\n{}", wrong.len(), FAILING.len(), wrong.join("\n\n"));
}
