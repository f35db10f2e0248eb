//! The forms in which a text may repeat a secret.
//!
//! Owns the search: as it is, spaced out, escaped, encoded. It knows no answer and holds no secret of its own. A secret
//! that is found too often costs a quotation; one that is missed is public.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// How many layers of escapes are undone: JSON in a form in a page is three.
const LAYERS: usize = 3;

/// With fewer letters and digits than this, a match of these could be chance.
const LETTERS: usize = 6;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A text with each of its layers undone, ready for a search.
pub(super) struct TextForms {
    exact: Vec<String>,
    letters: Vec<String>,
}

impl TextForms {
    pub(super) fn of(text: &str) -> TextForms {
        let mut exact = vec![text.to_owned(), text.replace('+', " ")];
        for form in [text.to_owned(), text.replace('+', " ")] {
            let mut last = form;
            for _ in 0..LAYERS {
                let next = unescaped(&last);
                if next == last {
                    break;
                }
                exact.push(next.clone());
                last = next;
            }
        }
        let bare: Vec<String> = exact.iter().filter(|form| form.contains('<')).map(|form| without_tags(form)).collect();
        exact.extend(bare);
        let packed: Vec<String> = exact.iter().flat_map(|form| unpacked(form)).collect();
        let inner: Vec<String> = packed.iter().map(|form| unescaped(form)).collect();
        // Base64 of base64: the header of a request, once more.
        let twice: Vec<String> = packed.iter().flat_map(|form| unpacked(form)).collect();
        exact.extend(packed);
        exact.extend(inner);
        exact.extend(twice);
        let letters = exact.iter().map(|form| letters_of(form)).collect();
        TextForms { exact, letters }
    }

    /// Whether one of the forms holds the secret.
    pub(super) fn contain(&self, secret: &str) -> bool {
        let letters = letters_of(secret);
        self.exact.iter().any(|form| form.contains(secret))
            || (letters.chars().count() >= LETTERS && self.letters.iter().any(|form| form.contains(&letters)))
    }
}

/// Only letters and digits, in lower case: what is left when blanks, NUL and zero-width characters, and marks between
/// the letters are taken away.
fn letters_of(text: &str) -> String {
    text.chars().map(half_width).filter(|c| c.is_alphanumeric()).map(|c| c.to_ascii_lowercase()).collect()
}

/// The ASCII character of a full-width one.
fn half_width(c: char) -> char {
    match u32::from(c) {
        code @ 0xff01..=0xff5e => char::from_u32(code - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

/// The text of a page: `s3c<wbr>r3t` reads as one word.
fn without_tags(text: &str) -> String {
    let mut parts = text.split('<');
    let start = parts.next().unwrap_or_default().to_owned();
    parts.fold(start, |text, part| text + part.split_once('>').map_or(part, |(_, rest)| rest))
}

/// The text with one layer of escapes undone: `%73`, `\u0073`, `\x73`, `\163`, `&#115;`, `&#x73;`, `&amp;` and `\"`.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (value, length) = match first {
            '%' => percent(rest),
            '\\' => backslash(rest),
            '&' => entity(rest),
            _ => None,
        }
        .unwrap_or((DecodedPiece::Text(first), first.len_utf8()));
        match value {
            DecodedPiece::Byte(byte) => bytes.push(byte),
            DecodedPiece::Text(letter) => bytes.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes()),
            DecodedPiece::Nothing => {}
        }
        rest = &rest[length..];
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// What one escape stands for.
enum DecodedPiece {
    Byte(u8),
    Text(char),
    Nothing,
}

fn percent(text: &str) -> Option<(DecodedPiece, usize)> {
    let byte = u8::from_str_radix(hex(text.get(1..3)?)?, 16).ok()?;
    Some((DecodedPiece::Byte(byte), 3))
}

fn backslash(text: &str) -> Option<(DecodedPiece, usize)> {
    let second = text[1..].chars().next()?;
    match second {
        'u' => {
            let code = u32::from_str_radix(hex(text.get(2..6)?)?, 16).ok()?;
            Some((char::from_u32(code).map_or(DecodedPiece::Nothing, DecodedPiece::Text), 6))
        }
        'x' => Some((DecodedPiece::Byte(u8::from_str_radix(hex(text.get(2..4)?)?, 16).ok()?), 4)),
        '0'..='3' => {
            let digits = text.get(1..4)?.bytes().all(|b| matches!(b, b'0'..=b'7'));
            Some((DecodedPiece::Byte(u8::from_str_radix(text.get(1..4).filter(|_| digits)?, 8).ok()?), 4))
        }
        '"' | '\\' | '/' | '\'' => Some((DecodedPiece::Text(second), 2)),
        _ => None,
    }
}

fn entity(text: &str) -> Option<(DecodedPiece, usize)> {
    let body = &text[1..];
    if let Some(number) = body.strip_prefix('#') {
        let (radix, digits) = match number.strip_prefix(['x', 'X']) {
            Some(digits) => (16, digits),
            None => (10, number),
        };
        let length = digits.find(|c: char| !c.is_digit(radix)).unwrap_or(digits.len());
        let code = u32::from_str_radix(digits.get(..length).filter(|digits| !digits.is_empty())?, radix).ok()?;
        let consumed = text.len() - digits.len() + length;
        let consumed = consumed + usize::from(text[consumed..].starts_with(';'));
        return Some((char::from_u32(code).map_or(DecodedPiece::Nothing, DecodedPiece::Text), consumed));
    }
    let end = body.char_indices().take(12).find(|(_, c)| *c == ';')?.0;
    let name = body[..end].to_ascii_lowercase();
    if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return None;
    }
    let value = match name.as_str() {
        "amp" => DecodedPiece::Text('&'),
        "lt" => DecodedPiece::Text('<'),
        "gt" => DecodedPiece::Text('>'),
        "quot" => DecodedPiece::Text('"'),
        "apos" => DecodedPiece::Text('\''),
        // The others that matter here are marks and blanks, which the search does not need.
        _ => DecodedPiece::Nothing,
    };
    Some((value, end + 2))
}

