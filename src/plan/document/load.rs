//! Saved documents, read back as untrusted input.
//!
//! Owns every check between the bytes of a file and a [`Plan`]: whole JSON, a version that we know, the digest, and
//! that each `put` follows from its changes. Any bytes give an error or a plan that could have been made here.

use serde::Deserialize;
use serde_json::Value as Json;

use crate::model::encoding::without_mark;
use crate::model::{ClientKey, Layer};
use crate::plan::client::ClientPlan;
use crate::plan::document::digest;
use crate::plan::document::json::DocumentJson;
use crate::plan::document::plan::{FORMAT_VERSION, Plan};

/// Why a file cannot be used as a document. Text of the file in it is escaped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadError {
    /// What is wrong.
    pub what: String,
    /// The next step where it was meant to be a saved plan; empty where there is none.
    pub remedy: &'static str,
}

impl LoadError {
    /// Both in one sentence.
    pub fn sentence(&self) -> String {
        match self.remedy {
            "" => self.what.clone(),
            remedy => format!("{}; {remedy}", self.what),
        }
    }
}

/// The next step for a file that is something else.
const REMEDY: &str = "name a file that `plan --out` wrote";

/// Reads a saved plan or report.
pub fn load(bytes: &[u8]) -> Result<Plan, LoadError> {
    let fail = |what: &str, remedy| Err(LoadError { what: what.to_owned(), remedy });
    let Ok(bytes) = without_mark(bytes) else {
        return fail("it is UTF-16, and JSON must be UTF-8", "save the plan again with --out, which writes UTF-8");
    };
    let document: Json = match serde_json::from_slice(bytes) {
        Ok(document) => document,
        Err(error) if error.is_eof() => return fail("it is cut short", "save the plan again"),
        Err(error) => {
            return fail(&format!("it is not JSON (line {}, column {})", error.line(), error.column()), REMEDY);
        }
    };
    let Some(version) = document.get("format_version").and_then(Json::as_str) else {
        return fail("it is not a document of ringform: `format_version` is missing", REMEDY);
    };
    let major = |version: &str| version.split('.').next().map(str::to_owned);
    if major(version) != major(FORMAT_VERSION) {
        let version = version.escape_debug();
        let what = format!("it has format version {version} and this program reads {FORMAT_VERSION}");
        return fail(&what, "make the plan again with this program");
    }
    let written = document.get("digest").and_then(Json::as_str).unwrap_or_default();
    match digest::of_document(&document) {
        Ok(digest) if digest == written => {}
        Ok(_) | Err(_) => {
            return fail("its digest does not fit: it was edited or damaged", "make the plan again");
        }
    }
    let plan: Plan = match DocumentJson::deserialize(document) {
        Ok(document) => document.into(),
        Err(error) => {
            return fail(&format!("it is not a valid document: {}", error.to_string().escape_debug()), "");
        }
    };
    if !has_layers_of_its_undo(&plan) {
        return fail("its `undo` does not follow from its changes", "make the plan again");
    }
    let mut seen: Vec<ClientKey> = plan.clients.iter().map(ClientPlan::key).collect();
    seen.sort();
    if seen.windows(2).any(|pair| pair[0] == pair[1]) {
        return fail("it holds one client twice", "");
    }
    Ok(plan)
}

/// Whether each change has the layer of an undo exactly where the document is one. The digest covers the layers.
fn has_layers_of_its_undo(plan: &Plan) -> bool {
    let run = plan.undo.as_ref().map(|undo| undo.run.raw());
    let layers = plan.clients.iter().flat_map(|client| &client.changes).map(|change| &change.difference.layer);
    layers.into_iter().all(|layer| match layer {
        Layer::Undo(of) => run == Some(&**of),
        Layer::Settings | Layer::Profile(_) | Layer::Temporary { .. } => run.is_none(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::document::plan::DocumentKind;

    #[test]
    fn a_document_of_another_major_version_is_refused_with_both_versions() {
        let mut document = serde_json::to_value(Plan::default()).unwrap();
        document["format_version"] = "1.0".into();
        let error = load(document.to_string().as_bytes()).unwrap_err().sentence();
        assert!(error.contains("1.0") && error.contains("2.0") && error.contains("make the plan again"), "{error}");
    }

    #[test]
    fn a_byte_order_mark_is_not_content_and_utf_16_has_a_name() {
        let plan = Plan::default();
        let text = serde_json::to_string(&plan).unwrap();
        assert_eq!(load(format!("\u{feff}{text}").as_bytes()).unwrap(), plan);
        for mark in ["", "\u{feff}"] {
            let utf16: Vec<u8> = format!("{mark}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
            assert!(load(&utf16).unwrap_err().sentence().contains("UTF-16"));
        }
    }

    #[test]
    fn only_a_plan_can_be_applied_and_every_kind_reads_back() {
        let kinds = [
            (DocumentKind::Plan, None),
            (DocumentKind::Offline, Some("--offline")),
            (DocumentKind::Drift, Some("report of drift")),
            (DocumentKind::Report, Some("report of an apply")),
            (DocumentKind::Validation, Some("result of validate")),
        ];
        for (kind, why) in kinds {
            let plan = Plan { kind, ..Plan::default() };
            let read = load(&serde_json::to_vec(&plan).unwrap()).unwrap();
            assert_eq!(read, plan);
            let found = read.kind.why_not_applied();
            assert_eq!(found.is_some(), why.is_some(), "{kind:?}");
            assert!(found.unwrap_or_default().contains(why.unwrap_or_default()), "{kind:?}");
        }
    }
}
