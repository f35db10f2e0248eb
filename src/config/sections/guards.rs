//! The guards of a project file.
//!
//! Owns the reading of rules as data: built-in ones by name, own ones with a field and conditions. What a condition means is
//! `plan`'s to say.

use std::ops::RangeInclusive;
use std::rc::Rc;
use std::sync::Arc;

use crate::config::sections::entries::SectionEntries;
use crate::config::sections::keys::{CONDITIONS, GUARD};
use crate::config::sections::settings;
use crate::config::yaml::mapping::{self, MappingEntry};
use crate::config::yaml::{Position, Problems, YamlContent, YamlNode};
use crate::model::guard::{BUILT_IN, BuiltIn, Condition, Enforcement, Guard};
use crate::model::{FieldKind, FieldRow, Setting, State, Untrusted, suggest};

/// How long an opening may be allowed to last: up to ten years.
const MAX_DAYS: RangeInclusive<u64> = 1..=3650;

/// Reads the section `guards`.
pub(crate) fn read(entry: &MappingEntry, problems: &mut Problems<'_>) -> Vec<Guard> {
    let items = match &entry.value.content {
        YamlContent::Empty | YamlContent::Null | YamlContent::Broken => return Vec::new(),
        YamlContent::List(items) => items,
        _ => {
            problems.error_help(
                "bad-guard",
                entry.value.at,
                "`guards` is a list".to_owned(),
                "write `- open-geo`, one a line",
            );
            return Vec::new();
        }
    };
    let mut guards: Vec<Guard> = Vec::new();
    for item in items.iter() {
        let guard = match &item.content {
            YamlContent::Text(name) => by_name(name, item, problems),
            YamlContent::Map(_) => own(item, problems),
            YamlContent::Broken => None,
            _ => {
                problems.error(
                    "bad-guard",
                    item.at,
                    format!("a guard is a name or a mapping; here stands {}", item.what()),
                );
                None
            }
        };
        let Some(guard) = guard else { continue };
        if guards.iter().any(|known| known.name == guard.name) {
            let message = "there are two guards of this name".to_owned();
            problems.error_help("duplicate-item", item.at, message, "give each a name of its own");
            continue;
        }
        guards.push(guard);
    }
    guards
}

fn built_in(name: &str) -> Option<&'static BuiltIn> {
    BUILT_IN.iter().find(|guard| guard.name == name)
}

fn by_name(name: &str, item: &YamlNode, problems: &mut Problems<'_>) -> Option<Guard> {
    let Some(guard) = built_in(name) else {
        let near = suggest::nearest(name, BUILT_IN.iter().map(|guard| guard.name));
        let word = problems.word(name, "of this name");
        problems.error_near("bad-guard", item.at, format!("there is no built-in guard {word}"), near);
        return None;
    };
    Some(guard.guard(problems.place(item.at)))
}

fn own(item: &YamlNode, problems: &mut Problems<'_>) -> Option<Guard> {
    let before = problems.errors();
    let entries = SectionEntries::read(item, &GUARD, problems)?;
    let of = |key: &str| entries.get(key);
    let name = entries.required("name", problems)?;
    let name: Arc<str> = Arc::from(mapping::text(name, "the name of the guard", problems)?);
    let known = built_in(&name).map(|guard| guard.guard(problems.place(item.at)));
    let field = of("field").and_then(|entry| field(entry, problems)).or(known.as_ref().and_then(|known| known.field));
    let effect = match (of("deny"), of("warn"), &known) {
        (Some(when), None, _) => Some((Enforcement::Deny, Some(when))),
        (None, Some(when), _) => Some((Enforcement::Warn, Some(when))),
        (None, None, Some(known)) => Some((known.effect, None)),
        (_, _, _) => {
            let help = "write deny: {…} to stop a client, or warn: {…}";
            problems.error_help("bad-guard", item.at, "a guard either denies or warns".to_owned(), help);
            None
        }
    };
    let mut when = known.as_ref().map(|known| known.when.clone()).unwrap_or_default();
    let given = match &effect {
        Some((_, Some(entry))) => conditions(entry, field, &mut when, problems),
        Some((_, None)) | None => Vec::new(),
    };
    if problems.errors() == before {
        let own_field = of("field").map(|entry| entry.value.at).zip(field);
        refuse_ignored(&name, known.as_ref(), own_field, &when, &given, problems);
    }
    if field.is_none() && known.is_none() && !when.unmanaged && problems.errors() == before {
        problems.error("missing-key", item.at, "a guard over changes needs a `field`".to_owned());
    }
    let mut labels = std::collections::BTreeMap::new();
    for label in of("labels").map(|entry| mapping::section(&entry.value, "`labels`", problems)).unwrap_or_default() {
        if let Some(value) = mapping::named_text(&label, "the text of a label", problems) {
            labels.insert(Arc::from(&*label.key), Arc::from(value));
        }
    }
    let message = of("message").and_then(|entry| mapping::text(entry, "a sentence", problems)).map(Untrusted::from);
    if problems.errors() > before {
        return None;
    }
    let (effect, _) = effect?;
    let (place, source) = (problems.place(item.at), Default::default());
    Some(Guard { name, field, effect, when, labels, message, place, source })
}

