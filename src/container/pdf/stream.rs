//! Streams of a document, decoded within limits.
//!
//! The library that parses the objects decodes whatever it is told to. So what it decodes by itself (tables of objects, and
//! streams that hold objects) is measured before it may, and the rest is decoded here, where it stops at the limit. How images are
//! compressed is not known here.

use std::io::Read;

use flate2::read::ZlibDecoder;
use flate2::{Decompress, FlushDecompress, Status};
use hayro_syntax::Filter;
use hayro_syntax::object::{Dict, Object, Stream};

use super::lzw::{self, Predictor};
use crate::error::Reason;

/// Most bytes of one stream after decoding: of a page, a font's table, an attachment.
pub(super) const STREAM_BYTES_MAX: usize = 64 << 20;

/// The bytes of a stream as far as they go, and why they go no further if that is not to their end: some are missing or wrong,
/// there are too many of them (then none are given), or they are compressed in a way that text is not.
pub(super) fn decoded(stream: &Stream<'_>) -> (Vec<u8>, Option<Reason>) {
    let filters = stream.filters();
    let mut bytes = stream.raw_data().into_owned();
    // What cannot be decrypted is given as nothing.
    let len = stream.dict().get::<i64>("Length");
    if bytes.is_empty() && len.is_some_and(|len| len > 0) {
        return (bytes, Some(damaged()));
    }
    let mut broken = None;
    for (i, filter) in filters.into_iter().enumerate() {
        let (decoded, reason) = match filter {
            Filter::AsciiHexDecode => (hex(&bytes), None),
            Filter::Ascii85Decode => (base85(&bytes), None),
            Filter::FlateDecode => inflated(&bytes, STREAM_BYTES_MAX),
            Filter::LzwDecode => {
                let parameters = parameters(stream.dict(), i);
                let is_early = number(&parameters, "EarlyChange", 1) != 0;
                lzw::decoded(&bytes, is_early, STREAM_BYTES_MAX)
            }
            Filter::RunLengthDecode => run_lengths(&bytes),
            Filter::Crypt => (bytes, None),
            _ => {
                let reason = Reason::Unsupported("a method of compression".to_owned());
                return (Vec::new(), Some(reason));
            }
        };
        // What is wrong inside comes of what is wrong outside.
        broken = broken.or(reason);
        bytes = match filter {
            Filter::FlateDecode | Filter::LzwDecode => {
                match predictor(stream.dict(), i).undone(decoded) {
                    Ok(bytes) => bytes,
                    Err(reason) => return (Vec::new(), Some(broken.unwrap_or(reason))),
                }
            }
            _ => decoded,
        };
    }
    (bytes, broken)
}

/// What a stream says of one of its filters.
fn parameters<'s>(dict: &Dict<'s>, i: usize) -> Option<Dict<'s>> {
    let of = |key: &str| match dict.get::<Object<'s>>(key)? {
        Object::Dict(parameters) => Some(parameters),
        Object::Array(all) => all.iter::<Object<'s>>().nth(i)?.into_dict(),
        _ => None,
    };
    of("DecodeParms").or_else(|| of("DP"))
}

fn number(parameters: &Option<Dict<'_>>, key: &str, otherwise: i32) -> i32 {
    let number = parameters.as_ref().and_then(|dict| dict.get::<i32>(key));
    number.unwrap_or(otherwise)
}

fn predictor(dict: &Dict<'_>, i: usize) -> Predictor {
    let parameters = parameters(dict, i);
    Predictor {
        kind: number(&parameters, "Predictor", 1),
        n_colors: number(&parameters, "Colors", 1),
        n_bits: number(&parameters, "BitsPerComponent", 8),
        n_columns: number(&parameters, "Columns", 1),
    }
}

pub(super) fn damaged() -> Reason {
    Reason::Damaged("a stream of the document is not whole".to_owned())
}

pub(super) fn too_large(bytes_max: usize) -> Reason {
    let mib = bytes_max >> 20;
    Reason::Limit(format!("a stream of more than {mib} MiB"))
}

/// What deflate makes of bytes, as far as they go: a page whose end is missing is read to there. The sum behind them is not
/// looked at: where it alone is wrong, nothing is missing.
fn inflated(bytes: &[u8], bytes_max: usize) -> (Vec<u8>, Option<Reason>) {
    if bytes.is_empty() {
        return (Vec::new(), None);
    }
    // Some writers leave out the header, or get it wrong.
    let behind = bytes.get(2..).unwrap_or_default();
    let ways = match bytes.get(..2).is_some_and(is_zlib) {
        true => [behind, bytes],
        false => [bytes, behind],
    };
    let mut part = Vec::new();
    for raw in ways {
        let (out, is_whole) = raw_inflated(raw, bytes_max);
        if out.len() > bytes_max {
            return (Vec::new(), Some(too_large(bytes_max)));
        }
        if is_whole {
            return (out, None);
        }
        if part.is_empty() {
            part = out;
        }
    }
    (part, Some(damaged()))
}

