//! Zip archives (APPNOTE 6.3): deflate, deflate64, bzip2, lzma, xz and zstd, with AES and ZipCrypto.
//!
//! Read by the directory at its end. Documents of office programs, which are zip archives too, are told by what is in them and
//! taken apart by `office`.

use std::io::{self, Read};

use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

use super::pump::{Job, Sink, Stop};
use super::source::{Pieces, Seekable};
use super::{Password, Unpacking, office, reason_of};
use crate::error::Reason;

pub(super) type Archive = ZipArchive<Box<dyn Seekable>>;

pub(super) fn walk(job: Job, sink: &mut Sink) -> Result<(), Stop> {
    let limits = job.unpacking.limits;
    let (source, size) = job.source.into_seekable(limits.spool_bytes)?;
    sink.of_size(size);
    let mut archive =
        ZipArchive::new(source).map_err(|e| broken(e, "the directory of the archive"))?;
    let has_doubles = archive.has_duplicate_names();
    match office::document(&archive) {
        Some(document) => office::walk(document, archive, size, job.unpacking, sink)?,
        None => members(&mut archive, &job.unpacking, sink)?,
    }
    if has_doubles {
        // The library keeps one of them.
        let reason = "members share a name: the last of each was read";
        return Err(Reason::Damaged(reason.to_owned()).into());
    }
    Ok(())
}

fn members(archive: &mut Archive, unpacking: &Unpacking, sink: &mut Sink) -> Result<(), Stop> {
    for i in 0..archive.len() {
        let name = match archive.by_index_raw(i) {
            Ok(raw) if raw.is_file() => raw.name_raw().to_owned(),
            Ok(_) => continue,
            Err(e) => {
                sink.refuse(b"?", reason(e, "a header of the archive"))?;
                continue;
            }
        };
        match open(archive, i, unpacking) {
            Ok(mut rdr) => sink.member(&name, &mut rdr)?,
            Err(reason) => sink.refuse(&name, reason)?,
        }
    }
    Ok(())
}

/// The bytes of a member.
///
/// # Errors
/// When it is damaged, encrypted, or packed in a way that cannot be undone.
pub(super) fn open<'a>(
    archive: &'a mut Archive,
    i: usize,
    unpacking: &Unpacking,
) -> Result<Box<dyn Read + Send + 'a>, Reason> {
    let (is_encrypted, method, size) = match archive.by_index_raw(i) {
        Ok(raw) => (raw.encrypted(), raw.compression(), raw.size()),
        Err(e) => return Err(reason(e, "a header of the archive")),
    };
    let opened = if is_encrypted {
        match password(archive, i, &unpacking.passwords) {
            None => return Err(Reason::Encrypted),
            Some(password) => archive.by_index_decrypt(i, password),
        }
    } else if matches!(method, CompressionMethod::Lzma | CompressionMethod::Xz) {
        // These two would take whatever memory the archive asks for.
        let raw = archive
            .by_index_raw(i)
            .map_err(|e| reason(e, "the member"))?;
        let window = unpacking.limits.window_bytes_max;
        return bounded(raw, method, size, window).map_err(|e| reason_of(&e));
    } else {
        archive.by_index(i)
    };
    let opened = opened.map_err(|e| reason(e, "the member"))?;
    Ok(Box::new(opened))
}

/// LZMA (APPNOTE 5.8.8) and xz in so much memory. The checksum of the archive is not looked at: xz has its own, and what LZMA
/// cannot decode it says.
fn bounded<'r>(
    mut raw: impl Read + Send + 'r,
    method: CompressionMethod,
    size: u64,
    window: u64,
) -> io::Result<Box<dyn Read + Send + 'r>> {
    let kib = u32::try_from(window >> 10).unwrap_or(u32::MAX);
    if method == CompressionMethod::Xz {
        let rdr = lzma_rust2::XzReader::new_mem_limit(raw, false, kib);
        return Ok(Box::new(Pieces(rdr)));
    }
    let mut head = [0; 9];
    raw.read_exact(&mut head)?;
    let [_, _, 5, 0, properties, dictionary @ ..] = head else {
        return Err(io::ErrorKind::InvalidData.into());
    };
    let dictionary = u32::from_le_bytes(dictionary);
    if u64::from(dictionary) > window {
        return Err(io::ErrorKind::OutOfMemory.into());
    }
    let rdr = lzma_rust2::LzmaReader::new_with_props(raw, size, properties, dictionary, None)?;
    Ok(Box::new(Pieces(rdr)))
}

/// The first password that opens a member. The old encryption tells only one wrong password in 256, so that a member is read to
/// its end, where its checksum tells.
fn password<'p>(archive: &mut Archive, i: usize, passwords: &'p [Password]) -> Option<&'p [u8]> {
    passwords.iter().map(Password::bytes).find(|password| {
        let opened = archive.by_index_decrypt(i, password);
        opened.is_ok_and(|mut file| io::copy(&mut file, &mut io::sink()).is_ok())
    })
}

fn broken(error: ZipError, what: &str) -> Stop {
    reason(error, what).into()
}

fn reason(error: ZipError, what: &str) -> Reason {
    match error {
        ZipError::Io(e) => reason_of(&e),
        ZipError::InvalidPassword => Reason::Encrypted,
        ZipError::UnsupportedArchive(_) | ZipError::CompressionMethodNotSupported(_) => {
            Reason::Unsupported("a method of compression".to_owned())
        }
        _ => Reason::Damaged(format!("{what} is wrong or cut off")),
    }
}
