//! Decoding: bytes of a file become batches of records in UTF-8.
//!
//! A decoder takes a reader and fills [`Batch`]es, in file order, whatever sizes the reader returns
//! its bytes in. It knows neither paths nor where the bytes come from, and nothing of personal
//! data. What it cannot decode it says as a [`Problem`]; it never panics on input and never drops a
//! record without one.

mod block;
pub mod charset;
pub mod csv;
pub mod entries;
mod escape;
pub mod json;
pub mod lines;
pub mod sniff;
pub mod sql;
pub mod text;
pub(crate) mod transfer;

use std::io::{self, Read};

use crate::error::Reason;
use crate::record::{Batch, Table};

pub use charset::Encoding;
pub use charset::codepage::{decode_code_page, decode_utf16};
pub use sniff::{Container, Format, markup_encoding};

/// Named limits of decoding.
#[derive(Clone, Copy, Debug)]
pub struct DecodeLimits {
    /// Bytes taken from the reader for one batch, unless a record needs more.
    pub block_bytes: usize,
    /// Longest record (row, object, tuple). A longer one is read as text and named as a [`Problem`]. A line of text is
    /// taken in pieces of at most this size, or of [`text::PIECE_BYTES_MAX`] if that is less, each a record of its own.
    pub record_bytes_max: usize,
    /// Deepest nesting of JSON; what lies deeper is taken as one field of text and named as a [`Problem`].
    pub depth_max: usize,
    /// Bytes looked at to tell encoding and format.
    pub head_bytes: usize,
}

impl Default for DecodeLimits {
    fn default() -> DecodeLimits {
        DecodeLimits {
            block_bytes: 1 << 20,
            record_bytes_max: 64 << 20,
            depth_max: 128,
            head_bytes: 256 << 10,
        }
    }
}

/// Something in a file that could not be decoded; the rest of it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What kind of trouble it is.
    pub reason: Reason,
    /// Line or record it was first met at, from 1; 0 when unknown.
    pub line: u64,
}

/// A stream of records.
pub trait Decode {
    /// Fills `batch`, which is cleared first, with the next records of the file. Returns false,
    /// with an empty batch, at the end. The boundaries of batches depend on the content and the
    /// limits alone, never on the sizes of reads, and so does the number of bytes that were taken from
    /// the reader when a batch is complete.
    ///
    /// # Errors
    /// When the reader fails. What was decoded before stays valid and has been returned already.
    fn next_batch(&mut self, batch: &mut Batch) -> io::Result<bool>;

    /// The tables met so far; [`crate::record::Record::table`] is an index into it. Grows, never
    /// changes.
    fn tables(&self) -> &[Table];

    /// What could not be decoded so far, in file order. Complete once `next_batch` has returned
    /// false.
    fn problems(&self) -> &[Problem];
}

/// A file that was recognised and is ready to be read.
pub struct Opened<'r> {
    /// What it is.
    pub format: Format,
    /// The encoding of its text.
    pub encoding: Encoding,
    /// What it holds.
    pub content: Content<'r>,
}

/// What is known of a stream before its first byte, by whoever makes it.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Known {
    /// Nothing: its content tells.
    #[default]
    Nothing,
    /// The rows of a spreadsheet or of a table in a document, as RFC 4180 writes them, with commas, in UTF-8. Whether lines
    /// of prose or a header stand before them its content tells.
    Sheet,
    /// Rows written the same, of a table of that name. The first row names the columns.
    Table(Option<String>),
    /// JSON objects in UTF-8, one a line.
    Objects,
    /// One JSON document in UTF-8.
    Document,
    /// Lines of text in UTF-8.
    Text,
    /// A script of SQL.
    Script,
}

/// What a stream holds.
pub enum Content<'r> {
    /// Records.
    Records(Box<dyn Decode + Send + 'r>),
    /// Files, and the bytes to take them from.
    Files(Container, Box<dyn Read + Send + 'r>),
}

impl<'r> Opened<'r> {
    /// The records, if it holds any.
    pub fn records(self) -> Option<Box<dyn Decode + Send + 'r>> {
        match self.content {
            Content::Records(records) => Some(records),
            Content::Files(..) => None,
        }
    }
}

