//! The lines of a journal.
//!
//! Owns their JSON, for writing and for reading, and which of them must be on the disk before the run goes on.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::io;
use std::sync::Arc;

use crate::model::{CiJob, ClientId, GuardOverride, Setting, Untrusted};
use crate::plan::send::{ConfirmedBy, PutBody};
use crate::plan::{ApplyResult, ClientPlan, Collateral, Details, NotConverged};

/// One line of a journal.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(super) enum JournalRecord {
    /// The first line.
    Begin {
        run: String,
        started_at: String,
        ringform_version: String,
        endpoint: Untrusted,
        project: Untrusted,
        #[serde(default)]
        overrides: Vec<GuardOverride>,
        // Journals of older versions lack what follows.
        #[serde(default)]
        actor: Option<Untrusted>,
        #[serde(default)]
        reason: Option<Untrusted>,
        #[serde(default)]
        ci: Option<CiJob>,
        #[serde(default)]
        commit: Option<String>,
        #[serde(default)]
        digest: Option<String>,
        /// The run that this one takes back.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        undo: Option<Untrusted>,
    },
    /// The run is about to send a PUT.
    Sending { client_id: ClientId, credentials: Option<Arc<str>>, changes: Vec<JournaledChange>, put: Json },
    /// The result of that PUT, how it is known, and, where the answer was lost, why the client was read.
    Done {
        client_id: ClientId,
        credentials: Option<Arc<str>>,
        result: ApplyResult,
        message: Option<Untrusted>,
        #[serde(default)]
        confirmed_by: Option<ConfirmedBy>,
        #[serde(default)]
        why: Option<Untrusted>,
        /// Whether the run ended without learning whether the PUT landed.
        #[serde(default)]
        in_doubt: bool,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        not_converged: Vec<NotConverged>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        collateral: Vec<Collateral>,
    },
    /// A later run learned the result of a PUT that this run left unresolved.
    Settled { client_id: ClientId, credentials: Option<Arc<str>>, by: String },
    /// A later run was allowed to send after the collateral of this run.
    Acknowledged { by: String },
    /// The last line of a run that nothing killed.
    End { ended_at: String },
}

/// One field of a PUT.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct JournaledChange {
    pub(super) field: Setting,
    pub(super) before: Json,
    pub(super) after: Json,
}

/// One line, ready to be written.
#[derive(Clone, Debug)]
pub struct JournalLine {
    bytes: Vec<u8>,
    /// The line comes before what it announces, so it must be on the disk first. A line that comes after survives the
    /// end of the process without that.
    needs_sync: bool,
}

impl JournalLine {
    /// The run is about to send a PUT.
    pub fn sending<B: PutBody>(client: &ClientPlan, patch: &B) -> io::Result<JournalLine> {
        let changes = client.to_send();
        let record = JournalRecord::Sending {
            client_id: client.client_id,
            credentials: client.credentials.clone(),
            changes: changes
                .map(|change| JournaledChange {
                    field: change.difference.setting,
                    before: change.difference.live.to_json(),
                    after: change.sent().to_json(),
                })
                .collect(),
            put: serde_json::to_value(patch)?,
        };
        JournalLine::synced(&record)
    }

    /// The result of a PUT. `lost` says what became of its answer, where that was lost.
    pub fn done(
        client: &ClientPlan,
        result: ApplyResult,
        details: &Details,
        lost: Option<&Untrusted>,
    ) -> io::Result<JournalLine> {
        let record = JournalRecord::Done {
            client_id: client.client_id,
            credentials: client.credentials.clone(),
            result,
            message: details.message.clone(),
            confirmed_by: details.confirmed_by,
            in_doubt: details.in_doubt && result == ApplyResult::Failed,
            why: lost.filter(|_| details.confirmed_by == Some(ConfirmedBy::Reading)).cloned(),
            not_converged: details.not_converged.clone(),
            collateral: details.collateral.clone(),
        };
        // A collateral stops later runs, so it must survive the machine too.
        Ok(JournalLine { needs_sync: result == ApplyResult::Collateral, ..JournalLine::synced(&record)? })
    }

    /// The run is at its end.
    pub fn end(ended_at: String) -> io::Result<JournalLine> {
        JournalLine::synced(&JournalRecord::End { ended_at })
    }