/// What deflate makes of bytes without a header, little more than so many, and whether it comes to its end.
fn raw_inflated(bytes: &[u8], bytes_max: usize) -> (Vec<u8>, bool) {
    let mut inflater = Decompress::new(false);
    let mut out = Vec::new();
    let mut block = vec![0; 64 << 10];
    while out.len() <= bytes_max {
        let before = (inflater.total_in(), inflater.total_out());
        let rest = &bytes[before.0 as usize..];
        let status = inflater.decompress(rest, &mut block, FlushDecompress::None);
        out.extend_from_slice(&block[..(inflater.total_out() - before.1) as usize]);
        match status {
            Ok(Status::StreamEnd) => return (out, true),
            Ok(_) if (inflater.total_in(), inflater.total_out()) != before => {}
            Ok(_) | Err(_) => break,
        }
    }
    (out, false)
}

fn hex(bytes: &[u8]) -> Vec<u8> {
    let ends = bytes.iter().position(|b| *b == b'>');
    let digits = bytes[..ends.unwrap_or(bytes.len())]
        .iter()
        .filter_map(|b| char::from(*b).to_digit(16));
    let digits: Vec<u32> = digits.collect();
    let pairs = digits.chunks(2);
    pairs
        .map(|pair| (pair[0] << 4 | pair.get(1).copied().unwrap_or(0)) as u8)
        .collect()
}

fn base85(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() / 5 * 4 + 4);
    let (mut group, mut n) = (0u64, 0);
    for byte in bytes {
        match byte {
            b'z' if n == 0 => out.extend([0; 4]),
            b'!'..=b'u' => {
                group = group * 85 + u64::from(byte - b'!');
                n += 1;
                if n == 5 {
                    out.extend((group as u32).to_be_bytes());
                    (group, n) = (0, 0);
                }
            }
            b'~' => break,
            _ => {}
        }
    }
    if n > 1 {
        for _ in n..5 {
            group = group * 85 + 84;
        }
        out.extend(&(group as u32).to_be_bytes()[..n - 1]);
    }
    out
}

fn run_lengths(bytes: &[u8]) -> (Vec<u8>, Option<Reason>) {
    let (mut out, mut rest) = (Vec::new(), bytes);
    while let [length, tail @ ..] = rest {
        match (*length, tail) {
            (128, _) => break,
            (0..=127, _) => {
                let n = (usize::from(*length) + 1).min(tail.len());
                out.extend_from_slice(&tail[..n]);
                rest = &tail[n..];
            }
            (_, [byte, tail @ ..]) => {
                out.extend(std::iter::repeat_n(*byte, 257 - usize::from(*length)));
                rest = tail;
            }
            _ => break,
        }
        if out.len() > STREAM_BYTES_MAX {
            return (Vec::new(), Some(too_large(STREAM_BYTES_MAX)));
        }
    }
    (out, None)
}

/// Whether objects follow the last mark of the end, or there is none: then the tables of objects were put together anew, from
/// what is there.
pub(super) fn is_cut_off(document: &[u8]) -> bool {
    match memchr::memmem::rfind(document, b"%%EOF") {
        Some(at) => memchr::memmem::find(&document[at..], b"endobj").is_some(),
        None => true,
    }
}

/// Bytes that a stream of objects may have; an image, which is never decoded here, may have more.
pub(super) struct Bounds {
    objects_bytes_max: u64,
    image_bytes_max: u64,
}

impl Default for Bounds {
    fn default() -> Bounds {
        Bounds {
            objects_bytes_max: 256 << 20,
            image_bytes_max: 1 << 30,
        }
    }
}

/// Looks at every stream of a document, also those that its tables do not name, for one that becomes too large for memory.
/// Streams that are compressed twice are followed, encrypted ones cannot be.
pub(super) fn bomb(document: &[u8], limits: &Bounds) -> Option<Reason> {
    let mut searched = 0;
    for at in memchr::memmem::find_iter(document, b"stream") {
        if at < searched || document[..at].ends_with(b"end") {
            continue;
        }
        let body = &document[at + b"stream".len()..];
        let body = body.strip_prefix(b"\r").unwrap_or(body);
        let body = body.strip_prefix(b"\n").unwrap_or(body);
        let dict = &document[at.saturating_sub(1024)..at];
        let dict = match memchr::memmem::rfind(dict, b"obj") {
            Some(begin) => &dict[begin..],
            None => dict,
        };
        let is_image = memchr::memmem::find(dict, b"/Image").is_some();
        let limit = match is_image {
            true => limits.image_bytes_max,
            false => limits.objects_bytes_max,
        };
        let (n, n_in) = unpacked_len(body, limit);
        if n > limit {
            return Some(too_large(limit as usize));
        }
        searched = at + n_in;
    }
    None
}

