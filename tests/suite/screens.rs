//! What people see on a terminal of 80 columns. The runs have a pseudo-terminal, so stdout and stderr are one screen.

use std::process::{Command, Stdio};

use serde_json::json;

use crate::world::World;

/// What the screen shows after a run; `None` where the machine lacks util-linux' `script`.
fn screen(world: &mut World, line: &str, columns: &str) -> Option<String> {
    let command = world.command(line);
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<String> = words.map(|word| format!("'{}'", word.to_str().unwrap())).collect();
    let mut script = Command::new("script");
    script.args(["-qec", &words.join(" "), "/dev/null"]).current_dir(world.folder()).stdin(Stdio::null());
    script.env_clear().env("PATH", "/usr/bin:/bin").env("COLUMNS", columns).env("TERM", "dumb");
    script.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let output = script.output().ok()?;
    Some(String::from_utf8(output.stdout).unwrap().replace('\r', ""))
}

#[track_caller]
fn fits(text: &str, columns: usize) {
    for line in text.lines() {
        let is_word = line.split_whitespace().count() <= 1;
        assert!(line.chars().count() <= columns || is_word, "{} columns: {line}\n{text}", line.chars().count());
    }
}

fn world() -> World {
    World::new()
        .project("defaults: {profiles: [a-rather-long-name-of-a-profile]}")
        .project("profiles:\n  a-rather-long-name-of-a-profile: {timezone: Europe/Moscow}")
        .live(
            12,
            json!({"geo_list": "RU", "name": "a client with a long name, as customers give them to their offices"}),
        )
        .declared(12, "{geo_list: [RU, BY, KZ, UZ, AM], disk_space_notify_threshold: 90}")
}

#[test]
fn a_warning_is_on_the_screen_once_and_lines_fit() {
    for line in ["plan", "plan --diff", "validate", "drift", "apply --yes", "show plan.json"] {
        let mut world = world();
        world.run("plan --out plan.json").ok();
        let Some(text) = screen(&mut world, line, "80") else { return };
        assert_eq!(
            text.matches("disk_space_notify_threshold has no e-mail").count().max(text.matches("warning[").count()),
            1,
            "{line}\n{text}"
        );
        fits(&text, 80);
    }
}

#[test]
fn messages_fit_the_screen() {
    for line in [
        "init starter",
        "init",
        "plan no-such-folder",
        "plan --base no-such-revision",
        "sandbox",
        "sandbox --fault list",
        "import 999",
        "auth check",
    ] {
        let Some(text) = screen(&mut world(), line, "60") else { return };
        assert!(!text.is_empty(), "{line}");
        fits(&text, 60);
    }
}

#[test]
fn a_pipe_gets_whole_lines() {
    let mut world = world().env("COLUMNS", "40");
    let run = world.run("plan").ok();
    assert!(run.stdout.lines().any(|line| line.chars().count() > 80), "{}", run.stdout);
}
