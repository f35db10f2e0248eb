//! Who a token belongs to.
//!
//! Owns the lenient reading of the API's `/user/` answer. Types are as loose as everywhere in this API.

use serde_json::Value as Json;

use crate::api::error_body::scalar;
use crate::model::{Untrusted, number};

/// The user behind a credential, as far as the API says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct User {
    /// The user's number.
    pub id: Option<u64>,
    /// The name it logs in with.
    pub login: Option<Untrusted>,
    /// The client it belongs to: the `@me` of its tokens.
    pub client_id: Option<u64>,
    /// The dealer it belongs to.
    pub dealer_id: Option<u64>,
    /// `full`, or `read_only`, which allows GET only.
    pub access: Option<Untrusted>,
    /// Whether it is an administrator, in the API's own word.
    pub admin: Option<Untrusted>,
}

impl User {
    /// Reads an answer; `None` when it is not a JSON object.
    pub(super) fn read(body: &[u8]) -> Option<User> {
        let Ok(Json::Object(map)) = serde_json::from_slice(body) else { return None };
        let id = |key: &str| map.get(key).and_then(number::live);
        let text = |key: &str| map.get(key).and_then(scalar).map(Untrusted::from);
        Some(User {
            id: id("id"),
            login: text("login"),
            client_id: id("client_id"),
            dealer_id: id("dealer_id"),
            access: text("access"),
            admin: text("admin"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_are_read_leniently() {
        let user = User::read(
            br#"{"id": "5", "login": 7, "client_id": 12, "dealer_id": null, "access": "full", "admin": false}"#,
        );
        let user = user.unwrap();
        assert_eq!((user.id, user.client_id, user.dealer_id), (Some(5), Some(12), None));
        assert_eq!(user.login.unwrap().raw(), "7");
        assert_eq!(user.access.unwrap().raw(), "full");
        assert_eq!(user.admin.unwrap().raw(), "false");
        assert_eq!(User::read(b"{}"), Some(User::default()));
        assert_eq!(User::read(b"[]"), None);
    }
}
