//! Workflow commands that GitHub shows as annotations.
//!
//! Owns their syntax and their number. GitHub keeps ten of each kind in a step and drops the others silently. So the
//! most severe come first, the same annotation at many clients is one, and the last one counts the others. The step
//! summary is the Markdown page.

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::plan::Plan;
use crate::render::annotations::annotation::{Annotation, AnnotationLevel};
use crate::render::annotations::list::annotations;
use crate::render::annotations::path::path;
use crate::render::escape::{command_message, command_property, terminal};
use crate::render::grouping::similar::{MANY, masked};
use crate::render::totals::Totals;
use crate::render::wording::numbers::{count, number};

/// How many annotations of a kind GitHub keeps in a step.
const KEPT: usize = 10;

/// Writes the commands, and the totals for readers of the log.
pub(in crate::render) fn github(plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
    let mut out = io::BufWriter::new(out);
    let annotations = annotations(plan);
    for level in AnnotationLevel::ALL {
        let groups = groups(annotations.iter().filter(|annotation| annotation.level == level));
        let shown = if groups.len() > KEPT { KEPT - 1 } else { groups.len() };
        for group in &groups[..shown] {
            write_command(plan, group, &mut out)?;
        }
        let left: usize = groups[shown..].iter().map(Vec::len).sum();
        if left > 0 {
            let more = count_more(left, level);
            writeln!(out, "::{} title=ringform::{more}; see the step summary and the report", command(level))?;
        }
    }
    let totals = Totals::of(plan);
    let lines = [totals.headline()].into_iter().chain(totals.alarms()).chain(totals.coverage()).chain(totals.notes());
    for line in lines {
        writeln!(out, "{}", terminal(&line.into()))?;
    }
    out.flush()
}

fn command(level: AnnotationLevel) -> &'static str {
    match level {
        AnnotationLevel::Error => "error",
        AnnotationLevel::Warning => "warning",
        AnnotationLevel::Note => "notice",
    }
}

fn count_more(left: usize, level: AnnotationLevel) -> String {
    let s = if left == 1 { "" } else { "s" };
    format!("{} more {}{s}", number(left as u64), command(level))
}

/// Annotations that say the same about many clients form one group; each other annotation is its own group. The order
/// stays.
fn groups<'r, 'p>(annotations: impl Iterator<Item = &'r Annotation<'p>>) -> Vec<Vec<&'r Annotation<'p>>> {
    let mut index = BTreeMap::new();
    let mut lists: Vec<Vec<&Annotation<'_>>> = Vec::new();
    for annotation in annotations {
        // Failures differ in ids, which the mask removes. Annotations of a field differ in values, which must stay.
        let sentence = annotation.sentence();
        let sentence = if annotation.field.is_some() { sentence } else { masked(&sentence) };
        let key = (annotation.rule.id, annotation.client.is_some(), sentence);
        let at = *index.entry(key).or_insert(lists.len());
        match lists.get_mut(at) {
            Some(list) => list.push(annotation),
            None => lists.push(vec![annotation]),
        }
    }
    let few = |list: Vec<&'r Annotation<'p>>| match list.len() > MANY {
        true => vec![list],
        false => list.into_iter().map(|annotation| vec![annotation]).collect(),
    };
    lists.into_iter().flat_map(few).collect()
}

/// One command. A group is shown at the place of its first annotation.
fn write_command(plan: &Plan, group: &[&Annotation<'_>], out: &mut dyn Write) -> io::Result<()> {
    let first = group[0];
    write!(out, "::{} ", command(first.level))?;
    if let Some(place) = &first.place {
        write!(out, "file={},", command_property(&path(plan, &place.file)))?;
        if first.has_line {
            write!(out, "line={},col={},", place.line, place.column)?;
        }
    }
    let title = format!("ringform: {}{}", what(first), if first.waived.is_some() { ", waived" } else { "" });
    let more = group.len() - 1;
    // The log shows the message without its title, so it names the client.
    let sentence = first.sentence();
    let message = match (first.who(), more) {
        (Some(who), 0) => format!("{}: {}", who.raw(), sentence.raw()),
        (Some(who), more) => format!("{} and {}: {}", who.raw(), count(more, "more client"), sentence.raw()),
        (None, 0) => sentence.raw().to_owned(),
        (None, more) => format!("{}; and {} like it", sentence.raw(), count(more, "more place")),
    };
    writeln!(out, "title={}::{}", command_property(&title.into()), command_message(&message.into()))
}

/// The title: for a problem of the files its rule, so that readers can look it up.
fn what<'p>(annotation: &Annotation<'p>) -> &'p str {
    match annotation.client {
        Some(_) => annotation.rule.about,
        None => annotation.rule.id,
    }
}
