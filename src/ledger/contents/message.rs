//! The words of the branch: its README and the messages of its commits.
//!
//! Owns these texts. Names and reasons are texts of strangers, so each is one line without control characters. ringform
//! never reads a message back.

use std::fmt::Write as _;

use crate::model::Untrusted;
use crate::plan::{ApplyResult, ClientPlan, Plan};

/// The first line of the branch's README. A branch without it is not ours.
pub const README_LINE: &str = "# The ledger of ringform";

/// The README of the branch.
pub fn readme() -> String {
    format!(
        "{README_LINE}\n\n\
         ringform writes this branch; people do not edit it. It holds, for each client and field, the value on which git \
         and the live PBX agreed last.\n\n\
         - `PROJECT/ledger.json`: the endpoint, and the commit that was applied last.\n\
         - `PROJECT/clients/CREDENTIALS/ID.json`: the agreed values of one client, one field a line.\n\
         - `PROJECT/runs/YYYY/MM/RUN.json`: the report of one run of `ringform apply`.\n\
         - `PROJECT/open/RUN.json`: a run that is under way, or that ended without its record.\n\n\
         `git log -p -- PROJECT/clients/CREDENTIALS/ID.json` shows the history of one client. `ringform log` shows the \
         runs.\n"
    )
}

/// Who ran apply, and why: what the trailers of a commit say.
#[derive(Clone, Debug, Default)]
pub struct CommitAuthor<'a> {
    /// The run.
    pub run: &'a str,
    /// The person or job.
    pub actor: Option<&'a Untrusted>,
    /// Why.
    pub reason: Option<&'a Untrusted>,
    /// The commit of the code.
    pub commit: Option<&'a str>,
    /// The digest of the plan.
    pub digest: &'a str,
    /// A link to the job.
    pub ci: Option<&'a Untrusted>,
    /// The pull request.
    pub pull_request: Option<&'a Untrusted>,
}

impl CommitAuthor<'_> {
    /// The author as git wants it: `NAME <MAIL>`.
    pub fn author(&self) -> String {
        let actor = self.actor.map(Untrusted::raw).unwrap_or_default();
        let (name, mail) = match actor.split_once('<') {
            Some((name, mail)) => (name, mail.split('>').next().unwrap_or_default()),
            None => (actor, ""),
        };
        let (name, mail) = (line(name, NAME), line(mail, NAME));
        format!("{} <{mail}>", if name.is_empty() { "ringform" } else { &name })
    }

    /// A message with this subject.
    pub fn message(&self, subject: &str) -> String {
        let mut message = format!("{}\n\n", line(subject, NAME));
        let text = |text: Option<&Untrusted>| text.map(|text| line(text.raw(), TRAILER));
        let trailers = [
            ("Run", Some(line(self.run, TRAILER))),
            ("Actor", text(self.actor)),
            ("Reason", text(self.reason)),
            ("Commit", self.commit.map(|commit| line(commit, TRAILER))),
            ("Digest", Some(line(self.digest, TRAILER))),
            ("CI", text(self.ci)),
            ("Pull-request", text(self.pull_request)),
        ];
        for (name, value) in trailers {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                // Writing into a String cannot fail.
                writeln!(message, "{name}: {value}").ok();
            }
        }
        message
    }
}

/// The subject of the commit that records a run: `apply: 3 clients, 5 settings, 1 failed`.
pub fn record_subject(report: &Plan) -> String {
    let is_stored = |client: &&ClientPlan| client.result.is_some_and(ApplyResult::is_stored);
    let written: Vec<_> = report.clients.iter().filter(is_stored).collect();
    let settings = written.iter().map(|client| client.to_send().count()).sum();
    let failed = report.clients.iter().filter(|client| client.result.is_some_and(|result| !result.is_good())).count();
    let mut subject = format!("apply: {}, {}", count(written.len(), "client"), count(settings, "setting"));
    if failed > 0 {
        write!(subject, ", {failed} failed").ok();
    }
    subject
}

