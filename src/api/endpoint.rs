//! The address of the API and the paths below it.
//!
//! Owns which addresses are allowed, their one normal form, and how paths are joined. It makes no request. An endpoint
//! can come from a pull request, so the reading is strict, and an error never repeats a user name or a password in it.

use std::net::{Ipv4Addr, Ipv6Addr};

use reqwest::Url;

use crate::model::{ClientId, Route};

/// An address of the API: https, or http on loopback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    url: Url,
    text: String,
    loopback: bool,
}

impl Endpoint {
    /// Reads an address. Its path becomes a prefix, without doubled slashes and without slashes at the end.
    ///
    /// The error is one sentence that says what to do. It quotes only the scheme and host of the address.
    pub fn parse(text: &str) -> Result<Endpoint, String> {
        let text = text.trim();
        if text.is_empty() {
            return Err("the endpoint is empty; write an address such as https://apiproxy.telphin.ru".to_owned());
        }
        if text.contains(|c: char| c.is_whitespace() || c.is_control() || c == '\\') {
            return Err(
                "the endpoint contains a blank, a control character or a backslash; write a plain address such as \
                        https://apiproxy.telphin.ru"
                    .to_owned(),
            );
        }
        let mut url = Url::parse(text).map_err(|_| {
            "the endpoint is not a valid URL; write the whole address, such as https://apiproxy.telphin.ru".to_owned()
        })?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err("the endpoint contains a user name or a password; remove it and write credentials under \
                        `credentials` in ringform.yaml or into the environment"
                .to_owned());
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(
                "the endpoint contains a `?` or a `#`; write only scheme, host and, where needed, a path".to_owned()
            );
        }
        let loopback = is_loopback(&url);
        match url.scheme() {
            "https" => {}
            "http" if loopback => {}
            "http" => {
                let host = url.host_str().unwrap_or_default();
                return Err(format!(
                    "the endpoint is not encrypted; write https://{host} (http is only for loopback addresses)"
                ));
            }
            scheme => {
                return Err(format!("the endpoint begins with {scheme}:; write an address that begins with https://"));
            }
        }
        let path: Vec<&str> = url.path().split('/').filter(|segment| !segment.is_empty()).collect();
        let path = if path.is_empty() { String::new() } else { format!("/{}", path.join("/")) };
        url.set_path(&path);
        let text = url.as_str().trim_end_matches('/').to_owned();
        Ok(Endpoint { url, text, loopback })
    }

    /// Whether it is this machine: 127.0.0.0/8, `[::1]` or `localhost`. Requests to it never go through a proxy.
    pub fn is_loopback(&self) -> bool {
        self.loopback
    }

    /// Its normal form, without a slash at the end. ASCII without control characters, so it is safe to print.
    pub fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }
}

/// Whether it is this machine.
pub(super) fn is_loopback(url: &Url) -> bool {
    let Some(host) = url.host_str() else { return false };
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare == "localhost"
        || bare.parse::<Ipv4Addr>().is_ok_and(|ip| ip.is_loopback())
        || bare.parse::<Ipv6Addr>().is_ok_and(|ip| ip == Ipv6Addr::LOCALHOST)
}

/// The addresses of the API, built once.
#[derive(Debug)]
pub(super) struct ApiPaths {
    base: Url,
    before: String,
    after: &'static str,
    /// Where token requests go.
    pub(super) token: Url,
    /// Who a token belongs to.
    pub(super) user: Url,
}

impl ApiPaths {
    pub(super) fn new(endpoint: &Endpoint, route: Route) -> ApiPaths {
        let base = endpoint.url.clone();
        let prefix = base.path().trim_end_matches('/');
        let at = |path: &str| {
            let mut url = base.clone();
            url.set_path(&format!("{prefix}{path}"));
            url
        };
        let (before, after) = match route {
            Route::Client => ("/api/ver1.0/client/", "/client/"),
            Route::ClientInfo => ("/api/ver1.0/client/client_info/", "/"),
        };
        ApiPaths {
            before: format!("{prefix}{before}"),
            after,
            token: at("/oauth/token"),
            user: at("/api/ver1.0/user/"),
            base,
        }
    }

    /// The address of one client. `@` is allowed in a path, so `@me` stays as it is.
    pub(super) fn client(&self, client: ClientId) -> Url {
        use std::fmt::Write;
        let mut path = String::with_capacity(self.before.len() + self.after.len() + 20);
        path.push_str(&self.before);
        // Writing into a string cannot fail.
        let _ = write!(path, "{client}");
        path.push_str(self.after);
        let mut url = self.base.clone();
        url.set_path(&path);
        url
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_have_one_normal_form() {
        for (text, normal) in [
            ("https://apiproxy.telphin.ru", "https://apiproxy.telphin.ru"),
            ("https://APIproxy.telphin.ru:443/", "https://apiproxy.telphin.ru"),
            ("https://h/pbx//", "https://h/pbx"),
            ("https://h//pbx///v2/", "https://h/pbx/v2"),
            (" http://127.0.0.1:8080/ ", "http://127.0.0.1:8080"),
            ("http://127.9.8.7", "http://127.9.8.7"),
            ("http://[::1]:1/pbx/", "http://[::1]:1/pbx"),
            ("http://localhost:1", "http://localhost:1"),
        ] {
            assert_eq!(Endpoint::parse(text).unwrap().text(), normal, "{text}");
        }
    }

    #[test]
    fn other_addresses_are_refused_with_a_remedy_and_without_their_secrets() {
        for (text, remedy) in [
            ("", "https://apiproxy"),
            ("apiproxy.telphin.ru", "write the whole address"),
            ("http://apiproxy.telphin.ru", "https://apiproxy.telphin.ru"),
            ("http://localhost.evil.example", "https://"),
            ("http://0.0.0.0:1", "https://"),
            ("http://128.0.0.1", "https://"),
            ("http://127.0.0.1@evil.example/", "remove it"),
            ("http://127.0.0.1\\@evil.example/", "plain address"),
            ("https://u:hush@h", "remove it"),
            ("https://u:hush@h?x#y", "remove it"),
            ("https://h?token=hush", "only scheme"),
            ("https://h#hush", "only scheme"),
            ("ftp://h", "https://"),
            ("https://h /x", "plain address"),
            ("https://u:hush@:9x", "write the whole address"),
            ("file:///etc/passwd", "https://"),
        ] {
            let error = Endpoint::parse(text).unwrap_err();
            assert!(error.contains(remedy), "{text}: {error}");
            assert!(!error.contains("hush"), "{text}: {error}");
        }
    }

    #[test]
    fn paths_are_exact_and_never_hold_a_doubled_slash() {
        let id = ClientId::parse("7").unwrap();
        for base in ["http://127.0.0.1:1", "http://127.0.0.1:1/"] {
            let paths = ApiPaths::new(&Endpoint::parse(base).unwrap(), Route::Client);
            assert_eq!(paths.client(id).path(), "/api/ver1.0/client/7/client/");
            assert_eq!(paths.client(ClientId::Me).path(), "/api/ver1.0/client/@me/client/");
            assert_eq!(paths.token.as_str(), "http://127.0.0.1:1/oauth/token");
            assert_eq!(paths.user.path(), "/api/ver1.0/user/");
        }
        let paths = ApiPaths::new(&Endpoint::parse("http://127.0.0.1:1/pbx/").unwrap(), Route::ClientInfo);
        assert_eq!(paths.client(id).as_str(), "http://127.0.0.1:1/pbx/api/ver1.0/client/client_info/7/");
        assert_eq!(paths.token.path(), "/pbx/oauth/token");
    }
}
