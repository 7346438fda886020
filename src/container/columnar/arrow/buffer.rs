//! Buffers: runs of bytes in a file, packed or not, of which a window is in memory.
//!
//! A buffer may be as large as the file. It is mostly read from its start to its end, so that it is unpacked as it is read; one that is
//! read back and forth, as the values of a dictionary are, is unpacked as a whole, as long as there is [`Room`] for that.

use std::cell::{Cell, RefCell};
use std::io::{self, BufReader, Read, SeekFrom};
use std::rc::Rc;

use lz4_flex::frame::FrameDecoder;

use crate::container::source::Seekable;

/// Bytes of all windows of a batch, about.
const WINDOWS_BYTES: usize = 32 << 20;

/// Bytes of one window.
const WINDOW_BYTES_MIN: usize = 256;
const WINDOW_BYTES_MAX: usize = 256 << 10;

/// Bytes that are read at a place that does not follow the one before.
const JUMP_BYTES: usize = 4 << 10;

/// What a decompressor takes beside its window, about.
const DECODER_BYTES: u64 = 512 << 10;

/// Largest window of a decompressor, as a power of two.
const WINDOW_LOG_MAX: u32 = 27;

/// Why something cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fail {
    /// It is not there, or makes no sense.
    Damaged,
    /// It takes too much memory, or lies too deep.
    Limit,
}

/// How buffers are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Codec {
    Lz4,
    Zstd,
}

/// The file, read at any place.
pub(super) struct Data {
    file: RefCell<Box<dyn Seekable>>,
    pub(super) size: u64,
}

impl Data {
    pub(super) fn new(file: Box<dyn Seekable>, size: u64) -> Data {
        Data {
            file: RefCell::new(file),
            size,
        }
    }

    pub(super) fn read_at(&self, at: u64, out: &mut [u8]) -> io::Result<()> {
        let mut file = self.file.borrow_mut();
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(out)
    }
}

/// A part of the file, read from its start to its end.
struct Part {
    data: Rc<Data>,
    at: u64,
    end: u64,
}

impl Read for Part {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = usize::try_from(self.end - self.at).map_or(buf.len(), |n| n.min(buf.len()));
        self.data.read_at(self.at, &mut buf[..n])?;
        self.at += n as u64;
        Ok(n)
    }
}

/// Memory that is shared by buffers.
#[derive(Clone)]
pub(super) struct Room(Rc<Cell<u64>>);

/// Memory that was taken, until it is dropped.
pub(super) struct Taken {
    room: Room,
    n: u64,
}

impl Room {
    pub(super) fn new(n_bytes: u64) -> Room {
        Room(Rc::new(Cell::new(n_bytes)))
    }

    pub(super) fn take(&self, n: u64) -> Result<Taken, Fail> {
        let left = self.0.get().checked_sub(n).ok_or(Fail::Limit)?;
        self.0.set(left);
        let room = self.clone();
        Ok(Taken { room, n })
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.room.0.set(self.room.0.get() + self.n);
    }
}

/// Where a buffer stands, and how it is read.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) data: Rc<Data>,
    pub(super) room: Room,
    pub(super) at: u64,
    pub(super) n: u64,
    pub(super) codec: Option<Codec>,
    /// Whether it should stay in memory as a whole.
    pub(super) is_kept: bool,
    /// Buffers that are read side by side.
    pub(super) n_buffers: usize,
}

/// A run of bytes.
pub(super) struct Buffer {
    data: Rc<Data>,
    room: Room,
    /// Where it stands in the file.
    start: u64,
    n_stored: u64,
    codec: Option<Codec>,
    is_kept: bool,
    /// Bytes of it, unpacked; fewer once some could not be read.
    n: u64,
    window: Vec<u8>,
    /// Where the window begins.
    from: u64,
    window_max: usize,
    /// Gives the bytes behind the window.
    unpacker: Option<Box<dyn Read>>,
    taken: Option<Taken>,
    /// Whether all that can be read of it is in the window.
    is_held: bool,
}

