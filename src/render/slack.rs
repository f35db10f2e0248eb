//! New findings as a short message for a chat: `{"text": …}`, as Slack and compatible chats take it.
//!
//! Owns the length and the order: findings that open the PBX come first. It shows new findings only. Names and values
//! are code, in which a chat finds neither mentions nor markup.

use std::io::{self, Write};

use serde_json::json;

use crate::model::Untrusted;
use crate::plan::Plan;
use crate::plan::drift::Finding;
use crate::render::escape::{shorten, slack_code as code, terminal};
use crate::render::grouping::findings::{FindingGroup, FindingGroups};
use crate::render::json;
use crate::render::wording::change::state;
use crate::render::wording::drift::{headline, unreadable};
use crate::render::wording::numbers::{count, number, some};

/// How many findings a message shows, so that it is short to read.
const MOST: usize = 10;

/// Slack takes 4,000 characters; the difference is for the last line.
const LONGEST: usize = 3_800;

/// The most characters of a name or a value.
const SHORT: usize = 60;

/// How many clients are named in a line.
const NAMED: usize = 8;

/// Writes the message.
pub fn slack(plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
    let text = plan.run.drift.as_ref().map_or(String::new(), |report| {
        let groups = FindingGroups::of(report);
        let news: Vec<&FindingGroup<'_>> = groups.open.iter().filter(|group| group.sample().is_news()).collect();
        let mut text = format!("*ringform drift* at {}: {}", code(&short(&plan.endpoint)), headline(plan, report));
        let lines = news.iter().take(MOST).map(|group| format!("\n{}", line(group)));
        let mut left = news.len();
        for line in lines {
            if text.chars().count() + line.chars().count() > LONGEST {
                break;
            }
            text.push_str(&line);
            left -= 1;
        }
        if left > 0 {
            text.push_str(&format!("\nand {} more new findings", number(left as u64)));
        }
        text
    });
    json::document(&json!({ "text": text }), out)
}

fn short(text: &Untrusted) -> Untrusted {
    shorten(&terminal(text).to_string(), SHORT).into()
}

fn line(group: &FindingGroup<'_>) -> String {
    let finding = group.sample();
    let who = match (group.findings.len(), &finding.name) {
        (1, Some(name)) => format!("client {} {}", id(finding), code(&short(name))),
        (1, None) => format!("client {}", id(finding)),
        (n, _) => format!("{} ({})", count(n, "client"), some(group.findings.iter().map(|one| id(one)), NAMED)),
    };
    let Some(view) = group.view() else { return format!("• {who}: {}", unreadable(finding)) };
    let [declared, live] = view.values().map(|value| code(&short(&state(value))));
    let live = if group.values > 1 { count(group.values, "more live value") } else { live };
    let grave = if view.mark().0 { format!(" *{}*", view.marked("security", "security: ")) } else { String::new() };
    let origin = view.origin();
    let origin = if origin.is_empty() { origin } else { format!(" ({origin})") };
    let cause = view.cause(|text| code(&short(text)));
    let cause = if cause.is_empty() { cause } else { format!("; {cause}") };
    format!("•{grave} {who}: {} {declared} → {live}{origin}{cause}", view.difference.setting)
}

/// A client's id. `@me` is code, because a chat would notify a user of that name.
fn id(finding: &Finding) -> String {
    match finding.client_id.number() {
        Some(number) => number.to_string(),
        None => code(&"@me".into()),
    }
}
