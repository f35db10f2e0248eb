//! Lines on a terminal fit its width; lines in a pipe stay whole.

use super::support::rendered;
use super::{corpus, dated, drifted, hostile};
use crate::plan::{Plan, QuotaUsage};
use crate::render::options::TextOptions;
use crate::render::text::wrap::columns;
use crate::render::{Format, diagnostics};

fn every_plan() -> Vec<(&'static str, Plan)> {
    let mut all = corpus::all();
    all.extend([("fleet", corpus::fleet(30)), ("drifted", drifted::drifted("北京 ".repeat(40).trim()))]);
    all.extend(
        ["北京 ".repeat(5_000), "x".repeat(10_000)].iter().map(|text| ("dated by others", dated::dated_by(text))),
    );
    all.extend(hostile::drift_reports().into_iter().map(|plan| ("drift report", plan)));
    all
}

/// A line that may be wider: one word, or words that a CI system would obey at the start of a line.
fn is_excused(line: &str) -> bool {
    let mut words = line.split_whitespace();
    let first = words.next();
    first.is_none() || words.all(|word| word.starts_with("::") || word.contains("##"))
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for (name, plan) in every_plan() {
        for width in [40, 60, 80, 100, 140] {
            for verbose in [false, true] {
                let options = TextOptions { width, wraps: true, verbose, ..TextOptions::PIPE };
                let mut text = rendered(&plan, Format::Text, &options);
                let mut shown = Vec::new();
                diagnostics(&plan.diagnostics, &options, &mut shown).unwrap();
                text.push_str(&String::from_utf8(shown).unwrap());
                for line in text.lines() {
                    let fits = columns(line) <= width || is_excused(line);
                    assert!(fits, "{name}: {} columns in {width}: {line:?}\n{text}", columns(line));
                }
            }
        }
    }
}

#[test]
fn wrapping_loses_no_word_and_colour_changes_no_line() {
    for (name, plan) in every_plan() {
        let narrow = TextOptions { width: 60, wraps: true, ..TextOptions::PIPE };
        let plain = rendered(&plan, Format::Text, &narrow);
        let colored = rendered(&plan, Format::Text, &TextOptions { color: true, ..narrow });
        assert_eq!(anstream::adapter::strip_str(&colored).to_string(), plain, "{name}");
        let whole = rendered(&plan, Format::Text, &TextOptions { wraps: false, ..narrow });
        assert_eq!(
            plain.split_whitespace().collect::<Vec<_>>(),
            whole.split_whitespace().collect::<Vec<_>>(),
            "{name}"
        );
    }
}

#[test]
fn a_place_that_does_not_fit_has_a_line_of_its_own() {
    let (_, plan) = corpus::all().swap_remove(3);
    let text = rendered(&plan, Format::Text, &TextOptions { width: 80, wraps: true, ..TextOptions::PIPE });
    assert!(text.contains("▸ pending\n      profile standard, ringform.yaml:9\n"), "{text}");
    assert!(text.lines().next().unwrap().ends_with("clients/c12.yaml:2"), "{text}");
}

#[test]
fn quota_and_time_are_shown_only_when_they_matter() {
    let quota = |remaining_lowest, limit| QuotaUsage { credentials: None, remaining_lowest, limit, resets_in_s: None };
    let rows = [
        (quota(20, Some(100)), false, false),
        (quota(19, Some(100)), false, true),
        (quota(0, Some(100)), false, true),
        (quota(5, None), false, false),
        (quota(5, None), true, true),
        (quota(99, Some(100)), true, true),
    ];
    for (one, verbose, shown) in rows {
        let (_, mut plan) = corpus::all().swap_remove(3);
        plan.run.quota = vec![one.clone()];
        let text = rendered(&plan, Format::Text, &TextOptions { verbose, ..TextOptions::PIPE });
        assert_eq!(text.contains("Quota"), shown, "{one:?}, verbose {verbose}\n{text}");
    }
    for (duration_ms, end) in [(0, "4 requests."), (99, "4 requests."), (100, "4 requests, 0.1 s.")] {
        let (_, mut plan) = corpus::all().swap_remove(3);
        plan.run.duration_ms = duration_ms;
        assert!(rendered(&plan, Format::Text, &TextOptions::PIPE).contains(end), "{duration_ms}");
    }
}
