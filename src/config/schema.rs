//! JSON Schemas of client documents and project files, for editors.
//!
//! Owns how a shape looks in JSON Schema. Keys, fields, kinds and descriptions come from the tables that the program
//! reads, so a schema and the program agree. A schema is laxer where JSON Schema cannot express a rule.

use serde_json::{Map, Value as Json, json};

use crate::config::sections::keys::{
    ADDITION, CREDENTIAL, CREDENTIAL_FORMS, DOCUMENT, GUARD, KeyRow, KeyShape, LEDGER, PROJECT, SectionKeys, TEMPORARY,
    WAIVER,
};
use crate::model::guard::BUILT_IN;
use crate::model::zone;
use crate::model::{FIELDS, FieldKind, FieldRow, Setting};

/// A day, or an instant with its offset.
const DAY_OR_INSTANT: &str =
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}(:[0-9]{2})?))?$";

const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";

/// schemas/client.schema.json.
pub fn client_schema() -> Json {
    titled("ringform client document", of_section(&DOCUMENT, "object".into()))
}

/// schemas/project.schema.json.
pub fn project_schema() -> Json {
    titled("ringform project file", of_section(&PROJECT, or_null("object")))
}

fn titled(title: &str, mut schema: Json) -> Json {
    schema["$schema"] = DRAFT.into();
    schema["title"] = title.into();
    schema
}

/// A section with its keys.
fn of_section(section: &SectionKeys, kind: Json) -> Json {
    let required: Vec<&str> = section.rows.iter().filter(|row| row.required).map(|row| row.name).collect();
    of_rows(section.rows.iter(), &required, kind)
}

fn of_rows<'r>(rows: impl Iterator<Item = &'r KeyRow>, required: &[&str], kind: Json) -> Json {
    let properties: Map<String, Json> = rows.map(|row| (row.name.to_owned(), described(row))).collect();
    let mut schema = json!({"type": kind, "additionalProperties": false, "properties": properties});
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

fn described(row: &KeyRow) -> Json {
    let mut schema = of_shape(row.shape);
    schema["description"] = row.about.into();
    schema
}

/// Sections and lists may be left empty.
fn or_null(kind: &str) -> Json {
    json!([kind, "null"])
}

fn of_shape(shape: KeyShape) -> Json {
    let list = |items: Json| json!({"type": or_null("array"), "items": items});
    let once = |items: Json| json!({"type": or_null("array"), "items": items, "uniqueItems": true});
    let map = |values: Json| json!({"type": or_null("object"), "additionalProperties": values});
    match shape {
        KeyShape::Text | KeyShape::Name => json!({"type": ["string", "integer"]}),
        KeyShape::Names => once(json!({"type": ["string", "integer"]})),
        KeyShape::Globs => list(json!({"type": "string"})),
        KeyShape::ClientId => json!({"anyOf": [
            {"type": "string", "pattern": "^(@me|[1-9][0-9]{0,18})$"},
            {"type": "integer", "minimum": 1, "maximum": i64::MAX},
        ]}),
        KeyShape::Setting => json!({"enum": setting_names()}),
        KeyShape::SettingNames => once(json!({"enum": setting_names()})),
        KeyShape::Settings => of_fields(Setting::ALL.iter().map(|setting| setting.row())),
        KeyShape::ReadOnlyFields => of_fields(FIELDS.iter().filter(|row| row.write.is_none())),
        KeyShape::Labels => map(json!({"type": ["string", "number", "boolean"]})),
        KeyShape::Choice(words) => json!({"enum": words}),
        KeyShape::Number { least, most, default } => {
            let mut schema = json!({"type": ["integer", "string"], "minimum": least});
            if let Some(default) = default {
                schema["default"] = default.into();
            }
            if let Some(most) = most {
                schema["maximum"] = most.into();
            }
            schema
        }
        KeyShape::ClientShare => json!({"anyOf": [
            {"type": "integer", "minimum": 0},
            {"type": "string", "pattern": "^(0|[1-9][0-9]*)((\\.[0-9]{1,6})?%)?$"},
        ]}),
        KeyShape::Count => json!({"type": ["integer", "string"]}),
        KeyShape::Duration => json!({"type": "string", "pattern": "^(0|[1-9][0-9]*)(ms|s|m|h)$"}),
        KeyShape::Flag => json!({"type": ["boolean", "string"]}),
        KeyShape::Value | KeyShape::Values => json!({}),
        KeyShape::Secret => json!({"type": "string", "pattern": "^\\$\\{[A-Za-z_][A-Za-z0-9_]*\\}$"}),
        KeyShape::Arguments => {
            json!({"type": "array", "minItems": 1, "items": {"type": ["string", "number", "boolean"]}})
        }
        KeyShape::DayOrInstant => json!({"type": "string", "pattern": DAY_OR_INSTANT}),
        KeyShape::Zone => json!({"enum": zone::names().collect::<Vec<_>>()}),
        KeyShape::Countries => countries(),
        KeyShape::DatedSettings => dated_settings(),
        KeyShape::Temporary => list(of_section(&TEMPORARY, "object".into())),
        KeyShape::Days => json!({"type": "string", "pattern": "^[1-9][0-9]*d$"}),
        KeyShape::Section(section) => of_section(section, or_null("object")),
        KeyShape::Credentials => map(credential()),
        KeyShape::Profiles => {
            let mut profile = of_shape(KeyShape::Settings);
            profile["properties"]["temporary"] = of_shape(KeyShape::Temporary);
            map(profile)
        }
        KeyShape::Guards => {
            let built_in: Vec<&str> = BUILT_IN.iter().map(|guard| guard.name).collect();
            list(json!({"anyOf": [{"enum": built_in}, of_section(&GUARD, "object".into())]}))
        }
        KeyShape::Waivers => list(of_section(&WAIVER, "object".into())),
        KeyShape::Ledger => json!({"anyOf": [{"enum": ["git"]}, of_section(&LEDGER, "object".into())]}),
    }
}

/// A credential has the keys of exactly one form.
fn credential() -> Json {
    let form = |names: &&[&str]| {
        let rows = CREDENTIAL.rows.iter().filter(|row| names.contains(&row.name));
        of_rows(rows, names, "object".into())
    };
    json!({"anyOf": CREDENTIAL_FORMS.iter().map(form).collect::<Vec<_>>()})
}

fn of_fields<'a>(rows: impl Iterator<Item = &'a FieldRow>) -> Json {
    let properties: Map<String, Json> = rows
        .map(|row| {
            let mut schema = of_kind(row.kind);
            schema["description"] = row.about.into();
            (row.name.to_owned(), schema)
        })
        .collect();
    json!({"type": or_null("object"), "additionalProperties": false, "properties": properties})
}

