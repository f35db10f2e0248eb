//! The proxies that the environment names.
//!
//! Owns which variable counts and which addresses it may hold. It reads no environment: the caller looks variables up.
//! An address may hold a password, so no message and no `Debug` shows one.

use std::fmt;

use reqwest::{NoProxy, Proxy, Url};

/// A proxy, and the hosts that requests reach without it.
#[derive(Clone, Default)]
pub struct Proxies {
    proxy: Option<Url>,
    except: String,
}

impl fmt::Debug for Proxies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.proxy.is_some() { "Proxies(…)" } else { "Proxies(none)" })
    }
}

impl Proxies {
    /// The proxy of requests over https. `lookup` finds a variable; an empty one counts as not set, and an error names
    /// one that is not text. The error names the variable that cannot be understood.
    pub fn from_variables(lookup: impl Fn(&str) -> Result<Option<String>, String>) -> Result<Proxies, String> {
        let first = |names: [&'static str; 2]| -> Result<Option<(&'static str, String)>, String> {
            for name in names {
                if let Some(value) = lookup(name)?.filter(|value| !value.is_empty()) {
                    return Ok(Some((name, value)));
                }
            }
            Ok(None)
        };
        let except = first(["NO_PROXY", "no_proxy"])?.map(|(_, value)| value).unwrap_or_default();
        // The HTTP library takes `*` for names only.
        if except.split(',').any(|part| part.trim() == "*") {
            return Ok(Proxies::default());
        }
        let named = match first(["HTTPS_PROXY", "https_proxy"])? {
            Some(named) => Some(named),
            None => first(["ALL_PROXY", "all_proxy"])?,
        };
        let Some((name, value)) = named else { return Ok(Proxies::default()) };
        let proxy = address(&value).ok_or_else(|| {
            format!(
                "{name} is not the address of a proxy, and ringform sends nothing without it; write \
                 {name}=http://HOST:PORT, or unset {name}"
            )
        })?;
        Ok(Proxies { proxy: Some(proxy), except })
    }

    /// The proxy for the HTTP library; `None`: requests go direct.
    pub(super) fn proxy(&self) -> reqwest::Result<Option<Proxy>> {
        let Some(url) = &self.proxy else { return Ok(None) };
        Ok(Some(Proxy::all(url.clone())?.no_proxy(NoProxy::from_string(&self.except))))
    }
}

/// The address of a proxy over http or https; `HOST:PORT` means http.
fn address(text: &str) -> Option<Url> {
    if text.contains(|c: char| c.is_whitespace() || c.is_control() || "\"'\\`<>{}|^".contains(c)) {
        return None;
    }
    let url = match text.split_once("://") {
        Some(_) => Url::parse(text),
        None => Url::parse(&format!("http://{text}")),
    };
    let url = url.ok()?;
    (matches!(url.scheme(), "http" | "https") && url.host_str().is_some_and(|host| !host.is_empty())).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The proxy that these variables give.
    fn proxy(variables: &[(&str, &str)]) -> Result<Option<String>, String> {
        let lookup = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            Ok(found.map(|(_, value)| (*value).to_owned()))
        };
        Proxies::from_variables(lookup).map(|proxies| proxies.proxy.map(|url| url.to_string()))
    }

    #[test]
    fn the_first_variable_that_holds_something_counts() {
        let to = |host: &str| Ok(Some(format!("http://{host}:3128/")));
        assert_eq!(proxy(&[]), Ok(None));
        assert_eq!(proxy(&[("HTTPS_PROXY", "http://a:3128")]), to("a"));
        assert_eq!(proxy(&[("HTTPS_PROXY", "a:3128"), ("https_proxy", "b:3128")]), to("a"));
        assert_eq!(proxy(&[("HTTPS_PROXY", ""), ("https_proxy", "b:3128")]), to("b"));
        assert_eq!(proxy(&[("HTTPS_PROXY", ""), ("all_proxy", "b:3128"), ("ALL_PROXY", "")]), to("b"));
        assert_eq!(proxy(&[("ALL_PROXY", "::::"), ("https_proxy", "b:3128")]), to("b"));
        assert_eq!(proxy(&[("HTTP_PROXY", "a:3128")]), Ok(None));
        assert_eq!(proxy(&[("HTTPS_PROXY", "a:3128"), ("NO_PROXY", "x, *")]), Ok(None));
        assert_eq!(proxy(&[("HTTPS_PROXY", "::::"), ("NO_PROXY", "*")]), Ok(None));
        assert_eq!(proxy(&[("HTTPS_PROXY", "a:3128"), ("NO_PROXY", ""), ("no_proxy", "*")]), Ok(None));
        assert_eq!(proxy(&[("HTTPS_PROXY", "a:3128"), ("NO_PROXY", "*.x")]), to("a"));
        assert_eq!(proxy(&[("HTTPS_PROXY", "http://[::1]:1/")]), Ok(Some("http://[::1]:1/".to_owned())));
        let with_password = proxy(&[("HTTPS_PROXY", "https://u:p%40@a")]);
        assert_eq!(with_password, Ok(Some("https://u:p%40@a/".to_owned())));
    }

    #[test]
    fn an_address_that_cannot_be_understood_is_an_error_that_names_the_variable() {
        for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
            for value in [
                "::::",
                "\"http://a:1\"",
                "'http://a:1'",
                "'a:1'",
                "http://a:1\n",
                "http://a\n:1",
                "htp://a:1",
                "htp://",
                "http://",
                "http:///",
                "a b",
                " ",
                "a:port",
                "http://a:99999",
                "socks5://a:1",
            ] {
                let found = proxy(&[(name, value)]);
                let error = found.unwrap_err();
                assert!(error.starts_with(&format!("{name} is not")), "{value:?}: {error}");
            }
        }
        let error = proxy(&[("HTTPS_PROXY", "http://user:hush@:")]).unwrap_err();
        assert!(!error.contains("hush"), "{error}");
        let not_text = Proxies::from_variables(|name| Err(format!("{name} is not UTF-8")));
        assert!(not_text.unwrap_err().contains("NO_PROXY"));
    }

    #[test]
    fn the_http_library_takes_what_is_accepted() {
        for url in ["http://a:1", "https://u:p@a", "http://[::1]:1"] {
            let proxies = Proxies { proxy: address(url), except: "b, 10.0.0.0/8".to_owned() };
            assert!(proxies.proxy().unwrap().is_some(), "{url}");
            assert!(!format!("{proxies:?}").contains("a:1"));
        }
    }
}