/// How many bytes come out of a stream, at most little more than the limit, and how many went in.
fn unpacked_len(body: &[u8], limit: u64) -> (u64, usize) {
    if !body.get(..2).is_some_and(is_zlib) {
        return (0, 0);
    }
    let mut outer = ZlibDecoder::new(body);
    let mut block = vec![0; 64 << 10];
    let mut head: Vec<u8> = Vec::new();
    let mut n_out = 0;
    while n_out <= limit {
        match outer.read(&mut block) {
            Ok(0) | Err(_) => break,
            Ok(n) => {
                if head.len() < 2 {
                    head.extend_from_slice(&block[..n.min(2)]);
                }
                n_out += n as u64;
            }
        }
    }
    let n_in = outer.total_in() as usize;
    if head.get(..2).is_some_and(is_zlib) {
        // Compressed twice, or more often: as far as that goes.
        let twice = ZlibDecoder::new(ZlibDecoder::new(body));
        let n = count(twice, limit);
        let thrice = ZlibDecoder::new(ZlibDecoder::new(ZlibDecoder::new(body)));
        n_out = n_out.max(n).max(count(thrice, limit));
    }
    (n_out, n_in)
}

fn count(rdr: impl Read, limit: u64) -> u64 {
    let mut block = vec![0; 64 << 10];
    let (mut rdr, mut n) = (rdr, 0);
    while n <= limit {
        match rdr.read(&mut block) {
            Ok(0) | Err(_) => break,
            Ok(more) => n += more as u64,
        }
    }
    n
}

/// The header of RFC 1950: deflate, and a sum that 31 divides.
fn is_zlib(head: &[u8]) -> bool {
    head[0] & 0x0F == 8 && (u16::from(head[0]) << 8 | u16::from(head[1])) % 31 == 0
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn ascii_filters_give_the_bytes_back() {
        assert_eq!(hex(b"48 65 6C6c6F>junk"), b"Hello");
        assert_eq!(hex(b"7>"), [0x70]);
        assert_eq!(base85(b"87cURD]i,\"Ebo80~>"), b"Hello World!");
        assert_eq!(base85(b"z~>"), [0; 4]);
        assert_eq!(
            run_lengths(&[2, 1, 2, 3, 254, 9, 128, 7]),
            (vec![1, 2, 3, 9, 9, 9], None)
        );
    }

    fn zlib(bytes: &[u8]) -> Vec<u8> {
        let mut out = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        out.write_all(bytes).unwrap();
        out.finish().unwrap()
    }

    #[test]
    fn streams_that_become_too_large_are_found_before_they_are_decoded() {
        let limits = Bounds {
            objects_bytes_max: 4 << 20,
            image_bytes_max: 64 << 20,
        };
        let zeros = zlib(&vec![0; (4 << 20) + 1]);
        let bomb = |document: Vec<u8>| bomb(&document, &limits);
        let document = |dict: &str, body: &[u8]| {
            let head = format!("1 0 obj<<{dict}>>stream\r\n");
            [head.as_bytes(), body, b"\nendstream endobj"].concat()
        };
        assert!(bomb(document("/Type/ObjStm", &zeros)).is_some());
        assert!(bomb(document("/Type/XRef", &zlib(&zeros))).is_some());
        assert!(bomb(document("/Subtype/Image", &zeros)).is_none());
        assert!(bomb(document("/Type/ObjStm", &zlib(b"1 0 null"))).is_none());
        let limited = inflated(&zeros, 1 << 20);
        assert!(matches!(&limited, (out, Some(Reason::Limit(_))) if out.is_empty()));
    }

    /// What is left of a stream, and whether something is missing.
    #[track_caller]
    fn check_inflated(bytes: &[u8], want: &[u8], is_broken: bool) {
        let (out, reason) = inflated(bytes, 1 << 20);
        assert!(out == want, "{} of {} bytes", out.len(), want.len());
        assert_eq!(matches!(reason, Some(Reason::Damaged(_))), is_broken);
        assert_eq!(reason.is_some(), is_broken);
    }

    #[test]
    fn damage_after_the_first_byte_is_told_and_a_wrong_sum_is_none() {
        let text: Vec<u8> = (0..200_000u32)
            .map(|i| (i.wrapping_mul(i) >> 7) as u8)
            .collect();
        let whole = zlib(&text);
        let len = whole.len();
        check_inflated(&whole, &text, false);
        // Without its sum, with a wrong one, without its header, with a wrong one.
        check_inflated(&whole[..len - 4], &text, false);
        check_inflated(&[&whole[..len - 1], b"?"].concat(), &text, false);
        check_inflated(&whole[2..], &text, false);
        check_inflated(&[b"\x07\0", &whole[2..]].concat(), &text, false);
        check_inflated(b"", b"", false);
        let (part, reason) = inflated(&whole[..len / 2], 1 << 20);
        assert!(!part.is_empty() && text.starts_with(&part));
        assert!(matches!(reason, Some(Reason::Damaged(_))));
        check_inflated(b"\x78\x9C\xFF", b"", true);
    }
}
