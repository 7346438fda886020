//! Archives of `pg_dump`: its custom format, and the directory of its other two (`toc.dat`).
//!
//! A directory of everything that was dumped stands first, with the statements that make it; behind it the data of each table, as
//! `COPY` has it or as `INSERT` statements, in chunks of some kilobytes, and large objects. A table becomes the script that would
//! restore it: its definition, the comments on its columns, and its data; all other statements are a script of their own. The
//! layout follows the sources of PostgreSQL (`src/bin/pg_dump`, `pg_backup_archiver.c` and `pg_backup_custom.c`), of archives since
//! 8.0. Where data lies in files beside `toc.dat`, those are read as what they are, without the names of columns.

use std::collections::{HashMap, HashSet};
use std::io::{self, BufRead, BufReader, Cursor, Read};

use flate2::bufread::ZlibDecoder;
use lz4_flex::frame::FrameDecoder;

use super::pump::{Job, Sink, Stop};
use super::{Broken, reason_of};
use crate::decode::Known;
use crate::error::Reason;

/// Bytes of memory for a directory: its texts, with what is held for each of them and of its entries.
const DIRECTORY_BYTES_MAX: u64 = 128 << 20;

/// Bytes that a text takes besides, and an entry: a list of them has room for as many again.
const TEXT_BYTES: u64 = 2 * size_of::<i64>() as u64;
const ENTRY_BYTES: u64 = 2 * size_of::<Entry>() as u64;

/// Bytes of a number, and of a place in the file.
const NUMBER_BYTES_MAX: usize = 8;

/// Versions of the format that are read, as major times 256 and minor: those of PostgreSQL 8.0 to 18.
const VERSIONS: std::ops::RangeInclusive<u16> = 0x010A..=0x0110;

/// The versions since which an entry says where in a restore it belongs, and how its table is stored; since which the method of
/// compression is told; and since which an entry says what kind of relation it is.
const SINCE_SECTIONS: u16 = 0x010B;
const SINCE_TABLE_METHODS: u16 = 0x010E;
const SINCE_COMPRESSIONS: u16 = 0x010F;
const SINCE_KINDS: u16 = 0x0110;

/// The format that holds the data itself. That of others lies in files beside the directory.
const CUSTOM: u8 = 1;

/// Kinds of blocks.
const DATA: u8 = 1;
const LARGE_OBJECTS: u8 = 3;

/// What an entry says of the place of its data if it has none.
const NO_DATA: u8 = 3;

/// Bytes of chunks that are read at a time.
const CHUNKS_BYTES: usize = 32 << 10;

/// Numbers of the time of a dump.
const TIME_NUMBERS: usize = 7;

pub(super) fn walk(job: Job, sink: &mut Sink) -> Result<(), Stop> {
    let window = job.unpacking.limits.window_bytes_max;
    let mut archive = Archive::open(job.source.into_reader(sink.n_read()))?;
    let entries = archive.entries()?;
    let (definitions, mut filled) = scripts_of(entries);
    if !definitions.is_empty() {
        sink.member_known(b"definitions", Known::Script, &mut Cursor::new(definitions))?;
    }
    let numbers: HashMap<i64, usize> = filled
        .iter()
        .enumerate()
        .map(|(i, of)| (of.id, i))
        .collect();
    let mut n_left = filled.len();
    let ended = loop {
        let went = match n_left {
            0 => archive.rest().map(|()| None),
            _ => archive.block(&numbers, &mut filled, window, sink),
        };
        match went {
            Ok(Some(is_first)) => n_left -= usize::from(is_first),
            Ok(None) => break archive.left.take(),
            Err(Stop::Because(reason)) => break Some(reason),
            Err(Stop::Unread) => return Err(Stop::Unread),
        }
    };
    for of in filled.iter().filter(|of| !of.is_read) {
        let cut = || Reason::Truncated("ends before its data".to_owned());
        sink.refuse(&of.name, ended.clone().unwrap_or_else(cut))?;
    }
    ended.map_or(Ok(()), |reason| Err(reason.into()))
}

fn damaged() -> io::Error {
    let reason = Reason::Damaged("its directory or a block makes no sense".to_owned());
    io::Error::other(Broken(reason))
}

