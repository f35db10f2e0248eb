//! How the domain's own types look in a JSON Schema.
//!
//! Owns the schemas of types that are written by hand-made serialisers; the others derive theirs.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::model::{ClientId, LiveSettings, Setting, SettingSet};

impl JsonSchema for Setting {
    fn schema_name() -> Cow<'static, str> {
        "Setting".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let names: Vec<&str> = Setting::ALL.iter().map(|setting| setting.name()).collect();
        json_schema!({"type": "string", "enum": names})
    }
}

impl JsonSchema for SettingSet {
    fn schema_name() -> Cow<'static, str> {
        "SettingSet".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let setting = generator.subschema_for::<Setting>();
        json_schema!({"type": "array", "items": setting, "uniqueItems": true})
    }
}

impl JsonSchema for ClientId {
    fn schema_name() -> Cow<'static, str> {
        "ClientId".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "pattern": "^(@me|[1-9][0-9]{0,18})$"})
    }
}

impl JsonSchema for LiveSettings {
    fn schema_name() -> Cow<'static, str> {
        "LiveSettings".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let properties: serde_json::Map<_, _> = Setting::ALL
            .iter()
            .map(|setting| (setting.name().to_owned(), serde_json::json!({"description": setting.row().about})))
            .collect();
        json_schema!({"type": "object", "properties": properties})
    }
}