fn hex(digits: &str) -> Option<&str> {
    digits.bytes().all(|b| b.is_ascii_hexdigit()).then_some(digits)
}

/// What the text holds in base64, of either alphabet, and in hex. Where it begins is not known, so each offset is tried.
fn unpacked(text: &str) -> Vec<String> {
    let packed: Vec<u8> = text
        .bytes()
        .filter_map(|byte| match byte {
            b'-' => Some(b'+'),
            b'_' => Some(b'/'),
            b'+' | b'/' => Some(byte),
            _ => byte.is_ascii_alphanumeric().then_some(byte),
        })
        .collect();
    let mut forms = Vec::new();
    for offset in 0..4 {
        let Some(part) = packed.get(offset..) else { continue };
        let length = part.len() - usize::from(part.len() % 4 == 1);
        if let Ok(bytes) = BASE64.decode(&part[..length]) {
            forms.push(String::from_utf8_lossy(&bytes).into_owned());
        }
    }
    let digits: Vec<u8> =
        text.chars().filter_map(|c| c.to_digit(16)).filter_map(|digit| u8::try_from(digit).ok()).collect();
    for offset in 0..2 {
        let Some(part) = digits.get(offset..) else { continue };
        let bytes: Vec<u8> = part.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect();
        forms.push(String::from_utf8_lossy(&bytes).into_owned());
    }
    forms
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "s3cr3t-of-app";

    fn between(letters: &str, mark: &str) -> String {
        letters.chars().map(|c| format!("{c}{mark}")).collect()
    }

    #[test]
    fn a_secret_is_found_in_every_form() {
        let standard = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
        let url_safe = |text: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
        let utf16: Vec<u8> = SECRET.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let hex: String = SECRET.bytes().map(|b| format!("{b:02x}")).collect();
        for form in [
            SECRET.to_owned(),
            SECRET.to_uppercase(),
            String::from_utf8(utf16.clone()).unwrap(),
            base64::engine::general_purpose::STANDARD.encode(&utf16),
            between(SECRET, "\u{200b}"),
            between(SECRET, "\0"),
            between(SECRET, " "),
            SECRET.bytes().map(|b| format!("&#{b};")).collect(),
            SECRET.bytes().map(|b| format!("&#x{b:X};")).collect(),
            SECRET.bytes().map(|b| format!("&#{b:05}")).collect(),
            SECRET.replace('-', "&hyphen;"),
            SECRET.bytes().map(|b| format!("%{b:02x}")).collect(),
            SECRET.bytes().map(|b| format!("%25{b:02X}")).collect(),
            SECRET.bytes().map(|b| format!("\\u{b:04x}")).collect(),
            SECRET.bytes().map(|b| format!("\\x{b:02x}")).collect(),
            standard(SECRET),
            url_safe(SECRET),
            standard(&format!("my-app:{SECRET}")),
            url_safe(&format!("я:{SECRET}")),
            standard(&format!("my-app:{SECRET}")).replace('=', "%3D"),
            between(&standard(SECRET), "\r\n"),
            hex.to_uppercase(),
            hex,
            standard(&standard(SECRET)),
            SECRET.bytes().map(|b| format!("\\{b:03o}")).collect(),
            SECRET.chars().map(|c| char::from_u32(u32::from(c) + 0xfee0).unwrap()).collect(),
            between(SECRET, "<wbr>"),
            between(SECRET, "<b class='x'>"),
        ] {
            for text in [form.clone(), format!("not valid: {form}"), format!("a{form}b"), format!("<p>ab {form}</p>")] {
                assert!(TextForms::of(&text).contain(SECRET), "{text:?}");
            }
        }
    }

    #[test]
    fn other_texts_hold_no_secret() {
        for text in
            ["", "the client secret of this app is not valid", "100% + 5 %zz %2 &#; &x \\u12", "c2VjcmV0 s3cr3t"]
        {
            assert!(!TextForms::of(text).contain(SECRET), "{text}");
        }
        // Too few letters for more than an exact search.
        assert!(TextForms::of("a 1-2").contain("1-2") && !TextForms::of("a 12").contain("1-2"));
    }
}
