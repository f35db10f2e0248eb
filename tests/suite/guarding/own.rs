//! Own guards: each condition where it holds and where it does not, as `deny` and as `warn`.

use serde_json::{Value as Json, json};

use crate::guarding::{Client, Deny, InSync, InSyncWarn, Pass, Warn, check};

/// Whether the guard of a row speaks.
#[derive(Clone, Copy)]
enum Speaks {
    /// Of so many fields of a client that changes.
    Of(usize),
    /// Of so many fields of a client in sync.
    InSyncOf(usize),
    /// Of so many values that live holds as declared. Only a guard that denies speaks of those.
    HeldOf(usize),
    /// Not, and the change passes.
    No,
    /// Not, and nothing differs.
    InSyncNo,
}

use Speaks::{HeldOf, InSyncNo, InSyncOf, No, Of};

/// One guard and one client that it looks at.
struct Row {
    field: &'static str,
    conditions: &'static str,
    guard_labels: &'static str,
    labels: &'static str,
    live: Json,
    settings: String,
    speaks: Speaks,
}

fn row(field: &'static str, conditions: &'static str, live: Json, settings: &str, speaks: Speaks) -> Row {
    Row { field, conditions, guard_labels: "", labels: "", live, settings: settings.to_owned(), speaks }
}

/// A guard over `geo_list`, with the value of live and the declared one.
fn geo(conditions: &'static str, live: impl Into<Json>, declared: &str, speaks: Speaks) -> Row {
    let live: Json = live.into();
    row("geo_list", conditions, json!({"geo_list": live}), &format!("geo_list: {declared}"), speaks)
}

/// A guard over `dial_rule_id`.
fn rule(conditions: &'static str, live: impl Into<Json>, declared: &str, speaks: Speaks) -> Row {
    let live: Json = live.into();
    row("dial_rule_id", conditions, json!({"dial_rule_id": live}), &format!("dial_rule_id: {declared}"), speaks)
}

/// Checks all rows in one fleet, once as `deny` and once as `warn`. By a label each guard looks at the client of its row.
#[track_caller]
fn check_rows(rows: &[Row]) {
    let (mut guards, mut clients) = (String::new(), Vec::new());
    for (number, row) in rows.iter().enumerate() {
        for effect in ["deny", "warn"] {
            let field = if row.field.is_empty() { String::new() } else { format!("field: {}, ", row.field) };
            guards.push_str(&format!(
                "- {{name: {effect}-{number}, {field}{effect}: {{{}}}, labels: {{row: {effect}-{number}{}}}}}\n",
                row.conditions, row.guard_labels
            ));
            let expected = match (row.speaks, effect) {
                (Of(fields), "deny") => Deny(fields),
                (Of(fields), _) => Warn(fields),
                (HeldOf(fields), "deny") => InSyncWarn(fields),
                (HeldOf(_), _) => InSync,
                (InSyncOf(fields), _) => InSyncWarn(fields),
                (No, _) => Pass,
                (InSyncNo, _) => InSync,
            };
            clients.push(Client {
                live: row.live.clone(),
                document: format!(
                    "labels: {{row: {effect}-{number}{}}}\nsettings: {{{}}}\n# {{{}}}\n",
                    row.labels, row.settings, row.conditions
                ),
                expected,
            });
        }
    }
    check(&guards, &clients);
}

#[test]
fn without_conditions_any_change_of_the_field_is_spoken_of() {
    check_rows(&[
        geo("", "RU", "[BY]", Of(1)),
        geo("", Json::Null, "[BY]", Of(1)),
        geo("", "RU", "null", Of(1)),
        geo("", "ZZ", "[BY]", Of(1)),
        geo("", "RU", "[RU]", InSyncNo),
        geo("", "by ru", "[RU, BY]", InSyncNo),
        row("geo_list", "", json!({"geo_list": "RU"}), "timezone: UTC", No),
        row("geo_list", "", json!({"geo_list": "RU"}), "geo_list: [RU], timezone: UTC", No),
        row("timezone", "", json!({}), "timezone: UTC", Of(1)),
        row("hold_music", "", json!({"hold_music": 7}), "hold_music: null, timezone: UTC", Of(1)),
        row("disk_space_notify_email", "", json!({}), "disk_space_notify_threshold: null, hold_music: 7", No),
    ]);
}

