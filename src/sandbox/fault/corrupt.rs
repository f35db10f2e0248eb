//! Faults that corrupt a finished answer: its body, its type, its headers.

use super::kind::{FaultKind, WrongId};
use crate::sandbox::answer::content::{AnswerContent, BodyEncoding, SimulatedAnswer};
use crate::sandbox::answer::refusal::StatusFormat;
use serde_json::{Value, json};

/// Applies every one of `kinds` to `answer`. A refusal keeps its body.
pub(crate) fn corrupt(kinds: &[FaultKind], answer: &mut SimulatedAnswer) {
    for kind in kinds {
        match kind {
            FaultKind::ContentType(content_type) => answer.content_type = content_type.clone(),
            FaultKind::BadGzip => answer.encoding = BodyEncoding::FalseGzip,
            FaultKind::QuotaHeaders(which) => answer.quota.which = *which,
            _ => {
                if let AnswerContent::Json(value) = &mut answer.content
                    && let Some(content) = body(kind, value)
                {
                    answer.content = content;
                }
            }
        }
    }
}

/// The format of `status` in error bodies under these faults.
pub(crate) fn status_format(kinds: &[FaultKind]) -> StatusFormat {
    let last = kinds.iter().rev().find_map(|kind| match kind {
        FaultKind::StatusAs(how) => Some(*how),
        _ => None,
    });
    last.unwrap_or_default()
}

fn body(kind: &FaultKind, value: &mut Value) -> Option<AnswerContent> {
    Some(match kind {
        FaultKind::NotJson => AnswerContent::Text("<html><body>Please log in</body></html>"),
        FaultKind::EmptyBody => AnswerContent::Text(""),
        FaultKind::Array => AnswerContent::Json(json!([value.take()])),
        FaultKind::EmptyObject => AnswerContent::Json(json!({})),
        FaultKind::WrongId(wrong) => {
            wrong_id(wrong, value);
            return None;
        }
        FaultKind::Oversize(size) => {
            // Emptied first, so that the padding is measured without the old text.
            value["extra_params"] = json!("");
            let missing = size.saturating_sub(value.to_string().len());
            value["extra_params"] = json!("x".repeat(missing));
            return None;
        }
        FaultKind::NoExpiry => {
            if let Some(object) = value.as_object_mut() {
                drop(object.remove("expires_in"));
            }
            return None;
        }
        _ => return None,
    })
}

/// Answers without an id (tokens) do not change.
fn wrong_id(wrong: &WrongId, value: &mut Value) {
    let Some(id) = value.get("id").and_then(Value::as_u64) else { return };
    let id = match wrong {
        WrongId::Next => json!(id + 1),
        WrongId::Number(number) => json!(number),
        WrongId::Null => Value::Null,
        WrongId::Text => json!(id.to_string()),
        WrongId::Absent => {
            if let Some(object) = value.as_object_mut() {
                drop(object.remove("id"));
            }
            return;
        }
    };
    value["id"] = id;
}
