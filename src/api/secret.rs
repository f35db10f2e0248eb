//! Secrets: App Secrets and tokens.
//!
//! Owns the one type that holds them. It has neither `Display` nor `Serialize`, its `Debug` says nothing, and the one method
//! that reveals it is private to this room and has a name to search for: [`Secret::reveal_to_the_api`]; the address of a webhook
//! goes to that webhook alone.

use std::borrow::Cow;
use std::fmt;

use percent_encoding::percent_decode_str;
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

    /// The address of a webhook, for asking it.
    pub(super) fn reveal_to_the_webhook(&self) -> &str {
        self.0.expose_secret()
    }

    /// Takes this secret out of a text that the API wrote: as it is, as JSON writes it, and percent-encoded as it stood in our
    /// own form, in whichever spelling. A very short one is left: it would tear up every sentence.
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
        // Which characters are encoded, and how, differs from program to program; where it stands is then not known.
        let hidden = decoded(&text).contains(secret) || decoded(&text.replace('+', " ")).contains(secret);
        if hidden { BLANK.to_owned() } else { text }
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
    fn what_no_header_can_hold_is_found() {
        for text in ["a\nb", "a\0b", "пароль", "a\u{7f}"] {
            assert!(Secret::new(text.to_owned()).bearer().is_none(), "{text:?}");
        }
        assert!(Secret::new("\r\n".to_owned()).is_empty());
    }
}
