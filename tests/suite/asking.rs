//! The question of apply, answered at a terminal: a pseudo-terminal is the stdin of the run.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::fd::OwnedFd;

use serde_json::json;

use crate::world::World;

/// A pseudo-terminal on which this was typed: the end that keeps it alive, and the end for a process.
pub fn typed(text: &str) -> (File, OwnedFd) {
    let mut keyboard = OpenOptions::new().read(true).write(true).open("/dev/ptmx").unwrap();
    rustix::pty::unlockpt(&keyboard).unwrap();
    let name = rustix::pty::ptsname(&keyboard, Vec::new()).unwrap();
    let terminal = OpenOptions::new().read(true).write(true).open(name.to_str().unwrap()).unwrap();
    keyboard.write_all(text.as_bytes()).unwrap();
    (keyboard, terminal.into())
}

/// Runs apply with an answer; its status and stderr.
pub fn answered(world: &mut World, line: &str, answer: &str) -> (i32, String) {
    let mut command = world.command(line);
    let (keyboard, terminal) = typed(answer);
    let output = command.stdin(terminal).output().unwrap();
    drop(keyboard);
    (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}

fn fleet(clients: u64) -> World {
    let mut world = World::new();
    let mut documents = String::new();
    for id in 1..=clients {
        world = world.live(id, json!({"geo_list": "RU"}));
        let settings = if id == 1 { "{geo_list: [RU, KZ], hold_music: 7}" } else { "{hold_music: 7}" };
        documents.push_str(&format!("client: {id}\nsettings: {settings}\n---\n"));
    }
    world.file("clients/all.yaml", &documents)
}

#[test]
fn the_question_names_what_would_be_sent_and_only_yes_sends() {
    let mut world = fleet(2);
    for answer in ["no\n", "y\n", "2\n", "\u{4}"] {
        let (status, said) = answered(&mut world, "apply", answer);
        assert_eq!(status, 1, "{said}");
        assert!(said.contains("apply would send 3 settings of 2 clients to http://127.0.0.1:"), "{said}");
        assert!(
            said.contains(".\n1 client opens the PBX to more callers.\nTo send, type `yes`; anything else"),
            "{said}"
        );
    }
    assert_eq!(world.puts().len(), 0);
    let (status, said) = answered(&mut world, "apply", "yes\n");
    assert_eq!((status, world.puts().len()), (0, 2), "{said}");
}

#[test]
fn a_fleet_is_sent_only_for_its_number() {
    let mut world = fleet(51);
    for (line, answer) in [("apply", "yes\n"), ("apply", "50\n"), ("apply --client 1?", "51\n")] {
        let (status, said) = answered(&mut world, line, answer);
        assert_eq!((status, world.puts().len()), (1, 0), "{line} {answer}: {said}");
        assert!(said.contains("To send, type the number of clients, 51;") == (line == "apply"), "{said}");
    }
    let (status, said) = answered(&mut world, "apply", "51\n");
    assert_eq!((status, world.puts().len()), (0, 51), "{said}");
}

#[test]
fn clients_that_are_stopped_are_no_part_of_the_number() {
    let mut world = fleet(51).project("guards:\n  - {name: no-kz, field: geo_list, deny: {allow: [RU]}}");
    let (status, said) = answered(&mut world, "apply", "50\n");
    assert!(said.contains("apply would send 50 settings of 50 clients to"), "{said}");
    assert!(said.contains("No client opens the PBX to more callers."), "{said}");
    assert_eq!((status, world.puts().len()), (1, 50), "{said}");
}

#[test]
fn a_usage_error_has_colours_on_a_terminal_and_still_no_escape_of_an_argument() {
    for (argument, shown) in [("--plain", "--plain"), ("--x\u{1b}[5mblink", "--x\\u{1b}[5mblink")] {
        let (mut screen, terminal) = typed("");
        let mut world = World::new();
        let mut command = world.command("plan");
        command.arg(argument).env("TERM", "xterm").stderr(terminal);
        assert_eq!(command.status().unwrap().code(), Some(1));
        drop(command);
        let mut said = Vec::new();
        // The end of a pseudo-terminal is an error.
        drop(screen.read_to_end(&mut said));
        let said = String::from_utf8(said).unwrap();
        assert!(said.contains("\u{1b}[") && said.contains(shown) && !said.contains("\u{1b}[5m"), "{said:?}");
    }
}

#[test]
fn the_question_of_a_run_that_can_only_close_says_so() {
    let mut world = World::new()
        .live(12, json!({"geo_list": "RU TR", "hold_music": 7}))
        .declared(12, "{geo_list: [RU, KZ], hold_music: 8}");
    let (status, said) = answered(&mut world, "apply --only-closing", "no\n");
    assert_eq!((status, world.puts().len()), (1, 0), "{said}");
    for part in [
        "RU TR → RU",
        "not sent",
        "apply would send 1 setting of 1 client to http://127.0.0.1:",
        "It only removes countries from geo_list and opens nothing: --only-closing.\nTo send, type `yes`",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    // After a question the client is read again, and what live holds then decides.
    let mut command = world.command("apply --only-closing");
    let (keyboard, terminal) = typed("yes\n");
    world.server().fault("meddle=geo_list:RU TR DE,on=get,client=12,after=1,times=1".parse().unwrap());
    let output = command.stdin(terminal).output().unwrap();
    drop(keyboard);
    assert_eq!((output.status.code(), world.puts()), (Some(0), vec![json!({"geo_list": "RU"})]));
}
