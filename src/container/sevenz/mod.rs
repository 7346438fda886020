//! 7z archives: LZMA, LZMA2, PPMd, bzip2, deflate, zstd, lz4, with the filters for programs and AES-256.
//!
//! Members are packed in blocks, many in each where the archive is *solid*; a block is decoded once, from its start, and its
//! members are handed over as they come. How much memory a block takes to decode is looked at before it is decoded. Volumes
//! of a split archive are not joined.

mod head;

use std::io::{self, Read};

use sevenz_rust2::{Archive, ArchiveEntry, Block, BlockDecoder, EncoderMethod, Error};

use super::pump::{Job, Sink, Stop};
use super::source::{Pieces, Seekable, Whole};
use super::{Password, reason_of};
use crate::error::Reason;

/// A password as the library takes it.
type Key = sevenz_rust2::Password;

/// Bytes that are decoded at a time when a member is passed over.
const BLOCK_BYTES: usize = 64 << 10;

pub(super) fn walk(job: Job, sink: &mut Sink) -> Result<(), Stop> {
    let limits = job.unpacking.limits;
    let (mut source, size) = job.source.into_seekable(limits.spool_bytes)?;
    sink.of_size(size);
    let is_encrypted = head::check(&mut source, size, limits.window_bytes_max)?;
    let keys: Vec<Key> = job.unpacking.passwords.iter().map(key).collect();
    let archive = directory(&mut source, &keys, is_encrypted, sink)?;
    let mut walk = Walk {
        archive: &archive,
        source,
        keys,
    };
    for block in 0..archive.blocks.len() {
        walk.block(block, limits.window_bytes_max, sink)?;
    }
    let files = archive.files.iter();
    let of_blocks = files.zip(&archive.stream_map.file_block_index);
    for (file, _) in of_blocks.filter(|(_, block)| block.is_none()) {
        if !file.is_directory && !file.is_anti_item {
            sink.member(file.name.as_bytes(), &mut io::empty())?;
        }
    }
    Ok(())
}

/// The passwords of a file are text; 7z wants them in UTF-16.
fn key(password: &Password) -> Key {
    let bytes = password.bytes();
    match std::str::from_utf8(bytes) {
        Ok(text) => Key::new(text),
        Err(_) => Key::new(&encoding_rs::GB18030.decode_without_bom_handling(bytes).0),
    }
}

/// The directory, by the first password that opens it.
fn directory(
    source: &mut Box<dyn Seekable>,
    keys: &[Key],
    is_encrypted: bool,
    sink: &mut Sink,
) -> Result<Archive, Stop> {
    if !is_encrypted {
        let read = Archive::read(source, &Key::empty());
        return read.map_err(|e| reason(&e, "its directory").into());
    }
    for key in keys {
        if let Ok(archive) = Archive::read(source, key) {
            return Ok(archive);
        }
        sink.still_trying()?;
    }
    Err(Reason::Encrypted.into())
}

struct Walk<'a> {
    archive: &'a Archive,
    source: Box<dyn Seekable>,
    keys: Vec<Key>,
}

impl Walk<'_> {
    /// The members of a block.
    fn block(&mut self, number: usize, window: u64, sink: &mut Sink) -> Result<(), Stop> {
        let block = &self.archive.blocks[number];
        if memory_of(block) > window {
            let what = format!("a dictionary of more than {} MiB", window >> 20);
            return self.refuse(number, 0, &Reason::Limit(what), sink);
        }
        let key = match is_encrypted(block) {
            false => Key::empty(),
            true => match self.key(number, sink)? {
                Some(key) => key,
                None => return self.refuse(number, 0, &Reason::Encrypted, sink),
            },
        };
        let mut n_given = 0;
        let mut stopped = None;
        let decoder = BlockDecoder::new(1, number, self.archive, &key, &mut self.source);
        let decoded = decoder.for_each_entries(&mut |file, rdr| {
            n_given += 1;
            match give(file, rdr, sink) {
                Ok(None) => Ok(true),
                Ok(Some(kind)) => Err(Error::Io(kind.into(), "".into())),
                Err(stop) => {
                    stopped = Some(stop);
                    Ok(false)
                }
            }
        });
        match (stopped, decoded) {
            (Some(stop), _) => Err(stop),
            (None, Ok(_)) => Ok(()),
            // The one that failed was told of; those behind it in the block cannot be decoded.
            (None, Err(e)) => self.refuse(number, n_given, &reason(&e, "its block"), sink),
        }
    }

    /// Names the members of a block from the one with this position in it.
    fn refuse(
        &mut self,
        number: usize,
        from: usize,
        reason: &Reason,
        sink: &mut Sink,
    ) -> Result<(), Stop> {
        let key = Key::empty();
        let block = BlockDecoder::new(1, number, self.archive, &key, &mut self.source);
        let files = block.entries().iter().skip(from);
        for file in files.filter(|file| !file.is_directory) {
            sink.refuse(file.name.as_bytes(), reason.clone())?;
        }
        Ok(())
    }

    /// The first password with which the first member of a block has its checksum. A cipher alone tells nothing.
    fn key(&mut self, number: usize, sink: &mut Sink) -> Result<Option<Key>, Stop> {
        for (at, key) in self.keys.iter().enumerate() {
            let decoder = BlockDecoder::new(1, number, self.archive, key, &mut self.source);
            let (mut n_out, mut stopped) = (0, None);
            let tried = decoder.for_each_entries(&mut |file, rdr| {
                let read = pass_over(rdr, &mut |n| {
                    n_out += n;
                    stopped = sink.still_trying().err();
                    // What is too much is told when it is read in earnest.
                    stopped.is_none() && !sink.would_exceed(n_out)
                });
                // A member without a checksum proves nothing.
                read.map(|_| !file.has_crc)
            });
            if let Some(stop) = stopped {
                return Err(stop);
            }
            sink.still_trying()?;
            if tried.is_ok() {
                // The next block has the same one, as a rule.
                self.keys.swap(0, at);
                return Ok(self.keys.first().cloned());
            }
        }
        Ok(None)
    }
}

