//! The guards of one run: those of the work tree, and those that a revision has and this change removes or changes.
//!
//! Owns which rules bind and whose they are, so a change cannot loosen the rules that judge it. A guard with labels
//! judges a client that carries them now or carried them at the base. What a guard means is for `guards` to say.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::model::guard::{Guard, RuleChange, RuleSource};
use crate::model::{ClientId, ClientKey, Declaration, GuardOverride, Untrusted};
use crate::plan::client::ClientPlan;

/// The labels of a client.
pub type Labels = BTreeMap<Arc<str>, Arc<str>>;

/// The guards of a revision.
#[derive(Clone, Copy, Debug)]
pub struct RevisionGuards<'a> {
    /// The revision, as the run names it.
    pub revision: &'a str,
    /// Its guards.
    pub guards: &'a [Guard],
}

/// A client of a run, by the labels that it carries now.
#[derive(Clone, Debug)]
pub struct LabelledClient<'a> {
    /// The client.
    pub key: ClientKey,
    /// Its labels.
    pub labels: &'a Labels,
}

impl<'a> From<&'a Declaration> for LabelledClient<'a> {
    fn from(declaration: &'a Declaration) -> LabelledClient<'a> {
        LabelledClient { key: declaration.key(), labels: &declaration.labels }
    }
}

impl<'a> From<&'a ClientPlan> for LabelledClient<'a> {
    fn from(client: &'a ClientPlan) -> LabelledClient<'a> {
        LabelledClient { key: client.key(), labels: &client.labels }
    }
}

/// Labels that a client had at a base.
#[derive(Clone, Debug)]
struct EarlierLabels {
    labels: Labels,
    /// The commit that was applied last, where they are of that one.
    applied: Option<Untrusted>,
}

/// The guards that judge a run.
#[derive(Clone, Debug, Default)]
pub struct GuardList {
    guards: Vec<Guard>,
    /// The labels that clients had at the base, where they differ from those of now.
    earlier: BTreeMap<ClientKey, Vec<EarlierLabels>>,
    /// The labels of the base by number: only the answer of the API shows which number an `@me` is.
    numbers: BTreeMap<u64, Vec<EarlierLabels>>,
    /// The guards of the project that this run passes.
    overrides: Vec<GuardOverride>,
}

impl GuardList {
    /// The guards of the work tree, and those of each revision that the work tree has not in the same form. The first
    /// revision is the one to compare with; a later one may have guards that this change was started without.
    pub fn new(project: &[Guard], revisions: &[RevisionGuards<'_>]) -> GuardList {
        let mut list = GuardList { guards: project.to_vec(), ..GuardList::default() };
        for then in revisions {
            for guard in then.guards {
                if !list.guards.iter().any(|one| one.name == guard.name && one.is_same_rule(guard)) {
                    let change = change(guard, project, revisions);
                    let source = RuleSource::Base { revision: Untrusted::from(then.revision), change };
                    list.guards.push(Guard { source, ..guard.clone() });
                }
            }
        }
        list
    }

    /// With the guards of the commit that was applied last, as far as the list has not the same already: what this change
    /// removes or changes still judges it.
    pub fn with_applied(mut self, project: &[Guard], applied: RevisionGuards<'_>) -> GuardList {
        for one in GuardList::new(project, &[applied]).guards.into_iter().skip(project.len()) {
            if !self.guards.iter().any(|own| own.name == one.name && own.is_same_rule(&one)) {
                self.guards.push(one);
            }
        }
        self
    }

    /// Whether a guard of the list judges by labels.
    pub fn has_labels(&self) -> bool {
        self.guards.iter().any(|guard| !guard.labels.is_empty())
    }

    /// With the labels that the clients of `now` had at the base. `lost` are the clients that only the base names:
    /// `@me` may be one of them under another name, so their labels count too. So does an `@me` of the base that is not
    /// in `now`: this run does not read it, so it would not find that a number names the same client.
    pub fn with_labels<'a>(
        mut self,
        base: &[Declaration],
        lost: &BTreeSet<ClientKey>,
        applied: Option<&str>,
        now: impl Iterator<Item = LabelledClient<'a>> + Clone,
    ) -> GuardList {
        if !self.has_labels() {
            return self;
        }
        let earlier = |labels: &Labels| EarlierLabels { labels: labels.clone(), applied: applied.map(Untrusted::from) };
        let mut then: BTreeMap<ClientKey, Vec<&Labels>> = BTreeMap::new();
        for one in base {
            then.entry(one.key()).or_default().push(&one.labels);
        }
        let read: BTreeSet<ClientKey> = now.clone().map(|one| one.key).collect();
        let is_unread_me = |one: &Declaration| one.client == ClientId::Me && !read.contains(&one.key());
        let lost = |one: &&Declaration| lost.contains(&one.key()) || is_unread_me(one);
        let lost: Vec<&Declaration> = base.iter().filter(lost).collect();
        if now.clone().any(|one| one.key.client() == ClientId::Me) {
            for one in base {
                if let ClientId::Number(id) = one.client {
                    self.numbers.entry(id.get()).or_default().push(earlier(&one.labels));
                }
            }
        }
        for one in now {
            let mut labels = then.get(&one.key).cloned().unwrap_or_else(|| {
                let is_me = one.key.client() == ClientId::Me;
                let may_be = |then: &&&Declaration| is_me || then.client == ClientId::Me;
                lost.iter().filter(may_be).map(|then| &then.labels).collect()
            });
            labels.retain(|labels| *labels != one.labels);
            if !labels.is_empty() {
                self.earlier.entry(one.key).or_default().extend(labels.into_iter().map(earlier));
            }
        }
        self
    }

