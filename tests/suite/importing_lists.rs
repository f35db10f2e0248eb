//! `import --from`: a document for each row of a CSV file.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::world::World;

/// A world with the clients 1 to `count`, and a list of them.
fn fleet(count: u64) -> World {
    let mut world = World::new();
    for id in 1..=count {
        world = world.live(id, json!({"domain": format!("{id}.example.com"), "geo_list": "RU"}));
    }
    let rows: Vec<String> = (1..=count).map(|id| format!("{id}\n")).collect();
    world.file("clients.csv", &format!("id\n{}", rows.concat()))
}

fn documents(world: &World) -> usize {
    std::fs::read_dir(world.path("clients")).map_or(0, |found| found.count())
}

#[test]
fn three_bad_rows_of_300_are_three_errors_and_297_documents() {
    let mut world = fleet(300);
    let list = world.read("clients.csv").replace("\n10\n", "\n010\n").replace("\n20\n", "\n1e1\n");
    world.write("clients.csv", list.replace("\n30\n", "\n29\n").as_bytes());
    let ran = world.run("import --from clients.csv").status(1).requests(1, 297, 0);
    ran.says(&[
        "`010` is not a client id",
        "clients.csv:11:1",
        "if client 10 is meant, write 10",
        "clients.csv:21:1",
        "client 29 is in this list twice; first in line 30",
        "clients.csv:31:1",
        "297 documents written, 3 failed\n",
    ]);
    let clients: Vec<u64> = (1..=300).filter(|id| ![10, 20, 30].contains(id)).collect();
    let world_lines: Vec<String> =
        clients.iter().map(|id| format!("client {id} → clients/{id}-client-{id}.yaml")).collect();
    let lines = fleet_lines(&mut fleet(300));
    assert_eq!(lines.len(), 300);
    assert_eq!(documents(&world), 297);
    assert!(world_lines.iter().all(|line| lines.contains(line)));
    world.run("plan --detailed-exitcode").ok().prints(&["No difference: 297 clients"]);
    // The corrected list: the others are not read again.
    world.write("clients.csv", fleet(300).read("clients.csv").as_bytes());
    let ran = world.run("import --from clients.csv").ok().requests(1, 3, 0);
    assert_eq!(ran.stderr, "3 documents written, 297 documents existed already\n");
    let ran = world.run("import --from clients.csv").ok().sends_nothing();
    assert_eq!((&*ran.stdout, &*ran.stderr), ("", "0 documents written, 300 documents existed already\n"));
    assert_eq!(world.run("import --from clients.csv -q").ok().stderr, "");
}

/// The lines of an import of the whole list, which are in its order.
fn fleet_lines(world: &mut World) -> Vec<String> {
    let ran = world.run("import --from clients.csv --concurrency 16").ok();
    let ids: Vec<u64> = ran.stdout.lines().map(|line| line.split(' ').nth(1).unwrap().parse().unwrap()).collect();
    assert!(ids.is_sorted(), "{}", ran.stdout);
    ran.stdout.lines().map(str::to_owned).collect()
}

