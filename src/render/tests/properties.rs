//! Properties of every format with any untrusted text.

use proptest::prelude::*;
use serde_json::Value as Json;

use super::support::rendered;
use super::{corpus, dated, drifted, hostile};
use crate::model::{DatedEvent, Difference, Place, Setting, State, Untrusted};
use crate::plan::Plan;
use crate::plan::drift::FindingCause;
use crate::plan::scheduled::ScheduledChange;
use crate::render::escape::{is_unsafe, markdown, markdown_code, terminal};
use crate::render::options::TextOptions;
use crate::render::{Format, diagnostics, diff};

/// No character that a terminal obeys except line feeds, and no command for the log of a CI job.
fn assert_escaped(text: &str, what: &str) {
    for line in text.split('\n') {
        assert!(!line.chars().any(is_unsafe), "{what}: {line:?}");
        assert!(!line.trim_start().starts_with("::"), "{what}: {line:?}");
        assert!(!line.contains("##[") && !line.contains("##vso["), "{what}: {line:?}");
    }
}

/// The same for a format. The test `annotations` reads the commands of `github`.
fn assert_form_escaped(form: &str, text: &str, what: &str) {
    if form != Format::Github.name() {
        return assert_escaped(text, what);
    }
    let bare = |line: &str| {
        ["::error ", "::warning ", "::notice "]
            .iter()
            .fold(line.to_owned(), |line, command| line.strip_prefix(command).map_or(line.clone(), str::to_owned))
    };
    let lines: Vec<String> = text.lines().map(bare).collect();
    assert_escaped(&lines.join("\n"), what);
}

fn every_form(plan: &Plan) -> Vec<(String, String)> {
    let verbose = TextOptions { verbose: true, width: 30, ..TextOptions::PIPE };
    let mut forms = Vec::new();
    for format in Format::ALL {
        for options in [TextOptions::PIPE, verbose] {
            forms.push((format!("{format}"), rendered(plan, format, &options)));
        }
    }
    let mut out = Vec::new();
    diagnostics(&plan.diagnostics, &TextOptions::PIPE, &mut out).unwrap();
    diff(plan, &|settings| settings.iter().map(|(_, state)| format!("{state:?}\n")).collect(), &verbose, &mut out)
        .unwrap();
    forms.push(("diagnostics and diff".into(), String::from_utf8(out).unwrap()));
    forms
}

fn drifted_plans() -> impl Iterator<Item = (&'static str, Plan)> {
    hostile::NASTY.iter().map(|text| ("drifted", drifted::drifted(text))).chain([("origins", drifted::origins())])
}

#[test]
fn every_format_of_every_plan_is_escaped() {
    for (name, plan) in corpus::all().into_iter().chain(drifted_plans()) {
        for (form, text) in every_form(&plan) {
            assert_form_escaped(&form, &text, &format!("{name} as {form}"));
        }
    }
}

#[test]
fn every_format_of_a_drift_report_is_escaped() {
    for plan in hostile::drift_reports() {
        for (form, text) in every_form(&plan) {
            assert_form_escaped(&form, &text, &format!("a drift report as {form}"));
        }
        assert_whole(&rendered(&plan, Format::Markdown, &TextOptions::PIPE), "a drift report");
        let mut message = Vec::new();
        crate::render::slack(&plan, &mut message).unwrap();
        let message: serde_json::Value = serde_json::from_slice(&message).unwrap();
        let text = message["text"].as_str().unwrap();
        assert!(!text.contains(['<', '>']) && text.lines().count() == 3, "{text}");
        assert_escaped(text, "a message");
    }
}

#[test]
fn a_chat_message_is_short_and_counts_the_findings_that_it_leaves_out() {
    let mut plan = drifted::drifted("x");
    let watch = plan.run.drift.as_mut().unwrap();
    let sample = watch.findings.iter().find(|finding| finding.is_news() && finding.field().is_some()).unwrap().clone();
    let difference = sample.difference().unwrap();
    watch.findings = (1..=12)
        .map(|n| crate::plan::drift::Finding {
            client_id: crate::model::ClientId::parse(&n.to_string()).unwrap(),
            name: Some("&".repeat(80).as_str().into()),
            cause: FindingCause::Difference(Difference {
                live: State::Odd(format!("{}{n}", "&".repeat(80)).into()),
                declared: State::Odd("&".repeat(80).into()),
                ..difference.clone()
            }),
            ..sample.clone()
        })
        .collect();
    let mut message = Vec::new();
    crate::render::slack(&plan, &mut message).unwrap();
    let message: serde_json::Value = serde_json::from_slice(&message).unwrap();
    let text = message["text"].as_str().unwrap();
    let shown = text.lines().filter(|line| line.starts_with('•')).count();
    assert!(shown > 0 && text.chars().count() < 4_000, "{} {text}", text.chars().count());
    assert!(text.ends_with(&format!("and {} more new findings", 12 - shown)), "{text}");
}