fn of_kind(kind: FieldKind) -> Json {
    let number = |most: i64, pattern: &str| {
        json!({"anyOf": [
            {"type": "integer", "minimum": 1, "maximum": most},
            {"type": "string", "pattern": pattern},
            {"type": "null"},
        ]})
    };
    match kind {
        FieldKind::Text => json!({"type": ["string", "number", "boolean", "null"]}),
        FieldKind::Boolean => json!({"enum": [true, false, "true", "false", null]}),
        FieldKind::Countries => json!({"anyOf": [
            countries(),
            {"type": "string", "pattern": "^(\\*|[A-Za-z]{2}( +[A-Za-z]{2})*)$"},
            {"type": "null"},
        ]}),
        FieldKind::Zone => json!({"anyOf": [{"enum": zone::names().collect::<Vec<_>>()}, {"type": "null"}]}),
        FieldKind::Id => number(i64::MAX, "^[1-9][0-9]{0,18}$"),
        FieldKind::Percent => number(100, "^([1-9][0-9]?|100)$"),
        FieldKind::Email => json!({"anyOf": [{"type": "string", "format": "email"}, {"type": "null"}]}),
    }
}

fn countries() -> Json {
    let code = json!({"type": "string", "pattern": "^[A-Za-z]{2}$"});
    json!({"type": "array", "minItems": 1, "uniqueItems": true, "items": code})
}

/// The settings of a dated entry: a list of countries is added to, other fields get a value.
fn dated_settings() -> Json {
    let mut schema = of_fields(Setting::ALL.iter().map(|setting| setting.row()));
    schema["type"] = "object".into();
    schema["minProperties"] = 1.into();
    for setting in Setting::ALL.iter().filter(|setting| setting.kind() == FieldKind::Countries) {
        let mut addition = of_section(&ADDITION, "object".into());
        addition["description"] = setting.row().about.into();
        schema["properties"][setting.name()] = addition;
    }
    schema
}

fn setting_names() -> Vec<&'static str> {
    Setting::ALL.iter().map(|setting| setting.name()).collect()
}