#[test]
fn labels_and_credentials_of_a_row_reach_its_document() {
    let mut world = fleet(4)
        .project("credentials:\n  default: {app_id: '${RINGFORM_APP_ID}', app_secret: '${RINGFORM_APP_SECRET}'}")
        .project("  acme: {app_id: '${RINGFORM_APP_ID}', app_secret: '${RINGFORM_APP_SECRET}'}")
        .file(
            "list.csv",
            "\u{feff}Labels;ID;Credentials\r\ncity=moscow tier=\"no\";1;acme\r\n;2;\r\n\r\n\"a=1,5 \
             b=#x\";3;default\r\n;;\r\n",
        );
    world.run("import --from list.csv").ok().requests(2, 3, 0).says(&["3 documents written\n"]);
    assert_eq!(
        world.read("clients/1-client-1.yaml").split("expect:").next().unwrap(),
        "client: \"1\"\nlabels:\n  city: moscow\n  tier: \"\\\"no\\\"\"\ncredentials: \"acme\"\n"
    );
    let third = world.read("clients/3-client-3.yaml");
    assert!(third.contains("labels:\n  a: \"1,5\"\n  b: \"#x\"\nexpect:"), "{third}");
    let plan = world.run("plan --format json").ok();
    assert_eq!(plan.json()["summary"]["in_sync"], 3);
    assert_eq!(plan.client("1")["labels"], json!({"city": "moscow", "tier": "\"no\""}));
    assert_eq!(plan.client("1")["credentials"], "acme");
    assert_eq!(plan.client("3")["labels"], json!({"a": "1,5", "b": "#x"}));
    world.run("plan --label city=moscow").ok().prints(&["1 client"]);
    // The flag serves the rows that name none.
    std::fs::remove_dir_all(world.path("clients")).unwrap();
    world.run("import --from list.csv --credentials acme").ok();
    let plan = world.run("plan --format json").ok();
    assert_eq!(plan.client("2")["credentials"], "acme");
    assert_eq!(plan.client("3")["credentials"], "default");
}

#[test]
fn a_list_that_cannot_be_read_is_one_error_before_the_first_request() {
    let utf_16: Vec<u8> = "id\n1\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let marked: Vec<u8> = [0xff, 0xfe].into_iter().chain(utf_16.clone()).collect();
    let large = [b"id\n".to_vec(), vec![b'1'; 16 * 1024 * 1024]].concat();
    let table: [(&[u8], &str); 8] = [
        (&utf_16, "this is UTF-16 and not UTF-8"),
        (&marked, "this is UTF-16 and not UTF-8"),
        (b"id\n\xc4\xf6\n", "this is not UTF-8"),
        (&large, "list.csv is larger than 16 MiB"),
        (b"", "this list has no rows"),
        (b"id\n", "this list names no client"),
        (b"id,name\n1,x\n", "`name` is not a column of a list of clients"),
        (b"secret: hunter2\n", "the first line does not name the columns"),
    ];
    let mut world = fleet(1);
    for (bytes, what) in table {
        world.write("list.csv", bytes);
        let ran = world.run("import --from list.csv").status(1).sends_nothing().says(&[what, "help:", "list.csv"]);
        assert!(!ran.stderr.contains("hunter2"), "{}", ran.stderr);
    }
    for (line, what) in [
        ("import --from none.csv", "none.csv cannot be read: no such file or directory"),
        ("import --from clients.csv --from list.csv", "--from"),
        ("import --from clients.csv 1", "cannot be used with"),
        ("import --from ringform.yaml", "ringform.yaml is a project file and not a list of clients"),
        ("import --from .", "not a regular file"),
        ("import --from clients.csv --credentials none", "ringform.yaml declares no credentials `none`"),
    ] {
        world.run(line).status(1).sends_nothing().says(&[what]);
    }
    assert_eq!(documents(&world), 0);
}

#[test]
fn hostile_cells_reach_the_terminal_escaped() {
    let mut world = fleet(1);
    world.write("list.csv", "id,labels\n\u{1b}[31m7,\n1,\u{9b}x\n::error::x,\n".as_bytes());
    let ran = world.run("import --from list.csv").status(1).sends_nothing();
    assert!(!ran.stderr.contains(['\u{1b}', '\u{9b}']), "{}", ran.stderr);
    assert!(ran.stderr.lines().all(|line| !line.starts_with("::")), "{}", ran.stderr);
}

#[test]
fn a_client_that_answers_403_stops_no_other() {
    let mut world = fleet(40).fault("error=user_blocked,client=16,on=get");
    let ran = world.run("import --from clients.csv").status(1);
    ran.says(&["error: client 16 (clients.csv:17): ", "403", "39 documents written, 1 failed\n"]);
    assert_eq!(documents(&world), 39);
    // The next run asks for that client only.
    world.run("import --from clients.csv").status(1).requests(1, 1, 0);
}