#[test]
fn from_is_the_live_value_and_nothing_less() {
    check_rows(&[
        geo("from: [RU]", "RU", "[BY]", Of(1)),
        geo("from: [RU]", "BY", "[RU]", No),
        geo("from: [RU]", "RU BY", "[BY]", No),
        geo("from: [BY, RU]", "RU BY", "[BY]", Of(1)),
        geo("from: RU BY", "BY  RU", "[BY]", Of(1)),
        geo("from: [RU]", "RU", "[RU]", InSyncNo),
        geo("from: \"*\"", "*", "[RU]", Of(1)),
        geo("from: \"*\"", "RU", "\"*\"", No),
        geo("from: null", Json::Null, "[RU]", Of(1)),
        geo("from: null", "", "[RU]", Of(1)),
        geo("from: null", "RU", "null", No),
        geo("from: [RU]", "RU ZZ", "[BY]", No),
        rule("from: 19", 19, "20", Of(1)),
        rule("from: 19", "19", "20", Of(1)),
        rule("from: 19", 20, "19", No),
        row("timezone", "from: UTC", json!({"timezone": "UTC"}), "timezone: Asia/Omsk", Of(1)),
        row("timezone", "from: UTC", json!({"timezone": "Etc/UTC"}), "timezone: Asia/Omsk", No),
    ]);
}

#[test]
fn to_is_the_declared_value_and_nothing_less() {
    check_rows(&[
        geo("to: \"*\"", "RU", "\"*\"", Of(1)),
        geo("to: \"*\"", "RU", "[RU, BY]", No),
        geo("to: \"*\"", "*", "[RU]", No),
        geo("to: \"*\"", "*", "\"*\"", HeldOf(1)),
        geo("from: RU, to: \"*\"", "*", "\"*\"", InSyncNo),
        geo("to: [RU, BY]", "RU", "BY RU", Of(1)),
        geo("to: [RU, BY]", "RU", "[RU, BY, KZ]", No),
        geo("to: null", "RU", "null", Of(1)),
        geo("to: null", Json::Null, "[RU]", No),
        rule("to: 19", Json::Null, "19", Of(1)),
        rule("to: 19", 19, "20", No),
        rule("to: null", 19, "null", Of(1)),
        row("disk_space_notify_email", "to: a@b.example", json!({}), "disk_space_notify_email: a@b.example", Of(1))
            .with("disk_space_notify_threshold: 90"),
    ]);
}

#[test]
fn allow_speaks_of_what_it_does_not_name() {
    check_rows(&[
        geo("allow: [RU, BY]", "KZ", "[RU, BY]", No),
        geo("allow: [RU, BY]", "KZ", "[RU]", No),
        geo("allow: [RU, BY]", "RU", "[RU, KZ]", Of(1)),
        geo("allow: [RU, BY]", "RU", "[KZ]", Of(1)),
        geo("allow: [RU, BY]", "RU", "\"*\"", Of(1)),
        geo("allow: [RU, BY]", "RU", "null", Of(1)),
        geo("allow: [RU, BY]", "RU KZ", "[RU, KZ]", HeldOf(1)),
        geo("allow: RU BY", "RU", "[BY]", No),
        geo("allow: \"*\"", "RU", "\"*\"", No),
        geo("allow: null", "RU", "null", No),
        geo("allow: null", "RU", "[BY]", Of(1)),
        rule("allow: [19, 20]", 5, "19", No),
        rule("allow: [19, 20]", 5, "20", No),
        rule("allow: [19, 20]", 19, "21", Of(1)),
        rule("allow: [19, 20]", 19, "null", Of(1)),
        rule("allow: [19, null]", 19, "null", No),
        rule("allow: 19", 5, "19", No),
        rule("allow: 19", 19, "5", Of(1)),
        rule("allow: []", 19, "5", Of(1)),
    ]);
}

