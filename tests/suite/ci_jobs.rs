//! The apply jobs of examples/ci after an apply that did not end clean. A later merge must neither forget what such an
//! apply stored nor take it for drift. One pass each: the ledger knows what each client holds.

use ringform::sandbox::{Semantics, SimulatorFault};
use serde_json::{Value as Json, json};

use crate::pipeline::{BOTH, Ended, Host, Job, Pipeline};
use crate::world::World;

/// Two clients in sync with git, and a ledger that says so.
fn beginning(pipeline: Pipeline) -> (World, Host) {
    let mut world = World::new()
        .project("ledger: git")
        .live(12, json!({"geo_list": "RU", "timezone": "UTC"}))
        .live(13, json!({"geo_list": "RU"}))
        .file(".gitignore", ".ringform\n.seed-of-the-test.json\n");
    for id in [12, 13] {
        world = world.declared(id, "{geo_list: [RU]}");
    }
    let world = world.repository();
    let host = Host::new(&world, pipeline);
    host.apply(&world).status(0).requests(1, 2, 0);
    assert_eq!([host.recorded(12, "geo_list"), host.recorded(13, "geo_list")], ["RU", "RU"]);
    (world, host)
}

/// Merges these countries for both clients.
fn merge(world: &World, host: &Host, of_12: &str, of_13: &str) {
    world.declare(12, &format!("{{geo_list: {of_12}}}"));
    world.declare(13, &format!("{{geo_list: {of_13}}}"));
    world.commit("merge");
    host.push(world);
}

fn revert(world: &World, host: &Host) {
    world.git(&["revert", "--no-edit", "HEAD"]);
    host.push(world);
}

/// A world in which both clients were to be opened and only 12 was: the PUT of 13 is refused.
#[track_caller]
fn half_applied(pipeline: Pipeline) -> (World, Host) {
    let (world, host) = beginning(pipeline);
    merge(&world, &host, "\"*\"", "\"*\"");
    refuse_13(&world);
    red(&world, &host).requests(1, 2, 2);
    world.server().clear_faults();
    assert_eq!(countries(&world), ["*", "RU"]);
    assert_eq!([host.recorded(12, "geo_list"), host.recorded(13, "geo_list")], ["*", "RU"]);
    (world, host)
}

fn refuse_13(world: &World) {
    let fault: SimulatorFault = "error=user_access_type_deny,on=put,client=13".parse().unwrap();
    world.server().fault(fault);
}

fn countries(world: &World) -> [Json; 2] {
    [world.stored(12, "geo_list"), world.stored(13, "geo_list")]
}

/// The job ends green, the ledger names its commit, and no claim is left.
#[track_caller]
fn green(world: &World, host: &Host) -> Ended {
    let ended = host.apply(world).status(0);
    assert_eq!(host.applied(), world.git(&["rev-parse", "HEAD"]), "{}", ended.said);
    assert_eq!([host.recorded(12, "geo_list"), host.recorded(13, "geo_list")], countries(world), "{}", ended.said);
    assert!(host.ledger_files("open").is_empty(), "{}", ended.said);
    ended
}

/// The job ends red, and no claim is left.
#[track_caller]
fn red(world: &World, host: &Host) -> Ended {
    let ended = host.apply(world).status(1);
    assert!(host.ledger_files("open").is_empty(), "{}", ended.said);
    ended
}

#[test]
fn a_clean_apply_records_its_values_and_its_commit_in_one_pass() {
    for pipeline in BOTH {
        let (world, host) = beginning(pipeline);
        merge(&world, &host, "[RU, KZ]", "[RU]");
        green(&world, &host).requests(1, 2, 1);
        assert_eq!(countries(&world), ["KZ RU", "RU"]);
        // Nothing is left to send, and nothing to record.
        let tip = world.git(&["ls-remote", "origin", "ringform-ledger"]);
        green(&world, &host).requests(1, 2, 0);
        assert_eq!(world.git(&["ls-remote", "origin", "ringform-ledger"]), tip);
    }
}

#[test]
fn half_an_apply_is_closed_by_the_revert_in_one_pass() {
    for pipeline in BOTH {
        let (world, host) = half_applied(pipeline);
        revert(&world, &host);
        green(&world, &host).requests(1, 2, 1);
        assert_eq!(countries(&world), ["RU", "RU"]);
    }
}

#[test]
fn half_an_apply_is_ended_by_the_job_that_is_run_again_and_by_the_next_merge() {
    for pipeline in BOTH {
        let (world, host) = half_applied(pipeline);
        green(&world, &host).requests(1, 2, 1);
        assert_eq!(countries(&world), ["*", "*"]);

        let (world, host) = half_applied(pipeline);
        merge(&world, &host, "[BY]", "[BY]");
        green(&world, &host).requests(1, 2, 2);
        assert_eq!(countries(&world), ["BY", "BY"]);
    }
}

#[test]
fn a_job_that_was_killed_leaves_a_claim_and_a_person_takes_it_over() {
    for pipeline in BOTH {
        let (world, host) = beginning(pipeline);
        merge(&world, &host, "\"*\"", "\"*\"");
        world.server().fault("latency=60s,on=put,client=13".parse().unwrap());
        host.kill_apply(&world, || world.stored(12, "geo_list") == "*");
        world.server().clear_faults();
        let open = host.ledger_files("open");
        assert_eq!(open.len(), 1, "{open:?}");
        let run = open[0].trim_start_matches("open/").trim_end_matches(".json").to_owned();
        // The next job sends nothing while the claim may be alive.
        revert(&world, &host);
        host.apply(&world).status(1).requests(0, 0, 0).says(&[&run, "--take-over"]);
        assert_eq!(countries(&world), ["*", "RU"]);
        host.apply_with(&world, &format!("--take-over {run}")).status(0).requests(1, 2, 1);
        assert_eq!(countries(&world), ["RU", "RU"]);
        green(&world, &host).requests(1, 2, 0);
    }
}

