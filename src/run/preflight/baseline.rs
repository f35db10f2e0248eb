//! What the base of a run shows: which clients a change affects, and which clients it removes.
//!
//! Owns the reading of `--base` for a run. `config` reads the revision from git, and `plan` judges origins by it.

use crate::config::{self, Baseline, Loaded, Project};
use crate::model::{Declaration, LimitSource, SendLimits, SettingSet, Waiver};
use crate::plan::compare::{by_client, is_same};
use crate::plan::select::Selection;
use crate::plan::{GuardList, LabelledClient, Origin, Origins, ReleasedClient, RevisionGuards, ScheduledChanges};
use crate::run::preflight::credentials::used;
use crate::run::preflight::endpoint::EndpointChoice;
use crate::run::{AffectedClients, BaseOptions};

/// Who names a base.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BaseOrigin {
    /// The request, with --base.
    Request,
    /// The ledger: it is the commit that was applied last.
    Ledger,
}

/// The base of a run.
#[derive(Debug)]
pub(in crate::run) struct RunBase {
    /// The revision, as messages name it.
    pub(super) revision: String,
    /// Who names it.
    pub(super) origin: BaseOrigin,
    /// What it declares.
    pub(super) baseline: Baseline,
}

impl RunBase {
    /// Reads the base that the options name. Its errors and warnings join those of the files. The declarations must be
    /// whole: a selection of fields comes later.
    pub(super) fn read(loaded: &mut Loaded, options: &BaseOptions) -> Option<RunBase> {
        let revision = options.revision.as_deref().filter(|_| !loaded.has_errors())?;
        match config::base(loaded, revision) {
            Ok(mut baseline) => {
                loaded.diagnostics.append(&mut baseline.diagnostics);
                Some(RunBase { revision: revision.to_owned(), origin: BaseOrigin::Request, baseline })
            }
            Err(errors) => {
                loaded.diagnostics.extend(errors);
                None
            }
        }
    }

    /// Drops the declarations that are the same at the base, and counts what the rest costs. A client with a dated
    /// setting that the base does not have is not the same, whenever that holds.
    pub(super) fn keep_affected(
        &self,
        project: &Project,
        endpoint: EndpointChoice<'_>,
        declarations: &mut Vec<Declaration>,
        fields: SettingSet,
        scheduled: &ScheduledChanges,
    ) -> AffectedClients {
        let selected = declarations.len();
        let then = self.baseline.project.as_ref();
        let then = then.filter(|then| !endpoint.differs(then, project) && then.route == project.route);
        if let Some(then) = then {
            let before = by_client(&self.baseline.declarations);
            declarations.retain(|now| {
                let same = before.get(&now.key()).is_some_and(|before| is_same(before, now, fields));
                !same || scheduled.has(&now.key()) || !has_same_credentials(then, project, now)
            });
        }
        let (reads, tokens) = (declarations.len(), used(declarations.iter().map(|one| &one.credentials)).len());
        AffectedClients { reads, selected, tokens, revision: self.revision.as_str().into() }
    }

    /// The dated settings that this change set brings, as far as `fields` selects; none means all.
    pub(super) fn scheduled(&self, now: &[Declaration], fields: SettingSet) -> ScheduledChanges {
        ScheduledChanges::new(now, &self.baseline.declarations, fields)
    }

    /// The revisions whose rules bind, each with its project as far as the file can be read: the base, and the tip of
    /// the branch where the base is a merge base.
    pub(super) fn rules(&self) -> impl Iterator<Item = (&str, Option<&Project>)> {
        let base = &self.baseline;
        let first = (self.revision.as_str(), base.project.as_ref().or(base.broken_project.as_ref()));
        let tip = base.tip.iter().map(|tip| (tip.name.as_str(), tip.project.as_ref().or(tip.broken_project.as_ref())));
        std::iter::once(first).chain(tip)
    }

    /// The guards of the work tree, and those of the base that bind as well.
    pub(super) fn guards(&self, project: &Project) -> GuardList {
        let guards = self
            .rules()
            .map(|(revision, then)| RevisionGuards { revision, guards: then.map_or(&[], |then| &then.guards) });
        let revisions: Vec<RevisionGuards<'_>> = guards.collect();
        GuardList::new(&project.guards, &revisions)
    }

    /// These guards, and those of the base as the commit that was applied last.
    pub(super) fn with_guards(&self, guards: GuardList, project: &Project) -> GuardList {
        let revisions = self.rules().map(|(revision, then)| (revision, then.map_or(&[][..], |then| &then.guards)));
        revisions.fold(guards, |guards, (revision, then)| {
            guards.with_applied(&project.guards, RevisionGuards { revision, guards: then })
        })
    }

    /// Guards that also judge these clients by the labels that they carry at the base.
    pub(super) fn with_labels<'a>(
        &self,
        guards: GuardList,
        now: impl Iterator<Item = LabelledClient<'a>> + Clone,
    ) -> GuardList {
        let applied = Some(self.revision.as_str()).filter(|_| self.origin == BaseOrigin::Ledger);
        guards.with_labels(&self.baseline.declarations, &self.baseline.lost, applied, now)
    }

    /// The limits of the base.
    pub(super) fn limits(&self) -> SendLimits {
        let revisions = self.rules().filter_map(|(revision, then)| Some((revision, then?)));
        let limits = |(revision, then): (&str, &Project)| then.limits.sending.of(&LimitSource::Base(revision.into()));
        SendLimits::strictest(&revisions.map(limits).collect::<Vec<_>>())
    }

    /// These waivers, as far as every revision of the base holds them too.
    pub(super) fn waivers(&self, own: &[Waiver]) -> Vec<Waiver> {
        let held = |waiver: &Waiver| {
            let mut rules = self.rules();
            rules
                .try_fold(waiver.clone(), |waiver, (_, then)| waiver.as_held_by(then.map_or(&[], |then| &then.waivers)))
        };
        own.iter().filter_map(held).collect()
    }

    /// Clients of the selection that the base declares and the work tree does not.
    pub(super) fn released(&self, selection: &Selection) -> Vec<ReleasedClient> {
        let gone = self.baseline.gone.iter().filter(|one| selection.covers(one));
        gone.map(|one| ReleasedClient {
            client_id: one.client,
            credentials: one.credentials.clone(),
            source: Some(one.place.clone()),
        })
        .collect()
    }
}

/// By what a run judges differences. Without a base every difference has the origin `otherwise`.
pub(super) fn origins(base: Option<&RunBase>, now: &[Declaration], fields: SettingSet, otherwise: Origin) -> Origins {
    match base {
        Some(RunBase { baseline, .. }) => {
            Origins::by(&baseline.declarations, baseline.whole, now, fields).with_lost(&baseline.lost)
        }
        None => Origins::always(otherwise),
    }
}

/// Whether the two projects write the credentials of a declaration in the same way.
fn has_same_credentials(then: &Project, now: &Project, declaration: &Declaration) -> bool {
    let Some(name) = &declaration.credentials else { return true };
    match (then.credentials.get(name), now.credentials.get(name)) {
        (Some(then), Some(now)) => then.is_same(now),
        (then, now) => then.is_some() == now.is_some(),
    }
}
