//! Rules that need a run: paths and selections, the environment, the API, a revision.

use std::fs;

use serde_json::json;

use crate::rule_ids::{assert_none, diagnostics};
use crate::world::World;

/// A run and the whole list of its diagnostics.
pub(super) struct Run {
    world: fn() -> World,
    pub(super) line: &'static str,
    status: i32,
    pub(super) expected: &'static [&'static str],
}

pub(super) fn run(line: &'static str, status: i32, expected: &'static [&'static str], world: fn() -> World) -> Run {
    Run { world, line, status, expected }
}

pub(super) fn rows() -> Vec<Run> {
    let mut rows = files();
    rows.extend(connections());
    rows.extend(clients());
    rows.extend(bases());
    rows.extend(undos());
    rows.extend(trust());
    rows.extend(super::ledgers::rows());
    rows
}

/// Client 12 in sync, started.
fn in_sync() -> World {
    let mut world = World::new().live(12, json!({"timezone": "UTC"})).declared(12, "{timezone: UTC}");
    world.start();
    world
}

/// Client 12 in sync with the one commit of a repository.
fn committed() -> World {
    in_sync().repository()
}

/// Client 12 in sync, with this text in place of the project file.
fn project(text: &str) -> World {
    let world = in_sync();
    world.write("ringform.yaml", text.as_bytes());
    world
}

fn link(world: &World, name: &str) {
    std::os::unix::fs::symlink("nowhere", world.path(name)).unwrap();
}

fn files() -> Vec<Run> {
    fn without_project() -> World {
        let world = in_sync();
        fs::remove_file(world.path("ringform.yaml")).unwrap();
        world
    }
    fn two_projects() -> World {
        in_sync()
            .file("other/ringform.yaml", "endpoint: https://other.example\n")
            .file("other/13.yaml", "client: 13\nsettings: {timezone: UTC}\n")
    }
    vec![
        run("validate", 1, &["error no-project"], without_project),
        run("validate --project staging.ringform.yaml", 1, &["error no-project"], in_sync),
        run("validate", 1, &["error no-project"], || {
            without_project()
                .file("staging.ringform.yaml", "endpoint: https://staging.example\n")
                .file("live.ringform.yaml", "endpoint: https://pbx.example\n")
        }),
        run("validate . other", 1, &["error ambiguous-project"], two_projects),
        run("apply --yes", 1, &["error collateral"], || {
            let begin = json!({"event": "begin", "run": "r", "started_at": "t", "ringform_version": "0.1.0",
                "endpoint": "https://pbx.example", "project": "ringform.yaml"});
            let done = json!({"event": "done", "client_id": "12", "credentials": null, "result": "collateral",
                "message": null});
            let journal = format!("{begin}\n{done}\n");
            in_sync()
                .declared(12, "{timezone: Asia/Omsk}")
                .file(".ringform/journal/20260101T000000Z-00aa11.jsonl", &journal)
        }),
        run("validate .. --project ./ringform.yaml", 1, &["error ambiguous-project"], in_sync),
        run("validate clients/13.yaml", 1, &["error unreadable"], in_sync),
        run("guard test", 1, &["error bad-guard-test"], in_sync),
        run("plan --floor .floor.yaml", 1, &["error bad-floor"], || in_sync().file(".floor.yaml", "guards: []\n")),
        run("drift", 0, &["warning floor-waiver ringform.yaml:3:3"], || {
            let floor = std::env::temp_dir().join("ringform-rule-ids-floor.yaml");
            fs::write(&floor, "max_waiver: 1d\n").unwrap();
            let waiver = "- {client: 12, owner: ops, reason: agreed, until: 2999-12-31}";
            World::new()
                .env("RINGFORM_FLOOR", floor.to_str().unwrap())
                .project(&format!("waivers:\n{waiver}"))
                .live(12, json!({"timezone": "UTC"}))
                .declared(12, "{timezone: UTC}")
        }),
        run("guard test", 1, &["error bad-guard-test a.test.yaml:1:1"], || in_sync().file("a.test.yaml", "open-geo\n")),
        run("validate", 1, &["error unreadable clients/13.yaml:1:1"], || {
            let world = in_sync();
            link(&world, "clients/13.yaml");
            world
        }),
        run("validate", 1, &["error unreadable ringform.yaml:1:1"], || {
            let world = without_project();
            link(&world, "ringform.yaml");
            world
        }),
        run("plan", 1, &["error no-documents"], World::new),
        run("validate empty", 1, &["error no-documents"], || {
            let world = in_sync();
            fs::create_dir(world.path("empty")).unwrap();
            world
        }),
        run("plan --client 99", 1, &["error no-documents"], in_sync),
        run("plan --label city=omsk", 1, &["error no-documents"], in_sync),
        run("plan --client 99 --client 98 --client 12", 1, &["error no-documents", "error no-documents"], in_sync),
    ]
}

fn connections() -> Vec<Run> {
    vec![
        run("plan", 1, &["error endpoint"], || project("route: client\n")),
        run("plan", 1, &["error endpoint ringform.yaml:1:11"], || project("endpoint: ftp://pbx.example\n")),
        run("plan --endpoint http://pbx.example", 1, &["error endpoint"], in_sync),
        run("plan", 1, &["error endpoint ringform.yaml:2:11"], || project("# ours\nendpoint: \"sandbox:\"\n")),
        run("plan", 1, &["error endpoint ringform.yaml:1:11"], || {
            project("endpoint: \"sandbox:${SEED}\"\n").env("SEED", "seed.json")
        }),
        run("plan", 1, &["error endpoint ringform.yaml:1:11"], || project("endpoint: \"sandbox:nosuch.json\"\n")),
        run("plan", 1, &["error missing-variable ringform.yaml:1:11"], || project("endpoint: https://${HOST}\n")),
        run(
            "plan",
            1,
            &["error missing-variable ringform.yaml:1:11", "error missing-variable ringform.yaml:1:11"],
            || project("endpoint: https://${HOST}/${PREFIX}\n"),
        ),
        // What a variable holds can be wrong too, and is not known before it is needed.
        run("plan", 1, &["error endpoint ringform.yaml:1:11"], || {
            project("endpoint: https://${HOST}\n").env("HOST", "user@pbx.example")
        }),
    ]
}

fn clients() -> Vec<Run> {
    fn guarded(guard: &str) -> World {
        World::new()
            .project(&format!("guards: [{guard}]"))
            .live(12, json!({"geo_list": "RU"}))
            .file("a.yaml", "# ours\nclient: 12\nsettings: {geo_list: [RU, BY]}\n")
    }
    fn limited() -> World {
        World::new()
            .project("limits: {max_changes: 1}")
            .live(12, json!({}))
            .declared(12, "{geo_list: [RU], timezone: UTC}")
    }
    fn planned() -> World {
        let mut world = World::new().live(12, json!({})).declared(12, "{timezone: UTC}").repository();
        world.run("plan --out plan.json").ok();
        world.git(&["add", "clients"]);
        world.git(&["commit", "-q", "--allow-empty", "-m", "second"]);
        world
    }
    vec![
        run("plan", 0, &["warning guard a.yaml:2:1"], || guarded("{name: x, field: geo_list, warn: {to: \"RU BY\"}}")),
        run("plan", 0, &["warning guard a.yaml:2:1"; 2], || guarded("unmanaged-security")),
        // What stops a client is a part of the client and not a diagnostic.
        run("plan", 1, &[], || guarded("{name: x, field: geo_list, deny: {}}")),
        run("plan --override-guard x --reason fair", 0, &["warning guard-overridden a.yaml:2:1"], || {
            guarded("{name: x, field: geo_list, deny: {}}")
        }),
        run("plan --override-guard x --reason fair", 0, &["warning nothing-to-override"], || {
            guarded("{name: x, field: timezone, deny: {}}")
        }),
        run("plan --override-guard y --reason fair", 1, &["error override-guard"], || {
            guarded("{name: x, field: geo_list, deny: {}}")
        }),
        run("apply --yes", 0, &["warning damaged-journal .ringform/journal/20260101T000000Z-1.jsonl:2:1"], || {
            in_sync().file(".ringform/journal/20260101T000000Z-1.jsonl", "\nhalf a line\n")
        }),
        run("apply --yes", 0, &["warning unresolved-put clients/12.yaml:1:1"], || {
            let sending = r#"{"event":"sending","client_id":"12","credentials":null,"changes":[],"put":{}}"#;
            in_sync().file(".ringform/journal/20260101T000000Z-1.jsonl", sending)
        }),
        run("drift --since last.json", 0, &["warning future-time"], || {
            let mut world = in_sync();
            world.run("drift --format json=last.json").ok();
            let mut report: serde_json::Value = serde_json::from_str(&world.read("last.json")).unwrap();
            report["run"]["started_at"] = json!("2099-01-01T00:00:00Z");
            world.file("last.json", &report.to_string())
        }),
        run("drift", 0, &["warning idle-waiver ringform.yaml:3:3"], || {
            let waiver = "- {client: 13, owner: ops, reason: agreed, until: 2999-12-31}";
            World::new()
                .project(&format!("waivers:\n{waiver}"))
                .live(12, json!({"timezone": "UTC"}))
                .declared(12, "{timezone: UTC}")
        }),
        run("apply --plan plan.json --yes", 0, &["warning another-commit"], planned),
        run("apply --yes", 1, &["error apply-lock"], || in_sync().file(".ringform", "a file\n")),
        run("plan", 0, &["warning limit-exceeded ringform.yaml:2:23"], limited),
        run("apply --yes", 1, &["error limit-exceeded ringform.yaml:2:23"], limited),
        run("apply --yes --max-changes 0 --field geo_list", 1, &["error limit-exceeded"], limited),
        run("apply --yes --max-changes 3 --field geo_list", 0, &["warning looser-flag"], limited),
    ]
}

fn bases() -> Vec<Run> {
    fn declared_anew() -> World {
        let world = committed();
        world.declare(12, "{timezone: UTC, hold_music: null}");
        world
    }
    fn broken(text: &str) -> World {
        let world = in_sync().file("clients/13.yaml", text).repository();
        fs::remove_file(world.path("clients/13.yaml")).unwrap();
        world
    }
    fn on_a_side() -> World {
        let world = committed();
        world.git(&["branch", "side"]);
        world.commit("second");
        world.git(&["checkout", "-q", "side"]);
        world
    }
    fn applied() -> World {
        let mut world = committed();
        world.declare(12, "{timezone: Asia/Omsk}");
        world.commit("second");
        world.run("apply --yes").ok();
        world.declare(12, "{timezone: UTC}");
        world
    }
    fn sparse() -> World {
        let world = in_sync().file("south/14.yaml", "client: 14\nsettings: {timezone: UTC}\n").repository();
        world.git(&["sparse-checkout", "set", "clients"]);
        world
    }
    vec![
        run("plan --base HEAD", 0, &[], committed),
        run("plan --base nosuch", 1, &["error base"], committed),
        run("plan --base=...", 1, &["error base"], committed),
        run("plan --base HEAD", 1, &["error base"], in_sync),
        run("plan --base HEAD --offline", 0, &["warning offline clients/12.yaml:2:39"], declared_anew),
        run("plan --base HEAD", 0, &["warning base-broken clients/13.yaml:2:22"], || {
            broken("client: 13\nsettings: {timezone: MSK}\n")
        }),
        run("plan --base HEAD", 0, &["warning base-broken clients/13.yaml:1:1"], || {
            broken("client: 13\nsettings: {timezone: UTC}\n---\nclient: 13\nsettings: {timezone: UTC}\n")
        }),
        run("plan --base HEAD", 0, &["warning unmanaged-by-change"], || {
            let world = in_sync().file("clients/13.yaml", "client: 13\nsettings: {timezone: UTC}\n").repository();
            fs::remove_file(world.path("clients/13.yaml")).unwrap();
            world
        }),
        run("plan --base main", 0, &["warning base-not-ancestor"], on_a_side),
        run("plan --base main...", 0, &[], on_a_side),
        run("plan --base HEAD~1", 0, &["warning base-behind clients/12.yaml:2:22"], applied),
        run("plan --base HEAD", 0, &["warning sparse-checkout"], sparse),
        run("plan --base HEAD --field geo_list", 0, &[], declared_anew),
        run("apply --base HEAD --yes --overwrite-drift 12/timezone", 0, &["warning nothing-to-overwrite"], committed),
        run("apply --base HEAD --yes --overwrite-drift 99", 0, &["warning nothing-to-overwrite"], committed),
    ]
}

/// Runs of `undo`, and of a plan after one.
fn undos() -> Vec<Run> {
    fn reported() -> World {
        let mut world = World::new().live(12, json!({"timezone": "UTC"})).declared(12, "{timezone: Asia/Omsk}");
        world.run("apply --yes --format json=report.json").ok();
        world
    }
    vec![
        run("undo 20261124T100000Z-00aa11", 1, &["error undo"], in_sync),
        run("undo report.json", 0, &["warning moved-on clients/12.yaml:2:22"], || {
            let world = reported();
            world.server().set(12, "timezone", json!("Asia/Tomsk"));
            world
        }),
        run("undo report.json", 0, &["warning not-undone clients/12.yaml:1:1"], || {
            reported().declared(12, "{hold_music: null}")
        }),
        run("plan --base HEAD", 0, &["warning undone clients/12.yaml:2:22"], || {
            let mut world = reported();
            world.run("undo report.json --out undo.json").ok();
            world.run("apply --plan undo.json --yes").ok();
            world.repository()
        }),
    ]
}

fn trust() -> Vec<Run> {
    fn changed(from: &str, to: &str) -> World {
        let token = "credentials: {default: {token: \"${TOKEN}\"}}\n";
        let world = in_sync().env("TOKEN", "t0ken");
        world.write("ringform.yaml", (world.read("ringform.yaml") + token).as_bytes());
        let world = world.repository();
        world.write("ringform.yaml", world.read("ringform.yaml").replace(from, to).as_bytes());
        world
    }
    fn with_rules(lines: &str) -> World {
        let world = committed();
        world.write("ringform.yaml", (world.read("ringform.yaml") + lines).as_bytes());
        world
    }
    vec![
        run("plan --base HEAD", 1, &["error untrusted-project ringform.yaml:1:11"], || {
            changed("endpoint: http://127.0.0.1", "endpoint: http://127.0.0.2")
        }),
        run("plan --base HEAD", 1, &["error untrusted-project ringform.yaml:1:1"], || changed("${TOKEN}", "${SECRET}")),
        run("plan --base HEAD --offline", 0, &[], || changed("${TOKEN}", "${SECRET}")),
        run("plan --base HEAD", 0, &["warning rules-changed ringform.yaml:3:3"], || {
            with_rules("guards:\n- open-geo\n")
        }),
        run("plan --base HEAD", 0, &["warning rules-changed ringform.yaml:3:3"], || {
            with_rules("waivers:\n- {client: 12, owner: ops, reason: agreed, until: 2999-12-31}\n")
        }),
        run("plan --base HEAD", 0, &["warning rules-changed ringform.yaml:2:24"], || {
            with_rules("limits: {max_read_age: 2h}\n")
        }),
        // Where the guards are gone, the file is the place.
        run("plan --base HEAD", 0, &["warning rules-changed ringform.yaml:1:1"], || {
            let world = with_rules("guards:\n- open-geo\n");
            world.commit("guards");
            world.write("ringform.yaml", world.read("ringform.yaml").replace("guards:\n- open-geo\n", "").as_bytes());
            world
        }),
    ]
}

#[test]
fn runs_report_each_problem_by_its_rule_id() {
    let mut wrong = Vec::new();
    for (index, Run { world, line, status, expected }) in rows().into_iter().enumerate() {
        let ran = world().run(&format!("{line} --format json"));
        let found = diagnostics(&ran, "");
        if found != expected || ran.status != status {
            let status = ran.status;
            wrong.push(format!("row {index}: {line}\nfound {status} {found:?}\nexpected {expected:?}\n{}", ran.stderr));
        }
    }
    assert_none(&wrong);
}
