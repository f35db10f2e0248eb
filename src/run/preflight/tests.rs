//! Endpoint, credentials and trust, without a process and without git.

use std::sync::Arc;

use tempfile::TempDir;

use crate::api::CredentialSource;
use crate::config::{Baseline, BranchTip, Project};
use crate::model::Diagnostic;
use crate::run::preflight::baseline::{BaseOrigin, RunBase};
use crate::run::preflight::credentials::source;
use crate::run::preflight::endpoint::{EndpointChoice, Target, wrong_endpoint};
use crate::run::testing::{environment, project as load};
use crate::run::{ConnectionOptions, Environment};

/// A project of this text; its folder lives as long as the first of the two.
fn project(text: &str) -> (TempDir, Project) {
    let folder = tempfile::tempdir().unwrap();
    let project = load(folder.path(), text);
    (folder, project)
}

fn flag(endpoint: Option<&str>) -> ConnectionOptions {
    ConnectionOptions { endpoint: endpoint.map(str::to_owned), ..ConnectionOptions::default() }
}

/// The label of the endpoint, or the rule and text of the first error.
fn label(text: &str, endpoint: Option<&str>, variables: &[(&str, &str)]) -> String {
    let (_folder, project) = project(text);
    let (connection, env) = (flag(endpoint), environment(variables));
    match EndpointChoice::new(&connection, &env).target(&project) {
        Ok(target) => target.label().raw().to_owned(),
        Err(errors) => format!("{}: {}", errors[0].rule, errors[0].summary.raw()),
    }
}

#[test]
fn a_simulator_wins_over_the_flag_over_the_variable_over_the_file() {
    const FILE: &str = "endpoint: https://file.example\n";
    const VARIABLE: (&str, &str) = ("RINGFORM_ENDPOINT", "https://variable.example");
    let flag = Some("https://flag.example");
    let table = [
        ("endpoint: sandbox:seed.json\n", flag, &[VARIABLE][..], "sandbox:seed.json"),
        (FILE, flag, &[VARIABLE], "https://flag.example"),
        (FILE, None, &[VARIABLE], "https://variable.example"),
        (FILE, None, &[("RINGFORM_ENDPOINT", "")], "https://file.example"),
        (FILE, None, &[], "https://file.example"),
        ("{}\n", flag, &[], "https://flag.example"),
        ("{}\n", None, &[], "endpoint: no endpoint is named"),
        ("endpoint: https://${HOST}\n", None, &[("HOST", "a.example")], "https://a.example"),
        ("endpoint: https://${HOST}\n", None, &[], "missing-variable: the variable HOST is not set"),
        ("endpoint: https://${HOST}\n", flag, &[], "https://flag.example"),
        ("endpoint: ${WHOLE}\n", None, &[("WHOLE", "sandbox:seed.json")], "sandbox:seed.json"),
        (
            "endpoint: sandbox:${SEED}\n",
            None,
            &[("SEED", "x")],
            "endpoint: `sandbox:` names a file and takes no variable",
        ),
        ("endpoint: 'sandbox:'\n", None, &[], "endpoint: `sandbox:` names no seed"),
    ];
    for (text, endpoint, variables, expected) in table {
        assert_eq!(label(text, endpoint, variables), expected, "{text} {endpoint:?} {variables:?}");
    }
}

#[test]
fn the_seed_of_a_simulator_is_beside_the_project() {
    let (folder, project) = project("endpoint: sandbox:seeds/one.json\n");
    let (connection, env) = (flag(None), environment(&[]));
    match EndpointChoice::new(&connection, &env).target(&project).unwrap() {
        Target::Simulator { seed, .. } => assert_eq!(seed, folder.path().join("seeds/one.json")),
        Target::Api(endpoint) => panic!("{endpoint:?}"),
    }
}

#[test]
fn no_message_and_no_offline_plan_shows_what_a_variable_holds() {
    let text = "endpoint: https://${USER}:${SECRET}@pbx.example\n";
    let variables = [("USER", "me"), ("SECRET", "hush")];
    let found = label(text, None, &variables);
    assert_eq!(found, "endpoint: the endpoint is not a valid URL once ${USER} and ${SECRET} are filled in");
    let (_folder, project) = project("endpoint: https://${SECRET}.example\n");
    let (connection, env) = (flag(None), environment(&variables));
    let choice = EndpointChoice::new(&connection, &env);
    assert_eq!(choice.target(&project).unwrap().label().raw(), "https://hush.example");
    assert_eq!(choice.unfilled_label(&project).raw(), "https://${SECRET}.example");
}

#[test]
fn an_endpoint_that_needs_no_variable_is_checked_offline() {
    let is_wrong = |text: &str| wrong_endpoint(&project(text).1).is_some();
    assert!(is_wrong("endpoint: http://pbx.example\n"));
    for text in ["endpoint: https://pbx.example\n", "endpoint: http://${HOST}\n", "endpoint: sandbox:a.json\n", "{}\n"]
    {
        assert!(!is_wrong(text), "{text}");
    }
}

