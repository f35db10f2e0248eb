//! The rule of every client: by the ledger's record, by the base, or one origin for all differences.
//!
//! Owns which of the three counts for a client, and which fields count as released. A client is found by its id, never
//! by its file. It must not know git: others read the ledger and the base.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{
    ClientId, ClientKey, Declaration, ManagedField, Origin, Place, RecordedClient, Setting, SettingSet, State,
};
use crate::plan::compare::origin::{BaseDeclaration, ClientRecord, OriginRule};

/// The rules for every client.
#[derive(Clone, Debug)]
pub struct Origins {
    /// What the ledger holds; `None` where there is no ledger to judge by.
    ledger: Option<LedgerOrigins>,
    clients: BTreeMap<ClientKey, BaseDeclaration>,
    /// Of clients that the base does not name.
    others: Others,
    /// Clients that the base names and no document names now.
    lost: BTreeSet<ClientKey>,
}

/// The records that origins are judged by.
#[derive(Clone, Debug)]
struct LedgerOrigins {
    clients: BTreeMap<ClientKey, ClientRecord>,
    /// Clients whose record cannot be read: judged as without a ledger.
    unreadable: BTreeSet<ClientKey>,
    /// Of clients without a record.
    nothing: ClientRecord,
}

#[derive(Clone, Debug)]
enum Others {
    Always(Origin),
    /// The base is whole, so they are new.
    New(BaseDeclaration),
}

impl Origins {
    /// Without a base every difference has one origin.
    pub fn always(origin: Origin) -> Origins {
        Origins { ledger: None, clients: BTreeMap::new(), others: Others::Always(origin), lost: BTreeSet::new() }
    }

    /// By a base. `whole`: all of it could be read, so a client that it does not name is new; else its origin is
    /// unknown. `now` are the declarations with all their fields, `fields` the fields to compare; none means all.
    pub fn by(base: &[Declaration], whole: bool, now: &[Declaration], fields: SettingSet) -> Origins {
        let now: BTreeMap<ClientKey, SettingSet> = now.iter().map(|one| (one.key(), one.managed_set())).collect();
        let earlier = |then: &Declaration| {
            let key = then.key();
            let kept = now.get(&key)?;
            let looked_at = |setting| fields.is_empty() || fields.contains(setting);
            let is_released = |one: &&ManagedField| !kept.contains(one.setting) && looked_at(one.setting);
            let released = then.managed.iter().filter(is_released).cloned().collect();
            Some((key, BaseDeclaration { managed: then.managed.clone(), released, dated: then.dated.clone() }))
        };
        let others = if whole { Others::New(BaseDeclaration::default()) } else { Others::Always(Origin::Unknown) };
        Origins { ledger: None, clients: base.iter().filter_map(earlier).collect(), others, lost: BTreeSet::new() }
    }

    /// With what the ledger holds of each declared client. It wins over the base. A client in `unreadable` is judged as
    /// without a ledger. `now` are the declarations with all their fields. Recorded fields that they do not manage are
    /// released where the run covers the whole project. What the base lists as released stays listed, with its place.
    pub fn with_ledger(
        mut self,
        mut records: BTreeMap<ClientKey, RecordedClient>,
        unreadable: BTreeSet<ClientKey>,
        now: &[Declaration],
        whole: bool,
    ) -> Origins {
        let record = |one: &Declaration| {
            let (key, managed) = (one.key(), one.managed_set());
            let base = self.clients.get(&key);
            let dated = base.and_then(|base| base.dated.clone());
            let base = base.map_or(&[][..], |base| &base.released);
            let recorded = records.remove(&key);
            if recorded.is_none() && base.is_empty() && dated.is_none() {
                return None;
            }
            let fields = recorded.unwrap_or_default();
            let of_record = fields.fields().map(|(setting, _)| setting);
            let of_record = of_record.filter(|setting| whole && !managed.contains(*setting));
            let mut released: BTreeMap<Setting, Option<Place>> = of_record.map(|setting| (setting, None)).collect();
            released.extend(base.iter().map(|one| (one.setting, Some(one.place.clone()))));
            Some((key, ClientRecord { fields, released, dated }))
        };
        let clients = now.iter().filter_map(record).collect();
        self.ledger = Some(LedgerOrigins { clients, unreadable, nothing: ClientRecord::default() });
        self
    }

    /// With the clients that the base names and no document names now. `@me` may be one of them under another name or
    /// other credentials, so such a client may not be new.
    pub fn with_lost(mut self, lost: &BTreeSet<ClientKey>) -> Origins {
        self.lost.clone_from(lost);
        self
    }

    fn may_be_known(&self, declaration: &Declaration) -> bool {
        self.lost.iter().any(|lost| lost.client() == ClientId::Me || declaration.client == ClientId::Me)
    }

    /// The rule for this client.
    pub fn of(&self, declaration: &Declaration) -> OriginRule<'_> {
        let key = declaration.key();
        if let Some(ledger) = self.ledger.as_ref().filter(|ledger| !ledger.unreadable.contains(&key)) {
            return OriginRule::Record(ledger.clients.get(&key).unwrap_or(&ledger.nothing));
        }
        match (self.clients.get(&key), &self.others) {
            (Some(earlier), _) => OriginRule::Base(earlier),
            (None, Others::New(_)) if self.may_be_known(declaration) => OriginRule::Always(Origin::Unknown),
            (None, Others::New(nothing)) => OriginRule::Base(nothing),
            (None, Others::Always(origin)) => OriginRule::Always(*origin),
        }
    }
}

/// Whether two declarations of one client come to the same: settings, ignored and expected fields, credentials. Where
/// they are written and by which layer makes no difference. Of the settings only `fields` count; none means all.
pub fn is_same(then: &Declaration, now: &Declaration, fields: SettingSet) -> bool {
    let settings = |one: &Declaration| -> Vec<(Setting, State)> {
        let looked_at = one.managed.iter().filter(|one| fields.is_empty() || fields.contains(one.setting));
        looked_at.map(|managed| (managed.setting, managed.wanted.clone())).collect()
    };
    let expected = |one: &Declaration| -> BTreeMap<&'static str, String> {
        one.expect.iter().map(|expected| (expected.row.name, expected.wanted.to_json().to_string())).collect()
    };
    settings(then) == settings(now)
        && then.ignored == now.ignored
        && then.credentials == now.credentials
        && expected(then) == expected(now)
}

/// Declarations by client.
pub fn by_client(declarations: &[Declaration]) -> BTreeMap<ClientKey, &Declaration> {
    declarations.iter().map(|one| (one.key(), one)).collect()
}
