//! The HTML page: its policy, its structure under hostile text, its size, and its sections.

use super::support::rendered;
use super::{corpus, hostile};
use crate::plan::{Origin, Plan};
use crate::render::Format;
use crate::render::options::TextOptions;

fn page(plan: &Plan) -> String {
    rendered(plan, Format::Html, &TextOptions::PIPE)
}

/// The page without its style sheet and the hash of it, which have no part in any plan.
pub(super) fn without_style(page: &str) -> String {
    let (head, rest) = page.split_once("<style>").unwrap();
    let (before, hashed) = head.split_once("sha256-").unwrap();
    let policy = hashed.split_once('\'').unwrap().1;
    format!("{before}sha256-HASH'{policy}{}", rest.split_once("</style>\n").unwrap().1)
}

/// Every tag with its attributes, in order: the page without its text.
fn tags(page: &str) -> Vec<&str> {
    page.split('<').skip(1).map(|rest| rest.split_once('>').expect("a tag ends").0).collect()
}

#[test]
fn untrusted_text_changes_no_structure() {
    let (hostile, tame) = hostile::twins();
    let pages = [page(&hostile), page(&tame)].map(|page| without_style(&page));
    assert_eq!(tags(&pages[0]), tags(&pages[1]));
    assert!(pages[0].contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
}

#[test]
fn every_page_is_balanced_and_makes_no_request() {
    for (name, plan) in corpus::all() {
        let page = page(&plan);
        let bare = without_style(&page);
        let mut open = Vec::new();
        for tag in tags(&bare).into_iter().filter(|tag| !tag.starts_with('!')) {
            let word = tag.split([' ', '\n']).next().unwrap();
            match word.strip_prefix('/') {
                Some(end) => assert_eq!(open.pop(), Some(end), "{name}"),
                None if matches!(word, "meta" | "link" | "input") => {}
                None => open.push(word),
            }
            assert!(!matches!(word, "script" | "iframe" | "object" | "img" | "form" | "base" | "svg"), "{name}: {tag}");
            let attributes = tag.replace("http-equiv", "");
            for word in [" on", "style=", "src=", "http"] {
                assert!(!attributes.contains(word), "{name}: {tag}");
            }
            assert!(
                !tag.contains("href=") || tag.contains("href=\"#") || tag.contains("href=\"data:,\""),
                "{name}: {tag}"
            );
        }
        assert_eq!(open, Vec::<&str>::new(), "{name}");
        assert!(page.contains("content=\"default-src 'none'; style-src 'sha256-"), "{name}");
        let style = page.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0;
        assert!(!style.contains("url(") && !style.contains("@import"));
    }
}

#[test]
fn every_link_and_label_has_a_target() {
    for (name, plan) in corpus::all() {
        let page = page(&plan);
        let values = |key: &str| -> Vec<String> {
            page.split(key).skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
        };
        let ids = values(" id=\"");
        let mut sorted = ids.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!(sorted.len(), ids.len(), "{name}: an id occurs twice");
        for led in [values("href=\"#"), values(" for=\""), values("aria-labelledby=\"")].concat() {
            assert!(ids.contains(&led), "{name}: {led}");
        }
    }
}

#[test]
fn the_page_of_a_fleet_has_a_limited_size() {
    let mut plan = corpus::fleet(20_000);
    let whole = page(&plan);
    assert!(whole.len() < 3_000_000, "{}", whole.len());
    assert!(whole.contains("19,600 more clients with changes") && whole.contains("more security changes"));
    let long = "<&я".repeat(100_000);
    for client in plan.clients.iter_mut().take(300) {
        client.name = Some(long.clone().into());
        client.source.file = long.clone().into();
    }
    assert!(page(&plan).len() < 8_000_000);
    for client in &mut plan.clients {
        client.changes.clear();
    }
    let quiet = page(&plan);
    assert!(quiet.len() < 6_000_000 && quiet.contains("19,000 more clients in sync"), "{}", quiet.len());
}

#[test]
fn security_comes_first_and_alarms_follow_the_origin() {
    let plans = corpus::all();
    let of = |wanted: &str| page(&plans.iter().find(|(name, _)| *name == wanted).unwrap().1);
    let one = of("one");
    let at = |text: &str| one.find(text).unwrap_or_else(|| panic!("no {text}"));
    assert!(at("id=\"security\"") < at("id=\"changes\"") && at("id=\"changes\"") < at("id=\"failed\""));
    assert!(at("1 change opens the PBX") < at("id=\"security\""));
    let watched = of("watched");
    for part in ["New", "Continuing", "Not read this time", "Resolved", "Waived"] {
        assert!(watched.contains(&format!("<h3 class=\"part\">{part} <span")), "{part}");
    }
    assert!(watched.contains("The waiver of client 2") && watched.contains("3 clients were never read yet"));
    assert!(watched.contains("id=\"released\"") && watched.contains(">77 (acme)"));
    let mut opened = corpus::plan(vec![corpus::client(
        7,
        "x",
        &[(crate::model::Setting::GeoList, serde_json::json!("RU"))],
        serde_json::json!({"geo_list": "*"}),
    )]);
    opened.clients[0].changes[0].difference.origin = Origin::Drift;
    assert!(page(&opened).contains("1 setting was opened to more callers outside of git."));
    // The write closes, wherever the difference comes from.
    for origin in [Origin::Pending, Origin::Unknown, Origin::Conflict] {
        opened.clients[0].changes[0].difference.origin = origin;
        assert!(!page(&opened).contains("class=\"alarm\""), "{origin:?}");
    }
}
