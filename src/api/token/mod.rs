//! The access token of one credential: when to fetch one, how to fetch it, and where its credentials come from.
//!
//! [`state`] decides and makes no request, [`fetch`] asks the API, [`resolve`] and [`command`] find the App ID and App
//! Secret.

mod command;
mod fetch;
mod request;
mod resolve;
mod state;

pub(super) use fetch::{access_token, renew};
pub(super) use state::{AccessToken, FetchState, TokenState};
