//! Containers built of parts of an input, with all lengths and checksums right, so that what is in them is reached.
//!
//! Parts are divided by [`MARK`]; the first line of a part is its name. A part that is the same for every input of a format, and
//! of no interest, may be left out of it: the target adds it where it is missing.

use std::io::{Cursor, Write};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// Divides parts: a byte order mark, which stands inside a part nowhere else.
const MARK: &[u8] = b"\xFE\xFF";

/// Bytes of an input that are used.
const PARTS_MAX: usize = 64;

/// The parts of an input: names and contents.
pub fn parts(data: &[u8]) -> Vec<(String, &[u8])> {
    let mut parts = Vec::new();
    let mut rest = data;
    while parts.len() < PARTS_MAX {
        let at = rest.windows(MARK.len()).position(|bytes| bytes == MARK);
        let part = &rest[..at.unwrap_or(rest.len())];
        if !part.is_empty() {
            let end = part.iter().position(|b| *b == b'\n');
            let (name, content) = part.split_at(end.unwrap_or(part.len()));
            let content = content.strip_prefix(b"\n").unwrap_or(content);
            parts.push((String::from_utf8_lossy(name).into_owned(), content));
        }
        match at {
            Some(at) => rest = &rest[at + MARK.len()..],
            None => break,
        }
    }
    parts
}

/// A zip archive of the parts, each stored as it is. `more` are parts that are added if they are missing.
pub fn zip(data: &[u8], more: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let mut put = |name: &str, content: &[u8]| {
        // A name that is there already, or is too long, is refused.
        if archive.start_file(name, options).is_ok() {
            archive.write_all(content).expect("a vector takes anything");
        }
    };
    for (name, content) in parts(data) {
        put(&name, content);
    }
    for (name, content) in more {
        put(name, content.as_bytes());
    }
    archive
        .finish()
        .map_or_else(|_| Vec::new(), Cursor::into_inner)
}

/// An OLE file of the parts, each a stream; folders in their names are made.
pub fn ole(data: &[u8], more: &[(&str, &str)]) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).expect("it is memory");
    let mut put = |name: &str, content: &[u8]| {
        if !can_be_written(name) {
            return;
        }
        let folder = name.rsplit_once('/').map(|(folder, _)| folder);
        if let Some(folder) = folder.filter(|folder| !folder.is_empty()) {
            let _ = file.create_storage_all(format!("/{folder}"));
        }
        // A name that is there already, or cannot be one, is refused.
        if let Ok(mut stream) = file.create_new_stream(format!("/{name}")) {
            stream.write_all(content).expect("a vector takes anything");
        }
    };
    for (name, content) in parts(data) {
        put(&name, content);
    }
    for (name, content) in more {
        put(name, content.as_bytes());
    }
    file.flush().expect("it is memory");
    file.into_inner().into_inner()
}

/// Whether the library that writes OLE files takes a path; it asserts what it does not check.
fn can_be_written(path: &str) -> bool {
    path.split('/')
        .all(|name| name.encode_utf16().count() <= 31 && !name.contains(['\\', ':', '!']))
}

/// A database and its write-ahead log, which stands behind the first [`LOG`] and gets the checksums that it should have.
pub fn database(data: &[u8]) -> (&[u8], Option<Vec<u8>>) {
    let at = data.windows(LOG.len()).position(|bytes| bytes == LOG);
    let Some(at) = at else {
        return (data, None);
    };
    let mut log = data[at + LOG.len()..].to_vec();
    sign_log(&mut log);
    (&data[..at], Some(log))
}

/// Divides a database from its log.
const LOG: &[u8] = b"\nWRITE-AHEAD LOG\n";

/// Salts and checksums of a log as SQLite writes them, for as many frames as there are.
fn sign_log(log: &mut [u8]) {
    const HEADER: usize = 32;
    const FRAME_HEADER: usize = 24;
    if log.len() < HEADER {
        return;
    }
    let is_big_endian = log[3] & 1 == 1;
    let field = u32::from_be_bytes([log[8], log[9], log[10], log[11]]);
    let page = if field == 1 { 65_536 } else { field as usize };
    let mut sums = (0u32, 0u32);
    let mut add = |bytes: &[u8]| {
        for pair in bytes.chunks_exact(8) {
            let word = |b: &[u8]| match is_big_endian {
                true => u32::from_be_bytes([b[0], b[1], b[2], b[3]]),
                false => u32::from_le_bytes([b[0], b[1], b[2], b[3]]),
            };
            sums.0 = sums.0.wrapping_add(word(&pair[..4])).wrapping_add(sums.1);
            sums.1 = sums.1.wrapping_add(word(&pair[4..])).wrapping_add(sums.0);
        }
        let (a, b) = (sums.0.to_be_bytes(), sums.1.to_be_bytes());
        [a[0], a[1], a[2], a[3], b[0], b[1], b[2], b[3]]
    };
    let sum = add(&log[..24]);
    log[24..32].copy_from_slice(&sum);
    let salts: [u8; 8] = log[16..24].try_into().expect("eight bytes");
    for frame in log[HEADER..].chunks_exact_mut(FRAME_HEADER + page) {
        frame[8..16].copy_from_slice(&salts);
        add(&frame[..8]);
        let sum = add(&frame[FRAME_HEADER..]);
        frame[16..24].copy_from_slice(&sum);
    }
}

/// A 7z archive with the checksums that its header and its directory should have.
pub fn sign_7z(data: &[u8]) -> Vec<u8> {
    const START: usize = 32;
    let mut archive = data.to_vec();
    if archive.len() < START {
        return archive;
    }
    let number = |at: usize| {
        let bytes = archive[at..at + 8].try_into().expect("eight bytes");
        usize::try_from(u64::from_le_bytes(bytes)).ok()
    };
    let directory = number(12).zip(number(20)).and_then(|(offset, length)| {
        let start = START.checked_add(offset)?;
        archive.get(start..start.checked_add(length)?)
    });
    if let Some(sum) = directory.map(crc32fast::hash) {
        archive[28..32].copy_from_slice(&sum.to_le_bytes());
    }
    let sum = crc32fast::hash(&archive[12..32]);
    archive[8..12].copy_from_slice(&sum.to_le_bytes());
    archive
}
