//! `leakgauge formats`: what is read, how it is told apart, and where the limits lie.
//!
//! The numbers are those of the decoders themselves; only the words stand here.

use anyhow::Result;
use leakgauge::container::Limits;
use leakgauge::decode::DecodeLimits;
use leakgauge::decode::text::PIECE_BYTES_MAX;

use super::exit::ExitCode;
use super::print;

/// Bytes in a mebibyte.
const MIB: usize = 1 << 20;

/// Bytes in a kibibyte.
const KIB: usize = 1 << 10;

/// Runs the command.
pub(crate) fn run() -> Result<ExitCode> {
    print(&text(&DecodeLimits::default(), &Limits::default()))?;
    Ok(ExitCode::Success)
}

fn text(limits: &DecodeLimits, unpacking: &Limits) -> String {
    format!(
        "\
Formats are told by content; the ending of a name only breaks ties. The first {head} KiB of a file decide.

  text    text and logs: a line is a record; a line longer than {piece} KiB is taken in pieces; keys in it (logfmt, JSON
          behind a prefix) are what headers are elsewhere
  csv     rows with a delimiter (comma, semicolon, tab, |, 0x01), with or without a header, quoted or not; id `tsv` for tabs
  json    one JSON document; every object in a list is a record, nested members are fields named by their path; one by
          columns, as pandas writes it, is a container of its rows (`data.json!/rows`)
  jsonl   a sequence of JSON values, one record each
  sql     dumps: MySQL INSERT ... VALUES, PostgreSQL COPY ... FROM stdin; a row is a record, columns from CREATE TABLE
  logins  lists of a login and a password a line, with : or ---- between; further columns behind the password
  chat    chats as QQ exports them: a line with time, name and account, and below it what was said; a message is a record
  vcard   cards of contacts (2.1 to 4.0, also quoted-printable); a card is a record, as is an entry below
  ldif    entries of a directory, also in base64
  yaml    lists of mappings, a member is a record; where documents repeat, each of them
  entries names and values, a pair a line: \\G of MySQL, \\x of psql, line mode of sqlite3, and forms that repeat
  binary  anything else that is no known container: scanned as bytes

Encodings, told by content: UTF-8 (also with single broken bytes), UTF-16 LE and BE, GB18030 and GBK, Big5. A file in more
than one encoding is read line by line; HTML and XML also in any other that they name.

Containers are read through, also inside each other: zip (deflate, deflate64, bzip2, lzma, xz, zstd; AES and the old
encryption with --password-file), 7z and rar 1.5 to 7 (solid; with --password-file; volumes are not joined), tar, gzip,
bzip2, xz, zstd and lz4. Paths read `outer.zip!/folder/inner.csv`. Nothing is written to a path.

Documents, databases, markup and mail are containers too, of tables, text, records and messages:

  xlsx xlsb xls ods             a table a sheet, hidden ones too (`book.xlsx!/Sheet1`); dates as ISO 8601 writes them
  ofd                           lines, also those of tables; what is attached is a member
  docx pptx odt odp rtf doc ppt lines (`report.docx!/text`) and tables; comments, notes, headers, text boxes and deleted text
                                count, and files that are embedded are members; pictures are reported as skipped
  pdf                           text of all pages, tables as rows (`list.pdf!/table 1`), comments, filled-in forms and
                                attached files; pages of images and pages that are missing are reported as skipped
  sqlite                        every table; a log (`-wal`) that lies beside the file is read with it, and files in blobs
                                are members; deleted rows that still stand in free pages are not read
  pgdump                        archives of pg_dump (`-Fc`): each table as the script that restores it, with the comments on
                                its columns (`shop.dump!/public.users`), and large objects; of the tar and the directory
                                format the data is read without the names of its columns
  html                          tables as rows, everything else as lines; comments, templates and attributes with data count,
                                and scripts of JSON (`page.html!/data 1`); other scripts and styles do not
  xml                           elements that repeat are records, with columns named by elements and attributes; entities
                                that a document defines are not expanded; comments and instructions are lines
  parquet arrow avro            every row with its columns, records, lists and maps inside them as JSON Lines would have them
                                (`users.parquet!/table`); bytes that are no text are reported as skipped; arrow: files
                                (Feather of version 2) and streams, not Feather of version 1, nor the highest byte first
  bson mongodump                every document as an object of JSON Lines (`users.bson!/documents`); archives of mongodump by
                                collection (`dump.archive!/shop.users`), without a look at their checksums
  eml msg mbox                  a message is a record with its sender, receivers, time, subject and text, of which the last
                                form is read where it is there in several; what is attached is a member; the text of a
                                msg that is there only as compressed RTF, and what is attached to one as an object of
                                another program or only referred to, are reported as skipped

A document that is protected by a password is reported as encrypted. The properties of xls, doc and ppt, older versions in a
ppt, and pictures that float over the text of a doc are passed over.

7z, rar, OLE (xls, doc, ppt, msg), PDF and Parquet files are decoded by a process of their own where the system is a Unix,
with {apart_memory} MiB of memory, {apart_seconds} seconds of processor time and {apart_each} more for each MiB, and
{apart_silent} seconds to decode something; a password of a rar is tried for as long as it takes processor time.

Known by signature and not read: images, audio and video, other database files, files packed by lzip, lzop, snappy, LHA,
ACE, ALZ and EGG. They are reported as skipped, and the exit code is 3.

Limits: a record of {record} MiB (longer ones are read as text, in pieces); JSON nested {depth} levels deep (what lies deeper
is read as text and reported); {depth_in} containers in each other, {members} members of one, {ratio} bytes from one byte of a
container beyond {free} MiB, {window} MiB for a decompressor, {strings} strings that the cells of a workbook share, {document}
MiB of a PDF (what was read before is counted, and the rest reported). No limit on the size of other files, their lines or
the number of records. Memory grows with the number of different persons and values, not with the size of the input.

Files are read whatever their name: hidden ones, and those that git ignores. Sockets, FIFOs and devices are never opened;
to scan what a program writes, use `-`: `program | leakgauge scan -`.
",
        head = limits.head_bytes / KIB,
        piece = PIECE_BYTES_MAX.min(limits.record_bytes_max) / KIB,
        record = limits.record_bytes_max / MIB,
        depth = limits.depth_max,
        depth_in = unpacking.depth_max,
        ratio = unpacking.ratio_max,
        free = unpacking.free_bytes >> 20,
        members = unpacking.members_max,
        window = unpacking.window_bytes_max >> 20,
        strings = unpacking.strings_max,
        document = unpacking.document_bytes_max >> 20,
        apart_memory = unpacking.apart_memory_bytes_max >> 20,
        apart_seconds = unpacking.apart_seconds_max,
        apart_each = unpacking.apart_seconds_each_mib,
        apart_silent = unpacking.apart_silent_seconds_max,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limits_are_those_in_force() {
        let limits = DecodeLimits {
            head_bytes: 3 * KIB,
            record_bytes_max: 5 * MIB,
            depth_max: 77,
            ..DecodeLimits::default()
        };
        let unpacking = Limits {
            depth_max: 7,
            ..Limits::default()
        };
        let text = text(&limits, &unpacking);
        for part in [
            "first 3 KiB",
            "record of 5 MiB",
            "nested 77 levels",
            "7 containers",
        ] {
            assert!(text.contains(part), "{part}");
        }
        assert!(text.lines().all(|line| line.chars().count() <= 125));
    }
}
