//! Limits on the size of a plan: an apply that would change more than expected does not start.
//!
//! Owns what each limit counts and the sentences about it. It names every limit that the plan exceeds; the run then
//! sends nothing. Blocked clients count too: the plan is as large as its author meant it.

use crate::model::{
    ClientShare, Diagnostic, Direction, LimitBound, LimitKind, LimitSource, Place, SendLimits, Untrusted,
};
use crate::plan::client::Status;
use crate::plan::compare::Change;
use crate::plan::document::plan::Plan;
use crate::plan::scheduled::ScheduledChange;

/// A limit that a plan exceeds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExceededLimit {
    /// What would change, and what allows how much. It may hold the name of a revision.
    pub sentence: Untrusted,
    /// Where the limit is written in the work tree.
    pub place: Option<Place>,
    /// Whether it is a limit of an earlier revision.
    pub is_of_revision: bool,
    /// What to do.
    pub help: &'static str,
}

/// The end of the warning of a plan.
const WOULD_SEND_NOTHING: &str = "; apply would send nothing";

/// The help for a limit of the base, which this change may have raised already.
const RAISE_FIRST: &str =
    "raise the limit in a change of its own, or send the plan in parts, for example with --client or --label";

const REVIEW: &str = "review what the plan opens, then raise the limit or send the plan in parts";

/// The help for a percentage, which a part of the plan reaches sooner: it is of the clients that the run selects.
const PERCENTAGE: &str = "review the plan, then raise the percentage, or declare a number of clients in its place";

const IN_PARTS: &str = "send the plan in parts, for example with --client or --label";

impl ExceededLimit {
    /// The error of an apply, which sends nothing.
    pub fn error(&self) -> Diagnostic {
        let summary = self.sentence.map(|sentence| format!("{sentence}; nothing was sent"));
        Diagnostic::error("limit-exceeded", self.place.clone(), summary).help(self.help.to_owned())
    }

    /// The warning of a plan, which apply would refuse.
    pub fn warning(&self) -> Diagnostic {
        let summary = self.sentence.map(|sentence| format!("{sentence}{WOULD_SEND_NOTHING}"));
        Diagnostic::warning("limit-exceeded", self.place.clone(), summary).help(self.help.to_owned())
    }
}

/// What a plan would change.
struct PlanSize {
    changes: u64,
    clients: u64,
    /// The clients that the run selects, without those that failed.
    selected: u64,
}

impl PlanSize {
    fn of(plan: &Plan) -> PlanSize {
        // With `--affected` the run does not read the clients that are as they were: they are selected all the same.
        let mut size = PlanSize { changes: 0, clients: 0, selected: plan.unaffected.unwrap_or(0) as u64 };
        for client in plan.clients.iter().filter(|client| client.status() != Status::Failed) {
            let changes = client.to_send().count() as u64;
            size.changes += changes;
            size.clients += u64::from(changes > 0);
            size.selected += 1;
        }
        size
    }

    /// What exceeds a bound, in words; `None` where nothing does.
    fn above(&self, plan: &Plan, kind: LimitKind, most: u64) -> Option<String> {
        let would = |n: u64, what: &str, does: &str| {
            (n > most).then(|| format!("{n} {what}{} would {does}", if n == 1 { "" } else { "s" }))
        };
        match kind {
            LimitKind::Changes => would(self.changes, "setting", "change"),
            LimitKind::Opening => {
                let openings = Openings::of(plan);
                let would = would(openings.now + openings.dated, "change", "open the PBX to more callers")?;
                Some(match openings.dated {
                    0 => would,
                    dated => format!("{would} ({dated} by dated settings of this change set)"),
                })
            }
            LimitKind::ChangedClients => would(self.clients, "client", "change"),
            LimitKind::ChangedShare => ClientShare::is_more(self.clients, self.selected, most)
                .then(|| format!("{} of {} clients would change", self.clients, self.selected)),
            LimitKind::Failures | LimitKind::Canary | LimitKind::ReadAge => None,
        }
    }
}

/// What opens the PBX.
#[derive(Default)]
struct Openings {
    /// Changes that are to be sent.
    now: u64,
    /// Dated settings that the change set brings, without those whose opening such a change already sends.
    dated: u64,
}

