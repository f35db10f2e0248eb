//! Committed files that the code generates: schemas and tables of the docs. `UPDATE=1 cargo test generated` writes them.

use std::fmt::Write as _;
use std::fs;

use ringform::config::keys;
use ringform::manual::{self, EntryKind, RuleExample, RuleNote};
use ringform::model::countries::Code;
use ringform::model::diagnostic::RULES;
use ringform::model::guard::{BUILT_IN, Enforcement};
use ringform::model::{FIELDS, Setting};
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
        writeln!(text, "| [`{rule}`](#{rule}) | {} | {about} |", note(rule).severity()).unwrap();
    }
    text.push_str(RULES_EXAMPLES);
    for (rule, about) in RULES {
        let note = note(rule);
        write!(text, "\n### `{rule}`\n\n- Meaning: {about}.\n- Fix: {}\n", note.cure).unwrap();
        let language = if matches!(note.example, RuleExample::Run { .. }) { "sh" } else { "yaml" };
        if let Some(example) = note.text() {
            write!(text, "\n```{language}\n{example}```\n").unwrap();
        }
    }
    hold("docs/rules.md", &text);
}

#[test]
fn words_are_documented() {
    let mut text = String::from(WORDS_INTRO);
    let all = manual::entries();
    for kind in [
        EntryKind::Origin,
        EntryKind::Result,
        EntryKind::Failure,
        EntryKind::Word,
        EntryKind::Variable,
        EntryKind::ExitStatus,
    ] {
        write!(text, "\n## {}\n\n| name | is | meaning |\n|---|---|---|\n", kind.heading()).unwrap();
        for entry in all.iter().filter(|entry| entry.kind == kind) {
            let is = entry.holds.as_deref().unwrap_or_default();
            writeln!(text, "| `{}` | {is} | {} |", entry.name, entry.about).unwrap();
        }
    }
    hold("docs/words.md", &text);
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
    text.push_str("\n## Writable fields\n");
    for setting in Setting::ALL {
        let row = setting.row();
        write!(text, "\n### `{setting}`\n\n- Accepted: {}.\n", manual::accepted(row)).unwrap();
        write!(text, "- Severity of a change: {}.\n\n```yaml\n", manual::field_severity(setting)).unwrap();
        writeln!(text, "{}```", manual::field_example(row)).unwrap();
    }
    text.push_str("\n## How grave a change is\n\nEach difference gets two judgements by this table; the first row that holds decides.\n\n- `effect` is what a write does: the step from live to declared. Plans and reports of an apply mark a change by it.\n- `exposure` is how live compares with git: the step from declared to live. `drift` marks a finding by it.\n- `severity` is the graver of the two, so one state has one severity in every command and format.\n\nFor example, live `*` and declared `RU`: the effect is `closes`, the exposure is `opens`, the severity is `security`.\n\n| field | change | severity | direction |\n|---|---|---|---|\n");
    for setting in Setting::ALL {
        for step in manual::judged_steps(setting) {
            let word = |json: Json| json.as_str().unwrap_or("").to_owned();
            let severity = word(serde_json::to_value(step.severity).unwrap());
            let direction = step.direction.map(|d| word(serde_json::to_value(d).unwrap())).unwrap_or_default();
            writeln!(text, "| `{setting}` | {} | {severity} | {direction} |", step.about).unwrap();
        }
    }
    text.push_str(GUARDS_INTRO);
    for guard in BUILT_IN {
        let field = guard.field.map_or("the security fields".to_owned(), |field| format!("`{field}`"));
        let effect = if guard.effect == Enforcement::Deny { "denies" } else { "warns" };
        let most = guard.max_countries.map(|most| format!(" (more than {most})")).unwrap_or_default();
        let most = guard.max_days.map_or(most, |days| format!(" within {days} days"));
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
    ringform explain bad-setting

- Every problem of files, guards and revisions has one of these ids. Ids are stable; texts can change.
- The JSON document has the id under `diagnostics[].rule`.
- `ringform explain RULE` prints what this page says of one rule.
- This page is generated.

| rule | severity | meaning |
|---|---|---|
";

const RULES_EXAMPLES: &str = "
## Fixes and examples

Each example is a small input that leads to the rule. Tests run all of them.
";

fn note(rule: &str) -> &'static RuleNote {
    manual::rule_note(rule).unwrap_or_else(|| panic!("{rule} has no note in src/manual/rule_notes"))
}

const WORDS_INTRO: &str = "# Words of reports, and variables

After this page you can look up each word that a plan or a report holds, and each variable of the environment.

    ringform explain not_converged

- `ringform explain NAME` prints what this page says of one name.
- This page is generated. [schemas/plan.schema.json](../schemas/plan.schema.json) has the same words.
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
