//! Signatures of containers, and of formats that are known and not decoded.
//!
//! A signature is listed only if no text begins with it by chance. This file knows names, not how
//! to read anything.

use super::{Container, Format};

/// A signature at an offset, and the name for the report.
type Magic = (usize, &'static [u8], &'static str);

/// Signatures of containers.
const CONTAINERS: &[(usize, &[u8], Container)] = &[
    (0, b"PK\x03\x04", Container::Zip),
    (0, b"PK\x05\x06", Container::Zip),
    (0, b"PK\x07\x08", Container::Zip),
    (0, b"7z\xBC\xAF\x27\x1C", Container::SevenZip),
    (0, b"Rar!\x1A\x07", Container::Rar),
    (0, b"\x1F\x8B\x08", Container::Gzip),
    (0, b"\xFD7zXZ\x00", Container::Xz),
    (0, b"\x28\xB5\x2F\xFD", Container::Zstd),
    (0, b"\x04\x22\x4D\x18", Container::Lz4),
    (0, b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", Container::Ole),
    (0, b"{\\rtf", Container::Rtf),
    (0, b"%PDF-", Container::Pdf),
    (0, b"SQLite format 3\0", Container::Sqlite),
    (0, b"\x37\x7F\x06\x82\x00\x2D\xE2\x18", Container::SqliteLog),
    (0, b"\x37\x7F\x06\x83\x00\x2D\xE2\x18", Container::SqliteLog),
    (0, b"PAR1\x15", Container::Parquet),
    (0, b"PAR1\x19", Container::Parquet),
    (0, b"PARE\x15", Container::Parquet),
    (0, b"PARE\x19", Container::Parquet),
    (0, b"Obj\x01", Container::Avro),
    (0, b"ARROW1\0\0", Container::Arrow),
    (0, b"PGDMP\x01", Container::PgDump),
    (0, b"\x6D\xE2\x99\x81", Container::Bson),
    (257, b"ustar\x0000", Container::Tar),
    (257, b"ustar  \0", Container::Tar),
];

const MAGIC: &[Magic] = &[
    // archives and compressed files
    (0, b"\x1F\x9D\x90", "compress"),
    (0, b"LZIP\x01", "lzip"),
    (0, b"\x89LZO\0\r\n\x1A\n", "lzop"),
    (0, b"\xFF\x06\0\0sNaPpY", "snappy"),
    (0, b"ALZ\x01", "ALZ archive"),
    (0, b"EGGA\0\x01", "EGG archive"),
    (0, b"MSCF\0\0\0\0", "cabinet archive"),
    (0, b"!<arch>\n", "ar archive"),
    (0, b"\xED\xAB\xEE\xDB", "RPM package"),
    // documents
    (
        0,
        b"\x78\x9F\x3E\x22",
        "attachments as Outlook packs them (TNEF)",
    ),
    (0, b"!BDN", "Outlook data file"),
    (0, b"\xFF\xFE\0\0", "UTF-32 text"),
    (0, b"\0\0\xFE\xFF", "UTF-32 text"),
    // databases and column stores
    (0, b"FEA1\0\0\0\0", "Feather of version 1"),
    (0, b"\x89HDF\r\n\x1A\n", "HDF5"),
    (4, b"Standard Jet DB\0", "Access database"),
    (4, b"Standard ACE DB\0", "Access database"),
    (0, b"REDIS000", "Redis snapshot"),
    // images
    (0, b"\x89PNG\r\n\x1A\n", "image (PNG)"),
    (0, b"\xFF\xD8\xFF", "image (JPEG)"),
    (0, b"GIF87a", "image (GIF)"),
    (0, b"GIF89a", "image (GIF)"),
    (0, b"II*\0", "image (TIFF)"),
    (0, b"MM\0*", "image (TIFF)"),
    (0, b"8BPS\0\x01", "image (Photoshop)"),
    (0, b"\0\0\x01\0\x01\0", "image (icon)"),
    (8, b"WEBPVP8", "image (WebP)"),
    (4, b"ftypheic", "image (HEIF)"),
    (4, b"ftypmif1", "image (HEIF)"),
    (4, b"ftypavif", "image (AVIF)"),
    // audio and video
    (4, b"ftyp", "video (MP4)"),
    (8, b"WAVEfmt ", "audio (WAV)"),
    (8, b"AVI LIST", "video (AVI)"),
    (0, b"ID3\x02\0", "audio (MP3)"),
    (0, b"ID3\x03\0", "audio (MP3)"),
    (0, b"ID3\x04\0", "audio (MP3)"),
    (0, b"OggS\0", "audio (Ogg)"),
    (0, b"fLaC\0", "audio (FLAC)"),
    (0, b"#!AMR\n", "audio (AMR)"),
    (0, b"#!SILK_V3", "audio (SILK)"),
    (0, b"\x02#!SILK_V3", "audio (SILK)"),
    (0, b"\x1A\x45\xDF\xA3", "video (Matroska)"),
    (0, b"FLV\x01", "video (Flash)"),
    (0, b"\x30\x26\xB2\x75\x8E\x66\xCF\x11", "video (ASF)"),
    (0, b"\0\0\x01\xBA", "video (MPEG)"),
    (0, b"\0\0\x01\xB3", "video (MPEG)"),
    // programs
    (0, b"\x7FELF", "ELF executable"),
    (0, b"\xFE\xED\xFA\xCE", "Mach-O executable"),
    (0, b"\xFE\xED\xFA\xCF", "Mach-O executable"),
    (0, b"\xCE\xFA\xED\xFE", "Mach-O executable"),
    (0, b"\xCF\xFA\xED\xFE", "Mach-O executable"),
    (0, b"\0asm\x01\0", "WebAssembly module"),
    (0, b"dex\n03", "Dalvik executable"),
    // fonts
    (0, b"wOFF\0", "font (WOFF)"),
    (0, b"wOF2\0", "font (WOFF2)"),
    (0, b"OTTO\0", "font (OpenType)"),
    (0, b"\0\x01\0\0\0", "font (TrueType)"),
    // other
    (0, b"PACK\0\0\0\x02", "git pack"),
    (0, b"\xD4\xC3\xB2\xA1", "packet capture"),
    (0, b"\xA1\xB2\xC3\xD4", "packet capture"),
    (0, b"\x0A\x0D\x0D\x0A", "packet capture"),
    (0, b"LUKS\xBA\xBE", "encrypted disk"),
    (32769, b"CD001", "disk image (ISO 9660)"),
];

/// The format that the head's signature belongs to.
pub(super) fn by_signature(head: &[u8]) -> Option<Format> {
    let stands = |at: usize, magic: &[u8]| head.get(at..).is_some_and(|h| h.starts_with(magic));
    if let Some((_, _, container)) = CONTAINERS.iter().find(|c| stands(c.0, c.1)) {
        return Some(Format::Container(*container));
    }
    let listed = MAGIC.iter().find(|(at, magic, _)| stands(*at, magic));
    match listed {
        Some((_, _, name)) => Some(Format::Unsupported(name)),
        None => by_structure(head),
    }
}

/// Signatures too short to be sure of, with what must stand behind them.
fn by_structure(head: &[u8]) -> Option<Format> {
    let u32_at = |at: usize| {
        let bytes = head.get(at..at + 4)?;
        Some(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
    };
    let unsupported = match head {
        [b'B', b'Z', b'h', b'1'..=b'9', rest @ ..] => {
            // the magic of a block, or of the end of an empty file
            let is_bzip2 = rest.starts_with(b"\x31\x41\x59\x26\x53\x59")
                || rest.starts_with(b"\x17\x72\x45\x38\x50\x90");
            return is_bzip2.then_some(Format::Container(Container::Bzip2));
        }
        // its footer is encrypted, and so is the first page, whose length follows
        [b'P', b'A', b'R', b'E', _, _, _, 0, ..] => {
            return Some(Format::Container(Container::Parquet));
        }
        // the mark before a message, its length, and where in it the first table stands
        [0xFF, 0xFF, 0xFF, 0xFF, ..] => {
            let (n, root) = (u32_at(4)?, u32_at(8)?);
            let is_message = n.is_multiple_of(8) && n < 64 << 20;
            let is_table = root.is_multiple_of(4) && (4..256).contains(&root) && root < n;
            return (is_message && is_table).then_some(Format::Container(Container::Arrow));
        }
        // a document of BSON of that length, as databases begin it
        [0x5D, 0, 0, 0, _, b'_', b'i', b'd', 0, ..] => None,
        // its usual properties, a dictionary of 64 KiB to 1 GiB, a size or none, and the zero that its coder begins with
        [0x5D, 0, 0, _, _, _, a, b, c, d, e, f, g, 0, ..] => {
            let is_dictionary = matches!(u32_at(1)?, 0x1_0000..=0x4000_0000);
            let size = [*a, *b, *c, *d, *e, *f, *g];
            let is_size = size == [0xFF; 7] || size[4..] == [0; 3];
            (is_dictionary && is_size).then_some("LZMA")
        }
        // behind a sum, the length of its header and a type, which is zero
        [
            _,
            _,
            _,
            0,
            0,
            _,
            _,
            b'*',
            b'*',
            b'A',
            b'C',
            b'E',
            b'*',
            b'*',
            ..,
        ] => Some("ACE archive"),
        // the length of its header, its sum, a method, and sizes of four bytes
        [_, _, b'-', b'l', b'h', b'0'..=b'7', b'-', rest @ ..] => rest
            .iter()
            .take(8)
            .any(|b| *b == 0)
            .then_some("LHA archive"),
        [b'M', b'Z', ..] => {
            let at = u32_at(0x3C)? as usize;
            head.get(at..)?
                .starts_with(b"PE\0\0")
                .then_some("PE executable")
        }
        // two reserved words are zero, and the second header has one of its known lengths
        [b'B', b'M', ..] => (u32_at(6)? == 0
            && matches!(u32_at(14)?, 12 | 40 | 52 | 56 | 108 | 124))
        .then_some("image (BMP)"),
        // followed by the number of architectures, or by a class file version of at least 45
        [0xCA, 0xFE, 0xBA, 0xBE, 0, 0, 0, n, ..] if *n < 45 => Some("Mach-O executable"),
        [0xCA, 0xFE, 0xBA, 0xBE, _, _, _, _, ..] => Some("Java class"),
        _ => None,
    };
    unsupported.map(Format::Unsupported)
}
