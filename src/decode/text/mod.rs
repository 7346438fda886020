//! Text and logs: a line is a record with one field.
//!
//! Nothing in a line is interpreted. Lines end with `\n` or `\r\n`; an empty line is counted as a
//! line and is no record.

mod piece;

use std::io;

use super::block::{Blocks, Bounds, Rows, Step, Steps, field, next_batch};
use super::charset::Transcoder;
use super::{Decode, DecodeLimits, Problem};
use crate::bytes;
use crate::record::{Batch, Record, Table};

pub(super) use piece::next_piece;

/// A longer line is taken in pieces of at most this many bytes, or of [`DecodeLimits::record_bytes_max`] if that is less,
/// so that a file without a line feed is read in bounded memory. Far above any line that a program writes, and small enough
/// that settling the values of one record against each other stays cheap.
pub const PIECE_BYTES_MAX: usize = 64 << 10;

/// The only table.
const LINES: u32 = 0;

/// Decodes text: one record a line, with one field in a table without columns.
pub struct TextDecoder<'r> {
    blocks: Blocks<'r>,
    rows: Rows,
    piece_bytes_max: usize,
    tables: [Table; 1],
}

impl<'r> TextDecoder<'r> {
    /// Decodes the text of a file.
    pub fn new(text: Transcoder<'r>, limits: &DecodeLimits) -> TextDecoder<'r> {
        TextDecoder {
            blocks: Blocks::new(text, limits),
            rows: Rows::new(),
            piece_bytes_max: PIECE_BYTES_MAX.min(Bounds::of(limits).record),
            tables: [Table::default()],
        }
    }
}

impl<'r> Steps<'r> for TextDecoder<'r> {
    fn parts(&mut self) -> (&mut Blocks<'r>, &mut Rows) {
        (&mut self.blocks, &mut self.rows)
    }

    fn step(&mut self, batch: &mut Batch, at: &mut usize) -> Step {
        let (start, is_last) = (*at, self.blocks.ended());
        if start == batch.text.len() {
            return Step::More;
        }
        let Some(piece) = next_piece(&batch.text, start, is_last, self.piece_bytes_max) else {
            return Step::More;
        };
        if piece.end > start {
            self.rows.commit_line(batch, (start, piece.end), LINES);
        }
        self.rows.pass(piece.next, piece.ends_line.into());
        *at = match piece.ends_line {
            true => self.lines(batch, piece.next),
            false => piece.next,
        };
        Step::Went
    }
}

impl TextDecoder<'_> {
    /// Takes the lines from `start` on that end in the text and are not too long: nearly all, so they are taken in one go.
    /// Returns where the next one begins.
    fn lines(&mut self, batch: &mut Batch, mut start: usize) -> usize {
        let Batch {
            text,
            fields,
            records,
        } = batch;
        let from = start;
        for feed in bytes::line_feeds(&text[from..]).map(|i| from + i) {
            if feed - start >= self.piece_bytes_max {
                break;
            }
            let end = feed - usize::from(feed > start && text[feed - 1] == b'\r');
            if end > start {
                let first = fields.len() as u32;
                fields.push(field(start, end, 0));
                records.push(Record {
                    fields: first..first + 1,
                    number: self.rows.next_number(),
                    line: self.rows.line(),
                    table: LINES,
                });
            }
            start = feed + 1;
            self.rows.pass(start, 1);
        }
        start
    }
}

impl Decode for TextDecoder<'_> {
    fn next_batch(&mut self, batch: &mut Batch) -> io::Result<bool> {
        next_batch(self, batch)
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
