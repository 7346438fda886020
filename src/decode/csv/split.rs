//! One delimited record: where it ends and where its fields lie.
//!
//! Functions over a slice, used by the decoder and by the sniffer that tries dialects. What is said
//! here about quotes is the whole of the rule for damaged ones:
//!
//! - A quote opens a field only as its first byte (after spaces); anywhere else it is a letter (`5"
//!   pipe`).
//! - Its partner is the next quote that is not doubled. It must be followed (after spaces) by a
//!   delimiter, a line end or the end of the file, and lie within [`Shape::record_bytes_max`] of
//!   the record's begin.
//! - Without such a partner the opening quote is a letter, and the field ends at the next delimiter
//!   or line end.
//! - A partner on a later line is refused when all the lines from the record's begin to the end of
//!   the partner's line have exactly the fields of a record, with at least
//!   [`HIDDEN_DELIMITERS_MIN`] delimiters in all: they are records that an unbalanced quote hides.
//!   A field that really holds such lines is thereby read as the records it looks like.

use memchr::{memchr, memchr_iter, memrchr};

use crate::bytes::find;
use crate::record::{Field, Span};

/// Fields taken of one record; what follows belongs to the last one. Bounds the memory of a line of
/// mere delimiters.
const FIELDS_MAX: usize = 1 << 14;

/// Delimiters that lines must show before they count as records hidden by an unbalanced quote: two
/// lines of a table with four columns, six lines of one with two.
const HIDDEN_DELIMITERS_MIN: usize = 6;

/// How records are written, as far as splitting needs it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    /// The byte between fields.
    pub(crate) delimiter: u8,
    /// Whether `"` quotes fields.
    pub(crate) quotes: bool,
    /// Whether a backslash escapes the next byte.
    pub(crate) backslash: bool,
    /// Fields of an undamaged record; 0 while unknown.
    pub(crate) columns: usize,
    /// Longest record.
    pub(crate) record_bytes_max: usize,
}

/// What became of a record.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Split {
    /// It is complete.
    Record {
        /// Where the next one begins.
        next: usize,
        /// Line feeds in it, its own included.
        lines: u64,
    },
    /// More text is needed.
    More,
    /// It does not end within the longest record.
    TooLong,
}

/// A field that must be unescaped once its record is complete.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Escaped {
    /// Index into the fields.
    field: u32,
    quoted: bool,
}

/// The end of the text that may be looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Edge {
    /// Of the file.
    End,
    /// Of what has been read so far.
    More,
    /// Of the longest record.
    Limit,
}

/// Splits the record at `start`, which is no empty slice. `is_last` says that nothing follows
/// `text`. Fields are appended to `fields` and, if they hold escapes, named in `escaped`; both are
/// left as they were unless the record is complete.
pub(crate) fn split_record(
    shape: &Shape,
    text: &[u8],
    start: usize,
    is_last: bool,
    fields: &mut Vec<Field>,
    escaped: &mut Vec<Escaped>,
) -> Split {
    let stop = text.len().min(start.saturating_add(shape.record_bytes_max));
    let edge = match () {
        () if stop < text.len() => Edge::Limit,
        () if is_last => Edge::End,
        () if stop - start >= shape.record_bytes_max => Edge::Limit,
        () => Edge::More,
    };
    let splitter = Splitter {
        shape,
        text: &text[..stop],
        start,
        edge,
    };
    let (n_fields, n_escaped) = (fields.len(), escaped.len());
    let split = splitter.run(fields, escaped);
    if !matches!(split, Split::Record { .. }) {
        fields.truncate(n_fields);
        escaped.truncate(n_escaped);
    }
    split
}

struct Splitter<'a> {
    shape: &'a Shape,
    /// The text up to the edge.
    text: &'a [u8],
    /// Where the record begins.
    start: usize,
    edge: Edge,
}

/// A field as found.
struct Found {
    start: usize,
    end: usize,
    /// Where its delimiter or line feed is; the text's length at the edge.
    stop: usize,
    quoted: bool,
    escaped: bool,
}

