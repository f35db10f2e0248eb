//! The questions of `init` and their order.
//!
//! Owns which step follows an answer or a check. An answer that is not valid is asked again with the reason, a few
//! times.

use std::path::PathBuf;

use crate::starter::choices::InitChoices;
use crate::starter::wizard::answers::{self, AfterFailure, ClientAnswer};
use crate::starter::wizard::texts;

/// How often a question is asked.
const TRIES: u32 = 3;

/// What the wizard knows before its first question.
#[derive(Clone, Debug)]
pub(crate) struct WizardFacts {
    /// The endpoints that it offers, the default first.
    pub endpoints: Vec<String>,
    /// The variables that hold or name credentials.
    pub variables: Vec<String>,
    /// The home folder, which `~` means in the name of a file.
    pub home: Option<PathBuf>,
}

/// One question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WizardQuestion {
    /// Lines to show first. A question that is asked again has only the reason.
    pub above: String,
    /// The words before the answer.
    pub prompt: &'static str,
}

/// What to do next.
#[derive(Clone, Debug)]
pub(crate) enum WizardStep {
    /// Ask, and give the answer to [`Wizard::answer`].
    Ask(WizardQuestion),
    /// Check the credentials of the environment at this endpoint.
    CheckCredentials(String),
    /// Look whether this file can be read as a list of clients.
    CheckClients(PathBuf),
    /// Look which files these choices write.
    CheckFiles(Box<InitChoices>),
    /// Write the files of these choices.
    Write(Box<InitChoices>),
    /// End without a file, for this reason.
    Stop(&'static str),
}

/// What the check of the credentials came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CredentialVerdict {
    /// They work, for a user who belongs to this client.
    Works(Option<u64>),
    /// They do not work.
    Fails,
}

/// The question that waits for an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OpenQuestion {
    Endpoint,
    Offline,
    AfterFailure,
    Clients,
    Guards,
    Pipelines,
    Confirmation,
}

/// The questions, and the answers so far.
#[derive(Debug)]
pub(crate) struct Wizard {
    facts: WizardFacts,
    open: OpenQuestion,
    tries: u32,
    endpoint: String,
    me: Option<u64>,
    choices: InitChoices,
}

impl Wizard {
    /// The wizard with its first step.
    pub(crate) fn begin(facts: WizardFacts) -> (Wizard, WizardStep) {
        let choices = InitChoices::default();
        let mut wizard =
            Wizard { facts, open: OpenQuestion::Endpoint, tries: 0, endpoint: String::new(), me: None, choices };
        let step = wizard.ask_endpoint(texts::BEGIN);
        (wizard, step)
    }

    /// The step after an answer.
    pub(crate) fn answer(&mut self, line: &str) -> WizardStep {
        let line = line.trim();
        let next = match self.open {
            OpenQuestion::Endpoint => self.take_endpoint(line),
            OpenQuestion::Offline => answers::yes_or_no(line).map(|yes| self.go_offline(yes)),
            OpenQuestion::AfterFailure => answers::after_failure(line).map(|way| self.go_on(way)),
            OpenQuestion::Clients => self.take_clients(line),
            OpenQuestion::Guards => answers::guards(line).map(|guards| {
                self.choices.guards = guards;
                self.ask(OpenQuestion::Pipelines, texts::PIPELINES.to_owned())
            }),
            OpenQuestion::Pipelines => answers::pipelines(line).map(|pipelines| {
                self.choices.pipelines = pipelines;
                WizardStep::CheckFiles(Box::new(self.choices.clone()))
            }),
            OpenQuestion::Confirmation => answers::yes_or_no(line).map(|yes| match yes {
                true => WizardStep::Write(Box::new(std::mem::take(&mut self.choices))),
                false => WizardStep::Stop("the answer was no"),
            }),
        };
        next.unwrap_or_else(|why| self.ask_again(&why))
    }

    /// The step after the check of the credentials.
    pub(crate) fn credentials_checked(&mut self, verdict: CredentialVerdict) -> WizardStep {
        match verdict {
            CredentialVerdict::Works(me) => {
                self.me = me;
                self.ask(OpenQuestion::Clients, texts::clients(me))
            }
            CredentialVerdict::Fails => self.ask(OpenQuestion::AfterFailure, texts::AFTER_FAILURE.to_owned()),
        }
    }

    /// The step after the look at a file of clients.
    pub(crate) fn clients_checked(&mut self, checked: Result<(), String>) -> WizardStep {
        match checked {
            Ok(()) => self.ask(OpenQuestion::Guards, texts::guards()),
            Err(why) => {
                self.choices.from = None;
                self.ask_again(&why)
            }
        }
    }

