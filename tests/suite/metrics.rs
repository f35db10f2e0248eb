//! The format `prometheus` where others read it: a folder of files, another user, a run that failed.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use serde_json::json;

use crate::world::World;

/// HELP and TYPE of a page, and its series without their values.
fn parts(text: &str) -> (Vec<&str>, Vec<&str>) {
    let (about, samples): (Vec<&str>, Vec<&str>) = text.lines().partition(|line| line.starts_with('#'));
    (about, samples.into_iter().map(|line| line.rsplit_once(' ').unwrap().0).collect())
}

#[test]
fn two_projects_share_one_folder_of_metrics() {
    let shared = tempfile::tempdir().unwrap();
    let mut pages = Vec::new();
    for name in ["a.prom", "b.prom"] {
        let mut world = World::new().live(12, json!({"geo_list": "RU"})).declared(12, "{geo_list: [RU, BY]}");
        let file = shared.path().join(name);
        let plain = world.command("plan");
        // The umask of a careful cron job.
        let mut shell = Command::new("sh");
        shell.args(["-c", "umask 077; exec \"$@\"", "sh"]).arg(plain.get_program());
        shell.args(["plan", &format!("--format=prometheus={}", file.display())]);
        shell.current_dir(world.folder()).env_clear().env("RINGFORM_APP_ID", "app").env("RINGFORM_APP_SECRET", "x");
        let ran = shell.output().unwrap();
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o644);
        pages.push(fs::read_to_string(&file).unwrap());
    }
    let (one, other) = (parts(&pages[0]), parts(&pages[1]));
    assert_eq!(one.0, other.0);
    assert!(one.1.len() > 20 && one.1.iter().all(|series| !other.1.contains(series)), "{:?}", one.1);
    let mut names: Vec<_> = fs::read_dir(shared.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["a.prom", "b.prom"]);
}

#[test]
fn a_failed_run_keeps_the_time_of_the_last_success() {
    let mut world = World::new().live(12, json!({"geo_list": "RU"})).declared(12, "{geo_list: RU}");
    let success = |page: &str| {
        let line = page.lines().find(|line| line.starts_with("ringform_last_success_timestamp_seconds{"));
        line.map(|line| line.rsplit_once(' ').unwrap().1.to_owned())
    };
    world.run("plan --format prometheus=m.prom").ok();
    let text = world.read("m.prom");
    let then = success(&text).unwrap();
    let earlier = text.replace(&format!(" {then}\n"), " 1700000000\n");
    world.write("m.prom", earlier.as_bytes());
    world.write("clients/13.yaml", b"client: 13\nsettings: {geo_list: RU}\n");
    world.run("plan --format prometheus=m.prom").status(1);
    let page = world.read("m.prom");
    assert_eq!(success(&page).as_deref(), Some("1700000000"), "{page}");
    assert!(page.contains("state=\"failed\"} 1\n") && page.contains("ringform_last_run_timestamp_seconds{"), "{page}");
    world.write("clients/13.yaml", b"client: 13\nsettings: {geo_list: }\n");
    world.run("plan --format prometheus=m.prom").status(1);
    // A time in the future would keep the alert on its age silent.
    let future = world.read("m.prom").replace(" 1700000000\n", " 4070908800\n");
    world.write("future.prom", future.as_bytes());
    world.run("plan --format prometheus=future.prom").status(1);
    let time: i64 = success(&world.read("future.prom")).unwrap().parse().unwrap();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs() as i64;
    assert!((now - 600..=now).contains(&time), "{time}");
    let page = world.read("m.prom");
    assert!(page.contains("level=\"error\"} 1\n") && success(&page).as_deref() == Some("1700000000"), "{page}");
}
