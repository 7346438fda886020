//! Pages of a database file: the header, and each page as it is after the write-ahead log.
//!
//! The log (`-wal`) holds newer versions of pages; those up to the last commit count, as its checksums say. A page number is
//! never believed: what lies behind the end of the file, or is reached twice, is an error of that page alone. What pages mean
//! is not known here.

use std::collections::HashMap;
use std::io::{self, Read, Seek, SeekFrom};

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use super::super::reason_of;
use super::super::source::Seekable;
use crate::error::Reason;

/// Bytes that are read from the file at a time: as many as its reader takes anyway.
const CHUNK_BYTES: u64 = 256 << 10;

/// Chunks that are kept, for the pages that lead from one to the next.
const CHUNKS_MAX: usize = 4;

/// Bytes of the header of a log, and of the header of a frame in it.
const LOG_HEADER_BYTES: usize = 32;
const FRAME_HEADER_BYTES: usize = 24;

/// The pages of a database.
pub(super) struct Pages {
    file: Chunks,
    log: Option<Log>,
    page_bytes: usize,
    /// Bytes of a page that are used; extensions reserve some at its end.
    pub(super) usable_bytes: usize,
    /// The encoding of its text.
    pub(super) encoding: &'static Encoding,
    /// Why the log beside it is not read, if there is one.
    pub(super) log_trouble: Option<Reason>,
    /// Pages that the database has, at least one; further numbers lead nowhere.
    n_pages: u32,
    /// Pages of the file that were given, a bit each; those in the log say so themselves. Every page belongs to one tree, once.
    seen: Vec<u64>,
}

impl Pages {
    /// The pages of a file of so many bytes, with the log beside it if there is one.
    ///
    /// # Errors
    /// When there is no header, or it makes no sense. A log that makes none is left out, and told.
    pub(super) fn open(
        file: Box<dyn Seekable>,
        size: u64,
        log: Option<Box<dyn Seekable>>,
    ) -> Result<Pages, Reason> {
        let mut file = Chunks::new(file, size);
        let mut header = [0; 100];
        file.read_at(0, &mut header).map_err(|e| reason_of(&e))?;
        let mut page_bytes = page_bytes(u32::from(u16_at(&header, 16)))?;
        let (log, log_trouble) = match log.map(Log::read) {
            Some(Ok(log)) => (log, None),
            Some(Err(reason)) => (None, Some(reason)),
            None => (None, None),
        };
        // A log that begins before the first checkpoint may know a page size that the file does not have yet.
        if let Some(log) = &log {
            page_bytes = log.page_bytes;
        }
        let in_file = (size / page_bytes as u64).min(u64::from(u32::MAX)) as u32;
        // What a log says of the size is not believed: nothing is made that large.
        let n_pages = log.as_ref().map_or(0, |log| log.n_pages).max(in_file);
        let mut pages = Pages {
            file,
            log,
            page_bytes,
            usable_bytes: page_bytes,
            encoding: UTF_8,
            log_trouble,
            n_pages: n_pages.max(1),
            seen: vec![0; in_file as usize / 64 + 1],
        };
        let first = pages.read(1)?;
        pages.usable_bytes = page_bytes.saturating_sub(usize::from(first[20]));
        if pages.usable_bytes < 480 {
            return Err(damaged("the header of the database"));
        }
        pages.encoding = match u32_at(&first, 56) {
            0 | 1 => UTF_8,
            2 => UTF_16LE,
            3 => UTF_16BE,
            _ => return Err(damaged("the header of the database")),
        };
        Ok(pages)
    }

    /// A page, for the first time.
    ///
    /// # Errors
    /// When there is no such page, it was given before, or it cannot be read.
    pub(super) fn take(&mut self, number: u32) -> Result<Vec<u8>, Reason> {
        if number == 0 {
            return Err(damaged("a page number"));
        }
        let in_log = self
            .log
            .as_mut()
            .and_then(|log| log.frames.get_mut(&number));
        let was_given = match in_log {
            Some(frame) => std::mem::replace(&mut frame.is_given, true),
            None => {
                let seen = self.seen.get_mut(number as usize / 64);
                let seen = seen.ok_or_else(behind_the_end)?;
                let before = *seen;
                *seen |= 1 << (number % 64);
                *seen == before
            }
        };
        match was_given {
            true => Err(damaged("a page that is used twice")),
            false => self.read(number),
        }
    }

