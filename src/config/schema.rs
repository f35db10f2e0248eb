//! JSON Schemas of client documents and project files, for editors.
//!
//! Owns their shape; fields, kinds, descriptions and names are read off the tables of `model`, so a schema cannot disagree with the
//! program about them. A schema is laxer than the program where JSON Schema cannot say the rule.

use serde_json::{Map, Value as Json, json};

use crate::model::guard::BUILT_IN;
use crate::model::zone;
use crate::model::{FIELDS, FieldKind, FieldRow, Setting};

const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";

/// schemas/client.schema.json.
pub fn client_schema() -> Json {
    json!({
        "$schema": DRAFT,
        "title": "ringform client document",
        "type": "object",
        "required": ["client"],
        "additionalProperties": false,
        "properties": {
            "client": client_id(),
            "labels": labels(),
            "credentials": {"description": "Credentials of ringform.yaml by name", "type": ["string", "integer"]},
            "profiles": {"description": "Profiles of ringform.yaml; later ones win", "type": ["array", "null"], "items": {"type": ["string", "integer"]}, "uniqueItems": true},
            "expect": section("Read-only fields that must match before anything is sent", FIELDS.iter().filter(|row| row.write.is_none())),
            "settings": settings(),
            "ignore": {"description": "Settings not to manage, though a profile sets them", "type": ["array", "null"], "items": {"enum": setting_names()}, "uniqueItems": true},
        },
    })
}

/// schemas/project.schema.json.
pub fn project_schema() -> Json {
    let secret = json!({"type": "string", "pattern": "^\\$\\{[A-Za-z_][A-Za-z0-9_]*\\}$"});
    let duration = json!({"type": "string", "pattern": "^(0|[1-9][0-9]*)(ms|s|m|h)$"});
    let built_in: Vec<&str> = BUILT_IN.iter().map(|guard| guard.name).collect();
    let value = |about: &str| json!({"description": about});
    let conditions = json!({
        "type": ["object", "null"],
        "additionalProperties": false,
        "properties": {
            "from": value("the field held exactly this before"),
            "to": value("the field would hold exactly this after"),
            "allow": value("the field would hold something else than these"),
            "max_countries": {"type": ["integer", "string"], "description": "more countries than this"},
            "unmanaged": {"type": ["boolean", "string"], "description": "the client does not manage the field"},
        },
    });
    json!({
        "$schema": DRAFT,
        "title": "ringform project file",
        "type": ["object", "null"],
        "additionalProperties": false,
        "properties": {
            "endpoint": {"description": "The API's address, or sandbox:FILE for the embedded simulator; ${NAME} is replaced from the environment", "type": "string"},
            "route": {"description": "Which of the API's two paths to use", "enum": ["client", "client_info"]},
            "documents": {"description": "Globs relative to this file; without it every *.yaml and *.yml below it", "type": ["array", "null"], "items": {"type": "string"}},
            "credentials": {
                "description": "Credentials by name; `default` is used where nothing names one",
                "type": ["object", "null"],
                "additionalProperties": {"anyOf": [
                    {"type": "object", "additionalProperties": false, "required": ["app_id", "app_secret"],
                     "properties": {"app_id": {"type": ["string", "integer"]}, "app_secret": secret}},
                    {"type": "object", "additionalProperties": false, "required": ["token"], "properties": {"token": secret}},
                    {"type": "object", "additionalProperties": false, "required": ["command"],
                     "properties": {"command": {"type": "array", "minItems": 1, "items": {"type": ["string", "number", "boolean"]}}}},
                ]},
            },
            "defaults": {
                "description": "For every document that does not say",
                "type": ["object", "null"],
                "additionalProperties": false,
                "properties": {
                    "credentials": {"type": ["string", "integer"]},
                    "profiles": {"type": ["array", "null"], "items": {"type": ["string", "integer"]}, "uniqueItems": true},
                },
            },
            "profiles": {"description": "Named settings that documents build on", "type": ["object", "null"], "additionalProperties": settings()},
            "limits": {
                "type": ["object", "null"],
                "additionalProperties": false,
                "properties": {
                    "concurrency": {"description": "Clients at once", "type": ["integer", "string"], "minimum": 1, "maximum": 1024, "default": 32},
                    "requests_per_second": {"description": "0: no limit of our own", "type": ["integer", "string"], "minimum": 0, "default": 0},
                    "timeout": duration,
                    "max_read_age": duration,
                },
            },
            "guards": {
                "description": "Rules that a plan must pass",
                "type": ["array", "null"],
                "items": {"anyOf": [
                    {"enum": built_in},
                    {"type": "object", "additionalProperties": false, "required": ["name"], "properties": {
                        "name": {"type": ["string", "integer"]},
                        "field": {"enum": setting_names()},
                        "deny": conditions,
                        "warn": conditions,
                        "labels": labels(),
                        "message": {"type": "string"},
                    }},
                ]},
            },
            "waivers": {
                "description": "What drift may find until a day without calling anybody; plan and apply do not look at them",
                "type": ["array", "null"],
                "items": {"type": "object", "additionalProperties": false, "required": ["client", "owner", "reason", "until"], "properties": {
                    "client": client_id(),
                    "field": {"description": "Without it the whole client, a read that fails included", "enum": setting_names()},
                    "owner": {"description": "Who answers for it", "type": ["string", "integer"]},
                    "reason": {"description": "Why it is accepted", "type": "string"},
                    "until": {"description": "The last day on which it holds, in UTC", "type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
                }},
            },
        },
    })
}

fn client_id() -> Json {
    json!({
        "description": "The client id: a number, or \"@me\" for the client that the token belongs to",
        "anyOf": [
            {"type": "string", "pattern": "^(@me|[1-9][0-9]{0,18})$"},
            {"type": "integer", "minimum": 1, "maximum": i64::MAX},
        ],
    })
}

fn labels() -> Json {
    json!({"description": "For selection and guards", "type": ["object", "null"], "additionalProperties": {"type": ["string", "number", "boolean"]}})
}

fn settings() -> Json {
    section(
        "The managed settings; a field that is not named is not touched, null clears",
        Setting::ALL.iter().map(|setting| setting.row()),
    )
}

fn section<'a>(about: &str, rows: impl Iterator<Item = &'a FieldRow>) -> Json {
    let properties: Map<String, Json> = rows
        .map(|row| {
            let mut schema = of_kind(row.kind);
            schema["description"] = row.about.into();
            (row.name.to_owned(), schema)
        })
        .collect();
    json!({"description": about, "type": ["object", "null"], "additionalProperties": false, "properties": properties})
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
            {"type": "array", "minItems": 1, "uniqueItems": true, "items": {"type": "string", "pattern": "^[A-Za-z]{2}$"}},
            {"type": "string", "pattern": "^(\\*|[A-Za-z]{2}( +[A-Za-z]{2})*)$"},
            {"type": "null"},
        ]}),
        FieldKind::Zone => json!({"anyOf": [{"enum": zone::names().collect::<Vec<_>>()}, {"type": "null"}]}),
        FieldKind::Id => number(i64::MAX, "^[1-9][0-9]{0,18}$"),
        FieldKind::Percent => number(100, "^([1-9][0-9]?|100)$"),
        FieldKind::Email => json!({"anyOf": [{"type": "string", "format": "email"}, {"type": "null"}]}),
    }
}

fn setting_names() -> Vec<&'static str> {
    Setting::ALL.iter().map(|setting| setting.name()).collect()
}