    /// The step after the look at the files to write: their lines, or why they cannot be written.
    pub(crate) fn files_checked(&mut self, checked: Result<Vec<String>, String>) -> WizardStep {
        match checked {
            Ok(lines) => self.ask(OpenQuestion::Confirmation, texts::files(&lines)),
            Err(why) => {
                self.choices.pipelines.clear();
                self.ask_again(&why)
            }
        }
    }

    fn ask_endpoint(&mut self, before: &str) -> WizardStep {
        let above = format!("{before}{}", texts::endpoints(&self.facts.endpoints));
        self.ask(OpenQuestion::Endpoint, above)
    }

    fn take_endpoint(&mut self, line: &str) -> Result<WizardStep, String> {
        self.endpoint = answers::endpoint(line, &self.facts.endpoints)?;
        self.choices.endpoint = Some(self.endpoint.clone());
        Ok(match self.facts.variables.is_empty() {
            true => self.ask(OpenQuestion::Offline, texts::NO_CREDENTIALS.to_owned()),
            false => WizardStep::CheckCredentials(self.endpoint.clone()),
        })
    }

    fn take_clients(&mut self, line: &str) -> Result<WizardStep, String> {
        Ok(match answers::clients(line, self.me)? {
            ClientAnswer::Ids(ids) => {
                self.choices.clients = ids;
                self.ask(OpenQuestion::Guards, texts::guards())
            }
            ClientAnswer::File(file) => {
                let file = answers::below_home(file, self.facts.home.as_deref());
                self.choices.from = Some(file.clone());
                WizardStep::CheckClients(file)
            }
        })
    }

    fn go_offline(&mut self, yes: bool) -> WizardStep {
        match yes {
            true => self.ask(OpenQuestion::Guards, texts::guards()),
            false => WizardStep::Stop("the environment holds no credentials"),
        }
    }

    fn go_on(&mut self, way: AfterFailure) -> WizardStep {
        match way {
            AfterFailure::Again => WizardStep::CheckCredentials(self.endpoint.clone()),
            AfterFailure::Endpoint => self.ask_endpoint(""),
            AfterFailure::Offline => self.go_offline(true),
            AfterFailure::Stop => WizardStep::Stop("the credentials do not work"),
        }
    }

    fn ask(&mut self, question: OpenQuestion, above: String) -> WizardStep {
        self.open = question;
        self.tries = 1;
        WizardStep::Ask(WizardQuestion { above, prompt: self.prompt() })
    }

    fn ask_again(&mut self, why: &str) -> WizardStep {
        if self.tries >= TRIES {
            return WizardStep::Stop("three answers to one question were not valid");
        }
        self.tries += 1;
        WizardStep::Ask(WizardQuestion { above: format!("  not valid: {why}"), prompt: self.prompt() })
    }

