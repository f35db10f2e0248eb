//! Entries of the 28 fields, from the field table.
//!
//! Owns what each kind of field accepts, an example of it, and the steps by which a change is judged.

use serde_json::Value as Json;

use crate::manual::entry::{EntryKind, ManualEntry};
use crate::manual::sentence::{anchor, sentence};
use crate::model::field::FieldRow;
use crate::model::{Direction, FIELDS, FieldKind, RawValue, Setting, Severity, State, value};

/// One step from a value to another, as the judge of its field sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RiskStep {
    /// The step in words.
    pub about: &'static str,
    /// How grave it is.
    pub severity: Severity,
    /// Which way it goes; `None` for fields that open nothing.
    pub direction: Option<Direction>,
}

/// The steps of a field that differ in words, each with its judgement. The first that holds decides.
pub fn judged_steps(setting: Setting) -> Vec<RiskStep> {
    let judge = setting.row().judge;
    let judged = |(about, older, newer): (&'static str, State, State)| {
        let judged = judge(&older, &newer);
        RiskStep { about, severity: judged.severity, direction: judged.direction }
    };
    steps(setting.kind()).into_iter().map(judged).collect()
}

fn steps(kind: FieldKind) -> Vec<(&'static str, State, State)> {
    let odd = || State::Odd(Json::from("?"));
    // A text that a field does not accept would be judged as odd; a test compares the examples with the parser.
    let of = |text: &str| value::declared(kind, &RawValue::Text(text)).unwrap_or_else(|_| odd());
    if kind == FieldKind::Countries {
        let (list, more, all) = (of("RU"), of("RU BY"), of("*"));
        return vec![
            ("to `*`", list.clone(), all.clone()),
            ("a code added", list.clone(), more.clone()),
            ("a list to null", list.clone(), State::NotSet),
            ("a code removed", more, list.clone()),
            ("`*` to anything else", all, list.clone()),
            ("null to a list", State::NotSet, list.clone()),
            ("an odd value on either side", odd(), list),
        ];
    }
    let (one, other) = match kind {
        FieldKind::Zone => (of("UTC"), of("Asia/Omsk")),
        FieldKind::Email => (of("a@example.com"), of("b@example.com")),
        _ => (of("19"), of("20")),
    };
    vec![("any change", one, other.clone()), ("an odd value on either side", odd(), other)]
}

/// How grave a change of a field can be: the severities of its steps.
pub fn field_severity(setting: Setting) -> &'static str {
    let steps = judged_steps(setting);
    let has = |severity: Severity| steps.iter().any(|step| step.severity == severity);
    match (has(Severity::Info), has(Severity::Security)) {
        (true, true) => "info or security",
        (false, true) => "security",
        (_, false) => "info",
    }
}

/// What a file may declare for a field, in words.
pub fn accepted(row: &FieldRow) -> String {
    let value = match row.kind {
        FieldKind::Countries => {
            "a list of country codes (ISO 3166 alpha-2, and XK), the same as text, or \"*\" in quotes"
        }
        FieldKind::Zone => "an IANA time zone such as Europe/Moscow, or UTC",
        FieldKind::Id => "a whole number from 1",
        FieldKind::Percent => "a whole number from 1 to 100",
        FieldKind::Email => "one e-mail address",
        FieldKind::Text => "text",
        FieldKind::Boolean => "true or false",
    };
    match row.write {
        Some(_) => format!("{value}; null clears it"),
        None => format!("only under `expect`: {value} that live must equal, or null if live must not have it"),
    }
}

/// The value of an example, as YAML.
fn example_value(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Countries => "[RU, BY]",
        FieldKind::Zone => "Europe/Moscow",
        FieldKind::Id => "19",
        FieldKind::Percent => "90",
        FieldKind::Email => "ops@example.com",
        FieldKind::Text => "the text that live holds",
        FieldKind::Boolean => "true",
    }
}

/// Lines of a client document that use the field.
pub fn field_example(row: &FieldRow) -> String {
    let section = if row.write.is_some() { "settings" } else { "expect" };
    let line = |row: &FieldRow| format!("  {}: {}\n", row.name, example_value(row.kind));
    let partner = row.partner.map(|(partner, _)| line(partner.row())).unwrap_or_default();
    format!("{section}:\n{}{partner}", line(row))
}

/// The entries of all fields.
pub(super) fn entries() -> impl Iterator<Item = ManualEntry> {
    FIELDS.iter().map(|row| {
        let page = match row.write {
            Some(_) => format!("docs/fields.md#{}", anchor(row.name)),
            None => "docs/fields.md".to_owned(),
        };
        ManualEntry {
            holds: Some(row.api_type.to_owned()),
            accepted: Some(accepted(row)),
            severity: row.write.map(|setting| field_severity(setting).to_owned()),
            example: Some(field_example(row)),
            ..ManualEntry::new(EntryKind::Field, row.name, sentence(row.about), page)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_statement_of_what_a_kind_accepts_holds() {
        use FieldKind::*;
        let list = |items: &[&'static str]| RawValue::List(items.to_vec());
        let text = RawValue::Text;
        let table = [
            (
                Countries,
                vec![list(&["RU", "BY"]), list(&["XK"]), text("RU BY"), text("*")],
                vec![list(&["*"]), text("ZZ")],
            ),
            (Zone, vec![text("Europe/Moscow"), text("UTC")], vec![text("MSK"), text("+03:00"), list(&["UTC"])]),
            (Id, vec![text("1"), text("19")], vec![text("0"), text("019"), text("-1")]),
            (Percent, vec![text("1"), text("100")], vec![text("0"), text("101")]),
            (Email, vec![text("ops@example.com")], vec![text("a@b.example, c@d.example"), text("ops")]),
            (Text, vec![text("x")], vec![list(&["x"]), text("")]),
            (Boolean, vec![text("true"), text("false")], vec![text("yes")]),
        ];
        assert!(FIELDS.iter().all(|row| table.iter().any(|(kind, ..)| *kind == row.kind)));
        for (kind, good, bad) in table {
            for raw in good.into_iter().chain([RawValue::Null]) {
                assert!(value::declared(kind, &raw).is_ok(), "{kind:?}: {raw:?}");
            }
            for raw in bad {
                assert!(value::declared(kind, &raw).is_err(), "{kind:?}: {raw:?}");
            }
        }
    }

    #[test]
    fn the_steps_are_those_of_valid_values_and_give_the_severity() {
        for setting in Setting::ALL {
            let odd = |state: &State| matches!(state, State::Odd(_));
            let (last, others) = steps(setting.kind()).pop().zip(Some(steps(setting.kind()))).unwrap();
            assert!(odd(&last.1), "{setting}");
            assert!(others[..others.len() - 1].iter().all(|(_, one, other)| !odd(one) && !odd(other)), "{setting}");
        }
        assert_eq!(field_severity(Setting::GeoList), "info or security");
        assert_eq!(field_severity(Setting::DialRuleId), "security");
        assert_eq!(field_severity(Setting::HoldMusic), "info");
    }
}