    /// A record as a line that must be on the disk.
    pub(super) fn synced(record: &JournalRecord) -> io::Result<JournalLine> {
        let mut bytes = serde_json::to_vec(record)?;
        bytes.push(b'\n');
        Ok(JournalLine { bytes, needs_sync: true })
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn needs_sync(&self) -> bool {
        self.needs_sync
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_as_they_are_written() {
        let twelve = || ClientId::parse("12").unwrap();
        let change = JournaledChange { field: Setting::HoldMusic, before: Json::from(7), after: Json::Null };
        for (record, line) in [
            (
                JournalRecord::Begin {
                    run: "r".to_owned(),
                    started_at: "2026-01-01T00:00:00Z".to_owned(),
                    ringform_version: "0.1.0".to_owned(),
                    endpoint: "https://pbx.example".into(),
                    project: "ringform.yaml".into(),
                    overrides: vec![GuardOverride { guard: "open-geo".into(), reason: "fair".into() }],
                    actor: Some("anna".into()),
                    reason: Some("ticket 4711".into()),
                    ci: Some(CiJob {
                        provider: "github".to_owned(),
                        job: Some("https://x".into()),
                        pull_request: None,
                    }),
                    commit: Some("0123".to_owned()),
                    digest: Some("sha256:00".to_owned()),
                    undo: None,
                },
                r#"{"event":"begin","run":"r","started_at":"2026-01-01T00:00:00Z","ringform_version":"0.1.0","endpoint":"https://pbx.example","project":"ringform.yaml","overrides":[{"guard":"open-geo","reason":"fair"}],"actor":"anna","reason":"ticket 4711","ci":{"provider":"github","job":"https://x","pull_request":null},"commit":"0123","digest":"sha256:00"}"#,
            ),
            (
                JournalRecord::Sending {
                    client_id: twelve(),
                    credentials: Some("acme".into()),
                    changes: vec![change],
                    put: serde_json::json!({"hold_music": null}),
                },
                r#"{"event":"sending","client_id":"12","credentials":"acme","changes":[{"field":"hold_music","before":7,"after":null}],"put":{"hold_music":null}}"#,
            ),
            (
                JournalRecord::Done {
                    client_id: ClientId::Me,
                    credentials: None,
                    result: ApplyResult::NotConverged,
                    message: Some("stored 8".into()),
                    confirmed_by: Some(ConfirmedBy::Reading),
                    why: Some("the connection broke".into()),
                    in_doubt: false,
                    not_converged: vec![NotConverged { field: Setting::HoldMusic, sent: 7.into(), stored: 8.into() }],
                    collateral: Vec::new(),
                },
                r#"{"event":"done","client_id":"@me","credentials":null,"result":"not_converged","message":"stored 8","confirmed_by":"reading","why":"the connection broke","in_doubt":false,"not_converged":[{"field":"hold_music","sent":7,"stored":8}]}"#,
            ),
            (
                JournalRecord::Settled { client_id: twelve(), credentials: None, by: "two".to_owned() },
                r#"{"event":"settled","client_id":"12","credentials":null,"by":"two"}"#,
            ),
            (JournalRecord::Acknowledged { by: "two".to_owned() }, r#"{"event":"acknowledged","by":"two"}"#),
            (
                JournalRecord::End { ended_at: "2026-01-01T00:00:09Z".to_owned() },
                r#"{"event":"end","ended_at":"2026-01-01T00:00:09Z"}"#,
            ),
        ] {
            let written = JournalLine::synced(&record).unwrap();
            assert_eq!(String::from_utf8(written.bytes().to_vec()).unwrap(), format!("{line}\n"));
            assert_eq!(serde_json::from_str::<JournalRecord>(line).unwrap(), record);
        }
    }

    #[test]
    fn a_header_of_an_older_version_lacks_who_and_why() {
        let line =
            r#"{"event":"begin","run":"r","started_at":"t","ringform_version":"0.1.0","endpoint":"e","project":"p"}"#;
        let Ok(JournalRecord::Begin { actor, reason, ci, commit, digest, .. }) = serde_json::from_str(line) else {
            panic!("{line}")
        };
        assert_eq!((actor, reason, ci, commit, digest), (None, None, None, None, None));
    }

    #[test]
    fn only_what_comes_before_a_put_waits_for_the_disk() {
        assert!(JournalLine::end(String::new()).unwrap().needs_sync());
        let client = ClientPlan { credentials: Some("acme".into()), ..crate::journal::fixture::client("12") };
        assert!(JournalLine::sending(&client, &client.patch().unwrap()).unwrap().needs_sync());
        let details = Details { confirmed_by: Some(ConfirmedBy::Answer), ..Details::default() };
        let lost = Untrusted::from("HTTP 503");
        let done = JournalLine::done(&client, ApplyResult::Applied, &details, Some(&lost)).unwrap();
        assert!(!done.needs_sync());
        let text = String::from_utf8_lossy(done.bytes()).into_owned();
        assert!(text.contains(r#""confirmed_by":"answer","why":null,"in_doubt":false"#), "{text}");
        assert!(String::from_utf8_lossy(done.bytes()).contains(r#""credentials":"acme","result":"applied""#));
    }
}
