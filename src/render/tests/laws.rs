//! What holds for every form, whatever strangers wrote.

use proptest::prelude::*;

use super::{corpus, drifted, rendered};
use crate::model::{Difference, State};
use crate::plan::Plan;
use crate::plan::drift::FindingCause;
use crate::render::escape::{is_unsafe, markdown, markdown_code, terminal};
use crate::render::{Format, Look, diagnostics, diff};

/// No character that is obeyed but line feeds, no command for the log of a CI job.
fn assert_harmless(text: &str, what: &str) {
    for line in text.split('\n') {
        assert!(!line.chars().any(is_unsafe), "{what}: {line:?}");
        assert!(!line.trim_start().starts_with("::"), "{what}: {line:?}");
        assert!(!line.contains("##[") && !line.contains("##vso["), "{what}: {line:?}");
    }
}

/// The same for a form; the commands that `github` is made of are read back in `ci`.
fn assert_form_harmless(form: &str, text: &str, what: &str) {
    if form != Format::Github.name() {
        return assert_harmless(text, what);
    }
    let bare = |line: &str| {
        ["::error ", "::warning ", "::notice "]
            .iter()
            .fold(line.to_owned(), |line, command| line.strip_prefix(command).map_or(line.clone(), str::to_owned))
    };
    let lines: Vec<String> = text.lines().map(bare).collect();
    assert_harmless(&lines.join("\n"), what);
}

fn every_form(plan: &Plan) -> Vec<(String, String)> {
    let verbose = Look { verbose: true, width: 30, ..Look::PIPE };
    let mut forms = Vec::new();
    for format in Format::ALL {
        for look in [Look::PIPE, verbose] {
            forms.push((format!("{format}"), rendered(plan, format, &look)));
        }
    }
    let mut out = Vec::new();
    diagnostics(&plan.diagnostics, &Look::PIPE, &mut out).unwrap();
    diff(plan, &|settings| settings.iter().map(|(_, state)| format!("{state:?}\n")).collect(), &verbose, &mut out)
        .unwrap();
    forms.push(("diagnostics and diff".into(), String::from_utf8(out).unwrap()));
    forms
}

fn drifted_plans() -> impl Iterator<Item = (&'static str, Plan)> {
    corpus::NASTY.iter().map(|text| ("drifted", drifted::drifted(text))).chain([("origins", drifted::origins())])
}

#[test]
fn every_form_of_every_plan_is_harmless() {
    for (name, plan) in corpus::all().into_iter().chain(drifted_plans()) {
        for (form, text) in every_form(&plan) {
            assert_form_harmless(&form, &text, &format!("{name} as {form}"));
        }
    }
}

#[test]
fn every_form_of_a_drift_report_is_harmless() {
    for plan in corpus::nasty_watches() {
        for (form, text) in every_form(&plan) {
            assert_form_harmless(&form, &text, &format!("a drift report as {form}"));
        }
        assert_whole(&rendered(&plan, Format::Markdown, &Look::PIPE), "a drift report");
        let mut message = Vec::new();
        crate::render::slack(&plan, &mut message).unwrap();
        let message: serde_json::Value = serde_json::from_slice(&message).unwrap();
        let text = message["text"].as_str().unwrap();
        assert!(!text.contains(['<', '>']) && text.lines().count() == 3, "{text}");
        assert_harmless(text, "a message");
    }
}

#[test]
fn a_message_for_a_chat_is_never_too_long_and_counts_what_it_leaves_out() {
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
    let told = text.lines().filter(|line| line.starts_with('•')).count();
    assert!(told > 0 && text.chars().count() < 4_000, "{} {text}", text.chars().count());
    assert!(text.ends_with(&format!("and {} more new findings", 12 - told)), "{text}");
}

/// Markdown is whole: under the limit, tables in shape, every `<details>` closed, no markup but ours.
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
fn markdown_is_whole() {
    for (name, plan) in corpus::all() {
        assert_whole(&rendered(&plan, Format::Markdown, &Look::PIPE), name);
    }
}

#[test]
fn markdown_of_a_fleet_fits_a_comment() {
    let mut plan = corpus::fleet(20_000);
    let text = rendered(&plan, Format::Markdown, &Look::PIPE);
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
        });
        if at == 300 {
            break;
        }
    }
    assert_whole(&rendered(&plan, Format::Markdown, &Look::PIPE), "long");
}

#[test]
fn nothing_reads_as_success_while_something_failed() {
    for (name, plan) in corpus::all().into_iter().filter(|(_, plan)| plan.summary().failed > 0) {
        for format in [Format::Text, Format::Markdown, Format::Html] {
            let text = rendered(&plan, format, &Look::PIPE);
            assert!(!text.contains("Everything is as declared") && !text.contains("Nothing had to be"), "{name}");
            assert!(!text.contains("No difference:") && !text.contains("Nothing to do"), "{name}");
            assert!(text.contains("failed"), "{name}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_harmless(text in r"(?s)[\PC\x00-\x1f\x7f-\u{9f}\u{200b}-\u{202e}:#\[|`<>&@\\]{0,40}") {
        assert_harmless(&terminal(&text).to_string(), "terminal");
        for escaped in [markdown(&text), markdown_code(&text)] {
            assert_harmless(&escaped, "markdown");
            prop_assert!(!escaped.contains('\n') && !escaped.contains('|') && !escaped.contains('`'));
            let bare = escaped.replace("<code>", "").replace("</code>", "");
            prop_assert!(!bare.contains("::") && !bare.contains(":/") && !bare.to_lowercase().contains("www."));
            prop_assert!(!bare.contains(['<', '>', '[', ']', '@', '\\', '*', '_', '~', '!']));
        }
        let mut plan = corpus::fleet(1);
        plan.diagnostics = vec![corpus::problem(&text)];
        plan.clients[0].name = Some(text.clone().into());
        plan.clients[0].source.file = text.into();
        for (form, text) in every_form(&plan) {
            assert_form_harmless(&form, &text, &form);
        }
    }
}
