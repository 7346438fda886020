//! Blocks: what the decoders share to read a stream block by block in bounded memory.
//!
//! A decoder takes its text in [`Steps`], from which [`next_batch`] makes batches. [`Blocks`]
//! carries the unfinished tail of a block over to the next, [`Rows`] numbers records and counts
//! lines, and [`Troubles`] keeps one [`Problem`] per kind of trouble. None of them knows a format.

use std::io;

use memchr::{memchr, memchr_iter};

use super::charset::Transcoder;
use super::escape::{Escape, unescape};
use super::{DecodeLimits, Problem};
use crate::error::Reason;
use crate::record::{Batch, Field, Record, Span};

/// Shortest limit of a record: room for any character, so that a piece of text never ends inside
/// one. A smaller limit is taken as this.
const RECORD_BYTES_FLOOR: usize = 16;

/// Longest record that offsets of 32 bits leave room for beside a block; a larger limit is taken as
/// this.
const RECORD_BYTES_CEILING: usize = 1 << 30;

/// What one step of a decoder did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// It consumed something, or changed its state.
    Went,
    /// What stands at the position is not complete: more text is needed.
    More,
}

/// A decoder that takes its text in steps.
pub(super) trait Steps<'r> {
    /// What it reads from and counts with.
    fn parts(&mut self) -> (&mut Blocks<'r>, &mut Rows);

    /// Takes what stands at the position and moves the position behind it. At the end of the stream
    /// it goes on until all of the text is taken.
    fn step(&mut self, batch: &mut Batch, at: &mut usize) -> Step;

    /// Keeps for itself what it still needs of a text that will go.
    fn save(&mut self, _text: &[u8]) {}

    /// Removes the first `used` bytes of a text, may put what was saved in their place, and returns
    /// where the text that was not taken yet begins.
    fn restore(&mut self, text: &mut Vec<u8>, used: usize) -> usize {
        text.drain(..used);
        0
    }
}

/// Fills a batch, as [`super::Decode::next_batch`] says: a block at a time, until there is a
/// record.
pub(super) fn next_batch<'r>(decoder: &mut impl Steps<'r>, batch: &mut Batch) -> io::Result<bool> {
    decoder.parts().0.begin(batch);
    let mut at = 0;
    loop {
        at = decoder.restore(&mut batch.text, at);
        let (blocks, rows) = decoder.parts();
        rows.rebase(at);
        let pending = batch.text.len() - at;
        blocks.fill(&mut batch.text, pending);
        while decoder.step(batch, &mut at) == Step::Went {}
        let (blocks, rows) = decoder.parts();
        rows.line_at(&batch.text, at);
        if batch.records.is_empty() && blocks.ended() {
            batch.clear();
            return blocks.end();
        }
        decoder.save(&batch.text);
        if !batch.records.is_empty() {
            decoder.parts().0.keep(&mut batch.text, at);
            return Ok(true);
        }
    }
}

/// Why the reading of a value stopped before its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// The text ends inside the value.
    More,
    /// The text breaks the rules of the format at the position.
    Bad,
}

/// The limits that hold while a record is read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// Longest record in bytes.
    pub(super) record: usize,
    /// Deepest nesting.
    pub(super) depth: usize,
}

impl Bounds {
    pub(super) fn of(limits: &DecodeLimits) -> Bounds {
        Bounds {
            record: limits
                .record_bytes_max
                .clamp(RECORD_BYTES_FLOOR, RECORD_BYTES_CEILING),
            depth: limits.depth_max,
        }
    }
}

/// A stream of text, block by block.
pub(super) struct Blocks<'r> {
    text: Transcoder<'r>,
    /// Text that was read and belongs to the next batch.
    tail: Vec<u8>,
    block_bytes: usize,
    ended: bool,
    /// Why reading failed. Handed out once what was read before is decoded.
    failed: Option<io::Error>,
}

impl<'r> Blocks<'r> {
    pub(super) fn new(text: Transcoder<'r>, limits: &DecodeLimits) -> Blocks<'r> {
        Blocks {
            text,
            tail: Vec::new(),
            block_bytes: limits.block_bytes.clamp(1, RECORD_BYTES_CEILING),
            ended: false,
            failed: None,
        }
    }

    /// Whether the stream has no more text than what was handed out.
    pub(super) fn ended(&self) -> bool {
        self.ended
    }

    /// Empties the batch and puts the tail into it. The tail is copied, because it is short as a
    /// rule, and so the text stays in one buffer that the caches know.
    fn begin(&mut self, batch: &mut Batch) {
        batch.clear();
        batch.text.append(&mut self.tail);
    }

    /// Appends a block; at least as much as `pending`, the text that waits for its end, so that a
    /// long record is looked at a logarithmic number of times.
    fn fill(&mut self, text: &mut Vec<u8>, pending: usize) {
        if self.ended {
            return;
        }
        match self.text.fill(text, self.block_bytes.max(pending)) {
            Ok(more) => self.ended = !more,
            Err(error) => {
                self.ended = true;
                self.failed = Some(error);
            }
        }
    }

    /// Moves the text from `at` on to the next batch.
    fn keep(&mut self, text: &mut Vec<u8>, at: usize) {
        self.tail.extend_from_slice(&text[at..]);
        text.truncate(at);
    }

    /// What `next_batch` returns at the end of the stream: once the error of the reader if it
    /// failed, else false.
    fn end(&mut self) -> io::Result<bool> {
        self.failed.take().map_or(Ok(false), Err)
    }
}

/// Numbers the records of a file and counts its lines.
pub(super) struct Rows {
    number: u64,
    line: u64,
    /// Where in the batch's text line `line` was reached.
    counted: usize,
    /// Up to where no line feed stands behind `counted`: most records end before it.
    clear: usize,
    /// Fields of the record being read that still stand as in the source: index into
    /// `Batch::fields`, and how.
    escaped: Vec<(u32, Escape)>,
}

impl Rows {
    pub(super) fn new() -> Rows {
        Rows {
            number: 0,
            line: 1,
            counted: 0,
            clear: 0,
            escaped: Vec::new(),
        }
    }