fn field(entry: &MappingEntry, problems: &mut Problems<'_>) -> Option<Setting> {
    let name = mapping::text(entry, "a setting", problems)?;
    let found = Setting::find(name);
    if found.is_none() {
        let message = format!("{} is not a setting", problems.word(name, "this"));
        problems.error_near("bad-guard", entry.value.at, message, FieldRow::nearest_setting(name));
    }
    found
}

/// Refuses a guard of which a part would have no effect, because then a change passes that the guard seems to stop.
fn refuse_ignored(
    name: &str,
    known: Option<&Guard>,
    field: Option<(Position, Setting)>,
    when: &Condition,
    given: &[(Rc<str>, Position)],
    problems: &mut Problems<'_>,
) {
    let subject = |unmanaged| if unmanaged { "fields that a client does not manage" } else { "changes" };
    let before = problems.errors();
    if let Some(known) = known {
        let help = "to judge something else, give the guard a name of its own";
        if let (Some((at, other)), Some(judged)) = (field, known.field)
            && judged != other
        {
            let message = format!("the built-in guard `{name}` judges `{judged}`, not `{other}`");
            problems.error_help("bad-guard", at, message, help);
        }
        let flag = given.iter().find(|(key, _)| &**key == "unmanaged");
        if let Some((_, at)) = flag.filter(|_| known.when.unmanaged != when.unmanaged) {
            let message = format!("the built-in guard `{name}` judges only {}", subject(known.when.unmanaged));
            problems.error_help("bad-guard", *at, message, help);
        }
    }
    if when.unmanaged && problems.errors() == before {
        for (key, at) in given.iter().filter(|(key, _)| &**key != "unmanaged") {
            let message = format!("this guard judges only {}, and `{key}` is a condition on a change", subject(true));
            let help = "write two guards: `unmanaged: true` takes no other condition";
            problems.error_help("bad-guard", *at, message, help);
        }
    }
}

/// Reads the conditions into `when`, and returns which keys are given and where.
fn conditions(
    entry: &MappingEntry,
    field: Option<Setting>,
    when: &mut Condition,
    problems: &mut Problems<'_>,
) -> Vec<(Rc<str>, Position)> {
    let entries = SectionEntries::read_or_empty(&entry.value, &CONDITIONS, problems);
    for condition in entries.iter() {
        let typed = |problems: &mut Problems<'_>| -> Option<State> {
            let Some(setting) = field else {
                problems.error("bad-guard", condition.key_at, "a condition on values needs a `field`".to_owned());
                return None;
            };
            settings::of_node(&condition.value, condition.key_at, setting.row(), "bad-guard", problems)
        };
        match &*condition.key {
            "from" => when.from = typed(problems),
            "to" => when.to = typed(problems),
            "allow" => when.allow = Some(allow(condition, field, problems)),
            "max_countries" => when.max_countries = count(condition, field, 0..=300, problems).or(when.max_countries),
            "max_days" => when.max_days = count(condition, field, MAX_DAYS, problems).or(when.max_days),
            "unmanaged" => match mapping::text(condition, "true or false", problems) {
                Some("true") => when.unmanaged = true,
                Some("false") => when.unmanaged = false,
                Some(_) => problems.error("bad-guard", condition.at(), "`unmanaged` is true or false".to_owned()),
                None => {}
            },
            _ => {}
        }
    }
    entries.iter().map(|condition| (condition.key.clone(), condition.key_at)).collect()
}

/// A number that judges lists of countries.
fn count(
    condition: &MappingEntry,
    field: Option<Setting>,
    range: RangeInclusive<u64>,
    problems: &mut Problems<'_>,
) -> Option<u32> {
    let counts = field.is_some_and(|setting| setting.kind() == FieldKind::Countries);
    let number = mapping::text(condition, "a whole number", problems).and_then(crate::model::number::digits);
    match number.filter(|n| range.contains(n)) {
        Some(n) if counts => u32::try_from(n).ok(),
        Some(_) => {
            let message = format!("`{}` judges lists of countries only", condition.key);
            let help = format!("add {} to the guard", fields_of_countries());
            problems.error_help("bad-guard", condition.key_at, message, &help);
            None
        }
        None => {
            let from = if *range.start() == 0 { String::new() } else { format!(" from {}", range.start()) };
            let message = format!("`{}` is a whole number{from} up to {}", condition.key, range.end());
            problems.error("bad-guard", condition.at(), message);
            None
        }
    }
}

/// The settings whose countries a guard can count, as the guard names them.
fn fields_of_countries() -> String {
    let settings = Setting::ALL.into_iter().filter(|setting| setting.kind() == FieldKind::Countries);
    settings.map(|setting| format!("`field: {setting}`")).collect::<Vec<_>>().join(" or ")
}

/// The values that are allowed. For countries the list is one set; for other fields each item is a value.
fn allow(condition: &MappingEntry, field: Option<Setting>, problems: &mut Problems<'_>) -> Vec<State> {
    let Some(setting) = field else {
        problems.error("bad-guard", condition.key_at, "a condition on values needs a `field`".to_owned());
        return Vec::new();
    };
    let row = setting.row();
    match &condition.value.content {
        YamlContent::List(items) if setting.kind() != FieldKind::Countries => items
            .iter()
            .filter_map(|item| settings::of_node(item, condition.key_at, row, "bad-guard", problems))
            .collect(),
        _ => settings::of_node(&condition.value, condition.key_at, row, "bad-guard", problems).into_iter().collect(),
    }
}
