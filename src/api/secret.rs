//! Secrets: App Secrets and tokens.
//!
//! Owns the one type that holds them. It has neither `Display` nor `Serialize`, and its `Debug` shows nothing. Two
//! methods reveal it, both private to this room: [`Secret::reveal_to_the_api`], and for the address of a webhook
//! [`Secret::reveal_to_the_webhook`].

use std::borrow::Cow;
use std::fmt;

use percent_encoding::percent_decode_str;
use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};

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

    /// Whether it is empty.
    pub(super) fn is_empty(&self) -> bool {
        self.0.expose_secret().is_empty()
    }

    /// The text itself. Only a request to the API may contain it.
    pub(super) fn reveal_to_the_api(&self) -> &str {
        self.0.expose_secret()
    }

    /// The address of a webhook. Only a request to that webhook may contain it.
    pub(super) fn reveal_to_the_webhook(&self) -> &str {
        self.0.expose_secret()
    }

    /// Takes this secret out of a text that the API wrote: as it is, as JSON writes it, and percent-encoded in any
    /// spelling. A very short secret stays: blanking it would damage every sentence.
    pub(super) fn blank(&self, text: String) -> String {
        const BLANK: &str = "[secret]";
        let secret = self.reveal_to_the_api();
        if secret.len() < 4 {
            return text;
        }
        let text = if text.contains(secret) { text.replace(secret, BLANK) } else { text };
        let quoted = serde_json::Value::from(secret).to_string();
        let quoted = &quoted[1..quoted.len() - 1];
        let text = if text.contains(quoted) { text.replace(quoted, BLANK) } else { text };
        if !text.contains('%') && !text.contains('+') {
            return text;
        }
        // Programs differ in which characters they encode and how, so the place of the secret in the text is unknown.
        let hidden = decoded(&text).contains(secret) || decoded(&text.replace('+', " ")).contains(secret);
        if hidden { BLANK.to_owned() } else { text }
    }

    /// The value of an `Authorization` header, marked so that no HTTP library prints it. `None` when it holds a
    /// character that no header can carry, such as a line break in the middle.
    pub(super) fn bearer(&self) -> Option<HeaderValue> {
        // The header type takes any byte from 128 on; servers do not.
        let token = Some(self.reveal_to_the_api()).filter(|token| token.is_ascii())?;
        let mut value = HeaderValue::from_str(&format!("Bearer {token}")).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}

/// A text with its percent-encoding undone.
fn decoded(text: &str) -> Cow<'_, str> {
    percent_decode_str(text).decode_utf8_lossy()
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
    fn a_secret_is_found_in_every_spelling() {
        let secret = Secret::new("s3 cr/t+=%!\"\\ü~".to_owned());
        for text in [
            "x s3 cr/t+=%!\"\\ü~ y",
            r#"x s3 cr/t+=%!\"\\ü~ y"#,
            "a=1&s=s3+cr%2Ft%2B%3D%25%21%22%5C%C3%BC%7E&b",
            "a=1&s=s3%20cr%2ft%2b%3d%25!%22%5c%c3%bc~&b",
            "a=1&s=s3%20cr/t%2B=%25%21%22%5C%C3%BC~ 100%",
        ] {
            let blank = secret.blank(text.to_owned());
            assert!(blank.contains("[secret]") && !blank.contains("s3"), "{blank}");
        }
        for text in ["", "100% + 5 %zz %2", "s3+cr"] {
            assert_eq!(secret.blank(text.to_owned()), text);
        }
        assert_eq!(Secret::new("abc".to_owned()).blank("abc".to_owned()), "abc");
    }

    #[test]
    fn a_text_that_no_header_can_contain_is_found() {
        for text in ["a\nb", "a\0b", "пароль", "a\u{7f}"] {
            assert!(Secret::new(text.to_owned()).bearer().is_none(), "{text:?}");
        }
        assert!(Secret::new("\r\n".to_owned()).is_empty());
    }
}
