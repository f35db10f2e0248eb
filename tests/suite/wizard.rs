//! `init` with clients: by flags, and by the questions of a terminal. It ends with the first plan, which is empty.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::process::{Command, Stdio};

use serde_json::json;

use crate::world::World;

/// Ctrl-D, the end of the input.
const END: &str = "\u{4}";

/// Two ends of a pseudo-terminal: the screen with its keyboard, and the one for a process.
fn terminal() -> (File, OwnedFd) {
    let screen = OpenOptions::new().read(true).write(true).open("/dev/ptmx").unwrap();
    rustix::pty::unlockpt(&screen).unwrap();
    let name = rustix::pty::ptsname(&screen, Vec::new()).unwrap();
    let terminal = OpenOptions::new().read(true).write(true).open(name.to_str().unwrap()).unwrap();
    (screen, terminal.into())
}

/// What a person saw, what stdout got, and the status.
struct Dialog {
    screen: String,
    stdout: String,
    status: i32,
}

/// Runs a command whose stdin and stderr are a terminal on which this was typed.
fn dialog(mut command: Command, typed: &str) -> Dialog {
    let (mut screen, terminal) = terminal();
    screen.write_all(typed.as_bytes()).unwrap();
    command.stdin(terminal.try_clone().unwrap()).stderr(terminal).env("COLUMNS", "200");
    let output = command.output().unwrap();
    drop(command);
    let mut seen = Vec::new();
    // The end of a pseudo-terminal is an error.
    drop(screen.read_to_end(&mut seen));
    Dialog {
        screen: String::from_utf8(seen).unwrap().replace('\r', ""),
        stdout: String::from_utf8(output.stdout).unwrap(),
        status: output.status.code().unwrap(),
    }
}

impl Dialog {
    #[track_caller]
    fn status(self, status: i32) -> Dialog {
        assert_eq!(self.status, status, "{}\n{}", self.screen, self.stdout);
        self
    }

    #[track_caller]
    fn shows(self, parts: &[&str]) -> Dialog {
        for part in parts {
            assert!(self.screen.contains(part), "the screen lacks {part:?}:\n{}\n{}", self.screen, self.stdout);
        }
        self
    }
}

fn fleet() -> World {
    World::new()
        .live(7, json!({"geo_list": "RU KZ", "hold_music": 7, "domain": "seven.example"}))
        .live(12, json!({"geo_list": "RU", "timezone": "MSK"}))
        .live(13, json!({"geo_list": "*"}))
}

/// `init new` with flags, and the same with the endpoint of the simulator.
fn flags(world: &mut World, more: &str) -> crate::world::Ran {
    let endpoint = world.start().endpoint();
    world.run(&format!("init new --endpoint {endpoint} {more}"))
}

/// `init new` at a terminal with these answers, the endpoint first.
fn asked(world: &mut World, answers: &str) -> Dialog {
    let endpoint = world.start().endpoint();
    dialog(world.command("init new"), &format!("{endpoint}\n{answers}"))
}

fn has_nothing(world: &World) -> bool {
    !world.path("new").exists()
}

#[test]
fn flags_write_a_project_with_clients_whose_first_plan_is_empty() {
    let mut world = fleet();
    let ran = flags(&mut world, "--client 7 --client 12 --guard open-geo").ok();
    let ran =
        ran.prints(&["new/ringform.yaml\nclient 7 → new/clients/7", "client 12 → new/clients/12", "No difference: 2"]);
    ran.says(&["environment: works, ", "Next, in the folder new:", "commit the folder"]).requests(3, 4, 0);
    let text = world.read("new/ringform.yaml");
    assert!(text.contains(&format!("\nendpoint: {}\n", world.server().endpoint())), "{text}");
    assert!(text.ends_with("\nguards:\n  - open-geo\n"), "{text}");
    assert_eq!(fs::read_dir(world.path("new/clients")).unwrap().count(), 2, "no example");
    world.run("plan new --detailed-exitcode").ok();
}

#[test]
fn the_client_of_the_token_is_imported_by_its_name() {
    let mut world = fleet();
    flags(&mut world, "--client @me").ok().prints(&["client @me → new/clients/7", "No difference: 1 client"]);
    assert!(world.read("new/ringform.yaml").contains("\n  - {name: too-many-countries, deny: {max_countries: 5}}\n"));
}

