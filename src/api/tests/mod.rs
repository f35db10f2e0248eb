//! Tests over real connections, on loopback and bounded in time.

use std::sync::Arc;
use std::time::Duration;

use stub_server::{ReceivedRequest, StubReply, StubServer, json};

use super::connect::connect_with;
use super::timer::Timer;
use crate::api::{
    ConnectOptions, CredentialSource, CredentialSources, Endpoint, Proxies, Reader, Route, Secret, Shutdown, Usage,
    Writer,
};
use crate::model::{ClientId, Failure, FieldMask, Live};

mod quotas;
mod reading;
mod stub_server;
mod tokens;
mod writing;

/// A client as the API answers it, with all seven writable fields.
const CLIENT: &str = r#"{"id": 12, "name": "x", "timezone": "Europe/Moscow", "geo_list": "RU BY", "dial_rule_id": 19,
    "hold_music": null, "sip_network_permission_id": null, "disk_space_notify_email": null,
    "disk_space_notify_threshold": null}"#;

fn token(name: &str) -> StubReply {
    json(200, &format!(r#"{{"access_token": "{name}", "expires_in": 3600, "token_type": "Bearer", "scope": "all"}}"#))
}

/// A connection to a stub server, with a timer that skips every wait.
struct ApiFixture {
    server: StubServer,
    reader: Reader,
    writer: Writer,
    usage: Usage,
    shutdown: Shutdown,
    timer: Timer,
}

fn pair() -> CredentialSource {
    CredentialSource::App { app_id: "app&id".to_owned(), app_secret: Secret::new("s3cr&t".to_owned()) }
}

fn ready(token: &str) -> CredentialSource {
    CredentialSource::Token(Secret::new(token.to_owned()))
}

fn options(address: &str) -> ConnectOptions {
    ConnectOptions {
        endpoint: Endpoint::parse(address).unwrap(),
        route: Route::Client,
        timeout: Duration::from_secs(5),
        ca_file: None,
        proxies: Proxies::default(),
        concurrency: 8,
        requests_per_second: 0,
        wait_quota: Duration::ZERO,
        user_agent_version: "0.1.0".to_owned(),
        random_seed: 7,
    }
}

impl ApiFixture {
    /// With one pair in the environment; the server gives out tokens, `answer` does the rest.
    async fn new(answer: impl Fn(&ReceivedRequest) -> StubReply + Send + Sync + 'static) -> ApiFixture {
        let answer = move |request: &ReceivedRequest| if request.is_token() { token("t0ken") } else { answer(request) };
        ApiFixture::with(pair(), |_| {}, answer).await
    }

    async fn with(
        source: CredentialSource,
        change: impl FnOnce(&mut ConnectOptions),
        answer: impl Fn(&ReceivedRequest) -> StubReply + Send + Sync + 'static,
    ) -> ApiFixture {
        let sources = CredentialSources::from([(None, source.clone()), (Some(Arc::from("acme")), source)]);
        ApiFixture::with_sources(sources, change, StubServer::start(answer).await)
    }

    fn with_sources(
        sources: CredentialSources,
        change: impl FnOnce(&mut ConnectOptions),
        server: StubServer,
    ) -> ApiFixture {
        let mut options = options(&server.address);
        change(&mut options);
        let (shutdown, timer) = (Shutdown::new(), Timer::skipping());
        let connected = connect_with(options, sources, shutdown.clone(), timer.clone());
        let (reader, writer, usage) = connected.unwrap();
        ApiFixture { server, reader, writer, usage, shutdown, timer }
    }

    async fn read(&self, client: &str) -> Result<Live, Failure> {
        let client = ClientId::parse(client).unwrap();
        within(self.reader.read(client, None, FieldMask::default())).await
    }

    /// The sum of all waits so far; the test itself does not wait.
    fn waited(&self) -> Duration {
        self.timer.waited()
    }

    /// The run counted as many requests as the server received.
    fn assert_counted(&self) {
        let requests = self.usage.requests();
        assert_eq!(requests.total as usize, self.server.received().len(), "{requests:?}");
        assert_eq!(requests.token as usize, self.server.count("POST"), "{requests:?}");
        assert_eq!(requests.read as usize, self.server.count("GET"), "{requests:?}");
        assert_eq!(requests.write as usize, self.server.count("PUT"), "{requests:?}");
    }
}

/// The address of a port that nothing listens on.
async fn closed_address(host: &str) -> String {
    let port = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    format!("http://{host}:{port}")
}

/// No test may hang.
async fn within<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), work).await.expect("the test took too long")
}
