//! What HTML and XML share: text in the encoding that it declares, as UTF-8.

use std::io::{self, Read};

use super::source::Seekable;
use crate::decode::charset::Transcoder;
use crate::decode::{DecodeLimits, Encoding, markup_encoding};

/// Bytes of UTF-8 that are made at a time.
const BLOCK_BYTES: usize = 64 << 10;

/// The encoding of a page or document, which is at its start before and behind.
///
/// # Errors
/// When it cannot be read.
pub(super) fn encoding_of(source: &mut Box<dyn Seekable>) -> io::Result<Encoding> {
    let head_bytes = DecodeLimits::default().head_bytes;
    let mut head = Vec::new();
    source.take(head_bytes as u64).read_to_end(&mut head)?;
    source.rewind()?;
    Ok(markup_encoding(&head, head.len() < head_bytes))
}

/// Text of any encoding as UTF-8.
pub(super) struct Utf8<'r> {
    text: Transcoder<'r>,
    block: Vec<u8>,
    at: usize,
}

impl<'r> Utf8<'r> {
    pub(super) fn new(source: &'r mut Box<dyn Seekable>, encoding: Encoding) -> Utf8<'r> {
        Utf8 {
            text: Transcoder::new(Box::new(source), encoding),
            block: Vec::new(),
            at: 0,
        }
    }
}

impl Read for Utf8<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.at == self.block.len() {
            self.block.clear();
            self.at = 0;
            self.text.fill(&mut self.block, BLOCK_BYTES)?;
        }
        let n = buf.len().min(self.block.len() - self.at);
        buf[..n].copy_from_slice(&self.block[self.at..self.at + n]);
        self.at += n;
        Ok(n)
    }
}