#[test]
fn the_variable_names_the_endpoint_where_no_flag_does() {
    let mut world = fleet();
    let endpoint = world.start().endpoint();
    let mut world = world.env("RINGFORM_ENDPOINT", &endpoint);
    world.run("init new --client 12").ok().prints(&["No difference: 1"]);
    assert!(world.read("new/ringform.yaml").contains(&format!("\nendpoint: {endpoint}\n")));
    let mut world = world.env("RINGFORM_ENDPOINT", "http://pbx.example");
    world.run("init other --client 12").status(1).says(&["error: RINGFORM_ENDPOINT: the endpoint is not encrypted"]);
    assert!(!world.path("other").exists());
}

#[test]
fn a_client_that_fails_stops_no_other_and_the_status_says_so() {
    let mut world = fleet().fault("error=user_blocked,client=12,on=get");
    let mut world = {
        world.start();
        world
    };
    let ran = flags(&mut world, "--client 7 --client 12 --client 99").status(1);
    let ran = ran.prints(&["client 7 → new/clients/7", "No difference: 1 client"]);
    ran.says(&["error: client 12: ", "error: client 99: ", "`ringform import 12 99` writes their documents"]);
    // Without a single document there is nothing to plan.
    let endpoint = world.server().endpoint();
    let ran = world.run(&format!("init none --endpoint {endpoint} --client 99")).status(1);
    assert_eq!(ran.stdout, "none/ringform.yaml\n");
}

#[test]
fn a_list_of_clients_is_imported_and_a_wrong_row_stops_no_other() {
    let mut world = fleet().file("clients.csv", "id;labels\n7;city=moscow\nx;\n12;\n99;\n");
    let ran = flags(&mut world, "--from clients.csv --guard open-geo").status(1);
    let ran = ran.prints(&["client 7 → new/clients/7", "client 12 → ", "No difference: 2 clients"]);
    ran.says(&["clients.csv:3", "client 99", "2 documents written, 2 failed", "`ringform import --from`"]);
    // What is no list of clients is refused before the first request.
    for (file, text) in [("wrong.csv", "name\nx\n"), ("missing.csv", "")] {
        let mut world = if text.is_empty() { fleet() } else { fleet().file(file, text) };
        let ran = flags(&mut world, &format!("--from {file}")).status(1);
        ran.says(&[file, "Nothing was written."]).sends_nothing();
        assert!(has_nothing(&world));
    }
}

#[test]
fn credentials_that_do_not_work_are_named_with_the_next_step_and_nothing_is_written() {
    let apps = json!({"apps": [{"app_id": "app", "app_secret": "another"}]});
    let mut refused = World::new().live(7, json!({})).seed(apps);
    let mut missing = fleet().env("RINGFORM_APP_SECRET", "");
    for (world, says) in [(&mut refused, "refused the App ID and App Secret"), (&mut missing, "RINGFORM_APP_SECRET")] {
        let ran = flags(world, "--client 7").status(1);
        let ran = ran.says(&["environment: does not work: ", says, "help: ", "Nothing was written."]);
        assert_eq!(ran.stdout, "");
        assert!(has_nothing(world));
    }
}

#[test]
fn flags_that_are_wrong_are_refused_before_a_request() {
    let mut world = fleet();
    for (line, says) in [
        ("--client 12 --guard opne-geo", "did you mean `open-geo`? They are open-geo, too-many-countries, "),
        ("--client 012", "not a client id"),
        ("--client 12 --from x.csv", "cannot be used with"),
        ("--client 12 --demo", "cannot be used with"),
    ] {
        flags(&mut world, line).status(1).says(&[says]).sends_nothing();
    }
    world.run("init new --endpoint http://pbx.example").status(1).says(&["not encrypted"]);
    assert!(has_nothing(&world));
    let ran = world.run("init --client 12").status(1).sends_nothing();
    ran.says(&["error: ringform.yaml already exists", "`ringform import` adds clients to it"]);
}

#[test]
fn choices_without_clients_send_nothing() {
    let mut world = fleet();
    let ran =
        world.run("init new --endpoint https://altapi.telphin.ru --guard unmanaged-security").ok().sends_nothing();
    assert_eq!(ran.stdout, "new/ringform.yaml\nnew/clients/me.yaml\n");
    let text = world.read("new/ringform.yaml");
    assert!(text.contains("\nendpoint: https://altapi.telphin.ru\n") && text.contains("  - unmanaged-security\n"));
    world.run("validate new").ok();
}