    fn prompt(&self) -> &'static str {
        match self.open {
            OpenQuestion::Endpoint => "Endpoint [1]: ",
            OpenQuestion::Offline => "Continue without the API, with an example in place of clients? yes or no: ",
            OpenQuestion::AfterFailure => "How to go on [1]: ",
            OpenQuestion::Clients if self.me.is_some() => "Clients [me]: ",
            OpenQuestion::Clients => "Clients: ",
            OpenQuestion::Guards => "Guards by number or name, or `all`, or `none` [1 2]: ",
            OpenQuestion::Pipelines => "Pipelines by number or name [none]: ",
            OpenQuestion::Confirmation => "Write these files? yes or no: ",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(variables: &[&str]) -> WizardFacts {
        WizardFacts {
            endpoints: vec!["https://a.example".to_owned(), "https://b.example".to_owned()],
            variables: variables.iter().map(|name| (*name).to_owned()).collect(),
            home: Some("/home/anna".into()),
        }
    }

    /// A step in one word, for tables.
    fn word(step: &WizardStep) -> String {
        match step {
            WizardStep::Ask(question) => {
                let first = question.prompt.split([' ', ':']).next().unwrap_or_default();
                format!("{first}{}", if question.above.contains("not valid") { "!" } else { "?" })
            }
            WizardStep::CheckCredentials(endpoint) => format!("credentials {endpoint}"),
            WizardStep::CheckClients(file) => format!("file {}", file.display()),
            WizardStep::CheckFiles(_) => "files".to_owned(),
            WizardStep::Write(_) => "write".to_owned(),
            WizardStep::Stop(why) => format!("stop: {why}"),
        }
    }

    /// Answers line by line; a line that begins with `=` is the result of a check.
    fn walk(facts: WizardFacts, lines: &[&str]) -> (Vec<String>, WizardStep) {
        let (mut wizard, mut step) = Wizard::begin(facts);
        let mut seen = vec![word(&step)];
        for line in lines {
            step = match *line {
                "=works" => wizard.credentials_checked(CredentialVerdict::Works(Some(7))),
                "=dealer" => wizard.credentials_checked(CredentialVerdict::Works(None)),
                "=fails" => wizard.credentials_checked(CredentialVerdict::Fails),
                "=file" => wizard.clients_checked(Ok(())),
                "=no file" => wizard.clients_checked(Err("missing".to_owned())),
                "=free" => wizard.files_checked(Ok(vec!["ringform.yaml".to_owned()])),
                "=taken" => wizard.files_checked(Err(".gitlab-ci.yml exists".to_owned())),
                line => wizard.answer(line),
            };
            seen.push(word(&step));
        }
        (seen, step)
    }

    #[test]
    fn each_answer_leads_to_the_next_question_and_the_last_to_the_files() {
        let token = &["RINGFORM_TOKEN"][..];
        let table: &[(&[&str], &[&str], &str)] = &[
            (
                token,
                &["", "=works", "", "", "", "=free", "yes"],
                "Endpoint? credentials https://a.example Clients? \
                Guards? Pipelines? files Write? write",
            ),
            (
                token,
                &["2", "=fails", "", "=fails", "2", "1", "=works", "12", "none", "cron", "=free", "no"],
                "Endpoint? credentials https://b.example How? credentials https://b.example How? Endpoint? \
                credentials https://a.example Clients? Guards? Pipelines? files Write? stop: the answer was no",
            ),
            (
                token,
                &["", "=fails", "3", "", "", "=free", "y"],
                "Endpoint? credentials https://a.example How? Guards? Pipelines? files Write? write",
            ),
            (
                token,
                &["", "=fails", "4"],
                "Endpoint? credentials https://a.example How? stop: the credentials do not work",
            ),
            (&[], &["", "yes", "", "", "=free"], "Endpoint? Continue? Guards? Pipelines? files Write?"),
            (&[], &["", "no"], "Endpoint? Continue? stop: the environment holds no credentials"),
            (
                token,
                &["", "=works", "c.csv", "=no file", "c.csv", "=file"],
                "Endpoint? credentials https://a.example Clients? file c.csv Clients! file c.csv Guards?",
            ),
            (
                token,
                &["", "=works", "~/c.csv", "=no file", "~bob/c.csv"],
                "Endpoint? credentials https://a.example Clients? file /home/anna/c.csv Clients! file ~bob/c.csv",
            ),
            (
                token,
                &["", "=dealer", "", "12", "", "gitlab", "=taken", "", "=free"],
                "Endpoint? credentials https://a.example Clients? Clients! Guards? Pipelines? files Pipelines! files Write?",
            ),
            (
                token,
                &["x", "y", "z"],
                "Endpoint? Endpoint! Endpoint! stop: three answers to one question were not valid",
            ),
        ];
        for (variables, lines, expected) in table {
            let expected = expected.split_whitespace().collect::<Vec<_>>().join(" ");
            assert_eq!(walk(facts(variables), lines).0.join(" "), expected);
        }
    }

    #[test]
    fn the_choices_are_those_of_the_answers() {
        let lines = ["https://pbx.example/", "=works", "me 12", "open-geo", "github cron", "=free", "yes"];
        let (_, step) = walk(facts(&["RINGFORM_TOKEN"]), &lines);
        let WizardStep::Write(choices) = step else { panic!("{step:?}") };
        assert_eq!(choices.endpoint.as_deref(), Some("https://pbx.example"));
        assert_eq!(choices.clients.len(), 2);
        assert_eq!(choices.guards.unwrap().iter().map(|guard| guard.name).collect::<Vec<_>>(), ["open-geo"]);
        assert_eq!(choices.pipelines.len(), 2);
        assert!(choices.from.is_none() && !choices.demo);
    }

    #[test]
    fn a_file_that_was_refused_is_not_imported() {
        let lines = ["", "=works", "c.csv", "=no file", "12", "", "", "=free", "yes"];
        let (_, step) = walk(facts(&["RINGFORM_TOKEN"]), &lines);
        let WizardStep::Write(choices) = step else { panic!("{step:?}") };
        assert_eq!((choices.from, choices.clients.len()), (None, 1));
    }

    #[test]
    fn a_new_question_has_tries_of_its_own() {
        let (seen, _) = walk(facts(&[]), &["x", "y", "1", "maybe", "perhaps", "yes"]);
        assert_eq!(seen.last().map(String::as_str), Some("Guards?"));
    }
}
