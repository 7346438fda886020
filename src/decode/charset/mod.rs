//! Character sets: telling the encoding of a file and turning it into UTF-8, block by block.
//!
//! [`Encoding::detect`] decides for a whole file by its head; [`Transcoder`] then reads it as UTF-8
//! and lets single lines that are written in another encoding have their own way, because dumps are
//! pasted together from several sources. Text that says its encoding (`codepage`, `said`) is decoded as a whole. This module
//! knows lines but no formats.

pub mod codepage;
mod detect;
mod line;
mod said;

use std::io::{self, Read};

use encoding_rs::{CoderResult, Decoder};

pub(crate) use said::{decode_guessed, decode_said};

/// The encoding of a file's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark. Bytes that are not valid are decoded line by line
    /// as GB18030 where they are valid in it.
    Utf8,
    /// UTF-16, little endian.
    Utf16Le,
    /// UTF-16, big endian.
    Utf16Be,
    /// GB18030 and its subsets GBK and GB2312.
    Gb18030,
    /// Big5.
    Big5,
    /// Any other, which the text itself names: that of HTML or XML.
    Declared(&'static encoding_rs::Encoding),
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
            Encoding::Declared(encoding) => encoding.name(),
        }
    }

    /// Tells the encoding from the first bytes of a file. `whole` says that they are all there is;
    /// if not, a character cut at their end is no evidence against an encoding.
    pub fn detect(head: &[u8], whole: bool) -> Encoding {
        detect::detect(head, whole)
    }
}

/// The byte order mark in UTF-8.
pub(crate) const BOM_UTF8: &[u8] = b"\xEF\xBB\xBF";
/// U+FEFF in GB18030, written by a few exporters as a signature.
const BOM_GB18030: &[u8] = b"\x84\x31\x95\x33";

/// Bytes asked of a reader at first. Most files are shorter, and memory that is read into is cleared before.
const READ_BYTES: usize = 16 << 10;

/// Bytes asked of a reader that gave less than it was asked for: it is likely at its end.
const PROBE_BYTES: usize = 1 << 10;