impl Splitter<'_> {
    fn run(&self, fields: &mut Vec<Field>, escaped: &mut Vec<Escaped>) -> Split {
        let (text, delimiter) = (self.text, self.shape.delimiter);
        let mut at = self.start;
        let mut column = 0;
        let mut spans_lines = false;
        loop {
            let found = match self.field(at, column) {
                Ok(found) => found,
                Err(split) => return split,
            };
            spans_lines |= found.quoted || found.escaped;
            let span = Span {
                start: found.start as u32,
                end: found.end as u32,
            };
            let span = if found.escaped {
                escaped.push(Escaped {
                    field: fields.len() as u32,
                    quoted: found.quoted,
                });
                span
            } else {
                trim(text, span)
            };
            fields.push(Field {
                span,
                column: column as u32,
            });
            match text.get(found.stop) {
                Some(&b) if b == delimiter => at = found.stop + 1,
                stop => {
                    let next = found.stop + usize::from(stop.is_some());
                    let lines = match spans_lines {
                        true => memchr_iter(b'\n', &text[self.start..next]).count() as u64,
                        false => u64::from(stop.is_some()),
                    };
                    return Split::Record { next, lines };
                }
            }
            column += 1;
        }
    }

    fn field(&self, at: usize, column: usize) -> Result<Found, Split> {
        let text = self.text;
        if column + 1 >= FIELDS_MAX {
            let hit = memchr(b'\n', &text[at..]);
            return self.unquoted(at, hit.map(|i| at + i), false);
        }
        if self.shape.quotes {
            let open = self.skip_blanks(at);
            if text.get(open) == Some(&b'"')
                && let Some(found) = self.quoted(open, column)?
            {
                return Ok(found);
            }
        }
        let (delimiter, mut from) = (self.shape.delimiter, at);
        if !self.shape.backslash {
            let hit = find([delimiter, b'\n'], &text[at..]);
            return self.unquoted(at, hit.map(|i| at + i), false);
        }
        let mut escaped = false;
        loop {
            let rest = text.get(from..).unwrap_or(b"");
            let hit = find([delimiter, b'\n', b'\\'], rest);
            match hit.map(|i| from + i) {
                Some(i) if text[i] == b'\\' => {
                    escaped = true;
                    from = i + 2;
                }
                hit => return self.unquoted(at, hit, escaped),
            }
        }
    }

    fn unquoted(&self, start: usize, hit: Option<usize>, escaped: bool) -> Result<Found, Split> {
        let stop = match (hit, self.edge) {
            (Some(stop), _) => stop,
            (None, Edge::End) => self.text.len(),
            (None, Edge::More) => return Err(Split::More),
            (None, Edge::Limit) => return Err(Split::TooLong),
        };
        Ok(Found {
            start,
            end: stop,
            stop,
            quoted: false,
            escaped,
        })
    }

    /// The quoted field whose quote is at `open`; `None` when that quote turns out to be a letter.
    fn quoted(&self, open: usize, column: usize) -> Result<Option<Found>, Split> {
        let text = self.text;
        let mut escaped = false;
        let mut at = open + 1;
        let unclosed = || match self.edge {
            Edge::More => Err(Split::More),
            Edge::End | Edge::Limit => Ok(None),
        };
        loop {
            let rest = text.get(at..).unwrap_or(b"");
            let hit = match self.shape.backslash {
                true => find([b'"', b'\\'], rest),
                false => find([b'"'], rest),
            };
            let Some(close) = hit.map(|i| at + i) else {
                return unclosed();
            };
            if text[close] == b'\\' || text.get(close + 1) == Some(&b'"') {
                escaped = true;
                at = close + 2;
                continue;
            }
            let stop = self.skip_blanks(close + 1);
            let closes = match text.get(stop) {
                Some(&b) => b == self.shape.delimiter || b == b'\n',
                None if self.edge == Edge::End => true,
                None => return unclosed(),
            };
            if !closes || self.hides_records(open, close, column)? {
                return Ok(None);
            }
            return Ok(Some(Found {
                start: open + 1,
                end: close,
                stop,
                quoted: true,
                escaped,
            }));
        }
    }

    /// Whether the lines from the record's begin to the line of `close` are records that the quote
    /// at `open`, in front of the field of that column, hides.
    fn hides_records(&self, open: usize, close: usize, column: usize) -> Result<bool, Split> {
        let Some(last_feed) = memrchr(b'\n', &self.text[open..close]).map(|i| open + i) else {
            return Ok(false);
        };
        let expected = self.shape.columns.saturating_sub(1);
        if expected == 0 || column > expected {
            return Ok(false);
        }
        let has_delimiters = |line: &[u8], n: usize| {
            // one more than expected is enough to know
            memchr_iter(self.shape.delimiter, line).take(n + 1).count() == n
        };
        let mut n_lines = 1;
        let mut missing = expected - column;
        for line in self.text[open..last_feed].split(|&b| b == b'\n') {
            if !has_delimiters(line, missing) {
                return Ok(false);
            }
            missing = expected;
            n_lines += 1;
        }
        let end = match memchr(b'\n', &self.text[close..]) {
            Some(i) => close + i,
            None if self.edge == Edge::More => return Err(Split::More),
            None => self.text.len(),
        };
        Ok(n_lines * expected >= HIDDEN_DELIMITERS_MIN
            && self.n_fields_of_line(last_feed + 1, end) == self.shape.columns)
    }

    /// Fields of a line read as a record of its own. The line that holds the partner may have
    /// quoted fields behind it.
    fn n_fields_of_line(&self, start: usize, end: usize) -> usize {
        let line = Splitter {
            shape: self.shape,
            text: &self.text[..end],
            start,
            edge: Edge::End,
        };
        let (mut fields, mut escaped) = (Vec::new(), Vec::new());
        line.run(&mut fields, &mut escaped);
        fields.len()
    }

    fn skip_blanks(&self, at: usize) -> usize {
        let is_blank = |b: u8| b != self.shape.delimiter && matches!(b, b' ' | b'\t' | b'\r');
        let rest = self.text.get(at..).unwrap_or(b"");
        at + rest
            .iter()
            .position(|&b| !is_blank(b))
            .unwrap_or(rest.len())
    }
}