    /// A page, again: for what was found on it before.
    ///
    /// # Errors
    /// When there is no such page or it cannot be read.
    pub(super) fn read(&mut self, number: u32) -> Result<Vec<u8>, Reason> {
        if number == 0 || number > self.n_pages {
            return Err(behind_the_end());
        }
        let mut page = vec![0; self.page_bytes];
        let read = match self.log.as_mut().and_then(|log| log.place(number)) {
            Some((file, at)) => file.read_at(at, &mut page),
            None => {
                let at = u64::from(number - 1) * self.page_bytes as u64;
                self.file.read_at(at, &mut page)
            }
        };
        match read {
            Ok(()) => Ok(page),
            Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => Err(behind_the_end()),
            Err(e) => Err(reason_of(&e)),
        }
    }
}

fn page_bytes(field: u32) -> Result<usize, Reason> {
    let n = if field == 1 { 65_536 } else { field };
    match n.is_power_of_two() && (512..=65_536).contains(&n) {
        true => Ok(n as usize),
        false => Err(damaged("the page size of the database")),
    }
}

pub(super) fn damaged(what: &str) -> Reason {
    Reason::Damaged(format!("{what} is wrong"))
}

fn damaged_log() -> Reason {
    damaged("the log beside the database")
}

fn behind_the_end() -> Reason {
    Reason::Truncated("pages of the database are missing".to_owned())
}

/// A write-ahead log: which frame holds the newest version of a page.
struct Log {
    file: Chunks,
    page_bytes: usize,
    frames: HashMap<u32, Frame>,
    /// Size of the database after the last commit.
    n_pages: u32,
}

/// The newest version of a page in a log.
struct Frame {
    at: u64,
    /// Whether it was given already.
    is_given: bool,
}

impl Log {
    /// The log, up to its last commit; none if it holds no commit.
    ///
    /// # Errors
    /// When it cannot be read, or its header makes no sense: then there is no telling what is missing.
    fn read(mut file: Box<dyn Seekable>) -> Result<Option<Log>, Reason> {
        let size = file.seek(SeekFrom::End(0)).map_err(|e| reason_of(&e))?;
        file.rewind().map_err(|e| reason_of(&e))?;
        let mut rdr = io::BufReader::with_capacity(CHUNK_BYTES as usize, file);
        let mut header = Vec::new();
        let mut front = rdr.by_ref().take(LOG_HEADER_BYTES as u64);
        front.read_to_end(&mut header).map_err(|e| reason_of(&e))?;
        // Programs empty a log that is done with, or write zeros over its header.
        if header.iter().all(|byte| *byte == 0) {
            return Ok(None);
        }
        if header.len() < LOG_HEADER_BYTES {
            return Err(Reason::Truncated(
                "the log beside the database ends in its header".to_owned(),
            ));
        }
        let is_big_endian = match u32_at(&header, 0) {
            0x377F_0682 => false,
            0x377F_0683 => true,
            _ => return Err(damaged_log()),
        };
        let page_bytes = page_bytes(u32_at(&header, 8)).map_err(|_| damaged_log())?;
        let salts = &header[16..24];
        let mut sum = Checksum {
            is_big_endian,
            sums: (0, 0),
        };
        sum.add(&header[..24]);
        if !sum.stands_at(&header, 24) {
            return Err(damaged_log());
        }
        let (mut frames, mut uncommitted) = (HashMap::new(), Vec::new());
        let mut n_pages = 0;
        let mut frame = vec![0; FRAME_HEADER_BYTES + page_bytes];
        let mut at = LOG_HEADER_BYTES as u64;
        // A frame that is not whole belongs to no commit.
        while at + frame.len() as u64 <= size {
            rdr.read_exact(&mut frame).map_err(|e| reason_of(&e))?;
            sum.add(&frame[..8]);
            sum.add(&frame[FRAME_HEADER_BYTES..]);
            if &frame[8..16] != salts || !sum.stands_at(&frame, 16) {
                break;
            }
            let place = Frame {
                at: at + FRAME_HEADER_BYTES as u64,
                is_given: false,
            };
            uncommitted.push((u32_at(&frame, 0), place));
            let n_after = u32_at(&frame, 4);
            if n_after > 0 {
                n_pages = n_after;
                frames.extend(uncommitted.drain(..));
            }
            at += frame.len() as u64;
        }
        Ok((n_pages > 0).then(|| Log {
            file: Chunks::new(rdr.into_inner(), size),
            page_bytes,
            frames,
            n_pages,
        }))
    }