    /// With the guards of a floor. They judge beside a guard of the project with the same name and rule, because this run
    /// may pass that one.
    pub fn with_floor(mut self, floor: &[Guard]) -> GuardList {
        self.guards.extend_from_slice(floor);
        self
    }

    /// With the overrides of this run, each checked by [`crate::plan::refused_overrides`].
    pub fn with_overrides(mut self, overrides: &[GuardOverride]) -> GuardList {
        self.overrides = overrides.to_vec();
        self
    }

    /// All guards, those of the work tree first.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Guard> {
        self.guards.iter()
    }

    /// The overrides of this run.
    pub(super) fn overrides(&self) -> &[GuardOverride] {
        &self.overrides
    }

    /// Why this run passes a guard; `None` where it does not. Only a guard of the work tree can be passed: another one of
    /// its name still judges.
    pub(super) fn reason(&self, guard: &Guard) -> Option<&Untrusted> {
        let own = self.overrides.iter().filter(|_| guard.source == RuleSource::Project);
        own.filter(|one| one.guard.raw() == &*guard.name).map(|one| &one.reason).next()
    }

    /// The guards that judge this client.
    pub(super) fn of(&self, client: &ClientPlan) -> Vec<&Guard> {
        let earlier = self.earlier_labels(client);
        let was_covered = |guard: &Guard| earlier.iter().any(|one| covers(guard, &one.labels));
        self.guards.iter().filter(|guard| covers(guard, &client.labels) || was_covered(guard)).collect()
    }

    /// The revision by which a guard judges this client: its own, or the commit that was applied last where the client
    /// has shed the labels since. `None` for a rule of today.
    pub(super) fn revision_of(&self, guard: &Guard, client: &ClientPlan) -> Option<Untrusted> {
        if guard.source.revision().is_some() || covers(guard, &client.labels) {
            return guard.source.revision().cloned();
        }
        let earlier = self.earlier_labels(client);
        earlier.into_iter().filter(|one| covers(guard, &one.labels)).find_map(|one| one.applied.clone())
    }

    fn earlier_labels(&self, client: &ClientPlan) -> Vec<&EarlierLabels> {
        // Without labels the identity of the client does not matter, and to make it has a cost.
        let earlier = (!self.earlier.is_empty()).then(|| self.earlier.get(&client.key())).flatten();
        let number = client.id.filter(|_| client.client_id == ClientId::Me).and_then(|id| self.numbers.get(&id));
        earlier.into_iter().chain(number).flatten().collect()
    }
}

/// Whether a client with these labels is one that the guard judges.
pub(super) fn covers(guard: &Guard, labels: &Labels) -> bool {
    guard.labels.iter().all(|(key, value)| labels.get(key) == Some(value))
}

/// Why the work tree does not have this guard. Where it has the same as the first revision, this change is not why.
fn change(guard: &Guard, project: &[Guard], revisions: &[RevisionGuards<'_>]) -> RuleChange {
    let named = |guards: &[Guard]| guards.iter().find(|one| one.name == guard.name).cloned();
    let now = named(project);
    let is_untouched = revisions.first().is_some_and(|first| match (&now, named(first.guards)) {
        (Some(now), Some(then)) => now.is_same_rule(&then),
        (None, None) => true,
        (_, _) => false,
    });
    match now {
        _ if is_untouched => RuleChange::Newer,
        None => RuleChange::Removed,
        Some(_) => RuleChange::Changed,
    }
}