impl Openings {
    fn of(plan: &Plan) -> Openings {
        let (mut openings, now) = (Openings::default(), plan.run.instant());
        for client in &plan.clients {
            let opens = |change: &&Change| change.effect() == Some(Direction::Opens);
            openings.now += client.to_send().filter(opens).count() as u64;
            if client.only_closing {
                continue;
            }
            let is_sent = |entry: &ScheduledChange| {
                let holds = now.is_some_and(|now| entry.begins_at.is_none_or(|begin| begin <= now));
                holds && client.to_send().filter(opens).any(|change| entry.is_part_of(&change.difference))
            };
            let dated = client.scheduled.iter().filter(|entry| entry.effect() == Some(Direction::Opens));
            openings.dated += dated.filter(|entry| !is_sent(entry)).count() as u64;
        }
        openings
    }
}

/// The kinds that bound the size of a plan.
const SIZES: [LimitKind; 4] =
    [LimitKind::Changes, LimitKind::ChangedClients, LimitKind::ChangedShare, LimitKind::Opening];

/// The limits that a plan exceeds; empty when it is small enough.
pub fn exceeded(limits: &SendLimits, plan: &Plan) -> Vec<ExceededLimit> {
    let bounds: Vec<_> = SIZES.into_iter().filter_map(|kind| Some((kind, limits.get(kind)?))).collect();
    if bounds.is_empty() {
        return Vec::new();
    }
    let size = PlanSize::of(plan);
    let exceeds = |(kind, bound): (LimitKind, &LimitBound)| {
        let what = size.above(plan, kind, bound.amount)?;
        let sentence = format!("{what}, {} allows {}", limit_name(kind, bound), kind.show(bound.amount));
        let place = bound.place.clone().filter(|_| bound.source == LimitSource::Project);
        let help = match (&bound.source, kind) {
            (LimitSource::Base(_), _) => RAISE_FIRST,
            (_, LimitKind::Opening) => REVIEW,
            (_, LimitKind::ChangedShare) => PERCENTAGE,
            (_, _) => IN_PARTS,
        };
        let is_of_revision = matches!(bound.source, LimitSource::Base(_));
        Some(ExceededLimit { sentence: sentence.into(), place, is_of_revision, help })
    };
    bounds.into_iter().filter_map(exceeds).collect()
}

/// A bound by its name and its source: `--max-changes`, `max_changes of ringform.yaml:4`.
pub fn limit_name(kind: LimitKind, bound: &LimitBound) -> String {
    match bound.source {
        LimitSource::Flag => kind.flag(),
        LimitSource::Project | LimitSource::Base(_) | LimitSource::Floor => {
            format!("{} of {}", kind.key(), bound.holder())
        }
    }
}

/// A warning for each flag that is looser than a limit of the project, its base or the floor.
pub fn looser_flags(flags: &SendLimits, rules: &SendLimits) -> Vec<Diagnostic> {
    let warn = |(kind, flag, rule): (LimitKind, &LimitBound, &LimitBound)| {
        let does = if kind == LimitKind::Canary { "asks for" } else { "allows" };
        let (own, held) = (kind.show(flag.amount), kind.show(rule.amount));
        let summary = format!("{} {own} has no effect: {} {does} {held}", kind.flag(), rule.holder());
        Diagnostic::warning("looser-flag", None, summary)
    };
    flags.without_effect(rules).map(warn).collect()
}

/// A warning for each limit of the base that is stricter than that of the work tree: it binds.
pub fn loosened(base: &SendLimits, now: &SendLimits) -> Vec<Diagnostic> {
    let warn = |kind: LimitKind| {
        let (then, own) = (base.get(kind)?, now.get(kind));
        if own.is_some_and(|own| !SendLimits::is_looser(kind, own, then)) {
            return None;
        }
        let (key, amount, holder) = (kind.key(), kind.show(then.amount), then.holder());
        let has = own.map_or("none".to_owned(), |own| kind.show(own.amount));
        let summary = format!("{key} {amount} of {holder} binds: the work tree has {has}");
        let warning = Diagnostic::warning("rules-changed", own.and_then(|own| own.place.clone()), summary);
        let help = "limits decide how much a run may send: review this part of the change too";
        Some(warning.help(help.to_owned()))
    };
    LimitKind::ALL.into_iter().filter_map(warn).collect()
}
