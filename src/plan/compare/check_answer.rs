//! The checks of an answer before it is compared.
//!
//! Owns their order: the right client, a whole answer, the expectations. The first check that fails is the client's
//! failure. A failure is never a difference and never "in sync".

use crate::model::{ClientId, Failure, FailureKind, FieldRow, Live, SettingSet, State, look_alike};

/// A field that must match, as the plan keeps it.
pub(in crate::plan) type Expectation = (&'static FieldRow, State);

/// Checks an answer for this client: `wrong_client`, `incomplete_answer`, `expect`, in this order.
pub(in crate::plan) fn check_answer(
    client: ClientId,
    managed: SettingSet,
    expect: &[Expectation],
    live: &Live,
) -> Result<(), Failure> {
    if let (Some(wanted), Some(answered)) = (client.number(), live.id)
        && wanted != answered
    {
        let message = format!("asked for client {wanted}, the answer is client {answered}");
        return Err(Failure::new(FailureKind::WrongClient, message)
            .help("nothing was compared; check the endpoint and any proxy before it"));
    }
    if live.id.is_none() {
        let message = "the answer has no usable `id`, so its client is unknown";
        return Err(Failure::new(FailureKind::IncompleteAnswer, message)
            .help("check that the endpoint is the PBX API and not another service"));
    }
    let missing: Vec<&str> =
        live.settings.missing().filter(|setting| managed.contains(*setting)).map(|setting| setting.name()).collect();
    if !missing.is_empty() {
        let message = format!("the answer lacks {}", missing.join(", "));
        return Err(Failure::new(FailureKind::IncompleteAnswer, message).help(
            "a missing key is not null: put the field under `ignore` if this API does not have it, or ask the provider",
        ));
    }
    expectations(expect, live)
}

fn expectations(expect: &[Expectation], live: &Live) -> Result<(), Failure> {
    let mut found = Vec::new();
    for (row, wanted) in expect {
        match live.field(row) {
            Some(state) if state == *wanted => {}
            Some(state) => {
                let (state, wanted) = (state.to_json(), wanted.to_json());
                let texts = state.as_str().zip(wanted.as_str());
                let why = match texts.and_then(|(live, declared)| look_alike::difference(live, declared)) {
                    Some(difference) => format!(" (they look alike: {difference})"),
                    None => String::new(),
                };
                found.push(format!("{} is {state}, expected {wanted}{why}", row.name));
            }
            None => found.push(format!("{} is missing, expected {}", row.name, wanted.to_json())),
        }
    }
    if found.is_empty() {
        return Ok(());
    }
    Err(Failure::new(FailureKind::Expect, found.join("; "))
        .help("this may be another client than the one meant: nothing is sent; correct `client` or `expect`"))
}
