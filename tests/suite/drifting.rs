//! `drift`: what cron sees from run to run, what it exits with, and who is told.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value as Json, json};

use crate::world::World;

const AGAIN: &str = "drift --since last.json --format json=last.json";

/// Two clients as they are declared.
fn two() -> World {
    World::new()
        .live(12, json!({"geo_list": "RU", "timezone": "UTC"}))
        .declared(12, "{geo_list: [RU], timezone: UTC}")
        .live(13, json!({"geo_list": "RU", "timezone": "UTC"}))
        .declared(13, "{geo_list: [RU], timezone: UTC}")
}

/// The findings of the report on the disk: client/field, state, and whether they are waived.
fn findings(world: &World) -> Vec<(String, String, bool)> {
    of_report(&serde_json::from_str(&world.read("last.json")).unwrap())
}

fn of_report(report: &Json) -> Vec<(String, String, bool)> {
    let text = |json: &Json, instead: &str| json.as_str().unwrap_or(instead).to_owned();
    let found = report["run"]["drift"]["findings"].as_array().unwrap().iter();
    let found = found.map(|one| {
        let who = format!("{}/{}", text(&one["client_id"], "?"), text(&one["field"], "read"));
        (who, text(&one["state"], "?"), !one["waived"].is_null())
    });
    found.collect()
}

fn is(list: &[(&str, &str, bool)]) -> Vec<(String, String, bool)> {
    list.iter().map(|(who, state, waived)| ((*who).to_owned(), (*state).to_owned(), *waived)).collect()
}

#[test]
fn cron_hears_of_drift_once_and_of_its_end_once() {
    let mut world = two();
    world.run(AGAIN).ok().requests(1, 2, 0).prints(&["Drift: nothing was found.", "2 clients are as declared"]);
    world.server().set(12, "geo_list", json!("*"));
    let ran = world.run(AGAIN).status(2).requests(1, 2, 0);
    ran.prints(&["1 new (1 security)", "! open", "RU → * (every country)", "client 12", "clients/12.yaml:2"]);
    assert_eq!(findings(&world), is(&[("12/geo_list", "new", false)]));
    world.run(AGAIN).status(2).prints(&["1 continuing (1 security)", "since 20"]);
    world.run(&format!("{AGAIN} --fail-on new")).ok().prints(&["1 continuing"]);
    world.server().set(13, "timezone", json!("Asia/Omsk"));
    let ran = world.run(&format!("{AGAIN} --fail-on new")).status(2);
    let (opened, moved) = (ran.stdout.find("! open").unwrap(), ran.stdout.find("Asia/Omsk").unwrap());
    assert!(opened < moved, "the gravest comes first:\n{}", ran.stdout);
    world.server().set(12, "geo_list", json!("RU"));
    let ran = world.run(&format!("{AGAIN} --fail-on new")).ok();
    ran.prints(&["1 continuing", "1 resolved (1 security)"]);
    assert_eq!(findings(&world), is(&[("13/timezone", "continuing", false), ("12/geo_list", "resolved", false)]));
    world.run(AGAIN).status(2);
    assert_eq!(findings(&world), is(&[("13/timezone", "continuing", false)]));
}

#[test]
fn a_pbx_that_is_opened_further_is_heard_again() {
    let mut world = two();
    world.run(AGAIN).ok();
    world.server().set(12, "geo_list", json!("RU BY"));
    world.run(&format!("{AGAIN} --fail-on new")).status(2);
    world.run(&format!("{AGAIN} --fail-on new")).ok();
    world.server().set(12, "geo_list", json!("*"));
    world.run(&format!("{AGAIN} --fail-on new")).status(2);
    world.run(&format!("{AGAIN} --fail-on new")).ok();
}

