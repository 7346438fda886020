//! One line at a time: what to do with bytes that are not valid in the encoding of the file.
//!
//! A line is the unit of judgement, because a dump that was pasted together changes its encoding
//! from line to line, not within one. Nothing here reads.

use encoding_rs::{Encoding, GB18030};
use memchr::{memchr, memrchr};

use super::detect::{GbPairs, Utf8Evidence};

/// A longer line is judged in pieces of at most this many bytes, so that a dump with 24 MB on one
/// line neither waits for its end nor is lost to one broken byte.
pub(super) const UNIT_BYTES_MAX: usize = 64 << 10;

/// How far back from the limit a place to cut is looked for.
const CUT_BACK_BYTES: usize = 4 << 10;

/// A line in a file of another encoding is UTF-8 without doubt when it is valid and has this many
/// characters of three bytes and none of two. Chinese in GBK looks like that by chance less than
/// once in a million lines.
const CERTAIN_CHARS: usize = 3;

/// Length of the first line of `bytes` with its line feed, or of its first piece; `None` when its
/// end is not in sight. `bytes` begins where a line or a piece begins.
fn unit_len(bytes: &[u8]) -> Option<usize> {
    let window = &bytes[..bytes.len().min(UNIT_BYTES_MAX)];
    match memchr(b'\n', window) {
        Some(at) => Some(at + 1),
        None => (window.len() == UNIT_BYTES_MAX).then(|| cut(window)),
    }
}

/// Length of all complete lines and pieces at the begin of `bytes`.
pub(super) fn complete_len(bytes: &[u8]) -> usize {
    let mut end = memrchr(b'\n', bytes).map_or(0, |at| at + 1);
    while let Some(len) = unit_len(&bytes[end..]) {
        end += len;
    }
    end
}

/// Where to cut a line that is too long: behind a byte below `0`, which is no part of a longer
/// character in any of the encodings; in a stretch without one, in front of an incomplete UTF-8
/// sequence.
fn cut(window: &[u8]) -> usize {
    let back = window.len().saturating_sub(CUT_BACK_BYTES);
    match window[back..].iter().rposition(|&b| b < b'0') {
        Some(at) => back + at + 1,
        None => window.len() - incomplete_len(window),
    }
}

/// Length of the UTF-8 sequence at the end of `bytes` that lacks its last bytes; 0 when there is
/// none.
pub(super) fn incomplete_len(bytes: &[u8]) -> usize {
    for back in 1..=bytes.len().min(3) {
        let needed = match bytes[bytes.len() - back] {
            0x80..=0xBF => continue,
            0xC2..=0xDF => 2,
            0xE0..=0xEF => 3,
            0xF0..=0xF4 => 4,
            _ => 1,
        };
        return if needed > back { back } else { 0 };
    }
    0
}

/// Makes `out[from..]`, which are whole lines, valid UTF-8. `scratch` is memory to work in.
pub(super) fn repair_utf8(out: &mut Vec<u8>, from: usize, scratch: &mut Vec<u8>) {
    let valid = Encoding::utf8_valid_up_to(&out[from..]);
    if from + valid == out.len() {
        return;
    }
    scratch.clear();
    scratch.extend_from_slice(&out[from..]);
    out.truncate(from);
    let mut at = 0;
    while at < scratch.len() {
        let bad = at + Encoding::utf8_valid_up_to(&scratch[at..]);
        if bad == scratch.len() {
            out.extend_from_slice(&scratch[at..]);
            return;
        }
        let mut begin = memrchr(b'\n', &scratch[at..bad]).map_or(at, |i| at + i + 1);
        let mut end = end_of_unit(scratch, begin);
        while end <= bad {
            begin = end;
            end = end_of_unit(scratch, begin);
        }
        out.extend_from_slice(&scratch[at..begin]);
        push_broken(out, &scratch[begin..end]);
        at = end;
    }
}

fn end_of_unit(bytes: &[u8], begin: usize) -> usize {
    unit_len(&bytes[begin..]).map_or(bytes.len(), |len| begin + len)
}

/// Appends a line that is not valid UTF-8: as GB18030 if it is that, else with U+FFFD for what is
/// broken (one for each maximal part of a sequence, as the Unicode Standard recommends in section
/// 3.9).
fn push_broken(out: &mut Vec<u8>, unit: &[u8]) {
    // UTF-8 that lost a byte is often valid GB18030 as well, so the evidence must speak against
    // UTF-8
    if !Utf8Evidence::of(unit).is_utf8()
        && GbPairs::of(unit).is_plausible()
        && let Some(text) = GB18030.decode_without_bom_handling_and_without_replacement(unit)
    {
        out.extend_from_slice(text.as_bytes());
        return;
    }
    for chunk in unit.utf8_chunks() {
        out.extend_from_slice(chunk.valid().as_bytes());
        if !chunk.invalid().is_empty() {
            out.extend_from_slice("\u{FFFD}".as_bytes());
        }
    }
}

/// Appends `raw`, which are whole lines in a file of `encoding` (GB18030 or Big5), as UTF-8.
pub(super) fn push_legacy(out: &mut Vec<u8>, raw: &[u8], encoding: &'static Encoding) {
    let mut done = 0;
    let mut at = 0;
    while at < raw.len() {
        let end = end_of_unit(raw, at);
        if is_certainly_utf8(&raw[at..end]) {
            push_lines(out, &raw[done..at], encoding);
            out.extend_from_slice(&raw[at..end]);
            done = end;
        }
        at = end;
    }
    push_lines(out, &raw[done..], encoding);
}

/// Appends lines in `encoding`; if any of them is malformed, each by itself.
fn push_lines(out: &mut Vec<u8>, raw: &[u8], encoding: &'static Encoding) {
    if let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(raw) {
        out.extend_from_slice(text.as_bytes());
        return;
    }
    let mut at = 0;
    while at < raw.len() {
        let end = end_of_unit(raw, at);
        let unit = &raw[at..end];
        if std::str::from_utf8(unit).is_ok() {
            match encoding.decode_without_bom_handling_and_without_replacement(unit) {
                Some(text) => out.extend_from_slice(text.as_bytes()),
                None => out.extend_from_slice(unit),
            }
        } else {
            let (text, _) = encoding.decode_without_bom_handling(unit);
            out.extend_from_slice(text.as_bytes());
        }
        at = end;
    }
}

fn is_certainly_utf8(unit: &[u8]) -> bool {
    if unit.is_ascii() || std::str::from_utf8(unit).is_err() {
        return false;
    }
    let n_of_two = unit.iter().filter(|b| (0xC2..=0xDF).contains(*b)).count();
    let n_of_three = unit.iter().filter(|b| (0xE3..=0xEF).contains(*b)).count();
    n_of_two == 0 && n_of_three >= CERTAIN_CHARS
}
