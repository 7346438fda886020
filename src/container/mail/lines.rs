//! The lines of a message, or of one message after the other in an mbox file (RFC 4155).
//!
//! A line longer than [`PIECE_BYTES_MAX`] comes in pieces, so that memory does not depend on it. In a mailbox a line that begins
//! with `From ` and tells a time, behind an empty one, begins a message; `>From ` stands for a line of a message that begins so.

use std::io::{self, BufRead};

use memchr::memchr;

use crate::decode::sniff::mail::is_separator;

/// Bytes of a line that are taken at a time.
pub(super) const PIECE_BYTES_MAX: usize = 64 << 10;

/// The lines of one message after the other.
pub(super) struct Lines<R> {
    rdr: R,
    piece: Vec<u8>,
    is_mailbox: bool,
    /// Whether the next piece begins a line.
    at_start: bool,
    /// Whether the last line was empty, or there was none.
    was_blank: bool,
    /// Whether the message is read to its end.
    is_over: bool,
    /// Whether another message follows.
    has_next: bool,
    /// Whether a message was asked for.
    has_begun: bool,
    offset: u64,
}

/// A line with its end, or a piece of a long one.
pub(super) struct Piece<'l> {
    pub(super) bytes: &'l [u8],
    pub(super) begins_line: bool,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(rdr: R, is_mailbox: bool) -> Lines<R> {
        Lines {
            rdr,
            piece: Vec::new(),
            is_mailbox,
            at_start: true,
            was_blank: true,
            is_over: false,
            has_next: false,
            has_begun: false,
            offset: 0,
        }
    }

    /// In the first line of a message.
    pub(super) fn inside(rdr: R, is_mailbox: bool) -> Lines<R> {
        let mut lines = Lines::new(rdr, is_mailbox);
        lines.has_begun = true;
        lines
    }

    /// Where it is, in bytes from where it began.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// Goes on to the next message, past what was left of the last one. False if there is none.
    pub(super) fn next_message(&mut self) -> io::Result<bool> {
        // What stands before the first separator of a mailbox is no message.
        while self.has_begun && self.next()?.is_some() {}
        if !self.has_begun && self.is_mailbox {
            self.has_begun = true;
            while self.next()?.is_some() {}
        }
        let has_next = std::mem::take(&mut self.has_next) || !self.has_begun;
        self.has_begun = true;
        self.is_over = !has_next;
        self.at_start = true;
        Ok(has_next)
    }

    /// The next line of the message.
    pub(super) fn next(&mut self) -> io::Result<Option<Piece<'_>>> {
        if self.is_over {
            return Ok(None);
        }
        self.fill()?;
        if self.piece.is_empty() {
            self.is_over = true;
            return Ok(None);
        }
        let begins_line = std::mem::replace(&mut self.at_start, self.piece.ends_with(b"\n"));
        let mut from = 0;
        if self.is_mailbox && begins_line {
            if self.was_blank && is_separator(&self.piece) {
                self.is_over = true;
                self.has_next = true;
                return Ok(None);
            }
            let n_escapes = self.piece.iter().take_while(|b| **b == b'>').count();
            from = usize::from(n_escapes > 0 && self.piece[n_escapes..].starts_with(b"From "));
        }
        self.was_blank = begins_line && matches!(&self.piece[..], b"\n" | b"\r\n");
        Ok(Some(Piece {
            bytes: &self.piece[from..],
            begins_line,
        }))
    }

    fn fill(&mut self) -> io::Result<()> {
        self.piece.clear();
        while self.piece.len() < PIECE_BYTES_MAX && !self.piece.ends_with(b"\n") {
            let ahead = match self.rdr.fill_buf() {
                Ok(ahead) => ahead,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                Err(e) => return Err(e),
            };
            if ahead.is_empty() {
                break;
            }
            let ahead = &ahead[..ahead.len().min(PIECE_BYTES_MAX - self.piece.len())];
            let n = memchr(b'\n', ahead).map_or(ahead.len(), |at| at + 1);
            self.piece.extend_from_slice(&ahead[..n]);
            self.rdr.consume(n);
            self.offset += n as u64;
        }
        Ok(())
    }
}
