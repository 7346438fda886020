//! What a 7z archive asks for before anything of it is decoded: the memory and the output of its packed directory.
//!
//! The directory of a 7z archive (7zFormat.txt of the LZMA SDK) is as a rule compressed itself, and says how large its
//! dictionary is and how much comes out of it. The library takes both on trust, so both are read here first. What the
//! directory says of the files is not known here.

use std::io::{self, Read, Seek, SeekFrom};

use super::super::pump::Stop;
use super::memory;
use crate::error::Reason;

/// Bytes of a directory, packed or not. One of a million members with names of 60 letters has about 130 MB.
pub(super) const DIRECTORY_BYTES_MAX: u64 = 192 << 20;

/// Where everything is counted from: behind the signature header.
const START: u64 = 32;

// Ids of the format.
const END: u8 = 0x00;
const HEADER: u8 = 0x01;
const PACK_INFO: u8 = 0x06;
const UNPACK_INFO: u8 = 0x07;
const SIZE: u8 = 0x09;
const CRC: u8 = 0x0A;
const FOLDER: u8 = 0x0B;
const UNPACK_SIZE: u8 = 0x0C;
const ENCODED_HEADER: u8 = 0x17;

/// Coders of a block, as 7-Zip takes them.
const CODERS_MAX: u64 = 64;

/// Looks at how the directory is packed. True if it is encrypted.
///
/// # Errors
/// When it is not there, asks for more than is allowed, or is no directory.
pub(super) fn check(
    rdr: &mut (impl Read + Seek + ?Sized),
    size: u64,
    window: u64,
) -> Result<bool, Stop> {
    rdr.seek(SeekFrom::Start(0))?;
    let mut start = [0; START as usize];
    rdr.read_exact(&mut start)?;
    let number = |at: usize| {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&start[at..at + 8]);
        u64::from_le_bytes(bytes)
    };
    let (offset, length) = (number(12), number(20));
    if start[8..START as usize].iter().all(|byte| *byte == 0) {
        return Err(damaged("it was never finished: its directory is missing"));
    }
    if length == 0 {
        return Ok(false);
    }
    if length > DIRECTORY_BYTES_MAX {
        return Err(too_much("directory", DIRECTORY_BYTES_MAX));
    }
    let end = START.saturating_add(offset).saturating_add(length);
    if end > size {
        let what =
            "its directory, which is at the end, is not there; is it the first of several volumes?";
        return Err(Reason::Truncated(what.to_owned()).into());
    }
    rdr.seek(SeekFrom::Start(START + offset))?;
    let mut directory = Vec::new();
    rdr.take(length).read_to_end(&mut directory)?;
    let mut bytes = Bytes(&directory);
    match bytes.byte() {
        Ok(HEADER) => Ok(false),
        Ok(ENCODED_HEADER) => {
            let asked = bytes.streams().map_err(|_| damaged("its directory"))?;
            if asked.memory > window {
                return Err(too_much("dictionary", window));
            }
            if asked.n_out > DIRECTORY_BYTES_MAX {
                return Err(too_much("directory", DIRECTORY_BYTES_MAX));
            }
            Ok(asked.is_encrypted)
        }
        _ => Err(damaged("its directory")),
    }
}

fn damaged(what: &str) -> Stop {
    Reason::Damaged(format!("{what} is wrong or cut off")).into()
}

fn too_much(what: &str, most: u64) -> Stop {
    Reason::Limit(format!("a {what} of more than {} MiB", most >> 20)).into()
}

/// What unpacking the directory takes.
#[derive(Default)]
struct Asked {
    memory: u64,
    n_out: u64,
    is_encrypted: bool,
}