/// Markdown is whole: under the limit, tables with equal columns, every `<details>` closed, no markup of untrusted
/// text.
fn assert_whole(text: &str, what: &str) {
    assert!(text.chars().count() < 65_536 && text.encode_utf16().count() < 65_536, "{what} is too long");
    assert_eq!(text.matches("<details>").count(), text.matches("</details>").count(), "{what}");
    assert_eq!(text.matches("<summary>").count(), text.matches("</summary>").count(), "{what}");
    assert_eq!(text.matches("<code>").count(), text.matches("</code>").count(), "{what}");
    let ours = ["<details>", "</details>", "<summary>", "</summary>", "<code>", "</code>", "<br>"];
    let bare = ours.iter().fold(text.to_owned(), |text, tag| text.replace(tag, ""));
    assert!(!bare.contains('<'), "{what}: {bare}");
    assert!(!bare.contains('@') || !bare.replace("client @me", "").contains('@'), "{what}");
    let mut columns = 0;
    for line in text.lines() {
        let pipes = line.matches('|').count();
        assert!(pipes == 0 || line.starts_with('|'), "{what}: {line}");
        if pipes > 0 && columns > 0 {
            assert_eq!(pipes, columns, "{what}: {line}");
        }
        columns = pipes;
    }
}

#[test]
fn markdown_is_short_and_well_formed() {
    for (name, plan) in corpus::all() {
        assert_whole(&rendered(&plan, Format::Markdown, &TextOptions::PIPE), name);
    }
}

#[test]
fn markdown_of_a_fleet_fits_a_comment() {
    let mut plan = corpus::fleet(20_000);
    let text = rendered(&plan, Format::Markdown, &TextOptions::PIPE);
    assert_whole(&text, "fleet");
    assert!(text.contains(" more") && text.contains("20,000"), "{}", &text[..500]);
    // Long texts everywhere.
    let long: String = "|<@#".repeat(5_000);
    for (at, client) in plan.clients.iter_mut().enumerate() {
        client.name = Some(format!("{at}{long}").into());
        client.source.file = format!("{at}{long}").into();
        client.blocked.push(crate::plan::Blocked {
            kind: crate::plan::BlockedKind::Guard,
            name: long.clone().into(),
            message: format!("{long}{}", char::from(b'a' + (at % 26) as u8)).into(),
            revision: None,
        });
        if at == 300 {
            break;
        }
    }
    assert_whole(&rendered(&plan, Format::Markdown, &TextOptions::PIPE), "long");
}

#[test]
fn no_format_reports_success_while_a_client_failed() {
    for (name, plan) in corpus::all().into_iter().filter(|(_, plan)| plan.summary().failed > 0) {
        for format in [Format::Text, Format::Markdown, Format::Html] {
            let text = rendered(&plan, format, &TextOptions::PIPE);
            assert!(!text.contains("Everything is as declared") && !text.contains("Nothing had to be"), "{name}");
            assert!(!text.contains("No difference:") && !text.contains("Nothing to do"), "{name}");
            assert!(text.contains("failed"), "{name}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_escaped(text in r"(?s)[\PC\x00-\x1f\x7f-\u{9f}\u{200b}-\u{202e}:#\[|`<>&@\\]{0,40}") {
        assert_escaped(&terminal(&text.as_str().into()).to_string(), "terminal");
        for escaped in [markdown(&text.as_str().into()), markdown_code(&text.as_str().into())] {
            assert_escaped(&escaped, "markdown");
            prop_assert!(!escaped.contains('\n') && !escaped.contains('|') && !escaped.contains('`'));
            let bare = escaped.replace("<code>", "").replace("</code>", "");
            prop_assert!(!bare.contains("::") && !bare.contains(":/") && !bare.to_lowercase().contains("www."));
            prop_assert!(!bare.contains(['<', '>', '[', ']', '@', '\\', '*', '_', '~', '!']));
        }
        let mut plan = corpus::fleet(1);
        plan.diagnostics = vec![hostile::problem(&text)];
        plan.clients[0].name = Some(text.clone().into());
        plan.clients[0].source.file = text.as_str().into();
        let entry = Place::new(text.as_str().into(), 9, 5);
        let changes = &mut plan.clients[0].changes;
        for (change, event) in changes.iter_mut().zip([DatedEvent::Began, DatedEvent::Ended]) {
            dated::explain(&mut change.difference, dated::because(event, &text, &text, &entry), true);
        }
        let coming = dated::scheduled(Setting::HoldMusic, [Json::from(7), Json::from(77)], entry);
        let (owner, reason): (Untrusted, Untrusted) = (text.as_str().into(), text.as_str().into());
        let until = owner.clone();
        plan.clients[0].scheduled =
            Box::new([ScheduledChange { from: Some(until.clone()), until, owner, reason, ..coming }]);
        for (form, text) in every_form(&plan) {
            assert_form_escaped(&form, &text, &form);
        }
    }
}
