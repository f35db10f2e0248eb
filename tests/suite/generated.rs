//! Files that are generated from the code and committed: schemas and tables of the docs. `UPDATE=1 cargo test` writes them again.

use std::fmt::Write as _;
use std::fs;

use ringform::model::countries::Code;
use ringform::model::diagnostic::RULES;
use ringform::model::guard::{BUILT_IN, Enforcement};
use ringform::model::{FIELDS, FieldKind, Given, Setting, State, value};
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
    let mut text = String::from(
        "# Rules\n\nEvery problem that ringform reports in files has one of these ids. Generated.\n\n| rule | about |\n|---|---|\n",
    );
    for (rule, about) in RULES {
        writeln!(text, "| `{rule}` | {about} |").unwrap();
    }
    hold("docs/rules.md", &text);
}

#[test]
fn fields_are_documented() {
    let mut text = String::from(
        "# Fields\n\nThe 28 fields of a client, generated from the table that the program reads. `settings` takes the writable ones, `expect` the others.\n\n| field | type | writable | meaning |\n|---|---|---|---|\n",
    );
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
    text.push_str("\n## Built-in guards\n\nEach is switched on by its name under `guards`. Guards judge changes: what is declared and live already is passed over, except by\n`unmanaged-security`.\n\n| guard | field | does | speaks when |\n|---|---|---|---|\n");
    for guard in BUILT_IN {
        let field = guard.field.map_or("the security fields".to_owned(), |field| format!("`{field}`"));
        let effect = if guard.effect == Enforcement::Deny { "denies" } else { "warns" };
        let most = guard.max_countries.map(|most| format!(" (more than {most})")).unwrap_or_default();
        writeln!(text, "| `{}` | {field} | {effect} | {}{most} |", guard.name, guard.about).unwrap();
    }
    text.push_str(OWN_GUARDS);
    assert!(Code::find("XK").is_some());
    hold("docs/fields.md", &text);
}

const OWN_GUARDS: &str = "
## Guards of your own

```yaml
guards:
  - name: almaty-at-home
    field: geo_list
    labels: {city: almaty}
    deny: {allow: [KZ, RU]}
    message: clients in Almaty call from Kazakhstan and Russia alone
```

`deny` stops a client, `warn` only says so. All conditions that are given must hold; with none, any change of the field counts. `labels` narrows a
guard to clients that carry them all. A built-in name takes over what is not given here: `{name: too-many-countries, deny: {max_countries: 3}}`.

| condition | holds when |
|---|---|
| `from` | the field held exactly this |
| `to` | the field would hold exactly this |
| `allow` | the field would hold something else than these; of countries: one that is not in the list |
| `max_countries` | more countries than this would be in the list; `*` is more than any number |
| `unmanaged` | the client does not manage the field (`true`) |
";

/// The changes that a reader asks about, for each field.
fn steps(setting: Setting) -> Vec<(&'static str, State, State)> {
    let odd = || State::Odd(Json::from("?"));
    let of = |text: &str| value::declared(setting.kind(), &Given::Text(text)).unwrap();
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
