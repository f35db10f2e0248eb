//! A run that never recorded, as the ledger keeps it: its claim, at the path of its report.
//!
//! Owns the JSON of this file: `{"format_version": "1.0", "kind": "unfinished", "run": RUN, …}`. The other keys are those
//! of its claim: `actor`, `link`, `commit`, `digest`, `started_at`, `lease_end`, `puts`. They are missing where the claim
//! did not parse. A reader looks at `kind` first: `run` is a name here and an object in a report. A run that only was
//! slow writes its report over this file.

use serde::{Deserialize, Serialize};

use crate::ledger::contents::claim::{Claim, OpenClaim};

/// The version of the file.
const VERSION: &str = "1.0";
/// Its kind: a report has another.
const KIND: &str = "unfinished";

/// A run that ended without its record. Each of its PUTs may have been sent.
#[derive(Clone, Debug, PartialEq)]
pub struct UnfinishedRun {
    /// The run.
    pub run: String,
    /// Its claim; `None` where that did not parse.
    pub claim: Option<Claim>,
}

#[derive(Serialize, Deserialize)]
struct UnfinishedFile<C> {
    format_version: String,
    kind: String,
    #[serde(flatten)]
    claim: C,
}

#[derive(Serialize, Deserialize)]
struct NamedRun {
    run: String,
}

impl UnfinishedRun {
    /// The run of a claim that another run removes.
    pub fn of(open: &OpenClaim) -> UnfinishedRun {
        UnfinishedRun { run: open.run.clone(), claim: open.claim.clone() }
    }

    /// Reads the file; `None` for one of another kind, such as a report.
    pub fn read(bytes: &[u8]) -> Option<UnfinishedRun> {
        let file: UnfinishedFile<NamedRun> = serde_json::from_slice(bytes).ok()?;
        let whole = serde_json::from_slice::<UnfinishedFile<Claim>>(bytes).ok();
        let run = UnfinishedRun { run: file.claim.run, claim: whole.map(|file| file.claim) };
        (file.kind == KIND).then_some(run)
    }

    /// Writes the file.
    pub fn write(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut bytes = match &self.claim {
            Some(claim) => pretty(claim.clone())?,
            None => pretty(NamedRun { run: self.run.clone() })?,
        };
        bytes.push(b'\n');
        Ok(bytes)
    }
}

fn pretty<C: Serialize>(claim: C) -> Result<Vec<u8>, serde_json::Error> {
    let (format_version, kind) = (VERSION.to_owned(), KIND.to_owned());
    serde_json::to_vec_pretty(&UnfinishedFile { format_version, kind, claim })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::fixture::{at, claim};

    #[test]
    fn it_is_read_as_it_is_written_and_a_report_is_something_else() {
        let claim = claim("r1", at(0), at(15), Vec::new());
        for claim in [Some(claim), None] {
            let run = UnfinishedRun { run: "r1".to_owned(), claim };
            let bytes = run.write().unwrap();
            assert!(
                bytes.starts_with(b"{\n  \"format_version\": \"1.0\",\n  \"kind\": \"unfinished\",\n  \"run\": \"r1\"")
            );
            assert_eq!(UnfinishedRun::read(&bytes), Some(run));
        }
        for text in [r#"{"format_version":"1.0","kind":"report","run":{"id":"r1"}}"#, r#"{"run":"r1"}"#, "", "{"] {
            assert_eq!(UnfinishedRun::read(text.as_bytes()), None, "{text}");
        }
    }
}