    /// The line of a position at or behind the last one asked for.
    pub(super) fn line_at(&mut self, text: &[u8], at: usize) -> u64 {
        if at > self.counted {
            if at > self.clear {
                self.search(text, at);
            }
            self.counted = at;
        }
        self.line
    }

    /// Counts the line feeds before `at`, and finds the next one.
    fn search(&mut self, text: &[u8], at: usize) {
        let mut from = self.counted.max(self.clear);
        loop {
            self.clear = match memchr(b'\n', &text[from..]) {
                Some(n) => from + n,
                None => text.len(),
            };
            if self.clear >= at {
                return;
            }
            self.line += 1;
            from = self.clear + 1;
        }
    }

    /// The line of the last position asked for or passed.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// Says that `lines` lines end between the last position asked for and `to`, so that they are
    /// not searched for.
    pub(super) fn pass(&mut self, to: usize, lines: u64) {
        self.line += lines;
        self.counted = to;
        self.clear = to;
    }

    /// Says that the text behind the last position asked for was moved and begins at `to`.
    pub(super) fn follow(&mut self, to: usize) {
        self.clear = to + self.clear.saturating_sub(self.counted);
        self.counted = to;
    }

    /// Says that the text was moved, and that up to `counted` its lines are counted now.
    pub(super) fn rebase(&mut self, counted: usize) {
        self.counted = counted;
        self.clear = counted;
    }

    /// Counts a record.
    pub(super) fn next_number(&mut self) -> u64 {
        self.number += 1;
        self.number
    }

    /// Adds a field to the record being read.
    #[inline]
    pub(super) fn push(
        &mut self,
        fields: &mut Vec<Field>,
        span: (usize, usize),
        column: u32,
        escape: Option<Escape>,
    ) {
        if let Some(escape) = escape {
            self.escaped.push((fields.len() as u32, escape));
        }
        fields.push(field(span.0, span.1, column));
    }

    /// Forgets the fields of the record being read.
    pub(super) fn roll_back(&mut self, fields: &mut Vec<Field>, first: usize) {
        fields.truncate(first);
        self.escaped.clear();
    }

    /// Makes the fields from `first` on a record that stands in `start..end` of the text.
    pub(super) fn commit(
        &mut self,
        batch: &mut Batch,
        (start, end): (usize, usize),
        first: usize,
        table: u32,
    ) {
        let line = self.line_at(&batch.text, start);
        // Unescaping makes line breaks of `\n`, so the lines of the source are counted before.
        self.line_at(&batch.text, end);
        self.unescape(batch);
        self.push_record(batch, first, line, table);
    }

    /// Makes the fields from `first` on a record that begins on a line. A record without fields is
    /// counted and not pushed: there is nothing in it to find.
    pub(super) fn push_record(&mut self, batch: &mut Batch, first: usize, line: u64, table: u32) {
        let number = self.next_number();
        if batch.fields.len() > first {
            batch.records.push(Record {
                fields: first as u32..batch.fields.len() as u32,
                number,
                line,
                table,
            });
        }
    }

    /// Unescapes the fields of the record being read, in place.
    fn unescape(&mut self, batch: &mut Batch) {
        for (index, escape) in self.escaped.drain(..) {
            let span = &mut batch.fields[index as usize].span;
            let len = unescape(&mut batch.text[span.range()], escape);
            span.end = span.start + len as u32;
        }
    }

    /// Makes a stretch of text a record of its own, unless it is blank.
    pub(super) fn commit_text(
        &mut self,
        batch: &mut Batch,
        (start, end): (usize, usize),
        table: u32,
    ) {
        let stretch = &batch.text[start..end];
        let trimmed = stretch.trim_ascii();
        if trimmed.is_empty() {
            return;
        }
        let start = start + (stretch.len() - stretch.trim_ascii_start().len());
        self.commit_line(batch, (start, start + trimmed.len()), table);
    }