fn behind() -> Reason {
    Reason::Damaged("something else follows the data".to_owned())
}

/// A thing that was dumped.
struct Entry {
    id: i64,
    has_data: bool,
    /// What it is, in capitals: `TABLE`, `TABLE DATA`, `COMMENT`.
    kind: Vec<u8>,
    /// Its name, behind that of its schema if it is in one.
    name: Vec<u8>,
    /// The statements that make it.
    definition: Vec<u8>,
    /// The statement that its data follows, if that is not made of statements itself.
    copy: Vec<u8>,
    /// The things that must be there before it.
    needs: Vec<i64>,
}

/// What has data: a table, or a group of large objects.
struct Filled {
    id: i64,
    name: Vec<u8>,
    /// What stands before the data in the script that would restore it.
    preamble: Vec<u8>,
    is_read: bool,
}

/// The statements of everything that has no data, and what has, each with the statements that belong to it.
fn scripts_of(entries: Vec<Entry>) -> (Vec<u8>, Vec<Filled>) {
    let tables = entries.iter().filter(|entry| entry.kind == b"TABLE");
    let tables: HashSet<i64> = tables.map(|entry| entry.id).collect();
    let table_of = |entry: &Entry| entry.needs.iter().copied().find(|id| tables.contains(id));
    let mut preambles: HashMap<i64, Vec<u8>> = HashMap::new();
    for entry in entries.iter().filter(|entry| entry.has_data) {
        if let Some(table) = table_of(entry) {
            preambles.insert(table, Vec::new());
        }
    }
    let mut others = Vec::new();
    for entry in &entries {
        let table = match &*entry.kind {
            b"TABLE" => Some(entry.id),
            b"COMMENT" => table_of(entry),
            _ => None,
        };
        let script = table.and_then(|table| preambles.get_mut(&table));
        script.unwrap_or(&mut others).extend(&entry.definition);
    }
    let mut filled = Vec::new();
    for entry in entries.into_iter().filter(|entry| entry.has_data) {
        let of_table = table_of(&entry).and_then(|id| preambles.remove(&id));
        let mut preamble = of_table.unwrap_or_default();
        preamble.extend(&entry.copy);
        filled.push(Filled {
            id: entry.id,
            name: entry.name,
            preamble,
            is_read: false,
        });
    }
    (others, filled)
}

/// How data is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Method {
    Stored,
    Zlib,
    Lz4,
    Zstd,
}

/// An archive, read from its start.
struct Archive<R> {
    rdr: R,
    version: u16,
    number_bytes: usize,
    place_bytes: usize,
    format: u8,
    method: Method,
    /// Bytes that the directory takes so far.
    n_held: u64,
    /// What was met and is no data, if anything.
    left: Option<Reason>,
}

impl<R: BufRead> Archive<R> {
    /// Reads what stands before the directory.
    fn open(mut rdr: R) -> Result<Archive<R>, Stop> {
        let mut head = [0; 11];
        rdr.read_exact(&mut head)?;
        let [.., major, minor, _, number_bytes, place_bytes, format] = head;
        let version = u16::from_be_bytes([major, minor]);
        if !VERSIONS.contains(&version) {
            let what = format!("a dump of PostgreSQL in version {major}.{minor} of its format");
            return Err(Reason::Unsupported(what).into());
        }
        let mut archive = Archive {
            rdr,
            version,
            number_bytes: usize::from(number_bytes),
            place_bytes: usize::from(place_bytes),
            format,
            method: Method::Stored,
            n_held: 0,
            left: None,
        };
        let sizes = 1..=NUMBER_BYTES_MAX;
        if !sizes.contains(&archive.number_bytes) || !sizes.contains(&archive.place_bytes) {
            return Err(damaged().into());
        }
        archive.method = match version < SINCE_COMPRESSIONS {
            true => match archive.number()? {
                0 => Method::Stored,
                _ => Method::Zlib,
            },
            false => match archive.byte()? {
                0 => Method::Stored,
                1 => Method::Zlib,
                2 => Method::Lz4,
                3 => Method::Zstd,
                _ => return Err(io::Error::from(io::ErrorKind::Unsupported).into()),
            },
        };
        for _ in 0..TIME_NUMBERS {
            archive.number()?;
        }
        // The database, and the versions of the server and of the program.
        for _ in 0..3 {
            archive.text()?;
        }
        Ok(archive)
    }