impl Buffer {
    /// Opens a buffer. What of it lies behind the end of the file is not there.
    pub(super) fn open(place: Place) -> Buffer {
        let n_there = place.n.min(place.data.size.saturating_sub(place.at));
        let windows = WINDOWS_BYTES / place.n_buffers.max(1);
        let mut buffer = Buffer {
            data: place.data,
            room: place.room,
            start: place.at,
            n_stored: n_there,
            codec: None,
            is_kept: place.is_kept,
            n: n_there,
            window: Vec::new(),
            from: 0,
            window_max: windows.clamp(WINDOW_BYTES_MIN, WINDOW_BYTES_MAX),
            unpacker: None,
            taken: None,
            is_held: false,
        };
        if let (Some(codec), true) = (place.codec, place.n > 0) {
            buffer.unpacked_by(codec);
        }
        buffer
    }

    /// Reads how long it is unpacked, which stands before the packed bytes; it is not packed if that is -1.
    fn unpacked_by(&mut self, codec: Codec) {
        let mut prefix = [0; 8];
        self.n = 0;
        let Some(n_stored) = self.n_stored.checked_sub(8) else {
            return;
        };
        if self.data.read_at(self.start, &mut prefix).is_err() {
            return;
        }
        (self.start, self.n_stored) = (self.start + 8, n_stored);
        match i64::from_le_bytes(prefix) {
            -1 => self.n = n_stored,
            n => {
                self.n = u64::try_from(n).unwrap_or(0);
                self.codec = Some(codec);
            }
        }
    }

    /// A buffer that is not where it is said to be.
    pub(super) fn missing(place: Place) -> Buffer {
        Buffer::open(Place { n: 0, ..place })
    }

    /// Bytes of it, as far as is known.
    pub(super) fn len(&self) -> u64 {
        self.n
    }

    /// So many bytes from a place on.
    pub(super) fn get(&mut self, at: u64, n: usize) -> Result<&[u8], Fail> {
        let end = at.checked_add(n as u64).filter(|end| *end <= self.n);
        let end = end.ok_or(Fail::Damaged)?;
        if n == 0 {
            return Ok(&[]);
        }
        let is_there = at >= self.from && end <= self.window_end();
        if !is_there && let Err(fail) = self.fetch(at, n) {
            // Nothing behind it can be read either.
            self.n = if fail == Fail::Limit { 0 } else { at };
            return Err(fail);
        }
        let start = (at - self.from) as usize;
        self.window.get(start..start + n).ok_or(Fail::Damaged)
    }

    /// One of the numbers without a sign of which the buffer is full.
    pub(super) fn number(&mut self, i: u64, n_bytes: usize) -> Result<u64, Fail> {
        let at = i.checked_mul(n_bytes as u64).ok_or(Fail::Damaged)?;
        let mut bytes = [0; 8];
        bytes[..n_bytes].copy_from_slice(self.get(at, n_bytes)?);
        Ok(u64::from_le_bytes(bytes))
    }

    /// The bit of a value.
    pub(super) fn bit(&mut self, i: u64) -> Result<bool, Fail> {
        let byte = self.get(i / 8, 1)?[0];
        Ok(byte >> (i % 8) & 1 == 1)
    }

    /// Lets go of a window that a long value has made large.
    pub(super) fn settle(&mut self) {
        if self.window.capacity() > 4 * self.window_max && !self.is_held {
            self.from = self.window_end();
            self.window = Vec::new();
        }
    }

    fn window_end(&self) -> u64 {
        self.from + self.window.len() as u64
    }

    /// Moves the window to where these bytes are in it.
    fn fetch(&mut self, at: u64, n: usize) -> Result<(), Fail> {
        if self.is_held {
            return Err(Fail::Damaged);
        }
        if self.is_kept {
            self.is_kept = false;
            match (self.hold(), self.codec) {
                (Err(Fail::Limit), None) => {
                    // It is read from the file again and again.
                    self.taken = Some(self.room.take(JUMP_BYTES as u64)?);
                    self.window_max = JUMP_BYTES;
                    self.from = u64::MAX;
                }
                (held, _) => return held,
            }
        }
        match self.codec {
            None => self.fetch_plain(at, n),
            Some(codec) => self.fetch_packed(codec, at, n),
        }
    }