/// A credential source in a few words; secrets stay out of them.
fn words(source: &CredentialSource) -> String {
    match source {
        CredentialSource::App { app_id, .. } => format!("app {app_id}"),
        CredentialSource::Token(_) => "token".to_owned(),
        CredentialSource::Command { argv } => format!("command {}", argv.join(" ")),
        CredentialSource::Missing { variables } => format!("missing {}", variables.join(" ")),
        CredentialSource::Refused(_) => "refused".to_owned(),
        CredentialSource::Sandbox => "sandbox".to_owned(),
    }
}

#[test]
fn the_environment_gives_a_token_or_an_application() {
    let (folder, project) = project("endpoint: https://pbx.example\n");
    std::fs::write(folder.path().join("secret"), "hush\r\n").unwrap();
    std::fs::write(folder.path().join("empty"), "\n").unwrap();
    let (token, id, secret) = (("RINGFORM_TOKEN", "t"), ("RINGFORM_APP_ID", "app"), ("RINGFORM_APP_SECRET", "s"));
    let table = [
        (vec![token, id, secret], "token"),
        (vec![id, secret], "app app"),
        (vec![id], "missing RINGFORM_APP_SECRET"),
        (vec![secret], "missing RINGFORM_APP_ID"),
        (vec![("RINGFORM_TOKEN", "")], "missing RINGFORM_APP_ID RINGFORM_APP_SECRET"),
        (vec![("RINGFORM_TOKEN_FILE", "secret"), id], "token"),
        (vec![id, ("RINGFORM_APP_SECRET_FILE", "secret")], "app app"),
        (vec![("RINGFORM_APP_ID_FILE", "secret"), secret], "app hush"),
        (vec![id, ("RINGFORM_APP_SECRET_FILE", "empty")], "refused"),
        (vec![("RINGFORM_TOKEN_FILE", "empty"), id, secret], "refused"),
        (vec![("RINGFORM_TOKEN_FILE", "none"), id, secret], "refused"),
        (vec![token, ("RINGFORM_TOKEN_FILE", "none")], "token"),
    ];
    for (variables, expected) in table {
        let env = Environment { folder: folder.path().to_owned(), ..environment(&variables) };
        assert_eq!(words(&source(&project, None, true, &env)), expected, "{variables:?}");
        assert_eq!(words(&source(&project, Some("unknown"), true, &env)), expected, "{variables:?}");
    }
}

#[test]
fn declared_credentials_take_their_variables_and_commands_need_leave() {
    const TEXT: &str = "credentials:\n  pair: {app_id: 'x-${ID}', app_secret: '${SECRET}'}\n  ready: {token: '${TOKEN}'}\n  \
                        program: {command: [pass, show]}\n";
    let (_folder, project) = project(TEXT);
    let table = [
        ("pair", vec![("ID", "1"), ("SECRET", "s")], true, "app x-1"),
        ("pair", vec![("ID", "1")], true, "missing SECRET"),
        ("pair", vec![], true, "missing ID SECRET"),
        ("ready", vec![("TOKEN", "t")], true, "token"),
        ("ready", vec![("RINGFORM_TOKEN", "t")], true, "missing TOKEN"),
        ("program", vec![], true, "command pass show"),
        ("program", vec![], false, "refused"),
    ];
    for (name, variables, allow_command, expected) in table {
        let env = environment(&variables);
        assert_eq!(words(&source(&project, Some(name), allow_command, &env)), expected, "{name} {variables:?}");
    }
}

const THEN: &str = "endpoint: https://pbx.example\ncredentials:\n  one: {token: '${ONE}'}\n";

/// A base that declares this project.
fn base(project: Option<Project>) -> RunBase {
    RunBase {
        revision: "main".to_owned(),
        origin: BaseOrigin::Request,
        baseline: Baseline { project, whole: true, ..Baseline::default() },
    }
}

fn summaries(found: &[Diagnostic]) -> Vec<&str> {
    found.iter().map(|one| one.summary.raw()).collect()
}

#[test]
fn new_endpoints_and_new_credentials_are_not_trusted() {
    const ENDPOINT: &str = "the endpoint differs from that of main: nothing is sent";
    const CREDENTIALS: &str = "the credentials of ringform.yaml differ from those of main: nothing is sent";
    let table = [
        (THEN, None, &[][..]),
        (
            "endpoint: https://pbx.example/\ncredentials: {one: {token: '${ONE}'}}\nlimits: {concurrency: 2}\n",
            None,
            &[],
        ),
        ("endpoint: https://evil.example\ncredentials: {one: {token: '${ONE}'}}\n", None, &[ENDPOINT]),
        // A flag sends the requests of both projects to one place.
        ("endpoint: https://evil.example\ncredentials: {one: {token: '${ONE}'}}\n", Some("https://a.example"), &[]),
        ("endpoint: sandbox:seed.json\ncredentials: {one: {token: '${ONE}'}}\n", None, &[ENDPOINT]),
        ("endpoint: ${NOT_SET}\ncredentials: {one: {token: '${ONE}'}}\n", None, &[ENDPOINT]),
        ("credentials: {one: {token: '${ONE}'}}\n", None, &[ENDPOINT]),
        ("endpoint: https://pbx.example\ncredentials: {one: {token: '${TWO}'}}\n", None, &[CREDENTIALS]),
        ("endpoint: https://pbx.example\ncredentials: {two: {token: '${ONE}'}}\n", None, &[CREDENTIALS]),
        ("endpoint: https://pbx.example\n", None, &[CREDENTIALS]),
        ("endpoint: https://evil.example\n", None, &[ENDPOINT, CREDENTIALS]),
    ];
    let (_folder, then) = project(THEN);
    for (text, endpoint, expected) in table {
        let (_folder, now) = project(text);
        let (connection, env) = (flag(endpoint), environment(&[]));
        let found = base(Some(then.clone())).distrust(&now, EndpointChoice::new(&connection, &env));
        assert_eq!(summaries(&found), expected, "{text} {endpoint:?}");
        assert!(found.iter().all(|error| error.is_error() && error.rule == "untrusted-project"), "{found:?}");
    }
}