/// Removes the escapes of a completed record from its text, in place, and trims the fields they
/// were in. The bytes left over behind a field become NUL. `backslash` says that a backslash is an
/// escape.
pub(crate) fn unescape_fields(
    text: &mut [u8],
    fields: &mut [Field],
    escaped: &mut Vec<Escaped>,
    backslash: bool,
) {
    for Escaped { field, quoted } in escaped.drain(..) {
        let span = &mut fields[field as usize].span;
        let bytes = &mut text[span.range()];
        let len = match trim_carriage_return(bytes) {
            // null; the text `\N` is written with two backslashes
            b"\\N" if backslash => {
                bytes.fill(0);
                0
            }
            _ => unescape(bytes, quoted, backslash),
        };
        span.end = span.start + len as u32;
        *span = trim(text, *span);
    }
}

fn trim_carriage_return(bytes: &[u8]) -> &[u8] {
    bytes.strip_suffix(b"\r").unwrap_or(bytes)
}

/// Returns the length of what is left. A quote is doubled only inside quotes.
fn unescape(bytes: &mut [u8], quoted: bool, backslash: bool) -> usize {
    let (mut from, mut to) = (0, 0);
    while from < bytes.len() {
        let (byte, len) = match (bytes[from], bytes.get(from + 1)) {
            (b'"', Some(b'"')) if quoted => (b'"', 2),
            (b'\\', Some(&b)) if backslash => (unescaped(b), 2),
            (b, _) => (b, 1),
        };
        bytes[to] = byte;
        from += len;
        to += 1;
    }
    bytes[to..].fill(0);
    to
}

/// The byte behind a backslash, as MySQL reads it in `LOAD DATA`.
fn unescaped(byte: u8) -> u8 {
    match byte {
        b'0' => 0,
        b'b' => 8,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'Z' => 0x1A,
        b => b,
    }
}

/// Without white space at both ends, and without what exporters put around a number so that a
/// spreadsheet leaves it alone: `="123"`, `'123`, `` `123 ``.
pub(crate) fn trim(text: &[u8], span: Span) -> Span {
    // Nearly every cell begins with a letter, a digit or a Han character.
    if let [first, .., last] = text[span.range()]
        && (first >= b'0' && first != b'=' && first != b'`')
        && last > b' '
    {
        return span;
    }
    let Span { mut start, mut end } = span;
    let is_blank = |at: u32| matches!(text[at as usize], b' ' | b'\t' | b'\r' | b'\n');
    while end > start && is_blank(end - 1) {
        end -= 1;
    }
    while start < end && is_blank(start) {
        start += 1;
    }
    match &text[start as usize..end as usize] {
        [b'=', b'"', .., b'"'] if end - start >= 3 => {
            start += 2;
            end -= 1;
        }
        [b'\'', .., b'\''] if end - start >= 2 => {
            start += 1;
            end -= 1;
        }
        [b'\'' | b'`', b'0'..=b'9', ..] => start += 1,
        _ => {}
    }
    Span { start, end }
}
