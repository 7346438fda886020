//! Signed web tokens (RFC 7515, RFC 7519): header, claims and signature in base64url, joined by dots. The header is JSON that names
//! its algorithm, the claims are a JSON object.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{Compact, Verdict};

/// What every header names.
#[derive(Deserialize)]
struct Header<'a> {
    #[serde(borrow)]
    alg: &'a str,
}

/// What claims are: an object with any names.
#[derive(Deserialize)]
struct Claims {
    #[serde(rename = "")]
    _nothing: Option<IgnoredAny>,
}

/// Web token with a signature.
pub(super) fn jwt(compact: &mut Compact<'_>, _in_context: bool) -> Verdict {
    let mut parts = compact.as_bytes().split(|b| *b == b'.');
    let (Some(header), Some(claims), Some(signature), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Verdict::Reject;
    };
    let mut buffer = [0; DECODED_MAX];
    let is_signed = decode(header, &mut buffer)
        .and_then(|json| serde_json::from_slice::<Header<'_>>(json).ok())
        .is_some_and(|header| header.alg != "none" && !header.alg.is_empty());
    let has_claims = decode(claims, &mut buffer)
        .is_some_and(|json| serde_json::from_slice::<Claims>(json).is_ok());
    let has_signature =
        signature.len() >= SIGNATURE_MIN && decode(signature, &mut buffer).is_some();
    match is_signed && has_claims && has_signature {
        true => Verdict::Valid,
        false => Verdict::Reject,
    }
}

/// Longest part of a token, decoded: more than a value can hold.
const DECODED_MAX: usize = 384;

/// Characters of the shortest signature, of 256 bits.
const SIGNATURE_MIN: usize = 43;

/// The bytes that base64url without padding writes. `None` if it is no such thing.
fn decode<'b>(text: &[u8], buffer: &'b mut [u8; DECODED_MAX]) -> Option<&'b [u8]> {
    let mut n = 0;
    for group in text.chunks(4) {
        let mut bits = 0;
        for byte in group {
            bits = bits << 6 | u32::from(sextet(*byte)?);
        }
        // Two characters hold a byte, three hold two.
        let n_bytes = group.len() * 6 / 8;
        if n_bytes == 0 {
            return None;
        }
        bits <<= 6 * (4 - group.len());
        let bytes = bits.to_be_bytes();
        buffer
            .get_mut(n..n + n_bytes)?
            .copy_from_slice(&bytes[1..=n_bytes]);
        n += n_bytes;
    }
    Some(&buffer[..n])
}

fn sextet(byte: u8) -> Option<u8> {
    Some(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'-' => 62,
        b'_' => 63,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, rejects};
    use super::*;

    /// The example of RFC 7519, 3.1.
    const EXAMPLE: &str = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt\
                           cGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

    #[test]
    fn accepts_the_published_example() {
        check(jwt, EXAMPLE, false, Verdict::Valid, EXAMPLE);
    }

    #[test]
    fn rejects_what_does_not_decode() {
        let (rest, signature) = EXAMPLE.rsplit_once('.').unwrap();
        let (header, claims) = rest.split_once('.').unwrap();
        for (token, why) in [
            (rest.to_owned(), "no signature"),
            (
                format!("{rest}.{}", &signature[..10]),
                "too short a signature",
            ),
            (format!("{claims}.{claims}.{signature}"), "no algorithm"),
            (
                format!("{header}.{signature}.{signature}"),
                "claims that are no JSON",
            ),
            (
                format!("eyJhbGciOiJub25lIn0.{claims}.{signature}"),
                "not signed",
            ),
            (format!("{rest}.{signature}.{signature}"), "four parts"),
            (String::new(), "nothing"),
        ] {
            rejects(jwt, &token, true, why);
        }
    }
}