    fn place(&mut self, page: u32) -> Option<(&mut Chunks, u64)> {
        let at = self.frames.get(&page)?.at;
        Some((&mut self.file, at))
    }
}

/// The running checksum of a log ("WAL-Index Format" of SQLite's file format, section 4.2).
struct Checksum {
    is_big_endian: bool,
    sums: (u32, u32),
}

impl Checksum {
    fn add(&mut self, bytes: &[u8]) {
        for pair in bytes.chunks_exact(8) {
            let (a, b) = (self.word(&pair[..4]), self.word(&pair[4..]));
            self.sums.0 = self.sums.0.wrapping_add(a).wrapping_add(self.sums.1);
            self.sums.1 = self.sums.1.wrapping_add(b).wrapping_add(self.sums.0);
        }
    }

    fn word(&self, bytes: &[u8]) -> u32 {
        let bytes = [bytes[0], bytes[1], bytes[2], bytes[3]];
        match self.is_big_endian {
            true => u32::from_be_bytes(bytes),
            false => u32::from_le_bytes(bytes),
        }
    }

    fn stands_at(&self, bytes: &[u8], at: usize) -> bool {
        self.sums == (u32_at(bytes, at), u32_at(bytes, at + 4))
    }
}

/// A file in chunks, the last of which are kept.
struct Chunks {
    file: Box<dyn Seekable>,
    size: u64,
    /// Number and bytes, the newest last.
    kept: Vec<(u64, Vec<u8>)>,
}

impl Chunks {
    fn new(file: Box<dyn Seekable>, size: u64) -> Chunks {
        let kept = Vec::new();
        Chunks { file, size, kept }
    }

    fn read_at(&mut self, mut at: u64, out: &mut [u8]) -> io::Result<()> {
        if at.saturating_add(out.len() as u64) > self.size {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let mut done = 0;
        while done < out.len() {
            let chunk = self.chunk(at / CHUNK_BYTES)?;
            let from = (at % CHUNK_BYTES) as usize;
            let piece = chunk
                .get(from..)
                .filter(|piece| !piece.is_empty())
                .ok_or(io::ErrorKind::UnexpectedEof)?;
            let n = piece.len().min(out.len() - done);
            out[done..done + n].copy_from_slice(&piece[..n]);
            done += n;
            at += n as u64;
        }
        Ok(())
    }

    fn chunk(&mut self, number: u64) -> io::Result<&[u8]> {
        match self.kept.iter().position(|(kept, _)| *kept == number) {
            Some(i) => {
                let chunk = self.kept.remove(i);
                self.kept.push(chunk);
            }
            None => {
                let mut bytes = match self.kept.len() < CHUNKS_MAX {
                    true => Vec::new(),
                    false => self.kept.remove(0).1,
                };
                bytes.clear();
                self.file.seek(SeekFrom::Start(number * CHUNK_BYTES))?;
                self.file
                    .by_ref()
                    .take(CHUNK_BYTES)
                    .read_to_end(&mut bytes)?;
                self.kept.push((number, bytes));
            }
        }
        Ok(self.kept.last().map_or(&[], |(_, bytes)| bytes))
    }
}

pub(super) fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_be_bytes([bytes[at], bytes[at + 1]])
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}