/// The subject of the commit that claims the ledger.
pub fn claim_subject(clients: usize) -> String {
    format!("begin: {}", count(clients, "client"))
}

/// The subject of the commit that renews a claim.
pub fn renewal_subject(clients: usize) -> String {
    format!("renew: {}", count(clients, "client"))
}

fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// The longest name, and the longest text behind the name of a trailer, in characters.
const NAME: usize = 100;
const TRAILER: usize = 500;

/// A text of strangers as one line: no control characters, no `<` and `>`, and cut with `…` where it is long.
fn line(text: &str, most: usize) -> String {
    let plain = |c: char| match c {
        '<' | '>' => ' ',
        c if c.is_control() || is_format(c) => ' ',
        c => c,
    };
    let words: Vec<String> =
        text.chars().take(10 * most).map(plain).collect::<String>().split_whitespace().map(str::to_owned).collect();
    let line = words.join(" ");
    match line.char_indices().nth(most) {
        Some(_) => line.chars().take(most - 1).chain(['…']).collect(),
        None => line,
    }
}

/// Characters that are not seen and can turn the text around them.
fn is_format(c: char) -> bool {
    matches!(c,
        '\u{AD}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{180E}' | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}'
        | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
        | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_has_one_line_for_each_trailer_whatever_the_texts_hold() {
        let actor = Untrusted::from("Anna\nRun: forged <anna@example.com> \u{202e}x");
        let reason = Untrusted::from("ticket 4711\n\nCommit: forged");
        let author = CommitAuthor {
            run: "20261127T090000Z-00aa11",
            actor: Some(&actor),
            reason: Some(&reason),
            commit: Some("0123"),
            digest: "sha256:ff",
            ..CommitAuthor::default()
        };
        assert_eq!(author.author(), "Anna Run: forged <anna@example.com>");
        assert_eq!(
            author.message("apply: 1 client"),
            "apply: 1 client\n\nRun: 20261127T090000Z-00aa11\nActor: Anna Run: forged anna@example.com x\n\
             Reason: ticket 4711 Commit: forged\nCommit: 0123\nDigest: sha256:ff\n"
        );
    }

    #[test]
    fn hostile_texts_stay_one_line_and_are_cut_with_a_sign() {
        let long = "y".repeat(10_000);
        let cut = format!("{}…", "y".repeat(99));
        let table = [
            ("ringform <x>", "ringform <x>"),
            ("a <b> <c>", "a <b>"),
            ("a> <b", "a <b>"),
            ("a\r\ncommitter b <c> 0 +0000", "a committer b <c>"),
            ("\u{202e}\u{e0041}\u{ad} \0\t", "ringform <>"),
            (&long, &format!("{cut} <>")),
            (&format!("a <{long}>"), &format!("a <{cut}>")),
        ];
        for (actor, expected) in table {
            let actor = Untrusted::from(actor);
            let author = CommitAuthor { actor: Some(&actor), reason: Some(&actor), ..CommitAuthor::default() };
            assert_eq!(author.author(), expected);
            let message = author.message("apply: 1 client");
            assert!(message.lines().all(|line| line.chars().count() < 520), "{message}");
            assert!(!message.contains(['<', '>', '\r', '\0', '\u{202e}', '\u{e0041}']), "{message:?}");
            let names = message.lines().skip(2).map(|line| line.split(':').next().unwrap_or_default());
            assert!(names.into_iter().all(|name| matches!(name, "Actor" | "Reason")), "{message}");
        }
    }

    #[test]
    fn an_author_without_a_name_is_ringform() {
        for (actor, expected) in
            [("", "ringform <>"), ("<a@x>", "ringform <a@x>"), ("job 7", "job 7 <>"), ("a <b", "a <b>")]
        {
            let actor = Untrusted::from(actor);
            assert_eq!(CommitAuthor { actor: Some(&actor), ..CommitAuthor::default() }.author(), expected);
        }
    }
}
