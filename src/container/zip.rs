//! Zip archives (APPNOTE 6.3): deflate, deflate64, bzip2, lzma, xz and zstd, with AES and ZipCrypto.
//!
//! Read by the directory at its end. Documents of office programs, which are zip archives too, are told by what is in them.

use std::io::{self, Read};

use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

use super::pump::{Job, Sink, Stop};
use super::source::Seekable;
use super::{Password, reason_of};
use crate::error::Reason;

type Archive = ZipArchive<Box<dyn Seekable>>;

pub(super) fn walk(job: Job, sink: &mut Sink) -> Result<(), Stop> {
    let limits = job.unpacking.limits;
    let (source, size) = job.source.into_seekable(limits.spool_bytes)?;
    sink.of_size(size);
    let mut archive =
        ZipArchive::new(source).map_err(|e| broken(e, "the directory of the archive"))?;
    if let Some(document) = document(&archive) {
        return Err(Reason::Unsupported(document.to_owned()).into());
    }
    for i in 0..archive.len() {
        member(
            &mut archive,
            i,
            &job.unpacking.passwords,
            limits.window_bytes_max,
            sink,
        )?;
    }
    if archive.has_duplicate_names() {
        // The library keeps one of them.
        let reason = "members share a name: the last of each was read";
        return Err(Reason::Damaged(reason.to_owned()).into());
    }
    Ok(())
}

fn member(
    archive: &mut Archive,
    i: usize,
    passwords: &[Password],
    window: u64,
    sink: &mut Sink,
) -> Result<(), Stop> {
    let (name, is_encrypted, method, size) = match archive.by_index_raw(i) {
        Ok(raw) if raw.is_file() => (
            raw.name_raw().to_owned(),
            raw.encrypted(),
            raw.compression(),
            raw.size(),
        ),
        Ok(_) => return Ok(()),
        Err(e) => return sink.refuse(b"?", reason(e, "a header of the archive")),
    };
    if is_encrypted {
        return match password(archive, i, passwords) {
            None => sink.refuse(&name, Reason::Encrypted),
            Some(password) => match archive.by_index_decrypt(i, password) {
                Ok(mut file) => sink.member(&name, &mut file),
                Err(e) => sink.refuse(&name, reason(e, "the member")),
            },
        };
    }
    // These two would take whatever memory the archive asks for.
    if matches!(method, CompressionMethod::Lzma | CompressionMethod::Xz) {
        let mut raw = match archive.by_index_raw(i) {
            Ok(raw) => raw,
            Err(e) => return sink.refuse(&name, reason(e, "the member")),
        };
        return match bounded(&mut raw, method, size, window) {
            Ok(mut rdr) => sink.member(&name, &mut rdr),
            Err(e) => sink.refuse(&name, reason_of(&e)),
        };
    }
    match archive.by_index(i) {
        Ok(mut file) => sink.member(&name, &mut file),
        Err(e) => sink.refuse(&name, reason(e, "the member")),
    }
}

/// LZMA (APPNOTE 5.8.8) and xz in so much memory. The checksum of the archive is not looked at: xz has its own, and what LZMA
/// cannot decode it says.
fn bounded<'r>(
    raw: &'r mut dyn Read,
    method: CompressionMethod,
    size: u64,
    window: u64,
) -> io::Result<Box<dyn Read + 'r>> {
    let kib = u32::try_from(window >> 10).unwrap_or(u32::MAX);
    if method == CompressionMethod::Xz {
        return Ok(Box::new(lzma_rust2::XzReader::new_mem_limit(
            raw, false, kib,
        )));
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
    Ok(Box::new(rdr))
}

/// The first password that opens a member. The old encryption tells only one wrong password in 256, so that a member is read to
/// its end, where its checksum tells.
fn password<'p>(archive: &mut Archive, i: usize, passwords: &'p [Password]) -> Option<&'p [u8]> {
    passwords.iter().map(Password::bytes).find(|password| {
        let opened = archive.by_index_decrypt(i, password);
        opened.is_ok_and(|mut file| io::copy(&mut file, &mut io::sink()).is_ok())
    })
}

/// What kind of document an archive is, if it is one.
fn document(archive: &Archive) -> Option<&'static str> {
    const TELLING: [(&[u8], &str); 8] = [
        (b"xl/workbook.xml", "spreadsheet (xlsx)"),
        (b"xl/workbook.bin", "spreadsheet (xlsb)"),
        (b"word/document.xml", "text document (docx)"),
        (b"ppt/presentation.xml", "presentation (pptx)"),
        (b"OFD.xml", "fixed document (ofd)"),
        (b"content.xml", "OpenDocument"),
        (b"META-INF/container.xml", "e-book (epub)"),
        (b"Index/Document.iwa", "iWork document"),
    ];
    let is_document = archive.file_names_raw().any(|name| {
        matches!(
            name,
            b"[Content_Types].xml" | b"mimetype" | b"OFD.xml" | b"Index/Document.iwa"
        )
    });
    let mut told = TELLING
        .iter()
        .filter(|(name, _)| archive.index_for_name_raw(name).is_some());
    is_document
        .then(|| told.next().map(|(_, what)| *what))
        .flatten()
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
