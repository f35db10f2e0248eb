//! Secrets: App Secrets and tokens.
//!
//! Owns the one type that holds them. It has neither `Display` nor `Serialize`, and its `Debug` shows nothing. Two
//! methods reveal it, both private to this room: [`Secret::reveal_to_the_api`], and for the address of a webhook
//! [`Secret::reveal_to_the_webhook`].

use std::fmt;

use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};

use crate::api::secret_forms::TextForms;

/// A text that ringform never shows.
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// Takes a secret without the line ends at its end: files and variables often carry one or more, and no header may
    /// contain one.
    pub fn new(mut text: String) -> Secret {
        let kept = text.trim_end_matches(['\n', '\r']).len();
        text.truncate(kept);
        Secret(SecretString::from(text))
    }

    /// Whether it is empty or blank.
    pub(super) fn is_empty(&self) -> bool {
        self.0.expose_secret().trim().is_empty()
    }

    /// The text itself. Only a request to the API may contain it.
    pub(super) fn reveal_to_the_api(&self) -> &str {
        self.0.expose_secret()
    }

    /// The address of a webhook. Only a request to that webhook may contain it.
    pub(super) fn reveal_to_the_webhook(&self) -> &str {
        self.0.expose_secret()
    }

    /// Whether a text that the API wrote holds this secret in one of its forms. A very short secret does not count: it is
    /// in every sentence.
    pub(super) fn is_in(&self, forms: &TextForms) -> bool {
        let secret = self.reveal_to_the_api();
        secret.len() >= 4 && forms.contain(secret)
    }

    /// Why it cannot be a token; `None`: it can. The words follow "the value of X" and show no part of it.
    pub fn token_flaw(&self) -> Option<&'static str> {
        let text = self.reveal_to_the_api();
        match text {
            _ if text.trim().is_empty() => Some("is empty"),
            _ if text.contains([' ', '\t']) => Some("contains a blank or a tab, which no token has"),
            _ if self.bearer().is_none() => Some(
                "contains a character that an HTTP header cannot carry, such as a line break in the middle or a letter \
                 outside ASCII",
            ),
            _ => None,
        }
    }

    /// The value of an `Authorization` header, marked so that no HTTP library prints it. `None` when it holds a
    /// character that no header can carry, such as a line break in the middle, or a blank: a server would read only what
    /// comes before it.
    pub(super) fn bearer(&self) -> Option<HeaderValue> {
        // The header type takes any byte from 128 on; servers do not.
        let token = Some(self.reveal_to_the_api()).filter(|token| token.is_ascii() && !token.contains([' ', '\t']))?;
        let mut value = HeaderValue::from_str(&format!("Bearer {token}")).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_has_no_line_ends_at_its_end() {
        for end in ["", "\n", "\r\n", "\n\n", "\r\n\r\n"] {
            assert_eq!(Secret::new(format!("s3c ret{end}")).reveal_to_the_api(), "s3c ret", "{end:?}");
            assert_eq!(Secret::new(format!("t0k-en{end}")).bearer().unwrap(), "Bearer t0k-en");
        }
    }

    #[test]
    fn nothing_shows_a_secret() {
        let secret = Secret::new("hush".to_owned());
        assert_eq!(format!("{secret:?}"), "Secret(…)");
        assert!(!format!("{:?}", secret.bearer()).contains("hush"));
    }

    #[test]
    fn a_secret_is_found_in_every_spelling() {
        let secret = Secret::new("s3 cr/t+=%!\"\\ü~".to_owned());
        for text in [
            "x s3 cr/t+=%!\"\\ü~ y",
            r#"x s3 cr/t+=%!\"\\ü~ y"#,
            "a=1&s=s3+cr%2Ft%2B%3D%25%21%22%5C%C3%BC%7E&b",
            "a=1&s=s3%20cr%2ft%2b%3d%25!%22%5c%c3%bc~&b",
            "a=1&s=s3%20cr/t%2B=%25%21%22%5C%C3%BC~ 100%",
        ] {
            assert!(secret.is_in(&TextForms::of(text)), "{text}");
        }
        for text in ["", "100% + 5 %zz %2", "s3+cr"] {
            assert!(!secret.is_in(&TextForms::of(text)), "{text}");
        }
        assert!(!Secret::new("abc".to_owned()).is_in(&TextForms::of("abc")));
    }

    #[test]
    fn a_text_that_no_header_can_contain_is_found() {
        for text in ["a\nb", "a\0b", "пароль", "a\u{7f}"] {
            assert!(Secret::new(text.to_owned()).bearer().is_none(), "{text:?}");
        }
        for text in ["\r\n", " ", "\t"] {
            assert!(Secret::new(text.to_owned()).is_empty(), "{text:?}");
            assert_eq!(Secret::new(text.to_owned()).token_flaw(), Some("is empty"));
        }
        assert_eq!(Secret::new("tok-1".to_owned()).token_flaw(), None);
        for text in ["tok 1", "tok\t1", " tok", "tok\t"] {
            let secret = Secret::new(text.to_owned());
            assert!(secret.bearer().is_none(), "{text:?}");
            assert_eq!(secret.token_flaw(), Some("contains a blank or a tab, which no token has"), "{text:?}");
        }
        assert!(Secret::new("a\nb".to_owned()).token_flaw().unwrap().contains("line break"));
    }
}
