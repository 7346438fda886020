//! Text and logs: a line is a record with one field.
//!
//! Nothing in a line is interpreted. Lines end with `\n` or `\r\n`; an empty line is counted as a line and is no record.

mod block;

use std::io;

use super::charset::Transcoder;
use super::{Decode, DecodeLimits, Problem};
use crate::record::{Batch, Field, Record, Span, Table};

pub(crate) use block::{Blocks, Piece, next_piece};

/// A longer line is taken in pieces of at most this many bytes, or of [`DecodeLimits::record_bytes_max`] if that is less,
/// so that a file without a line feed is read in bounded memory.
pub(crate) const PIECE_BYTES_MAX: usize = 1 << 20;

/// Decodes text: one record a line, with one field in a table without columns.
pub struct TextDecoder<'r> {
    blocks: Blocks<'r>,
    piece_bytes_max: usize,
    tables: [Table; 1],
    /// Records handed out.
    number: u64,
    /// The line the next byte belongs to, from 1.
    line: u64,
}

impl<'r> TextDecoder<'r> {
    /// Decodes the text of a file.
    pub fn new(text: Transcoder<'r>, limits: &DecodeLimits) -> TextDecoder<'r> {
        TextDecoder {
            blocks: Blocks::new(text, limits.block_bytes),
            piece_bytes_max: PIECE_BYTES_MAX.min(limits.record_bytes_max.max(16)),
            tables: [Table::default()],
            number: 0,
            line: 1,
        }
    }

    fn push(&mut self, batch: &mut Batch, start: usize, piece: &Piece) {
        if piece.end > start {
            self.number += 1;
            push_line(batch, start..piece.end, self.number, self.line, 0);
        }
        self.line += u64::from(piece.ends_line);
    }
}

/// Appends a record whose only field is `range` of the batch's text.
pub(crate) fn push_line(
    batch: &mut Batch,
    range: std::ops::Range<usize>,
    number: u64,
    line: u64,
    table: u32,
) {
    let first = batch.fields.len() as u32;
    batch.fields.push(Field {
        span: Span {
            start: range.start as u32,
            end: range.end as u32,
        },
        column: 0,
    });
    batch.records.push(Record {
        fields: first..first + 1,
        number,
        line,
        table,
    });
}

impl Decode for TextDecoder<'_> {
    fn next_batch(&mut self, batch: &mut Batch) -> io::Result<bool> {
        batch.clear();
        while batch.records.is_empty() {
            batch.text.clear();
            if !self.blocks.start(&mut batch.text)? {
                return Ok(false);
            }
            let mut at = 0;
            while at < batch.text.len() {
                let is_last = self.blocks.is_last();
                match next_piece(&batch.text, at, is_last, self.piece_bytes_max) {
                    Some(piece) => {
                        self.push(batch, at, &piece);
                        at = piece.next;
                    }
                    None if batch.records.is_empty() => self.blocks.more(&mut batch.text),
                    None => break,
                }
            }
            self.blocks.keep(&mut batch.text, at);
        }
        Ok(true)
    }

    fn tables(&self) -> &[Table] {
        &self.tables
    }

    fn problems(&self) -> &[Problem] {
        &[]
    }
}

#[cfg(test)]
mod tests;
