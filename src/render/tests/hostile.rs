//! Plans and drift reports in which every untrusted text is hostile.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::corpus::{acme, client, done, failed, plan, waived_by, watched};
use super::dated::{because, explain, scheduled};
use crate::model::{DatedEvent, Diagnostic, Failure, FailureKind, Layer, Place, Setting, State, Untrusted};
use crate::plan::drift::FindingCause;
use crate::plan::scheduled::ScheduledChange;
use crate::plan::{ApplyResult, Blocked, BlockedKind, DocumentKind, Plan};

/// Everything that terminals, CI logs and Markdown have been seen to obey.
pub(super) const NASTY: &[&str] = &[
    "\u{1b}[31mred\u{1b}[0m",
    "\u{9b}31mC1",
    "\u{7}bell\0nul\u{7f}del",
    "a\r\n::warning::y",
    "::error file=x::y",
    " \u{200b}::warning::z",
    "##[error]no ##vso[task.complete result=Failed;]x",
    "\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}bidi\u{61c}",
    "zero\u{200b}\u{200c}\u{200d}\u{2060}\u{feff}width\u{ad}",
    "\u{2028}line\u{2029}",
    "a | b || c \\| d \\",
    "`one` ``two`` ```\nfence\n```",
    "<script>alert(1)</script></details></code>",
    "@user and #1, !2, org/repo#3, GH-4",
    "![x](https://evil.example/x.png) [y](javascript:alert(1)) https://evil.example www.evil.example",
    "**bold** _under_ ~~gone~~ # head\n- item\n> quote",
    "&lt;b&gt; &#27; ]]>",
    "\u{e0041}\u{e007f}tag",
];

pub(super) fn nasty() -> Plan {
    hostile(NASTY)
}

/// The hostile plan, and the same plan with a plain word in place of each text: a format must give both one structure.
pub(super) fn twins() -> (Plan, Plan) {
    let words = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q", "r"]
        .map(|word| word.repeat(3));
    let tame: Vec<&str> = words.iter().map(String::as_str).collect();
    assert_eq!(tame.len(), NASTY.len());
    (hostile(NASTY), hostile(&tame))
}

/// A plan with each text in every untrusted place.
fn hostile(texts: &[&str]) -> Plan {
    let mut clients = Vec::new();
    for (at, text) in texts.iter().enumerate() {
        let id = at as u64 + 1;
        let with = json!({"timezone": text, "disk_space_notify_email": text});
        let settings = [(Setting::Timezone, json!("Asia/Omsk")), (Setting::DiskSpaceNotifyEmail, json!(null))];
        let mut one = client(id, text, &settings, with);
        one.source.file = (*text).into();
        one.changes[0].difference.layer = Layer::Profile(Arc::from(*text));
        one.changes[1].difference.place.file = (*text).into();
        let entry = Place::new((*text).into(), 9, 5);
        explain(&mut one.changes[1].difference, because(DatedEvent::Began, text, text, &entry), false);
        explain(&mut one.changes[0].difference, because(DatedEvent::Ended, text, text, &entry), true);
        let coming = scheduled(Setting::GeoList, [json!("RU"), json!("RU TR")], entry);
        let (until, owner, reason): (Untrusted, Untrusted, Untrusted) =
            ((*text).into(), (*text).into(), (*text).into());
        one.scheduled = Box::new([ScheduledChange { from: Some(until.clone()), until, owner, reason, ..coming }]);
        one.blocked.push(Blocked {
            kind: BlockedKind::Guard,
            name: (*text).into(),
            message: (*text).into(),
            revision: None,
        });
        one.labels.insert(Arc::from(*text), Arc::from(*text));
        clients.push(one);
        let mut failure = Failure::new(FailureKind::Api, *text).help(*text);
        failure.status = Some((*text).into());
        clients.push(failed(id + 1000, failure));
        clients.push(done(acme(id + 2000), ApplyResult::Collateral, Some(text)));
        clients.push(done(acme(id + 3000), ApplyResult::Skipped, Some(text)));
    }
    let mut plan = plan(clients);
    plan.kind = DocumentKind::Report;
    plan.endpoint = texts.concat().into();
    plan.base = Some(texts.concat().into());
    plan.diagnostics = texts.iter().map(|text| problem(text)).collect();
    plan
}

/// A diagnostic that quotes a text everywhere.
pub(super) fn problem(text: &str) -> Diagnostic {
    let place = Place { width: 3, ..Place::new(text.into(), 3, 2) };
    let mut one = Diagnostic::warning("guard", place.clone(), text).help(text.to_owned()).other(place);
    one.rule = text.to_owned();
    one.line = Some(text.into());
    one
}

/// One drift report for each hostile text, with the text in every untrusted place.
pub(super) fn drift_reports() -> Vec<Plan> {
    let nasty = |text: &&str| {
        let mut plan = watched();
        let Some(watch) = &mut plan.run.drift else { return plan };
        watch.since = Some((*text).to_owned());
        for finding in &mut watch.findings {
            finding.name = Some((*text).into());
            finding.first_seen = (*text).to_owned();
            match &mut finding.cause {
                FindingCause::Difference(difference) => {
                    difference.live = State::Odd(Json::from(*text));
                    difference.place.file = (*text).into();
                    let entry = Place::new((*text).into(), 9, 5);
                    explain(difference, because(DatedEvent::Ended, text, text, &entry), true);
                }
                FindingCause::Unreadable(document) => document.file = (*text).into(),
            }
            if let Some(waived) = &mut finding.waived {
                *waived = waived_by(text);
            }
        }
        for waiver in &mut watch.expired_waivers {
            waiver.terms = waived_by(text);
            waiver.source.file = (*text).into();
        }
        plan
    };
    NASTY.iter().map(nasty).collect()
}
