//! Setting out: from options to a reader, a writer and a meter.
//!
//! Owns what all requests of a run share from its start.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;

use crate::api::account::Account;
use crate::api::counts::Counts;
use crate::api::endpoint::Paths;
use crate::api::house::House;
use crate::api::http;
use crate::api::pace::{A_SECOND, AT_A_TIME, BACK_OFF, BackOff, Pace};
use crate::api::{Keyring, Options, Reader, Shutdown, Usage, Writer};

/// Builds the two halves of the API and the meter over both. Makes no request.
///
/// The errors say what to do: a certificate file that cannot be read, or no certificates on this machine.
pub fn connect(options: Options, keyring: Keyring, stop: Shutdown) -> anyhow::Result<(Reader, Writer, Usage)> {
    connect_with(options, keyring, stop, BACK_OFF)
}

pub(super) fn connect_with(
    options: Options,
    keyring: Keyring,
    stop: Shutdown,
    back_off: Duration,
) -> anyhow::Result<(Reader, Writer, Usage)> {
    let house = Arc::new(House {
        http: http::client(&options)?,
        paths: Paths::new(&options.endpoint, options.route),
        endpoint: options.endpoint.text().to_owned(),
        // A BTreeMap is sorted by name, with the environment first, as the house looks them up.
        accounts: keyring.into_iter().map(|(name, source)| Account::new(name, source)).collect(),
        counts: Counts::default(),
        stop,
        pace: Pace::per_second(options.requests_per_second),
        token_pace: Pace::per_second(A_SECOND),
        token_slots: Semaphore::new(AT_A_TIME),
        back_off: BackOff::new(back_off, options.random_seed),
        options,
    });
    let http = house.http.clone();
    Ok((Reader { house: house.clone(), http }, Writer { house: house.clone() }, Usage { house }))
}