    /// Makes a stretch of text a record with one field, as it is.
    pub(super) fn commit_line(
        &mut self,
        batch: &mut Batch,
        (start, end): (usize, usize),
        table: u32,
    ) {
        let line = self.line_at(&batch.text, start);
        let first = batch.fields.len();
        batch.fields.push(field(start, end, 0));
        self.push_record(batch, first, line, table);
    }
}

/// A field over `start..end`.
pub(super) fn field(start: usize, end: usize, column: u32) -> Field {
    Field {
        span: Span {
            start: start as u32,
            end: end as u32,
        },
        column,
    }
}

/// The largest position at most `end` that does not divide a character of UTF-8, and is behind
/// `start`.
pub(super) fn char_end(text: &[u8], start: usize, end: usize) -> usize {
    let is_boundary = |at: usize| text.get(at).is_none_or(|b| b & 0xC0 != 0x80);
    (end.saturating_sub(3).max(start + 1)..=end)
        .rev()
        .find(|at| is_boundary(*at))
        .unwrap_or(end)
}

/// Whether text holds something that looks like data rather than structure: seven digits (ASCII or
/// full-width; the shortest landline numbers have seven), or the `@` of an address between two word
/// characters.
pub(super) fn holds_data(text: &[u8]) -> bool {
    has_digits(text) || has_address(text)
}

/// Digits that make a key or a comment look like data.
const DATA_DIGITS: usize = 7;

fn has_digits(text: &[u8]) -> bool {
    let (mut run, mut at) = (0, 0);
    while at < text.len() {
        let (digit, len) = match &text[at..] {
            [b'0'..=b'9', ..] => (true, 1),
            [0xEF, 0xBC, 0x90..=0x99, ..] => (true, 3),
            // Separators inside one number: `138 0013 8000`, `0592-1234567`.
            [b' ' | b'-', ..] if run > 0 => (false, 1),
            _ => {
                run = 0;
                at += 1;
                continue;
            }
        };
        run += usize::from(digit);
        at += len;
        if run >= DATA_DIGITS {
            return true;
        }
    }
    false
}

fn has_address(text: &[u8]) -> bool {
    let is_word = |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_alphanumeric() || *b >= 0x80);
    let is_local = |b: Option<&u8>| is_word(b) || matches!(b, Some(b'.' | b'_' | b'-' | b'+'));
    memchr_iter(b'@', text).any(|at| {
        is_local(at.checked_sub(1).and_then(|i| text.get(i))) && is_word(text.get(at + 1))
    })
}

/// The kinds of trouble that decoders meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// The file ends inside a structure.
    Truncated,
    /// Text that breaks the format.
    Malformed,
    /// A record above the limit.
    TooLong,
    /// A row of a delimited file above the limit.
    RowTooLong,
    /// Nesting above the limit.
    TooDeep,
    /// More columns or tables than are kept apart.
    TooWide,
    /// Lines of one record above the limit.
    Divided,
}

const TROUBLES: usize = 7;

/// The problems of a file, one per kind of trouble, with a count.
#[derive(Default)]
pub(super) struct Troubles {
    problems: Vec<Problem>,
    /// Per kind of trouble: its place in `problems`, and how often it was met.
    met: [Option<(usize, u64)>; TROUBLES],
}

impl Troubles {
    /// Notes a trouble; `line` counts for the first of its kind.
    pub(super) fn note(&mut self, trouble: Trouble, line: u64, bounds: &Bounds) {
        let (place, count) = self.met[trouble as usize].unwrap_or((self.problems.len(), 0));
        let reason = reason(trouble, count + 1, bounds);
        match self.problems.get_mut(place) {
            Some(problem) => problem.reason = reason,
            None => self.problems.push(Problem { reason, line }),
        }
        self.met[trouble as usize] = Some((place, count + 1));
    }

    /// The problems so far.
    pub(super) fn as_slice(&self) -> &[Problem] {
        &self.problems
    }
}

fn reason(trouble: Trouble, count: u64, bounds: &Bounds) -> Reason {
    let s = if count == 1 { "" } else { "s" };
    match trouble {
        Trouble::Truncated => Reason::Truncated("the file ends inside a record".to_owned()),
        Trouble::Malformed => Reason::Malformed(format!(
            "{count} stretch{} read as text",
            if count == 1 { "" } else { "es" }
        )),
        Trouble::TooLong => Reason::Limit(format!(
            "{count} record{s} of more than {} bytes read as text",
            bounds.record
        )),
        Trouble::RowTooLong => Reason::Limit(format!(
            "row longer than {} bytes, read as text",
            bounds.record
        )),
        Trouble::TooDeep => Reason::Limit(format!(
            "{count} value{s} nested deeper than {} read as text",
            bounds.depth
        )),
        Trouble::Divided => Reason::Limit(format!(
            "{count} record{s} of more than {} bytes read in parts",
            bounds.record
        )),
        Trouble::TooWide => Reason::Limit("more columns or tables than are kept apart".to_owned()),
    }
}
