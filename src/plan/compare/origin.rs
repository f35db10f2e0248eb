//! The origin of a difference: declared at the base, declared now and live, judged together.
//!
//! Owns the one three-way judgement, and the fields that the base declares for each client. A client is found by its
//! id, never by its file. It must not know git: `config` reads the base.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{ClientId, ClientKey, Declaration, ManagedField, Origin, Setting, SettingSet, State};

/// The origin of the difference between what is declared now and what is live; `None` where the two are equal. `base`
/// is the value that the base declares: `None` where it does not manage the field, which is not the same as clearing
/// it.
pub(in crate::plan) fn origin(base: Option<&State>, now: &State, live: &State) -> Option<Origin> {
    if now == live {
        return None;
    }
    Some(match base {
        None => Origin::Pending,
        Some(base) if base == live => Origin::Pending,
        Some(base) if base == now => Origin::Drift,
        Some(_) => Origin::Conflict,
    })
}

/// The declaration of one client at the base.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BaseDeclaration {
    /// The fields that it manages.
    pub managed: Vec<ManagedField>,
    /// Those of them that no declaration manages now: left as they are.
    pub released: Vec<ManagedField>,
}

impl BaseDeclaration {
    /// What the base declares for a field; `None` where it does not manage it.
    pub fn wanted(&self, setting: Setting) -> Option<&State> {
        self.managed.iter().find(|managed| managed.setting == setting).map(|managed| &managed.wanted)
    }
}

/// The rule by which the differences of one client get their origin.
#[derive(Clone, Copy, Debug)]
pub enum OriginRule<'b> {
    /// Every difference has this origin: the run has no base, or could not read it for this client.
    Always(Origin),
    /// By the base.
    Base(&'b BaseDeclaration),
}

impl From<Origin> for OriginRule<'_> {
    fn from(origin: Origin) -> Self {
        OriginRule::Always(origin)
    }
}

/// The rules for every client.
#[derive(Clone, Debug)]
pub struct Origins {
    clients: BTreeMap<ClientKey, BaseDeclaration>,
    /// Of clients that the base does not name.
    others: Others,
    /// Clients that the base names and no document names now.
    lost: BTreeSet<ClientKey>,
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
        Origins { clients: BTreeMap::new(), others: Others::Always(origin), lost: BTreeSet::new() }
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
            Some((key, BaseDeclaration { managed: then.managed.clone(), released }))
        };
        let others = if whole { Others::New(BaseDeclaration::default()) } else { Others::Always(Origin::Unknown) };
        Origins { clients: base.iter().filter_map(earlier).collect(), others, lost: BTreeSet::new() }
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
        match (self.clients.get(&declaration.key()), &self.others) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{FieldKind, value};
    use serde_json::json;

    /// Every cell: what the base declares (`-`: it does not manage the field), what is declared now, what is live. The
    /// letters mean three values, `0` "not set", `?` a live value that is odd.
    const TABLE: &[(&str, &str, &str, Option<Origin>)] = {
        use Origin::{Conflict, Drift, Pending};
        &[
            // base, now, live
            ("A", "A", "A", None),
            ("A", "A", "B", Some(Drift)),
            ("A", "A", "0", Some(Drift)),
            ("A", "A", "?", Some(Drift)),
            ("A", "B", "A", Some(Pending)),
            ("A", "B", "B", None),
            ("A", "B", "C", Some(Conflict)),
            ("A", "B", "0", Some(Conflict)),
            ("A", "B", "?", Some(Conflict)),
            ("A", "0", "A", Some(Pending)),
            ("A", "0", "0", None),
            ("A", "0", "B", Some(Conflict)),
            ("A", "0", "?", Some(Conflict)),
            // Null at the base is a value.
            ("0", "0", "0", None),
            ("0", "0", "A", Some(Drift)),
            ("0", "0", "?", Some(Drift)),
            ("0", "A", "0", Some(Pending)),
            ("0", "A", "A", None),
            ("0", "A", "B", Some(Conflict)),
            ("0", "A", "?", Some(Conflict)),
            // Absent at the base is not a value.
            ("-", "A", "A", None),
            ("-", "A", "B", Some(Pending)),
            ("-", "A", "0", Some(Pending)),
            ("-", "A", "?", Some(Pending)),
            ("-", "0", "0", None),
            ("-", "0", "A", Some(Pending)),
            ("-", "0", "?", Some(Pending)),
        ]
    };

    fn state(kind: FieldKind, values: [&serde_json::Value; 4], letter: &str) -> Option<State> {
        match letter {
            "-" => None,
            "0" => Some(State::NotSet),
            "A" => Some(value::live(kind, values[0])),
            "B" => Some(value::live(kind, values[1])),
            "C" => Some(value::live(kind, values[2])),
            _ => Some(value::live(kind, values[3])),
        }
    }

    #[test]
    fn every_cell_has_exactly_one_origin() {
        let rows = [
            (FieldKind::Countries, [json!("RU"), json!("RU BY"), json!("*"), json!("ZZ")]),
            (FieldKind::Zone, [json!("UTC"), json!("Asia/Omsk"), json!("Europe/Moscow"), json!("MSK")]),
            (FieldKind::Id, [json!(19), json!(20), json!(21), json!("x")]),
            (FieldKind::Percent, [json!(90), json!(80), json!(70), json!(0)]),
            (FieldKind::Email, [json!("a@x.example"), json!("b@x.example"), json!("c@x.example"), json!("x")]),
        ];
        for (kind, values) in &rows {
            let [a, b, c, odd] = values;
            for (base, now, live, expected) in TABLE {
                let of = |letter| state(*kind, [a, b, c, odd], letter);
                let found = origin(of(base).as_ref(), &of(now).unwrap(), &of(live).unwrap());
                assert_eq!(found, *expected, "{kind:?}: base {base}, now {now}, live {live}");
            }
        }
    }
}
