//! Several shards of one plan, as one.
//!
//! Owns the checks that the documents belong together and that no shard is missing or doubled. A report over a fleet
//! without one of its shards must never look complete.

use std::collections::BTreeMap;

use crate::model::instant_text;
use crate::plan::document::plan::{Plan, QuotaUsage, UndoneRun};

/// The most files that a sentence names.
const NAMED: usize = 12;

/// The documents of the kind of the first one. Documents of two kinds make no report together: `Some` says which file is
/// what, and that the others are left out. The names are escaped.
pub fn of_one_kind(files: Vec<(String, Plan)>) -> (Vec<Plan>, Option<String>) {
    let Some(kind) = files.first().map(|(_, plan)| plan.kind) else { return (Vec::new(), None) };
    let mut words: Vec<String> =
        files.iter().take(NAMED).map(|(name, plan)| format!("{name} is {}", plan.kind.about())).collect();
    if files.len() > NAMED {
        words.push(format!("and {} more", files.len() - NAMED));
    }
    let all = files.len();
    let plans: Vec<Plan> = files.into_iter().map(|(_, plan)| plan).filter(|plan| plan.kind == kind).collect();
    let mixed = (plans.len() < all).then(|| {
        let words = words.join(", ");
        format!("the files are of different kinds: {words}. The report holds only those of the kind of the first file")
    });
    (plans, mixed)
}

/// One plan over all clients, and each missing or doubled part of it as a sentence. `Err` when the plans do not belong
/// together.
pub fn merge(plans: Vec<Plan>) -> Result<(Plan, Vec<String>), String> {
    let mut gaps = gaps(&plans);
    let mut plans = plans.into_iter();
    let Some(mut merged) = plans.next() else { return Err("no plan was given".to_owned()) };
    for plan in plans {
        if plan.kind != merged.kind {
            let (one, other) = (merged.kind.name(), plan.kind.name());
            return Err(format!("one document is of kind {one} and another of kind {other}: show them one by one"));
        }
        if plan.endpoint != merged.endpoint || plan.project != merged.project {
            return Err(
                "these plans are of different projects or endpoints and cannot be one report: show them one by one"
                    .to_owned(),
            );
        }
        if plan.run.at != merged.run.at {
            let at = |plan: &Plan| plan.run.at.map_or_else(|| "the start of its run".to_owned(), instant_text);
            let (one, other) = (at(&merged), at(&plan));
            return Err(format!("one plan judges by {one} and another by {other}: run all shards with one --at"));
        }
        if plan.revision != merged.revision || plan.base != merged.base {
            gaps.push("the plans are of different revisions: run all shards on one commit".to_owned());
        }
        merged.clients.extend(plan.clients);
        merged.left_out = merged.left_out.plus(&plan.left_out).unwrap_or_default();
        merged.undo = match (merged.undo.take(), plan.undo) {
            (Some(one), Some(other)) if one.run == other.run => {
                Some(UndoneRun { undeclared: one.undeclared + other.undeclared, ..one })
            }
            (None, None) => None,
            (one, other) => {
                gaps.push("the plans take back different runs: show them one by one".to_owned());
                one.or(other)
            }
        };
        merged.unaffected = match (merged.unaffected, plan.unaffected) {
            (Some(one), Some(other)) => Some(one + other),
            (one, other) => one.or(other),
        };
        merged.released_clients.extend(plan.released_clients);
        merged.diagnostics.extend(plan.diagnostics);
        let (run, other) = (&mut merged.run, plan.run);
        run.duration_ms = run.duration_ms.max(other.duration_ms);
        run.started_at = std::mem::take(&mut run.started_at).min(other.started_at);
        run.requests.total += other.requests.total;
        run.requests.token += other.requests.token;
        run.requests.read += other.requests.read;
        run.requests.write += other.requests.write;
        run.requests.retries += other.requests.retries;
        run.quota.extend(other.quota);
        let new = other.overrides.into_iter().filter(|one| !run.overrides.contains(one)).collect::<Vec<_>>();
        run.overrides.extend(new);
        run.drift = match (run.drift.take(), other.drift) {
            (Some(drift), Some(other)) => Some(drift.join(other)),
            (drift, other) => drift.or(other),
        };
    }
    merged.shard = None;
    merged.run.quota = lowest(std::mem::take(&mut merged.run.quota));
    merged.diagnostics.dedup();
    merged.clients.sort_by(|one, other| {
        (&one.source.file, one.source.line, one.source.column).cmp(&(
            &other.source.file,
            other.source.line,
            other.source.column,
        ))
    });
    merged.released_clients.sort_by(|one, other| one.source.cmp(&other.source));
    let doubled = merged.clients.windows(2).filter(|pair| pair[0].source == pair[1].source).count();
    if doubled > 0 {
        let clients = if doubled == 1 { "client is" } else { "clients are" };
        gaps.push(format!("{doubled} {clients} in more than one of these plans"));
    }
    Ok((merged, gaps))
}

fn gaps(plans: &[Plan]) -> Vec<String> {
    let mut gaps = Vec::new();
    let mut seen: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for shard in plans.iter().filter_map(|plan| plan.shard) {
        seen.entry(shard.count).or_default().push(shard.index);
    }
    if seen.len() > 1 || (!seen.is_empty() && plans.iter().any(|plan| plan.shard.is_none())) {
        gaps.push("the plans are shards of different divisions".to_owned());
    }
    for (count, indexes) in seen {
        for index in 1..=count {
            match indexes.iter().filter(|one| **one == index).count() {
                1 => {}
                0 => gaps.push(format!("shard {index}/{count} is missing: its clients are not in this report")),
                _ => gaps.push(format!("shard {index}/{count} is given more than once")),
            }
        }
    }
    gaps
}

fn lowest(quota: Vec<QuotaUsage>) -> Vec<QuotaUsage> {
    let mut by_name: BTreeMap<Option<String>, QuotaUsage> = BTreeMap::new();
    for one in quota {
        match by_name.get_mut(&one.credentials) {
            Some(known) if known.remaining_lowest <= one.remaining_lowest => {}
            Some(known) => *known = one,
            None => {
                by_name.insert(one.credentials.clone(), one);
            }
        }
    }
    by_name.into_values().collect()
}
