//! The encoding of a text that came as bytes.
//!
//! Owns the byte-order mark and the recognition of UTF-16. It must not know which format the text has.

/// The text is UTF-16, which no format of ringform is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Utf16;

/// The bytes without a byte-order mark, which is not content.
pub fn without_mark(bytes: &[u8]) -> Result<&[u8], Utf16> {
    match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => Ok(rest),
        // Each format begins with an ASCII character, so UTF-16 without a mark has a NUL as its first or second byte.
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [0, 1..=255, ..] | [1..=255, 0, ..] => Err(Utf16),
        _ => Ok(bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_not_content_and_utf_16_has_a_name() {
        assert_eq!(without_mark(b"\xEF\xBB\xBF{}"), Ok(&b"{}"[..]));
        assert_eq!(without_mark(b"{}"), Ok(&b"{}"[..]));
        assert_eq!(without_mark(b""), Ok(&b""[..]));
        assert_eq!(without_mark(b"{"), Ok(&b"{"[..]));
        for bytes in [&b"\xFF\xFE{\0}\0"[..], b"\xFE\xFF\0{\0}", b"{\0}\0", b"\0{\0}"] {
            assert_eq!(without_mark(bytes), Err(Utf16), "{bytes:?}");
        }
    }
}