#[test]
fn a_credential_that_was_refused_is_asked_once() {
    let mut world = fleet(40)
        .seed(json!({"apps": [{"app_id": "app", "app_secret": "s3cr3t-of-app"}]}))
        .project("credentials:\n  default: {app_id: '${RINGFORM_APP_ID}', app_secret: '${RINGFORM_APP_SECRET}'}")
        .project("  other: {app_id: '${OTHER}', app_secret: '${OTHER}'}\n  unset: {token: '${NONE}'}")
        .env("OTHER", "wrong");
    let rows: String = (1..=40).map(|id| format!("{id},{}\n", ["other", "", "unset", ""][id % 4])).collect();
    world.write("list.csv", format!("id,credentials\n{rows}").as_bytes());
    world.run("import --from list.csv").status(1).requests(2, 20, 0).says(&["20 documents written, 20 failed", "NONE"]);
}

#[test]
fn many_clients_that_fail_for_one_reason_are_counted() {
    let mut world = fleet(1).project("credentials:\n  default: {token: '${NONE}'}");
    let rows: String = (1..=130).map(|id| format!("{id}\n")).collect();
    world.write("list.csv", format!("id\n{rows}").as_bytes());
    let ran = world.run("import --from list.csv").status(1).sends_nothing();
    ran.says(&["error: client 100 (list.csv:101): ", "error: 30 more clients: ", "0 documents written, 130 failed\n"]);
    assert!(!world.run("import --from list.csv").stderr.contains("client 101 "));
}

#[test]
fn a_quiet_import_shows_errors_and_results_only() {
    let mut world = fleet(2).live(3, json!({"timezone": "MSK", "domain": null}));
    world.write("list.csv", b"id\n1\n3\n012\n9\n");
    let ran = world.run("import --from list.csv -q").status(1).prints(&["client 1 → ", "client 3 → "]);
    ran.says(&["error: client 9 (list.csv:5): ", "`012` is not a client id"]);
    let noise = ["MSK", "no domain", "written"];
    let ran = world.run("import --from list.csv -q --force").status(1);
    assert!(noise.iter().all(|noise| !ran.stderr.contains(noise)), "{}", ran.stderr);
    world.run("import --from list.csv --force").status(1).says(&noise);
}