#[test]
fn the_tip_of_a_branch_and_a_submodule_count_too() {
    let ((_a, then), (_b, now)) = (project(THEN), project(THEN));
    let (_c, other) = project("endpoint: https://old.example\ncredentials: {one: {token: '${ONE}'}}\n");
    let (connection, env) = (flag(None), environment(&[]));
    let distrust = |base: RunBase| base.distrust(&now, EndpointChoice::new(&connection, &env));
    let mut moved = base(Some(then.clone()));
    moved.baseline.tip = Some(BranchTip { name: "release".to_owned(), project: Some(other), broken_project: None });
    assert_eq!(summaries(&distrust(moved)), ["the endpoint differs from that of release: nothing is sent"]);
    let mut inside = base(Some(then));
    inside.baseline.submodule = true;
    assert!(summaries(&distrust(inside))[0].contains("is in a submodule"));
    assert!(summaries(&distrust(base(None)))[0].contains("main has no valid ringform.yaml"));
}

#[test]
fn looser_rules_are_warnings() {
    const GUARDS: &str = "guards:\n  - {name: few, field: geo_list, deny: {max_countries: 5}}\n";
    const LOOSER: &str = "guards:\n  - {name: few, field: geo_list, deny: {max_countries: 9}}\n";
    let waiver =
        |until: &str| format!("waivers:\n  - {{client: 12, field: geo_list, reason: r, owner: o, until: {until}}}\n");
    let long = waiver("2099-12-31");
    let guards = |text: &str| format!("the guards differ from those of main: {text}");
    let later = "the waiver of geo_list of client 12 ends later than in main: it counts until";
    let table = [
        (String::new(), String::new(), vec![]),
        (long.clone(), long.clone(), vec![]),
        (
            String::new(),
            long.clone(),
            vec!["new waiver, not in main: geo_list of client 12, any value, until 2099-12-31".to_owned()],
        ),
        (waiver("2098-12-31"), long.clone(), vec![format!("{later} 2098-12-31")]),
        (long.clone(), waiver("2098-12-31"), vec![]),
        (waiver("2098-12-31T10:00+03:00"), waiver("2098-12-31"), vec![format!("{later} 2098-12-31T10:00+03:00")]),
        // As texts, the second one is the later.
        (waiver("2098-12-31T10:00-05:00"), waiver("2098-12-31T12:00Z"), vec![]),
        // A day ends earlier in Moscow, so another zone makes a waiver longer too.
        (format!("zone: Europe/Moscow\n{long}"), long.clone(), vec![format!("{later} 2099-12-31T21:00:00Z")]),
        (long.clone(), format!("zone: Europe/Moscow\n{long}"), vec![]),
        (long, String::new(), vec![]),
        (GUARDS.to_owned(), String::new(), vec![guards("few is removed")]),
        (GUARDS.to_owned(), LOOSER.to_owned(), vec![guards("few is changed")]),
        (String::new(), GUARDS.to_owned(), vec![guards("few is new")]),
        (GUARDS.to_owned(), GUARDS.to_owned(), vec![]),
    ];
    for (then, now, expected) in table {
        let ((_a, then), (_b, now)) =
            (project(&format!("route: client\n{then}")), project(&format!("route: client\n{now}")));
        let found = base(Some(then)).loosened(&now);
        assert_eq!(summaries(&found), expected);
        assert!(found.iter().all(|warning| !warning.is_error() && warning.rule == "rules-changed"));
    }
}

#[test]
fn affected_clients_are_those_whose_declaration_or_connection_changes() {
    let ((_a, then), (_b, now)) = (project(THEN), project(THEN));
    let (connection, env) = (flag(None), environment(&[]));
    let endpoint = EndpointChoice::new(&connection, &env);
    let base = base(Some(then));
    let affected = base.keep_affected(&now, endpoint, &mut Vec::new(), Default::default(), &Default::default());
    assert_eq!((affected.reads, affected.selected, affected.tokens), (0, 0, 0));
    assert_eq!(affected.revision.raw(), "main");
    assert_eq!(Arc::from("one"), now.credentials.keys().next().unwrap().clone());
}
