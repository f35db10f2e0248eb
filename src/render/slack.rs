//! What is new as a short message for a chat: `{"text": …}`, as Slack and its like take it.
//!
//! Owns the length and the order: what opens the PBX first. It tells news alone; the rest stands in the report. Names and values
//! stand as code, where a chat sees neither mentions nor markup.

use std::io::{self, Write};

use serde_json::json;

use crate::plan::Plan;
use crate::plan::drift::Finding;
use crate::render::escape::{Foreign, cut, slack_code as code, terminal};
use crate::render::json;
use crate::render::phrase::{count, number, some};
use crate::render::watch::{Story, Told, headline, mark, origin, subject};
use crate::render::wording;

/// How many findings are told: a message is read at a glance.
const MOST: usize = 10;

/// The longest that Slack takes whole is 4,000 characters; the rest is for the last line.
const LONGEST: usize = 3_800;

/// The most characters of a name or a value.
const SHORT: usize = 60;

/// How many clients are named in a line.
const NAMED: usize = 8;

/// Writes the message.
pub fn slack(plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
    let text = plan.run.drift.as_ref().map_or(String::new(), |watch| {
        let story = Story::of(watch);
        let news: Vec<&Told<'_>> = story.open.iter().filter(|told| told.sample().is_news()).collect();
        let mut text = format!("*ringform drift* at {}: {}", code(&short(&plan.endpoint)), headline(plan, watch));
        let lines = news.iter().take(MOST).map(|told| format!("\n{}", line(told)));
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

fn short<T: Foreign + ?Sized>(text: &T) -> String {
    cut(&terminal(text).to_string(), SHORT)
}

fn line(told: &Told<'_>) -> String {
    let finding = told.sample();
    let who = match (told.findings.len(), &finding.name) {
        (1, Some(name)) => format!("client {} {}", id(finding), code(&short(name))),
        (1, None) => format!("client {}", id(finding)),
        (n, _) => format!("{} ({})", count(n, "client"), some(told.findings.iter().map(|one| id(one)), NAMED)),
    };
    let value = |state| code(&short(&wording::state(state)));
    let values = finding
        .difference()
        .map_or(String::new(), |difference| format!(" {} → {}", value(&difference.declared), value(&difference.live)));
    let grave = match mark(finding) {
        (true, "") => " *security*".to_owned(),
        (true, word) => format!(" *security: {word}*"),
        (false, _) => String::new(),
    };
    let origin = origin(finding);
    let origin = if origin.is_empty() { String::new() } else { format!(" ({origin})") };
    format!("•{grave} {who}: {}{values}{origin}", subject(finding))
}

/// A client's id; `@me` would call somebody of that name.
fn id(finding: &Finding) -> String {
    match finding.client_id.number() {
        Some(number) => number.to_string(),
        None => code("@me"),
    }
}
