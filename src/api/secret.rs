//! Secrets: App Secrets and tokens.
//!
//! Owns the one type that holds them. It has neither `Display` nor `Serialize`, its `Debug` says nothing, and the one method
//! that reveals it is private to this room and has a name to search for: [`Secret::reveal_to_the_api`].

use std::fmt;

use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};

/// A text that is never shown.
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// Takes a secret as it was found. Line ends at its end are cut off: files and variables often carry one or more, and no
    /// header may hold one.
    pub fn new(mut text: String) -> Secret {
        let kept = text.trim_end_matches(['\n', '\r']).len();
        text.truncate(kept);
        Secret(SecretString::from(text))
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.expose_secret().is_empty()
    }

    /// The text itself. Only what is sent to the API may hold it.
    pub(super) fn reveal_to_the_api(&self) -> &str {
        self.0.expose_secret()
    }

    /// The value of an `Authorization` header, marked so that no HTTP library prints it. `None` when it holds a character
    /// that no header can carry, such as a line break in the middle.
    pub(super) fn bearer(&self) -> Option<HeaderValue> {
        // The header type takes any byte from 128 on; servers do not.
        let token = Some(self.reveal_to_the_api()).filter(|token| token.is_ascii())?;
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
    fn line_ends_at_the_end_are_no_part_of_a_secret() {
        for end in ["", "\n", "\r\n", "\n\n", "\r\n\r\n"] {
            let secret = Secret::new(format!("t0k en{end}"));
            assert_eq!(secret.reveal_to_the_api(), "t0k en", "{end:?}");
            assert_eq!(secret.bearer().unwrap(), "Bearer t0k en");
        }
    }

    #[test]
    fn nothing_shows_a_secret() {
        let secret = Secret::new("hush".to_owned());
        assert_eq!(format!("{secret:?}"), "Secret(…)");
        assert!(!format!("{:?}", secret.bearer()).contains("hush"));
    }

    #[test]
    fn what_no_header_can_hold_is_found() {
        for text in ["a\nb", "a\0b", "пароль", "a\u{7f}"] {
            assert!(Secret::new(text.to_owned()).bearer().is_none(), "{text:?}");
        }
        assert!(Secret::new("\r\n".to_owned()).is_empty());
    }
}
