//! The shape of a note about a rule.

use crate::model::Level;

/// What leads to a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleExample {
    /// A client document.
    Document(&'static str),
    /// ringform.yaml.
    Project(&'static str),
    /// A command.
    Run {
        /// What is the case before.
        before: &'static str,
        /// The arguments of ringform.
        line: &'static str,
    },
    /// Only a file too large or too strange to print.
    Unprintable,
}

/// What people need of a rule beside its meaning.
#[derive(Clone, Copy, Debug)]
pub struct RuleNote {
    /// The rule id.
    pub rule: &'static str,
    /// As what it appears.
    pub levels: &'static [Level],
    /// What to do, as a sentence.
    pub cure: &'static str,
    /// The smallest input that leads to it.
    pub example: RuleExample,
}

impl RuleNote {
    /// `error`, `warning`, or both.
    pub fn severity(&self) -> &'static str {
        match (self.levels.contains(&Level::Error), self.levels.contains(&Level::Warning)) {
            (true, true) => "error or warning",
            (true, false) => "error",
            (false, _) => "warning",
        }
    }

    /// The example as lines of a file or of a shell.
    pub fn text(&self) -> Option<String> {
        match self.example {
            RuleExample::Document(text) => Some(format!("# clients/acme.yaml\n{text}")),
            RuleExample::Project(text) => Some(format!("# ringform.yaml\n{text}")),
            RuleExample::Run { before, line } => Some(format!("# {before}\nringform {line}\n")),
            RuleExample::Unprintable => None,
        }
    }
}

const fn note(rule: &'static str, levels: &'static [Level], example: RuleExample, cure: &'static str) -> RuleNote {
    RuleNote { rule, levels, cure, example }
}

pub(super) const fn document(rule: &'static str, text: &'static str, cure: &'static str) -> RuleNote {
    note(rule, &[Level::Error], RuleExample::Document(text), cure)
}

pub(super) const fn project(rule: &'static str, text: &'static str, cure: &'static str) -> RuleNote {
    note(rule, &[Level::Error], RuleExample::Project(text), cure)
}

pub(super) const fn unprintable(rule: &'static str, cure: &'static str) -> RuleNote {
    note(rule, &[Level::Error], RuleExample::Unprintable, cure)
}

pub(super) const fn run(rule: &'static str, before: &'static str, line: &'static str, cure: &'static str) -> RuleNote {
    note(rule, &[Level::Error], RuleExample::Run { before, line }, cure)
}

impl RuleNote {
    /// The same as a warning.
    pub(super) const fn warns(self) -> RuleNote {
        RuleNote { levels: &[Level::Warning], ..self }
    }

    /// The same as an error or a warning, by the command.
    pub(super) const fn errs_or_warns(self) -> RuleNote {
        RuleNote { levels: &[Level::Error, Level::Warning], ..self }
    }
}
