//! Snapshots of every format, and the formats by name.

use super::support::{rendered, snapshot};
use super::{corpus, hostile, pages};
use crate::model::{Diagnostic, Place, Setting, State};
use crate::render::options::TextOptions;
use crate::render::{Format, diagnostics, diff};

#[test]
fn snapshots() {
    let verbose = TextOptions { verbose: true, requests: false, width: 80, ..TextOptions::PIPE };
    for (name, plan) in corpus::all() {
        snapshot(format!("{name}_text"), rendered(&plan, Format::Text, &TextOptions::PIPE));
        snapshot(format!("{name}_markdown"), rendered(&plan, Format::Markdown, &TextOptions::PIPE));
        if matches!(name, "one" | "odd" | "report" | "watched" | "dated" | "dated_drift") {
            snapshot(format!("{name}_html"), pages::without_style(&rendered(&plan, Format::Html, &TextOptions::PIPE)));
            snapshot(format!("{name}_terraform"), rendered(&plan, Format::Terraform, &TextOptions::PIPE));
        }
        if matches!(name, "one" | "report" | "watched") {
            snapshot(format!("{name}_prometheus"), rendered(&plan, Format::Prometheus, &TextOptions::PIPE));
        }
        if matches!(name, "one" | "nasty" | "report" | "dated" | "dated_drift") {
            snapshot(format!("{name}_json"), rendered(&plan, Format::Json, &TextOptions::PIPE));
        }
        if matches!(name, "one" | "failures" | "report") {
            snapshot(format!("{name}_verbose"), rendered(&plan, Format::Text, &verbose));
        }
    }
}

#[test]
fn colour_adds_nothing_but_colour() {
    for (name, plan) in corpus::all() {
        let plain = rendered(&plan, Format::Text, &TextOptions::PIPE);
        let colored = rendered(&plan, Format::Text, &TextOptions { color: true, ..TextOptions::PIPE });
        assert_eq!(anstream::adapter::strip_str(&colored).to_string(), plain, "{name}");
    }
}

#[test]
fn problems() {
    let at = |line, column, width| Place { width, ..Place::new("clients/acme.yaml".into(), line, column) };
    let mut list = vec![
        Diagnostic::error("unknown-key", at(2, 1, 6), "`cleint` is not known here")
            .help("did you mean `client`?".to_owned()),
        Diagnostic::error("bad-setting", at(7, 12, 2), "`北京` is not an IANA time zone"),
        Diagnostic::error("duplicate-client", at(1, 9, 4), "client 12 is declared twice").other(Place::new(
            "clients/other.yaml".into(),
            3,
            9,
        )),
        Diagnostic::error("literal-secret", Place::new("ringform.yaml".into(), 4, 20), "`token` is written out")
            .help("write ${NAME}".to_owned()),
        Diagnostic::warning("manages-nothing", at(5, 1, 1), "client 12 manages no field"),
        Diagnostic::error("no-project", None, "this folder and those above have no ringform.yaml"),
        Diagnostic::error("bad-setting", at(1200, 1501, 1), "far out"),
        Diagnostic::error("bad-setting", at(1201, 3001, 1), "farther out"),
    ];
    list[0].line = Some("cleint: \"12\"\r".into());
    list[1].line = Some("\ttimezone: 北京 # \u{1b}[31m\u{9b}".into());
    list[2].line = Some("client: \"12\"".into());
    list[4].line = Some("settings:".into());
    list[6].line = Some(format!("{}!{}", "a".repeat(1500), "b".repeat(3000)).into());
    let mut out = Vec::new();
    diagnostics(&list, &TextOptions::PIPE, &mut out).unwrap();
    snapshot("diagnostics", String::from_utf8(out).unwrap());
}

#[test]
fn differences_as_yaml() {
    let yaml = |settings: &[(Setting, State)]| {
        settings.iter().map(|(setting, state)| format!("{setting}: {}\n", state.to_json())).collect::<String>()
    };
    let (_, plan) = corpus::all().swap_remove(3);
    let mut out = Vec::new();
    diff(&plan, &yaml, &TextOptions::PIPE, &mut out).unwrap();
    snapshot("diff", String::from_utf8(out).unwrap());
}

#[test]
fn json_reads_back_as_the_same_plan() {
    for (name, plan) in corpus::all() {
        if name == "nasty" {
            continue; // its rules are not rules of ringform
        }
        let text = rendered(&plan, Format::Json, &TextOptions::PIPE);
        let again =
            crate::plan::document::load(text.as_bytes()).unwrap_or_else(|error| panic!("{name}: {}", error.sentence()));
        assert_eq!(rendered(&again, Format::Json, &TextOptions::PIPE), text, "{name}");
    }
}

#[test]
fn formats_have_names() {
    for format in Format::ALL {
        assert_eq!(format.name().parse(), Ok(format));
    }
    assert!("fancy\u{1b}".parse::<Format>().unwrap_err().contains("fancy\\u{1b}"));
}

/// The corpus as files, for programs that read these formats: tests/consumers/ runs them over this folder.
#[test]
#[ignore = "writes the folder that RINGFORM_CORPUS names"]
fn corpus_for_consumers() {
    let folder = std::env::var_os("RINGFORM_CORPUS").expect("RINGFORM_CORPUS names a folder");
    let folder = std::path::Path::new(&folder);
    let mut plans = corpus::all();
    plans.push(("tame", hostile::twins().1));
    plans.push(("fleet", corpus::fleet(20_000)));
    for (name, plan) in plans {
        for format in Format::ALL {
            let text = rendered(&plan, format, &TextOptions::PIPE);
            std::fs::write(folder.join(format!("{name}.{format}")), text).unwrap();
        }
    }
}
