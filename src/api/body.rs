//! The bytes of an answer: how many ringform reads, and how it unpacks them.
//!
//! Owns the size limit of an answer, and gzip. API: the rules of use require `Accept-Encoding: gzip`. Unpacking is here
//! and not in the HTTP client, so that a plain body costs nothing and an unpacked one is measured while it grows.

use std::io::Read;

use flate2::bufread::MultiGzDecoder;
use reqwest::Response;
use reqwest::header::{CONTENT_ENCODING, HeaderMap};

use crate::model::encoding::without_mark;

/// The most bytes that ringform reads of an answer, packed or not. 1 MiB: a client is about 1 KiB, so this is far above
/// any honest answer and small enough for thousands at a time.
pub(super) const LIMIT: usize = 1 << 20;

/// Why the body of an answer cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BodyError {
    /// More than [`LIMIT`].
    TooLarge,
    /// It ended early, or its packed bytes do not unpack: the connection broke.
    Broken,
    /// Packed in a way that ringform did not ask for.
    Encoding,
    /// JSON is UTF-8.
    Utf16,
}

impl BodyError {
    /// The reason, for a sentence that begins with "the answer".
    pub(super) fn reason(self) -> &'static str {
        match self {
            BodyError::TooLarge => "is larger than 1 MiB, and ringform did not read it",
            BodyError::Broken => "ended early",
            BodyError::Encoding => "has a content encoding that ringform did not ask for",
            BodyError::Utf16 => "is UTF-16, and JSON must be UTF-8",
        }
    }
}

/// Reads the body of an answer. `Content-Length` is only a hint.
pub(super) async fn receive(mut response: Response) -> Result<Vec<u8>, BodyError> {
    let packing = ContentEncoding::of(response.headers());
    let hint = response.content_length().and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
    let mut bytes = Vec::with_capacity(hint.min(64 << 10));
    while let Some(chunk) = response.chunk().await.map_err(|_| BodyError::Broken)? {
        if bytes.len() + chunk.len() > LIMIT {
            return Err(BodyError::TooLarge);
        }
        bytes.extend_from_slice(&chunk);
    }
    let bytes = match packing {
        ContentEncoding::None => bytes,
        _ if bytes.is_empty() => bytes,
        ContentEncoding::Gzip => unpack(&bytes)?,
        ContentEncoding::Other => return Err(BodyError::Encoding),
    };
    unmarked(bytes)
}

/// The bytes without a byte-order mark.
fn unmarked(mut bytes: Vec<u8>) -> Result<Vec<u8>, BodyError> {
    let length = without_mark(&bytes).map_err(|_| BodyError::Utf16)?.len();
    drop(bytes.drain(..bytes.len() - length));
    Ok(bytes)
}

enum ContentEncoding {
    None,
    Gzip,
    Other,
}

impl ContentEncoding {
    fn of(headers: &HeaderMap) -> ContentEncoding {
        let Some(value) = headers.get(CONTENT_ENCODING) else { return ContentEncoding::None };
        match value.to_str().map(str::trim).unwrap_or("?") {
            text if text.eq_ignore_ascii_case("gzip") || text.eq_ignore_ascii_case("x-gzip") => ContentEncoding::Gzip,
            text if text.is_empty() || text.eq_ignore_ascii_case("identity") => ContentEncoding::None,
            _ => ContentEncoding::Other,
        }
    }
}

fn unpack(bytes: &[u8]) -> Result<Vec<u8>, BodyError> {
    let mut plain = Vec::with_capacity(bytes.len().saturating_mul(4).min(64 << 10));
    let most = LIMIT as u64 + 1;
    MultiGzDecoder::new(bytes).take(most).read_to_end(&mut plain).map_err(|_| BodyError::Broken)?;
    if plain.len() > LIMIT { Err(BodyError::TooLarge) } else { Ok(plain) }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn pack(plain: &[u8]) -> Vec<u8> {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packer.write_all(plain).unwrap();
        packer.finish().unwrap()
    }

    #[test]
    fn a_whole_body_unpacks() {
        assert_eq!(unpack(&pack(b"{}")).unwrap(), b"{}");
        assert_eq!(unpack(&pack(&vec![b' '; LIMIT])).unwrap().len(), LIMIT);
    }

    #[test]
    fn a_byte_order_mark_is_not_content() {
        assert_eq!(unmarked(b"\xEF\xBB\xBF{}".to_vec()), Ok(b"{}".to_vec()));
        assert_eq!(unmarked(b"{}".to_vec()), Ok(b"{}".to_vec()));
        assert_eq!(unmarked(b"\xFF\xFE{\0}\0".to_vec()), Err(BodyError::Utf16));
        assert_eq!(unmarked(b"{\0}\0".to_vec()), Err(BodyError::Utf16));
    }

    #[test]
    fn a_bomb_and_a_torn_body_do_not() {
        assert_eq!(unpack(&pack(&vec![b' '; LIMIT + 1])), Err(BodyError::TooLarge));
        assert_eq!(unpack(&pack(&vec![b' '; 64 * LIMIT])), Err(BodyError::TooLarge));
        let whole = pack(b"{\"id\": 12}");
        for cut in 1..whole.len() {
            assert_eq!(unpack(&whole[..cut]), Err(BodyError::Broken), "{cut}");
        }
        assert_eq!(unpack(b"{\"id\": 12}"), Err(BodyError::Broken));
    }
}
