//! Blocks of text whose incomplete end is carried over, and lines cut to a bounded length.
//!
//! Shared by the decoders that split by lines. Knows nothing of records.

use std::io;

use memchr::memchr;

use crate::decode::charset::Transcoder;

/// How far back from the limit a place to cut is looked for: longer than any value that is detected.
const CUT_BACK_BYTES: usize = 4 << 10;

/// Text in blocks; what a decoder cannot finish in one is put in front of the next.
pub(crate) struct Blocks<'r> {
    text: Transcoder<'r>,
    block_bytes: usize,
    /// The incomplete end of the previous block.
    tail: Vec<u8>,
    /// Whether all text has been handed out but `tail`.
    ended: bool,
    /// What the reader failed with, until everything before has been handed out.
    error: Option<io::Error>,
}

impl<'r> Blocks<'r> {
    pub(crate) fn new(text: Transcoder<'r>, block_bytes: usize) -> Blocks<'r> {
        Blocks {
            text,
            block_bytes: block_bytes.max(1),
            tail: Vec::new(),
            ended: false,
            error: None,
        }
    }

    /// Appends what was kept and a new block to the empty `text`. False at the end.
    ///
    /// # Errors
    /// When the reader fails, once nothing is left of what it gave before.
    pub(crate) fn start(&mut self, text: &mut Vec<u8>) -> io::Result<bool> {
        text.append(&mut self.tail);
        self.more(text);
        if text.is_empty() {
            return self.error.take().map_or(Ok(false), Err);
        }
        Ok(true)
    }

    /// Appends more to a text whose record is not complete. The text doubles, so that scanning the record anew after
    /// each call stays linear.
    pub(crate) fn more(&mut self, text: &mut Vec<u8>) {
        if self.ended {
            return;
        }
        let want = self.block_bytes.max(text.len());
        match self.text.fill(text, want) {
            Ok(more) => self.ended = !more,
            Err(error) => {
                self.ended = true;
                self.error = Some(error);
            }
        }
    }

    /// Whether nothing follows the text handed out.
    pub(crate) fn is_last(&self) -> bool {
        self.ended
    }

    /// Takes `text[from..]` back, to be put in front of the next block.
    pub(crate) fn keep(&mut self, text: &mut Vec<u8>, from: usize) {
        self.tail.extend_from_slice(&text[from..]);
        text.truncate(from);
    }
}

/// A line, or a piece of a line that is too long.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    /// Where its text ends.
    pub(crate) end: usize,
    /// Where the next one begins.
    pub(crate) next: usize,
    /// Whether the line ends with it.
    pub(crate) ends_line: bool,
}

/// The line at `start`, or as much of it as `bytes_max` allows; `None` when more text is needed to tell. `is_last` says
/// that no more follows. The result depends on what follows `start` alone, not on where a block ended.
pub(crate) fn next_piece(
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

/// Where to cut a window of a long line: behind white space or a separator, else behind any other sign, else between
/// characters, so that a value near the limit stays whole in one piece or the other. `next` is the byte behind it.
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