    fn fetch_plain(&mut self, at: u64, n: usize) -> Result<(), Fail> {
        let is_near = at >= self.from && at <= self.window_end().saturating_add(JUMP_BYTES as u64);
        let wanted = if is_near { self.window_max } else { JUMP_BYTES };
        let n_there = usize::try_from(self.n - at).unwrap_or(usize::MAX);
        let n = n.max(wanted.min(self.window_max)).min(n_there);
        if self.window.capacity() > 4 * self.window_max.max(n) {
            self.window = Vec::new();
        }
        self.window.resize(n, 0);
        self.from = at;
        let read = self.data.read_at(self.start + at, &mut self.window);
        read.map_err(|_| {
            self.window.clear();
            Fail::Damaged
        })
    }

    fn fetch_packed(&mut self, codec: Codec, at: u64, n: usize) -> Result<(), Fail> {
        if at < self.from {
            return self.hold();
        }
        if self.unpacker.is_none() {
            let needed = self.needed(codec)?;
            if self.n <= needed.max(self.window_max as u64) {
                return self.hold();
            }
            self.taken = Some(self.room.take(needed.saturating_add(DECODER_BYTES))?);
            self.unpacker = Some(self.unpacked(codec, needed)?);
        }
        let end = self.window_end();
        if at < end {
            self.window.drain(..(at - self.from) as usize);
        } else {
            self.window.clear();
        }
        let n_passed = at.saturating_sub(end);
        let n_there = usize::try_from(self.n - at).unwrap_or(usize::MAX);
        let wanted = n.max(self.window_max).min(n_there);
        let n_missing = wanted.saturating_sub(self.window.len());
        self.from = at;
        let unpacker = self.unpacker.as_mut().ok_or(Fail::Damaged)?;
        let passed = io::copy(&mut unpacker.take(n_passed), &mut io::sink());
        if passed.ok() != Some(n_passed) {
            return Err(Fail::Damaged);
        }
        // What came before an error is in the window.
        let _ = unpacker
            .take(n_missing as u64)
            .read_to_end(&mut self.window);
        match self.window.len() >= n {
            true => Ok(()),
            false => Err(Fail::Damaged),
        }
    }

    /// Takes all of it into memory.
    fn hold(&mut self) -> Result<(), Fail> {
        (self.unpacker, self.taken) = (None, None);
        let taken = self.room.take(self.n)?;
        let mut rdr: Box<dyn Read> = match self.codec {
            None => Box::new(self.part()),
            Some(codec) => self.unpacked(codec, 1 << WINDOW_LOG_MAX)?,
        };
        (self.from, self.window) = (0, Vec::new());
        // What came before an error is in the window.
        let _ = rdr.by_ref().take(self.n).read_to_end(&mut self.window);
        (self.taken, self.is_held) = (Some(taken), true);
        Ok(())
    }

    fn part(&self) -> Part {
        Part {
            data: Rc::clone(&self.data),
            at: self.start,
            end: self.start + self.n_stored,
        }
    }

    /// Its bytes from the start, unpacked with so much memory.
    fn unpacked(&self, codec: Codec, needed: u64) -> Result<Box<dyn Read>, Fail> {
        let part = BufReader::with_capacity(self.window_max.max(JUMP_BYTES), self.part());
        match codec {
            Codec::Lz4 => Ok(Box::new(FrameDecoder::new(part))),
            Codec::Zstd => {
                let mut decoder = zstd::Decoder::with_buffer(part).map_err(|_| Fail::Limit)?;
                let log = needed.next_power_of_two().ilog2();
                let set = decoder.window_log_max(log.clamp(10, WINDOW_LOG_MAX));
                set.map_err(|_| Fail::Limit)?;
                Ok(Box::new(decoder))
            }
        }
    }

    /// Memory for unpacking it, as the head of its frame says.
    fn needed(&self, codec: Codec) -> Result<u64, Fail> {
        let mut head = [0; 14];
        let n = usize::try_from(self.n_stored).map_or(head.len(), |n| n.min(head.len()));
        let read = self.data.read_at(self.start, &mut head[..n]);
        read.map_err(|_| Fail::Damaged)?;
        match codec {
            Codec::Lz4 => Ok(lz4_needed(head)),
            Codec::Zstd => Ok(zstd_needed(head)),
        }
    }
}

/// Two blocks, whose length a frame of LZ4 says in its sixth byte.
fn lz4_needed(head: [u8; 14]) -> u64 {
    match head[5] >> 4 & 7 {
        4 => 128 << 10,
        5 => 512 << 10,
        6 => 2 << 20,
        _ => 8 << 20,
    }
}

