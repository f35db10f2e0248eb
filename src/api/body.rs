//! The bytes of an answer: how many are taken, and how they are unpacked.
//!
//! Owns the limit of an answer's size and gzip. API: `Accept-Encoding: gzip` is required by the rules of use. It is done here
//! and not in the HTTP client, so that a plain body costs nothing and an unpacked one is measured while it grows.

use std::io::Read;

use flate2::bufread::MultiGzDecoder;
use reqwest::Response;
use reqwest::header::{CONTENT_ENCODING, HeaderMap};

/// The most bytes that are taken of an answer, packed or not. 1 MiB: a client is about 1 KiB, so this is far from any honest
/// answer and small enough for thousands at once.
pub(super) const LIMIT: usize = 1 << 20;

/// Why the bytes of an answer cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    /// More than [`LIMIT`].
    TooLarge,
    /// It ended early, or what was packed does not unpack: the connection broke.
    Broken,
    /// Packed in a way that was not asked for.
    Encoding,
}

/// Takes the body of an answer. What the answer says about its length is only a hint.
pub(super) async fn receive(mut response: Response) -> Result<Vec<u8>, Flaw> {
    let packing = Packing::of(response.headers());
    let hint = response.content_length().and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
    let mut bytes = Vec::with_capacity(hint.min(64 << 10));
    while let Some(chunk) = response.chunk().await.map_err(|_| Flaw::Broken)? {
        if bytes.len() + chunk.len() > LIMIT {
            return Err(Flaw::TooLarge);
        }
        bytes.extend_from_slice(&chunk);
    }
    match packing {
        Packing::None => Ok(bytes),
        _ if bytes.is_empty() => Ok(bytes),
        Packing::Gzip => unpack(&bytes),
        Packing::Other => Err(Flaw::Encoding),
    }
}

enum Packing {
    None,
    Gzip,
    Other,
}

impl Packing {
    fn of(headers: &HeaderMap) -> Packing {
        let Some(value) = headers.get(CONTENT_ENCODING) else { return Packing::None };
        match value.to_str().map(str::trim).unwrap_or("?") {
            text if text.eq_ignore_ascii_case("gzip") || text.eq_ignore_ascii_case("x-gzip") => Packing::Gzip,
            text if text.is_empty() || text.eq_ignore_ascii_case("identity") => Packing::None,
            _ => Packing::Other,
        }
    }
}

fn unpack(bytes: &[u8]) -> Result<Vec<u8>, Flaw> {
    let mut plain = Vec::with_capacity(bytes.len().saturating_mul(4).min(64 << 10));
    let most = LIMIT as u64 + 1;
    MultiGzDecoder::new(bytes).take(most).read_to_end(&mut plain).map_err(|_| Flaw::Broken)?;
    if plain.len() > LIMIT { Err(Flaw::TooLarge) } else { Ok(plain) }
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
    fn what_is_whole_unpacks() {
        assert_eq!(unpack(&pack(b"{}")).unwrap(), b"{}");
        assert_eq!(unpack(&pack(&vec![b' '; LIMIT])).unwrap().len(), LIMIT);
    }

    #[test]
    fn a_bomb_and_a_torn_body_do_not() {
        assert_eq!(unpack(&pack(&vec![b' '; LIMIT + 1])), Err(Flaw::TooLarge));
        assert_eq!(unpack(&pack(&vec![b' '; 64 * LIMIT])), Err(Flaw::TooLarge));
        let whole = pack(b"{\"id\": 12}");
        for cut in 1..whole.len() {
            assert_eq!(unpack(&whole[..cut]), Err(Flaw::Broken), "{cut}");
        }
        assert_eq!(unpack(b"{\"id\": 12}"), Err(Flaw::Broken));
    }
}