#[test]
fn the_questions_lead_to_a_project_and_an_empty_plan() {
    let mut world = fleet();
    let dialog = asked(&mut world, "7 12\nnone\n\nyes\n").status(0);
    let dialog = dialog.shows(&[
        "1  https://apiproxy.telphin.ru\n  2  https://altapi.telphin.ru\n",
        "RINGFORM_APP_ID and RINGFORM_APP_SECRET of the environment.\nenvironment: works, ",
        "Clients [me]: ",
        "3  opening-needs-end: ",
        "ringform would write:\n  new/ringform.yaml\n  new/clients/ (a document for each imported client)\n",
        "Next, in the folder new:",
    ]);
    assert!(!dialog.screen.contains("s3cr3t"), "{}", dialog.screen);
    assert!(dialog.stdout.contains("client 12 → new/clients/12"), "{}", dialog.stdout);
    assert!(dialog.stdout.contains("No difference: 2 clients"), "{}", dialog.stdout);
    assert!(!world.read("new/ringform.yaml").contains("\nguards:"));
}

#[test]
fn the_defaults_import_the_client_of_the_token() {
    let mut world = fleet();
    asked(&mut world, "\n\n\nyes\n").status(0);
    world.run("plan new --detailed-exitcode").ok();
    let starter = fs::read_to_string("examples/starter/ringform.yaml").unwrap();
    let text = world.read("new/ringform.yaml");
    assert_eq!(text.replace(&world.server().endpoint(), "https://apiproxy.telphin.ru"), starter);
}

#[test]
fn an_answer_that_is_not_valid_is_asked_again_with_the_reason() {
    let mut world = fleet();
    let dialog = asked(&mut world, "seven\n7\nopne-geo\n1\njenkins\nnone\nperhaps\nyes\n").status(0);
    dialog.shows(&["not a client id", "did you mean `open-geo`?", "1 github, 2 gitlab", "not valid: type yes or no"]);
    let mut world = fleet();
    asked(&mut world, "a\n\u{1b}[31mb\nc\n7\n").status(1).shows(&["were not valid: nothing was written"]);
    assert!(has_nothing(&world));
}

#[test]
fn a_list_and_a_pipeline_are_answers_too() {
    let mut world = fleet().file("some clients.csv", "id\n7\n12\n");
    let dialog = asked(&mut world, "missing.csv\nsome clients.csv\n1\ncron\nyes\n").status(0);
    let dialog = dialog.shows(&["missing.csv is not a list of clients", "some clients.csv: 2 clients"]);
    let dialog = dialog.shows(&["new/.deploy/cron/crontab", "`git init`, then commit the folder"]);
    // No commit can hold the project yet, so the first plan does not ask for one.
    assert!(!dialog.screen.contains("warning[ledger]"), "{}", dialog.screen);
    assert!(world.read("new/ringform.yaml").contains("\nledger: {remote: none}\n"));
}

#[test]
fn the_wizard_shows_the_wrong_rows_of_a_list_before_the_last_question_and_finds_it_below_home() {
    let world = fleet().file("c.csv", "id\n7\n07\nx\n12\n7\n1e3\n0\n08\n");
    let home = world.folder().display().to_string();
    let mut world = world.env("HOME", &home);
    let dialog = asked(&mut world, "~/c.csv\n\nnone\nno\n").status(1);
    dialog.shows(&[
        "c.csv: 2 clients, and 6 rows that are not valid",
        "\n    line 3: `07` is not a client id\n",
        "\n    line 6: client 7 is in this list twice; first in line 2\n",
        "\n    and 1 more\n",
    ]);
}

#[test]
fn a_screen_shows_the_first_documents_of_a_long_import_and_a_pipe_all() {
    let ids = 100..130;
    let mut world = ids.clone().fold(World::new(), |world, id| world.live(id, json!({})));
    let clients: String = ids.map(|id| format!(" --client {id}")).collect();
    assert_eq!(flags(&mut world, &clients).ok().stdout.matches(" → new/clients/").count(), 30);
    let endpoint = world.server().endpoint();
    let (mut screen, terminal) = terminal();
    let mut command = world.command(&format!("init other --endpoint {endpoint}{clients}"));
    let status = command.stdout(terminal).stderr(Stdio::null()).status().unwrap();
    drop(command);
    let mut seen = Vec::new();
    drop(screen.read_to_end(&mut seen));
    let seen = String::from_utf8(seen).unwrap();
    assert!(status.success() && seen.contains("\nand 10 more documents\r\n"), "{seen}");
    assert_eq!(seen.matches(" → other/clients/").count(), 20, "{seen}");
}

