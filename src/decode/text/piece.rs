//! Lines cut to a bounded length.
//!
//! Shared by the decoders that split by lines. Knows nothing of records.

use memchr::memchr;

/// How far back from the limit a place to cut is looked for: longer than any value that is
/// detected.
const CUT_BACK_BYTES: usize = 4 << 10;

/// A line, or a piece of a line that is too long.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::decode) struct Piece {
    /// Where its text ends.
    pub(in crate::decode) end: usize,
    /// Where the next one begins.
    pub(in crate::decode) next: usize,
    /// Whether the line ends with it.
    pub(in crate::decode) ends_line: bool,
}

/// The line at `start`, or as much of it as `bytes_max` allows; `None` when more text is needed to
/// tell. `is_last` says that no more follows. The result depends on what follows `start` alone, not
/// on where a block ended.
pub(in crate::decode) fn next_piece(
    text: &[u8],
    start: usize,
    is_last: bool,
    bytes_max: usize,
) -> Option<Piece> {
    let window = &text[start..text.len().min(start.saturating_add(bytes_max))];
    let (len, skip) = match memchr(b'\n', window) {
        Some(at) => (at, 1),
        None if window.len() == bytes_max && start + bytes_max < text.len() => {
            (cut(window, text[start + bytes_max]), 0)
        }
        None if is_last => (window.len(), 0),
        None => return None,
    };
    let end = start + len;
    Some(Piece {
        end: end - usize::from(len > 0 && text[end - 1] == b'\r'),
        next: end + skip,
        ends_line: skip == 1,
    })
}

/// Where to cut a window of a long line: behind white space or a separator, else behind any other
/// sign, else between characters, so that a value near the limit stays whole in one piece or the
/// other. `next` is the byte behind it.
fn cut(window: &[u8], next: u8) -> usize {
    let back = window.len().saturating_sub(CUT_BACK_BYTES);
    let tail = &window[back..];
    let is_gap = |b: u8| b.is_ascii_whitespace() || b",;|\"'<>(){}[]\x00\x01".contains(&b);
    let is_sign = |b: u8| b.is_ascii() && !b.is_ascii_alphanumeric();
    let found = tail
        .iter()
        .rposition(|&b| is_gap(b))
        .or_else(|| tail.iter().rposition(|&b| is_sign(b)));
    if let Some(at) = found {
        return back + at + 1;
    }
    // never inside a UTF-8 sequence: step back to its first byte
    let is_continuation = |b: u8| b & 0xC0 == 0x80;
    if !is_continuation(next) {
        return window.len();
    }
    match tail.iter().rposition(|&b| !is_continuation(b)) {
        Some(at) if back + at > 0 => back + at,
        _ => window.len(),
    }
}