#[test]
fn max_countries_counts_what_would_be_stored() {
    check_rows(&[
        geo("max_countries: 3", "RU", "[RU, BY, KZ]", No),
        geo("max_countries: 3", "RU", "[RU, BY, KZ, UZ]", Of(1)),
        geo("max_countries: 3", "RU", "\"*\"", Of(1)),
        geo("max_countries: 300", "RU", "\"*\"", Of(1)),
        geo("max_countries: 3", "RU BY KZ UZ AM", "[RU, BY, KZ, UZ]", Of(1)),
        geo("max_countries: 3", "*", "[RU, BY, KZ]", No),
        geo("max_countries: 3", "RU BY KZ UZ", "[RU, BY, KZ, UZ]", HeldOf(1)),
        geo("max_countries: 0", "RU", "[BY]", Of(1)),
        geo("max_countries: 0", "RU", "null", No),
    ]);
}

#[test]
fn unmanaged_speaks_of_fields_that_no_layer_declares() {
    let without = |conditions, settings: &str, speaks| row("geo_list", conditions, json!({}), settings, speaks);
    check_rows(&[
        without("unmanaged: true", "timezone: UTC", Of(1)),
        without("unmanaged: true", "geo_list: [RU]", No),
        without("unmanaged: true", "geo_list: null, timezone: UTC", No),
        without("unmanaged: true", "timezone: null", InSyncOf(1)),
        without("unmanaged: true", "geo_list: null", InSyncNo),
        without("unmanaged: false", "timezone: UTC", No),
        without("unmanaged: false", "geo_list: [RU]", Of(1)),
        // Without a field it is about the three that decide who can place calls.
        row("", "unmanaged: true", json!({}), "timezone: UTC", Of(3)),
        row("", "unmanaged: true", json!({}), "dial_rule_id: 19", Of(2)),
        row("", "unmanaged: true", json!({}), "geo_list: [RU], dial_rule_id: 19, sip_network_permission_id: 5", No),
        row("timezone", "unmanaged: true", json!({}), "geo_list: [RU]", Of(1)),
    ]);
}

#[test]
fn all_conditions_that_are_given_must_hold() {
    let both = "from: [RU], to: \"*\"";
    let bounded = "allow: [RU, BY, KZ], max_countries: 1";
    check_rows(&[
        geo(both, "RU", "\"*\"", Of(1)),
        geo(both, "BY", "\"*\"", No),
        geo(both, "RU", "[BY]", No),
        geo(bounded, "RU", "[UZ, AM]", Of(1)),
        geo(bounded, "RU", "[UZ]", No),
        geo(bounded, "RU", "[BY, KZ]", No),
        geo("from: null, max_countries: 2", Json::Null, "[RU, BY, KZ]", Of(1)),
        geo("from: null, max_countries: 2", "RU", "[RU, BY, KZ]", No),
    ]);
}

#[test]
fn labels_narrow_a_guard_to_clients_that_carry_them_all() {
    let labelled = |guard_labels, labels, speaks| Row { guard_labels, labels, ..geo("", "RU", "[BY]", speaks) };
    let both = ", city: moscow, kind: office";
    check_rows(&[
        labelled("", "", Of(1)),
        labelled("", ", city: moscow", Of(1)),
        labelled(", city: moscow", ", city: moscow", Of(1)),
        labelled(", city: moscow", ", city: moscow, kind: shop", Of(1)),
        labelled(", city: moscow", ", city: omsk", No),
        labelled(", city: moscow", ", city: Moscow", No),
        labelled(", city: moscow", ", town: moscow", No),
        labelled(", city: moscow", "", No),
        labelled(both, both, Of(1)),
        labelled(both, ", city: moscow", No),
        labelled(both, ", kind: office", No),
    ]);
}

impl Row {
    /// The row with more settings.
    fn with(mut self, settings: &str) -> Row {
        self.settings = format!("{}, {settings}", self.settings);
        self
    }
}