    /// Reads the directory.
    fn entries(&mut self) -> Result<Vec<Entry>, Stop> {
        let n = self.number()?;
        (0..n).map(|_| self.entry()).collect()
    }

    fn entry(&mut self) -> Result<Entry, Stop> {
        self.hold(ENTRY_BYTES)?;
        let id = self.number()?;
        let has_dumper = self.number()? != 0;
        // The numbers of its row in the catalog.
        self.text()?;
        self.text()?;
        let tag = self.text()?.unwrap_or_default();
        let kind = self.text()?.unwrap_or_default();
        if self.version >= SINCE_SECTIONS {
            self.number()?;
        }
        let definition = self.text()?.unwrap_or_default();
        // How it is dropped.
        self.text()?;
        let copy = self.text()?.unwrap_or_default();
        let schema = self.text()?.unwrap_or_default();
        // Where it is stored, and how.
        self.text()?;
        if self.version >= SINCE_TABLE_METHODS {
            self.text()?;
        }
        if self.version >= SINCE_KINDS {
            self.number()?;
        }
        // Its owner, and whether rows have numbers.
        self.text()?;
        self.text()?;
        let mut needs = Vec::new();
        while let Some(id) = self.text()? {
            let id = std::str::from_utf8(&id).ok();
            needs.extend(id.and_then(|id| id.parse::<i64>().ok()));
        }
        let has_place = match self.format {
            CUSTOM => {
                let state = self.byte()?;
                for _ in 0..self.place_bytes {
                    self.byte()?;
                }
                state != NO_DATA
            }
            // It lies in a file of this name.
            _ => {
                self.text()?;
                false
            }
        };
        Ok(Entry {
            id,
            has_data: has_dumper && has_place,
            kind,
            name: match schema.is_empty() {
                true => tag,
                false => [&*schema, b".", &tag].concat(),
            },
            definition,
            copy,
            needs,
        })
    }

    /// Hands over what the next block holds, and says whether it is the first one of its entry. `None` at the end.
    fn block(
        &mut self,
        numbers: &HashMap<i64, usize>,
        filled: &mut [Filled],
        window: u64,
        sink: &mut Sink,
    ) -> Result<Option<bool>, Stop> {
        if self.rdr.fill_buf()?.is_empty() {
            return Ok(None);
        }
        let kind = self.byte()?;
        let id = self.number()?;
        let of = numbers.get(&id).and_then(|i| filled.get_mut(*i));
        let of = of.ok_or_else(damaged)?;
        let is_first = !std::mem::replace(&mut of.is_read, true);
        match kind {
            DATA => {
                let preamble = Cursor::new(std::mem::take(&mut of.preamble));
                self.data(&of.name, Known::Script, preamble, window, sink)?;
            }
            LARGE_OBJECTS => loop {
                // Written as if it had a sign.
                let object = match self.number()? {
                    0 => break,
                    object @ ..0 => object + (1 << 32),
                    object => object,
                };
                let name = format!("large object {object}");
                self.data(name.as_bytes(), Known::Nothing, io::empty(), window, sink)?;
            },
            _ => return Err(damaged().into()),
        }
        Ok(Some(is_first))
    }

    /// Looks at what stands behind all data: nothing, or the directory again, with the places that were not known the first time.
    fn rest(&mut self) -> Result<(), Stop> {
        self.n_held = 0;
        if self.rdr.fill_buf()?.is_empty() {
            return Ok(());
        }
        let n = self.number().unwrap_or(0);
        let read = (0..n).try_for_each(|_| self.entry().map(drop));
        if n == 0 || read.is_err() || !self.rdr.fill_buf()?.is_empty() {
            self.left.get_or_insert_with(behind);
        }
        Ok(())
    }

