//! Client ids: a number, or `@me` for the client that the token belongs to.
//!
//! Owns the reading and the spelling of client ids. It must not know URLs.

use std::fmt;
use std::num::NonZeroU64;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::model::flaw::Flaw;
use crate::model::number;
use crate::model::text::{quote, strange_character};

/// The `client_id` of the API's path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClientId {
    /// A client by its number, 1 to 2^63−1.
    Number(NonZeroU64),
    /// `@me`: the client that the token belongs to (API: an alias that several public programs use).
    Me,
}

impl ClientId {
    /// Reads what people write. Zero is refused like any other text that names no client.
    pub fn parse(text: &str) -> Result<ClientId, Flaw> {
        if text == "@me" {
            return Ok(ClientId::Me);
        }
        if let Some(id) = number::digits(text).filter(|n| *n <= number::MAX_ID).and_then(NonZeroU64::new) {
            return Ok(ClientId::Number(id));
        }
        let shown = quote(text);
        let flaw = Flaw::new(format!("{shown} is not a client id"));
        let hex = text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit());
        Err(if hex {
            flaw.help("this looks like an App ID, which belongs under `credentials` in ringform.yaml; a client id is a number")
        } else if let Some(strange) = strange_character(text) {
            Flaw::new(format!("{shown} is not a client id: it holds {strange}")).help("type the number again by hand")
        } else if text.eq_ignore_ascii_case("me") || text.eq_ignore_ascii_case("@me") {
            flaw.help("write \"@me\"")
        } else {
            match number::meant(text).filter(|n| *n > 0 && n.to_string() != text) {
                Some(n) => flaw.help(format!("if client {n} is meant, write {n}")),
                None => flaw.help("write the number of the client in plain digits, or \"@me\""),
            }
        })
    }

    /// The number; `None` for `@me`.
    pub fn number(self) -> Option<u64> {
        match self {
            ClientId::Number(id) => Some(id.get()),
            ClientId::Me => None,
        }
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ClientId::Number(id) => f.pad(&id.to_string()),
            ClientId::Me => f.pad("@me"),
        }
    }
}

impl Serialize for ClientId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ClientId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        ClientId::parse(&text).map_err(|flaw| serde::de::Error::custom(flaw.message.escape_debug()))
    }
}

/// The identity of a client: its number, whatever its credential is called, or `@me` with the credential that it
/// belongs to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientKey {
    client: ClientId,
    credentials: Option<Arc<str>>,
}

impl ClientKey {
    /// The identity of this client under these credentials; `None` for those of the environment.
    pub fn new(client: ClientId, credentials: Option<&Arc<str>>) -> ClientKey {
        ClientKey { client, credentials: credentials.filter(|_| client == ClientId::Me).cloned() }
    }

    /// The id of the path.
    pub fn client(&self) -> ClientId {
        self.client
    }

    /// The credential's name: only of `@me`, and `None` for the environment.
    pub fn credentials(&self) -> Option<&str> {
        self.credentials.as_deref()
    }
}

impl fmt::Display for ClientKey {
    /// The client in words: `12`, `@me` or `@me of acme`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.credentials {
            Some(credentials) => write!(f, "{} of {credentials}", self.client),
            None => write!(f, "{}", self.client),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_plain_numbers_or_me() {
        for text in ["1", "12", "9223372036854775807", "@me"] {
            assert_eq!(ClientId::parse(text).unwrap().to_string(), text);
        }
        for text in ["", "0", "012", "0012", "1e3", "0x10", "1_0", "-1", "9223372036854775808", "me", "@ME", "12 "] {
            assert!(ClientId::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_number_is_one_client_under_any_credentials_and_me_is_not() {
        let [one, other]: [Arc<str>; 2] = ["acme".into(), "globex".into()];
        let key = |id: &str, credentials| ClientKey::new(ClientId::parse(id).unwrap(), credentials);
        assert_eq!(key("12", Some(&one)), key("12", None));
        assert_ne!(key("12", None), key("13", None));
        assert_ne!(key("@me", Some(&one)), key("@me", Some(&other)));
        assert_ne!(key("@me", Some(&one)), key("@me", None));
    }

    #[test]
    fn hints() {
        let help = |text: &str| ClientId::parse(text).unwrap_err().help.unwrap();
        assert!(help("0123456789abcdef0123456789abcdef").contains("App ID"));
        assert!(help("0012").contains("write 12"));
        assert!(help("me").contains("@me"));
    }
}