#[test]
fn without_a_report_before_everything_is_new_and_nothing_is_written() {
    let mut world = two();
    world.start();
    world.server().set(12, "geo_list", json!("*"));
    let before = files(&world);
    let ran = world.run("drift --format json").status(2);
    assert_eq!(of_report(&ran.json()), is(&[("12/geo_list", "new", false)]));
    assert_eq!(ran.client("12")["changes"][0]["origin"], "drift");
    assert_eq!(ran.client("12")["changes"][0]["exposure"], "opens");
    assert_eq!(ran.json()["run"]["drift"]["since"], json!(null));
    world.run("drift --since none.json --fail-on new").status(2);
    assert_eq!(files(&world), before);
}

fn files(world: &World) -> Vec<String> {
    let all = std::fs::read_dir(world.folder()).unwrap();
    let mut names: Vec<String> = all.map(|one| one.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn reports_fit_their_schema_and_show_renders_them_again() {
    let mut world = two().project("waivers: [{client: 13, owner: noc, reason: moving, until: 2020-01-01}]");
    world.run(AGAIN).ok();
    world.server().set(12, "geo_list", json!("*"));
    world.server().set(13, "timezone", json!("Asia/Omsk"));
    let ran = world.run(&format!("{AGAIN} --budget 1")).status(2);
    let schema: Json = serde_json::from_str(&std::fs::read_to_string("schemas/plan.schema.json").unwrap()).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    let report = serde_json::from_str(&world.read("last.json")).unwrap();
    let problems: Vec<String> = schema.iter_errors(&report).map(|error| error.to_string()).collect();
    assert_eq!(problems, Vec::<String>::new());
    let first = |text: &str| text.lines().next().unwrap().to_owned();
    assert_eq!(first(&world.run("show last.json").ok().stdout), first(&ran.stdout));
}

#[test]
fn a_client_that_fails_carries_its_findings_on() {
    let mut world = two();
    world.start();
    world.server().set(12, "geo_list", json!("*"));
    world.run(AGAIN).status(2);
    world.server().fault("error=user_blocked,client=12,on=get".parse().unwrap());
    world.run(AGAIN).status(1).prints(&["1 new", "1 not read", "user_blocked"]);
    assert_eq!(findings(&world), is(&[("12/read", "new", false), ("12/geo_list", "unread", false)]));
    world.run(&format!("{AGAIN} --fail-on new")).status(1);
    world.server().clear_faults();
    world.run(&format!("{AGAIN} --fail-on new")).ok();
    assert_eq!(findings(&world), is(&[("12/geo_list", "continuing", false), ("12/read", "resolved", false)]));
}

#[test]
fn a_part_of_the_fleet_ends_nothing_of_the_rest() {
    let mut world = two();
    world.start();
    world.server().set(12, "geo_list", json!("*"));
    world.run(AGAIN).status(2);
    let narrow = ["--client 13", "--field timezone", "clients/13.yaml", "clients/13.yaml --client 1*"];
    for part in narrow {
        world.run(&format!("{AGAIN} {part}")).ok().prints(&["1 not read (1 security)"]);
        assert_eq!(findings(&world), is(&[("12/geo_list", "unread", false)]), "{part}");
    }
    // A document that is gone from the project is another matter.
    std::fs::remove_file(world.path("clients/12.yaml")).unwrap();
    world.run(AGAIN).ok();
    assert_eq!(findings(&world), is(&[("12/geo_list", "resolved", false)]));
}

#[test]
fn what_is_waived_is_listed_apart_and_moves_no_status() {
    let waivers = "waivers:\n  - {client: \"12\", field: geo_list, owner: noc, reason: moving, until: 9999-12-31}\n  - {client: 13, owner: ops, reason: blocked, until: 9999-12-31}";
    let mut world = two().project(waivers).fault("error=user_blocked,client=13,on=get");
    world.start();
    world.server().set(12, "geo_list", json!("*"));
    let ran = world.run(AGAIN).ok();
    ran.prints(&["Drift: 2 waived (1 security).", "waived until 9999-12-31 by noc: moving", "by ops: blocked"]);
    assert_eq!(findings(&world), is(&[("12/geo_list", "new", true), ("13/read", "new", true)]));
    // The waiver of a field is none for another, and a plan knows none at all.
    world.server().set(12, "timezone", json!("Asia/Omsk"));
    world.run(&format!("{AGAIN} --fail-on new")).status(2);
    world.run("plan --client 12 --detailed-exitcode").status(2).prints(&["geo_list", "timezone"]);
    let put = world.run("apply --client 12 --yes").ok().requests(1, 1, 1);
    assert!(put.stdout.contains("applied"));
    assert_eq!(world.stored(12, "geo_list"), "RU");
}

#[test]
fn an_expired_waiver_is_listed_and_covers_nothing() {
    let waivers =
        |until: &str| format!("waivers: [{{client: 12, field: geo_list, owner: noc, reason: moving, until: {until}}}]");
    let mut world = two().project(&waivers("9999-12-31"));
    world.start();
    world.server().set(12, "geo_list", json!("*"));
    world.run(AGAIN).ok();
    let project = world.read("ringform.yaml").replace("9999-12-31", "2020-01-31");
    world.write("ringform.yaml", project.as_bytes());
    let ran = world.run(&format!("{AGAIN} --fail-on new")).status(2);
    ran.prints(&[
        "1 new (1 security)",
        "expired: the waiver of client 12, geo_list, ended on 2020-01-31",
        "renew or remove",
    ]);
    world.run(&format!("{AGAIN} --fail-on new")).ok().prints(&["1 continuing", "expired:"]);
    world.server().set(12, "geo_list", json!("RU"));
    world.run(AGAIN).ok().prints(&["1 resolved", "expired:"]);
}

#[test]
fn waivers_are_read_strictly_and_all_their_problems_are_told() {
    let waivers = "waivers:
  - {client: 012, owner: noc, reason: x, until: 2026-12-31}
  - {client: 12, feild: geo_list, owner: noc, until: 31.12.2026}
  - {client: 12, field: geo_lsit, owner: , reason: x, until: 2026-02-30}
  - {client: 13, field: domain, owner: \" \", reason: x, until: 2026-12-31}
  - {client: 14, owner: noc, reason: x, until: 2026-12-31}
  - {client: \"14\", owner: ops, reason: y, until: 2027-12-31}
  - noc
";
    let mut world = two().project(waivers);
    let ran = world.run("validate").status(1).sends_nothing();
    let ran =
        ran.says(&["ringform.yaml:3:14", "bad-client", "ringform.yaml:4:18", "unknown-key", "did you mean `field`"]);
    let ran = ran.says(&[
        "a waiver needs `reason`",
        "ringform.yaml:4:54",
        "the year comes first in a day",
        "write a day such as 2026-12-01",
    ]);
    let ran = ran.says(&["ringform.yaml:5:25", "did you mean `geo_list`", "empty-value", "ringform.yaml:5:62"]);
    let ran = ran.says(&["ringform.yaml:6:25", "`owner` holds only blanks"]);
    let ran = ran.says(&["ringform.yaml:8:5", "duplicate-item", "waived in line 7 already", "ringform.yaml:9:5"]);
    assert!(!ran.stderr.contains("noc"), "nothing of the project file is quoted:\n{}", ran.stderr);
}

#[test]
fn a_waiver_that_can_cover_nothing_is_a_warning_where_all_documents_were_looked_at() {
    let of = |client: u64, field: &str| {
        format!("\n  - {{client: {client}, field: {field}, owner: noc, reason: x, until: 9999-12-31}}")
    };
    let waivers = format!("waivers:{}{}{}", of(12, "geo_list"), of(21, "geo_list"), of(13, "hold_music"));
    let mut world = two().project(&waivers);
    for line in ["validate", "drift"] {
        let ran = world.run(line).ok().says(&["client 21, which no document declares", "ringform.yaml:4:5"]);
        assert_eq!(ran.says(&["`hold_music`, which client 13"]).stderr.matches("idle-waiver").count(), 2, "{line}");
    }
    for line in ["validate clients/12.yaml", "drift clients/12.yaml", "plan"] {
        assert!(!world.run(line).ok().stderr.contains("idle-waiver"), "{line}");
    }
}

#[test]
fn a_budget_looks_at_everybody_in_turns() {
    let mut world = World::new();
    for id in 1..=5 {
        world = world.live(id, json!({"timezone": "UTC"})).declared(id, "{timezone: UTC}");
    }
    let turn = format!("{AGAIN} --budget 2");
    world.start();
    world.server().set(1, "timezone", json!("Asia/Omsk"));
    let read = |world: &World| -> Vec<String> {
        let report: Json = serde_json::from_str(&world.read("last.json")).unwrap();
        report["clients"].as_array().unwrap().iter().map(|one| one["client_id"].as_str().unwrap().to_owned()).collect()
    };
    let ran = world.run(&turn).status(2).requests(1, 2, 0);
    ran.prints(&["In turns of 2: 2 of 5 clients read in this run; 3 not read yet."]);
    assert_eq!(read(&world), ["1", "2"]);
    // What an earlier turn found still stands.
    world.run(&turn).status(2).requests(1, 2, 0).prints(&["1 not read"]);
    assert_eq!(read(&world), ["3", "4"]);
    world.run(&format!("{turn} --fail-on new")).ok().prints(&["every client was read within"]);
    assert!(read(&world).contains(&"5".to_owned()));
    let report: Json = serde_json::from_str(&world.read("last.json")).unwrap();
    assert_eq!(report["run"]["drift"]["last_read"].as_array().unwrap().len(), 5);
    assert_eq!(report["run"]["drift"]["rolling"]["never"], 0);
    world.run("drift --budget 2").status(1).says(&["--since"]).sends_nothing();
    world.run(&format!("{AGAIN} --budget 0")).status(1).sends_nothing();
}

#[test]
fn a_report_that_cannot_be_used_ends_the_run_before_any_request_and_is_left_as_it_is() {
    let mut world = two();
    world.run("plan --format json=plan.json").ok();
    world.run("drift --format json=good.json").ok();
    let good = world.read("good.json");
    let cases = [
        ("", "cut short"),
        ("{\"a\": 1}", "not a document of ringform"),
        (&good[..good.len() / 2], "cut short"),
        (&good.replace("\"first_seen\"", "\"x\"").replace("clients/12.yaml", "clients/99.yaml"), "digest"),
        (&world.read("plan.json"), "not a report of drift"),
        (&good.replace("\"at\": \"2", "\"at\": \"x"), "a time in it is not valid"),
    ];
    for (text, why) in cases {
        world.write("last.json", text.as_bytes());
        world.run(AGAIN).status(1).sends_nothing().says(&["--since last.json cannot be used", why]);
        assert_eq!(world.read("last.json"), text);
    }
    world.write("last.json", good.as_bytes());
    world.run(&format!("{AGAIN} --endpoint http://127.0.0.1:1")).status(1).says(&["another endpoint", "127.0.0.1:1"]);
    world.run("drift --since clients").status(1).sends_nothing().says(&["--since clients cannot be used"]);
    // A typing error in a document takes no memory away.
    world.write("clients/13.yaml", b"cleint: 13\n");
    world.run(AGAIN).status(1).sends_nothing().says(&["did you mean"]);
    assert_eq!(world.read("last.json"), good);
    let refused = world.run("drift --since last.json --format json").status(1).json();
    assert_eq!(refused["diagnostics"][0]["rule"], "unknown-key");
}

#[test]
fn wrong_usage_is_an_error_and_no_difference() {
    let mut world = two();
    for line in ["drift nosuchfolder", "drift --fromat x", "drift --fail-on never", "drift --client 99"] {
        world.run(line).status(1).sends_nothing();
    }
}

#[test]
#[cfg(unix)]
fn metrics_are_replaced_whole_and_readable_for_everybody() {
    use std::os::unix::fs::PermissionsExt;
    let mut world = two();
    world.start();
    world.server().set(12, "geo_list", json!("*"));
    world.write("metrics/ringform.prom", b"old");
    let program = env!("CARGO_BIN_EXE_ringform");
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", &format!("umask 077; exec {program} drift --metrics metrics/ringform.prom")]);
    let plain = world.command("drift");
    shell.current_dir(world.folder()).envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
    assert_eq!(shell.output().unwrap().status.code(), Some(2));
    let mode = std::fs::metadata(world.path("metrics/ringform.prom")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o644);
    assert_eq!(std::fs::read_dir(world.path("metrics")).unwrap().count(), 1);
    let metrics = world.read("metrics/ringform.prom");
    for line in ["state=\"drifted\"} 1", "state=\"in_sync\"} 1", "field=\"geo_list\",severity=\"security\"} 1"] {
        assert!(metrics.contains(line), "{line}\n{metrics}");
    }
    // A run that did not begin leaves the file: its age tells.
    world.write("clients/13.yaml", b"cleint: 13\n");
    world.run("drift --metrics metrics/ringform.prom").status(1);
    assert_eq!(world.read("metrics/ringform.prom"), metrics);
}

/// A webhook that answers so often with this status, and hands over what it was sent: head and body.
pub fn webhook(status: &'static str, times: usize) -> (String, Receiver<(String, Json)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/hook/t0ken-hush", listener.local_addr().unwrap());
    let (tell, told) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().take(times) {
            let mut stream = BufReader::new(stream.unwrap());
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") && stream.read_line(&mut head).unwrap() > 0 {}
            let length = head.to_ascii_lowercase();
            let length = length.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
            let mut body = vec![0; length.parse().unwrap()];
            stream.read_exact(&mut body).unwrap();
            let answer =
                format!("HTTP/1.1 {status}\r\nlocation: /elsewhere\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            stream.get_mut().write_all(answer.as_bytes()).unwrap();
            tell.send((head, serde_json::from_slice(&body).unwrap())).unwrap();
        }
    });
    (address, told)
}

pub const SOON: Duration = Duration::from_secs(20);

#[test]
fn a_webhook_is_told_what_is_new_and_only_then() {
    let (address, told) = webhook("200 OK", 2);
    let mut world = two().env("RINGFORM_NOTIFY_URL", &address);
    world.run(AGAIN).ok();
    assert!(told.try_recv().is_err(), "nothing is new");
    world.server().set(12, "geo_list", json!("*"));
    world.run(AGAIN).status(2);
    let (head, report) = told.recv_timeout(SOON).unwrap();
    assert!(head.starts_with("POST /hook/t0ken-hush HTTP/1.1\r\n"), "{head}");
    let head = head.to_ascii_lowercase();
    assert!(head.contains("content-type: application/json") && head.contains("user-agent: ringform/"), "{head}");
    assert!(!head.contains("authorization"), "the token of the API is nobody else's:\n{head}");
    assert_eq!(of_report(&report), is(&[("12/geo_list", "new", false)]));
    assert_eq!(report["format_version"], "2.0");
    world.run(AGAIN).status(2);
    world.server().set(12, "geo_list", json!("RU"));
    world.run(AGAIN).ok();
    assert!(told.try_recv().is_err(), "what goes on or ends is no news");
}

#[test]
fn a_chat_gets_a_short_text_without_markup_of_strangers() {
    let (address, told) = webhook("200 OK", 1);
    let mut world = World::new();
    for id in 1..=30 {
        let name = format!("<!channel> `{id}` & *x* @all {}", "я".repeat(500));
        world = world.live(id, json!({"name": name, "geo_list": "*"})).declared(id, "{geo_list: [RU]}");
        world.write(
            &format!("clients/{id}.yaml"),
            format!("client: {id}\nsettings: {{geo_list: [RU, {}]}}\n", CODES[id as usize]).as_bytes(),
        );
    }
    world.run(&format!("drift --notify {address} --notify-format slack")).status(2);
    let (_, body) = told.recv_timeout(SOON).unwrap();
    let text = body["text"].as_str().unwrap();
    assert_eq!(body.as_object().unwrap().len(), 1);
    assert!(text.chars().count() < 4_000, "{}", text.chars().count());
    for part in ["30 new (30 security)", "*security: open*", "→ `* (every country)`", "and 20 more new findings"] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    for line in text.lines() {
        assert!(!line.contains(['<', '>']), "{line}");
        // Whatever a stranger wrote stands between backticks.
        let bare: String = line.split('`').step_by(2).collect();
        assert!(!bare.contains('@') && !bare.contains('я') && !bare.contains("channel"), "{line}");
    }
}

const CODES: [&str; 31] = [
    "AD", "AE", "AF", "AG", "AI", "AL", "AM", "AO", "AR", "AT", "AU", "AZ", "BA", "BB", "BD", "BE", "BF", "BG", "BH",
    "BI", "BJ", "BN", "BO", "BR", "BS", "BT", "BW", "BY", "BZ", "CA", "CD",
];

#[test]
fn what_nobody_could_be_told_stays_new_and_the_address_stays_secret() {
    for (status, why) in [("500 Oh No", "HTTP 500"), ("302 Found", "redirect"), ("404 Not Found", "HTTP 404")] {
        let (address, told) = webhook(status, 1);
        let mut world = two();
        world.start();
        world.server().set(12, "geo_list", json!("*"));
        let failing = format!("{AGAIN} --notify {address} -vv");
        let ran = world.run(&failing).status(1).says(&[why, "reports the new findings again"]).prints(&["! open"]);
        told.recv_timeout(SOON).unwrap();
        for text in [&ran.stdout, &ran.stderr, &world.read("last.json")] {
            assert!(!text.contains("hush"), "{text}");
        }
        // Nobody listens there any more.
        world.run(&failing).status(1).says(&["cannot connect to the webhook"]);
        // A run that tells nobody does not use up what nobody was told.
        world.run(&format!("{AGAIN} --fail-on new")).status(2);
        let (address, told) = webhook("204 No Content", 1);
        world.run(&format!("{AGAIN} --fail-on new --notify {address}")).status(2);
        assert_eq!(of_report(&told.recv_timeout(SOON).unwrap().1), is(&[("12/geo_list", "new", false)]));
        world.run(&format!("{AGAIN} --fail-on new")).ok();
    }
}

#[test]
fn a_webhook_without_encryption_is_refused_before_any_request() {
    let mut world = two();
    for address in ["http://hooks.example/hush", "hush", "ftp://127.0.0.1/hush", "https://me:hush@hooks.example/"] {
        let ran = world.run(&format!("drift --notify {address}")).status(1).sends_nothing().says(&["--notify"]);
        assert!(!ran.stderr.contains("hush") && !ran.stderr.contains("hooks"), "{}", ran.stderr);
    }
    let mut world = two().env("RINGFORM_NOTIFY_URL", "http://hooks.example/hush");
    let ran = world.run("drift").status(1).sends_nothing().says(&["RINGFORM_NOTIFY_URL", "not encrypted"]);
    assert!(!ran.stderr.contains("hush"), "{}", ran.stderr);
    assert!(!world.run("drift --help").ok().stdout.contains("hush"));
}

#[test]
#[cfg(unix)]
fn an_interrupted_run_carries_on_what_it_did_not_look_at() {
    let mut world = two();
    world.start();
    world.server().set(13, "geo_list", json!("*"));
    world.run(AGAIN).status(2);
    world.server().fault("latency=400ms,on=get".parse().unwrap());
    let reads = world.server().counts().read;
    let mut command = world.command(&format!("{AGAIN} --concurrency 1"));
    let child = command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).spawn().unwrap();
    let begun = std::time::Instant::now();
    while world.server().counts().read == reads {
        assert!(begun.elapsed() < SOON);
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(std::process::Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success());
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(130));
    assert_eq!(findings(&world), is(&[("13/geo_list", "unread", false)]));
    world.server().clear_faults();
    world.run(&format!("{AGAIN} --fail-on new")).ok();
    assert_eq!(findings(&world), is(&[("13/geo_list", "continuing", false)]));
}

#[test]
fn shards_of_a_drift_report_are_shown_as_one() {
    let mut world = World::new();
    for id in 1..=6 {
        world = world.live(id, json!({"geo_list": "*"})).declared(id, "{geo_list: [RU]}");
    }
    // One memory for both: each carries on what the other has looked at.
    world.run(AGAIN).status(2).prints(&["6 clients: 1, 2, 3, 4, 5, 6"]);
    for id in [1, 2, 3] {
        world.server().set(id, "geo_list", json!("RU"));
    }
    for shard in ["1", "2"] {
        world.run(&format!("drift --since last.json --shard {shard}/2 --format json={shard}.json"));
    }
    let shown = world.run("show 1.json 2.json --detailed-exitcode").status(2);
    shown.prints(&["Drift: 3 continuing (3 security), 3 resolved (3 security).", "6 clients"]);
    world.run("show 1.json --detailed-exitcode --format json=one.json").status(1).says(&["shard"]);
}

#[test]
fn the_same_drift_of_many_clients_is_one_line() {
    let mut world = World::new();
    for id in 1..=40 {
        world = world.live(id, json!({"geo_list": if id == 7 { "*" } else { "RU BY" }}));
        world = world.declared(id, "{geo_list: [RU]}");
    }
    let ran = world.run("drift").status(2).prints(&["RU → BY RU  (+BY)", "39 clients: 1, 10, 11", "and 27 more"]);
    assert!(
        ran.stdout.lines().nth(1).unwrap().contains("client 7"),
        "the one that is open to all comes first:\n{}",
        ran.stdout
    );
    assert!(ran.stdout.lines().count() < 8, "{}", ran.stdout);
    assert!(world.run("drift -v").status(2).prints(&["6, 8, 9"]).stdout.contains("39, 4, 40"));
    let page = world.run("drift --format markdown").status(2).prints(&["**39 clients**", "⚠ **security: open**"]);
    assert!(page.stdout.lines().count() < 15, "{}", page.stdout);
}

/// git declares a list that is not applied yet; live is more open than it.
#[test]
fn what_is_more_open_than_git_declares_is_found_before_it_is_applied_too() {
    let world = || {
        World::new()
            .live(12, json!({"geo_list": "*", "timezone": "UTC"}))
            .file("clients/12.yaml", "client: 12\nsettings: {geo_list: \"*\", timezone: UTC}\n")
    };
    let git = |world: &World, line: &str| {
        let mut git = std::process::Command::new("git");
        git.args(["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]);
        let done = git.args(line.split(' ')).current_dir(world.folder()).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    };
    let changed = |settings: &str| {
        let mut world = world();
        world.start();
        for line in ["init -q -b main", "add -A", "commit -q -m first"] {
            git(&world, line);
        }
        world.write("clients/12.yaml", format!("client: 12\nsettings: {settings}\n").as_bytes());
        world
    };
    let mut world = changed("{geo_list: [RU], timezone: Asia/Omsk}");
    let ran = world.run("drift --base HEAD").status(2);
    ran.prints(&["1 new (1 security)", "! open", "▸ pending", "RU → * (every country)"]);
    let report = world.run("drift --base HEAD --format json").status(2);
    assert_eq!(of_report(&report.json()), is(&[("12/geo_list", "new", false)]));
    world.run("drift --base HEAD --format github").status(2).prints(&["::error ", "geo_list is not as declared yet"]);
    // A waiver quiets it, as any finding.
    let waiver = "\nwaivers: [{client: 12, owner: noc, reason: moving, until: 2099-12-31}]\n";
    let project = world.read("ringform.yaml") + waiver;
    world.write("ringform.yaml", project.as_bytes());
    world.run("drift --base HEAD").status(2);
    for line in ["add ringform.yaml", "commit -q -m waiver"] {
        git(&world, line);
    }
    world.run("drift --base HEAD").ok().prints(&["1 waived (1 security)"]);
    // What closes the PBX when it is applied is reported; what opens it, or opens nothing, is for the plan.
    let mut world = changed("{geo_list: \"*\", timezone: Asia/Omsk}");
    world.run("drift --base HEAD").ok().prints(&["nothing was found"]);
}
