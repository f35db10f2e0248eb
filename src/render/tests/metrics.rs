//! Metrics, read back by a strict reader of the text format.

use std::collections::{BTreeMap, BTreeSet};

use super::support::rendered;
use super::{corpus, hostile};
use crate::plan::{Plan, Shard};
use crate::render::options::TextOptions;
use crate::render::{Format, prometheus};

type SeriesLabels = BTreeMap<String, String>;

/// The metrics of a page.
#[derive(Debug, Default)]
struct ParsedMetrics {
    /// HELP and TYPE by name.
    about: BTreeMap<String, (String, String)>,
    samples: BTreeMap<(String, SeriesLabels), f64>,
}

impl ParsedMetrics {
    fn sum(&self, name: &str, with: &[(&str, &str)]) -> f64 {
        let fits =
            |labels: &SeriesLabels| with.iter().all(|(key, text)| labels.get(*key).is_some_and(|has| has == text));
        self.samples.iter().filter(|((of, labels), _)| of == name && fits(labels)).map(|(_, value)| value).sum()
    }
}

fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// `key="text",…` with the three escapes of the format and no other.
fn labels(mut text: &str) -> SeriesLabels {
    let mut found = SeriesLabels::new();
    while !text.is_empty() {
        let (key, rest) = text.split_once("=\"").expect("a label is key=\"text\"");
        assert!(is_name(key), "{key:?}");
        let mut value = String::new();
        let mut chars = rest.char_indices();
        let end = loop {
            match chars.next().expect("a label ends") {
                (at, '"') => break at,
                (_, '\\') => value.push(match chars.next() {
                    Some((_, 'n')) => '\n',
                    Some((_, c @ ('\\' | '"'))) => c,
                    other => panic!("no escape: {other:?}"),
                }),
                (_, c) => value.push(c),
            }
        };
        assert!(found.insert(key.to_owned(), value).is_none(), "a label occurs twice");
        text = &rest[end + 1..];
        text = text.strip_prefix(',').unwrap_or(text);
    }
    found
}

fn read(text: &str) -> ParsedMetrics {
    let mut page = ParsedMetrics::default();
    let (mut help, mut now, mut closed) = (None, String::new(), BTreeSet::new());
    assert!(text.is_empty() || text.ends_with('\n'));
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, words) = rest.split_once(' ').unwrap();
            assert!(closed.insert(name.to_owned()), "{name} occurs twice");
            (help, now) = (Some(words.to_owned()), name.to_owned());
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').unwrap();
            assert_eq!(name, now);
            page.about.insert(name.to_owned(), (help.take().unwrap(), kind.to_owned()));
        } else {
            let (name, rest) = line.split_once('{').unwrap();
            assert!(is_name(name) && name == now, "{line}");
            let (inner, value) = rest.rsplit_once("} ").unwrap();
            let value: f64 = value.parse().unwrap();
            let doubled = page.samples.insert((name.to_owned(), labels(inner)), value);
            assert!(doubled.is_none(), "a series occurs twice: {line}");
        }
    }
    page
}

fn page(plan: &Plan) -> ParsedMetrics {
    read(&rendered(plan, Format::Prometheus, &TextOptions::PIPE))
}

#[test]
fn every_plan_is_a_page_that_can_be_read() {
    for (name, plan) in corpus::all() {
        let page = page(&plan);
        assert_eq!(page.sum("ringform_clients", &[]), plan.clients.len() as f64, "{name}");
        assert_eq!(page.sum("ringform_clients", &[("state", "failed")]), plan.summary().failed as f64, "{name}");
        assert!(page.about.values().all(|(_, kind)| kind == "gauge"));
    }
}

#[test]
fn untrusted_text_changes_no_structure() {
    for text in hostile::NASTY {
        let mut plan = corpus::all().swap_remove(3).1;
        let names = |page: &ParsedMetrics| page.samples.keys().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        let plain = names(&page(&plan));
        plan.location = (*text).into();
        plan.run.quota[0].credentials = Some((*text).to_owned());
        let hostile = page(&plan);
        assert_eq!(names(&hostile), plain, "{text:?}");
        let keys: BTreeSet<&str> =
            hostile.samples.keys().flat_map(|(_, labels)| labels.keys()).map(|key| key.as_str()).collect();
        assert!(
            keys.iter()
                .all(|key| ["project", "state", "field", "severity", "level", "kind", "credentials"].contains(key))
        );
    }
}

#[test]
fn projects_and_shards_have_series_of_their_own_and_one_help() {
    let mut all = ParsedMetrics::default();
    for (location, shard) in [("/a/ringform.yaml", None), ("/b/ringform.yaml", Some(1)), ("/b/ringform.yaml", Some(2))]
    {
        for (_, mut plan) in corpus::all().into_iter().filter(|(name, _)| *name == "watched") {
            plan.location = location.into();
            plan.shard = shard.map(|index| Shard { index, count: 2 });
            let one = page(&plan);
            for (key, value) in one.samples {
                assert!(all.samples.insert(key, value).is_none(), "a series of two projects");
            }
            for (name, about) in one.about {
                let known = all.about.entry(name).or_insert_with(|| about.clone());
                assert_eq!(*known, about);
            }
        }
    }
}

#[test]
fn the_last_success_stays_after_a_failure() {
    let time = |plan: &Plan, before| {
        let mut out = Vec::new();
        prometheus::prometheus(plan, before, &mut out).unwrap();
        prometheus::last_success(&String::from_utf8(out).unwrap())
    };
    let plans = corpus::all();
    let of = |wanted: &str| &plans.iter().find(|(name, _)| *name == wanted).unwrap().1;
    let ended = 1_795_514_400;
    assert_eq!(time(of("in_sync"), Some(7)), Some(ended));
    assert_eq!(time(of("many"), None), Some(ended));
    for failed in ["failures", "broken", "report"] {
        assert_eq!(time(of(failed), Some(7)), Some(7), "{failed}");
        assert_eq!(time(of(failed), None), None, "{failed}");
        // A clock may be a little ahead; a time far in the future would keep the alert silent.
        assert_eq!(time(of(failed), Some(ended + 200)), Some(ended + 200), "{failed}");
        for future in [ended + 400, 4_070_908_800, i64::MAX] {
            assert_eq!(time(of(failed), Some(future)), Some(ended), "{failed}");
        }
    }
}

#[test]
fn drift_and_pending_changes_are_counted_apart() {
    let plans = corpus::all();
    let of = |wanted: &str| page(&plans.iter().find(|(name, _)| *name == wanted).unwrap().1);
    let one = of("one");
    assert_eq!(one.sum("ringform_clients", &[("state", "pending")]), 1.0);
    assert_eq!(one.sum("ringform_pending_fields", &[("field", "geo_list"), ("severity", "security")]), 1.0);
    assert_eq!(one.sum("ringform_drifted_fields", &[]), 0.0);
    let watched = of("watched");
    assert_eq!(watched.sum("ringform_clients", &[("state", "drifted")]), 2.0);
    assert_eq!(watched.sum("ringform_drifted_fields", &[]), 8.0);
    assert_eq!(watched.sum("ringform_findings", &[("waived", "true"), ("state", "continuing")]), 1.0);
    let report = of("report");
    assert_eq!(report.sum("ringform_apply_results", &[("result", "not_converged")]), 1.0);
    assert_eq!(report.sum("ringform_clients", &[("state", "in_sync")]), 6.0);
}