/// Recognises a stream by its content and opens the decoder for it. `ending` is the file name's
/// ending in lower case, without the dot; it only breaks ties.
///
/// # Errors
/// When not a byte can be read, or with [`io::ErrorKind::Unsupported`] and a [`Reason`] inside (see
/// [`unsupported_reason`]) when the format is known but not decoded.
pub fn open<'r>(
    rdr: Box<dyn Read + Send + 'r>,
    ending: Option<&str>,
    limits: &DecodeLimits,
) -> io::Result<Opened<'r>> {
    open_known(rdr, &Known::Nothing, ending, limits)
}

/// As [`open`], for a stream of which something is known.
///
/// # Errors
/// As [`open`].
pub fn open_known<'r>(
    mut rdr: Box<dyn Read + Send + 'r>,
    known: &Known,
    ending: Option<&str>,
    limits: &DecodeLimits,
) -> io::Result<Opened<'r>> {
    let mut head = Vec::new();
    let failure = charset::read_full(&mut rdr, &mut head, limits.head_bytes).err();
    if head.is_empty()
        && let Some(error) = failure
    {
        return Err(error);
    }
    let whole = head.len() < limits.head_bytes && failure.is_none();
    let sniffed = sniff::sniff_known(&head, whole, known, ending);
    let rdr = if whole { Box::new(io::empty()) } else { rdr };
    let rest = Rest { failure, rdr };
    let rdr: Box<dyn Read + Send + 'r> = Box::new(io::Cursor::new(head).chain(rest));
    let (format, encoding) = (sniffed.format, sniffed.encoding);
    let text = |rdr| charset::Transcoder::new(rdr, encoding);
    let records: Box<dyn Decode + Send + 'r> = match format {
        Format::Unsupported(what) => {
            return Err(io::Error::new(
                io::ErrorKind::Unsupported,
                UnsupportedFormat(Reason::Unsupported(what.to_owned())),
            ));
        }
        Format::Container(container) => {
            return Ok(Opened {
                format,
                encoding,
                content: Content::Files(container, rdr),
            });
        }
        Format::Text | Format::Binary => Box::new(text::TextDecoder::new(text(rdr), limits)),
        Format::Delimited(dialect) | Format::Sheet(dialect) => {
            let name = match known {
                Known::Table(name) => name.clone(),
                _ => None,
            };
            Box::new(csv::CsvDecoder::new(text(rdr), dialect, limits).named(name))
        }
        Format::Json | Format::JsonLines | Format::Objects => Box::new(json::JsonDecoder::new(
            text(rdr),
            format != Format::Json,
            limits,
        )),
        Format::Entries(style) => Box::new(entries::EntryDecoder::new(text(rdr), style, limits)),
        Format::Lines(make) => Box::new(lines::LineDecoder::new(text(rdr), make, limits)),
        Format::Sql => Box::new(sql::SqlDecoder::new(text(rdr), limits)),
    };
    Ok(Opened {
        format,
        encoding,
        content: Content::Records(records),
    })
}

/// What follows the head: the error that reading it ended with, so that what was read before is
/// decoded first, or the rest of the stream.
struct Rest<'r> {
    failure: Option<io::Error>,
    rdr: Box<dyn Read + Send + 'r>,
}

impl Read for Rest<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match self.failure.take() {
            Some(error) => Err(error),
            None => self.rdr.read(buf),
        }
    }
}

/// The reason inside an error of [`open`], if it is one of format rather than of reading.
pub fn unsupported_reason(error: &io::Error) -> Option<&Reason> {
    error
        .get_ref()?
        .downcast_ref::<UnsupportedFormat>()
        .map(|e| &e.0)
}

#[derive(Debug)]
struct UnsupportedFormat(Reason);

impl std::fmt::Display for UnsupportedFormat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for UnsupportedFormat {}

#[cfg(test)]
pub(crate) mod testing;

#[cfg(test)]
mod tests;