    /// Hands over chunks up to their end as a member, behind what stands before them.
    fn data(
        &mut self,
        name: &[u8],
        known: Known,
        preamble: impl Read,
        window: u64,
        sink: &mut Sink,
    ) -> Result<(), Stop> {
        let method = self.method;
        let mut chunks = Chunks {
            archive: self,
            n_left: 0,
            is_over: false,
            failed: None,
        };
        if let Err(error) = chunks.advance() {
            sink.refuse(name, reason_of(&error))?;
            return Err(error.into());
        }
        let is_empty = chunks.is_over;
        let mut packed = BufReader::with_capacity(CHUNKS_BYTES, chunks);
        let mut unpacked: Box<dyn Read + '_> = match method {
            _ if is_empty => Box::new(io::empty()),
            Method::Stored => Box::new(&mut packed),
            Method::Zlib => Box::new(ZlibDecoder::new(&mut packed)),
            Method::Lz4 => Box::new(FrameDecoder::new(&mut packed)),
            Method::Zstd => {
                let mut decoder = zstd::Decoder::with_buffer(&mut packed)?;
                decoder.window_log_max(window.ilog2())?;
                Box::new(decoder)
            }
        };
        let is_whole = sink.member_known(name, known, &mut preamble.chain(&mut unpacked))?;
        drop(unpacked);
        // What a damaged chunk leaves, and what stands behind the end of the packed data.
        let mut n_behind = 0;
        loop {
            let n = packed.fill_buf()?.len();
            if n == 0 {
                break;
            }
            packed.consume(n);
            n_behind += n;
            sink.still_trying()?;
        }
        if is_whole && n_behind > 0 {
            self.left.get_or_insert_with(behind);
        }
        Ok(())
    }

    fn byte(&mut self) -> io::Result<u8> {
        let mut byte = [0];
        self.rdr.read_exact(&mut byte)?;
        Ok(byte[0])
    }

    /// A number: its sign, and its bytes from the lowest on.
    fn number(&mut self) -> io::Result<i64> {
        let is_negative = self.byte()? != 0;
        let mut bytes = [0; NUMBER_BYTES_MAX];
        self.rdr.read_exact(&mut bytes[..self.number_bytes])?;
        let number = i64::try_from(u64::from_le_bytes(bytes)).map_err(|_| damaged())?;
        Ok(if is_negative { -number } else { number })
    }

    /// A text behind its length, or none.
    fn text(&mut self) -> io::Result<Option<Vec<u8>>> {
        let Ok(n) = u64::try_from(self.number()?) else {
            return Ok(None);
        };
        self.hold(n.saturating_add(TEXT_BYTES))?;
        let mut text = Vec::new();
        let n_read = (&mut self.rdr).take(n).read_to_end(&mut text)?;
        match n_read as u64 == n {
            true => Ok(Some(text)),
            false => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }

    fn hold(&mut self, n: u64) -> io::Result<()> {
        self.n_held = self.n_held.saturating_add(n);
        if self.n_held > DIRECTORY_BYTES_MAX {
            let mib = DIRECTORY_BYTES_MAX >> 20;
            let reason = Reason::Limit(format!("a directory of more than {mib} MiB"));
            return Err(io::Error::other(Broken(reason)));
        }
        Ok(())
    }
}

/// The chunks of one datum, as they stand in the file.
struct Chunks<'a, R> {
    archive: &'a mut Archive<R>,
    /// Bytes of the chunk that were not read.
    n_left: u64,
    is_over: bool,
    /// Why where the next one begins is not known.
    failed: Option<Reason>,
}

impl<R: BufRead> Chunks<'_, R> {
    /// Goes on to the next chunk, behind the end of one.
    fn advance(&mut self) -> io::Result<()> {
        if self.n_left > 0 || self.is_over {
            return Ok(());
        }
        if let Some(reason) = &self.failed {
            return Err(io::Error::other(Broken(reason.clone())));
        }
        let n = self.archive.number();
        let n = n.and_then(|n| u64::try_from(n).map_err(|_| damaged()));
        self.n_left = n.inspect_err(|error| self.failed = Some(reason_of(error)))?;
        self.is_over = self.n_left == 0;
        Ok(())
    }
}

impl<R: BufRead> Read for Chunks<'_, R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.advance()?;
        let n = self.archive.rdr.by_ref().take(self.n_left).read(buf)?;
        if n == 0 && self.n_left > 0 && !buf.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.n_left -= n as u64;
        Ok(n)
    }
}

#[cfg(test)]
mod tests;
