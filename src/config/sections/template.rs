//! Texts with `${NAME}` in them: the endpoint and what belongs to credentials, and nothing else.
//!
//! Owns the reading and the filling of references. It must not read the environment: its callers bring the values.

use crate::model::Place;

/// A text with references to variables of the environment.
#[derive(Clone, Debug, PartialEq)]
pub struct Template {
    parts: Vec<TemplatePart>,
    place: Place,
}

#[derive(Clone, Debug, PartialEq)]
enum TemplatePart {
    Text(String),
    Variable(String),
}

impl Template {
    /// Reads a text. `None` when a `${` is not closed or holds no name.
    pub(crate) fn parse(text: &str, place: Place) -> Option<Template> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let (name, after) = after.split_once('}')?;
            if !is_name(name) {
                return None;
            }
            if !before.is_empty() {
                parts.push(TemplatePart::Text(before.to_owned()));
            }
            parts.push(TemplatePart::Variable(name.to_owned()));
            rest = after;
        }
        if !rest.is_empty() {
            parts.push(TemplatePart::Text(rest.to_owned()));
        }
        Some(Template { parts, place })
    }

    /// The one variable that the text consists of; `None` when there is anything else in it.
    pub(crate) fn only_variable(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [TemplatePart::Variable(name)] => Some(name),
            _ => None,
        }
    }

    /// The text as it is written, its references unfilled.
    pub fn text(&self) -> String {
        let part = |part: &TemplatePart| match part {
            TemplatePart::Text(text) => text.clone(),
            TemplatePart::Variable(name) => format!("${{{name}}}"),
        };
        self.parts.iter().map(part).collect()
    }

    /// The names of all variables.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            TemplatePart::Variable(name) => Some(name.as_str()),
            TemplatePart::Text(_) => None,
        })
    }

    /// The text with values in place of the references. `Err` names every variable that `lookup` does not know.
    pub fn fill(&self, lookup: &dyn Fn(&str) -> Option<String>) -> Result<String, Vec<String>> {
        let mut text = String::new();
        let mut missing: Vec<String> = Vec::new();
        for part in &self.parts {
            match part {
                TemplatePart::Text(part) => text.push_str(part),
                TemplatePart::Variable(name) => match lookup(name) {
                    Some(value) => text.push_str(&value),
                    None if missing.contains(name) => {}
                    None => missing.push(name.clone()),
                },
            }
        }
        if missing.is_empty() { Ok(text) } else { Err(missing) }
    }

    /// Whether two say the same, wherever they are written.
    pub fn is_same(&self, other: &Template) -> bool {
        self.parts == other.parts
    }

    /// Where it is written.
    pub fn place(&self) -> &Place {
        &self.place
    }
}

fn is_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Option<Template> {
        Template::parse(text, Place::new("ringform.yaml".into(), 1, 1))
    }

    #[test]
    fn references_are_filled_and_the_missing_ones_named() {
        let lookup = |name: &str| (name == "A").then(|| "x".to_owned());
        assert_eq!(parse("a${A}b$c${A}").unwrap().fill(&lookup), Ok("axb$cx".to_owned()));
        assert_eq!(parse("${B}${C}${B}").unwrap().fill(&lookup), Err(vec!["B".to_owned(), "C".to_owned()]));
        assert_eq!(parse("${A}").unwrap().only_variable(), Some("A"));
        for text in ["x${A}", "${A}${B}", "A", ""] {
            assert_eq!(parse(text).unwrap().only_variable(), None, "{text}");
        }
        for text in ["${", "${A", "${}", "${1A}", "${A-b}"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