#[test]
fn a_job_that_a_person_cancels_records_what_it_sent_before_it_leaves() {
    let (world, host) = beginning(Pipeline::Github);
    merge(&world, &host, "\"*\"", "\"*\"");
    world.server().fault("latency=2s,on=put,client=12".parse().unwrap());
    let before = world.server().counts().write;
    let status = host.cancel_apply(&world, || world.server().counts().write > before);
    assert_eq!(status, Some(130));
    world.server().clear_faults();
    assert!(host.ledger_files("open").is_empty());
    assert_eq!([host.recorded(12, "geo_list"), host.recorded(13, "geo_list")], countries(&world));
    assert_eq!(countries(&world), ["*", "RU"]);
    green(&world, &host).requests(1, 2, 1);
}

#[test]
fn failures_in_a_row_are_all_remembered() {
    for pipeline in BOTH {
        // 12 holds what the first of three merges brought.
        let (world, host) = half_applied(pipeline);
        refuse_13(&world);
        merge(&world, &host, "\"*\"", "[KZ]");
        red(&world, &host);
        merge(&world, &host, "\"*\"", "[BY]");
        red(&world, &host);
        world.server().clear_faults();
        merge(&world, &host, "[RU]", "[RU]");
        green(&world, &host).requests(1, 2, 1);
        assert_eq!(countries(&world), ["RU", "RU"]);
    }
}

#[test]
fn a_client_changed_outside_of_git_after_half_an_apply_is_a_conflict_until_it_is_settled() {
    for pipeline in BOTH {
        let (world, host) = half_applied(pipeline);
        world.server().set(12, "geo_list", json!("KZ"));
        revert(&world, &host);
        for _ in 0..2 {
            red(&world, &host).requests(1, 2, 0).says(&["was also changed outside of git"]);
            assert_eq!(countries(&world), ["KZ", "RU"]);
        }
        world.server().set(12, "geo_list", json!("RU"));
        green(&world, &host);
    }
}

#[test]
fn a_field_that_moved_along_while_a_revert_was_sent_is_no_success() {
    for pipeline in BOTH {
        let (world, host) = half_applied(pipeline);
        world.server().semantics(Semantics { replace: true, ..Semantics::default() });
        revert(&world, &host);
        red(&world, &host).requests(1, 2, 1);
        assert_eq!(countries(&world), ["RU", "RU"]);
    }
}

#[test]
fn a_job_of_an_older_commit_that_is_run_again_sends_nothing() {
    for pipeline in BOTH {
        let (world, host) = beginning(pipeline);
        let older = world.git(&["rev-parse", "HEAD"]);
        merge(&world, &host, "[KZ]", "[RU]");
        green(&world, &host);
        let again = host.apply_at(&world, &older, "").status(1).requests(0, 0, 0);
        again.says(&["was applied already", "--allow-older"]);
        assert_eq!(countries(&world), ["KZ", "RU"]);
    }
}

#[test]
fn a_merge_of_another_endpoint_is_sent_only_by_a_job_that_a_person_starts() {
    for pipeline in BOTH {
        let (world, host) = beginning(pipeline);
        // The same simulator under another name.
        let project = world.read("ringform.yaml").replace("127.0.0.1", "localhost");
        world.write("ringform.yaml", project.as_bytes());
        merge(&world, &host, "[BY]", "[RU]");
        host.apply(&world).status(1).requests(0, 0, 0).says(&["this ledger is of", "--trust-project"]);
        host.apply_with(&world, "--trust-project").status(0).requests(1, 2, 1);
        green(&world, &host).requests(1, 2, 0);
    }
}

#[test]
fn a_pull_request_of_other_credentials_makes_no_request() {
    for pipeline in BOTH {
        let (world, host) = beginning(pipeline);
        world.git(&["checkout", "-q", "-b", "stolen"]);
        let project = world.read("ringform.yaml");
        let more = "credentials:\n  default: {token: \"${STOLEN}\"}\n";
        world.write("ringform.yaml", format!("{project}{more}").as_bytes());
        world.declare(12, "{geo_list: [BY]}");
        world.commit("Other credentials");
        world.git(&["checkout", "-q", "main"]);
        let (ended, _) = host.plan(&world, Job::Plan, "stolen");
        ended.status(1).requests(0, 0, 0).says(&["credentials"]);
    }
}

#[test]
fn a_merge_request_is_compared_with_the_commit_where_it_left_its_target() {
    for pipeline in BOTH {
        let (world, host) = beginning(pipeline);
        world.git(&["checkout", "-q", "-b", "belarus"]);
        world.declare(12, "{geo_list: [BY]}");
        world.commit("Client 12 may register from Belarus");
        world.git(&["checkout", "-q", "main"]);
        world.declare(13, "{geo_list: [KZ]}");
        world.commit("Meanwhile");
        host.push(&world);
        let (ended, comment) = host.plan(&world, Job::Plan, "belarus");
        ended.status(0).requests(1, 1, 0);
        assert!(comment.contains("BY") && !comment.contains("KZ"), "{comment}");
        let (ended, _) = host.plan(&world, Job::PlanOfFork, "belarus");
        ended.status(0).requests(0, 0, 0);
    }
}