/// Reads until `buf` holds `want` bytes more or the reader ends. On an error, what was read before
/// it is in `buf`.
pub(crate) fn read_full(rdr: &mut dyn Read, buf: &mut Vec<u8>, want: usize) -> io::Result<()> {
    let end = buf.len() + want;
    let mut step = READ_BYTES;
    while buf.len() < end {
        let at = buf.len();
        buf.resize(end.min(at + step), 0);
        let result = rdr.read(&mut buf[at..]);
        let asked = buf.len() - at;
        buf.truncate(at + result.as_ref().map_or(0, |n| *n));
        match result {
            Ok(0) => return Ok(()),
            Ok(n) if n == asked => step *= 4,
            Ok(_) => step = PROBE_BYTES,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// A reader of any encoding as blocks of UTF-8 text.
///
/// Text is handed out in whole lines (of a line longer than 64 KiB, in pieces), because a line with
/// a broken byte is judged as a whole. So what comes out does not depend on where blocks end.
pub struct Transcoder<'r> {
    rdr: Box<dyn Read + Send + 'r>,
    encoding: Encoding,
    /// Begin of a line whose end has not been read yet, in the file's encoding. Empty where a decoder is.
    carry: Vec<u8>,
    /// Bytes in the file's encoding, reused from block to block.
    raw: Vec<u8>,
    /// For UTF-16 and what is declared; holds a character cut by the end of a block.
    decoder: Option<Decoder>,
    /// Whether the place of a byte order mark has been passed.
    began: bool,
    /// Whether the reader ended or failed.
    ended: bool,
    /// What the reader failed with; reported once everything read before has been handed out.
    error: Option<io::Error>,
}

impl<'r> Transcoder<'r> {
    /// Reads from `rdr`, which stands at the file's first byte.
    pub fn new(rdr: Box<dyn Read + Send + 'r>, encoding: Encoding) -> Transcoder<'r> {
        let decoded = match encoding {
            Encoding::Utf16Le => Some(encoding_rs::UTF_16LE),
            Encoding::Utf16Be => Some(encoding_rs::UTF_16BE),
            Encoding::Declared(encoding) => Some(encoding),
            Encoding::Utf8 | Encoding::Gb18030 | Encoding::Big5 => None,
        };
        Transcoder {
            rdr,
            encoding,
            carry: Vec::new(),
            raw: Vec::new(),
            decoder: decoded.map(encoding_rs::Encoding::new_decoder_with_bom_removal),
            began: false,
            ended: false,
            error: None,
        }
    }

    /// Appends about `want` bytes of UTF-8 to `out`, never part of a character. Returns false at
    /// the end of the input, when nothing was appended. How much is appended depends on the content
    /// and `want` alone, not on sizes of reads.
    ///
    /// # Errors
    /// When the reader fails, after all that was read before has been handed out.
    pub fn fill(&mut self, out: &mut Vec<u8>, want: usize) -> io::Result<bool> {
        let before = out.len();
        let want = want.max(4); // room for any byte order mark
        while !self.ended {
            match self.encoding {
                Encoding::Utf8 => self.fill_utf8(out, want),
                Encoding::Gb18030 => self.fill_legacy(out, want, encoding_rs::GB18030),
                Encoding::Big5 => self.fill_legacy(out, want, encoding_rs::BIG5),
                Encoding::Utf16Le | Encoding::Utf16Be | Encoding::Declared(_) => {
                    self.fill_decoded(out, want);
                }
            }
            if out.len() > before {
                return Ok(true);
            }
        }
        self.error.take().map_or(Ok(false), Err)
    }

    /// Reads straight into `out`, so that a block of valid text costs the read, the search for its
    /// last line end and the check of its validity, and no copy.
    fn fill_utf8(&mut self, out: &mut Vec<u8>, want: usize) {
        let from = out.len();
        self.read_lines(out, want, BOM_UTF8);
        line::repair_utf8(out, from, &mut self.raw);
    }

    fn fill_legacy(
        &mut self,
        out: &mut Vec<u8>,
        want: usize,
        encoding: &'static encoding_rs::Encoding,
    ) {
        let mut raw = std::mem::take(&mut self.raw);
        raw.clear();
        self.read_lines(&mut raw, want, BOM_GB18030);
        line::push_legacy(out, &raw, encoding);
        self.raw = raw;
    }

    fn fill_decoded(&mut self, out: &mut Vec<u8>, want: usize) {
        let mut raw = std::mem::take(&mut self.raw);
        raw.clear();
        self.read(&mut raw, want);
        if let Some(decoder) = &mut self.decoder {
            let mut rest = &raw[..];
            loop {
                let at = out.len();
                // a byte of UTF-16 becomes 1.5 bytes of UTF-8 at most; what becomes more takes another turn
                out.resize(at + rest.len() * 3 / 2 + 16, 0);
                let (result, n_read, n_written, _) =
                    decoder.decode_to_utf8(rest, &mut out[at..], self.ended);
                out.truncate(at + n_written);
                rest = &rest[n_read..];
                if result == CoderResult::InputEmpty {
                    break;
                }
            }
        }
        self.raw = raw;
    }

    /// Appends the carry and about `want` bytes, up to the end of the last line in them; the rest
    /// is the new carry.
    fn read_lines(&mut self, buf: &mut Vec<u8>, want: usize, bom: &[u8]) {
        let from = buf.len();
        buf.append(&mut self.carry);
        loop {
            self.read(buf, want);
            if !self.began {
                self.began = true;
                if buf[from..].starts_with(bom) {
                    buf.drain(from..from + bom.len());
                }
            }
            if self.ended {
                return;
            }
            let complete = from + line::complete_len(&buf[from..]);
            if complete > from {
                self.carry.extend_from_slice(&buf[complete..]);
                buf.truncate(complete);
                return;
            }
        }
    }

    fn read(&mut self, buf: &mut Vec<u8>, want: usize) {
        let before = buf.len();
        match read_full(&mut *self.rdr, buf, want) {
            Ok(()) => self.ended = buf.len() - before < want,
            Err(error) => {
                self.ended = true;
                self.error = Some(error);
            }
        }
    }
}

#[cfg(test)]
mod tests;