/// A part of the directory that is not packed.
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn byte(&mut self) -> io::Result<u8> {
        let (first, rest) = self.0.split_first().ok_or(io::ErrorKind::UnexpectedEof)?;
        self.0 = rest;
        Ok(*first)
    }

    fn expect(&mut self, id: u8) -> io::Result<()> {
        match self.byte()? {
            found if found == id => Ok(()),
            _ => Err(io::ErrorKind::InvalidData.into()),
        }
    }

    fn take(&mut self, n: u64) -> io::Result<&[u8]> {
        let n = usize::try_from(n).ok().filter(|n| *n <= self.0.len());
        let (taken, rest) = self.0.split_at(n.ok_or(io::ErrorKind::UnexpectedEof)?);
        self.0 = rest;
        Ok(taken)
    }

    /// A number of one to nine bytes; the leading ones of the first say how many follow.
    fn number(&mut self) -> io::Result<u64> {
        let first = self.byte()?;
        let n_more = first.leading_ones();
        let mut value = 0;
        for i in 0..n_more {
            value |= u64::from(self.byte()?) << (8 * i);
        }
        let high = match n_more {
            0..7 => u64::from(first & (0x7F >> n_more)) << (8 * n_more),
            _ => 0,
        };
        Ok(value | high)
    }

    /// A count of things, each of which takes a byte at least.
    fn count(&mut self) -> io::Result<u64> {
        match self.number()? {
            n if n <= self.0.len() as u64 => Ok(n),
            _ => Err(io::ErrorKind::InvalidData.into()),
        }
    }

    /// Checksums of so many things, or of some of them.
    fn checksums(&mut self, n: u64) -> io::Result<()> {
        let n_given = match self.byte()? {
            0 => self
                .take(n.div_ceil(8))?
                .iter()
                .map(|byte| u64::from(byte.count_ones()))
                .sum(),
            _ => n,
        };
        self.take(n_given * 4).map(|_| ())
    }

    /// The streams that the directory is packed in.
    fn streams(&mut self) -> io::Result<Asked> {
        self.expect(PACK_INFO)?;
        self.number()?;
        let n_packed = self.count()?;
        loop {
            match self.byte()? {
                END => break,
                SIZE => (0..n_packed).try_for_each(|_| self.number().map(|_| ()))?,
                CRC => self.checksums(n_packed)?,
                _ => return Err(io::ErrorKind::InvalidData.into()),
            }
        }
        self.expect(UNPACK_INFO)?;
        self.expect(FOLDER)?;
        let n_blocks = self.count()?;
        self.expect(0)?;
        let mut asked = Asked::default();
        let mut n_outputs = 0;
        for _ in 0..n_blocks {
            n_outputs += self.block(&mut asked)?;
        }
        self.expect(UNPACK_SIZE)?;
        for _ in 0..n_outputs {
            asked.n_out = asked.n_out.max(self.number()?);
        }
        Ok(asked)
    }

    /// The coders of a block; how many outputs they have.
    fn block(&mut self, asked: &mut Asked) -> io::Result<u64> {
        let n_coders = self.count()?;
        if n_coders > CODERS_MAX {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let (mut n_in, mut n_out) = (0, 0);
        for _ in 0..n_coders {
            let flags = self.byte()?;
            let id = self.take(u64::from(flags & 0x0F))?.to_vec();
            let (inputs, outputs) = match flags & 0x10 {
                0 => (1, 1),
                _ => (self.count()?, self.count()?),
            };
            n_in += inputs;
            n_out += outputs;
            let n_properties = match flags & 0x20 {
                0 => 0,
                _ => self.number()?,
            };
            let properties = self.take(n_properties)?;
            asked.memory = asked.memory.saturating_add(memory(&id, properties));
            asked.is_encrypted |= super::is_cipher(&id);
        }
        let n_bound = n_out.saturating_sub(1);
        for _ in 0..n_bound {
            self.number()?;
            self.number()?;
        }
        let n_packed = n_in.saturating_sub(n_bound);
        if n_packed > 1 {
            (0..n_packed).try_for_each(|_| self.number().map(|_| ()))?;
        }
        Ok(n_out)
    }
}
