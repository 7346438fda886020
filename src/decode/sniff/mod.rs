//! Sniffing: what a file is, by its first bytes.
//!
//! The order is from the surest sign to the weakest: signatures (of containers, and of formats that are not decoded), messages,
//! documents of BSON, control bytes, markup, SQL statements, JSON, records of names and values, logins and chats, rows with a
//! delimiter, and text for the rest. A name's ending is believed only where the content leaves a choice. Nothing here reads a file.

pub(crate) mod bson;
mod delimited;
mod entries;
mod header;
mod json;
mod lines;
mod magic;
pub(crate) mod mail;
mod markup;
mod outline;
mod sql;

use std::borrow::Cow;
use std::io::Cursor;

use super::Known;
use super::charset::{BOM_UTF8, Encoding, Transcoder};
use super::entries::Style;
use super::lines::Make;
use crate::bytes;

pub(super) use delimited::is_ruling;
pub(super) use header::{are_names, is_name};
pub(crate) use json::end_of_string;
pub use markup::encoding as markup_encoding;

/// The format of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Lines of text: prose, logs.
    Text,
    /// No text that is known, scanned as bytes.
    Binary,
    /// Rows with a delimiter.
    Delimited(Dialect),
    /// The rows of a spreadsheet, a document or a database.
    Sheet(Dialect),
    /// One JSON document.
    Json,
    /// A sequence of JSON values.
    JsonLines,
    /// The objects of a mailbox or of a column store.
    Objects,
    /// A dump of SQL statements.
    Sql,
    /// Something that holds files.
    Container(Container),
    /// Records of names and values, a pair a line.
    Entries(Style),
    /// Lines with an inner make: logins with passwords, or a chat.
    Lines(Make),
    /// A format that is known by its signature and not decoded; the name is for the report (`zip
    /// archive`).
    Unsupported(&'static str),
}

/// A format that holds files, by its signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[allow(missing_docs, reason = "each is named by its id")]
pub enum Container {
    Zip,
    SevenZip,
    Rar,
    /// A message.
    Eml,
    /// Messages one after the other.
    Mbox,
    /// An OLE compound file, of whatever program.
    Ole,
    Tar,
    Gzip,
    Bzip2,
    Xz,
    Zstd,
    Lz4,
    Rtf,
    Sqlite,
    /// The write-ahead log of a SQLite database, which is read with it.
    SqliteLog,
    Pdf,
    Html,
    Xml,
    Parquet,
    Avro,
    /// Arrow's own format, as a file or as a stream.
    Arrow,
    /// Documents of BSON one after the other, or an archive of them.
    Bson,
    /// A JSON document of columns rather than records.
    JsonColumns,
    /// An archive of PostgreSQL's `pg_dump`.
    PgDump,
}

impl Container {
    /// Whether it is read back and forth, by a directory at its end or from page to page.
    pub fn is_read_by_directory(self) -> bool {
        matches!(
            self,
            Container::Zip
                | Container::SevenZip
                | Container::Rar
                | Container::Eml
                | Container::Mbox
                | Container::Ole
                | Container::Rtf
                | Container::Sqlite
                | Container::SqliteLog
                | Container::Pdf
                | Container::Html
                | Container::Xml
                | Container::Parquet
                | Container::Arrow
                | Container::JsonColumns
        )
    }

    /// Whether it is text, in some encoding.
    pub fn is_text(self) -> bool {
        matches!(self, Container::Html | Container::Xml)
    }

    /// How the name of the file that belongs to it is made: what its own name ends with, and what stands there instead.
    pub fn beside(self) -> Option<(&'static str, &'static str)> {
        match self {
            Container::Sqlite => Some(("", "-wal")),
            Container::SqliteLog => Some(("-wal", "")),
            _ => None,
        }
    }

    /// The id in reports.
    pub fn id(self) -> &'static str {
        match self {
            Container::Zip => "zip",
            Container::SevenZip => "7z",
            Container::Rar => "rar",
            Container::Eml => "eml",
            Container::Mbox => "mbox",
            Container::Ole => "ole",
            Container::Tar => "tar",
            Container::Gzip => "gzip",
            Container::Bzip2 => "bzip2",
            Container::Xz => "xz",
            Container::Zstd => "zstd",
            Container::Lz4 => "lz4",
            Container::Rtf => "rtf",
            Container::Sqlite => "sqlite",
            Container::SqliteLog => "sqlite-wal",
            Container::Pdf => "pdf",
            Container::Html => "html",
            Container::Xml => "xml",
            Container::Parquet => "parquet",
            Container::Avro => "avro",
            Container::Arrow => "arrow",
            Container::Bson => "bson",
            Container::JsonColumns => "json",
            Container::PgDump => "pgdump",
        }
    }
}

/// How a delimited file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// The byte between fields.
    pub delimiter: u8,
    /// Whether the first record names the columns.
    pub has_header: bool,
    /// Whether `"` quotes fields.
    pub quotes: bool,
    /// Whether a backslash escapes the next byte, and `\N` is null (MySQL `INTO OUTFILE`).
    pub backslash: bool,
    /// Lines of prose in front of the first row, as bills and statements have them.
    pub preamble_lines: u32,
}

