//! One annotation: its level, rule, sentence, place, and the fingerprint that identifies it from run to run.
//!
//! It knows no format. Places are relative to the project.

use sha2::{Digest, Sha256};

use crate::model::{ClientId, Place, Setting, Untrusted, Waived};
use crate::plan::drift::{Finding, FindingState};
use crate::render::annotations::rule::AnnotationRule;
use crate::render::escape::cut;

/// The most characters of a value.
pub(super) const VALUE: usize = 200;

/// The most characters of a name.
pub(super) const NAME: usize = 60;

/// The most characters of a sentence that ringform did not write.
pub(super) const SENTENCE: usize = 600;

/// The level of an annotation, the most severe first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum AnnotationLevel {
    /// Needs a person to act.
    Error,
    /// Needs a person to look.
    Warning,
    /// Good to know.
    Note,
}

impl AnnotationLevel {
    /// All levels, the most severe first.
    pub(crate) const ALL: [AnnotationLevel; 3] =
        [AnnotationLevel::Error, AnnotationLevel::Warning, AnnotationLevel::Note];
}

/// The order among annotations of one level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum AnnotationRank {
    /// A problem of the files. Nothing is done until it is corrected.
    Problem,
    /// A change outside of git that opened the PBX.
    Opened,
    /// A client that could not be read or was not applied.
    Failed,
    /// A client that a guard stops.
    Blocked,
    /// Any other change that decides who can place calls.
    Security,
    /// Any other change.
    Change,
    /// Needs no action.
    Rest,
    /// Covered by a waiver.
    Waived,
}

/// One annotation.
#[derive(Clone, Debug)]
pub(crate) struct Annotation<'p> {
    /// How severe it is.
    pub(crate) level: AnnotationLevel,
    pub(super) rank: AnnotationRank,
    /// Its kind.
    pub(crate) rule: AnnotationRule<'p>,
    /// The client's id; `None` for a problem of the files.
    pub(crate) client: Option<ClientId>,
    /// The credential's name; `None` for the environment.
    pub(crate) credentials: Option<&'p str>,
    /// The client's name.
    pub(crate) name: Option<Untrusted>,
    /// The field.
    pub(crate) field: Option<Setting>,
    /// The sentence.
    pub(crate) message: Untrusted,
    /// Where, relative to the project.
    pub(crate) place: Option<Place>,
    /// Whether the place has a line in the file of today. A released client has none.
    pub(crate) has_line: bool,
    /// New, continuing or not read; only in a report of `drift`.
    pub(crate) state: Option<FindingState>,
    /// When it was first seen.
    pub(crate) first_seen: Option<&'p str>,
    /// The waiver that covers it.
    pub(crate) waived: Option<&'p Waived>,
    /// Identifies the annotation from run to run, also when lines move. It contains no value.
    pub(crate) fingerprint: String,
}

/// The client that an annotation is about.
#[derive(Clone, Copy)]
pub(super) struct AnnotatedClient<'p> {
    pub(super) client: ClientId,
    pub(super) credentials: Option<&'p str>,
    pub(super) name: Option<&'p Untrusted>,
}

impl<'p> AnnotatedClient<'p> {
    pub(super) fn annotation(
        &self,
        level: AnnotationLevel,
        rank: AnnotationRank,
        rule: AnnotationRule<'p>,
        field: Option<Setting>,
        message: Untrusted,
        place: &Place,
    ) -> Annotation<'p> {
        Annotation {
            level,
            rank,
            rule,
            client: Some(self.client),
            credentials: self.credentials,
            name: self.name.map(|name| cut(name, NAME)),
            field,
            message,
            place: Some(place.clone()),
            has_line: true,
            state: None,
            first_seen: None,
            waived: None,
            fingerprint: self.fingerprint("field", field.map_or("", |field| field.name())),
        }
    }

    /// `@me` is another client under each credential. A number is the same client under all credentials.
    pub(super) fn fingerprint(&self, kind: &str, what: &str) -> String {
        let credentials = match self.client {
            ClientId::Me => self.credentials.unwrap_or(""),
            ClientId::Number(_) => "",
        };
        fingerprint(&["client", &self.client.to_string(), credentials, kind, what])
    }
}

impl<'p> Annotation<'p> {
    /// Adds the finding of `drift` for the same field.
    pub(super) fn add_finding(&mut self, finding: &'p Finding) {
        self.state = Some(finding.state);
        self.first_seen = Some(&finding.first_seen);
        if let Some(waived) = &finding.waived {
            // No waiver covers what is open past the end of its entry.
            if !self.rule.is_overdue() {
                self.waived = Some(waived);
                self.level = AnnotationLevel::Note;
                self.rank = AnnotationRank::Waived;
            }
        }
    }

    /// The message, the time of the first finding, and the waiver. It names no client.
    pub(crate) fn sentence(&self) -> Untrusted {
        let waived = self.waived.map(|waived| format!("; {}", waived_words(waived).raw())).unwrap_or_default();
        format!("{}{}{waived}", self.message.raw(), self.since().raw()).into()
    }

    /// When it was first seen, if an earlier report says so.
    fn since(&self) -> Untrusted {
        match (self.state, self.first_seen) {
            (Some(FindingState::New), _) => "; new".into(),
            (Some(FindingState::Continuing | FindingState::Unread), Some(first)) => format!("; since {first}").into(),
            (Some(FindingState::Resolved), Some(first)) => format!("; first seen {first}").into(),
            (_, _) => Untrusted::default(),
        }
    }

    /// The client with its name: `client 12 (ringme_test)`.
    pub(crate) fn who(&self) -> Option<Untrusted> {
        let client = self.client?;
        Some(match &self.name {
            Some(name) => format!("client {client} ({})", name.raw()).into(),
            None => format!("client {client}").into(),
        })
    }
}

/// A digest of words with their lengths, so that two lists of words never give one text. 128 bits suffice for a fleet.
pub(super) fn fingerprint(words: &[&str]) -> String {
    let mut hash = Sha256::new();
    for word in words {
        hash.update((word.len() as u64).to_be_bytes());
        hash.update(word.as_bytes());
    }
    hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// A waiver in words.
pub(crate) fn waived_words(waived: &Waived) -> Untrusted {
    let (owner, reason) = (cut(&waived.owner, NAME), cut(&waived.reason, VALUE));
    format!("waived by {} until {}: {}", owner.raw(), waived.until, reason.raw()).into()
}
