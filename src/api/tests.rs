//! Trials over real connections, on loopback and bounded in time.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use stand::{Reply, Stand, json};

use super::connect::connect_with;
use crate::api::{Endpoint, Keyring, Options, Reader, Route, Secret, Shutdown, Source, Usage, Writer};
use crate::model::{ClientId, Failure, FieldMask, Live};

mod quotas;
mod reading;
mod stand;
mod tokens;
mod writing;

/// A client as the API answers it, with all seven writable fields.
const CLIENT: &str = r#"{"id": 12, "name": "x", "timezone": "Europe/Moscow", "geo_list": "RU BY", "dial_rule_id": 19,
    "hold_music": null, "sip_network_permission_id": null, "disk_space_notify_email": null,
    "disk_space_notify_threshold": null}"#;

fn token(name: &str) -> Reply {
    json(200, &format!(r#"{{"access_token": "{name}", "expires_in": 3600, "token_type": "Bearer", "scope": "all"}}"#))
}

struct World {
    stand: Stand,
    reader: Reader,
    writer: Writer,
    meter: Usage,
    stop: Shutdown,
}

fn pair() -> Source {
    Source::App { app_id: "app&id".to_owned(), app_secret: Secret::new("s3cr&t".to_owned()) }
}

fn options(address: &str) -> Options {
    Options {
        endpoint: Endpoint::parse(address).unwrap(),
        route: Route::Client,
        timeout: Duration::from_secs(5),
        ca_file: None,
        concurrency: 8,
        requests_per_second: 0,
        wait_quota: Duration::ZERO,
        user_agent_version: "0.1.0".to_owned(),
        random_seed: 7,
    }
}

impl World {
    /// With one pair in the environment; tokens are given out, everything else is played.
    async fn new(play: impl Fn(&stand::Heard) -> Reply + Send + Sync + 'static) -> World {
        World::with(pair(), |_| {}, move |heard| if heard.is_token() { token("t0ken") } else { play(heard) }).await
    }

    async fn with(
        source: Source,
        change: impl FnOnce(&mut Options),
        play: impl Fn(&stand::Heard) -> Reply + Send + Sync + 'static,
    ) -> World {
        let stand = Stand::start(play).await;
        let mut options = options(&stand.address);
        change(&mut options);
        let stop = Shutdown::new();
        let keyring = Keyring::from([(None, source.clone()), (Some(Arc::from("acme")), source)]);
        let (reader, writer, meter) = connect_with(options, keyring, stop.clone(), Duration::from_millis(5)).unwrap();
        World { stand, reader, writer, meter, stop }
    }

    async fn read(&self, client: &str) -> Result<Live, Failure> {
        let client = ClientId::parse(client).unwrap();
        within(self.reader.read(client, None, FieldMask::default())).await
    }

    /// Counted and heard requests are the same.
    fn assert_counted(&self) {
        let requests = self.meter.requests();
        assert_eq!(requests.total as usize, self.stand.heard().len(), "{requests:?}");
        assert_eq!(requests.token as usize, self.stand.count("POST"), "{requests:?}");
        assert_eq!(requests.read as usize, self.stand.count("GET"), "{requests:?}");
        assert_eq!(requests.write as usize, self.stand.count("PUT"), "{requests:?}");
    }
}

/// No trial may hang.
async fn within<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), work).await.expect("the trial took too long")
}