impl Format {
    /// The id in reports.
    pub fn id(self) -> &'static str {
        match self {
            Format::Text => "text",
            Format::Binary => "binary",
            Format::Delimited(d) if d.delimiter == b'\t' => "tsv",
            Format::Delimited(_) => "csv",
            Format::Sheet(_) => "table",
            Format::Objects => "objects",
            Format::Json => "json",
            Format::JsonLines => "jsonl",
            Format::Sql => "sql",
            Format::Container(container) => container.id(),
            Format::Entries(Style::Vcard) => "vcard",
            Format::Entries(Style::Ldif) => "ldif",
            Format::Entries(Style::Yaml { .. }) => "yaml",
            Format::Entries(_) => "entries",
            Format::Lines(Make::Chat) => "chat",
            Format::Lines(_) => "logins",
            Format::Unsupported(_) => "unsupported",
        }
    }
}

/// What [`sniff`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sniffed {
    /// The format.
    pub format: Format,
    /// The encoding.
    pub encoding: Encoding,
}

/// Tells format and encoding of a file from its head. `whole` says that the head is all there is.
/// `ending` is the file name's ending in lower case, without the dot.
///
/// A list of single values, one a line, is text unless the ending says `csv` or `tsv`: then it is a
/// table of one column.
pub fn sniff(head: &[u8], whole: bool, ending: Option<&str>) -> Sniffed {
    let encoding = Encoding::detect(head, whole);
    let by_mail = || mail::detect(head, ending).map(Format::Container);
    let by_bson = || {
        let is_bson = bson::is_documents(head, whole, ending);
        is_bson.then_some(Format::Container(Container::Bson))
    };
    let by_sign = magic::by_signature(head).or_else(by_mail);
    let format = match by_sign.or_else(by_bson) {
        Some(format) => format,
        None => {
            let text = text_of(head, whole, encoding);
            match format_of(&text, whole, ending) {
                // Columns are read at places of the file, so its bytes must be those of the text.
                Format::Json if encoding == Encoding::Utf8 && json::is_of_columns(&text) => {
                    Format::Container(Container::JsonColumns)
                }
                format => format,
            }
        }
    };
    let encoding = match format {
        Format::Container(container) if container.is_text() => markup_encoding(head, whole),
        _ => encoding,
    };
    Sniffed { format, encoding }
}

/// Whether bytes begin like a format that is known by its signature.
pub fn has_signature(head: &[u8]) -> bool {
    magic::by_signature(head).is_some()
}

/// As [`sniff`], for a stream of which something is known.
pub fn sniff_known(head: &[u8], whole: bool, known: &Known, ending: Option<&str>) -> Sniffed {
    let format = match known {
        Known::Nothing => return sniff(head, whole, ending),
        Known::Sheet => Format::Sheet(delimited::of_sheet(head, whole)),
        Known::Table(_) => Format::Sheet(delimited::of_table()),
        Known::Objects => Format::Objects,
        Known::Document => Format::Json,
        Known::Text => Format::Text,
        Known::Script => Format::Sql,
    };
    let encoding = match known {
        Known::Script => Encoding::detect(head, whole),
        _ => Encoding::Utf8,
    };
    Sniffed { format, encoding }
}

/// A document of markup or JSON may be one line that is longer than the head, behind its declaration or blank lines; all else is told
/// by whole lines.
fn format_of(text: &[u8], whole: bool, ending: Option<&str>) -> Format {
    let lines = whole_lines(text, whole);
    if is_binary(lines) {
        return Format::Binary;
    }
    if let Some(container) = markup::detect(text, ending) {
        return Format::Container(container);
    }
    if sql::is_sql(lines, ending == Some("sql")) {
        return Format::Sql;
    }
    let of_json = match lines.trim_ascii().is_empty() {
        true => text,
        false => lines,
    };
    if let Some(format) = json::detect(of_json, ending) {
        return format;
    }
    if ending.is_none_or(|e| !["csv", "tsv", "tab"].contains(&e)) {
        let firsts = lines::firsts(lines);
        if let Some(style) = entries::detect(&firsts, lines) {
            return Format::Entries(style);
        }
        if let Some(make) = lines::detect(&firsts) {
            return Format::Lines(make);
        }
    }
    match delimited::detect(lines, whole, ending) {
        Some(dialect) => Format::Delimited(dialect),
        None => Format::Text,
    }
}

/// The head as UTF-8.
fn text_of(head: &[u8], whole: bool, encoding: Encoding) -> Cow<'_, [u8]> {
    if encoding == Encoding::Utf8 {
        let text = head.strip_prefix(BOM_UTF8).unwrap_or(head);
        match std::str::from_utf8(text) {
            Ok(_) => return Cow::Borrowed(text),
            // The end cuts a character.
            Err(error) if !whole && error.error_len().is_none() => {
                return Cow::Borrowed(&text[..error.valid_up_to()]);
            }
            Err(_) => {}
        }
    }
    let mut text = Vec::new();
    let mut transcoder = Transcoder::new(Box::new(Cursor::new(head)), encoding);
    while let Ok(true) = transcoder.fill(&mut text, head.len() + 1) {}
    Cow::Owned(text)
}

/// The text without the line that its end cuts, if it has others.
fn whole_lines(text: &[u8], whole: bool) -> &[u8] {
    match memchr::memrchr(b'\n', text) {
        Some(at) if !whole => &text[..=at],
        _ => text,
    }
}

/// More than one byte in ten is a control character that no text uses, or was no character at all.
/// `\x01` to `\x03` separate fields in exports of Hive, and an escape begins a colour in logs.
fn is_binary(text: &[u8]) -> bool {
    let survey = bytes::survey(text);
    let n_broken = match survey.has_high {
        true => memchr::memmem::find_iter(text, "\u{FFFD}").count(),
        false => 0,
    };
    (survey.n_controls + n_broken) * 10 > text.len() - 2 * n_broken
}

#[cfg(test)]
mod tests;
