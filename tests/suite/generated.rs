//! Committed files that the code generates: schemas and tables of the docs. `UPDATE=1 cargo test generated` writes them.

use std::fmt::Write as _;
use std::fs;

use ringform::config::keys;
use ringform::model::countries::Code;
use ringform::model::diagnostic::RULES;
use ringform::model::guard::{BUILT_IN, Enforcement};
use ringform::model::{FIELDS, FieldKind, RawValue, Setting, State, value};
use ringform::{config, plan};
use serde_json::Value as Json;

fn hold(path: &str, text: &str) {
    if std::env::var_os("UPDATE").is_some() {
        fs::write(path, text).unwrap();
    }
    let committed = fs::read_to_string(path).unwrap_or_default();
    assert!(committed == text, "{path} is not in sync: run `UPDATE=1 cargo test generated`");
}

fn pretty(schema: &Json) -> String {
    format!("{}\n", serde_json::to_string_pretty(schema).unwrap())
}

#[test]
fn schemas_are_in_sync() {
    hold("schemas/client.schema.json", &pretty(&config::client_schema()));
    hold("schemas/project.schema.json", &pretty(&config::project_schema()));
    hold("schemas/plan.schema.json", &pretty(&plan::document::plan_schema()));
}

#[test]
fn rules_are_documented() {
    let mut text = String::from(RULES_INTRO);
    for (rule, about) in RULES {
        writeln!(text, "| `{rule}` | {about} |").unwrap();
    }
    hold("docs/rules.md", &text);
}

#[test]
fn keys_are_documented() {
    let mut text = String::from(
        "# Keys\n\nThe keys of client documents, ringform.yaml, guard tests and floors. Generated from the tables that the program reads.\n",
    );
    for (heading, section) in keys::ALL {
        write!(text, "\n## {heading}\n\n| key | holds | required | meaning |\n|---|---|---|---|\n").unwrap();
        for row in section.rows {
            let required = if row.required { "yes" } else { "" };
            writeln!(text, "| `{}` | {} | {required} | {} |", row.name, row.shape.words(), row.about).unwrap();
        }
    }
    text.push_str("\nA credential has exactly the keys of one form: ");
    let form = |names: &&[&str]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" and ");
    let forms: Vec<String> = keys::CREDENTIAL_FORMS.iter().map(form).collect();
    writeln!(text, "{}.\nThe keys of `settings` and `expect` are in [fields.md](fields.md).", forms.join("; "))
        .unwrap();
    hold("docs/keys.md", &text);
}

#[test]
fn fields_are_documented() {
    let mut text = String::from(FIELDS_INTRO);
    for row in &FIELDS {
        let writable = if row.write.is_some() { "yes" } else { "" };
        writeln!(text, "| `{}` | {} | {writable} | {} |", row.name, row.api_type, row.about).unwrap();
    }
    text.push_str("\n## How grave a change is\n\nEach difference gets two judgements by this table; the first row that holds decides.\n\n- `effect` is what a write does: the step from live to declared. Plans and reports of an apply mark a change by it.\n- `exposure` is how live compares with git: the step from declared to live. `drift` marks a finding by it.\n- `severity` is the graver of the two, so one state has one severity in every command and format.\n\nFor example, live `*` and declared `RU`: the effect is `closes`, the exposure is `opens`, the severity is `security`.\n\n| field | change | severity | direction |\n|---|---|---|---|\n");
    for setting in Setting::ALL {
        for (name, older, newer) in steps(setting) {
            let judged = (setting.row().judge)(&older, &newer);
            let word = |json: Json| json.as_str().unwrap_or("").to_owned();
            let severity = word(serde_json::to_value(judged.severity).unwrap());
            let direction = judged.direction.map(|d| word(serde_json::to_value(d).unwrap())).unwrap_or_default();
            writeln!(text, "| `{setting}` | {name} | {severity} | {direction} |").unwrap();
        }
    }
    text.push_str(GUARDS_INTRO);
    for guard in BUILT_IN {
        let field = guard.field.map_or("the security fields".to_owned(), |field| format!("`{field}`"));
        let effect = if guard.effect == Enforcement::Deny { "denies" } else { "warns" };
        let most = guard.max_countries.map(|most| format!(" (more than {most})")).unwrap_or_default();
        let most = guard.max_days.map_or(most, |days| format!(" (more than {days} days)"));
        writeln!(text, "| `{}` | {field} | {effect} | {}{most} |", guard.name, guard.about).unwrap();
    }
    text.push_str(OWN_GUARDS);
    for row in keys::CONDITIONS.rows {
        writeln!(text, "| `{}` | {} |", row.name, row.about).unwrap();
    }
    assert!(Code::find("XK").is_some());
    hold("docs/fields.md", &text);
}

const RULES_INTRO: &str = "# Rules

After this page you can look up the rule id that a message names in brackets.

    error[bad-setting]: …

- Every problem of files, guards and revisions has one of these ids. Ids are stable; texts can change.
- The JSON document has the id under `diagnostics[].rule`.
- This page is generated.

| rule | meaning |
|---|---|
";

const FIELDS_INTRO: &str = "# Fields

After this page you can choose a field, judge how grave a change of it is, and write a guard.

```yaml
settings: {geo_list: [RU, BY], hold_music: null} # writable fields
expect: {domain: sip.ringme.ru} # read-only fields
guards: [open-geo] # in ringform.yaml
```

The program's own table generates this page. A client has 28 fields:

| field | type | writable | meaning |
|---|---|---|---|
";

const GUARDS_INTRO: &str = "
## Built-in guards

- A project switches on each guard by its name under `guards`.
- Guards judge changes. A declared value that a guard would refuse as a change is a warning.
- [guards.md](guards.md) has an example of each guard and each condition.

| guard | field | does | when |
|---|---|---|---|
";

const OWN_GUARDS: &str = "
## Guards of your own

```yaml
guards:
  - name: almaty-countries
    field: geo_list
    labels: {city: almaty}
    deny: {allow: [KZ, RU]}
    message: clients in Almaty call only from Kazakhstan and Russia
```

- `deny` stops a client. `warn` only reports it.
- All given conditions must hold. Without a condition, any change of the field counts.
- `labels` narrows a guard to clients that have all these labels.
- A built-in name keeps what you do not set: `{name: too-many-countries, deny: {max_countries: 3}}`.

| condition | holds when |
|---|---|
";

/// The changes that docs/fields.md lists, for each field.
fn steps(setting: Setting) -> Vec<(&'static str, State, State)> {
    let odd = || State::Odd(Json::from("?"));
    let of = |text: &str| value::declared(setting.kind(), &RawValue::Text(text)).unwrap();
    if setting.kind() == FieldKind::Countries {
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
    let (one, other) = match setting.kind() {
        FieldKind::Zone => (of("UTC"), of("Asia/Omsk")),
        FieldKind::Email => (of("a@example.com"), of("b@example.com")),
        _ => (of("19"), of("20")),
    };
    vec![("any change", one, other.clone()), ("an odd value on either side", odd(), other)]
}