/// Hands over a member. What nobody wants of it is decoded all the same, because those behind it need that, and counted. Returns
/// why none of those can be decoded.
fn give(
    file: &ArchiveEntry,
    rdr: &mut dyn Read,
    sink: &mut Sink,
) -> Result<Option<io::ErrorKind>, Stop> {
    if file.is_directory || file.is_anti_item {
        return Ok(None);
    }
    let mut rdr = Unbroken { rdr, failed: None };
    let mut pieces = Pieces(&mut rdr);
    let mut whole = Whole::new(&mut pieces, file.size);
    sink.member(file.name.as_bytes(), &mut whole)?;
    let mut stopped = None;
    // An error in here is told of those behind the member.
    let _ = pass_over(&mut rdr, &mut |n| {
        stopped = sink.passed_over(n).err();
        stopped.is_none()
    });
    stopped.map_or(Ok(rdr.failed), Err)
}

/// Reads a member as far as its decoder goes. One that has failed is not asked again: it may never end then (LZMA2 of `lzma-rust2`
/// 0.23 behind properties that make no sense). A wrong checksum is no failure of it.
struct Unbroken<'r> {
    rdr: &'r mut dyn Read,
    failed: Option<io::ErrorKind>,
}

impl Read for Unbroken<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if let Some(kind) = self.failed {
            return Err(kind.into());
        }
        let is_of_checksum = |error: &io::Error| {
            let inner = error.get_ref().and_then(|e| e.downcast_ref::<Error>());
            matches!(inner, Some(Error::ChecksumVerificationFailed))
        };
        let read = self.rdr.read(buf);
        if let Err(error) = &read
            && error.kind() != io::ErrorKind::Interrupted
            && !is_of_checksum(error)
        {
            self.failed = Some(error.kind());
        }
        read
    }
}

/// Reads on for as long as it is told to.
fn pass_over(rdr: &mut dyn Read, go_on: &mut dyn FnMut(u64) -> bool) -> Result<(), Error> {
    let mut block = [0; BLOCK_BYTES];
    loop {
        match rdr.read(&mut block)? {
            0 => return Ok(()),
            n if go_on(n as u64) => {}
            _ => return Ok(()),
        }
    }
}

/// Memory that the coders of a block take by what they declare.
fn memory_of(block: &Block) -> u64 {
    let coders = block.coders.iter();
    coders
        .map(|coder| memory(coder.encoder_method_id(), coder.properties()))
        .fold(0, u64::saturating_add)
}

/// Memory that a coder takes by what it declares: its dictionary, or its model.
fn memory(id: &[u8], properties: &[u8]) -> u64 {
    let number = |properties: &[u8]| match properties {
        [_, a, b, c, d, ..] => u64::from(u32::from_le_bytes([*a, *b, *c, *d])),
        _ => 0,
    };
    match id {
        EncoderMethod::ID_LZMA | EncoderMethod::ID_PPMD => number(properties),
        EncoderMethod::ID_LZMA2 => match properties.first() {
            Some(bits @ 0..40) => (2 | u64::from(bits & 1)) << (bits / 2 + 11),
            Some(_) => u64::from(u32::MAX),
            None => 0,
        },
        _ => 0,
    }
}

fn is_cipher(id: &[u8]) -> bool {
    id == EncoderMethod::ID_AES256_SHA256
}

fn is_encrypted(block: &Block) -> bool {
    let mut coders = block.coders.iter();
    coders.any(|coder| is_cipher(coder.encoder_method_id()))
}

fn reason(error: &Error, what: &str) -> Reason {
    match error {
        Error::Io(e, _) | Error::MaybeBadPassword(e) => reason_of(e),
        Error::PasswordRequired => Reason::Encrypted,
        Error::UnsupportedCompressionMethod(_) | Error::Unsupported(_) => {
            Reason::Unsupported("a method of compression".to_owned())
        }
        Error::MaxMemLimited { .. } => {
            Reason::Limit("unpacking takes more memory than is allowed".to_owned())
        }
        _ => Reason::Damaged(format!("{what} is wrong or cut off")),
    }
}