/// The window of a frame of zstd (RFC 8878, 3.1.1.1): of its own, or all that is in it.
fn zstd_needed(head: [u8; 14]) -> u64 {
    let (descriptor, first) = (head[4], head[5]);
    let is_single = descriptor >> 5 & 1 == 1;
    if !is_single {
        let base = 1_u64 << (10 + (first >> 3));
        return base + base / 8 * u64::from(first & 7);
    }
    let n_id_bytes = [0, 1, 2, 4][usize::from(descriptor & 3)];
    let n_bytes = [1, 2, 4, 8][usize::from(descriptor >> 6)];
    // A number of two bytes stands for one that is larger by 256.
    let more = if n_bytes == 2 { 256 } else { 0 };
    let mut size = [0; 8];
    let at = 5 + n_id_bytes;
    // Dictionaries, which Arrow does not use, could push it over the end of what was read.
    let there = head.get(at..at + n_bytes).unwrap_or(&head[..0]);
    size[..there.len()].copy_from_slice(there);
    u64::from_le_bytes(size).saturating_add(more)
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use lz4_flex::frame::{BlockSize, FrameEncoder, FrameInfo};

    use super::*;

    fn bytes() -> Vec<u8> {
        (0..200_000_u32).flat_map(u32::to_le_bytes).collect()
    }

    fn lz4(bytes: &[u8]) -> Vec<u8> {
        let info = FrameInfo::new().block_size(BlockSize::Max64KB);
        let mut writer = FrameEncoder::with_frame_info(info, Vec::new());
        writer.write_all(bytes).expect("written");
        writer.finish().expect("written")
    }

    /// A buffer of these bytes, of which so many are unpacked, with so much memory.
    fn buffer(stored: &[u8], codec: Option<(Codec, i64)>, room: u64, is_kept: bool) -> Buffer {
        let prefix = codec.map(|(_, n)| n.to_le_bytes().to_vec());
        let stored = [&b"12345"[..], &prefix.unwrap_or_default(), stored].concat();
        let size = stored.len() as u64;
        Buffer::open(Place {
            data: Rc::new(Data::new(Box::new(Cursor::new(stored)), size)),
            room: Room::new(room),
            at: 5,
            n: size - 5,
            codec: codec.map(|(codec, _)| codec),
            is_kept,
            // Windows of 512 bytes.
            n_buffers: WINDOWS_BYTES / 512,
        })
    }

    #[test]
    fn bytes_are_those_that_were_packed() {
        let bytes = bytes();
        let n = bytes.len() as i64;
        let small_window = |bytes: &[u8]| {
            let mut encoder = zstd::Encoder::new(Vec::new(), 1).expect("an encoder");
            encoder.window_log(14).expect("a window");
            encoder.write_all(bytes).expect("written");
            encoder.finish().expect("written")
        };
        for (stored, codec) in [
            (bytes.clone(), None),
            (lz4(&bytes), Some((Codec::Lz4, n))),
            (
                zstd::encode_all(&bytes[..], 1).expect("packed"),
                Some((Codec::Zstd, n)),
            ),
            (small_window(&bytes), Some((Codec::Zstd, n))),
            (bytes.clone(), Some((Codec::Zstd, -1))),
        ] {
            for is_kept in [false, true] {
                let mut buffer = buffer(&stored, codec, 16 << 20, is_kept);
                assert_eq!(buffer.len(), bytes.len() as u64);
                // On and on, with steps over what is not looked at, and at last back to the start.
                let places = [
                    0, 4, 300, 511, 512, 5_000, 5_001, 300_000, 790_000, 799_999, 17,
                ];
                for (i, at) in places.into_iter().enumerate() {
                    let n = if i % 3 == 2 { 3_000 } else { 4 };
                    let n = n.min(bytes.len() - at);
                    assert_eq!(
                        buffer.get(at as u64, n),
                        Ok(&bytes[at..at + n]),
                        "{codec:?} {at}"
                    );
                    buffer.settle();
                }
                assert_eq!(buffer.number(3, 4), Ok(3));
                assert_eq!((buffer.bit(32), buffer.bit(33)), (Ok(true), Ok(false)));
                assert_eq!(buffer.get(799_999, 2), Err(Fail::Damaged));
                assert_eq!(buffer.get(u64::MAX, 2), Err(Fail::Damaged));
                assert_eq!(buffer.number(u64::MAX, 8), Err(Fail::Damaged));
            }
        }
    }

    #[test]
    fn what_is_kept_stays_in_bounds() {
        let bytes = bytes();
        let packed = zstd::encode_all(&bytes[..], 1).expect("packed");
        let n = bytes.len() as i64;
        // Too little room: what is not packed is read from the file, and what is packed is not.
        let mut plain = buffer(&bytes, None, 5_000, true);
        assert_eq!(plain.get(400_000, 4), Ok(&bytes[400_000..400_004]));
        assert_eq!(plain.get(4, 4), Ok(&bytes[4..8]));
        assert!(plain.window.len() <= JUMP_BYTES);
        let mut short = buffer(&packed, Some((Codec::Zstd, n)), 100, true);
        assert_eq!(short.get(4, 4), Err(Fail::Limit));
        assert_eq!(short.len(), 0);
        // What was taken is given back.
        let room = Room::new(10);
        let taken = room.take(7);
        assert!(taken.is_ok() && room.take(4).is_err());
        drop(taken);
        assert!(room.take(10).is_ok());
    }

    #[test]
    fn what_is_not_there_ends_the_buffer() {
        let bytes = bytes();
        for (stored, codec) in [
            (lz4(&bytes), Codec::Lz4),
            (
                zstd::encode_all(&bytes[..], 1).expect("packed"),
                Codec::Zstd,
            ),
        ] {
            // More is promised than comes out, and less is there than should be.
            let half = &stored[..stored.len() / 2];
            for (stored, n, at) in [(&stored[..], i64::MAX, 799_000), (half, 800_000, 790_000)] {
                let mut buffer = buffer(stored, Some((codec, n)), 16 << 20, false);
                assert_eq!(buffer.get(0, 4), Ok(&bytes[..4]), "{codec:?} {n}");
                assert_eq!(buffer.get(at, 2_000), Err(Fail::Damaged));
                assert_eq!(buffer.len(), at);
            }
            let mut nothing = buffer(&[], Some((codec, 8)), 16 << 20, false);
            assert_eq!(nothing.get(0, 1), Err(Fail::Damaged));
            assert_eq!(buffer(&[1, 2], Some((codec, -5)), 9, false).len(), 0);
        }
        // Shorter than the length in front.
        let data = Rc::new(Data::new(Box::new(Cursor::new(vec![0; 4])), 4));
        let place = Place {
            data,
            room: Room::new(9),
            at: 0,
            n: 4,
            codec: Some(Codec::Lz4),
            is_kept: false,
            n_buffers: 1,
        };
        assert_eq!(Buffer::open(place.clone()).len(), 0);
        assert_eq!(Buffer::missing(place).len(), 0);
    }

    #[test]
    fn frames_say_how_much_memory_they_need() {
        let head = |bytes: &[u8]| {
            let mut head = [0; 14];
            head[..bytes.len().min(14)].copy_from_slice(&bytes[..bytes.len().min(14)]);
            head
        };
        assert_eq!(
            zstd_needed(head(&[0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x58])),
            2 << 20
        );
        assert_eq!(
            zstd_needed(head(&[0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x59])),
            (2 << 20) + (256 << 10)
        );
        assert_eq!(zstd_needed(head(&[0x28, 0xB5, 0x2F, 0xFD, 0x20, 200])), 200);
        assert_eq!(
            zstd_needed(head(&[0x28, 0xB5, 0x2F, 0xFD, 0x60, 1, 1])),
            513
        );
        assert_eq!(
            zstd_needed(head(&[0x28, 0xB5, 0x2F, 0xFD, 0xA0, 1, 0, 0, 1])),
            (1 << 24) + 1
        );
        assert_eq!(
            zstd_needed(head(&[
                0x28, 0xB5, 0x2F, 0xFD, 0xA3, 9, 9, 9, 9, 1, 0, 0, 1
            ])),
            (1 << 24) + 1
        );
        assert_eq!(lz4_needed(head(&lz4(b"some text"))), 128 << 10);
        assert_eq!(
            lz4_needed(head(&[4, 0x22, 0x4D, 0x18, 0x60, 0x70])),
            8 << 20
        );
    }
}
