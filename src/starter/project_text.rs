//! The text of ringform.yaml for a new project.
//!
//! Owns how an endpoint and guards get into the text of the starter project. Every other line stays.

use ringform::model::guard::BuiltIn;

use crate::starter::choices::{InitChoices, each_once};
use crate::starter::ledger::{ledger_line, turned_on};

/// The addresses of the provider's API.
pub(crate) const KNOWN_ENDPOINTS: [&str; 2] = [USUAL_ENDPOINT, "https://altapi.telphin.ru"];

/// The endpoint of the starter project.
const USUAL_ENDPOINT: &str = "https://apiproxy.telphin.ru";

/// Where the guards of the starter project begin: the comment above them. They end with the text.
const GUARDS: &str = "\n# Rules that stop a plan:";

/// The starter project with these choices.
pub(super) fn project_text(starter: &str, choices: &InitChoices) -> String {
    let text = match &choices.endpoint {
        Some(endpoint) => starter.replacen(USUAL_ENDPOINT, &yaml_text(endpoint), 1),
        None => starter.to_owned(),
    };
    let text = match &choices.guards {
        Some(guards) => with_guards(&text, guards),
        None => text,
    };
    turned_on(&text, ledger_line(&choices.pipelines))
}

/// An address in its normal form as a scalar of YAML. Such an address holds neither a quote nor a backslash.
fn yaml_text(endpoint: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || ":/._-[]".contains(c);
    match endpoint.chars().all(is_plain) && !endpoint.ends_with(':') {
        true => endpoint.to_owned(),
        false => format!("\"{endpoint}\""),
    }
}

/// The text with these guards in place of its own.
fn with_guards(text: &str, guards: &[&'static BuiltIn]) -> String {
    let Some((before, own)) = text.split_once(GUARDS) else { return text.to_owned() };
    if guards.is_empty() {
        return format!("{before}\n# Rules that a plan must pass, such as: guards: [open-geo]\n");
    }
    let line = |guard: &&'static BuiltIn| starter_line(own, guard.name).unwrap_or(format!("  - {}", guard.name));
    let names = guards.iter().map(|guard| guard.name).collect::<Vec<_>>();
    let lines: Vec<String> =
        each_once(&names).iter().filter_map(|name| guards.iter().find(|guard| guard.name == *name)).map(line).collect();
    format!("{before}\n# Rules that a plan must pass.\nguards:\n{}\n", lines.join("\n"))
}

/// The line with which the starter project switches a guard on: it may set a condition of its own.
fn starter_line(guards: &str, name: &str) -> Option<String> {
    let is_of = |line: &&str| {
        let item = line.trim_start().strip_prefix("- ").unwrap_or_default();
        item == name || item.strip_prefix("{name: ").is_some_and(|rest| rest.starts_with(&format!("{name},")))
    };
    guards.lines().find(is_of).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use ringform::model::guard::BUILT_IN;

    use super::*;

    const STARTER: &str = include_str!("../../examples/starter/ringform.yaml");

    fn guards(names: &[&str]) -> Vec<&'static BuiltIn> {
        names.iter().map(|name| BUILT_IN.iter().find(|guard| guard.name == *name).unwrap()).collect()
    }

    #[test]
    fn without_choices_the_starter_stays_byte_for_byte() {
        assert_eq!(project_text(STARTER, &InitChoices::default()), STARTER);
    }

    #[test]
    fn the_guards_of_the_starter_are_the_same_when_they_are_named() {
        let named = project_text(
            STARTER,
            &InitChoices { guards: Some(guards(&["open-geo", "too-many-countries"])), ..InitChoices::default() },
        );
        let lines = |text: &str| text.split_once("guards:\n").unwrap().1.to_owned();
        assert_eq!(lines(&named), lines(STARTER));
    }

    #[test]
    fn an_endpoint_and_guards_are_read_back_as_they_were_chosen() {
        for endpoint in ["https://altapi.telphin.ru", "http://[::1]:80/pbx", "https://h/a:", "https://h/a,b'&!*${X}"] {
            for names in [&[][..], &["open-geo"], &["unmanaged-security", "too-many-countries", "unmanaged-security"]] {
                let choices = InitChoices {
                    endpoint: Some(endpoint.to_owned()),
                    guards: Some(guards(names)),
                    ..InitChoices::default()
                };
                let text = project_text(STARTER, &choices);
                let yaml: serde_yaml::Value = serde_yaml::from_str(&text).unwrap();
                assert_eq!(yaml["endpoint"].as_str(), Some(endpoint), "{text}");
                let mut expected = names.to_vec();
                expected.dedup();
                let found = yaml["guards"].as_sequence().map(Vec::len).unwrap_or_default();
                assert_eq!(found, expected.iter().collect::<std::collections::BTreeSet<_>>().len(), "{text}");
                assert!(text.contains("documents: [\"clients/**\"]\n"), "{text}");
            }
        }
    }
}