#[test]
fn a_signal_keeps_what_was_written_and_the_next_run_goes_on() {
    let mut world = fleet(60).fault("latency=100ms,on=get");
    let mut command = world.command("import --from clients.csv --concurrency 4");
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let begun = Instant::now();
    while documents(&world) < 8 {
        assert!(begun.elapsed() < Duration::from_secs(30));
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    let (stdout, stderr) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert_eq!(output.status.code(), Some(130), "{stderr}");
    let written = documents(&world);
    assert!((8..60).contains(&written), "{stderr}");
    assert_eq!(stdout.lines().count(), written, "{stdout}");
    let left = format!("{written} documents written\ninterrupted: {} clients were not read", 60 - written);
    assert!(stderr.contains(&left) && stderr.contains("help: run the same command again"), "{stderr}");
    let left = 60 - written as u64;
    world.run("import --from clients.csv --concurrency 32").ok().requests(1, left, 0);
    assert_eq!(documents(&world), 60);
}

#[test]
fn a_kill_leaves_whole_documents_and_the_next_run_goes_on() {
    let mut world = fleet(60).fault("latency=50ms,on=get");
    let mut child = world.command("import --from clients.csv --concurrency 8").stdout(Stdio::null()).spawn().unwrap();
    let begun = Instant::now();
    while documents(&world) < 10 {
        assert!(begun.elapsed() < Duration::from_secs(30));
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    // What a write that was cut off leaves is never a document.
    world.write("clients/.ringform-a1b2c3", b"client: \"60\"\nsett");
    world.run("validate").ok();
    world.run("import --from clients.csv").ok().says(&["documents existed already"]);
    world.run("plan --detailed-exitcode").ok().prints(&["No difference: 60 clients"]);
}

#[test]
fn an_import_into_a_folder_that_the_project_does_not_read_goes_on_too() {
    let mut world = fleet(5).project("documents: [\"clients/**\"]");
    world.run("import --from clients.csv --out other").ok().requests(1, 5, 0);
    // A file of that name that import did not write is in the way.
    world.write("other/2-client-2.yaml", b"client: \"21\"\n");
    std::fs::remove_file(world.path("other/5-client-5.yaml")).unwrap();
    let ran = world.run("import --from clients.csv --out other").status(1).requests(1, 2, 0);
    ran.says(&[
        "client 2 (clients.csv:3): other/2-client-2.yaml already exists",
        "1 document written, 3 documents existed already, 1 failed\n",
    ]);
    assert_eq!(world.read("other/2-client-2.yaml"), "client: \"21\"\n");
}

#[test]
fn with_force_a_list_replaces_the_documents_of_its_clients_and_no_other() {
    let mut world = fleet(3);
    world.run("import --from clients.csv").ok();
    let other = "client: 99\nsettings: {timezone: UTC}\n";
    world.write("clients/1-client-1.yaml", b"client: 1\nsettings: {timezone: UTC}\n");
    world.write("clients/2-client-2.yaml", other.as_bytes());
    let ran = world.run("import --from clients.csv --force").status(1).requests(1, 3, 0);
    ran.says(&[
        "client 2 (clients.csv:3): clients/2-client-2.yaml declares another client, which import never replaces",
        "2 documents written, 1 failed\n",
    ]);
    assert_eq!(world.read("clients/2-client-2.yaml"), other);
    assert!(world.read("clients/1-client-1.yaml").contains("geo_list"));
    // Without --force it is a file that exists.
    world
        .run("import --from clients.csv")
        .status(1)
        .says(&["client 2 (clients.csv:3): clients/2-client-2.yaml already"]);
}

#[test]
fn the_client_of_a_token_and_its_number_are_one_client() {
    let mut world = fleet(3);
    world.write("list.csv", b"id\n@me\n1\n2\n");
    for line in ["import --from list.csv", "import --from list.csv --force", "import @me 1 2"] {
        let ran = world.run(line).status(1);
        ran.says(&["client @me", "it is client 1, which this import names too", "help: name the client once"]);
        assert_eq!(documents(&world), 2, "{line}");
        std::fs::remove_dir_all(world.path("clients")).unwrap();
    }
    world.write("list.csv", b"id\n@me\n2\n");
    world.run("import --from list.csv").ok().requests(1, 2, 0);
    world.run("import --from list.csv").ok().sends_nothing();
}

#[cfg(unix)]
#[test]
fn a_list_may_come_from_a_pipe_of_the_shell() {
    let mut world = fleet(3);
    let mut command = world.command("");
    let program = command.get_program().to_owned();
    let mut shell = Command::new("bash");
    shell.args(["-c", "\"$0\" import --from <(printf 'id\\n2\\n')"]).arg(program);
    shell.current_dir(world.folder()).env_clear().env("PATH", std::env::var_os("PATH").unwrap());
    shell.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let output = command.stdin(Stdio::null()).output().and_then(|_| shell.output()).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(documents(&world), 1);
}

#[cfg(unix)]
#[test]
fn a_folder_that_takes_no_file_is_an_error_before_the_first_request() {
    use std::os::unix::fs::PermissionsExt as _;
    let mut world = fleet(2);
    std::fs::create_dir(world.path("clients")).unwrap();
    std::fs::set_permissions(world.path("clients"), std::fs::Permissions::from_mode(0o555)).unwrap();
    // The superuser writes everywhere.
    if std::fs::write(world.path("clients/probe"), "").is_err() {
        world.run("import --from clients.csv").status(1).sends_nothing().says(&["cannot write into clients"]);
    }
    std::fs::set_permissions(world.path("clients"), std::fs::Permissions::from_mode(0o755)).unwrap();
    // A folder in the place of one document stops only that one.
    std::fs::create_dir_all(world.path("clients/1-client-1.yaml")).unwrap();
    world
        .run("import --from clients.csv --force")
        .status(1)
        .says(&["client 1 (clients.csv:2): cannot write", "1 failed"]);
    assert!(world.path("clients/2-client-2.yaml").exists());
}