#[test]
fn a_no_an_end_of_the_input_and_a_signal_write_nothing() {
    for answers in ["", "7\n", "7\n\n", "7\n\n\n"] {
        let mut world = fleet();
        let dialog = asked(&mut world, &format!("{answers}{END}")).status(1);
        dialog.shows(&["the input ended: nothing was written"]);
        assert!(has_nothing(&world), "{answers:?}");
    }
    let mut world = fleet();
    asked(&mut world, "7\n\n\nno\n").status(1).shows(&["the answer was no: nothing was written"]);
    assert!(has_nothing(&world));
    // Before the first request, and after one.
    world.start();
    for typed in [String::new(), format!("{}\n", world.server().endpoint())] {
        let (mut screen, terminal) = terminal();
        screen.write_all(typed.as_bytes()).unwrap();
        let mut command = world.command("init new");
        command.stdin(terminal.try_clone().unwrap()).stderr(terminal);
        let mut child = command.spawn().unwrap();
        let wanted = if typed.is_empty() { "Endpoint [1]: " } else { "Clients [me]: " };
        let (mut seen, mut part) = (String::new(), [0; 1024]);
        while !seen.contains(wanted) {
            let count = screen.read(&mut part).unwrap();
            seen.push_str(&String::from_utf8_lossy(&part[..count]));
        }
        assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
        assert_eq!(child.wait().unwrap().code(), Some(130), "{seen}");
        assert!(has_nothing(&world));
    }
}

#[test]
fn without_credentials_the_questions_go_on_with_the_example_or_end() {
    let mut world = fleet().env("RINGFORM_APP_ID", "").env("RINGFORM_APP_SECRET", "");
    let dialog = asked(&mut world, "no\n").status(1);
    dialog.shows(&["export RINGFORM_APP_ID=", "the environment holds no credentials: nothing was written"]);
    assert!(has_nothing(&world));
    let dialog = asked(&mut world, "yes\n\n\nyes\n").status(0);
    assert_eq!(dialog.stdout, "new/ringform.yaml\nnew/clients/me.yaml\n");
    assert_eq!(world.server().counts().token, 0);
}

#[test]
fn credentials_that_do_not_work_can_be_checked_again_or_left() {
    let apps = json!({"apps": [{"app_id": "app", "app_secret": "another"}]});
    let mut world = World::new().live(7, json!({})).seed(apps);
    let dialog = asked(&mut world, "\n4\n").status(1);
    assert_eq!(dialog.screen.matches("does not work: the API refused").count(), 2, "{}", dialog.screen);
    assert!(has_nothing(&world));
    let dialog = asked(&mut world, "3\n\n\nyes\n").status(0);
    assert_eq!(dialog.stdout, "new/ringform.yaml\nnew/clients/me.yaml\n");
}

#[test]
fn a_project_that_exists_and_a_run_without_a_terminal_are_not_asked() {
    let mut world = fleet();
    let dialog = dialog(world.command("init"), "").status(1).shows(&["error: ringform.yaml already exists"]);
    assert!(!dialog.screen.contains("Endpoint"), "{}", dialog.screen);
    // Only one of stdin and stderr is a terminal.
    let (_keyboard, terminal) = terminal();
    let mut command = world.command("init new");
    let output = command.stdin(terminal).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "new/ringform.yaml\nnew/clients/me.yaml\n");
}

#[test]
fn a_pipeline_that_exists_is_refused_before_the_last_question() {
    let mut world = fleet().file("new/.deploy/cron/crontab", "own\n");
    let dialog = asked(&mut world, "7\n\ncron\n\nyes\n").status(0);
    dialog.shows(&["new/.deploy/cron/crontab already exists; choose without that pipeline"]);
    assert_eq!(world.read("new/.deploy/cron/crontab"), "own\n");
    assert!(!world.path("new/.deploy/cron/ringform-drift").exists());
}

#[test]
fn an_interrupted_import_keeps_its_documents_and_names_the_way_on() {
    let mut world = World::new().fault("latency=400ms,on=get");
    for id in 1..=40 {
        world = world.live(id, json!({"geo_list": "RU"}));
    }
    let list: String = (1..=40).map(|id| format!("{id}\n")).collect();
    let mut world = world.file("clients.csv", &format!("id\n{list}"));
    let endpoint = world.start().endpoint();
    let mut command = world.command(&format!("init new --endpoint {endpoint} --from clients.csv"));
    let child = command.stderr(std::process::Stdio::piped()).stdout(std::process::Stdio::piped()).spawn().unwrap();
    // The first reads wait at the simulator.
    while world.server().counts().read == 0 {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(130), "{stderr}");
    assert!(stderr.contains("interrupted: not read: ") && stderr.contains("`ringform import --from`"), "{stderr}");
    assert!(!stderr.contains("Next"), "{stderr}");
}
