//! Streams of a document, decoded within limits.
//!
//! The library that parses the objects decodes whatever it is told to. So what it decodes by itself (tables of objects, and
//! streams that hold objects) is measured before it may, and the rest is decoded here, where it stops at the limit.

use std::io::Read;

use flate2::read::{DeflateDecoder, ZlibDecoder};
use hayro_syntax::Filter;
use hayro_syntax::object::{Array, Dict, Stream};

use crate::error::Reason;

/// Most bytes of one stream after decoding: of a page, a font's table, an attachment.
pub(super) const STREAM_BYTES_MAX: usize = 64 << 20;

/// Most bytes of a stream that only the library decodes, before decoding: LZW makes at most 1,365 of one.
const FOREIGN_BYTES_MAX: usize = 48 << 10;

/// The bytes of a stream.
///
/// # Errors
/// When there are too many of them, or they are compressed in a way that text is not.
pub(super) fn decoded(stream: &Stream<'_>) -> Result<Vec<u8>, Reason> {
    let filters = stream.filters();
    let mut bytes = stream.raw_data().into_owned();
    let is_plain = filters.iter().all(|filter| {
        matches!(
            filter,
            Filter::AsciiHexDecode
                | Filter::Ascii85Decode
                | Filter::FlateDecode
                | Filter::RunLengthDecode
                | Filter::Crypt
        )
    });
    if !is_plain || has_predictor(stream.dict()) {
        if bytes.len() > FOREIGN_BYTES_MAX || filters.len() > 1 {
            return Err(Reason::Unsupported("a method of compression".to_owned()));
        }
        let decoded = stream.decoded_data();
        return match decoded {
            Ok(bytes) => Ok(bytes.into_owned()),
            Err(_) => Err(damaged()),
        };
    }
    for filter in filters {
        bytes = match filter {
            Filter::AsciiHexDecode => hex(&bytes),
            Filter::Ascii85Decode => base85(&bytes),
            Filter::FlateDecode => inflated(&bytes, STREAM_BYTES_MAX)?,
            Filter::RunLengthDecode => run_lengths(&bytes)?,
            _ => bytes,
        };
    }
    Ok(bytes)
}

fn has_predictor(dict: &Dict<'_>) -> bool {
    let of = |dict: Dict<'_>| dict.get::<i32>("Predictor").is_some_and(|p| p > 1);
    ["DecodeParms", "DP"].iter().any(|key| {
        dict.get::<Dict<'_>>(key).is_some_and(of)
            || dict
                .get::<Array<'_>>(key)
                .is_some_and(|array| array.iter::<Dict<'_>>().any(of))
    })
}

fn damaged() -> Reason {
    Reason::Damaged("a stream of the document is not whole".to_owned())
}

fn too_large(bytes_max: usize) -> Reason {
    let mib = bytes_max >> 20;
    Reason::Limit(format!("a stream of more than {mib} MiB"))
}

/// What deflate makes of bytes, as far as they go: a page whose end is missing is read to there.
fn inflated(bytes: &[u8], bytes_max: usize) -> Result<Vec<u8>, Reason> {
    let mut out = Vec::new();
    let limit = bytes_max as u64 + 1;
    let whole = ZlibDecoder::new(bytes).take(limit).read_to_end(&mut out);
    if whole.is_err() && out.is_empty() {
        // Some writers leave out the header, or get it wrong.
        for raw in [bytes, bytes.get(2..).unwrap_or_default()] {
            let _ = DeflateDecoder::new(raw).take(limit).read_to_end(&mut out);
            if !out.is_empty() {
                break;
            }
        }
    }
    match out.len() {
        0 if !bytes.is_empty() && whole.is_err() => Err(damaged()),
        n if n > bytes_max => Err(too_large(bytes_max)),
        _ => Ok(out),
    }
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

fn run_lengths(bytes: &[u8]) -> Result<Vec<u8>, Reason> {
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
            return Err(too_large(STREAM_BYTES_MAX));
        }
    }
    Ok(out)
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
            run_lengths(&[2, 1, 2, 3, 254, 9, 128, 7]).unwrap(),
            [1, 2, 3, 9, 9, 9]
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
        assert!(inflated(&zeros, 1 << 20).is_err());
    }
}
